"""Kept rosters: given back as they were, with the numbers that their login brought later."""

import datetime as dt
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb import settings
from openqq_nb.columns import ZONE, Series
from openqq_nb.database import Database
from openqq_nb.demo_account import DemoAccount
from openqq_nb.roster import Roster
from openqq_nb.rosters import Rosters

FRAMES = ("friends", "groups", "members", "discusses", "discuss_members")
SEED = 77


@pytest.fixture(scope="module")
def my() -> Iterator[DemoAccount]:
    demo = oq.demo(seed=SEED, friends=8, groups=3, members=6)
    yield demo
    demo.close()


@pytest.fixture(scope="module")
def fetched(my: DemoAccount) -> Roster:
    return my.roster()


def dated(roster: Roster, when: str) -> Roster:
    return replace(roster, fetched_at=pd.Timestamp(when, tz=ZONE).as_unit("us"))


def equal(one: Roster, other: Roster) -> bool:
    frames = [(getattr(one, name), getattr(other, name)) for name in FRAMES]
    return (
        one.me.equals(other.me)
        and one.fetched_at == other.fetched_at
        and all(left.equals(right) and left.dtypes.equals(right.dtypes) for left, right in frames)
    )


def test_a_kept_roster_comes_back_equal_from_another_process_of_the_file(
    fetched: Roster, tmp_path: Path
) -> None:
    path = tmp_path / "kept.db"
    store = Rosters(path)
    store.keep(fetched)
    store.close()
    again = Rosters(path)
    assert equal(again.at("2100"), fetched)
    again.close()


@pytest.mark.parametrize(
    ("when", "day"),
    [
        ("2026-11-17", 17),
        ("2026-11-18 09:00", 17),
        ("2026-11-18", 18),
        (dt.date(2026, 11, 18), 18),
        (dt.datetime(2026, 11, 18, 11, 59), 17),  # noqa: DTZ001 - what a person types
        (pd.Timestamp("2026-11-18 04:00", tz="UTC"), 18),
        ("2026-11-18T03:59:59Z", 17),
        ("2026-11", 20),
        ("2027", 20),
    ],
)
def test_the_last_roster_until_a_moment_is_given(fetched: Roster, when: object, day: int) -> None:
    store = Rosters(None)
    for one in (17, 18, 20):
        store.keep(dated(fetched, f"2026-11-{one} 12:00"))
    assert store.at(when).fetched_at.day == day


def test_before_the_first_one_the_error_lists_those_that_were_kept(fetched: Roster) -> None:
    store = Rosters(None)
    with pytest.raises(oq.NotFound, match="None was kept yet"):
        store.at("2026-11-16")
    store.keep(dated(fetched, "2026-11-17 12:00"))
    with pytest.raises(oq.NotFound, match="2026-11-17 12:00:00"):
        store.at("2026-11-16")


@pytest.mark.parametrize(
    "when",
    [
        "1991-04-14 02:30",  # left out by summer time
        "1991-09-15 01:30",  # there twice
        dt.datetime(1991, 4, 14, 2, 30),  # noqa: DTZ001 - what a person types
        pd.Timestamp("1991-09-15 01:30"),
        dt.date(1940, 6, 1),
    ],
    ids=str,
)
def test_a_moment_that_summer_time_left_out_or_made_twice_is_one(fetched: Roster, when: object) -> None:
    store = Rosters(None)
    store.keep(dated(fetched, "1930-01-01"))
    store.keep(dated(fetched, "2026-11-17"))
    assert store.at(when).fetched_at.year == 1930


@pytest.mark.parametrize("when", ["", "昨天吧", 5, None, float("nan"), pd.NaT, "9" * 30, ["2026-11-17"]])
def test_what_is_no_moment_is_refused(fetched: Roster, when: object) -> None:
    store = Rosters(None)
    store.keep(fetched)
    with pytest.raises(oq.InvalidInput, match="is no moment"):
        store.at(when)


def without_numbers(roster: Roster) -> Roster:
    """The roster as a server gives it that does not know any number yet."""
    return replace(
        roster,
        members=roster.members.assign(qq=nothing(roster.members["qq"])),
        groups=roster.groups.assign(
            gnumber=nothing(roster.groups["gnumber"]), gowner_qq=nothing(roster.groups["gowner_qq"])
        ),
    )


def nothing(column: Series) -> Series:
    return pd.Series(None, index=column.index, dtype=column.dtype)


def test_numbers_learnt_later_fill_an_earlier_roster_of_the_same_login(fetched: Roster) -> None:
    store = Rosters(None)
    store.keep(dated(without_numbers(fetched), "2026-11-17"))
    store.keep(dated(fetched, "2026-11-18"))
    filled = store.at("2026-11-17")
    assert filled.members["qq"].tolist() == fetched.members["qq"].tolist()
    assert filled.groups["gnumber"].tolist() == fetched.groups["gnumber"].tolist()
    assert filled.groups["gowner_qq"].dropna().tolist() == fetched.groups["gowner_qq"].dropna().tolist()


def test_a_server_that_forgot_numbers_does_not_take_them_from_the_roster(fetched: Roster) -> None:
    store = Rosters(None)
    store.keep(dated(fetched, "2026-11-17"))
    kept = store.keep(dated(without_numbers(fetched), "2026-11-18"))
    assert kept.members["qq"].tolist() == fetched.members["qq"].tolist()


def test_numbers_on_which_rosters_of_a_login_do_not_agree_fill_nothing(fetched: Roster) -> None:
    store = Rosters(None)
    someone = fetched.friends.dropna(subset="qq")["id"].iloc[0]
    others = fetched.friends.dropna(subset="qq")["id"].iloc[1:]
    for day, number in (("2026-11-17", "12345678"), ("2026-11-18", None)):
        stated = {
            name: (rows := getattr(fetched, name)).assign(qq=rows["qq"].mask(rows["id"] == someone, number))
            for name in ("friends", "members", "discuss_members")
        }
        store.keep(dated(fetched, "2026-11-16"))
        kept = store.keep(dated(replace(fetched, **stated), day))
    friends = kept.friends.set_index("id")["qq"]
    assert pd.isna(friends[someone]) and friends[others].notna().all()


def test_a_number_that_stands_for_two_ids_fills_nothing(fetched: Roster) -> None:
    store = Rosters(None)
    one, other = fetched.friends.dropna(subset="qq").index[:2]
    twice = fetched.friends.assign(
        qq=fetched.friends["qq"].mask(fetched.friends.index == other, fetched.friends["qq"][one])
    )
    nobody = {name: getattr(fetched, name).iloc[:0] for name in ("members", "discuss_members")}
    store.keep(dated(replace(fetched, friends=twice, **nobody), "2026-11-17"))
    numberless = fetched.friends.assign(qq=nothing(fetched.friends["qq"]))
    kept = store.keep(dated(replace(fetched, friends=numberless, **nobody), "2026-11-18"))
    assert pd.isna(kept.friends["qq"][one]) and pd.isna(kept.friends["qq"][other])


@pytest.fixture(params=["openqq1", "openqq2", "onebot11"])
def moving(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    demo = oq.demo(request.param, seed=SEED + 1, friends=8, groups=3, members=6)
    yield demo
    demo.close()


def test_numbers_of_another_login_fill_nothing(moving: DemoAccount) -> None:
    store = Rosters(None)
    older = moving.roster()
    store.keep(dated(without_numbers(older), "2026-11-17"))
    moving.simulator.relogin()
    newer = moving.roster()
    # Ids of the old login stand for somebody else in the new one.
    ids = dict(zip(newer.members["id"].unique(), older.members["id"].unique()[::-1], strict=False))
    reused = replace(newer, members=newer.members.assign(id=newer.members["id"].replace(ids)))
    store.keep(dated(reused, "2026-11-18"))
    known = dict(zip(older.members["id"], older.members["qq"], strict=True))
    learnt = store.at("2026-11-17").members.dropna(subset="qq")
    assert all(known[key] == qq for key, qq in zip(learnt["id"], learnt["qq"], strict=True))


def test_what_did_not_change_is_stored_once(fetched: Roster, tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    store = Rosters(path)
    for day in range(1, 9):
        store.keep(dated(fetched, f"2026-11-{day:02}"))
    store.close()
    database = Database(path)
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM rosters").fetchone() == (8,)
        assert connection.execute("SELECT count(*) FROM roster_frames").fetchone() == (6,)
    database.close()


def test_keys_that_a_server_adds_are_kept_with_it(fetched: Roster) -> None:
    store = Rosters(None)
    added = replace(fetched, friends=fetched.friends.assign(vip_until="2027"))
    store.keep(added)
    assert equal(store.at("2100"), added)


def test_hostile_names_come_back_as_they_were(fetched: Roster) -> None:
    store = Rosters(None)
    nicks = ["<b>", "=1+1", "\u202eabc", "🦊" * 50, "", "\x00", "'; DROP TABLE rosters; --", "\n"]
    hostile = replace(fetched, friends=fetched.friends.assign(nick=nicks))
    store.keep(hostile)
    assert store.at("2100").friends["nick"].tolist() == nicks


def test_an_account_keeps_its_rosters_in_a_file_of_the_data_folder(my: DemoAccount) -> None:
    connected = oq.connect(my.simulator.url)
    roster = connected.roster()
    connected.close()
    again = oq.connect(my.simulator.url)
    assert equal(again.roster(at=roster.fetched_at), roster)
    assert settings.roster_path(str(roster.me["qq"])).exists()
    again.close()


def test_a_file_that_is_not_ours_is_left_alone(fetched: Roster, tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    path.write_bytes(b"a letter to grandmother")
    with pytest.raises(oq.JournalFailed, match="not a journal"):
        Rosters(path)
    assert path.read_bytes() == b"a letter to grandmother"


def test_what_is_written_into_a_frame_of_a_roster_is_the_users_own(fetched: Roster) -> None:
    frame, me = fetched.friends, fetched.me
    before = frame["nick"].iloc[0]
    frame.loc[0, "nick"] = "改了"
    frame["new"] = 1
    me["nick"] = "改了"
    assert fetched.friends["nick"].iloc[0] == before
    assert "new" not in fetched.friends and fetched.me["nick"] != "改了"


def test_a_roster_says_which_groups_are_not_loaded(my: DemoAccount) -> None:
    with my.simulator.fault("no_members"), pytest.warns(oq.NotLoadedWarning, match="3 of 3 groups"):
        roster = my.roster()
    assert "0 members (3 groups not loaded)" in repr(roster)


def test_a_login_is_told_without_keeping_and_keeps_its_label(fetched: Roster) -> None:
    store = Rosters(None)
    filled, label = store.in_login(fetched)
    with pytest.raises(oq.NotFound):
        store.at("2100")
    assert store.in_login(replace(fetched))[1] == label
    kept, same = store.keep_in_login(fetched)
    assert same == label and equal(kept, filled)
    assert store.in_login(fetched)[1] == label
    other = replace(
        fetched,
        friends=moved(fetched.friends),
        groups=moved(fetched.groups),
        members=moved(fetched.members),
        discusses=moved(fetched.discusses),
        discuss_members=moved(fetched.discuss_members),
    )
    assert store.in_login(other)[1] == store.in_login(other)[1] != label
    assert store.at("2100").fetched_at == fetched.fetched_at


def moved(frame: pd.DataFrame) -> pd.DataFrame:
    """Give all ids that another login has."""
    ids = [name for name in ("id", "gid", "gcode", "did") if name in frame]
    return frame.assign(**{name: "9" + frame[name] for name in ids})


def test_rosters_of_one_login_that_several_keep_at_once_have_one_label(
    fetched: Roster, tmp_path: Path
) -> None:
    stores = [Rosters(tmp_path / "kept.db") for _ in range(8)]
    start = threading.Barrier(len(stores))

    def keep(store: Rosters) -> str:
        start.wait(10)
        return store.keep_in_login(fetched)[1]

    with ThreadPoolExecutor(len(stores)) as pool:
        assert len(set(pool.map(keep, stores))) == 1
    for store in stores:
        store.close()
