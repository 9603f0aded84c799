"""One examination: looks at the server and all around, and makes a report. It changes nothing and sends nothing."""

from collections.abc import Iterator

from openqq_nb.doctor.asking import Looked, look
from openqq_nb.doctor.listener import Heard, listener
from openqq_nb.doctor.people import people
from openqq_nb.doctor.report import Finding, Report
from openqq_nb.doctor.server import address, reach
from openqq_nb.doctor.surroundings import Machine, surroundings
from openqq_nb.flows.seen import Seen
from openqq_nb.models import Flow

_POLLING = Finding(
    "polling",
    "note",
    "a 2.x server hands what happens to whoever calls check_event first: another program that polls takes it away",
    "Posts to this listener come all the same; let only one program poll.",
)


def examine(
    url: str,
    token: str | None,
    protocol: str | None,
    seen: Seen,
    machine: Machine,
    heard: Heard | None = None,
) -> Flow[Report]:
    """Examine a server and what is around it.

    Args:
        url: its base address.
        token: what authorises the calls; it is not shown.
        protocol: the dialect that it was connected with, if any.
        seen: what was seen of it before.
        machine: where we are.
        heard: what the listener knows, if one runs.
    """
    looked = yield from look(token, seen)
    return Report(list(_findings(url, token, protocol, looked, machine, heard)))


def _findings(
    url: str, token: str | None, protocol: str | None, looked: Looked, machine: Machine, heard: Heard | None
) -> Iterator[Finding]:
    yield from address(url, token, answers=looked.spoken is not None)
    yield from reach(looked, protocol)
    if looked.spoken is None:
        yield Finding("account", "not looked at", "no server that could be asked answers")
    yield from people(looked)
    if looked.spoken is not None and looked.spoken.posts_own:
        yield _POLLING
    yield from listener(heard)
    yield from surroundings(url, machine)
