"""What a feed is handed from an inbox. With this module ipywidgets is loaded, so it is imported when a feed is made."""

from collections.abc import Callable

from openqq_nb.inbox import login_code
from openqq_nb.inbox.filters import Filter
from openqq_nb.inbox.frames import Frames
from openqq_nb.inbox.links import Links
from openqq_nb.inbox.receiver import Receiver
from openqq_nb.inbox.ways import Followed, Stream
from openqq_nb.receive.address import Address
from openqq_nb.widgets.feed import Feed
from openqq_nb.widgets.feed.source import Doing, Mute, Source, Standing, Watcher, Ways


def made_feed(
    frames: Frames, receiver: Receiver, links: Links, keep: Filter, ticks: list[Callable[[], None]]
) -> Feed:
    """Make a feed.

    Args:
        frames: the messages and events.
        receiver: how they come in.
        links: the ways to the account.
        keep: which messages belong to the feed.
        ticks: functions that are called again and again while a cell waits.
    """
    watched = (frames.watched, receiver.watched)

    def watch(watcher: Watcher) -> None:
        for one in watched:
            one.add(watcher)

    def unwatch(watcher: Watcher) -> None:
        for one in watched:
            one.drop(watcher)

    return Feed(
        Source(
            messages=frames.messages,
            events=frames.events,
            keep=keep,
            watch=watch,
            unwatch=unwatch,
            changes=lambda: frames.watched.changes,
            standing=lambda: _standing(receiver),
            mutes=lambda: _mutes(receiver),
            login_code=lambda: login_code.waiting(frames.events.frame()) is not None,
            ticks=ticks,
            ways=_ways(receiver, links),
        )
    )


def _ways(receiver: Receiver, links: Links) -> Ways | None:
    if not links.reaches:
        return None
    return Ways(links.later, links.outgoing, links.reaches, lambda: receiver.login)


def _standing(receiver: Receiver) -> Standing:
    doing, where = _doing(receiver)
    stats = receiver.stats
    return Standing(
        doing=doing,
        where=where,
        refused=stats.refused,
        malformed=stats.malformed,
        waiting=stats.waiting,
        held_back=stats.held_back,
        errors=stats.errors,
        failures=receiver.handlers.failures(),
    )


def _doing(receiver: Receiver) -> tuple[Doing, str]:
    way = receiver.way
    if isinstance(way, Followed):
        doing: Doing = "abandoned" if way.gone() else "following"
        return ("stopped" if receiver.stopped else doing), way.by
    if receiver.stopped:
        return "stopped", ""
    if isinstance(way, Stream):
        return ("streaming" if way.connected() else "disconnected"), way.url
    return ("listening", way.masked) if isinstance(way, Address) else ("polling", "")


def _mutes(receiver: Receiver) -> list[Mute]:
    return [
        Mute(
            number=mute.number,
            at_s=mute.at_s,
            handler=mute.handler,
            person=str(mute.row.get("sender") or ""),
            chat=str(mute.row.get("chat") or ""),
            seconds=mute.seconds,
        )
        for mute in receiver.mutes
    ]
