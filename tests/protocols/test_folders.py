"""Every protocol folder is found, and none goes without the contract."""

import json
from pathlib import Path

from openqq_nb.protocols import registry
from tests.protocols.contract import DialectContract
from tests.recordings import posts

HERE = Path(__file__).parent


def test_every_folder_under_protocols_is_found() -> None:
    code = HERE.parents[1] / "openqq_nb" / "protocols"
    assert set(registry.folders()) == {init.parent.name for init in code.glob("*/__init__.py")}


def test_every_dialect_of_every_folder_has_its_contract_tests() -> None:
    for folder in registry.folders():
        text = (HERE / folder / "test_contract.py").read_text("utf-8")
        assert DialectContract.__name__ in text
        assert all(f'"{name}"' in text for name in registry.dialects() if name.startswith(folder))


def test_every_post_is_told_to_be_of_its_dialect() -> None:
    for name in registry.dialects():
        for post in posts(name):
            if post.body:
                assert registry.dialect_of(post.body) == name, post.name


def test_a_post_is_not_told_by_what_somebody_wrote() -> None:
    hostile = '"self_id":1,"post_type":"message"'
    assert registry.dialect_of(json.dumps({"type": "message", "content": hostile}).encode()) == "openqq1"
    of_2 = json.dumps({"post_type": "receive_message", "content": hostile}).encode()
    assert registry.dialect_of(of_2) == "openqq2"
