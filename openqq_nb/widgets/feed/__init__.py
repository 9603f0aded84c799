"""The live feed: messages as they arrive, with what a person does to find, hold and answer them."""

from openqq_nb.languages import Words
from openqq_nb.widgets import problems
from openqq_nb.widgets.composer.draft import Draft
from openqq_nb.widgets.composer.words import ADDRESSEE, DRAFT
from openqq_nb.widgets.face import Face
from openqq_nb.widgets.feed.bar import Bar
from openqq_nb.widgets.feed.pulse import Pulse
from openqq_nb.widgets.feed.reply import Reply
from openqq_nb.widgets.feed.source import Source
from openqq_nb.widgets.feed.talk import Talk
from openqq_nb.widgets.feed.words import FEED
from openqq_nb.widgets.pages import script, style

__all__ = ["Feed"]


class Feed(Face):
    """The messages of an inbox as they arrive, in a chat that can be filtered, paused and answered in.

    Made by `inbox.feed()`.

    Args:
        source: what it shows.
    """

    _esm = script("draft", "feed_list", "feed")
    _css = style("draft", "feed")

    def __init__(self, source: Source) -> None:
        talk, bar, draft = Talk(source), Bar(source), Draft()
        pulse = Pulse(source, talk, bar)
        # Pages are told in this order; the pulse first, since it sees whether everything is to be looked at again.
        parts = {"pulse": pulse, "talk": talk, "bar": bar, "reply": Reply(source, draft), "draft": draft}
        super().__init__(parts, Words(FEED, ADDRESSEE, DRAFT, problems.WORDS))
