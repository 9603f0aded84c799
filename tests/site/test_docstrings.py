"""What the reference is made of: each public call tells its arguments, its result, its errors and an example."""

import inspect
import re
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

import openqq_nb as oq
from openqq_nb.simulator import Simulator
from tests.site.test_reference import own

Function = Callable[..., Any]


def functions() -> dict[str, Function]:
    typed = {
        f"{word}.{name}": getattr(module, name)
        for word, module in (("oq", oq), ("oq.analysis", oq.analysis), ("oq.charts", oq.charts))
        for name in module.__all__
        if inspect.isfunction(getattr(module, name))
    }
    for word, kind in (
        ("my", oq.Account),
        ("inbox", oq.Inbox),
        ("log", oq.Log),
        ("roster", oq.Roster),
        ("my.simulator", Simulator),
    ):
        calls = {f"{word}.{name}": getattr(kind, name, None) for name in own(kind)}
        typed |= {name: call for name, call in calls.items() if inspect.isfunction(call)}
    return typed


FUNCTIONS = functions()
OF_USERS = {name: call for name, call in FUNCTIONS.items() if not name.startswith("my.simulator.")}
WITH_RESULT = [
    name for name, call in OF_USERS.items() if inspect.signature(call).return_annotation not in (None, "None")
]
KNOWN = {
    *oq.__all__,
    "KeyboardInterrupt",
    "LookupError",
    "NotExactlyOneError",
    "NotRunningError",
    "TimeoutError",
    "ValueError",
}


def documented(call: Function) -> str:
    return inspect.getdoc(call) or ""


def section(call: Function, name: str) -> str:
    found = re.search(rf"^{name}:\n((?:    .*\n?|\n)+)", documented(call), re.MULTILINE)
    return textwrap.dedent(found[1]) if found else ""


def parameters(call: Function) -> list[str]:
    return [name for name in inspect.signature(call).parameters if name != "self"]


@pytest.mark.parametrize("name", OF_USERS)
def test_every_argument_is_explained_in_order(name: str) -> None:
    call = FUNCTIONS[name]
    explained = re.findall(r"^(\w+): ", section(call, "Args"), re.MULTILINE)
    assert explained == parameters(call)


@pytest.mark.parametrize("name", WITH_RESULT)
def test_a_call_with_a_result_tells_what_it_is(name: str) -> None:
    assert section(FUNCTIONS[name], "Returns")


@pytest.mark.parametrize("name", WITH_RESULT)
def test_a_call_with_a_result_shows_an_example_that_doctest_runs(name: str) -> None:
    assert ">>> " in section(FUNCTIONS[name], "Example")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_error_named_is_one_that_people_can_catch(name: str) -> None:
    raised = re.findall(r"^([\w, ]+): ", section(FUNCTIONS[name], "Raises"), re.MULTILINE)
    kinds = [kind for line in raised for kind in line.split(", ")]
    assert [kind for kind in kinds if kind not in KNOWN] == []
