// The last sends, each with a button to write to the same again.

function sentLine(channel, sent, again) {
  const word = channel.word(sent.again ? "sent_again_to" : "sent_again", { name: sent.name });
  const press = sent.again ? button(channel.word("sent_again"), () => again(sent.number), { "aria-label": word }) : null;
  return make(
    "li",
    { class: "oq-sent-line" },
    make("span", { class: "oq-quiet oq-sent-time", text: sent.time }),
    make("span", { class: "oq-sent-who" }, make("span", { class: "oq-quiet", text: `${sent.kind} ` }), make("span", { class: "oq-name", text: sent.name })),
    make("span", { class: "oq-text oq-sent-text", text: sent.text }),
    make("span", { class: "oq-sent-delivery", "data-tone": sent.tone }, make("strong", { text: sent.delivery }), make("span", { class: "oq-quiet", text: ` · ${sent.code}` })),
    make("span", { class: "oq-sent-again" }, press),
  );
}

/** The page of the last sends; `chosen()` is called when one is written to again. */
function sentPage(channel, part, chosen) {
  const title = make("div", { class: "oq-sent-title", id: freshId("sent"), text: channel.word("sent_title") });
  const none = make("p", { class: "oq-quiet", text: channel.word("sent_none") });
  const list = make("ul", { class: "oq-sent-list", "aria-labelledby": title.id });
  const problem = problemBox();

  function again(number) {
    part.ask("again", { number });
    chosen();
  }

  function draw({ sends }) {
    show(none, sends.length === 0);
    show(list, sends.length > 0);
    list.replaceChildren(...sends.map((sent) => sentLine(channel, sent, again)));
  }

  part.listen(draw, problem.tell);
  draw(part.first);
  return make("div", { class: "oq-sent" }, title, none, list, problem.box);
}
