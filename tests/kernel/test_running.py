"""`run` where there is no kernel."""

import asyncio
import contextvars
import os
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

import pytest

from openqq_nb.errors import InvalidInput
from openqq_nb.kernel.running import run
from tests.kernel.kernels import ROOT

COLOUR = contextvars.ContextVar("COLOUR", default="white")


async def _double(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


async def _fail() -> None:
    await asyncio.sleep(0)
    raise LookupError("not there")


def test_the_result_comes_back() -> None:
    assert run(_double(21)) == 42


def test_an_exception_comes_back_with_the_line_that_raised_it() -> None:
    with pytest.raises(LookupError, match="not there") as caught:
        run(_fail())
    assert traceback.extract_tb(caught.tb)[-1].name == "_fail"


def test_the_coroutine_runs_in_a_copy_of_the_context() -> None:
    async def paint() -> str:
        before = COLOUR.get()
        COLOUR.set("red")
        return before

    COLOUR.set("blue")
    assert run(paint()) == "blue"
    assert COLOUR.get() == "blue"


def test_a_worker_thread_may_run_coroutines() -> None:
    results: list[int] = []
    worker = threading.Thread(target=lambda: results.append(run(_double(4))))
    worker.start()
    worker.join(30)
    assert results == [8]


def test_what_is_no_coroutine_is_refused_with_what_to_type() -> None:
    function: Any = _double
    with pytest.raises(InvalidInput, match=r"oq\.run\(function\(\)\)"):
        run(function)


# nest-asyncio changes asyncio for good, and so it gets processes of its own.

PREPARED = """
import asyncio, contextvars, signal, sys, threading
from openqq_nb.kernel.running import run
colour = contextvars.ContextVar("colour", default="white")

async def double(number):
    await asyncio.sleep(0.001)
    return 2 * number

async def fail():
    raise LookupError("not there")

async def paint():
    before = colour.get()
    colour.set("red")
    return before
"""


def test_nest_asyncio_is_not_loaded_before_it_is_needed(tmp_path: Path) -> None:
    code = "print(run(double(1)), 'nest_asyncio' in sys.modules)"
    assert _printed(code, tmp_path) == "2 False"


def test_inside_a_running_loop_the_result_comes_back(tmp_path: Path) -> None:
    code = """
async def main():
    return run(double(21)), run(double(1)), 'nest_asyncio' in sys.modules
print(asyncio.run(main()))
"""
    assert _printed(code, tmp_path) == "(42, 2, True)"


def test_inside_a_running_loop_other_tasks_go_on(tmp_path: Path) -> None:
    code = """
async def main():
    event = asyncio.Event()
    asyncio.get_running_loop().call_soon(event.set)
    return run(event.wait())
print(asyncio.run(main()))
"""
    assert _printed(code, tmp_path) == "True"


def test_inside_a_running_loop_runs_may_nest(tmp_path: Path) -> None:
    code = """
async def inner():
    return run(double(1)) + await double(2)
async def main():
    return run(inner())
print(asyncio.run(main()))
"""
    assert _printed(code, tmp_path) == "6"


def test_inside_a_running_loop_exceptions_and_context_are_those_of_a_plain_call(tmp_path: Path) -> None:
    code = """
async def main():
    colour.set("blue")
    try:
        run(fail())
    except LookupError as error:
        return str(error), run(paint()), colour.get()
print(asyncio.run(main()))
"""
    assert _printed(code, tmp_path) == "('not there', 'blue', 'blue')"


def test_inside_a_running_loop_an_interrupt_cancels_the_coroutine_and_is_raised(tmp_path: Path) -> None:
    code = """
async def hang():
    signal.raise_signal(signal.SIGINT)
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        print("cancelled", end=", ")
        raise
async def main():
    try:
        run(hang())
    except KeyboardInterrupt:
        return "interrupted", await double(2)
print(asyncio.run(main()))
"""
    assert _printed(code, tmp_path) == "cancelled, ('interrupted', 4)"


def test_a_loop_that_cannot_nest_is_left_alone(tmp_path: Path) -> None:
    if sys.platform == "win32":
        return  # uvloop does not exist there
    code = """
import uvloop
async def main():
    colour.set("blue")
    try:
        run(fail())
    except LookupError as error:
        return str(error), run(paint()), colour.get(), run(double(4)), 'nest_asyncio' in sys.modules
with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    print(runner.run(main()))
"""
    assert _printed(code, tmp_path) == "('not there', 'blue', 'blue', 8, False)"


def _printed(code: str, folder: Path) -> str:
    script = folder / "script.py"
    script.write_text(PREPARED + code, encoding="utf-8")
    command = [sys.executable, "-W", "error", str(script)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert done.stderr == ""
    return done.stdout.strip()
