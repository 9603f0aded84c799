"""What people are told of a set-up where servers differ: what may be wrong, and whose field in which place mends it.

Each protocol folder has its own, as data; here are those for a server of which nobody knows yet what it speaks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Words(NamedTuple):
    """What is said of one thing.

    Attributes:
        found: what was found, and what it means.
        advice: what to do.
    """

    found: str
    advice: str


@dataclass(frozen=True, slots=True)
class Hints:
    """Fixed words, which have no name, number or secret in them.

    Attributes:
        server: what such a server is called, with its article.
        plain: who speaks plain HTTP.
        port: where it usually listens.
        no_token: calls are authorised by nothing.
        authorise: what to do where a token is missing or wrong.
        down: what to do where nobody listens.
        silent: it took the connection and answers nothing.
        closed: what to do where it closed the connection without an answer.
        misplaced: what to do where a path is refused.
        page: what to do where a web page is answered.
        slow: what to do where it is slow.
        failing: what to do where it says that it could not tell something.
        programs: which programs may be named, by what they call themselves.
        offline: it answers, and the account is logged out; `None` where nothing says that.
        numberless: it tells no permanent numbers at all.
        some_numberless: why it does not tell all of them.
        equal_names: what groups of the same name mean; `None` where nothing.
        unloaded: when it loads members of groups; `None` where it does so whenever it is asked.
        ask_again: when to ask again for members that it did not tell, without a reason.
        other_poller: what it means that it can be polled; `None` where it cannot.
        arrivals: what the finding about arrivals is called.
        no_arrivals: nothing arrived.
        enter: what to do so that it posts where it is listened.
        refusals: why posts were not taken, by reason, and what to do; only where it differs.
        elsewhere: the listener can be reached from this machine only, and whoever posts may be on another one; `None`
            where nobody is told.
        nameless: the listener is open to other machines, and its address names none; `None` where nobody is told.
        unknown_senders: whose messages have no number.
        clock: whose clock says when a message was written.
        counts_up: whether of two messages of one second the later one has the larger `msg_id`.
        open_sends: how more can become known of sends whose fate is open.
        not_posted: what the account sent was not posted back; `None` where that means nothing.
    """

    server: str
    plain: str
    port: int
    no_token: Words
    authorise: str
    down: str
    silent: Words
    closed: str
    misplaced: str
    page: str
    slow: str
    failing: str
    numberless: Words
    some_numberless: str
    ask_again: str
    arrivals: str
    no_arrivals: str
    enter: str
    unknown_senders: Words
    clock: str
    open_sends: str = ""
    counts_up: bool = False
    programs: Mapping[str, str] = field(default_factory=dict)
    offline: Words | None = None
    equal_names: Words | None = None
    unloaded: str | None = None
    other_poller: Words | None = None
    refusals: Mapping[str, Words] = field(default_factory=dict)
    elsewhere: Words | None = None
    nameless: Words | None = None
    not_posted: Words | None = None


_PORTS = "Usual ports: NapCat and LLBot 3000 (their WebSocket 3001), go-cqhttp 5700, Openqq 5000."
_STILL = (
    "A server stands still while its login code waits to be scanned, while it logs in anew, and while it loads lists: "
    "look at its log, console or panel, and scan the code if it shows one."
)

UNKNOWN = Hints(
    server="a server of a known protocol",
    plain="most API servers speak plain HTTP",
    port=5000,
    no_token=Words(
        "no token is used: whoever reaches the server's port can read and write",
        "Have the server listen on 127.0.0.1 only, and have it want a token.",
    ),
    authorise="Ask its owner, and write oq.connect(url, token='…').",
    down=(
        f"Start the server, and check host and port. {_PORTS}\nA restarting server comes back after a while; one of "
        "Openqq 1.x opens its port only after its first login, when its code was scanned; an end of OneBot 11 opens "
        "one for each HTTP or WebSocket server that is switched on in its panel."
    ),
    silent=Words(
        "the server hangs, is slow, or waits for its login code to be scanned",
        _STILL,
    ),
    closed=(
        "At once: it may be a port that takes WebSockets only, so try an address that begins with ws://; or the server "
        f"crashes, see its log. After its idle time: {_STILL}"
    ),
    misplaced=(
        f"Check host, port and path (letter case counts). {_PORTS}\nBridges of OneBot have their calls under a path, "
        "as in 'http://127.0.0.1:6727/qq/10001/onebot/v11'."
    ),
    page=(
        "A login page or proxy is in between, or another program listens there, or that is the web panel of NapCat "
        f"(port 6099), which is not the API: give the port of the HTTP server that is set up in it. {_PORTS}"
    ),
    slow="The server is busy. Wait, or give timeout=60.",
    failing="The server's log tells why.",
    numberless=Words("the server tells none", "Nobody can be addressed by qq or gnumber."),
    some_numberless="Where they are missing the server does not know them.",
    ask_again="Ask again later.",
    arrivals="arrivals",
    no_arrivals="nobody wrote, posts come late or are lost, or the server does not post here",
    enter="Have the server post to what inbox.setup() shows.",
    unknown_senders=Words("the server does not know them, or not it", "They are told apart by sender_id."),
    clock="the server's",
)
"""What is said where nobody knows yet which protocol is spoken."""
