"""What is public is documented: names, columns, commands, notebooks."""

import inspect
import json
import re
from pathlib import Path

import pytest

import openqq_nb as oq
from openqq_nb import schema
from openqq_nb.cli import commands
from openqq_nb.columns import Schema

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def public_functions() -> list[tuple[str, object]]:
    modules = (("oq", oq), ("oq.analysis", oq.analysis), ("oq.charts", oq.charts))
    named = [(f"{word}.{name}", getattr(module, name)) for word, module in modules for name in module.__all__]
    found: list[tuple[str, object]] = [(name, one) for name, one in named if inspect.isfunction(one)]
    for kind in (oq.Account, oq.Inbox, oq.Log):
        members = inspect.getmembers(kind, inspect.isfunction)
        found += [(f"{kind.__name__}.{name}", member) for name, member in members if not name.startswith("_")]
    return found


@pytest.mark.parametrize(
    ("name", "function"), public_functions(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_public_function_says_what_it_does(name: str, function: object) -> None:
    text = inspect.getdoc(function)
    assert text
    assert text.splitlines()[0].endswith(".")


ASKING = [name for name, _ in inspect.getmembers(oq.Account, inspect.isfunction) if not name.startswith("_")]


@pytest.mark.parametrize("name", sorted(set(ASKING) - {"close"}))
def test_every_call_of_an_account_has_returns_and_an_example(name: str) -> None:
    text = inspect.getdoc(getattr(oq.Account, name)) or ""
    assert "Returns:" in text
    assert ">>>" in text


@pytest.mark.parametrize("name", [name for name in oq.__all__ if name[0].isupper()])
def test_every_public_class_says_what_it_is(name: str) -> None:
    assert (getattr(oq, name).__doc__ or "").strip()


@pytest.mark.parametrize("declared", schema.ALL, ids=lambda declared: declared.name)
def test_every_column_says_what_it_means(declared: Schema) -> None:
    assert all(len(column.meaning) > 3 for column in declared.columns)
    assert len(set(declared.names)) == len(declared.names)


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_every_command_has_help_for_itself_and_each_option(name: str) -> None:
    command = commands.commands[name]
    assert command.help
    assert all(getattr(option, "help", "") for option in command.params if option.param_type_name == "option")
    assert f"openqq-nb {name}" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_committed_without_outputs(notebook: Path) -> None:
    cells = [cell for cell in json.loads(notebook.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in cells)
    assert sum("assert " in "".join(cell["source"]) for cell in cells) >= 5


def test_links_between_documents_lead_somewhere() -> None:
    for document in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!http)([^)#]+)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name} points to {target}"


def test_the_modules_that_the_architecture_names_are_there() -> None:
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    for name in re.findall(r"`((?:openqq_nb|tools|tests)/[\w/.]+)`", text):
        assert (ROOT / name).exists(), name
