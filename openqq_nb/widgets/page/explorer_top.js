// The line above an explorer: what is searched for, when it was loaded, and loading anew.

const SEARCH_MS = 200;

/** Search, time and reload; `leave` is called to go on below. */
class TopBar {
  constructor(channel, part, leave) {
    this.channel = channel;
    this.leave = leave;
    this.part = part;
    // What was typed and is not answered yet.
    this.pending = null;
    const later = after(SEARCH_MS, (text) => part.ask("search", { text }));
    channel.atEnd(() => later.stop());
    this.search = make("input", {
      type: "search", placeholder: channel.word("search_hint"), title: channel.word("search_hint"), "data-lm-suppress-shortcuts": "true",
      on: {
        input: () => { this.pending = this.search.value; later(this.search.value); },
        keydown: (event) => this.keyed(event, later),
        blur: () => this.adopt(),
      },
    });
    this.reload = keptButton(channel.word("reload"), () => part.ask("reload"));
    this.time = make("span", { class: "oq-quiet", role: "status" });
    this.clear = button(channel.word("clear"), () => { later.stop(); this.empty(); });
    this.problem = problemBox();
    const field = labelled(channel.word("search"), this.search, { class: "oq-field oqx-search" });
    this.element = make(
      "div", {},
      make("div", { class: "oq-row oqx-bar-top" }, field, this.clear, make("span", { class: "oqx-gap" }), this.time, this.reload),
      this.problem.box,
    );
  }

  /** Keys that choose among the characters of an input method are its own. */
  keyed(event, later) {
    if (event.isComposing || !["Enter", "ArrowDown"].includes(event.key)) return;
    later.now();
    if (event.key === "ArrowDown") this.leave();
    take(event);
  }

  empty() {
    this.search.value = this.pending = "";
    this.part.ask("clear");
    this.search.focus();
  }

  /** Take over what is searched for on another page, but not from under somebody's hands. */
  adopt() {
    if (this.pending === null && !this.search.matches(":focus")) this.search.value = this.query;
  }

  /** What was typed is not searched for. */
  settle() {
    this.pending = null;
  }

  update({ query, narrowed, loading, as_of: time, problem }) {
    this.query = query;
    if (this.pending === query) this.pending = null;
    this.adopt();
    show(this.clear, narrowed);
    turn(this.reload, !loading);
    say(this.time, loading ? this.channel.word("loading") : this.channel.word("as_of", { time }));
    this.problem.tell(problem);
  }
}
