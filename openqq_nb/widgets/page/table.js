// A table of any number of rows, of which the page has those that are seen.

const ROW_PX = 26;
// Browsers draw nothing beyond some 16 million pixels; more rows than that share the way of the scroll bar.
const MOST_PX = 12_000_000;
const DRAWN_BEYOND = 8;
const ASKED_BEYOND = 80;
const KEPT = 3000;
const LETTER_PX = 7.2;
const SIDE_STEP_PX = 120;
const PATIENCE_MS = 2000;

/** Make a table over the part of a name; its words: see `table` and what follows in the explorer's words. */
class VirtualTable {
  constructor(channel, name) {
    this.channel = channel;
    this.part = channel.part(name);
    this.id = freshId("grid");
    this.state = {};
    this.cells = new Map();
    this.drawn = new Map();
    this.here = 0;
    this.anchor = null;
    this.askedAt = 0;
    this.build();
    this.listen();
    this.take(this.part.first);
  }

  build() {
    const { channel } = this;
    this.head = make("div", { class: "oqt-line oqt-head", role: "row", "aria-rowindex": 1 });
    this.body = make("div", { class: "oqt-body", role: "rowgroup" });
    this.pad = make("div", { class: "oqt-pad", role: "presentation" }, this.body);
    const hint = make("p", { class: "oq-unseen", id: `${this.id}-hint`, text: channel.word("table_hint") });
    this.grid = make(
      "div",
      {
        class: "oqt-grid", id: this.id, role: "grid", tabindex: 0, "aria-label": channel.word("table"),
        "aria-multiselectable": "true", "aria-readonly": "true", "aria-describedby": hint.id,
        "data-lm-suppress-shortcuts": "true",
        on: { keydown: (event) => this.press(event), scroll: () => this.scrolled() },
      },
      make("div", { class: "oqt-top", role: "rowgroup" }, this.head),
      this.pad,
    );
    this.nothing = make("p", { class: "oqt-nothing", hidden: true });
    this.status = make("p", { class: "oqt-status", role: "status" });
    this.problem = problemBox();
    this.all = keptButton(channel.word("pick_all"), () => this.part.ask("pick_all"));
    this.none = keptButton(channel.word("pick_none"), () => this.part.ask("pick_none"));
    this.foot = make("div", { class: "oq-row oqt-foot" }, this.status, this.all, this.none);
    this.element = make(
      "div", { class: "oqt" },
      make("div", { class: "oqt-frame" }, this.grid, this.nothing), this.foot, this.problem.box, hint,
    );
  }

  listen() {
    this.part.listen(
      (view) => (view.cells ? this.receive(view) : this.take(view)),
      (problem) => this.problem.tell(problem),
    );
    const observer = new ResizeObserver(() => this.draw());
    observer.observe(this.grid);
    this.channel.atEnd(() => observer.disconnect());
    this.channel.atEnd(() => cancelAnimationFrame(this.frame));
  }

  /** Take what is told of the rows: their columns, number, order and selection. */
  take(view) {
    const before = this.state;
    this.state = { ...before, ...view };
    if (view.columns) this.columns = view.columns.map((one, at) => ({ ...one, at })).filter((one) => !one.blank);
    if (this.state.version !== before.version) this.startAnew();
    else for (const row of this.cells.values()) row.stale = true;
    this.askedAt = 0;
    this.problem.tell(null);
    this.tell();
    this.draw();
  }

  startAnew() {
    this.cells.clear();
    for (const line of this.drawn.values()) line.remove();
    this.drawn.clear();
    this.here = 0;
    this.anchor = null;
    this.drawHead();
    this.grid.scrollTop = 0;
  }

  /** Take rows that were asked for, unless the order has changed since. */
  receive({ version, start, cells }) {
    this.askedAt = 0;
    if (version !== this.state.version) return;
    cells.forEach(([position, on, ...texts], at) => {
      const row = { position, on: on === 1, texts };
      this.cells.set(start + at, row);
      // The line stays: a press that began on it must end on it, or the browser sees no click.
      const line = this.drawn.get(start + at);
      if (line) this.write(line, row);
    });
    if (this.cells.size > KEPT) this.cells = new Map([...this.cells].slice(-KEPT / 2));
    this.draw();
  }

  forget(index) {
    this.drawn.get(index)?.remove();
    this.drawn.delete(index);
  }

  tell() {
    const { channel, state } = this;
    const [total, size, picked, unseen] = [state.total, state.size, state.picked, state.unseen]
      .map((number) => number.toLocaleString("en"));
    const rows = channel.word(state.total === state.size ? "rows_all" : "rows", { total, size });
    const chosen = channel.word(state.unseen ? "picked_unseen" : "picked", { picked, unseen });
    say(this.status, `${rows} · ${chosen}`);
    say(this.nothing, channel.word(state.size ? "nothing_shown" : "nobody_there"));
    show(this.nothing, !state.total);
    this.grid.classList.toggle("oqt-low", !state.size);
    turn(this.all, state.total > 0);
    turn(this.none, state.picked > 0);
    this.grid.setAttribute("aria-rowcount", state.total + 1);
    this.grid.setAttribute("aria-colcount", this.columns.length + 1);
  }

  drawHead() {
    const focused = this.head.contains(this.head.getRootNode().activeElement);
    const at = Math.min(this.headAt ?? 0, this.columns.length - 1);
    const mark = make(
      "div", { class: "oqt-mark", role: "columnheader", "aria-colindex": 1 },
      make("span", { class: "oq-unseen", text: this.channel.word("select") }),
    );
    this.head.replaceChildren(mark, ...this.columns.map((column, index) => this.heading(column, index)));
    this.goToHeading(at, focused);
  }

  heading(column, index) {
    const sorted = this.state.by === column.at;
    const up = this.state.ascending;
    const tip = this.channel.word("sort", { title: column.title, name: column.name });
    const press = button("", () => this.part.ask("sort", { by: column.at, ascending: !(sorted && up) }), {
      class: "oqt-heading", title: tip, tabindex: -1,
    });
    press.append(
      make("span", { class: "oq-name", text: column.title }),
      make("span", { class: "oqt-arrow", "aria-hidden": "true", text: sorted ? (up ? "▲" : "▼") : "" }),
    );
    press.addEventListener("focus", () => this.goToHeading(index));
    press.addEventListener("keydown", (event) => this.pressHeading(event, index));
    return make(
      "div",
      {
        class: "oqt-cell", role: "columnheader", "aria-colindex": index + 2, style: this.width(column),
        "aria-sort": sorted ? (up ? "ascending" : "descending") : "none",
      },
      press,
    );
  }

  width(column) {
    return `width:${Math.round(column.width * LETTER_PX + 18)}px`;
  }

  /** Only one heading is on the way of the tab key; arrows lead to the others. */
  goToHeading(at, focus = false) {
    this.headAt = at;
    const headings = [...this.head.querySelectorAll(".oqt-heading")];
    headings.forEach((one, index) => { one.tabIndex = index === at ? 0 : -1; });
    if (focus) headings[at]?.focus();
  }

  pressHeading(event, at) {
    const last = this.columns.length - 1;
    const to = { ArrowRight: Math.min(at + 1, last), ArrowLeft: Math.max(at - 1, 0), Home: 0, End: last }[event.key];
    if (to !== undefined) this.goToHeading(to, true);
    else if (event.key === "ArrowDown") this.grid.focus();
    else return;
    take(event);
  }

  /** Tell where the view is: the height of it and of all rows, and how far down it is. */
  place() {
    const seen = Math.max(ROW_PX, this.grid.clientHeight - ROW_PX);
    const full = this.state.total * ROW_PX;
    const padded = Math.min(full, MOST_PX);
    const ratio = padded < full ? (full - seen) / (padded - seen) : 1;
    return { seen, padded, ratio, top: this.grid.scrollTop * ratio };
  }

  scrolled() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    const { seen, padded, top } = this.place();
    const first = Math.max(0, Math.floor(top / ROW_PX) - DRAWN_BEYOND);
    const stop = Math.min(this.state.total, Math.ceil((top + seen) / ROW_PX) + DRAWN_BEYOND);
    this.pad.style.height = `${padded}px`;
    this.body.style.transform = `translateY(${first * ROW_PX - top + this.grid.scrollTop}px)`;
    for (const index of [...this.drawn.keys()]) if (index < first || index >= stop) this.forget(index);
    for (let index = first; index < stop; index += 1) this.put(index, index - first);
    this.mark();
    this.ask(first, stop);
  }

  /** See that the line of a row stands where it belongs. */
  put(index, place) {
    let line = this.drawn.get(index);
    if (!line) {
      line = this.line(index);
      this.drawn.set(index, line);
    }
    if (this.body.children[place] !== line) this.body.insertBefore(line, this.body.children[place] ?? null);
  }

  line(index) {
    const mark = make("div", { class: "oqt-mark", role: "gridcell", "aria-colindex": 1 },
      make("span", { "aria-hidden": "true", class: "oqt-box" }));
    const cells = this.columns.map((column, at) => make("div", {
      class: "oqt-cell oq-name", role: "gridcell", "aria-colindex": at + 2, style: this.width(column),
    }));
    const line = make(
      "div",
      {
        class: "oqt-line", role: "row", id: `${this.id}-${index}`, "aria-rowindex": index + 2,
        on: { click: (event) => this.click(event, index), mousedown: (event) => event.shiftKey && event.preventDefault() },
      },
      mark,
      ...cells,
    );
    this.write(line, this.cells.get(index));
    return line;
  }

  /** Write a row, or that it is on its way, into its line. */
  write(line, row) {
    const on = row?.on ?? false;
    line.classList.toggle("oqt-on", on);
    line.setAttribute("aria-selected", String(on));
    const [mark, ...cells] = line.children;
    say(mark.firstChild, on ? "✓" : "");
    cells.forEach((cell, at) => {
      const text = row ? row.texts[this.columns[at].at] : "…";
      say(cell, text);
      cell.title = text;
    });
  }

  /** Show which row the keys act on. */
  mark() {
    for (const [index, line] of this.drawn) line.classList.toggle("oqt-here", index === this.here);
    setAttribute(this.grid, "aria-activedescendant", this.drawn.has(this.here) && `${this.id}-${this.here}`);
  }

  /** Ask for rows that are to be seen and not there, one question at a time. */
  ask(first, stop) {
    const now = performance.now();
    if (this.askedAt && now - this.askedAt < PATIENCE_MS) return;
    let lacking = first;
    while (lacking < stop && this.cells.has(lacking) && !this.cells.get(lacking).stale) lacking += 1;
    if (lacking >= stop) return;
    this.askedAt = now;
    this.part.ask("rows", {
      start: Math.max(0, first - ASKED_BEYOND), stop: stop + ASKED_BEYOND, version: this.state.version,
    });
  }

  click(event, index) {
    this.grid.focus({ preventScroll: true });
    const toggles = event.ctrlKey || event.metaKey || event.target.closest(".oqt-mark");
    if (event.shiftKey) this.reach(index);
    else {
      this.here = this.anchor = index;
      this.pick(index, !toggles);
    }
    this.mark();
  }

  /** Select a row, or not any more. One that is still on its way is known by its place. */
  pick(index, only) {
    const row = this.cells.get(index);
    const { edition, version } = this.state;
    if (row) this.part.ask("pick", { position: row.position, edition, only });
    else this.part.ask("pick_at", { index, version, only });
  }

  /** Select all from where the last move began. */
  reach(index) {
    this.anchor ??= this.here;
    this.here = index;
    this.part.ask("pick_range", { first: this.anchor, last: index, version: this.state.version });
  }

  press(event) {
    if (event.target !== this.grid) return;
    const command = event.ctrlKey || event.metaKey;
    const to = this.target(event.key);
    if (to !== undefined) this.go(to, event.shiftKey);
    else if (event.key === " ") this.space(event.shiftKey);
    else if (event.key === "ArrowRight") this.grid.scrollLeft += SIDE_STEP_PX;
    else if (event.key === "ArrowLeft") this.grid.scrollLeft -= SIDE_STEP_PX;
    else if (event.key === "Escape") this.part.ask("pick_none");
    else if (command && event.key.toLowerCase() === "a") this.part.ask("pick_all");
    else return;
    take(event);
  }

  target(key) {
    const page = Math.max(1, Math.floor(this.place().seen / ROW_PX) - 1);
    const moves = {
      ArrowDown: this.here + 1, ArrowUp: this.here - 1, PageDown: this.here + page, PageUp: this.here - page,
      Home: 0, End: this.state.total - 1,
    };
    return key in moves ? Math.max(0, Math.min(this.state.total - 1, moves[key])) : undefined;
  }

  go(index, reaching) {
    if (!this.state.total) return;
    if (reaching) this.reach(index);
    else this.here = this.anchor = index;
    this.bringIntoView(index);
    this.draw();
  }

  space(reaching) {
    if (reaching) this.reach(this.here);
    else {
      this.anchor = this.here;
      this.pick(this.here, false);
    }
  }

  bringIntoView(index) {
    const { seen, ratio, top } = this.place();
    const y = index * ROW_PX;
    if (y < top) this.grid.scrollTop = y / ratio;
    else if (y + ROW_PX > top + seen) this.grid.scrollTop = Math.ceil((y + ROW_PX - seen) / ratio);
  }
}

/** Keep a key to oneself: the page around must not act on it. */
function take(event) {
  event.preventDefault();
  event.stopPropagation();
}
