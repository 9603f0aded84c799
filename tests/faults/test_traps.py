"""The page of traps: each row names a test that is there, each fault of the simulator stands in it, twins agree."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import pytest

from openqq_nb.simulator import FAULTS, Simulator
from tests.faults.stage import WORLD

ROOT = Path(__file__).parents[2]
PAGES = {"en": ROOT / "docs/traps.md", "zh": ROOT / "docs/zh/traps.md"}
COLUMNS = 6
COLUMNS_OF_ENDS = 5
COLUMNS_OF_LOGS = 4


class Trap(NamedTuple):
    """A row of the page about servers of Openqq."""

    happens: str
    first: str
    second: str
    does: str
    see: str
    test: str


class TrapOfEnds(NamedTuple):
    """A row of the page about programs that speak OneBot 11."""

    happens: str
    ends: str
    does: str
    see: str
    test: str


class TrapOfLogs(NamedTuple):
    """A row of the page about what other tools export."""

    happens: str
    tool: str
    does: str
    test: str


def cells(language: str) -> list[list[str]]:
    lines = [line for line in PAGES[language].read_text("utf-8").splitlines() if line.startswith("| ")]
    found = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    assert {len(row) for row in found} == {COLUMNS, COLUMNS_OF_ENDS, COLUMNS_OF_LOGS}
    return found


def rows(language: str) -> list[Trap]:
    return [Trap(*row) for row in cells(language) if len(row) == COLUMNS and row[1] != "1.x"]


def of_ends(language: str) -> list[TrapOfEnds]:
    return [TrapOfEnds(*row) for row in cells(language) if len(row) == COLUMNS_OF_ENDS][1:]


def of_logs(language: str) -> list[TrapOfLogs]:
    return [TrapOfLogs(*row) for row in cells(language) if len(row) == COLUMNS_OF_LOGS][1:]


def calls(trap: Trap | TrapOfEnds) -> list[ast.Call]:
    """Give the calls of `fault` in a row, parsed."""
    return [call for text in re.findall(r"`(fault\(.*?\))`", trap.see) for call in parsed(text)]


def parsed(text: str) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]


def faults(traps: list[Trap] | list[TrapOfEnds]) -> set[str]:
    return {ast.literal_eval(call.args[0]) for trap in traps for call in calls(trap)}


def code(cell: str) -> list[str]:
    return re.findall("`[^`]+`", cell)


@cache
def functions_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


TRAPS = rows("en")
TRAPS_OF_ENDS = of_ends("en")
TRAPS_OF_LOGS = of_logs("en")


def is_there(test: str) -> bool:
    named = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`", test)
    return named is not None and (ROOT / named[1]).exists() and named[2] in functions_in(named[1])


def test_each_trap_is_held_by_a_test_that_is_there() -> None:
    every: list[Trap | TrapOfEnds | TrapOfLogs] = [*TRAPS, *TRAPS_OF_ENDS, *TRAPS_OF_LOGS]
    tests = [trap.test for trap in every]
    assert [test for test in tests if not is_there(test)] == []


def test_each_row_says_everything() -> None:
    assert all(
        all(trap) for language in PAGES for trap in (*rows(language), *of_ends(language), *of_logs(language))
    )
    assert all(trap.first != "–" or trap.second != "–" for trap in TRAPS)


def test_each_fault_of_the_simulator_shows_a_trap() -> None:
    assert faults(TRAPS) == {name for name, kind in FAULTS.items() if kind.dialects != ("onebot11",)}
    assert faults(TRAPS_OF_ENDS) >= {name for name, kind in FAULTS.items() if kind.dialects == ("onebot11",)}


def test_each_fault_of_an_end_can_be_typed_as_it_is_written() -> None:
    simulator = Simulator("onebot11", **WORLD)
    for call in (one for trap in TRAPS_OF_ENDS for one in calls(trap)):
        values = {one.arg: ast.literal_eval(one.value) for one in call.keywords if one.arg}
        simulator.fault(ast.literal_eval(call.args[0]), **values).end()


@pytest.mark.parametrize("dialect", ["openqq1", "openqq2"])
def test_each_fault_can_be_typed_as_it_is_written(dialect: Literal["openqq1", "openqq2"]) -> None:
    simulator = Simulator(dialect, **WORLD)
    for trap in TRAPS:
        happens = (trap.first if dialect == "openqq1" else trap.second) != "–"
        for call in calls(trap) if happens else ():
            name, arguments = ast.literal_eval(call.args[0]), call.keywords
            values = {one.arg: ast.literal_eval(one.value) for one in arguments if one.arg}
            if dialect in FAULTS[name].dialects:
                simulator.fault(name, **values).end()


def test_a_trap_of_one_dialect_is_shown_by_a_fault_that_this_dialect_has() -> None:
    for trap in TRAPS:
        cells = {"openqq1": trap.first, "openqq2": trap.second}
        for name in faults([trap]):
            assert any(cells.get(dialect, "–") != "–" for dialect in FAULTS[name].dialects), trap


def test_both_languages_have_the_same_rows() -> None:
    other = rows("zh")
    assert [trap.test for trap in other] == [trap.test for trap in TRAPS]
    assert [code(trap.see) for trap in other] == [code(trap.see) for trap in TRAPS]
    assert [[cell == "–" for cell in trap[1:3]] for trap in other] == [
        [cell == "–" for cell in trap[1:3]] for trap in TRAPS
    ]
    assert [sorted(code(trap.happens)) for trap in other] == [sorted(code(trap.happens)) for trap in TRAPS]


def test_both_languages_have_the_same_rows_about_ends() -> None:
    other = of_ends("zh")
    assert [(trap.see, trap.test) for trap in other] == [(trap.see, trap.test) for trap in TRAPS_OF_ENDS]
    assert [sorted(code(trap.happens)) for trap in other] == [
        sorted(code(trap.happens)) for trap in TRAPS_OF_ENDS
    ]


def test_both_languages_have_the_same_rows_about_logs() -> None:
    other = of_logs("zh")
    assert [trap.test for trap in other] == [trap.test for trap in TRAPS_OF_LOGS]
    for name in ("happens", "does"):
        assert [sorted(code(getattr(trap, name))) for trap in other] == [
            sorted(code(getattr(trap, name))) for trap in TRAPS_OF_LOGS
        ]


def test_both_languages_have_the_same_sections() -> None:
    anchors = [re.findall(r"\{ #([\w-]+) \}", page.read_text("utf-8")) for page in PAGES.values()]
    assert anchors[0] == anchors[1] and len(anchors[0]) == len(set(anchors[0]))
