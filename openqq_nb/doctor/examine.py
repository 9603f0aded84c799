"""One examination: looks at the server and all around, and makes a report. It changes nothing and sends nothing."""

from collections.abc import Iterator

from openqq_nb.doctor.asking import Looked, look
from openqq_nb.doctor.hearing import Heard
from openqq_nb.doctor.listener import listener, reached
from openqq_nb.doctor.people import people
from openqq_nb.doctor.report import Finding, Report
from openqq_nb.doctor.server import address, reach
from openqq_nb.doctor.surroundings import Machine, surroundings
from openqq_nb.flows.seen import Seen
from openqq_nb.models import Flow


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
    looked = yield from look(url, token, protocol, seen)
    return Report(list(_findings(url, token, protocol, looked, machine, heard)))


def _findings(
    url: str, token: str | None, protocol: str | None, looked: Looked, machine: Machine, heard: Heard | None
) -> Iterator[Finding]:
    yield from address(url, token, looked.hints, answers=looked.spoken is not None)
    yield from reach(looked, protocol)
    if looked.spoken is None:
        yield Finding("account", "not looked at", "no server that could be asked answers")
    yield from people(looked, seen_online=None if heard is None else heard.online)
    if looked.hints.other_poller is not None and looked.spoken is not None:
        yield Finding("polling", "note", *looked.hints.other_poller)
    yield from listener(heard, url)
    if heard is not None:
        yield from reached(heard, url)
    yield from surroundings(url, machine)
