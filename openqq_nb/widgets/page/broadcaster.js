// The broadcaster: to whom, what, a look at it, how fast, the number that sends it; then what becomes of it.

export default widget("broadcaster", (channel, root) => {
  const draft = make(
    "div", { class: "oqb-steps" },
    whomStep(channel, channel.part("whom")), textStep(channel, channel.part("text")),
    previewStep(channel, channel.part("preview")), paceStep(channel, channel.part("pace")),
    confirmStep(channel, channel.part("confirm")),
  );
  const first = draft.querySelector(".oqb-title");
  let key;
  const watch = watchStep(channel, channel.part("watch"), (view) => {
    const moved = key !== undefined && view.key !== key && root.matches(":focus-within");
    key = view.key;
    show(draft, key === null);
    show(watch.element, key !== null);
    // What had the focus may be hidden now.
    if (moved) (key === null ? first : watch.heading).focus();
  });
  watch.begin();
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", channel.word("b_title"));
  root.append(draft, watch.element, keptList(channel, channel.part("kept")));
});
