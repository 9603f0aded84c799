"""The doctor on the command line: also where nothing answers, and with a listener of its own to wait for a post."""

from collections.abc import Callable

from openqq_nb.client import Client
from openqq_nb.connecting import connect
from openqq_nb.doctor import Finding, Report, examine, this_machine
from openqq_nb.errors import ListenerFailed
from openqq_nb.flows.seen import Seen


def consult(
    url: str, token: str | None, protocol: str, timeout_s: float, wait_s: float, say: Callable[[str], None]
) -> Report:
    """Examine a server, and wait for a post of it if that was asked for and a server answers.

    Args:
        url: its address.
        token: what authorises the calls.
        protocol: what `connect` is given.
        timeout_s: how long to wait for an answer.
        wait_s: how long to wait for a post; 0 waits for none.
        say: told what the person is to do meanwhile.
    """
    client = Client(url, timeout_s)
    try:
        report = client.run(examine(client.url, token, protocol, Seen(lambda: None), this_machine()))
    finally:
        client.close()
    answers = any(finding.check == "dialect" for finding in report.findings)
    return _waited(url, token, timeout_s, wait_s, say, report) if wait_s and answers else report


def _waited(
    url: str, token: str | None, timeout_s: float, wait_s: float, say: Callable[[str], None], report: Report
) -> Report:
    my = connect(url, timeout=timeout_s, token=token)
    try:
        with my.listen():
            say(f"Listening. Have somebody write to the account now; waiting for up to {wait_s:g} s.")
            return my.doctor(wait_s)
    except ListenerFailed:
        taken = Finding(
            "listener",
            "problem",
            "the remembered port of this account is taken: another kernel or program listens there",
            "Stop that one (inbox.stop()), or ask the doctor there: my.doctor(wait=60).",
        )
        return Report([finding for finding in report.findings if finding.check != "listener"] + [taken])
    finally:
        my.close()
