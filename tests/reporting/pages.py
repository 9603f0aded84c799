"""Reports of invented people."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from openqq_nb.reporting import write_report
from tests.charts.answers import Life, messages

COUNT = 6_000


def members(name: Callable[[int], str]) -> pd.DataFrame:
    """Sixty people in a group, and half of them in another one."""
    qq = [str(10_000 + at) for at in range(60)]
    one = pd.DataFrame({"gnumber": "552603", "gname": name(3), "qq": qq})
    people = pd.concat([one, one.iloc[::2].assign(gnumber="552604", gname=name(4))], ignore_index=True)
    return people.assign(displayname=[name(int(number) - 10_000) for number in people["qq"]])


def written(path: Path, name: Callable[[int], str]) -> Path:
    """Write a report with all sections."""
    log = messages(Life(name), COUNT).assign(gnumber="552603")
    return write_report(log, path / "group.html", roster=members(name), title=f"{name(11)}")
