// A broadcast that is being sent, or was: how far it is, what became of each message, and the earlier ones.

const LINES = ["name", "kind", "number", "text", "delivery", "when", "why"];

/** A bar of how much is done. */
function progressBar(channel) {
  const length = make("div", { class: "oqb-length" });
  const bar = make("div", { class: "oqb-bar", role: "progressbar", "aria-label": channel.word("b_bar"), "aria-valuemin": 0 }, length);
  const text = make("span", { class: "oqb-number" });
  const left = make("span", { class: "oq-quiet" });
  return {
    element: make("div", {}, bar, make("div", { class: "oq-row" }, text, left)),
    tell({ done, total, left: sentence, state }) {
      const told = channel.word("b_bar_of", { done: done.toLocaleString("en"), total: total.toLocaleString("en") });
      length.style.width = `${total ? (100 * done) / total : 0}%`;
      setAttribute(bar, "aria-valuemax", String(total));
      setAttribute(bar, "aria-valuenow", String(done));
      setAttribute(bar, "aria-valuetext", told);
      setAttribute(bar, "data-state", state);
      say(text, told);
      say(left, sentence);
    },
  };
}

/** Buttons that steer the broadcast; each stays where it is, and is off while it can do nothing. */
function steering(channel, act) {
  const press = (action, text) => keptButton(text, () => act(action));
  const pause = press("pause", channel.word("b_pause"));
  const resume = press("resume", channel.word("b_resume"));
  const stop = press("stop", channel.word("b_stop"));
  return {
    element: make("div", { class: "oq-row" }, pause, resume, stop),
    pause,
    tell({ can }) {
      turn(pause, can.pause);
      turn(resume, can.resume);
      turn(stop, can.stop);
    },
  };
}

/** Buttons that send again, the second one only with an explicit word. */
function retrying(channel, act) {
  const failed = button("", () => act("retry", { which: "failed", may_double: false }));
  const box = make("input", { type: "checkbox" });
  let count;
  // The word is said once: a second click, or a key that is held, sends nothing.
  const unknown = keptButton("", () => { untick(); act("retry", { which: "unknown", may_double: true, count }); });
  const word = make("label", { class: "oqb-check" }, box, channel.word("b_may_double"));
  const doubtful = make("div", { class: "oq-row" }, word, unknown);
  const both = make("div", { class: "oq-row" }, failed, doubtful);
  const draw = () => turn(unknown, box.checked);
  const untick = () => { box.checked = false; draw(); };
  box.addEventListener("change", draw);
  return {
    element: both,
    tell({ can, failed: not_sent, unknown: open }) {
      say(failed, channel.word("b_retry_failed", { count: not_sent }));
      show(failed, can.retry_failed);
      say(unknown, channel.word("b_retry_unknown", { count: open }));
      show(doubtful, can.retry_unknown);
      show(both, can.retry_failed || can.retry_unknown);
      if (!can.retry_unknown || open !== count) untick();
      count = open;
    },
  };
}

/** How many messages came to what; each count shows those alone. */
function countButtons(channel, only) {
  const place = make("div", { class: "oq-row", role: "group", "aria-label": channel.word("b_counts") });
  const tell = lines(place, ({ delivery }) => {
    const press = button("", () => only(press.getAttribute("aria-pressed") === "true" ? "" : delivery), { class: "oq-button oqb-delivery" });
    return {
      element: press,
      tell(one) {
        setAttribute(press, "data-tone", one.tone);
        setAttribute(press, "aria-pressed", String(one.on));
        say(press, channel.word("b_count", { label: one.label, count: one.count.toLocaleString("en") }));
      },
    };
  });
  return {
    element: place,
    tell({ counts, only: shown, total }) {
      const all = { delivery: "", label: channel.word("b_lines_all"), count: total };
      tell([all, ...counts].map((one) => ({ ...one, key: one.delivery, on: one.delivery === shown })));
    },
  };
}

/** The button that saves the report, and where it was saved. */
function saving(channel, act) {
  const press = keptButton("", () => act("save"));
  const where = make("span", { class: "oq-text", role: "status" });
  return {
    element: make("div", { class: "oq-row" }, press, where),
    tell({ can, saving: busy, saved }) {
      say(press, channel.word(busy ? "b_saving" : "b_save"));
      turn(press, can.save && !busy);
      say(where, saved?.words ?? "");
    },
  };
}

/** What is sent and at which pace, whether it is being sent, and what went wrong last. */
function standing(channel) {
  const state = make("strong", { role: "status" });
  const text = make("div", { class: "oq-text oqb-out", tabindex: 0, role: "group", "aria-label": channel.word("b_template") });
  const pace = make("p", { class: "oq-quiet" });
  const trouble = make("p", { class: "oq-text oqb-trouble", role: "status" });
  return {
    elements: [state, text, pace],
    trouble,
    tell(view) {
      say(state, view.state_words);
      say(text, view.text);
      say(pace, view.pace);
      say(trouble, view.problem_words);
    },
  };
}

/** The broadcast that is watched; `staged(view)` is called with each view. */
function watchStep(channel, part, staged) {
  let view = part.first;
  const act = (action, values = {}) => part.ask(action, { key: view.key, ...values });
  const { element, heading } = step("");
  const problem = problemBox();
  const counts = countButtons(channel, (only) => act("lines", { only, start: 0 }));
  const table = recipientTable(channel, channel.word("b_lines"), LINES, (start) => act("lines", { only: view.only, start }));
  const notes = sentences({ class: "oq-quiet" });
  const parts = [standing(channel), progressBar(channel), steering(channel, act), retrying(channel, act), counts, saving(channel, act)];
  const [now, bar, steer, retry, , save] = parts;
  const again = pulling(channel, () => act("look"));

  function draw(next) {
    view = next;
    again(view.again_ms);
    if (view.key !== null) drawBroadcast();
    problem.tell(view.problem);
    staged(view);
  }

  function drawBroadcast() {
    say(heading, view.title);
    for (const one of parts) one.tell(view);
    table.tell({ rows: view.lines, start: view.start, total: view.rows_total });
    notes.tell(view.notes);
    if (retry.element.querySelector(":focus")?.closest("[hidden]")) steer.pause.focus();
  }

  element.append(
    ...now.elements, bar.element, now.trouble, problem.box, steer.element, retry.element, counts.element, table.element,
    make("div", { class: "oq-row" }, save.element, button(channel.word("b_leave"), () => act("leave"))), notes.element,
  );
  part.listen(draw, (found) => { problem.tell(found); again(view.again_ms); });
  return { element, heading, begin: () => draw(view) };
}

/** Ask again after a time that the kernel names, one question at a time. */
function pulling(channel, ask) {
  let timer = 0;
  channel.atEnd(() => clearTimeout(timer));
  return (pause_ms) => {
    clearTimeout(timer);
    timer = pause_ms ? setTimeout(ask, pause_ms) : 0;
  };
}

/** The broadcasts of before, each of which can be opened. */
function keptList(channel, part) {
  const none = make("p", { class: "oq-quiet", text: channel.word("b_kept_none") });
  const list = make("ul", { class: "oqb-list" });
  const more = make("p", { class: "oq-quiet" });
  const problem = problemBox();
  const reload = keptButton("", () => part.ask("reload"));
  const box = folded(channel.word("b_kept"), none, list, more, make("div", { class: "oq-row" }, reload), problem.box);
  // What it was when the page was drawn is old by then.
  box.element.addEventListener("toggle", () => { if (box.element.open) part.ask("reload"); });
  const tell = lines(list, ({ key }) => {
    const words = make("span", { class: "oq-quiet" });
    const text = make("span", { class: "oq-text oqb-grow" });
    const open = button(channel.word("b_kept_open"), () => part.ask("open", { key }), { "aria-label": channel.word("b_kept_open_name", { key }) });
    return {
      element: make("li", { class: "oqb-kept" }, make("strong", { class: "oq-name", text: key }), open, text, words),
      tell(one) {
        say(text, one.text);
        say(words, [one.made, one.words, one.sending ? channel.word("b_kept_sending") : ""].filter(Boolean).join(" · "));
      },
    };
  }, reload);

  function draw(view) {
    tell(view.broadcasts);
    show(none, !view.loading && view.broadcasts.length === 0);
    say(more, view.more);
    say(reload, channel.word(view.loading ? "b_loading" : "b_kept_reload"));
    turn(reload, !view.loading);
    problem.tell(view.problem);
  }

  part.listen(draw, problem.tell);
  draw(part.first);
  return box.element;
}
