// To whom: people and groups from the roster, the selection of an explorer, and lists from files.

const BAD_LINES = 20;

/** A button that takes a file, and says what was wrong with it. */
function uploader(channel, part) {
  let view = part.first.upload;
  const problem = problemBox();
  const file = make("input", { type: "file", hidden: true, accept: view.accept, on: { change: read } });
  const help = make("span", { class: "oq-quiet", id: freshId("upload"), text: channel.word("b_upload_help") });
  const press = keptButton(channel.word("b_upload"), () => file.click(), { "aria-describedby": help.id });

  function read() {
    const [chosen] = file.files;
    if (!chosen) return;
    const { name } = chosen;
    if (chosen.size > view.most_bytes) {
      problem.tell({ title: channel.word("b_upload_large", { name, most: Math.floor(view.most_bytes / MEGABYTE) }) });
    } else {
      const reader = new FileReader();
      reader.onload = () => part.ask("upload", { name, data: reader.result.slice(reader.result.indexOf(",") + 1) });
      reader.onerror = () => problem.tell({ title: channel.word("b_upload_unreadable", { name }), detail: String(reader.error) });
      reader.readAsDataURL(chosen);
    }
    // The same file may be chosen again once it was mended.
    file.value = "";
  }

  return {
    elements: [press, help],
    problem: problem.box,
    file,
    tell({ upload }) {
      view = upload;
      say(press, channel.word(view.busy ? "b_uploading" : "b_upload"));
      turn(press, !view.busy);
      problem.tell(view.problem);
    },
  };
}

/** The lines of a list that could not be used. */
function badLines(channel, go) {
  const list = make("ul", { class: "oqb-list" });
  const titles = { before: channel.word("b_bad_before"), behind: channel.word("b_bad_more") };
  const pages = pager(channel, titles, BAD_LINES, go);
  const box = folded("", list, pages.element);
  box.element.open = true;
  const fillList = lines(list, () => {
    const line = make("strong");
    const text = make("span", { class: "oq-text" });
    const why = make("span");
    return {
      element: make("li", { class: "oq-row" }, line, text, why),
      tell(bad) {
        say(line, channel.word("b_bad_line", { line: bad.line }));
        say(text, bad.why.includes(bad.text) ? "" : bad.text);
        say(why, bad.why);
      },
    };
  });
  return {
    element: box.element,
    tell(bad) {
      show(box.element, Boolean(bad));
      if (!bad) return;
      say(box.summary, channel.word("b_bad", { count: bad.total }));
      fillList(bad.lines.map((one) => ({ ...one, key: one.line })));
      pages.tell({ start: bad.start, shown: bad.lines.length, total: bad.total });
    },
  };
}

/** One of the sources that are chosen. */
function sourceLine(channel, part, { source }) {
  const label = make("span", { class: "oq-name" });
  const count = make("strong", { class: "oqb-number" });
  const notes = sentences({ class: "oq-quiet" });
  const remove = button(channel.word("b_remove"), () => part.ask("remove", { source }));
  const option = (numbers) => make("option", { value: numbers, text: channel.word(`b_read_as_${numbers}`) });
  const reads = make("select", { on: { change: () => part.ask("read_as", { source, numbers: reads.value }) } }, option("qq"), option("gnumber"));
  const read = labelled(channel.word("b_read_as"), reads, { class: "oq-row" });
  const bad = badLines(channel, (start) => part.ask("bad", { source, start }));
  return {
    element: make(
      "li", { class: "oqb-source" },
      make("div", { class: "oq-row" }, count, make("span", { class: "oqb-grow" }, label), read, remove),
      notes.element, bad.element,
    ),
    tell(view) {
      say(label, view.label);
      say(count, view.count.toLocaleString("en"));
      notes.tell(view.notes);
      setAttribute(remove, "aria-label", channel.word("b_remove_name", { name: view.label }));
      show(read, view.numbers !== null);
      reads.value = view.numbers ?? "";
      bad.tell(view.bad);
    },
  };
}

/** A choice of one category or group. */
function placeChoice(channel, part) {
  const select = make("select", { on: { change: () => part.ask("place", { place: select.value }) } });
  const element = labelled("", select);
  const title = element.querySelector("label");
  let told = "";
  return {
    element,
    tell({ kind, places, place }) {
      show(element, places.length > 0);
      if (!places.length) return;
      say(title, channel.word(`b_place_${kind}`));
      const now = JSON.stringify(places);
      if (now !== told) select.replaceChildren(...places.map((one) => make("option", { value: one.place, text: one.label })));
      told = now;
      select.value = place;
      select.title = select.selectedOptions[0]?.textContent ?? "";
    },
  };
}

/** Who is chosen: each source with its count, and how many recipients that makes. */
function chosenList(channel, part, otherwise) {
  const title = make("h4", { class: "oqb-subtitle", id: freshId("chosen"), text: channel.word("b_sources") });
  const list = make("ul", { class: "oqb-list oqb-sources", "aria-labelledby": title.id });
  const total = make("strong", { role: "status" });
  const clear = button(channel.word("b_clear"), () => part.ask("clear"));
  const fillList = lines(list, (source) => sourceLine(channel, part, source), otherwise);
  return {
    element: make("div", { class: "oqb-box" }, make("div", { class: "oq-row" }, title, make("span", { class: "oqb-grow" }, total), clear), list),
    tell({ sources, total: sentence }) {
      fillList(sources.map((one) => ({ ...one, key: one.source })));
      show(list, sources.length > 0);
      // Else the focus would be lost with it.
      if (!sources.length && clear.matches(":focus")) otherwise.focus();
      show(clear, sources.length > 1);
      say(total, sentence);
    },
  };
}

/** The selection of an explorer, and lists from files. */
function fromElsewhere(channel, part) {
  const take = keptButton("", () => part.ask("take_selection"));
  const off = make("span", { class: "oq-quiet", id: freshId("off") });
  const upload = uploader(channel, part);
  setAttribute(take, "aria-describedby", off.id);
  return {
    element: make(
      "div", { class: "oqb-stack" },
      make("div", { class: "oq-row" }, take, off), make("div", { class: "oq-row" }, ...upload.elements), upload.file, upload.problem,
    ),
    tell(view) {
      say(take, view.explorer.label);
      turn(take, !view.explorer.off);
      say(off, view.explorer.off);
      upload.tell(view);
    },
  };
}

/** A button for all that are found, and one that asks the server anew. */
function foundRow(channel, part) {
  let view = part.first;
  const all = button("", () => part.ask("add_all", { kind: view.kind, version: view.version }));
  const reload = keptButton("", () => part.ask("reload"));
  const loaded = make("span", { class: "oq-quiet", role: "status" });
  return {
    element: make("div", { class: "oq-row" }, all, make("span", { class: "oqb-grow" }), loaded, reload),
    tell(next) {
      view = next;
      say(all, view.all);
      show(all, Boolean(view.all));
      say(reload, channel.word(view.loading ? "b_loading" : "b_reload"));
      turn(reload, !view.loading);
      say(loaded, view.loading ? "" : view.loaded);
    },
  };
}

/** The step in which recipients are chosen. */
function whomStep(channel, part) {
  let view = part.first;
  const kinds = kindButtons(channel.word("b_kind"), view, (kind) => part.ask("look", { kind }));
  const place = placeChoice(channel, part);
  const titles = { field: channel.word("b_find"), list: channel.word("b_list"), mark: channel.word("b_added") };
  const search = finder(
    channel, titles,
    (text, me) => part.ask("find", { text, view: me }),
    ({ row }) => part.ask("add", { kind: view.kind, row, version: view.version }),
  );
  const found = foundRow(channel, part);
  const elsewhere = fromElsewhere(channel, part);
  const chosen = chosenList(channel, part, search.field);
  const notes = sentences({ class: "oq-chooser-notes" });
  const problem = problemBox();

  function draw(next) {
    view = next;
    for (const one of [kinds, place, search, found, elsewhere, chosen]) one.tell(view);
    notes.tell(view.notes);
    problem.tell(view.problem);
  }

  part.listen(draw, problem.tell);
  draw(view);
  return step(
    channel.word("b_whom"),
    kinds.element, place.element, search.element, found.element, notes.element, problem.box, elsewhere.element, chosen.element,
  ).element;
}
