"""Members who say nothing."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa

from openqq_nb.analysis.asked import length_us, moment_us
from openqq_nb.analysis.clock import DAY_US
from openqq_nb.analysis.engines import AnyFrame, beside, brought, collected, joined
from openqq_nb.analysis.frames import AT, alone, grouped, messages
from openqq_nb.analysis.opening import microseconds, opened, texts, times
from openqq_nb.analysis.results import LURKERS
from openqq_nb.columns import to_pandas
from openqq_nb.errors import InvalidInput

_KEYS = ("gnumber", "qq", "gid", "id")
_TIMES = ("last_speak_time", "join_time")
_OF_A_GROUP = "group_message"
_SHOWN = 5
_RESULT = ("last_spoke", "messages", "silent_days")


def lurkers(members: Any, log: Any = None, silent_for: Any = "180D", at: Any = None) -> Any:  # noqa: ANN401 - of any engine
    """Find the members who have been silent for long.

    A member was last heard of at the last message in the log, told by group and number, or at `last_speak_time`,
    whichever is later: the server does not know what was said before it was asked, the log not what it did not hear.
    Who never spoke is silent; who joined less than `silent_for` ago is not looked at, nor are members of groups of
    which the log has no message with a number. A frame without `gnumber`, such as friends, and a log of one chat
    without it, are told by the number of the person alone. In a log where only some messages of groups tell the group,
    the others count in every group of who wrote them.

    Nobody is called silent of whom nothing is known: rows with neither `qq` nor `id` are left out. Where there is a
    log, so are members without `qq`, and those without `gnumber` where the others have one, since it cannot tell what
    they wrote.

    Args:
        members: rows of `my.members()`, or any frame with `qq`, of pandas, polars, DuckDB, Dask or PySpark.
        log: a log, an inbox, or a frame of messages, of any of these engines; None asks the members' frame alone.
        silent_for: for how long: `180D`, `26W`, or a timedelta.
        at: the moment up to which silence is counted; by default the newest message or `last_speak_time` that is known,
            so that the same log gives the same answer on any day. What came after it does not count; who spoke after it
            by `last_speak_time` is left out without a log, since nothing tells what was before.

    Returns:
        The rows of `members` who are silent, with all their columns (but for those of pandas of which several have one
        name), so that they may be written to (`to=`), and `last_spoke` (`datetime64[us, Asia/Shanghai]`, missing if
        never), `messages` (`Int64`, in the log; missing without one), `silent_days` (`Int64`, whole days; missing if
        never): a frame of the engine of `members`, who never spoke first, then the longest silence.

    Raises:
        InvalidInput: there is no `qq`, nothing tells when anybody spoke, the log has no numbers of people, or it has
            several chats and does not tell which group each is.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb.analysis import lurkers
        >>> members = pd.DataFrame({"gnumber": "552603", "qq": ["10001", "10002", "10003"]})
        >>> times = pd.to_datetime(["2026-01-05 09:30", "2026-11-15 09:30"])
        >>> log = pd.DataFrame({"msg_time": times, "gnumber": "552603", "sender_qq": ["10001", "10002"]})
        >>> lurkers(members, log)["qq"].tolist()
        ['10003', '10001']
    """
    silent_us = length_us("silent_for", silent_for, "180D")
    asked_us = None if at is None else moment_us("at", at)
    people = _people(members, log)
    if asked_us is not None:
        people = _up_to(people, asked_us, log is None)
    counted = None
    if log is not None:
        people = _told_apart(people)
        counted = _counted(log, people, asked_us)
    met = _met(people, counted)
    return _taken(members, _silent(met, _moment(met, counted, asked_us), silent_us))


def _people(members: object, log: object) -> pd.DataFrame:
    """Fetch what tells members apart, their times as whole microseconds since 1970 UTC, and their rows."""
    frame = opened(members, (*_KEYS, *_TIMES), "members", ["qq"])
    names = frame.collect_schema().names()
    if log is None and "last_speak_time" not in names:
        raise InvalidInput(
            "Nothing tells when these members spoke.\nThey have no column `last_speak_time`, and no log was given.\n"
            "Give a log: `lurkers(members, log)`."
        )
    frame = texts(times(frame, _TIMES, "members"), [name for name in _KEYS if name in names], "members")
    people = collected(frame)
    people = people.assign(**{name: people[name].fillna("") for name in _KEYS if name in people})
    moments = {name: microseconds(people[name]) if name in people else np.nan for name in _TIMES}
    people = people.assign(row=range(len(people)), **moments)
    # Nothing tells nameless rows apart: each would have the times of the others.
    numbered = people["qq"].ne("")
    if "id" in people:
        numbered |= people["id"].ne("")
    return _at_their_latest(people[numbered])


def _at_their_latest(people: pd.DataFrame) -> pd.DataFrame:
    """Give all rows of one member the latest of his times, so that none of them tells otherwise than the others."""
    keys = [name for name in _KEYS if name in people.columns]
    if not people.duplicated(keys).any():
        return people
    return people.assign(**people.groupby(keys)[list(_TIMES)].transform("max"))


def _up_to(people: pd.DataFrame, asked_us: int, by_server: bool) -> pd.DataFrame:
    """Forget what was said after a moment; where the server alone tells, nothing is left of who spoke then."""
    after = people["last_speak_time"].gt(asked_us)
    known = people.assign(last_speak_time=people["last_speak_time"].mask(after))
    return known[~after] if by_server else known


def _told_apart(people: pd.DataFrame) -> pd.DataFrame:
    """Leave the members whom a log can tell; groups that no member has tell nothing."""
    known = people[people["qq"].ne("")]
    in_groups = "gnumber" in known and known["gnumber"].ne("").any()
    return known[known["gnumber"].ne("")] if in_groups else known


def _counted(log: object, people: pd.DataFrame, asked_us: int | None) -> pd.DataFrame:
    """Count the messages of each person, in each group where the groups are told apart."""
    frame = messages(log, ("gnumber", "chat_key", "type"))
    if asked_us is not None:
        frame = frame.filter(nw.col(AT) <= asked_us)
    counted = _by(frame, ["gnumber", "sender_qq"])
    counted["gnumber"] = counted["gnumber"].where(counted["gnumber"].ne(""))
    numbered = counted.dropna(subset=["sender_qq"])
    if len(counted) and not len(numbered):
        raise InvalidInput(
            "Members are found in a log by their numbers.\nNo message of this log has a `sender_qq`, only names, which "
            "anybody may take.\nGive a log with numbers, such as a journal; or add a column `sender_qq` by a table of "
            "names that you trust."
        )
    if "gnumber" not in people or not people["gnumber"].ne("").any():
        return _summed(numbered, ["sender_qq"])
    untold = numbered["gnumber"].isna()
    if untold.all():
        _check_one_chat(frame)
        return _summed(numbered, ["sender_qq"])
    told = numbered[~untold]
    if untold.any():
        told = pd.concat([told, _in_every_group(frame, told, people)], ignore_index=True)
    return _summed(told, ["gnumber", "sender_qq"])


def _by(frame: AnyFrame, keys: list[str]) -> pd.DataFrame:
    return collected(grouped(frame, keys, messages=nw.len(), last=nw.col(AT).max()))


def _in_every_group(frame: AnyFrame, told: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Count messages of an untold group in every group of the log in which their writer is a member."""
    untold = frame.filter(nw.coalesce(nw.col("gnumber"), nw.lit("")) == "")
    # Not a part of the keys above: most logs tell all groups, and a third text to group by takes as long as the rest.
    of_groups = _by(
        untold.filter(nw.coalesce(nw.col("type"), nw.lit(_OF_A_GROUP)) == _OF_A_GROUP), ["sender_qq"]
    )
    theirs = people[people["gnumber"].isin(told["gnumber"].unique())][["gnumber", "qq"]].drop_duplicates()
    return of_groups.merge(theirs, left_on="sender_qq", right_on="qq")[told.columns]


def _check_one_chat(frame: AnyFrame) -> None:
    chats = len(collected(grouped(frame, ["chat_key"], messages=nw.len())))
    if chats > 1:
        raise InvalidInput(
            f"Members are found in a log by the number of their group.\nThis log has {chats} chats and no `gnumber`.\n"
            'Give the messages of one chat: `log[log["chat"] == "..."]`; or drop `gnumber` from the members.'
        )


def _summed(counted: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    summed = counted.groupby(keys, as_index=False).agg({"messages": "sum", "last": "max"})
    return summed.rename(columns={"sender_qq": "qq"}).astype({"messages": "float64", "last": "float64"})


def _met(people: pd.DataFrame, counted: pd.DataFrame | None) -> pd.DataFrame:
    """Put beside each member when he was last heard of, and in how many messages."""
    if counted is None:
        return people.assign(last_spoke=people["last_speak_time"], messages=np.nan)
    # Of an empty log, or of one that begins later, the server alone can tell.
    if not len(counted) and people["last_speak_time"].isna().all():
        people = people.head(0)
    on = ["gnumber", "qq"] if "gnumber" in counted else ["qq"]
    met = people.merge(counted, how="left", on=on)
    if "gnumber" in on:
        met = _of_groups(met, counted["gnumber"])
    return met.assign(
        last_spoke=met[["last", "last_speak_time"]].max(axis=1), messages=met["messages"].fillna(0)
    )


def _of_groups(people: pd.DataFrame, groups: "pd.Series[str]") -> pd.DataFrame:
    """Leave the members of groups that the log is of: it says nothing of the others."""
    inside = people["gnumber"].isin(groups.unique())
    if len(people) and len(groups) and not inside.any():
        raise InvalidInput(
            "These members and this log have no group in common.\n"
            f"Found members of {_few(people['gnumber'])}, messages of {_few(groups)}.\n"
            'Give the members of a group of the log: `my.members("...")`.'
        )
    return people[inside] if len(groups) else people


def _few(numbers: "pd.Series[str]") -> str:
    names = numbers.unique().tolist()
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _moment(people: pd.DataFrame, counted: pd.DataFrame | None, asked_us: int | None) -> float:
    if asked_us is not None:
        return asked_us
    newest = [people["last_speak_time"].max(), np.nan if counted is None else counted["last"].max()]
    return float(pd.Series(newest, dtype="float64").max())


def _silent(people: pd.DataFrame, at_us: float, silent_us: int) -> pd.DataFrame:
    """Leave who has been silent for so long, with the place in the frame; who never spoke first."""
    since = at_us - silent_us
    recent = people["last_spoke"].gt(since) | people["join_time"].gt(since)
    silent = people[~recent]
    days = (at_us - silent["last_spoke"]) // DAY_US
    order = ["last_spoke", *(name for name in _KEYS if name in silent)]
    return silent.assign(silent_days=days).sort_values(order, na_position="first", kind="stable")


def _taken(members: Any, silent: pd.DataFrame) -> Any:  # noqa: ANN401 - of any engine
    """Take the rows of the silent from their frame, and put beside them what was found."""
    found = {name: pa.array(silent[name], pa.int64(), from_pandas=True, safe=False) for name in _RESULT}
    found["last_spoke"] = found["last_spoke"].cast(LURKERS.column("last_spoke").arrow_type)
    if isinstance(members, pd.DataFrame):
        # Of what is not asked for there may be several columns of one name, with which nothing else could go on.
        kept = ~(members.columns.isin(_RESULT) | members.columns.duplicated(keep=False))
        rows = members.loc[:, kept].iloc[silent["row"]].reset_index(drop=True)
        return pd.concat([rows, to_pandas(pa.table(found))], axis=1)
    frame: AnyFrame = nw.from_native(members)
    frame = frame.drop(*_RESULT, strict=False)
    if isinstance(frame, nw.DataFrame):
        return beside(frame[silent["row"].tolist()], brought(pa.table(found), frame)).to_native()
    names = [name for name in _KEYS if name in silent]
    keys = {f"key {name}": pa.array(silent[name], pa.string()) for name in names}
    small = (
        pa.table(found | keys)
        .group_by(list(keys), use_threads=False)
        .aggregate([(name, "max") for name in found])
    )
    small = small.rename_columns([name.removesuffix("_max") for name in small.column_names])
    keyed = frame.with_columns(
        nw.coalesce(nw.col(name).cast(nw.String), nw.lit("")).alias(f"key {name}") for name in names
    )
    met = joined(keyed, brought(small, frame), list(keys), "inner")
    return alone(met, lambda few: few.sort("last_spoke", *keys, nulls_last=False).drop(*keys)).to_native()
