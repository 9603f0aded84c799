"""What is asked for: pyproject.toml, constraints.txt and environment.yml agree, and the wheel holds it all."""

import ast
import importlib.metadata
import itertools
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tools.environment import venv_program
from tools.run import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
ENGINES = ("polars", "duckdb", "dask", "spark", "s3")
FOR_USERS = ("lab", "charts", "words", *ENGINES)
PIP_ONLY = {"uvloop", "rjieba"}  # environment.yml tells why
STANDS_IN = {"jieba"}  # for rjieba, where people have that one
CONDA_NAMES = {"duckdb": "python-duckdb"}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {"linux": ("Linux", "posix"), "darwin": ("Darwin", "posix"), "win32": ("Windows", "nt")}


def requirements(*extras: str) -> list[Requirement]:
    lines = itertools.chain(PROJECT["dependencies"], *(EXTRAS[extra] for extra in extras))
    return [Requirement(line) for line in lines]


def ranges(wanted: list[Requirement]) -> dict[str, SpecifierSet]:
    return {canonicalize_name(one.name): one.specifier for one in wanted}


def constraints() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def conda_lines() -> list[str]:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    return re.findall(r"^  - ([^:\s]+)$", text.partition("\ndependencies:\n")[2], re.MULTILINE)


def machines() -> Iterator[dict[str, str]]:
    for python, (system, (platform_system, os_name)) in itertools.product(PYTHONS, SYSTEMS.items()):
        yield {
            "python_version": python,
            "python_full_version": f"{python}.0",
            "sys_platform": system,
            "platform_system": platform_system,
            "os_name": os_name,
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
        }


def applies(one: Requirement, machine: Mapping[str, str], extra: str = "") -> bool:
    return one.marker is None or one.marker.evaluate({**machine, "extra": extra})


def asked_for(machine: Mapping[str, str]) -> set[str]:
    """All names that `.[all,test]` asks for, directly or not, as far as it is installed here."""
    todo: list[tuple[str, str]] = [("openqq-nb", extra) for extra in ("", "all", "test")]
    seen = set(todo)
    while todo:
        name, extra = todo.pop()
        for one in requires(name):
            if applies(one, machine, extra):
                found = {(canonicalize_name(one.name), wanted) for wanted in ("", *one.extras)} - seen
                seen |= found
                todo += found
    return {name for name, _ in seen} - {"openqq-nb"}


def requires(name: str) -> list[Requirement]:
    try:
        return [Requirement(line) for line in importlib.metadata.requires(name) or []]
    except importlib.metadata.PackageNotFoundError:
        return []  # for another system only; its name is asked for all the same


def imported(folder: Path) -> set[str]:
    trees = [ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for path in folder.rglob("*.py")]
    nodes = list(itertools.chain(*trees))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"openqq_nb"}


# --- the three files agree ---


def test_everything_imported_is_asked_for() -> None:
    providers = importlib.metadata.packages_distributions()
    wanted = set(ranges(requirements(*FOR_USERS)))
    foreign = {
        name: providers.get(name)
        for name in imported(ROOT / "openqq_nb") - STANDS_IN
        if not wanted & {canonicalize_name(one) for one in providers.get(name, [])}
    }
    assert foreign == {}


def test_installed_version_is_the_one_of_pyproject() -> None:
    assert importlib.metadata.version("openqq-nb") == PROJECT["version"]


def test_all_is_every_extra_for_users() -> None:
    (everything,) = (Requirement(line) for line in EXTRAS["all"])
    (engines,) = (Requirement(line) for line in EXTRAS["engines"])
    assert canonicalize_name(everything.name) == canonicalize_name(engines.name) == "openqq-nb"
    assert engines.extras == set(ENGINES)
    assert (everything.extras - {"engines"}) | engines.extras == set(EXTRAS) - {"all", "engines", "test"}
    assert set(FOR_USERS) == set(EXTRAS) - {"all", "engines", "test"}


def test_conda_asks_for_the_same_as_pip() -> None:
    wanted = ranges(requirements(*FOR_USERS))
    conda = ranges([Requirement(line) for line in conda_lines()])
    assert conda.pop("python") == SpecifierSet(PROJECT["requires-python"])
    assert conda.pop("pip") == SpecifierSet()
    named = {CONDA_NAMES.get(name, name): range_ for name, range_ in wanted.items() if name not in PIP_ONLY}
    assert conda == named


def test_conda_installs_this_checkout_itself() -> None:
    assert (ROOT / "environment.yml").read_text(encoding="utf-8").endswith("  - pip:\n      - -e .[words]\n")


def test_constraints_are_exact_and_free_of_places() -> None:
    assert [str(one) for one in constraints() if not re.fullmatch(r"==[^*,]+", str(one.specifier))] == []
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|--hash|^-", text, re.MULTILINE)


def test_constraints_fit_the_ranges_of_pyproject() -> None:
    pins: dict[str, str] = {
        canonicalize_name(one.name): next(iter(one.specifier)).version for one in constraints()
    }
    wanted = ranges(requirements(*FOR_USERS, "test"))
    assert {name: pins.get(name) for name, range_ in wanted.items() if pins.get(name, "") not in range_} == {}


@pytest.mark.parametrize(
    "machine", list(machines()), ids=lambda one: f"{one['sys_platform']}-{one['python_version']}"
)
def test_everything_asked_for_has_one_pin(machine: dict[str, str]) -> None:
    pinned = [canonicalize_name(one.name) for one in constraints() if applies(one, machine)]
    assert sorted(set(pinned)) == sorted(pinned)
    assert asked_for(machine) - set(pinned) == set()


# --- the wheel ---


def run(command: list[str], cwd: Path) -> None:
    done = subprocess.run(command, check=False, cwd=cwd, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    run(build, folder)
    (made,) = folder.iterdir()
    return made


def folder_of(root: Path, *patterns: str) -> set[str]:
    found = itertools.chain(*(root.rglob(pattern) for pattern in patterns))
    return {path.relative_to(root).as_posix() for path in found if ".ipynb_checkpoints" not in path.parts}


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_wheel_holds_the_package_its_types_and_the_notebooks(wheel: Path) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    modules = {f"openqq_nb/{name}" for name in folder_of(ROOT / "openqq_nb", "*.py", "py.typed")}
    notebooks = {f"openqq_nb/notebooks/{name}" for name in folder_of(ROOT / "notebooks", "*.ipynb")}
    assert "openqq_nb/py.typed" in inside
    assert notebooks
    assert (modules | notebooks) - inside == set()
    assert {name for name in inside if not name.startswith("openqq_nb/")} == set()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_wheel_with_all_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "an empty place 空"
    venv.create(place, with_pip=True)
    python = str(venv_program(place, "python"))
    # What is not imported need not be compiled.
    install = [python, "-m", "pip", "install", "--quiet", "--no-compile", "-c", str(ROOT / "constraints.txt")]
    for command in (
        [*install, f"openqq-nb[all] @ {wheel.as_uri()}"],
        [python, "-m", "pip", "check"],
        [python, "-W", "error", "-c", "import openqq_nb"],
        [str(venv_program(place, "openqq-nb")), "--help"],
    ):
        run(command, tmp_path)
