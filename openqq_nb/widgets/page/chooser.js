// Choosing who is written to: the kind, a field to find by typing, the list of what is found, and who is chosen.

const FIND_MS = 60;

/** Radio buttons for the kinds of recipients; those that the server cannot send to are off, and say so. */
function kindButtons(title, view, look) {
  const name = freshId("kind");
  const inputs = new Map();
  const labels = new Map();
  const row = make("div", { class: "oq-row", role: "radiogroup", "aria-label": title });
  for (const { kind } of view.kinds) {
    const input = make("input", { type: "radio", name, value: kind, on: { change: () => look(kind) } });
    const label = make("span");
    inputs.set(kind, input);
    labels.set(kind, label);
    row.append(make("label", { class: "oq-chooser-kind" }, input, label));
  }
  const off = make("div", { class: "oq-quiet" });
  return {
    element: make("div", {}, row, off),
    tell({ kinds, kind: looked }) {
      for (const { kind, label, off: reason } of kinds) {
        const input = inputs.get(kind);
        input.checked = kind === looked;
        input.disabled = Boolean(reason);
        say(labels.get(kind), label);
      }
      off.replaceChildren(...kinds.filter((one) => one.off).map((one) => make("p", { text: one.off })));
    },
  };
}

/** A recipient in the list of what is found; `mark` stands beside one that is chosen already. */
function recipientOption({ name, more, number, place, chosen }, index, id, choose, mark) {
  const others = more.length ? make("span", { class: "oq-name oq-quiet", text: more.join(" · ") }) : null;
  const at = place ? make("span", { class: "oq-name oq-quiet", text: place }) : null;
  const title = [name, ...more, place, number].filter(Boolean).join(" · ");
  // The field keeps the focus.
  const on = { mousedown: (event) => event.preventDefault(), click: () => choose(index) };
  return make(
    "li",
    { role: "option", id, title, "aria-selected": "false", on },
    make("span", { class: "oq-name oq-chooser-name", text: name }),
    others,
    at,
    make("span", { class: "oq-quiet oq-chooser-number", text: number }),
    chosen ? make("strong", { class: "oq-chooser-mark", text: mark }) : null,
  );
}

/**
 * A field with a list under it, as ARIA has it for a combobox; `choose(row)` is called with the row that is taken.
 *
 * `titles` are those of the field and the list, and the mark of a row that is chosen already.
 */
function finder(channel, titles, find, choose) {
  const me = freshId("finder");
  let view = null;
  let told = "";
  let active = -1;
  let wanted = false;

  const list = make("ul", { class: "oq-chooser-list", role: "listbox", id: freshId("list"), "aria-label": titles.list });
  const count = make("div", { class: "oq-quiet", role: "status" });
  const field = make("input", {
    type: "text", role: "combobox", autocomplete: "off", spellcheck: "false",
    "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false", "aria-haspopup": "listbox",
  });
  const ask = after(FIND_MS, () => { told = field.value; find(told, me); });

  function activate(index) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = index;
    const option = list.children[active];
    setAttribute(field, "aria-activedescendant", option?.id);
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
  }

  function fillList(then) {
    const option = (row, index) => recipientOption(row, index, `${list.id}-${index}`, () => choose(row), titles.mark);
    list.replaceChildren(...view.rows.map(option));
    activate(then);
  }

  /** Take the active row, or the only one; of several the first becomes active. */
  function enter() {
    if (view.text !== field.value) { wanted = true; ask.now(); return; }
    if (active >= 0) choose(view.rows[active]);
    else if (view.rows.length === 1) choose(view.rows[0]);
    else if (view.rows.length) activate(0);
  }

  function escape() {
    if (active >= 0) { activate(-1); return; }
    field.value = "";
    ask();
  }

  function move(event) {
    const last = view.rows.length - 1;
    const steps = { ArrowDown: active < last ? active + 1 : 0, ArrowUp: active > 0 ? active - 1 : last };
    // Without an active row these keys move in the text.
    if (active >= 0) Object.assign(steps, { Home: 0, End: last });
    if (!(event.key in steps) || last < 0) return false;
    activate(steps[event.key]);
    return true;
  }

  field.addEventListener("input", () => { wanted = false; ask(); });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") { if (!event.repeat) enter(); }
    else if (event.key === "Escape") escape();
    else if (!move(event)) return;
    event.preventDefault();
  });
  channel.atEnd(ask.stop);

  function tell(next) {
    const same = view && ["text", "kind", "place", "version"].every((name) => view[name] === next[name]);
    const marked = same && next.rows.some(({ chosen }, index) => chosen !== view.rows[index]?.chosen);
    const elsewhere = !view || (next.by && next.by !== me);
    view = next;
    if (view.to) ask.stop();
    // What was typed in another tab, unless something is being typed here; a choice ends the typing.
    if (view.to || (elsewhere && field.value === told)) field.value = told = view.text;
    say(count, view.count);
    if (!same || marked) fillList(same ? active : -1);
    if (!same) list.scrollTop = 0;
    show(list, view.rows.length > 0);
    setAttribute(field, "aria-expanded", view.rows.length > 0 ? "true" : "false");
    if (wanted && view.text === field.value) { wanted = false; enter(); }
  }

  const element = make("div", { class: "oq-chooser-find" }, labelled(titles.field, field), list, count);
  return { element, field, tell };
}

/** The page of a chooser; `chosen()` is called when somebody was chosen on this page. */
function chooserPage(channel, part, chosen) {
  let view = part.first;
  let doing = null;

  const kinds = kindButtons(channel.word("chooser_kind"), view, (kind) => part.ask("look", { kind }));
  const search = finder(
    channel,
    { field: channel.word("chooser_find"), list: channel.word("chooser_list") },
    (text, me) => part.ask("find", { text, view: me }),
    ({ row }) => { doing = "choose"; part.ask("choose", { kind: view.kind, row, version: view.version }); },
  );
  const notes = make("div", { class: "oq-chooser-notes" });
  const who = make("div", { class: "oq-row oq-chooser-who" });
  const change = button(channel.word("chooser_change"), () => { doing = "change"; part.ask("change"); });
  const to = make("div", { class: "oq-row oq-chooser-to", role: "group", "aria-label": channel.word("chooser_title") }, who, change);
  const reload = button("", () => part.ask("reload"));
  const loaded = make("span", { class: "oq-quiet", role: "status" });
  const problem = problemBox();
  const choosing = make("div", {}, kinds.element, search.element, make("div", { class: "oq-row" }, reload, loaded));

  function draw() {
    show(to, Boolean(view.to));
    show(choosing, !view.to);
    who.replaceChildren(...(view.to ? addresseeLine(view.to) : []));
    kinds.tell(view);
    search.tell(view);
    notes.replaceChildren(...view.notes.map((note) => make("p", { text: note })));
    show(notes, view.notes.length > 0);
    say(reload, channel.word(view.loading ? "chooser_loading" : "chooser_reload"));
    setAttribute(reload, "aria-disabled", view.loading ? "true" : "false");
    say(loaded, view.loading ? "" : view.loaded);
    problem.tell(view.problem);
  }

  function take(next) {
    view = next;
    draw();
    if (doing === "choose" && view.to) { doing = null; chosen(); }
    if (doing === "change" && !view.to) { doing = null; search.field.focus(); }
  }

  part.listen(take, problem.tell);
  draw();
  return make("div", { class: "oq-chooser" }, to, choosing, notes, problem.box);
}
