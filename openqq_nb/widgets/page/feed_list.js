// Messages of a feed as elements, in their order.

/** What stands between the messages comes before a message of the same moment. */
function feedOrder(a, b) {
  return a.t - b.t || (a.n ?? -1) - (b.n ?? -1);
}

/** The day of a message in words. */
function feedDay(channel, day) {
  if (!day) return channel.word("feed_no_day");
  return `${day} ${channel.word(`feed_day_${new Date(`${day}T00:00:00Z`).getUTCDay()}`)}`;
}

/** What became of a message of the account, in words. */
function feedOutcome(channel, line) {
  if (!line.delivery) return null;
  const told = channel.word(`delivery_${line.delivery}`);
  const why = line.delivery === "sent" ? "" : [line.status, line.info].filter(Boolean).join(" ");
  const code = line.code === undefined || line.delivery === "sent" ? "" : channel.word("code", { code: line.code });
  return make("span", {
    class: "oq-feed-delivery oq-name",
    "data-delivery": line.delivery,
    text: [told, code, why].filter(Boolean).join(" · "),
  });
}

/** The line above a text: who, where, when. */
function feedHead(channel, line) {
  const place = line.type === "message" ? (line.own ? line.chat : null) : line.chat;
  const kind = line.type === "message" ? null : channel.word(`feed_type_${line.type}`);
  return make(
    "div",
    { class: "oq-feed-head" },
    make("strong", { class: "oq-name oq-feed-sender", text: line.sender ?? "" }),
    line.own ? make("span", { class: "oq-feed-tag", text: channel.word("feed_own") }) : null,
    place === null ? null : make(
      "span",
      { class: "oq-feed-place" },
      make("span", { text: [line.own ? channel.word("feed_to") : "", kind].filter(Boolean).map((one) => `${one} `).join("") }),
      make("span", { class: "oq-name", text: place ?? "" }),
    ),
    make("time", { class: "oq-feed-time", text: line.at, datetime: line.day ? `${line.day}T${line.at}` : false }),
  );
}

/** A message as an element. */
function feedMessage(channel, line, ask) {
  const quote = line.quote ? make(
    "div",
    { class: "oq-feed-quote" },
    make("span", { class: "oq-name oq-quiet", text: `${line.quote.sender}: ` }),
    make("span", { class: "oq-text", text: line.quote.text }),
  ) : null;
  const marked = line.kind && line.kind !== "text" ? channel.word(`feed_kind_${line.kind}`) : "";
  const text = make("span", { class: "oq-text oq-feed-text", text: line.text });
  return make(
    "article",
    {
      class: "oq-feed-message",
      tabindex: -1,
      "data-n": line.n,
      "data-own": Boolean(line.own),
      "data-recalled": Boolean(line.recalled),
    },
    feedHead(channel, line),
    quote,
    make(
      "div",
      { class: "oq-feed-body" },
      line.recalled ? make("span", { class: "oq-feed-tag", text: channel.word("feed_recalled", { at: line.recalled }) }) : null,
      marked ? make("span", { class: "oq-feed-tag", text: marked }) : null,
      text,
      line.text ? null : make("span", { class: "oq-quiet", text: channel.word("feed_no_content") }),
    ),
    line.cut ? button(channel.word("feed_whole", { count: line.cut }), () => ask("whole", { n: line.n })) : null,
    line.own ? feedOutcome(channel, line) : null,
  );
}

/** A sentence between the messages. */
function feedNote(note) {
  return make(
    "div",
    { class: "oq-feed-note", "data-kind": note.kind },
    make("time", { class: "oq-feed-time", text: note.at }),
    make("span", { class: "oq-text", text: note.text }),
  );
}

/** Messages and notes in their order, with a heading above the first of each day. */
function feedList(channel, ask) {
  const element = make("div", { class: "oq-feed-list" });
  let order = [];
  const entries = new Map();

  function place(entry) {
    let at = order.length;
    while (at > 0 && feedOrder(order[at - 1], entry) > 0) at -= 1;
    return at;
  }

  function put(key, data, content) {
    drop(key);
    const entry = { key, t: data.t, n: data.n, day: data.day, message: data.n !== undefined, content };
    entry.day_element = make("div", { class: "oq-feed-day", role: "heading", "aria-level": 4, hidden: true });
    entry.element = make("div", { class: "oq-feed-entry" }, entry.day_element, content);
    const at = place(entry);
    element.insertBefore(entry.element, order[at]?.element ?? null);
    order.splice(at, 0, entry);
    entries.set(key, entry);
  }

  function drop(key) {
    const entry = entries.get(key);
    if (!entry) return;
    entries.delete(key);
    order.splice(order.indexOf(entry), 1);
    entry.element.remove();
  }

  /** Drop the messages before the first one that is wanted; without one, all. */
  function trim(first) {
    const wanted = (entry) => !entry.message || (first && feedOrder(entry, { t: first[0], n: first[1] }) >= 0);
    let stop = 0;
    while (stop < order.length && (!order[stop].message || !wanted(order[stop]))) stop += 1;
    for (const entry of order.slice(0, stop)) {
      if (wanted(entry)) continue;
      entries.delete(entry.key);
      entry.element.remove();
    }
    order = [...order.slice(0, stop).filter(wanted), ...order.slice(stop)];
  }

  function headDays() {
    let before = null;
    for (const entry of order) {
      const heading = entry.day !== before;
      if (entry.heading !== heading) {
        entry.heading = heading;
        if (heading) say(entry.day_element, feedDay(channel, entry.day));
        show(entry.day_element, heading);
      }
      before = entry.day;
    }
  }

  function clear() {
    order = [];
    entries.clear();
    element.replaceChildren();
  }

  return {
    element,
    /** Take what the kernel tells; `anew` where it does not know what is there. */
    take(view) {
      if (view.anew) clear();
      for (const n of view.drop ?? []) drop(n);
      for (const key of view.notes_drop ?? []) drop(key);
      for (const line of view.lines ?? []) put(line.n, line, feedMessage(channel, line, ask));
      for (const [key, note] of Object.entries(view.notes ?? {})) put(key, note, feedNote(note));
      if (view.from !== undefined) trim(view.from);
      headDays();
    },
    /** Show only so many of the last entries, which is all that one sees at the end; without a number, all. */
    fold(most = Infinity) {
      const first = Math.max(0, order.length - most);
      order.forEach((entry, at) => show(entry.element, at >= first));
    },
    get count() { return order.reduce((count, entry) => count + entry.message, 0); },
    get messages() { return order.filter((entry) => entry.message).map((entry) => entry.content); },
    message: (n) => entries.get(n)?.content,
  };
}
