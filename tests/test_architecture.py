"""The layers: what each module may import of ours and of others, read from the code and compared with the document."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = ROOT / "openqq_nb"
DOCUMENT = ROOT / "docs" / "architecture.md"
HEADER = ["layer", "module", "may import of ours", "outside libraries"]
ASIDE = "aside"
NOTHING = "–"

# A name with "(types)" may be imported for annotations only.
TABLE = """
| layer | module | may import of ours | outside libraries |
|---|---|---|---|
| 6 | __init__ | account, analysis, broadcast, charts, connecting, demo_account, doctor, errors, exporting, inbox, kernel, languages, logs, models, people, pseudonyms, roster, segments, upkeep | – |
| 6 | __main__ | cli | – |
| 6 | cli | collect, consulting, demo_account, errors, listening, notebooks, settings, simulator, tour, upkeep | click, jupyterlab |
| 5 | tour | demo_account | pandas |
| 5 | connecting | account, client, errors, models, protocols | – |
| 5 | consulting | client, connecting, doctor, errors, flows | – |
| 5 | demo_account | account, client, protocols, simulator | – |
| 5 | collect | connecting, errors, listening | – |
| 5 | upkeep | bodies, columns, database, errors, exporting, journal, listening, logs, messages, models, protocols, records, schema, settings | numpy, pandas |
| 5 | pseudonyms | errors, logs, schema | pandas |
| 4 | account | broadcast, client, columns, database, doctor, errors, flows, inbox, listening, loading_bar, logs, models, protocols, recipients, roster, rosters, segments, sends, settings, widgets | pandas |
| 4 | listening | client, doctor, errors, flows, holds, inbox, journal, messages, models, protocols, receive, roster, segments, settings | pandas |
| 4 | doctor | columns, errors, flows, inbox, loopback, models, protocols, receive | pandas |
| 4 | notebooks | errors, settings | – |
| 4 | logs | archive, chatlab, columns, database, errors, filtering, inbox, journal, loading_bar, models, readers, records, reporting, scanning, schema | numpy, pandas, pyarrow |
| 3 | inbox | columns, errors, filtering, journal, kernel, messages, models, plaintext, protocols, receive, records, schema, segments, widgets | numpy, pandas, pyarrow |
| 3 | flows | columns, errors, filtering, logins, messages, models, protocols, recipients, roster, schema, searching, segments | pandas |
| 3 | rosters | columns, database, errors, logins, roster, schema | pandas, pyarrow |
| 3 | widgets | broadcast, columns, errors, exporting, filtering, kernel, languages, logins, messages, models, recipients, roster, searching, segments, sends | anywidget, numpy, pandas, pyarrow |
| 3 | broadcast | columns, database, errors, holds, kernel, logins, models, recipients, schema, settings | numpy, pandas, pyarrow, tqdm |
| 3 | chatlab | columns, errors, exporting, readers | numpy, pandas |
| 3 | reporting | analysis, charts, columns, errors, languages | narwhals, pandas |
| 2 | client | errors, loopback, models, sockets, turns | httpx, tenacity |
| 2 | sockets | errors, loopback, models, receive | msgspec, tenacity, websockets |
| 2 | receive | errors, loopback, models | httptools, uvloop, websockets |
| 2 | journal | bodies, columns, database, errors, models, records, schema | pyarrow |
| 2 | roster | columns, diff, errors, models, numbering | pandas |
| 2 | diff | columns, errors, logins, schema | pandas |
| 2 | searching | errors | numpy, pandas, pyarrow, pypinyin |
| 2 | recipients | columns, errors, models | pandas |
| 2 | people | errors | pandas |
| 2 | exporting | columns, errors | numpy, pandas, xlsxwriter |
| 2 | readers | columns, database, errors, messages, models, plaintext, protocols, schema | msgspec, numpy, pyarrow, yaml, zstandard |
| 2 | archive | columns, errors, schema | botocore, dask, duckdb, fsspec, numpy, pandas, polars, pyarrow, pyspark |
| 2 | charts | analysis, columns, errors, languages | altair (types), narwhals, pandas |
| 1 | numbering | models | pandas |
| 1 | logins | columns | pandas |
| 1 | protocols | columns, errors, models, plaintext, schema, segments | msgspec, pyarrow |
| 1 | records | bodies, columns, database, errors, models, schema | pyarrow |
| 1 | database | errors, locks | sqlite3 |
| 1 | kernel | errors | nest_asyncio |
| 1 | messages | models | – |
| 1 | turns | errors | – |
| 1 | filtering | columns, errors, models, schema | pandas |
| 1 | scanning | columns, database, errors, locks, records | adbc_driver_manager, adbc_driver_sqlite, pyarrow |
| 1 | sends | columns, models, segments | pandas |
| 1 | holds | errors | filelock |
| 1 | analysis | columns, errors, schema | dask, jieba, narwhals, numpy, pandas, pyarrow, pyspark, rjieba |
| 1 | loading_bar | – | tqdm |
| 0 | schema | columns | – |
| 0 | columns | models | numpy, pandas, pyarrow |
| 0 | settings | errors | platformdirs |
| 0 | loopback | – | – |
| 0 | models | errors, segments | – |
| 0 | segments | errors, plaintext | – |
| 0 | errors | – | pandas (types) |
| 0 | plaintext | – | – |
| 0 | bodies | errors | zstandard |
| 0 | locks | – | – |
| 0 | languages | errors | – |
| aside | simulator | – | anyio, httpx, starlette, uvicorn, websockets |
"""  # noqa: E501 - a table

# Of the standard library: what reaches outside the process, and who alone may.
_REACHES_OUT = {
    "sqlite3": {"database"},
    "socket": {"receive", "simulator"},
    "ssl": {"client"},
    "tempfile": {"database", "exporting", "settings"},
    "http": {"receive"},
}
_NOWHERE = (
    "ftplib", "http.server", "imaplib", "multiprocessing", "pickle", "poplib", "shelve", "smtplib", "socketserver",
    "subprocess", "telnetlib", "urllib.request", "webbrowser", "wsgiref", "xmlrpc",
)  # fmt: skip
_NOT_IN_PROTOCOLS = {
    "asyncio", "concurrent", "http", "io", "logging", "os", "pathlib", "pandas", "queue", "select", "shutil", "signal",
    "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib.request",
}  # fmt: skip
# Whoever imports by name could import anything.
_IMPORTS_BY_NAME = {"__init__", "analysis", "charts", "collect", "protocols"}


@dataclass(frozen=True)
class Layer:
    number: str
    module: str
    ours: frozenset[str]
    outside: frozenset[str]

    @property
    def libraries(self) -> frozenset[str]:
        return frozenset(name.removesuffix(" (types)") for name in self.outside)


@dataclass(frozen=True)
class Imported:
    module: str
    """The one of the table that imports."""
    name: str
    """What is imported, in full."""
    where: str
    for_types: bool
    level: int


def layers(table: str) -> dict[str, Layer]:
    rows = [
        [cell.strip().replace("`", "") for cell in line.strip().strip("|").split("|")]
        for line in table.splitlines()
        if line.strip().startswith("|")
    ]
    start = rows.index(HEADER) + 2
    return {row[1]: Layer(row[0], row[1], _names(row[2]), _names(row[3])) for row in _table(rows[start:])}


def _table(rows: list[list[str]]) -> Iterator[list[str]]:
    for row in rows:
        if len(row) != len(HEADER):
            return
        yield row


def _names(cell: str) -> frozenset[str]:
    return frozenset(name.strip() for name in cell.split(",")) - {"", NOTHING}


LAYERS = layers(TABLE)


def module_of(path: Path, code: Path = CODE) -> str:
    return path.relative_to(code).with_suffix("").parts[0]


@cache
def imports() -> tuple[Imported, ...]:
    """Every import of every file, inside functions and for annotations too."""
    return tuple(found for path in sorted(CODE.rglob("*.py")) for found in imports_of(path))


def imports_of(path: Path, code: Path = CODE) -> Iterator[Imported]:
    tree = ast.parse(path.read_text("utf-8"))
    for_types = {
        id(node)
        for guard in ast.walk(tree)
        if isinstance(guard, ast.If) and "TYPE_CHECKING" in ast.unparse(guard.test)
        for statement in guard.body
        for node in ast.walk(statement)
    }
    for node in ast.walk(tree):
        for name, level in _imported(node):
            where = f"{path.relative_to(code)}:{getattr(node, 'lineno', 0)}"
            yield Imported(module_of(path, code), name, where, id(node) in for_types, level)


def _imported(node: ast.AST) -> list[tuple[str, int]]:
    if isinstance(node, ast.Import):
        return [(alias.name, 0) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        inside = node.module or ""
        named = [f"{inside}.{alias.name}" if inside == CODE.name else inside for alias in node.names]
        return [(name, node.level) for name in dict.fromkeys(named)]
    return []


def ours(found: Imported) -> str | None:
    """Give the module of the table that is imported, if it is one of ours."""
    parts = found.name.split(".")
    return (parts[1] if len(parts) > 1 else "__init__") if parts[0] == CODE.name else None


def outside(found: Imported) -> str | None:
    """Give the library that is imported, if it is neither ours nor of the standard library."""
    top = found.name.split(".")[0]
    return None if top == CODE.name or top in sys.stdlib_module_names else top


def is_a(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def test_every_module_has_its_line_in_the_table_and_every_line_a_module() -> None:
    there = {module_of(path) for path in CODE.rglob("*.py")}
    assert there == set(LAYERS)


def test_nothing_is_imported_relatively() -> None:
    assert [found.where for found in imports() if found.level] == []


@pytest.mark.parametrize("module", LAYERS)
def test_a_module_imports_of_ours_what_the_table_allows(module: str) -> None:
    mine = {(ours(found), found.where) for found in imports() if found.module == module}
    allowed = LAYERS[module].ours | {module, None}
    assert {where for name, where in mine if name not in allowed} == set()
    assert LAYERS[module].ours - {name for name, _ in mine} == set(), "the table allows more than is used"


@pytest.mark.parametrize("module", LAYERS)
def test_a_module_imports_of_others_what_the_table_allows(module: str) -> None:
    mine = {(outside(found), found.where) for found in imports() if found.module == module}
    assert {where for name, where in mine if name and name not in LAYERS[module].libraries} == set()
    used = {name for name, _ in mine} | ({"sqlite3"} if module == "database" else set())
    assert LAYERS[module].libraries - used == set(), "the table allows more than is used"


def test_what_is_for_types_only_is_imported_for_types_only() -> None:
    wanted = {
        (layer.module, name.removesuffix(" (types)"))
        for layer in LAYERS.values()
        for name in layer.outside
        if name.endswith(" (types)")
    }
    loaded = [
        found.where for found in imports() if not found.for_types and (found.module, outside(found)) in wanted
    ]
    assert loaded == []


def test_nothing_imports_upward() -> None:
    upward = [
        found.where
        for found in imports()
        if (name := ours(found)) and name in LAYERS and _height(name) > _height(found.module)
    ]
    assert upward == []


def _height(module: str) -> int:
    number = LAYERS[module].number
    return 0 if number == ASIDE else int(number)


def test_no_two_modules_import_each_other() -> None:
    TopologicalSorter({layer.module: layer.ours for layer in LAYERS.values()}).prepare()


def test_the_simulator_is_a_witness_of_its_own() -> None:
    mine = {ours(found) for found in imports() if found.module == "simulator"}
    assert mine == {"simulator", None}
    assert {layer.module for layer in LAYERS.values() if "simulator" in layer.ours} == {"cli", "demo_account"}


def test_the_protocols_do_no_io_and_know_no_frames() -> None:
    found = [
        one.where
        for one in imports()
        if one.module == "protocols" and any(is_a(one.name, name) for name in _NOT_IN_PROTOCOLS)
    ]
    assert found == []


@pytest.mark.parametrize(
    "library",
    [
        "adbc_driver_sqlite",
        "filelock",
        "httptools",
        "httpx",
        "nest_asyncio",
        "platformdirs",
        "sqlite3",
        "uvloop",
    ],
)
def test_a_library_that_reaches_outside_has_one_home(library: str) -> None:
    homes = {layer.module for layer in LAYERS.values() if library in layer.libraries}
    assert len(homes - {"simulator"}) == 1


@pytest.mark.parametrize("name", [*_REACHES_OUT, *_NOWHERE])
def test_what_reaches_outside_the_process_is_imported_where_it_belongs(name: str) -> None:
    users = {found.module for found in imports() if is_a(found.name, name)}
    assert users <= _REACHES_OUT.get(name, set())


def test_only_those_who_must_import_by_name() -> None:
    by_name = {
        found.module
        for found in imports()
        if is_a(found.name, "importlib") and not is_a(found.name, "importlib.metadata")
    }
    by_name |= {module_of(path) for path in CODE.rglob("*.py") if "__import__" in path.read_text("utf-8")}
    assert by_name <= _IMPORTS_BY_NAME


def test_the_document_shows_the_table_that_holds() -> None:
    assert layers(DOCUMENT.read_text("utf-8")) == LAYERS


def test_an_import_is_seen_wherever_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "protocols" / "x.py"
    path.parent.mkdir()
    path.write_text(
        "import os.path as p, json\n"
        "from . import y\n"
        "from openqq_nb import client, errors\n"
        "if TYPE_CHECKING:\n    from pandas import DataFrame\n"
        "def f():\n    try:\n        import socket\n    finally:\n        from openqq_nb.inbox.live import LiveFrame\n"
    )
    found = {(one.name, one.for_types, one.level) for one in imports_of(path, tmp_path)}
    assert found == {
        ("os.path", False, 0),
        ("json", False, 0),
        ("", False, 1),
        ("openqq_nb.client", False, 0),
        ("openqq_nb.errors", False, 0),
        ("pandas", True, 0),
        ("socket", False, 0),
        ("openqq_nb.inbox.live", False, 0),
    }
