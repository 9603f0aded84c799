"""The doctor on the command line: also where nothing answers, and with a listener of its own to wait for a post."""

import math
from collections.abc import Callable

from openqq_nb.client import Client
from openqq_nb.connecting import connect
from openqq_nb.doctor import Report, examine, not_started, this_machine
from openqq_nb.errors import InvalidInput, OpenqqError
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

    Raises:
        InvalidInput: an argument cannot be meant as it stands.
    """
    _check(token, wait_s)
    client = Client(url, timeout_s)
    try:
        report = client.run(examine(client.url, token, protocol, Seen(lambda: None), this_machine()))
    finally:
        client.close()
    answers = any(finding.check == "dialect" for finding in report.findings)
    hopeless = any(one.check == "listener" and one.verdict == "problem" for one in report.findings)
    if not (wait_s and answers) or hopeless:
        return report
    try:
        return _waited(url, token, timeout_s, wait_s, say)
    except (OpenqqError, OSError) as error:
        others = [finding for finding in report.findings if finding.check != "listener"]
        return Report([*others, not_started(error)])


def _check(token: str | None, wait_s: float) -> None:
    if math.isnan(wait_s):
        raise InvalidInput("The seconds to wait are no number. Write --wait 60.")
    try:
        (token or "").encode()
    except UnicodeEncodeError:
        # Without its cause, which holds the token.
        raise InvalidInput(
            "The token is no text in UTF-8, so it cannot be sent. Type it once more."
        ) from None


def _waited(
    url: str, token: str | None, timeout_s: float, wait_s: float, say: Callable[[str], None]
) -> Report:
    my = connect(url, timeout=timeout_s, token=token)
    try:
        with my.listen():
            say(f"Listening. Have somebody write to the account now; waiting for up to {wait_s:g} s.")
            return my.doctor(wait_s)
    finally:
        my.close()
