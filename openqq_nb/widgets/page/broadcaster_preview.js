// What would go out: how many, to whom, what is wrong and how it is mended.

/** A reason for which some get nothing, with what mends it. */
function problemLine(channel, part, edition) {
  let view = {};
  const reason = make("span", { class: "oq-text" });
  const word = make("input", { type: "text", autocomplete: "off" });
  const put = () => part.ask("fallback", { group: view.group, text: word.value, edition: edition() });
  const press = button(channel.word("b_fallback_put"), put);
  const field = labelled("", word, { class: "oq-row" });
  const form = make("div", { class: "oq-row" }, field, press);
  const out = button("", () => part.ask("remove_group", { group: view.group, edition: edition() }));
  word.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    put();
  });
  return {
    element: make("li", { class: "oqb-problem-line" }, reason, make("div", { class: "oq-row" }, form, out)),
    tell(problem) {
      view = problem;
      say(reason, channel.word("b_problem_count", { count: view.count.toLocaleString("en"), reason: view.reason }));
      show(form, view.field !== null);
      const asked = channel.word("b_fallback_for", { field: view.field });
      say(field.querySelector("label"), asked);
      setAttribute(press, "aria-label", channel.word("b_fallback_put_for", { field: view.field }));
      show(out, view.removable);
      say(out, channel.word("b_take_out_all", { count: view.count.toLocaleString("en") }));
      setAttribute(out, "aria-label", `${out.textContent}: ${view.reason}`);
    },
  };
}

/** Three messages in full. */
function sampleCards(channel) {
  const title = make("h4", { class: "oqb-subtitle", text: channel.word("b_samples") });
  const place = make("div", { class: "oqb-cards" });
  const element = make("div", {}, title, place);
  const tell = lines(place, () => {
    const who = make("div", { class: "oq-row" });
    const text = make("div", { class: "oq-text oqb-out", tabindex: 0, role: "group" });
    return {
      element: make("div", { class: "oqb-card" }, who, text),
      tell(sample) {
        who.replaceChildren(...whoElements(sample));
        setAttribute(text, "aria-label", sample.name);
        say(text, sample.text);
      },
    };
  });
  return {
    element,
    tell(samples) {
      show(element, samples.length > 0);
      tell(samples.map((one, key) => ({ ...one, key })));
    },
  };
}

/** A button that takes a recipient out. */
function takeOut(channel, part, edition) {
  let row = null;
  const press = button(channel.word("b_take_out"), () => part.ask("remove", { row, edition: edition() }));
  return {
    element: press,
    tell(view) {
      ({ row } = view);
      setAttribute(press, "aria-label", channel.word("b_take_out_name", { name: view.name }));
    },
  };
}

/** The problems, and what was taken out because of them. */
function problemList(channel, part, edition, otherwise) {
  const title = make("h4", { class: "oqb-subtitle", id: freshId("problems"), text: channel.word("b_problems") });
  const list = make("ul", { class: "oqb-list", "aria-labelledby": title.id });
  const tell = lines(list, () => problemLine(channel, part, edition), otherwise);
  const removed = make("span");
  const restore = button(channel.word("b_restore"), () => part.ask("restore"));
  const taken = make("div", { class: "oq-row" }, removed, restore);
  const some = make("div", { class: "oqb-box oqb-bad" }, title, list);
  const both = make("div", { class: "oqb-stack" }, some, taken);
  return {
    element: both,
    tell(view) {
      show(both, view.problems.length + view.removed > 0);
      tell(view.problems.map((one) => ({ ...one, key: one.reason })));
      show(some, view.problems.length > 0);
      say(removed, channel.word("b_removed", { count: view.removed.toLocaleString("en") }));
      if (!view.removed && restore.matches(":focus")) otherwise.focus();
      show(taken, view.removed > 0);
    },
  };
}

/** The step in which is seen what would go out. */
function previewStep(channel, part) {
  let view = part.first;
  const edition = () => view.edition;
  const { element, heading } = step(channel.word("b_preview"));
  const state = make("p", { class: "oq-quiet", role: "status" });
  const summary = sentences({ class: "oqb-summary" });
  const samples = sampleCards(channel);
  const problems = problemList(channel, part, edition, heading);
  const only = make("input", { type: "checkbox", on: { change: () => part.ask("only", { on: only.checked }) } });
  const table = recipientTable(
    channel, channel.word("b_table"), ["name", "kind", "number", "text", "when", "why"],
    (start) => part.ask("page", { start, edition: view.edition }), () => takeOut(channel, part, edition),
  );
  const title = make("h4", { class: "oqb-subtitle", text: channel.word("b_table") });
  const check = make("label", { class: "oqb-check" }, only, channel.word("b_only_problems"));
  const rows = make("div", {}, make("div", { class: "oq-row" }, title, check), table.element);
  const body = make("div", { class: "oqb-stack" }, summary.element, problems.element, samples.element, rows);
  const problem = problemBox();

  function draw(next) {
    view = next;
    const { state: now } = view;
    say(state, { empty: view.why, working: channel.word("b_working") }[now] ?? "");
    setAttribute(element, "aria-busy", now === "working" && "true");
    show(body, now === "ready" || (now === "working" && view.summary.length > 0));
    summary.tell(view.summary);
    problems.tell(view);
    samples.tell(view.samples);
    only.checked = view.only;
    table.tell(view);
    problem.tell(view.problem);
  }

  element.append(state, problem.box, body);
  part.listen(draw, problem.tell);
  draw(view);
  return element;
}
