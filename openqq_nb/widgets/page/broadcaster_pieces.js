// What the steps of a broadcast are made of: headings, fields that are typed into, lists, and rows a page at a time.

const TELL_MS = 150;
const MEGABYTE = 1_000_000;

/** A region with its heading, which can be given the focus. */
function step(title, ...children) {
  const heading = make("h3", { class: "oqb-title", id: freshId("step"), tabindex: -1, text: title });
  const element = make("section", { class: "oqb-step", "aria-labelledby": heading.id }, heading, ...children);
  return { element, heading };
}

/** Something that is opened to be read. */
function folded(title, ...children) {
  const summary = make("summary", { text: title });
  return { element: make("details", { class: "oqb-folded" }, summary, ...children), summary };
}

/** Paragraphs that follow what is told. */
function sentences(attributes = {}) {
  const element = make("div", attributes);
  return {
    element,
    tell(texts) {
      const shown = texts.filter(Boolean);
      if ([...element.children].map((one) => one.textContent).join("\n") !== shown.join("\n")) {
        element.replaceChildren(...shown.map((text) => make("p", { text })));
      }
      show(element, shown.length > 0);
    },
  };
}

/**
 * Tell the kernel what is typed in a field, and take what comes from there: typed elsewhere, or put in.
 *
 * What was typed here stays until the kernel has answered to all of it, and so does what an input method is at work on.
 */
function typing(channel, field, tell) {
  const me = freshId("typing");
  let told = field.value;
  let unanswered = 0;
  let composing = false;
  let latest = told;
  const later = after(TELL_MS, () => {
    told = field.value;
    unanswered += 1;
    tell(told, me);
  });

  function put(text) {
    told = text;
    if (field.value !== text) field.value = text;
  }

  function settle() {
    if (!composing && !unanswered && field.value === told) put(latest);
  }

  field.addEventListener("input", () => later());
  field.addEventListener("blur", later.now);
  field.addEventListener("compositionstart", () => { composing = true; });
  field.addEventListener("compositionend", () => { composing = false; settle(); });
  channel.atEnd(later.now);
  return {
    put,
    now: later.now,
    /** Take a text; `by` is who typed it, if it was typed just now. */
    take(text, by) {
      latest = text;
      if (by === me) unanswered = Math.max(0, unanswered - 1);
      else settle();
    },
  };
}

/**
 * Keep one element for each item, by its `key` and in order, so that what is typed or open in it stays.
 *
 * `build(item)` gives `{element, tell}`. When the element goes that has the focus, the one in its place gets it, or
 * `otherwise`.
 */
function lines(place, build, otherwise) {
  const kept = new Map();
  return (items) => {
    const focused = [...place.children].findIndex((one) => one.matches(":focus-within"));
    const wanted = new Set(items.map(({ key }) => key));
    for (const [key, { element }] of kept) if (!wanted.has(key)) { element.remove(); kept.delete(key); }
    items.forEach((item, at) => {
      const line = kept.get(item.key) ?? build(item);
      kept.set(item.key, line);
      if (place.children[at] !== line.element) place.insertBefore(line.element, place.children[at] ?? null);
      line.tell(item);
    });
    if (focused < 0 || place.matches(":focus-within")) return;
    const next = place.children[Math.min(focused, place.children.length - 1)];
    (next?.querySelector("button") ?? otherwise)?.focus();
  };
}

/** Buttons that lead through rows of which a page is shown; `go(start)` asks for another one. */
function pager(channel, titles, most, go) {
  let view = { start: 0, shown: 0, total: 0 };
  const before = keptButton(titles.before, () => go(Math.max(0, view.start - most)));
  const behind = keptButton(titles.behind, () => go(view.start + view.shown));
  const range = make("span", { class: "oq-quiet" });
  const element = make("div", { class: "oq-row oqb-pager" }, before, range, behind);
  return {
    element,
    tell(next) {
      view = next;
      const { start, shown, total } = view;
      show(element, total > shown);
      say(range, channel.word("b_rows", { first: start + 1, last: start + shown, total }));
      turn(before, start > 0);
      turn(behind, start + shown < total);
    },
  };
}

const ROWS = 50;
const CELLS = { name: "oq-name", text: "oq-text", why: "oq-text", delivery: "oqb-tone" };

/** A line of a table of recipients; `act` is a button of it, or nothing. */
function recipientLine(columns, act) {
  const cells = columns.map((name) => make("td", { class: `oqb-cell-${name}`, role: "cell" }, make("span", { class: CELLS[name] })));
  const element = make("tr", { role: "row" }, ...cells, act ? make("td", { class: "oqb-cell-act", role: "cell" }, act.element) : null);
  return {
    element,
    tell(row) {
      setAttribute(element, "data-tone", row.tone);
      columns.forEach((name, at) => {
        const text = String(row[name] ?? "");
        const span = cells[at].firstChild;
        say(span, text);
        setAttribute(span, "title", text);
        cells[at].classList.toggle("oqb-none", !text);
      });
      act?.tell(row);
    },
  };
}

/** A table of recipients, a page at a time. `act(row)` gives a button `{element, tell}` for a row. */
function recipientTable(channel, title, columns, go, act) {
  const titled = act ? [...columns, "act"] : columns;
  const heads = titled.map((name) => make("th", { scope: "col", role: "columnheader", text: channel.word(`b_column_${name}`) }));
  const body = make("tbody", { role: "rowgroup" });
  const none = make("p", { class: "oq-quiet", text: channel.word("b_rows_none") });
  const table = make(
    "table", { class: "oqb-table", role: "table" },
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...heads)), body,
  );
  const scroll = make("div", { class: "oqb-scroll", role: "region", tabindex: 0, "aria-label": title }, table);
  const fillBody = lines(body, (row) => recipientLine(columns, act?.(row)), scroll);
  const turnTo = (start) => { scroll.scrollTop = 0; go(start); };
  const pages = pager(channel, { before: channel.word("b_page_before"), behind: channel.word("b_page_after") }, ROWS, turnTo);
  return {
    element: make("div", { class: "oqb-rows" }, scroll, none, pages.element),
    tell({ rows, start, total }) {
      show(scroll, rows.length > 0);
      show(none, rows.length === 0);
      fillBody(rows.map((row) => ({ ...row, key: row.row })));
      pages.tell({ start, shown: rows.length, total });
    },
  };
}
