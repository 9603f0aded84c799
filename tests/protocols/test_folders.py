"""Every protocol folder is found, and none goes without the contract."""

from pathlib import Path

from openqq_nb.protocols import registry
from tests.protocols.contract import DialectContract

HERE = Path(__file__).parent


def test_every_folder_under_protocols_is_found() -> None:
    code = HERE.parents[1] / "openqq_nb" / "protocols"
    assert set(registry.folders()) == {init.parent.name for init in code.glob("*/__init__.py")}


def test_every_dialect_of_every_folder_has_its_contract_tests() -> None:
    for folder in registry.folders():
        text = (HERE / folder / "test_contract.py").read_text("utf-8")
        assert DialectContract.__name__ in text
        assert all(f'"{name}"' in text for name in registry.dialects() if name.startswith(folder))
