// How fast and under which name, and the number that has to be typed before anything is sent.

const PACE_VALUES = ["between_least", "between_most", "rest_every", "rest", "max_groups", "quiet_from", "quiet_until", "max_failures"];

/** The choice of a pace, by its name or by numbers of one's own. */
function paceChoice(channel, part) {
  const name = freshId("pace");
  const inputs = new Map();
  // What was just chosen stays chosen, whatever news of before comes until the kernel has answered.
  let asked = null;
  const choose = (choice) => { asked = choice; part.ask("choose", { choice }); };
  const group = make("div", { class: "oqb-paces", role: "radiogroup", "aria-label": channel.word("b_pace_choice") });
  for (const { choice, label, detail } of part.first.choices) {
    const input = make("input", { type: "radio", name, value: choice, on: { change: () => choose(choice) } });
    inputs.set(choice, input);
    group.append(make("label", { class: "oqb-pace" }, input, make("span", { text: label }), make("span", { class: "oq-quiet", text: detail })));
  }
  const fields = PACE_VALUES.map((value) => {
    const field = make("input", { type: "text", autocomplete: "off", inputmode: "decimal" });
    field.value = part.first.values[value];
    const typed = typing(channel, field, (text, view) => part.ask("set", { name: value, text, view }));
    return { value, typed, element: labelled(channel.word(`b_${value}`), field) };
  });
  const own = make("div", { class: "oqb-own", role: "group", "aria-label": channel.word("b_pace_own") }, ...fields.map((one) => one.element));
  return {
    element: make("div", { class: "oqb-stack" }, group, own),
    tell(view) {
      if (view.choice === asked) asked = null;
      for (const [choice, input] of inputs) input.checked = choice === (asked ?? view.choice);
      for (const { value, typed } of fields) typed.take(view.values[value], view.by);
      show(own, view.choice === "own");
    },
    refused() { asked = null; },
  };
}

/** The step in which pace and key are set. */
function paceStep(channel, part) {
  const pace = paceChoice(channel, part);
  const problem = problemBox();
  const words = sentences({ class: "oqb-summary" });
  const key = make("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  key.value = part.first.key;
  const typed = typing(channel, key, (text, view) => part.ask("key", { text, view }));
  let proposed = "";
  // An emptied field asks for a proposal, which is put in once it is left.
  key.addEventListener("blur", () => { if (!key.value.trim()) typed.put(proposed); });
  const keyWords = make("p", { role: "status" });
  const keyProblem = problemBox();
  const help = make("p", { class: "oq-quiet", id: freshId("key"), text: channel.word("b_key_help") });
  setAttribute(key, "aria-describedby", help.id);

  function draw(view) {
    pace.tell(view);
    problem.tell(view.problem);
    // Each of the others says beside its button what it is.
    const own = view.choice === "own" ? [view.words, view.quiet] : [];
    words.tell([...own, view.takes]);
    proposed = view.key;
    typed.take(view.key, view.key_by);
    if (!key.value.trim() && !key.matches(":focus")) typed.put(proposed);
    say(keyWords, view.key_words);
    keyProblem.tell(view.key_problem);
  }

  part.listen(draw, (told) => { pace.refused(); problem.tell(told); });
  draw(part.first);
  const { element } = step(
    channel.word("b_pace"),
    pace.element, problem.box, words.element,
    labelled(channel.word("b_key"), key), help, keyWords, keyProblem.box,
  );
  return element;
}

/** The field of the number and the button, with what is told beside them. */
function confirmElements(channel, send) {
  const ask = make("p", { class: "oqb-ask", id: freshId("ask") });
  const why = make("span", { class: "oq-quiet", id: freshId("why"), role: "status" });
  const field = make("input", { type: "text", autocomplete: "off", inputmode: "numeric", class: "oqb-count", "aria-describedby": ask.id });
  const press = button("", (event) => { if (event.detail <= 1) send(); }, { class: "oq-button oq-main", "aria-describedby": why.id });
  press.addEventListener("keydown", (event) => { if (event.repeat) event.preventDefault(); });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) send();
  });
  const row = make("div", { class: "oq-row" }, labelled(channel.word("b_confirm_field"), field, { class: "oq-row" }), press, why);
  return { ask, why, field, press, row };
}

/**
 * The step in which sending is confirmed.
 *
 * The button is on only while the number that is asked for stands in the field. It is asked for anew whenever what
 * would go out has changed.
 */
function confirmStep(channel, part) {
  let view = part.first;
  let asked = false;
  const warnings = sentences({ class: "oq-chooser-notes" });
  const problem = problemBox();
  const { ask, why, field, press, row } = confirmElements(channel, send);
  const right = () => view.number !== null && field.value.trim() === String(view.number);
  const ready = () => !view.off && !view.busy && !asked && right();

  function send() {
    if (!ready()) return;
    asked = true;
    part.ask("send", { number: field.value.trim(), edition: view.edition });
    draw();
  }

  function take(next) {
    if (next.edition !== view.edition) field.value = "";
    view = next;
    asked = false;
    problem.tell(view.problem);
    draw();
  }

  function draw() {
    const busy = view.busy || asked;
    const typed = field.value.trim();
    const wrong = typed && !right() ? channel.word("b_confirm_wrong", { typed, count: view.number }) : "";
    warnings.tell(view.warnings);
    say(ask, view.ask);
    say(press, channel.word(busy ? "b_confirm_busy" : "b_confirm_send"));
    // Not `disabled`: that would take the focus away, and nobody would hear why it is off.
    turn(press, ready());
    say(why, busy ? "" : view.off || wrong);
  }

  field.addEventListener("input", draw);
  part.listen(take, (what) => { asked = false; problem.tell(what); draw(); });
  take(view);
  return step(channel.word("b_confirm"), warnings.element, ask, row, problem.box).element;
}
