// The live feed: messages as they arrive, newest at the bottom.

const TYPING_MS = 250;
// How far from its end a list still counts as read to the end.
const NEAR_PX = 8;
// Messages above these cost time to lay out, five times a second, and cannot be seen from the end.
const AT_END = 60;

/** The fields that a person filters by, with the chats and how many messages each has. */
function feedFilter(channel, part) {
  const chat = make("select", { class: "oq-feed-chat" });
  const person = make("input", { type: "search", autocomplete: "off", spellcheck: "false" });
  const text = make("input", { type: "search", autocomplete: "off", spellcheck: "false" });
  const all = make("option", { value: "" });
  const more = make("option", { value: "", disabled: true, hidden: true });
  const options = new Map();
  // By name, so that one finds a chat by typing and none moves while messages come.
  const names = new Map();
  const { compare } = new Intl.Collator(["zh", "en"], { numeric: true });
  const clear = button(channel.word("feed_clear"), () => { typed.stop(); part.ask("clear"); person.value = text.value = ""; });
  const typed = after(TYPING_MS, () => part.ask("filter", { person: person.value, text: text.value }));
  chat.append(all, more);
  chat.addEventListener("change", () => part.ask("filter", { chat: chat.value }));
  for (const field of [person, text]) field.addEventListener("input", typed);
  for (const field of [person, text]) field.addEventListener("keydown", (event) => { if (event.key === "Enter") typed.now(); });
  channel.atEnd(typed.stop);

  function take(view) {
    const chosen = chat.value;
    for (const key of view.anew ? [...options.keys()] : view.chats_drop ?? []) {
      options.get(key)?.remove();
      options.delete(key);
      names.delete(key);
    }
    for (const [key, { name, type, count }] of Object.entries(view.chats ?? {})) {
      const kind = type && type !== "group_message" ? `${channel.word(`feed_type_${type}`)} ` : "";
      if (!options.has(key)) options.set(key, make("option", { value: key }));
      if (names.get(key) !== name) { names.set(key, name); place(key, name); }
      say(options.get(key), channel.word("feed_chat_counted", { chat: `${kind}\u2068${name}\u2069`, count }));
    }
    chat.value = chosen;
    if (view.all !== undefined) say(all, channel.word("feed_all_chats", { count: view.all }));
    if (view.more_chats !== undefined) {
      show(more, view.more_chats > 0);
      say(more, channel.word("feed_more_chats", { count: view.more_chats }));
    }
    if (view.filter) adopt(view.filter);
  }

  function place(key, name) {
    const after = [...chat.options].find((option) => option !== options.get(key) && compare(names.get(option.value) ?? "", name) > 0);
    chat.insertBefore(options.get(key), after ?? more);
  }

  /** Take over what another page has chosen, but not from under somebody's hands. */
  function adopt(filter) {
    chat.value = filter.chat;
    for (const [field, value] of [[person, filter.person], [text, filter.text]]) {
      if (document.activeElement !== field && field.value !== value) field.value = value;
    }
    show(clear, Boolean(filter.chat || filter.person || filter.text));
  }

  const element = make(
    "div",
    { class: "oq-feed-filter", role: "search" },
    labelled(channel.word("feed_chat"), chat),
    labelled(channel.word("feed_person"), person),
    labelled(channel.word("feed_text"), text),
    clear,
  );
  return { element, take };
}

/** The line that says how the inbox is doing, and what went wrong. */
function feedBar(channel, part) {
  const state = make("span", { class: "oq-text" });
  const dot = make("span", { class: "oq-feed-dot", "aria-hidden": "true" });
  const troubles = make("ul", { class: "oq-feed-troubles" });
  const box = make("div", { class: "oq-problem", role: "group", "aria-label": channel.word("feed_trouble"), hidden: true }, troubles);

  function draw({ live, state: words, troubles: wrong }) {
    setAttribute(dot, "data-live", String(live));
    say(state, words);
    show(box, wrong.length > 0);
    while (troubles.children.length > wrong.length) troubles.lastChild.remove();
    wrong.forEach((trouble, at) => {
      if (!troubles.children[at]) {
        troubles.append(make("li", {}, make("span", { class: "oq-text" }), make("div", { class: "oq-detail" })));
      }
      const [title, detail] = troubles.children[at].children;
      say(title, trouble.title);
      say(detail, trouble.detail);
      show(detail, Boolean(trouble.detail));
    });
  }

  part.listen(draw);
  draw(part.first);
  return make("div", { class: "oq-feed-bar" }, make("div", { class: "oq-feed-state", role: "status" }, dot, state), box);
}

/** The place at the bottom where a reply is written. */
function feedReply(channel, part, back) {
  const draft = draftPage(channel, channel.part("draft"), { addressed: true });
  const quote = make("div", { class: "oq-feed-quote" });
  const sender = make("span", { class: "oq-name oq-quiet" });
  const text = make("span", { class: "oq-text" });
  const problem = problemBox();
  const leave = button("✕", () => end(), { class: "oq-button oq-feed-close", "aria-label": channel.word("feed_reply_close") });
  const dock = make("div", { class: "oq-feed-reply", role: "region", hidden: true }, leave, quote, draft.element);
  let wanted = null;
  let quoted = null;
  quote.append(sender, text);

  function end() {
    problem.tell(null);
    part.ask("end");
    back(quoted?.n);
  }

  function draw(view) {
    quoted = view.quoted ?? quoted;
    show(dock, Boolean(view.quoted));
    if (!view.quoted) return;
    setAttribute(dock, "aria-label", channel.word("feed_reply_title", { sender: view.quoted.sender }));
    say(sender, `${view.quoted.sender}: `);
    say(text, view.quoted.text);
    if (wanted === view.quoted.n) draft.focus();
    wanted = null;
  }

  dock.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    end();
  });
  part.listen(draw, (told) => { wanted = null; problem.tell(told); });
  draw(part.first);
  return {
    element: make("div", {}, problem.box, dock),
    off: part.first.off,
    begin(n) { problem.tell(null); wanted = n; part.ask("begin", { n }); },
  };
}

/** The list with its scrolling: it follows unless the person has scrolled up, and counts what is new below. */
function feedLog(channel, list, reply) {
  const log = make(
    "div",
    { class: "oq-feed-log", role: "log", tabindex: 0, "aria-live": "off", "aria-label": channel.word("feed_title") },
    list.element,
  );
  const empty = make("p", { class: "oq-quiet oq-feed-empty" });
  const jump = button("", () => toEnd(), { class: "oq-button oq-main oq-feed-jump", hidden: true });
  const answer = button(channel.word("feed_reply"), () => begin(current), { class: "oq-button oq-feed-answer", tabindex: -1 });
  let following = true;
  let unread = 0;
  let current = null;
  let seen = null;
  log.prepend(empty);

  const atEnd = () => log.scrollTop + log.clientHeight >= log.scrollHeight - NEAR_PX;

  function toEnd() {
    following = true;
    unread = 0;
    list.fold(AT_END);
    log.scrollTop = log.scrollHeight;
    draw();
  }

  /** Show all messages again, while what is seen stays where it is. */
  function unfold() {
    const below = log.scrollHeight - log.scrollTop;
    list.fold();
    log.scrollTop = log.scrollHeight - below;
  }

  function draw() {
    show(jump, !following);
    say(jump, unread ? channel.word("feed_unread", { count: unread }) : channel.word("feed_to_end"));
  }

  function begin(message) {
    if (message && !message.dataset.own) reply.begin(Number(message.dataset.n));
  }

  function choose(message, { focus = true } = {}) {
    if (!message) return;
    if (message.closest("[hidden]")) unfold();
    current?.removeAttribute("data-current");
    current = message;
    setAttribute(current, "data-current", "true");
    if (!reply.off && current.dataset.own === undefined) current.append(answer);
    else answer.remove();
    if (focus) {
      current.focus({ preventScroll: true });
      current.scrollIntoView({ block: "nearest" });
    }
  }

  function move(step) {
    const messages = list.messages;
    const at = messages.indexOf(current);
    const to = at < 0 ? messages.length - 1 : at + step;
    choose(messages[Math.max(0, Math.min(messages.length - 1, to))]);
  }

  const KEYS = {
    ArrowUp: () => move(-1),
    ArrowDown: () => move(1),
    PageUp: () => move(-10),
    PageDown: () => move(10),
    Home: () => move(-Infinity),
    End: () => { move(Infinity); toEnd(); },
    Enter: () => begin(current),
    Escape: () => log.focus(),
  };
  log.addEventListener("keydown", (event) => {
    if (event.target.closest("button") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!KEYS[event.key] || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    KEYS[event.key]();
  });
  log.addEventListener("click", (event) => {
    const message = event.target.closest(".oq-feed-message");
    // A text that was just marked is not to lose its marks.
    if (message && !event.target.closest("button") && !String(document.getSelection())) choose(message);
  });
  log.addEventListener("scroll", () => {
    const left = following && !atEnd();
    following = atEnd();
    if (left) unfold();
    if (following) unread = 0;
    draw();
  });

  /** Change the list while what the person reads stays where it is. */
  function keepingPlace(change) {
    if (following) {
      change();
      list.fold(AT_END);
      log.scrollTop = log.scrollHeight;
      return;
    }
    const top = log.getBoundingClientRect().top;
    const read = list.messages.find((message) => message.getBoundingClientRect().bottom > top);
    const before = read?.getBoundingClientRect().top;
    change();
    const there = read && list.message(Number(read.dataset.n));
    if (there) log.scrollTop += there.getBoundingClientRect().top - before;
  }

  // Where it was hidden meanwhile, or is wider or higher now, its end is somewhere else.
  const sizes = new ResizeObserver(() => { if (following) log.scrollTop = log.scrollHeight; });
  sizes.observe(log);
  channel.atEnd(() => sizes.disconnect());

  return {
    element: make("div", { class: "oq-feed-frame" }, log, jump),
    take(view, now) {
      const again = seen !== null && seen.version === now.version;
      const had = document.activeElement === current ? current?.dataset.n : undefined;
      keepingPlace(() => list.take(view));
      if (again && !following) unread += Math.max(0, now.hits - seen.hits);
      if (!again) { unread = 0; toEnd(); }
      seen = { version: now.version, hits: now.hits };
      if (current && !current.isConnected) restore(had);
      show(empty, list.count === 0);
      say(empty, channel.word(now.all > now.held_all ? "feed_no_hits" : "feed_empty"));
      draw();
    },
    /** Show the whole of a text that was cut. */
    whole({ n, text }) {
      const message = list.message(n);
      if (!message) return;
      say(message.querySelector(".oq-feed-text"), text);
      message.querySelector(":scope > .oq-button:not(.oq-feed-answer)")?.remove();
    },
    focus(n) {
      const message = list.message(n);
      if (message) choose(message);
      else log.focus();
    },
    toEnd,
  };

  /** A message was drawn anew, or is gone: the focus goes to the new one, or to the list. */
  function restore(n) {
    const number = current.dataset.n;
    answer.remove();
    current = null;
    const message = list.message(Number(number));
    if (message) choose(message, { focus: n !== undefined });
    else if (n !== undefined) log.focus({ preventScroll: true });
  }
}

export default widget("feed", (channel, root) => {
  // Else arrows and letters would be commands of the notebook.
  setAttribute(root, "data-lm-suppress-shortcuts", "true");
  const talk = channel.part("talk");
  const pulse = channel.part("pulse");
  const now = {};
  const problem = problemBox();
  // What went wrong is read until the person does something else, however much comes meanwhile.
  const ask = (action, values) => { problem.tell(null); talk.ask(action, values); };
  const list = feedList(channel, ask);
  const filter = feedFilter(channel, { ...talk, ask });
  const reply = feedReply(channel, channel.part("reply"), (n) => log.focus(n));
  const log = feedLog(channel, list, reply);
  // No status: it changes with each message, and would be read out without an end.
  const count = make("span", { class: "oq-quiet" });
  const pause = button("", () => ask("pause", { on: !now.paused }), { class: "oq-button oq-feed-pause" });
  const events = make("input", { type: "checkbox", id: freshId("events") });
  events.addEventListener("change", () => ask("events", { on: events.checked }));

  function counted() {
    const all = now.all - now.held_all;
    const key = `feed_count${now.hits === all ? "" : "_of"}${list.count < now.hits ? "_first" : ""}`;
    const shown = channel.word(key, { hits: now.hits, all, shown: list.count });
    if (!now.paused) return shown;
    const held = now.held === now.held_all ? "feed_held" : "feed_held_of";
    return `${channel.word(held, { count: now.held, all: now.held_all })} · ${shown}`;
  }

  function take(view) {
    if (view.whole) { log.whole(view.whole); return; }
    Object.assign(now, view);
    filter.take(view);
    log.take(view, now);
    say(pause, channel.word(now.paused ? "feed_resume" : "feed_pause"));
    setAttribute(pause, "aria-pressed", String(now.paused));
    // Else news that comes between a click and what it changes would take the mark away.
    if (view.events !== undefined) events.checked = view.events;
    say(count, counted());
  }

  talk.listen(take, problem.tell);
  // Answered when it is drawn, so that a page that is slow or hidden is given no more than it can draw.
  pulse.listen(({ batch, problem: wrong }) => {
    if (wrong) problem.tell(wrong);
    else requestAnimationFrame(() => pulse.ask("answer", { batch }));
  });

  const tools = make(
    "div",
    { class: "oq-row oq-feed-tools" },
    pause,
    make("span", { class: "oq-row oq-feed-check" }, events, make("label", { for: events.id, text: channel.word("feed_events") })),
    count,
  );
  root.append(
    feedBar(channel, channel.part("bar")),
    filter.element,
    tools,
    make("p", { class: "oq-unseen", text: channel.word("feed_keys") }),
    log.element,
    problem.box,
    reply.element,
  );
  take(talk.first);
  log.toEnd();
});
