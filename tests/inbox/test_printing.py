import asyncio
import io
import sys
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout

import pytest

from openqq_nb.inbox import printing


@pytest.fixture
def routed(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    printing.install()
    yield capsys
    printing.uninstall()


def test_only_what_is_printed_inside_is_caught(routed: pytest.CaptureFixture[str]) -> None:
    texts: list[str] = []
    sys.stdout.write("before\n")
    with printing.caught(texts.append):
        sys.stdout.writelines(["in", "side\n"])
        assert printing.in_handler()
    sys.stdout.write("after\n")
    assert "".join(texts) == "inside\n" and routed.readouterr().out == "before\nafter\n"
    assert not printing.in_handler()


def test_another_thread_is_left_alone(routed: pytest.CaptureFixture[str]) -> None:
    texts: list[str] = []
    with printing.caught(texts.append):
        thread = threading.Thread(target=sys.stdout.write, args=("of the thread\n",))
        thread.start()
        thread.join()
    assert texts == [] and routed.readouterr().out == "of the thread\n"


def test_task_keeps_its_own_text(routed: pytest.CaptureFixture[str]) -> None:
    texts: dict[str, list[str]] = {"a": [], "b": []}

    async def one(name: str) -> None:
        with printing.caught(texts[name].append):
            await asyncio.sleep(0)
            sys.stdout.write(name)

    async def both() -> None:
        await asyncio.gather(one("a"), one("b"))

    asyncio.run(both())
    assert texts == {"a": ["a"], "b": ["b"]} and routed.readouterr().out == ""


def test_stdout_is_put_back_when_the_last_user_is_gone() -> None:
    before = sys.stdout
    printing.install()
    printing.install()
    printing.uninstall()
    assert isinstance(sys.stdout, printing.Router) and sys.stdout.encoding == before.encoding
    printing.uninstall()
    assert sys.stdout is before


def test_stdout_that_somebody_else_replaced_is_left_alone() -> None:
    printing.install()
    other = io.StringIO()
    with redirect_stdout(other):
        printing.uninstall()
        assert sys.stdout is other
    printing.uninstall()
    assert not isinstance(sys.stdout, printing.Router)
