"""What people are told of a set-up with a server of Openqq.

Source:
    API document §1, §10 and §11; recorded behaviour of both releases.
"""

from dataclasses import replace

from openqq_nb.protocols.hints import Hints, Words

_STANDING_STILL = (
    "A server stands still while its login code waits to be scanned, while it logs in anew, and while it loads lists: "
    "look at its log or console, and scan the code if it shows one."
)

HINTS_2 = Hints(
    server="an Openqq server",
    plain="most Openqq servers speak plain HTTP",
    port=5000,
    no_token=Words(
        "no token is used: whoever reaches the server's port can read and write, and with 2.x so can any web page "
        "in a browser on that machine",
        "Have the server listen on 127.0.0.1 only, and give it an auth callback that checks a token.",
    ),
    authorise="Ask its owner, and write oq.connect(url, token='…'), or token='key=…' where the parameter is another.",
    down=(
        "Start the server; check the port of `listen` in its start script; a restarting server comes back after a "
        "while; a 1.x server opens its port only after its first login, when its code was scanned."
    ),
    silent=Words(
        "the server hangs, is slow, or waits for its login code to be scanned",
        _STANDING_STILL,
    ),
    closed=(
        "At once: the server ends or crashes, see its log. After its idle time, which is usually 15 s: "
        f"{_STANDING_STILL}"
    ),
    misplaced="Check host, port and path (letter case counts); an Openqq server usually listens at port 5000.",
    page="A login page or proxy is in between, or another program listens there: check host and port.",
    slow=(
        "The server is busy: it sends one message per 3 s and loads lists in between. Wait, or give timeout=60."
    ),
    failing="The server's log tells why.",
    numberless=Words(
        "the server has no extended information",
        "Nobody can be addressed by qq or gnumber, and nobody is recognised after a login. Install the optional "
        "password module of the server (Webqq::Encryption) and start it again.",
    ),
    some_numberless=(
        "Where they are missing the server does not know them: equal names, and in 1.x names with < > & or quotes."
    ),
    ask_again=(
        "It loads a group when a message comes in there, and all of them every ten minutes; ask again then."
    ),
    arrivals="post_api",
    no_arrivals="nobody wrote, posts come late or are lost, or the server does not post here",
    enter="Put what inbox.setup() shows into the server's start script, and start the server again.",
    unknown_senders=Words(
        "the server does not know them, or not it",
        "They are told apart by sender_id, within one login of the server.",
    ),
    clock="the provider's",
    counts_up=True,
    equal_names=Words(
        "the server knows no number of these",
        "Rename them, or address them by a row of my.groups(), which holds until the next login.",
    ),
    unloaded=(
        "It loads a group when a message comes in there, and all of them every ten minutes; on 2.x my.members() asks "
        "for them."
    ),
    other_poller=Words(
        "a 2.x server hands what happens to whoever calls check_event first: another program that polls takes it away",
        "Posts to this listener come all the same; let only one program poll.",
    ),
    refusals={
        "path": Words(
            "posts came to another path: the `post_api` of the server has another secret, or none",
            "Put what inbox.setup() shows into the server's start script, and start the server again.",
        )
    },
)
HINTS_1 = replace(HINTS_2, other_poller=None, open_sends=" A 1.x server never tells what became of a reply.")
