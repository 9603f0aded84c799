"""The documentation site, built once for all tests that look at it."""

import sys
from pathlib import Path

import pytest

from tools.site import build


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    assert build(folder, sys.executable) == 0, "what is wrong stands above"
    return folder
