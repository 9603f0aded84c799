// What the page of every widget is made of: elements, words, and the way to the kernel.
// Text of other people only ever becomes text: no element is ever made of it.

/** Make an element. `attributes` are set as they are; `text` is its text, `on` its listeners by event. */
function make(tag, attributes = {}, ...children) {
  const { text, on, ...plain } = attributes;
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(plain)) setAttribute(element, name, value);
  for (const [event, listener] of Object.entries(on ?? {})) element.addEventListener(event, listener);
  if (text !== undefined) element.textContent = text;
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Set an attribute; `false`, `null` and `undefined` take it away, `true` sets it bare. */
function setAttribute(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : value);
}

/** Show or hide an element. */
function show(element, shown) {
  element.hidden = !shown;
}

/** Set a text unless it is there already, so that a selection in it stays and nothing is read out twice. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Put values into the places that a sentence has for them, whatever is written in them. */
function fill(sentence, values = {}) {
  return sentence.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** Call a function once nothing has asked for it for a while; `.now()` calls it at once if it was asked for. */
function after(pause_ms, call) {
  let timer = 0;
  const later = (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => { timer = 0; call(...given); }, pause_ms);
    later.waiting = given;
  };
  later.now = () => { if (timer) { clearTimeout(timer); timer = 0; call(...later.waiting); } };
  later.stop = () => { clearTimeout(timer); timer = 0; };
  return later;
}

let lastNumber = 0;

/** Give an id that no other element of the page has, for labels and lists. */
function freshId(stem) {
  lastNumber += 1;
  return `oq-${stem}-${lastNumber}-${Math.random().toString(36).slice(2, 8)}`;
}

/** A label with its field, under one another or side by side as the style has it. */
function labelled(text, field, attributes = {}) {
  field.id ||= freshId("field");
  return make("div", { class: "oq-field", ...attributes }, make("label", { for: field.id, text }), field);
}

/** A button that says what it does; `on` is called at a click or at Enter and space. */
function button(text, click, attributes = {}) {
  return make("button", { type: "button", class: "oq-button", text, ...attributes, on: { click } });
}

/** Make a button that keeps the focus while it is off: one that is `disabled` would give it to nobody. */
function keptButton(text, click, attributes = {}) {
  const press = button(text, () => { if (press.getAttribute("aria-disabled") !== "true") click(); }, attributes);
  return press;
}

/** Turn such a button on or off. */
function turn(press, on) {
  press.setAttribute("aria-disabled", String(!on));
}

/** A place for what went wrong: a sentence that is read out, and the details of it. */
function problemBox() {
  const title = make("strong");
  const detail = make("div", { class: "oq-detail" });
  const box = make("div", { class: "oq-problem", role: "alert", hidden: true }, title, detail);
  return {
    box,
    /** Show a problem as the kernel describes it; without one, nothing is shown. */
    tell(problem) {
      show(box, Boolean(problem));
      say(title, problem?.title ?? "");
      say(detail, problem?.detail ?? "");
    },
  };
}

const WAITING = "openqq_nb: waiting for the kernel 等待内核 …";
const WAITING_MS = 1500;

/**
 * Make a widget: `build(channel, root)` makes the elements of the page once the kernel has answered.
 *
 * `channel.word(key, values)` is a word in the language of the widget, `channel.part(name)` the way to a part:
 * `.first` is its whole view, `.ask(action, values)` asks something of it, and `.listen(show, problem)` calls
 * `show(view)` with what it shows later, and `problem({title, detail})` with what went wrong. `channel.atEnd(call)`
 * is called when the widget disappears from the page.
 */
function widget(kind, build) {
  return {
    render({ model, el }) {
      const root = make("div", { class: `oq oq-${kind}` });
      const waiting = make("p", { class: "oq-quiet", role: "status" });
      const ended = make("p", { class: "oq-problem", role: "alert", hidden: true });
      el.classList.add("oq-view");
      // Else the notebook takes arrows, Enter and letters for commands; it looks at nothing above what has the focus.
      root.addEventListener("focusin", ({ target }) => setAttribute(target, "data-lm-suppress-shortcuts", "true"));
      root.append(waiting);
      el.append(ended, root);
      const patience = setTimeout(() => say(waiting, WAITING), WAITING_MS);
      const id = freshId("view");
      const listeners = new Map();
      const ends = [() => clearTimeout(patience)];
      const broken = (words, error) => {
        root.replaceChildren(make("p", { class: "oq-problem", role: "alert", text: fill(words.page_broken, { error }) }));
      };
      const start = ({ words, views, problem }) => {
        clearTimeout(patience);
        waiting.remove();
        say(ended, words.kernel_ended);
        if (problem) { broken(words, `${problem.title} ${problem.detail}`); return; }
        try {
          build(channelOf(send, words, views, listeners, ends), root);
        } catch (error) {
          broken(words, error);
          throw error;
        }
      };
      // What was typed can still be read and copied, but nothing can be done with it any more.
      const send = (message) => {
        try {
          model.send(message);
        } catch (error) {
          show(ended, true);
          root.classList.add("oq-ended");
          console.info("openqq_nb: the kernel of this widget is gone:", error);
        }
      };
      let started = false;
      const hear = (message) => {
        if (message.hello === id && !started) { started = true; start(message); return; }
        const listener = listeners.get(message.part);
        if (!started || !listener) return;
        if (message.problem) listener.problem?.(message.problem);
        else listener.show(message.show);
      };
      model.on("msg:custom", hear);
      ends.push(() => model.off("msg:custom", hear));
      model.send({ hello: id });
      return () => ends.forEach((end) => end());
    },
  };
}

function channelOf(send, words, views, listeners, ends) {
  return {
    word: (key, values) => fill(words[key] ?? key, values),
    atEnd: (call) => ends.push(call),
    part: (name) => ({
      first: views[name],
      ask: (action, values = {}) => send({ part: name, do: action, with: values }),
      listen: (show_, problem) => listeners.set(name, { show: show_, problem }),
    }),
  };
}
