import asyncio
import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import pytest

from openqq_nb.inbox import printing


@contextmanager
def routed() -> Iterator[None]:
    """Not a fixture: pytest swaps `sys.stdout` between a fixture and its test."""
    printing.install()
    try:
        yield
    finally:
        printing.uninstall()


def test_only_what_is_printed_inside_is_caught(capsys: pytest.CaptureFixture[str]) -> None:
    texts: list[str] = []
    with routed():
        sys.stdout.write("before\n")
        with printing.caught(texts.append):
            sys.stdout.writelines(["in", "side\n"])
            assert printing.in_handler()
        sys.stdout.write("after\n")
    assert "".join(texts) == "inside\n" and capsys.readouterr().out == "before\nafter\n"
    assert not printing.in_handler()


def test_another_thread_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    texts: list[str] = []
    with routed(), printing.caught(texts.append):
        thread = threading.Thread(target=sys.stdout.write, args=("of the thread\n",))
        thread.start()
        thread.join()
    assert texts == [] and capsys.readouterr().out == "of the thread\n"


def test_task_keeps_its_own_text(capsys: pytest.CaptureFixture[str]) -> None:
    texts: dict[str, list[str]] = {"a": [], "b": []}

    async def one(name: str) -> None:
        with printing.caught(texts[name].append):
            await asyncio.sleep(0)
            sys.stdout.write(name)

    async def both() -> None:
        await asyncio.gather(one("a"), one("b"))

    with routed():
        asyncio.run(both())
    assert texts == {"a": ["a"], "b": ["b"]} and capsys.readouterr().out == ""


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
