"""What becomes of any frame, and what is refused."""

import datetime as dt
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import openqq_nb as oq
from openqq_nb.errors import InvalidInput
from openqq_nb.exporting import export
from openqq_nb.exporting.sheet import MAX_COLUMNS, MAX_ROWS, MAX_UNITS, write_xlsx
from tests.export.reading import KINDS, read_csv, read_jsonl, read_xlsx

pytestmark = pytest.mark.slow

ONE = pd.DataFrame({"qq": ["12345678901234567"], "nick": ["小灰"]})


def exported(frame: pd.DataFrame, folder: Path) -> list[dict[str, Any]]:
    return read_jsonl(export(frame, folder / "frame.jsonl"))


# --- the file ---


@pytest.mark.parametrize("kind", [*KINDS, ".XLSX", ".Csv"])
def test_the_end_of_the_name_tells_the_kind(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"成员 1.2{kind}"
    assert export(ONE, str(path)) == path
    beginning = {".xlsx": b"PK", ".csv": "\ufeff".encode(), ".parquet": b"PAR1", ".jsonl": b"{"}
    assert path.read_bytes().startswith(beginning[kind.lower()])


@pytest.mark.parametrize("name", ["members", "members.xls", "members.csv.gz", "members.txt", ".csv"])
def test_another_kind_is_refused_with_the_choices(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"\.xlsx, \.csv, \.parquet, \.jsonl"):
        export(ONE, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["", ".", "/", 5, None, b"members.xlsx"])
def test_what_names_no_file_is_refused_with_an_example(path: Any) -> None:
    with pytest.raises(InvalidInput, match=r"members\.xlsx"):
        export(ONE, path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_there_is_replaced(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"again{kind}"
    path.write_bytes(b"x" * 100_000)
    export(ONE, path)
    assert path.stat().st_size < 50_000
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    there, link = tmp_path / "there.csv", tmp_path / "link.csv"
    link.symlink_to(there)
    export(ONE, link)
    assert link.is_symlink()
    assert read_csv(there)[0]["nick"] == "小灰"


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_file_can_be_read_by_whom_the_system_lets(kind: str, tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    assert export(ONE, tmp_path / f"mode{kind}").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_folder_is_named_with_the_line_that_makes_it(kind: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"is not there(.|\n)*no folder'\)\.mkdir\(parents=True\)"):
        export(ONE, tmp_path / "no folder" / f"members{kind}")


@pytest.mark.parametrize("name", ["a\0.csv", "~nobody-of-this-name/a.csv", "loop/a.csv"])
def test_a_path_that_leads_nowhere_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    with pytest.raises(InvalidInput, match=r"names no file|is not there"):
        export(ONE, name)


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_the_disk_does_not_take_is_refused(kind: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="could not be written"):
        export(ONE, tmp_path / f"{'长' * 300}{kind}")
    assert list(tmp_path.iterdir()) == []


def test_a_zone_that_parquet_cannot_name_is_refused_and_told_by_the_others(tmp_path: Path) -> None:
    zone = dt.timezone(dt.timedelta(seconds=29_143))
    frame = pd.DataFrame({"t": pd.to_datetime(["2026-11-17"], utc=True).tz_convert(zone)})
    with pytest.raises(InvalidInput, match="kind of file"):
        export(frame, tmp_path / "zone.parquet")
    assert exported(frame, tmp_path) == [{"t": "2026-11-17T00:00:00+00:00"}]


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_in_the_place_of_the_file_stays(kind: str, tmp_path: Path) -> None:
    (tmp_path / f"folder{kind}" / "in it").mkdir(parents=True)
    with pytest.raises(InvalidInput, match="could not be written"):
        export(ONE, tmp_path / f"folder{kind}")
    assert [path.name for path in tmp_path.iterdir()] == [f"folder{kind}"]


class Broken:
    """Cannot be shown."""

    def __str__(self) -> str:
        raise RuntimeError("broken")


@pytest.mark.parametrize("kind", KINDS)
def test_after_an_error_the_former_file_is_there_and_no_other(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"kept{kind}"
    path.write_text("former", "utf-8")
    with pytest.raises(RuntimeError, match="broken"):
        export(pd.DataFrame({"x": [*range(10), Broken()]}), path)
    assert path.read_text("utf-8") == "former"
    assert list(tmp_path.iterdir()) == [path]


@contextmanager
def full_disk(free_bytes: int) -> Iterator[None]:
    import resource  # noqa: PLC0415 - not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (free_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("free_bytes", [0, 10_000])
@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_gets_full_leaves_no_half_file(kind: str, free_bytes: int, tmp_path: Path) -> None:
    path = tmp_path / f"full{kind}"
    path.write_text("former", "utf-8")
    frame = pd.DataFrame({"qq": [str(10**16 + number**3) for number in range(5_000)]})
    with pytest.raises(InvalidInput, match="could not be written"), full_disk(free_bytes):
        export(frame, path)
    assert path.read_text("utf-8") == "former"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (ONE["qq"], "pandas Series"),
        ([{"qq": "1"}], "list"),
        (None, "NoneType"),
        (pl.DataFrame({"qq": ["1"]}), "polars DataFrame"),
    ],
)
def test_what_is_no_frame_is_refused(found: Any, kind: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=f"A pandas DataFrame .* Found a {kind}"):
        export(found, tmp_path / "x.csv")


# --- what does not fit into a sheet ---


@pytest.mark.parametrize("sign", ["长", "🎉"])
def test_a_cell_of_excel_holds_so_much_and_no_more(sign: str, tmp_path: Path) -> None:
    fits = MAX_UNITS // (len(sign.encode("utf-16-le")) // 2)
    frame = pd.DataFrame({"id": ["1", "2"], "content": [None, sign * fits]})
    assert read_xlsx(export(frame, tmp_path / "long.xlsx"))[1]["content"] == sign * fits
    longer = frame.assign(content=["", sign * (fits + 1)])
    with pytest.raises(InvalidInput, match=r"'content', row 1 (.|\n)*parquet"):
        export(longer, tmp_path / "too long.xlsx")
    assert exported(longer, tmp_path)[1]["content"] == sign * (fits + 1)


def test_a_name_too_long_for_a_cell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="name of a column"):
        export(pd.DataFrame({"长" * (MAX_UNITS + 1): [1]}), tmp_path / "long.xlsx")


@pytest.mark.parametrize(
    "frame",
    [pd.DataFrame({"n": range(MAX_ROWS)}), pd.DataFrame([range(MAX_COLUMNS + 1)]).add_prefix("c")],
    ids=["rows", "columns"],
)
def test_a_frame_larger_than_a_sheet_is_refused(frame: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"1,048,576 rows(.|\n)*16,384 columns(.|\n)*parquet"):
        write_xlsx(frame, tmp_path / "large.xlsx")
    assert list(tmp_path.iterdir()) == []


# --- the frames of the package ---


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("protocol", ["openqq1", "openqq2", "onebot11"])
def test_every_frame_of_a_demo_is_exported_with_every_id(protocol: Any, kind: str, tmp_path: Path) -> None:
    with closing(oq.demo(protocol, groups=3, members=5)) as my:
        roster = my.roster()
        with my.listen() as inbox:
            my.simulator.say(roster.friends["nick"][0], "=1+1")
            inbox.wait(1, timeout=30)
            frames = {
                "me": my.me().to_frame().T,
                "friends": roster.friends,
                "groups": roster.groups,
                "members": roster.members,
                "discusses": roster.discusses,
                "discuss_members": roster.discuss_members,
                "messages": inbox.df,
                "events": inbox.events,
                "diff": roster.diff(roster),
            }
            if protocol == "openqq1":
                frames["recent"] = my.recent()
    for name, frame in frames.items():
        rows = held(export(frame, tmp_path / f"{name}{kind}"))
        for column in frame.columns[frame.dtypes == "str"]:
            ids = [None if pd.isna(one) else one for one in frame[column]]
            assert [(row[column] or None) for row in rows] == [one or None for one in ids], name


def held(path: Path) -> list[dict[str, Any]]:
    """Read a file of any kind, without the mark of harmless formulas."""
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path).astype(object)
        return [
            {str(key): value for key, value in row.items()}
            for row in frame.where(frame.notna(), None).to_dict("records")
        ]
    if path.suffix == ".csv":
        return [
            {
                name: value[1:] if value and value[:2] in ("'=", "'@", "'-", "'+") else value
                for name, value in row.items()
            }
            for row in read_csv(path)
        ]
    return read_xlsx(path) if path.suffix == ".xlsx" else read_jsonl(path)
