"""What people are told of a set-up with an end of OneBot 11.

Source:
    OneBot 11, communication; recorded behaviour of NapCat and LLBot; the sources of Lagrange.OneBot and go-cqhttp.
"""

from openqq_nb.protocols.hints import Hints, Words
from openqq_nb.protocols.onebot11.ends import NAMES

_PORTS = (
    "The HTTP server, the WebSocket server and the web panel have a port each: as they come, NapCat 3000, 3001 and "
    "6099, LLBot 3000 and 3001, go-cqhttp 5700."
)
_ENTER = (
    "Enter what inbox.setup() shows (in a shell: openqq-nb collect URL --setup) in the panel of the end: a new HTTP "
    "client (HTTP上报, HttpPost) or WebSocket client (反向WebSocket), switched on and saved."
)
_KEY = (
    "It is the field token (accessToken, secret) of the HTTP client that posts here, not that of the HTTP server: "
    "inbox.setup() shows what belongs there."
)
_BACK = (
    "For an end in a container on this machine: my.listen(host='0.0.0.0', port=5005, "
    "public_url='http://host.docker.internal:5005'), on Linux with the container started with "
    "--add-host=host.docker.internal:host-gateway; for an end elsewhere the address of this machine in its place. Give "
    "no secret=, so that the address keeps its secret path, and enter what inbox.setup() then shows."
)

HINTS = Hints(
    server="an end of OneBot 11",
    plain="most ends of OneBot speak without TLS",
    port=3000,
    no_token=Words(
        "no token is used: whoever reaches the end's port can read and write as the account",
        "Enter a token for its HTTP or WebSocket server in its panel, and write oq.connect(url, token='…'). Have it "
        "listen on 127.0.0.1 where it is on this machine.",
    ),
    authorise=(
        "Write oq.connect(url, token='…') with the token of the HTTP server (of the WebSocket server for ws://), as "
        "the end's panel shows it. The token of the HTTP client, with which posts are signed, is another field."
    ),
    down=(
        "Start the end, and see in its panel that the HTTP server (the WebSocket server for ws://) is switched on, "
        f"saved, and at which host and port. {_PORTS}\nIn a container its port has to be published (-p "
        "127.0.0.1:3000:3000), and the server there has to listen on 0.0.0.0."
    ),
    silent=Words(
        "the end hangs, is slow, or waits for QQ",
        "Look at the end's log or panel; QQ may be starting, or wait there to be logged in.",
    ),
    closed=(
        "At once: it may be the port of the WebSocket server, so write oq.connect('ws://…') with it, or give that of "
        f"the HTTP server; or the end crashes, see its log. {_PORTS}"
    ),
    misplaced=(
        f"Check host, port and path (letter case counts). {_PORTS} Bridges have their calls under a path, as in "
        "'http://127.0.0.1:6727/qq/10001/onebot/v11'."
    ),
    page=(
        "That is most likely the web panel of the end, which is not the API: give the port of the HTTP server that is "
        f"set up in it. {_PORTS} Or a login page or proxy is in between."
    ),
    slow="The end waits for QQ, or loads a long list. Wait, or give timeout=60.",
    failing=(
        "Is QQ logged in there, and is the address right (NapCat, LLBot and Lagrange have no path behind the port)? "
        "The end's log tells why it failed; ask once more after a minute."
    ),
    programs=NAMES,
    offline=Words(
        "the end answers, but QQ is logged out there (thrown out, or not logged in yet): nothing comes, and nothing "
        "can be sent",
        "Log in again: open the end's panel or console and scan the code with the phone of the account; then ask the "
        "doctor once more. What was written meanwhile may never come.",
    ),
    numberless=Words(
        "the end tells none",
        "Nobody can be addressed. Start the end again; if it stays like this, bring it up to date.",
    ),
    some_numberless="Where they are missing the end does not tell them.",
    ask_again="Ask again later; the log of the end may tell more.",
    arrivals="arrivals",
    no_arrivals="nobody wrote, events come late or are lost, or the end posts to somewhere else",
    enter=_ENTER,
    refusals={
        "path": Words(
            "posts came to another path: the URL in the end's settings ends otherwise than that of inbox.setup()",
            _ENTER,
        ),
        "signature": Words(
            "posts were signed with another key: the token of the end's HTTP client is another one than the last part "
            "of the address",
            _KEY,
        ),
        "unsigned": Words(
            "posts were not signed, and listen() was given secret=: the end's HTTP client has no token", _KEY
        ),
        "token": Words(
            "a WebSocket came with another token than the last part of the address, or with none",
            "It is the field token (accessToken) of the WebSocket client that connects here, not that of the "
            "WebSocket server: inbox.setup() shows what belongs there.",
        ),
        "account": Words(
            "posts for another account came to this address",
            "Each account needs an address of its own: in the panel of the other one, enter the address of its own "
            "inbox, or remove this one.",
        ),
        "websocket": Words(
            "something opened a WebSocket and did not speak it, or sent bytes that are no text", _ENTER
        ),
        "stray": Words(
            "answers came over a WebSocket to calls that were never made",
            "Another program asks over the connection of this listener, as a proxy may have it: leave that out.",
        ),
    },
    elsewhere=Words(
        "this listener is at a loopback address: an end in a container or on another machine does not reach it, since "
        "127.0.0.1 means the container or machine itself there",
        f"{_BACK} Or connect to its WebSocket, oq.connect('ws://…'), which needs no way back.",
    ),
    nameless=Words(
        "this listener takes posts from other machines, but the address that inbox.setup() shows names none, so that "
        "nobody elsewhere can post there",
        _BACK,
    ),
    unknown_senders=Words(
        "they are anonymous, or the end did not tell it",
        "Nothing is to be done; they cannot be told apart for certain.",
    ),
    clock="the server's",
    open_sends=" Where the end reports own messages (reportSelfMessage), its post settles it.",
    not_posted=Words(
        "what the account sent came back in no post: the end does not report own messages (reportSelfMessage, "
        "上报自身消息, is off)",
        "So what is written on the phone or by other programs is missing in inbox.df, and a send whose fate is open "
        "stays so. Switch it on beside the address in the end's panel.",
    ),
)
