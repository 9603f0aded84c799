// The composer: a recipient, a text, and what was sent.

export default widget("composer", (channel, root) => {
  // Else Ctrl-Enter would run the cell, and letters be commands of the notebook.
  setAttribute(root, "data-lm-suppress-shortcuts", "true");
  const draft = draftPage(channel, channel.part("draft"));
  const chooser = chooserPage(channel, channel.part("chooser"), draft.focus);
  root.append(chooser, draft.element, sentPage(channel, channel.part("sent"), draft.focus));
});
