// The text being written: the button that sends it, what goes out, and what became of it.

const WRITE_MS = 150;
// What may stand between a text that has left and what was typed behind it; the kernel knows the same.
const JOINING = /^[ \t\n\u3000]+/;

/** One who is written to, as elements: what it is, its name, the place of a session, its number. */
function addresseeLine(to) {
  return [
    make("span", { class: "oq-quiet", text: to.kind_word }),
    make("strong", { class: "oq-name", text: to.name }),
    to.place ? make("span", { class: "oq-name", text: to.place }) : null,
    make("span", { class: "oq-quiet", text: to.number }),
  ].filter(Boolean);
}

/** What goes out before the text, in order, each with a button that takes it away; `last()` takes the focus at the end. */
function chipList(channel, remove, last) {
  let shown = [];
  const list = make("ul", { class: "oq-row oq-draft-chips", "aria-label": channel.word("draft_before") });

  function chip({ label, thumb, kind }, place) {
    const title = channel.word("draft_remove", { label });
    return make(
      "li", { class: "oq-draft-chip", "data-kind": kind },
      thumb ? make("img", { src: thumb, alt: "" }) : null,
      make("span", { class: "oq-name", text: label }),
      button("✕", () => remove(place), { class: "oq-button oq-draft-remove", "aria-label": title, title }),
    );
  }

  return {
    element: list,
    tell(pieces) {
      show(list, pieces.length > 0);
      if (JSON.stringify(pieces) === JSON.stringify(shown)) return;
      const at = [...list.children].findIndex((one) => one.contains(document.activeElement));
      shown = pieces;
      list.replaceChildren(...pieces.map(chip));
      if (at >= 0) (list.children[Math.min(at, pieces.length - 1)]?.querySelector("button") ?? last()).focus();
    },
  };
}

/** One piece of what goes out, as it arrives. */
function arrivingPiece({ kind, label }, thumb) {
  if (thumb) return make("img", { class: "oq-draft-picture", src: thumb, alt: label });
  return make("span", { class: "oq-text", "data-kind": kind, text: label });
}

/** A box with what goes out, which is hidden where that is what was written. */
function previewBox(channel) {
  const notes = make("div", { class: "oq-draft-notes" });
  const text = make("div", { class: "oq-text oq-draft-out", tabindex: 0 });
  const title = make("div", { class: "oq-quiet", text: channel.word("draft_goes_out"), id: freshId("out") });
  setAttribute(text, "role", "group");
  setAttribute(text, "aria-labelledby", title.id);
  const out = make("div", {}, title, text);
  const box = make("div", { class: "oq-draft-preview" }, notes, out);
  return {
    box,
    tell({ goes_out, items, replaced, faces, long, problem }, pieces) {
      const sentences = [...replaced, faces, long, problem?.detail].filter(Boolean);
      notes.replaceChildren(...sentences.map((sentence) => make("p", { text: sentence })));
      const told = goes_out !== null || items.length > 0;
      show(out, told);
      if (items.length) text.replaceChildren(...items.map((one, index) => arrivingPiece(one, pieces[index]?.thumb)));
      else say(text, goes_out ?? "");
      show(box, told || sentences.length > 0);
    },
  };
}

/** Take a text that has left from the front of a field; what was typed behind it stays, with the caret in it. */
function takeAway(field, left) {
  if (!left || !field.value.startsWith(left)) return;
  const rest = field.value.slice(left.length).replace(JOINING, "");
  const cut = field.value.length - rest.length;
  const [start, end] = [field.selectionStart, field.selectionEnd].map((place) => Math.max(0, place - cut));
  field.value = rest;
  // Some browsers give the focus to a field whose selection is set.
  if (field.matches(":focus")) field.setSelectionRange(start, end);
}

/** A box with what became of the last attempt, and whether that was of another text. */
function resultBox(channel) {
  const title = make("strong");
  const detail = make("div", { class: "oq-detail" });
  const box = make("div", { class: "oq-result", hidden: true }, title, detail);
  const region = make("div", { role: "status", "aria-label": channel.word("draft_result") }, box);
  // Beside what is read out: that a result has become an earlier one is no reason to read it again.
  const mark = make("div", { class: "oq-quiet oq-result-earlier", text: channel.word("draft_earlier") });
  return {
    element: make("div", {}, mark, region),
    tell(result, earlier) {
      show(mark, earlier);
      show(box, Boolean(result));
      setAttribute(box, "data-earlier", earlier);
      setAttribute(box, "data-tone", result?.tone);
      say(title, result?.title ?? "");
      say(detail, result?.detail ?? "");
    },
  };
}

/**
 * The page of a draft. The text of the page and that of the kernel may differ for a moment: what is typed here goes
 * there soon, and nothing else does; what comes from there takes the place of all that was not typed here since.
 *
 * With `addressed` the draft says itself whom it goes to.
 */
function draftPage(channel, part, { addressed = false } = {}) {
  const me = freshId("writer");
  let view = part.first;
  let told = view.text;
  let asked = 0;
  let typed = false;
  let left = "";
  let composing = false;

  const to = make("div", { class: "oq-row oq-draft-to" });
  const field = make("textarea", { class: "oq-draft-text", rows: 4 });
  const length = make("span", { class: "oq-quiet oq-draft-length" });
  const why = make("span", { class: "oq-quiet", id: freshId("why") });
  const keys = make("span", { class: "oq-quiet oq-draft-keys", text: channel.word("draft_keys"), id: freshId("keys") });
  const press = button("", (event) => { if (event.detail <= 1) send(); }, { class: "oq-button oq-main" });
  const chips = chipList(channel, (place) => part.ask("remove", { place, draft: view.number }), () => field);
  const preview = previewBox(channel);
  const result = resultBox(channel);
  const problem = problemBox();
  setAttribute(field, "aria-describedby", keys.id);
  setAttribute(press, "aria-describedby", why.id);

  const write = after(WRITE_MS, () => {
    // What has left is not told again; once it is taken away, the rest is.
    if (left || !typed) return;
    told = field.value;
    part.ask("write", { text: told, view: me });
  });

  function send() {
    write.stop();
    told = field.value;
    asked = view.number;
    part.ask("send", { text: told, draft: view.number, view: me });
    draw();
  }

  function take(next) {
    view = { pieces: view.pieces, ...next };
    asked = 0;
    if (view.by === me) {
      typed &&= field.value !== view.text;
    } else {
      told = view.text;
      left ||= view.left ?? "";
      typed &&= field.value !== view.was;
    }
    problem.tell(null);
    settle();
    draw();
  }

  /** Bring the field and the kernel together, but not while an input method is at work in the field. */
  function settle() {
    if (composing) return;
    takeAway(field, left);
    left = "";
    if (typed && field.value !== told) write();
    if (!typed && field.value !== view.text) field.value = view.text;
  }

  function draw() {
    const busy = view.sending || asked === view.number;
    show(to, addressed && Boolean(view.to));
    to.replaceChildren(...(view.to ? addresseeLine(view.to) : []));
    say(length, channel.word("draft_length", { count: view.preview.length }));
    say(press, channel.word(busy ? "draft_sending" : "draft_send"));
    // Not `disabled`: that would take the focus away, and nobody would hear why it is off.
    setAttribute(press, "aria-disabled", busy || view.why ? "true" : "false");
    say(why, busy ? "" : view.why);
    chips.tell(view.pieces);
    preview.tell(view.preview, view.pieces);
    result.tell(view.result, view.earlier);
  }

  field.value = view.text;
  field.addEventListener("input", () => {
    typed = true;
    write();
    // Whether there is a text at all decides about the button, so that does not wait.
    if (!field.value.trim() !== !told.trim()) write.now();
  });
  field.addEventListener("compositionstart", () => { composing = true; });
  field.addEventListener("compositionend", () => {
    composing = false;
    settle();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) send();
  });
  press.addEventListener("keydown", (event) => { if (event.repeat) event.preventDefault(); });
  channel.atEnd(write.now);
  part.listen(take, (what) => { asked = 0; problem.tell(what); draw(); });
  draw();

  const element = make(
    "div",
    { class: "oq-draft" },
    to,
    chips.element,
    labelled(channel.word("draft_text"), field),
    make("div", { class: "oq-row oq-draft-bar" }, length, keys, make("span", { class: "oq-row oq-draft-press" }, why, press)),
    preview.box,
    result.element,
    problem.box,
  );
  // JupyterLab lets no line break into a field inside a cell, by a listener at the field itself.
  element.addEventListener("beforeinput", (event) => event.stopPropagation(), { capture: true });
  return { element, focus: () => field.focus() };
}
