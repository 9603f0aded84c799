// What is sent: the text with its fields, and how it goes out to any of the recipients.

/** Buttons that put a field into the text. */
function fieldButtons(channel, insert) {
  const title = make("div", { class: "oq-quiet", id: freshId("fields"), text: channel.word("b_fields") });
  const place = make("div", { class: "oq-row oqb-fields", role: "group", "aria-labelledby": title.id });
  const tell = lines(place, ({ insert: field }) => {
    const press = button("", () => insert(field), { class: "oq-button oqb-field" });
    return {
      element: press,
      tell({ label, notes }) {
        say(press, label);
        setAttribute(press, "title", notes || channel.word("b_field_insert", { field: label }));
        setAttribute(press, "data-lacking", Boolean(notes));
        setAttribute(press, "aria-label", [channel.word("b_field_insert", { field: label }), notes].filter(Boolean).join(", "));
      },
    };
  });
  return {
    title,
    element: place,
    tell(fields) {
      tell(fields.map((one) => ({ ...one, key: one.insert })));
      show(place, fields.length > 0);
    },
  };
}

/** The way from one recipient to another: to those beside it, or by a name or number. */
function sampleWay(channel, part) {
  let at = 0;
  const go = (text, by) => keptButton(text, () => part.ask("show", { at: at + by }));
  const before = go(channel.word("b_previous"), -1);
  const behind = go(channel.word("b_next"), 1);
  const place = make("span", { class: "oq-quiet oqb-grow", role: "status" });
  const find = make("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (find.value.trim()) part.ask("find", { text: find.value });
  });
  return {
    steps: [place, before, behind],
    find: labelled(channel.word("b_sample_find"), find, { class: "oq-row oqb-find" }),
    tell(sample) {
      ({ at } = sample);
      say(place, channel.word("b_sample_at", { at: at + 1, of: sample.of }));
      turn(before, at > 0);
      turn(behind, at + 1 < sample.of);
    },
  };
}

/** The text as it goes out to one of the recipients, and the way to the others. */
function sampleBox(channel, part) {
  const title = make("h4", { class: "oqb-subtitle", id: freshId("sample"), text: channel.word("b_sample") });
  const way = sampleWay(channel, part);
  const who = make("div", { class: "oq-row" });
  const text = make("div", { class: "oq-text oqb-out", tabindex: 0, role: "group", "aria-labelledby": title.id });
  const why = make("p");
  const problem = problemBox();
  const element = make(
    "div", { class: "oqb-box oqb-stack" },
    make("div", { class: "oq-row" }, title, ...way.steps), way.find, problem.box, who, text, why,
  );
  return {
    element,
    problem,
    tell(sample) {
      show(element, Boolean(sample));
      problem.tell(null);
      if (!sample) return;
      way.tell(sample);
      who.replaceChildren(...whoElements(sample));
      say(text, sample.text);
      show(text, !sample.why);
      say(why, sample.why);
      show(why, Boolean(sample.why));
    },
  };
}

/** Who is written to, as elements: what it is, its name, its number. */
function whoElements({ kind, name, number }) {
  return [
    make("span", { class: "oq-quiet", text: kind }),
    make("strong", { class: "oq-name", text: name }),
    make("span", { class: "oq-quiet", text: number }),
  ];
}

/** The step in which the text is written. */
function textStep(channel, part) {
  const field = make("textarea", { class: "oqb-message", rows: 4 });
  const length = make("span", { class: "oq-quiet" });
  const problem = problemBox();
  const help = make("p", { class: "oq-quiet", id: freshId("help") });
  const notes = sentences({ class: "oqb-notes" });
  const sample = sampleBox(channel, part);
  field.value = part.first.text;
  setAttribute(field, "aria-describedby", help.id);
  const typed = typing(channel, field, (text, view) => part.ask("write", { text, view }));
  const fields = fieldButtons(channel, (text) => {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input"));
    typed.now();
    field.focus();
  });

  function draw(view) {
    typed.take(view.text, view.by);
    fields.tell(view.fields);
    say(length, view.length);
    say(help, view.help);
    problem.tell(view.problem);
    notes.tell(view.notes);
    // Of a text that cannot be used nothing goes out.
    sample.tell(view.problem ? null : view.sample);
  }

  part.listen(draw, sample.problem.tell);
  draw(part.first);
  const { element } = step(
    channel.word("b_what"), labelled(channel.word("b_template"), field), length, fields.title, fields.element,
    help, problem.box, notes.element, sample.element,
  );
  // JupyterLab lets no line break into a field inside a cell, by a listener at the field itself.
  element.addEventListener("beforeinput", (event) => event.stopPropagation(), { capture: true });
  return element;
}
