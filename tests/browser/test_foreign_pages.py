"""Pages of other places that know the whole address, secret included, try to get a message into an inbox."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Frame, Page

import openqq_nb as oq
from tests.inbox.desk import Desk, listening, message
from tests.lab.browser import launched_browser
from tests.simulator.listener import Listener, Reply, Request

pytestmark = pytest.mark.browser

EVIL = "evil.test"
CONTROL = "as a server posts it"
INJECTED = json.dumps(message("as a page posts it"), ensure_ascii=False)

# Each is a function of a page that ends when the attempt has ended, whatever came of it.
_POSTED = "fetch(address, {{method: 'POST', body, {}}}).catch(() => null)"
_FORM = """new Promise(done => {{
    const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), {{name: 'result'}}));
    const form = document.body.appendChild(document.createElement('form'));
    Object.assign(form, {{action: {action}, method: 'post', enctype: '{enctype}', target: 'result', rel: '{rel}'}});
    const field = form.appendChild(document.createElement('input'));
    Object.assign(field, {{name: body.slice(0, -1) + ',"_":"', value: '"}}'}});
    frame.onload = () => {{ frame.remove(); done(); }};
    form.submit();
}})"""
_ELEMENT = """new Promise(done => {{
    const made = document.createElement('{}');
    made.onload = made.onerror = done;
    document.head.appendChild(Object.assign(made, {}));
}})"""
_BEACON = """new Promise(done => {{
    const isOne = entry => entry.name === address && entry.initiatorType === 'beacon';
    new PerformanceObserver(seen => seen.getEntries().some(isOne) && done()).observe({{type: 'resource'}});
    navigator.sendBeacon(address, {});
}})"""
_XHR = """new Promise(done => {{
    const request = new XMLHttpRequest();
    request.onloadend = done;
    request.open('POST', address);
    request.setRequestHeader('Content-Type', '{}');
    request.send(body);
}})"""
_JSON_BLOB = "new Blob([body], {type: 'application/json'})"

# What a page may try, and what the browser makes of it: it posts, asks another place first whether it may, or reads.
POSTS, ASKS, READS = "posts", "asks", "reads"
ATTEMPTS: dict[str, tuple[str, str]] = {
    "fetch, JSON": (_POSTED.format("headers: {'Content-Type': 'application/json'}"), ASKS),
    "fetch, plain text": (_POSTED.format("headers: {'Content-Type': 'text/plain'}"), POSTS),
    "fetch, kept alive": (_POSTED.format("keepalive: true"), POSTS),
    "fetch, no-cors": (_POSTED.format("mode: 'no-cors'"), POSTS),
    "fetch, no-cors, type named": (
        _POSTED.format("mode: 'no-cors', headers: {'Content-Type': 'application/json'}"),
        POSTS,
    ),
    "fetch, no-cors, a JSON blob": (
        f"fetch(address, {{method: 'POST', mode: 'no-cors', body: {_JSON_BLOB}}}).catch(() => null)",
        POSTS,
    ),
    "fetch, no-cors, without a referrer": (
        _POSTED.format("mode: 'no-cors', referrerPolicy: 'no-referrer'"),
        POSTS,
    ),
    "form, urlencoded": (
        _FORM.format(action="address", enctype="application/x-www-form-urlencoded", rel=""),
        POSTS,
    ),
    "form, multipart": (_FORM.format(action="address", enctype="multipart/form-data", rel=""), POSTS),
    "form, plain text that is JSON": (
        _FORM.format(action="address", enctype="text/plain", rel=""),
        POSTS,
    ),
    "form, without a referrer": (
        _FORM.format(action="address", enctype="text/plain", rel="noreferrer"),
        POSTS,
    ),
    "form, sent on by its own server": (
        _FORM.format(action="home + '/onward'", enctype="text/plain", rel=""),
        POSTS,
    ),
    "image": (_ELEMENT.format("img", "{src: address}"), READS),
    "script": (_ELEMENT.format("script", "{src: address}"), READS),
    "style sheet": (_ELEMENT.format("link", "{rel: 'stylesheet', href: address}"), READS),
    "frame": (_ELEMENT.format("iframe", "{src: address}"), READS),
    "beacon, text": (_BEACON.format("body"), POSTS),
    "beacon, a JSON blob": (_BEACON.format(_JSON_BLOB), ASKS),
    "XMLHttpRequest, JSON": (_XHR.format("application/json"), ASKS),
    "XMLHttpRequest, plain text": (_XHR.format("text/plain"), POSTS),
    "WebSocket": (
        "new Promise(done => new WebSocket(address.replace('http', 'ws')).onclose = done)",
        READS,
    ),
    "EventSource": (
        "new Promise(done => new EventSource(address).onerror = event => done(event.target.close()))",
        READS,
    ),
}
_RUN = """async ({{address, body, home}}) => {{
    const late = new Promise(done => setTimeout(done, 10000, 'has not ended'));
    return await Promise.race([(async () => {{ await {}; return 'ended'; }})(), late]);
}}"""
# For which reason each is refused, by where the page is from.
FOREIGN = {POSTS: "origin", ASKS: "method", READS: "method"}
OF_ITS_OWN_PLACE = {POSTS: "host", ASKS: "host", READS: "method"}
OF_A_REBOUND_NAME = {POSTS: "host", ASKS: "method", READS: "method"}
_FROM_A_WORKER = """(async () => {
    await navigator.serviceWorker.register('/worker.js');
    const {active} = await navigator.serviceWorker.ready;
    const {port1, port2} = new MessageChannel();
    const ended = new Promise(done => port1.onmessage = done);
    active.postMessage({address, body}, [port2]);
    await ended;
})()"""
_WORKER = """onmessage = event => event.waitUntil((async () => {
    const {address, body} = event.data;
    await fetch(address, {method: 'POST', mode: 'no-cors', body}).catch(() => null);
    event.ports[0].postMessage('ended');
})())"""
_PAGE = """<!doctype html><title>elsewhere</title><body>
<iframe sandbox="allow-scripts allow-forms" srcdoc="<!doctype html><body></body>"></iframe>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched_browser(f"--host-resolver-rules=MAP {EVIL} 127.0.0.1") as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    # No guard of tests.lab: with it, Playwright would answer for servers what a browser asks before it posts.
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with listening("openqq1", tmp_path / "journal.db") as desk:
        yield desk


@contextmanager
def served(desk: Desk) -> Iterator[Listener]:
    """Serve the foreign pages."""

    def answer(request: Request) -> Reply:
        if request.path == "/onward":
            return Reply(307, {"Location": desk.inbox.url})
        if request.path == "/worker.js":
            return Reply(200, {"Content-Type": "text/javascript"}, _WORKER.encode())
        return Reply(200, {"Content-Type": "text/html"}, _PAGE.encode())

    with Listener(answer) as server:
        yield server


def tried(desk: Desk, place: Page | Frame, address: str, home: str = "") -> dict[str, set[str]]:
    """Try everything from a page, one after the other; gives by name for which reasons something was refused.

    Args:
        desk: the inbox.
        place: the page, or a frame in one.
        address: what the page takes for the address of the listener.
        home: where the page can ask its own server; without one, it has none.
    """
    found = {}
    for name, (script, _) in ATTEMPTS.items():
        if home or "home" not in script:
            found[name] = refused(desk, partial(run, place, script, address, home))
    return found


def expected(names: Iterable[str], reasons: Mapping[str, str]) -> dict[str, set[str]]:
    return {name: {reasons[ATTEMPTS[name][1]]} for name in names}


def run(place: Page | Frame, script: str, address: str, home: str = "") -> None:
    given = {"address": address, "body": INJECTED, "home": home}
    assert place.evaluate(_RUN.format(script), given) == "ended"


def refused(desk: Desk, act: Callable[[], object]) -> set[str]:
    before = Counter(desk.inbox.stats.refused)
    act()
    return set(Counter(desk.inbox.stats.refused) - before)


def check_that_only_a_server_gets_in(desk: Desk) -> None:
    """Post as a server does, and see that it is all there is: in the frames, in the figures and in the file."""
    journal = desk.inbox.journal.path
    assert journal is not None
    assert desk.post(message(CONTROL)).status_code == 204
    assert desk.contents() == [CONTROL] and desk.inbox.events.empty
    stats = desk.inbox.stats
    assert (stats.received, stats.own, stats.events, stats.doubles, stats.malformed) == (1, 0, 0, 0, 0)
    assert stats.errors == (), "what strangers do is no error of ours"
    desk.inbox.stop()
    log = oq.open_log(journal)
    assert log.df["content"].tolist() == [CONTROL]
    assert log.events.empty and log.problems.empty


def test_a_page_on_another_port_gets_nothing_in(desk: Desk, page: Page) -> None:
    with served(desk) as server:
        page.goto(server.place)
        assert tried(desk, page, desk.inbox.url, server.place) == expected(ATTEMPTS, FOREIGN)
        check_that_only_a_server_gets_in(desk)


def test_a_page_without_an_origin_gets_nothing_in(desk: Desk, page: Page) -> None:
    with served(desk) as server:
        page.goto(server.place)
        sandboxed = page.frames[1]
        assert sandboxed.evaluate("self.origin") == "null"
        assert tried(desk, sandboxed, desk.inbox.url, server.place) == expected(ATTEMPTS, FOREIGN)
        check_that_only_a_server_gets_in(desk)


def test_a_worker_of_a_page_gets_nothing_in(desk: Desk, page: Page) -> None:
    with served(desk) as server:
        page.goto(server.place)
        assert refused(desk, partial(run, page, _FROM_A_WORKER, desk.inbox.url)) == {"origin"}
        check_that_only_a_server_gets_in(desk)


def test_a_page_of_a_name_rebound_to_this_machine_gets_nothing_in(desk: Desk, page: Page) -> None:
    address = urlsplit(desk.inbox.url)
    home = f"http://{EVIL}:{address.port}"
    # To the browser, the listener is the page's own server.
    shown = page.goto(f"{home}/")
    assert shown is not None and shown.status == 404 and page.evaluate("self.origin") == home
    found = tried(desk, page, home + address.path)
    # Now and then the browser asks for an icon of the page.
    assert {name: why - {"path"} for name, why in found.items()} == expected(found, OF_ITS_OWN_PLACE)
    check_that_only_a_server_gets_in(desk)


def test_a_page_of_a_rebound_name_on_another_port_gets_nothing_in(desk: Desk, page: Page) -> None:
    address = urlsplit(desk.inbox.url)
    with served(desk) as server:
        home = f"http://{EVIL}:{urlsplit(server.place).port}"
        page.goto(home)
        found = tried(desk, page, f"http://{EVIL}:{address.port}{address.path}")
        assert found == expected(found, OF_A_REBOUND_NAME)
        check_that_only_a_server_gets_in(desk)
