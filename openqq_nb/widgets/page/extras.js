// What is put into a message besides text: mentions, pictures, faces and a quote; each opens a panel of its own.

const THUMB_PIXELS = 96;
const MEGABYTES = 1024 * 1024;

/** Draw a picture small, as text that an image can show; nothing where the browser cannot show it. */
async function thumbOf(file) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, THUMB_PIXELS / Math.max(picture.width, picture.height));
    const canvas = make("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/png");
  } catch (error) {
    console.info("openqq_nb: no small picture of this file:", error);
    return "";
  }
}

/** Read a file as Base64. */
function base64Of(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });
}

/** A hidden field for a file, which `.choose()` opens; the picture goes to the kernel with a small one of it. */
function pictureField(channel, part, problem) {
  let view = part.first;
  const field = make("input", {
    type: "file", hidden: true, accept: view.accept, "aria-label": channel.word("extras_picture"), on: { change: read },
  });
  async function read() {
    const [file] = field.files;
    if (!file) return;
    const { name } = file;
    // The same file may be chosen again once it was mended.
    field.value = "";
    if (file.size > view.most_bytes) {
      problem.tell({ title: channel.word("extras_large", { name, most: Math.floor(view.most_bytes / MEGABYTES) }) });
      return;
    }
    try {
      const [data, thumb] = await Promise.all([base64Of(file), thumbOf(file)]);
      part.ask("picture", { name, data, thumb });
    } catch (error) {
      problem.tell({ title: channel.word("extras_unreadable", { name }), detail: String(error) });
    }
  }
  return { element: field, choose: () => field.click() };
}

/** Members to be mentioned, and everyone, which has to be confirmed. */
function mentionPanel(channel, part) {
  let view = part.first;
  const search = finder(
    channel,
    { field: channel.word("extras_find"), list: channel.word("extras_list") },
    (text, me) => part.ask("find", { text, view: me }),
    ({ row }) => part.ask("mention", { row, version: view.version }),
  );
  const loading = make("span", { class: "oq-quiet", role: "status" });
  const all = button(channel.word("extras_everyone"), () => ask(true), { "aria-expanded": "false" });
  const question = make("p", { id: freshId("sure") });
  const yes = button(channel.word("extras_everyone_yes"), () => part.ask("everyone", { sure: true }), { "aria-describedby": question.id });
  const no = button(channel.word("extras_cancel"), () => { ask(false); all.focus(); });
  const sure = make("div", { class: "oq-extras-sure", hidden: true }, question, make("div", { class: "oq-row" }, yes, no));

  function ask(asked) {
    show(sure, asked);
    all.setAttribute("aria-expanded", String(asked));
    // Not the one that rings for everybody: whoever types on does not confirm.
    if (asked) no.focus();
  }

  return {
    element: make("div", { class: "oq-extras-panel" }, search.element, make("div", { class: "oq-row" }, all, loading), sure),
    focus: () => search.field.focus(),
    closed: () => ask(false),
    tell(next) {
      view = next;
      search.tell(view);
      say(loading, view.loading ? channel.word("extras_loading") : "");
      say(question, channel.word("extras_everyone_sure", { group: view.group ?? "" }));
    },
  };
}

/** The faces, of which one can be reached by Tab and the others from there by the arrows. */
function facePanel(channel, part) {
  const press = part.first.faces.map(({ number, name }) => button(
    channel.word("extras_face_named", { name, number }),
    () => part.ask("face", { number }),
    { class: "oq-button oq-extras-face", tabindex: -1 },
  ));
  let active = 0;
  press[0].tabIndex = 0;
  const element = make("div", { class: "oq-extras-panel oq-extras-faces", role: "toolbar", "aria-label": channel.word("extras_faces") }, ...press);

  function move(to) {
    press[active].tabIndex = -1;
    active = (to + press.length) % press.length;
    press[active].tabIndex = 0;
    press[active].focus();
  }

  element.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: active + 1, ArrowDown: active + 1, ArrowLeft: active - 1, ArrowUp: active - 1, Home: 0, End: press.length - 1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    move(steps[event.key]);
  });
  element.addEventListener("click", (event) => {
    const clicked = press.indexOf(event.target);
    if (clicked < 0) return;
    press[active].tabIndex = -1;
    active = clicked;
    press[active].tabIndex = 0;
  });
  return { element, focus: () => press[active].focus(), closed() {}, tell() {} };
}

/** A field for the number of the message that is replied to. */
function quotePanel(channel, part) {
  const field = make("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  const add = () => part.ask("quote", { msg_id: field.value });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) add();
  });
  return {
    element: make("div", { class: "oq-extras-panel oq-row" }, labelled(channel.word("extras_msg_id"), field), button(channel.word("extras_add"), add)),
    focus: () => field.focus(),
    closed: () => { field.value = ""; },
    tell() {},
  };
}

/** The buttons for all that is more than text, where it can be sent; `added()` is called when something was added here. */
function extrasPage(channel, part, added) {
  let view = part.first;
  let open = null;
  // Where something is being added: the name of a panel, or null for a picture.
  let doing;

  const problem = problemBox();
  const file = pictureField(channel, { ...part, ask: asking }, problem);
  const there = { ...part, ask: asking };
  const panels = { mention: mentionPanel(channel, there), face: facePanel(channel, there), quote: quotePanel(channel, there) };
  const press = {};
  for (const [name, panel] of Object.entries(panels)) {
    panel.element.id = freshId(name);
    press[name] = button(channel.word(`extras_${name}`), () => turnTo(open === name ? null : name), {
      "aria-expanded": "false", "aria-controls": panel.element.id,
    });
  }
  const picture = button(channel.word("extras_picture"), () => { turnTo(null); file.choose(); });
  const bar = make(
    "div", { class: "oq-row", role: "group", "aria-label": channel.word("extras_title") },
    press.mention, picture, press.face, press.quote, file.element,
  );
  const element = make("div", { class: "oq-extras" }, bar, ...Object.values(panels).map((panel) => panel.element), problem.box);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !open || event.defaultPrevented) return;
    event.preventDefault();
    const from = press[open];
    turnTo(null);
    from.focus();
  });

  function asking(action, values) {
    if (["mention", "everyone", "face", "picture", "quote"].includes(action)) doing = open;
    part.ask(action, values);
  }

  function turnTo(name) {
    if (open && open !== name) panels[open].closed();
    open = name;
    problem.tell(null);
    if (open === "mention") part.ask("people");
    draw();
    if (open) panels[open].focus();
  }

  function draw() {
    show(element, view.on);
    show(press.mention, view.group !== null);
    for (const [name, panel] of Object.entries(panels)) {
      show(panel.element, open === name);
      press[name].setAttribute("aria-expanded", String(open === name));
      panel.tell(view);
    }
  }

  function take(next) {
    const elsewhere = next.version !== view.version && next.group !== view.group;
    view = next;
    problem.tell(view.problem);
    if ((open === "mention" && view.group === null) || elsewhere || !view.on) turnTo(null);
    draw();
    if (next.added) finish();
  }

  /** Close the panel from which something was added; whoever has gone on elsewhere stays there. */
  function finish() {
    const from = doing;
    doing = undefined;
    if (open !== from) return;
    const here = element.getRootNode().activeElement ?? document.body;
    const left = here !== document.body && !(from ? panels[from].element : picture).contains(here);
    turnTo(null);
    if (!left) added();
  }

  part.listen(take, (what) => { doing = undefined; problem.tell(what); });
  draw();
  return element;
}
