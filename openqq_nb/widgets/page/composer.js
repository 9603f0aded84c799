// The composer: a recipient, a text, and what was sent.

export default widget("composer", (channel, root) => {
  const draft = draftPage(channel, channel.part("draft"));
  const chooser = chooserPage(channel, channel.part("chooser"), draft.focus);
  const extras = extrasPage(channel, channel.part("extras"), draft.focus);
  root.append(chooser, extras, draft.element, sentPage(channel, channel.part("sent"), draft.focus));
});
