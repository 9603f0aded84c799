// The explorer: places on the left, their people on the right.

const DAY_MS = 400;

/** The list of places; one or several of a kind are chosen. */
class PlaceList {
  constructor(channel, part) {
    this.channel = channel;
    this.part = part;
    this.id = freshId("places");
    const title = make("div", { class: "oqx-title", id: `${this.id}-title`, text: channel.word("places") });
    const hint = make("p", { class: "oq-unseen", id: `${this.id}-hint`, text: channel.word("places_hint") });
    this.list = make("div", {
      class: "oqx-list", role: "listbox", tabindex: 0, "aria-multiselectable": "true", "aria-labelledby": title.id,
      "aria-describedby": hint.id, "data-lm-suppress-shortcuts": "true", on: { keydown: (event) => this.press(event) },
    });
    this.element = make("div", { class: "oqx-places" }, title, this.list, hint);
  }

  /** List other places. */
  fill(places, edition) {
    this.places = places;
    this.edition = edition;
    this.here = 0;
    this.options = places.map((place, line) => this.option(place, line));
    const of = (kind) => this.options.filter((_, line) => places[line].kind === kind);
    this.sections = [this.section("groups", of("group")), this.section("discusses", of("discuss"))];
    this.list.replaceChildren(...of("everybody"), ...of("friends"), ...this.sections.filter(Boolean));
  }

  section(word, options) {
    if (!options.length) return null;
    const title = make("div", { class: "oqx-section", id: freshId(word), role: "presentation", text: this.channel.word(word) });
    return make("div", { role: "group", "aria-labelledby": title.id }, title, ...options);
  }

  option(place, line) {
    const several = place.kind === "group" || place.kind === "discuss";
    const own = several ? place.name : this.channel.word(place.kind);
    return make(
      "div",
      {
        class: "oqx-place", role: "option", id: `${this.id}-${line}`, "aria-selected": "false",
        title: place.number ? `${own} · ${place.number}` : own, on: { click: (event) => this.click(event, line) },
      },
      make("span", { class: several ? "oqt-box oqx-box" : "oqx-box", "aria-hidden": "true" }),
      make("span", { class: "oqx-name oq-name", text: own }),
      make("span", { class: "oqx-count" }),
    );
  }

  /** Show how many people were found where, and what is chosen. */
  update({ hits, chosen, narrowed }) {
    this.options.forEach((option, line) => {
      const on = chosen.includes(line);
      show(option, hits[line] >= 0);
      option.setAttribute("aria-selected", String(on));
      option.classList.toggle("oqx-on", on);
      if (option.firstChild.classList.contains("oqt-box")) say(option.firstChild, on ? "✓" : "");
      say(option.lastChild, this.count(this.places[line].total, hits[line], narrowed));
    });
    for (const section of this.sections) {
      if (section) show(section, [...section.querySelectorAll("[role=option]")].some((one) => !one.hidden));
    }
    if (this.options[this.here].hidden) this.here = chosen[0];
    this.mark();
  }

  count(total, hits, narrowed) {
    if (total === null) return this.channel.word("not_loaded");
    const all = total.toLocaleString("en");
    return narrowed ? this.channel.word("hits", { hits: hits.toLocaleString("en"), total: all }) : all;
  }

  mark() {
    this.options.forEach((option, line) => option.classList.toggle("oqx-here", line === this.here));
    this.list.setAttribute("aria-activedescendant", this.options[this.here].id);
  }

  click(event, line) {
    this.here = line;
    this.mark();
    this.list.focus({ preventScroll: true });
    this.choose(line, event.ctrlKey || event.metaKey || event.target.classList.contains("oqt-box"));
  }

  choose(line, add) {
    this.part.ask("choose", { line, edition: this.edition, add });
  }

  press(event) {
    const shown = this.options.flatMap((option, line) => (option.hidden ? [] : [line]));
    const at = shown.indexOf(this.here);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (to !== undefined) this.go(shown[Math.max(0, Math.min(shown.length - 1, to))]);
    else if (event.key === "Enter") this.choose(this.here, false);
    else if (event.key === " ") this.choose(this.here, true);
    else if (event.key === "Escape") this.choose(0, false);
    else return;
    take(event);
  }

  go(line) {
    this.here = line;
    this.mark();
    this.options[line].scrollIntoView({ block: "nearest" });
  }
}

/** Choices of values and days that people are filtered by. */
class FilterBar {
  constructor(channel, part) {
    this.channel = channel;
    this.part = part;
    this.fields = new Map();
    this.later = after(DAY_MS, (asked) => part.ask("day", asked));
    channel.atEnd(() => this.later.stop());
    this.element = make("div", { class: "oqx-filters", role: "group", "aria-label": channel.word("filters") });
  }

  update({ facets, days }) {
    const names = [...facets.map((one) => one.name), ...days.map((one) => `${one.which}_${one.end}`)];
    if (names.join() !== [...this.fields.keys()].join()) this.build(facets, days);
    for (const facet of facets) this.fillChoice(this.fields.get(facet.name), facet);
    for (const day of days) this.fillDay(this.fields.get(`${day.which}_${day.end}`), day);
  }

  build(facets, days) {
    const choice = ({ name }) => make("select", {
      on: { change: ({ target }) => this.choose(name, target) },
    });
    const day = ({ which, end }) => make("input", {
      type: "date", max: "9999-12-31",
      on: { change: ({ target }) => this.later({ which, end, text: target.value }), blur: () => this.later.now() },
    });
    const titled = [
      ...facets.map((one) => [one.name, one.title, choice(one)]),
      ...days.map((one) => [`${one.which}_${one.end}`, this.channel.word(`${one.which}_${one.end}`), day(one)]),
    ];
    this.fields = new Map(titled.map(([name, _, field]) => [name, field]));
    this.element.replaceChildren(...titled.map(([, title, field]) => labelled(title, field)));
  }

  choose(name, field) {
    field.asked = field.value;
    this.part.ask("value", { facet: name, value: field.value ? field.value.slice(1) : null });
  }

  /** What was asked for did not come to be. */
  settle() {
    for (const field of this.fields.values()) field.asked = undefined;
  }

  /** Values begin with a sign, so that what is not known, an empty text, differs from any. */
  fillChoice(field, { value, choices }) {
    const wanted = value === null ? "" : `=${value}`;
    // Whoever presses keys faster than the kernel answers is not led back to what was chosen before.
    if (field.asked !== undefined && field.asked !== wanted) return;
    field.asked = undefined;
    const shown = choices.filter(([one, , count]) => count || one === value);
    field.replaceChildren(
      make("option", { value: "", text: this.channel.word("any") }),
      ...shown.map(([one, text, count]) => make("option", {
        value: `=${one}`, text: this.channel.word("choice", { text, count: count.toLocaleString("en") }),
      })),
    );
    if (value !== null && !shown.some(([one]) => one === value)) {
      field.append(make("option", { value: `=${value}`, text: value }));
    }
    field.value = wanted;
  }

  fillDay(field, { value }) {
    if (field !== field.getRootNode().activeElement) field.value = value;
  }
}

/** Bars of how many of the rows shown have which value; each one sets a filter. */
class Charts {
  constructor(channel, part) {
    this.channel = channel;
    this.part = part;
    this.element = make("div", { class: "oqx-charts" });
  }

  update({ charts }) {
    const focused = this.element.getRootNode().activeElement?.dataset?.bar;
    this.element.replaceChildren(...charts.map((chart) => this.chart(chart)));
    if (focused) this.element.querySelector(`[data-bar="${CSS.escape(focused)}"]`)?.focus();
  }

  chart({ name, title, bars, others }) {
    const most = Math.max(1, others?.count ?? 0, ...bars.map((one) => one.count));
    const rest = others && this.bar("div", this.channel.word("others", { count: others.kinds }), others.count, most);
    return make(
      "div",
      { class: "oqx-chart", role: "group", "aria-label": this.channel.word("chart", { title }) },
      make("div", { class: "oqx-section", text: title }),
      ...bars.map((one) => this.pressable(name, one, most)),
      rest,
    );
  }

  pressable(name, { value, text, count, on }, most) {
    const bar = this.bar("button", text, count, most);
    const label = this.channel.word("bar", { text, count: count.toLocaleString("en") });
    bar.addEventListener("click", () => this.part.ask("value", { facet: name, value: on ? null : value }));
    const attributes = { type: "button", "data-bar": `${name}=${value}`, "aria-pressed": String(on), "aria-label": label };
    for (const [key, one] of Object.entries(attributes)) bar.setAttribute(key, one);
    return bar;
  }

  bar(tag, text, count, most) {
    return make(
      tag,
      { class: "oqx-bar", title: text },
      make("span", { class: "oqx-name oq-name", text }),
      make("span", { class: "oqx-track" }, make("span", { class: "oqx-length", style: `width:${(100 * count) / most}%` })),
      make("span", { class: "oqx-count", text: count.toLocaleString("en") }),
    );
  }
}

/** Who is in several of the chosen places. */
class Overlap {
  constructor(channel, part) {
    this.channel = channel;
    this.hint = make("p", { class: "oq-quiet", text: channel.word("overlap_hint") });
    this.table = make("table", { class: "oqx-matrix" });
    const scroll = make("div", {
      class: "oqx-scroll", tabindex: 0, role: "region", "aria-label": channel.word("overlap"), "data-lm-suppress-shortcuts": "true",
    }, this.table);
    this.left = make("p", { class: "oq-quiet", hidden: true });
    this.common = make("span", { role: "status" });
    this.only = keptButton(channel.word("show_shared"), () => part.ask("share", { on: this.only.getAttribute("aria-pressed") !== "true" }));
    this.element = make(
      "div", { class: "oqx-overlap", hidden: true },
      make("div", { class: "oqx-title", text: channel.word("overlap") }),
      this.hint, scroll, this.left,
      make("div", { class: "oq-row" }, this.common, this.only),
      make("p", { class: "oq-quiet", text: channel.word("in_code_overlap") }),
    );
  }

  update({ overlap }) {
    show(this.element, Boolean(overlap));
    if (!overlap) return;
    this.draw(overlap);
    show(this.left, overlap.left_off > 0);
    say(this.left, this.channel.word("overlap_many", { count: overlap.names.length }));
    say(this.common, this.channel.word("in_all", { count: overlap.in_all.toLocaleString("en") }));
    this.only.setAttribute("aria-pressed", String(overlap.shared));
    turn(this.only, overlap.in_all > 0 || overlap.shared);
  }

  draw({ names, counts }) {
    const heads = names.map((name) => make("th", { scope: "col", title: name }, make("span", { class: "oq-name", text: name })));
    const lines = names.map((name, at) => make(
      "tr", {},
      make("th", { scope: "row", title: name }, make("span", { class: "oq-name", text: name })),
      ...counts[at].map((count, other) => make("td", {
        class: other === at ? "oqx-own" : "", text: count.toLocaleString("en"),
      })),
    ));
    this.table.replaceChildren(
      make("thead", {}, make("tr", {}, make("td", {}), ...heads)), make("tbody", {}, ...lines),
    );
  }
}

/** The way to the composer, which opens below the table. */
class WriteButton {
  constructor(channel) {
    this.channel = channel;
    this.part = channel.part("writing");
    this.why = make("span", { role: "status", id: freshId("whom") });
    this.press = button("", () => this.open(), { "aria-describedby": this.why.id });
    this.problem = problemBox();
    this.place = make("div", {
      class: "oqx-writing", role: "region", "aria-label": channel.word("writing"), hidden: true, "data-lm-suppress-shortcuts": "true",
    });
    this.part.listen((view) => this.update(view), (problem) => this.problem.tell(problem));
    this.update(this.part.first);
  }

  /** Off is said and not `disabled`, so that the reason can be read where the key stands. */
  update({ name, off, composer }) {
    say(this.press, name === null ? this.channel.word("write_none") : this.channel.word("write", { name }));
    this.press.title = off ?? this.press.textContent;
    setAttribute(this.press, "aria-disabled", String(off !== null));
    say(this.why, off ?? "");
    show(this.why, off !== null);
    this.why.className = name === null ? "oq-unseen" : "oq-quiet";
    // It was about whoever was selected before.
    this.problem.tell(null);
    if (composer && !this.draft) this.draw(composer);
    if (composer && this.wanted) this.draft.focus();
    this.wanted = false;
  }

  open() {
    if (this.press.getAttribute("aria-disabled") === "true") return;
    this.problem.tell(null);
    this.wanted = true;
    this.part.ask("open");
  }

  draw(views) {
    const part = (name) => ({ ...this.channel.part(name), first: views[name] });
    this.draft = draftPage(this.channel, part("draft"));
    this.place.replaceChildren(
      chooserPage(this.channel, part("chooser"), this.draft.focus),
      extrasPage(this.channel, part("extras"), this.draft.focus), this.draft.element,
      sentPage(this.channel, part("sent"), this.draft.focus),
    );
    show(this.place, true);
  }
}

/** The way to the broadcaster: whoever is selected is added to the recipients of the one that was opened last. */
function handButton(channel) {
  const part = channel.part("handing");
  const press = button("", () => part.ask("open"));
  const note = make("span", { class: "oq-quiet", role: "status" });
  const problem = problemBox();
  const update = (view) => {
    say(press, view.label);
    say(note, view.note);
    problem.tell(null);
  };
  part.listen(update, problem.tell);
  update(part.first);
  return { press, note, problem };
}

function explorer(channel, root) {
  const part = channel.part("explorer");
  const table = new VirtualTable(channel, "table");
  const top = new TopBar(channel, part, () => table.grid.focus());
  const places = new PlaceList(channel, part);
  const filters = new FilterBar(channel, part);
  const charts = new Charts(channel, part);
  const overlap = new Overlap(channel, part);
  const regions = [places, filters, charts, overlap];
  const write = new WriteButton(channel);
  const hand = handButton(channel);
  table.foot.append(hand.press, hand.note, write.press, write.why);
  const unloaded = make("p", { class: "oq-problem", hidden: true, text: channel.word("place_not_loaded") });
  root.append(
    top.element,
    make(
      "div", { class: "oqx-panes" },
      places.element,
      make(
        "div", { class: "oqx-people" },
        filters.element, unloaded, table.element, write.problem.box, hand.problem.box,
        make("p", { class: "oq-quiet", text: channel.word("in_code") }), write.place,
        charts.element, overlap.element,
      ),
    ),
  );
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", channel.word("title"));
  let state = {};
  const update = (view) => {
    state = { ...state, ...view };
    if (view.places) places.fill(view.places, view.edition);
    top.update(state);
    for (const region of regions) region.update(state);
    show(unloaded, state.chosen.some((line) => state.places[line].total === null));
  };
  part.listen(update, (problem) => { filters.settle(); top.settle(); top.problem.tell(problem); });
  update({ ...part.first });
}

export default widget("explorer", explorer);
