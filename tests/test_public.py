"""What Tab shows is what is meant to be typed, and `import openqq_nb` stays light."""

import inspect
import subprocess
import sys
from collections.abc import Iterator

import pytest

import openqq_nb as oq
from openqq_nb.demo_account import DemoAccount

TYPED = {
    "analysis", "at", "charts", "connect", "demo", "export", "face", "image", "journals", "language", "open_log",
    "pseudonymise", "reply_to", "run", "with_people", "Pace", "Reply",
}  # fmt: skip
QUESTIONS = {
    "activity", "calendar", "conversations", "kinds", "lurkers", "new_words", "nicknames", "night_owls", "phrases",
    "ranking", "repeats", "replies", "response", "similar_groups", "timeline", "turnover", "typical", "words",
}  # fmt: skip
MET_IN_ANNOTATIONS = {"Account", "Inbox", "Log", "Outcome", "Receipt", "Report", "Roster"}
ERRORS = {
    "Ambiguous", "InvalidInput", "JournalFailed", "ListenerFailed", "NestedWait", "NoAnswer", "NotFound", "NotLoaded",
    "NotOpenqq", "NotSupported", "NotUnderstood", "OpenqqError", "Refused", "TimedOut", "Unreachable",
}  # fmt: skip
WARNINGS = {"FollowingWarning", "HandlerWarning", "InboxWarning", "NotLoadedWarning", "SkippedWarning"}

ASKS = {
    "me", "friends", "groups", "members", "discusses", "discuss_members", "recent", "search_friends", "search_groups",
    "roster", "history", "server", "doctor", "composer", "explorer", "broadcast", "broadcaster", "broadcasts",
}  # fmt: skip
MANAGES = {"recall", "mute", "kick", "relogin"}
SENDS = {"send_friend", "send_group", "send_discuss", "send_session"}
MY = ASKS | SENDS | MANAGES | {"aio", "exclusions", "listen", "close"}

LATER = (
    "asyncio", "httpx", "uvicorn", "starlette", "openqq_nb.simulator", "ipywidgets", "anywidget", "altair", "sqlite3",
    "narwhals", "openqq_nb.analysis", "openqq_nb.charts", "vl_convert", "polars", "duckdb", "dask", "pyspark", "rjieba",
)  # fmt: skip


@pytest.fixture(scope="module")
def my() -> Iterator[DemoAccount]:
    demo = oq.demo(groups=2, members=4, friends=3)
    yield demo
    demo.close()


def shown(of: object) -> set[str]:
    """What Tab offers, as long as nothing with an underscore is typed."""
    return {name for name in dir(of) if not name.startswith("_")}


def test_tab_behind_the_package_shows_what_is_meant_to_be_typed() -> None:
    assert shown(oq) == TYPED | MET_IN_ANNOTATIONS | ERRORS | WARNINGS
    assert sorted(oq.__all__) == dir(oq)


def test_tab_behind_analysis_and_charts_shows_the_same_words() -> None:
    assert shown(oq.analysis) == set(oq.analysis.__all__) == QUESTIONS
    assert shown(oq.charts) == set(oq.charts.__all__) == QUESTIONS | {"Picture"}


def test_tab_behind_an_account_shows_what_is_meant_to_be_typed(my: DemoAccount) -> None:
    connected = oq.connect(my.simulator.url)
    assert shown(connected) == MY
    assert shown(my) == MY | {"simulator"}
    assert shown(my.aio) == ASKS | SENDS | MANAGES | {"listen"}
    connected.close()


def test_every_public_name_is_there_and_explains_itself() -> None:
    for name in oq.__all__:
        found = getattr(oq, name)
        assert inspect.getdoc(found), name
        assert getattr(found, "__module__", found.__name__).startswith("openqq_nb")


def test_every_call_of_an_account_explains_itself_with_an_example() -> None:
    for name in MY - {"aio", "close"}:
        text = inspect.getdoc(getattr(oq.Account, name)) or ""
        assert "Example:" in text and "Returns:" in text, name


def test_a_name_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'conect'; it offers .*connect"):
        _ = oq.conect


def test_all_errors_are_one_tree_with_the_builtin_ones_that_people_expect() -> None:
    assert all(issubclass(getattr(oq, name), oq.OpenqqError) for name in ERRORS)
    assert all(issubclass(getattr(oq, name), UserWarning) for name in WARNINGS)
    assert issubclass(oq.TimedOut, TimeoutError)
    assert issubclass(oq.NotFound, LookupError) and issubclass(oq.Ambiguous, LookupError)
    assert issubclass(oq.InvalidInput, ValueError)
    assert not issubclass(oq.NoAnswer, oq.Unreachable), "whether it may have gone out must be told apart"


def test_importing_loads_neither_a_server_nor_a_client_nor_pandas() -> None:
    code = f"import sys, openqq_nb; print([name for name in {(*LATER, 'pandas')!r} if name in sys.modules])"
    assert output(code) == "[]"


def test_an_account_is_made_without_loading_the_listener_or_the_simulator() -> None:
    code = (
        "import sys, openqq_nb as oq; oq.connect('http://127.0.0.1:9', protocol='openqq1');"
        "print([n for n in ('uvicorn', 'starlette', 'openqq_nb.simulator', 'openqq_nb.inbox') if n in sys.modules])"
    )
    assert output(code) == "[]"


def output(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()
