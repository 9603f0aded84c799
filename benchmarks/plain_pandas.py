"""The eight questions as a user of pandas would write them: read the columns, group, count."""

from collections.abc import Callable, Mapping

import pandas as pd

from benchmarks.many import members


def _read(path: str, *columns: str) -> pd.DataFrame:
    frame = pd.read_parquet(path, columns=["msg_time", "kind", *columns])
    return frame[~frame["kind"].isin(["system", "recall"])].sort_values(
        "msg_time", kind="stable", ignore_index=True
    )


def ranking(path: str) -> pd.DataFrame:
    """Count what each person wrote."""
    frame = _read(path, "sender", "sender_qq", "content")
    frame["characters"] = frame["content"].str.len().where(frame["kind"].isin(["text", "reply"]), 0)
    frame["day"] = frame["msg_time"].dt.date
    people = frame.groupby("sender_qq").agg(
        displayname=("sender", "last"),
        messages=("sender", "size"),
        characters=("characters", "sum"),
        days=("day", "nunique"),
        first=("msg_time", "min"),
        last=("msg_time", "max"),
    )
    people["share"] = people["messages"] / people["messages"].sum()
    people = people.reset_index().sort_values(["messages", "sender_qq"], ascending=[False, True])
    ranked: pd.DataFrame = people.assign(rank=range(1, len(people) + 1))
    return ranked


def activity(path: str) -> pd.DataFrame:
    """Count the hours of the week."""
    times = _read(path)["msg_time"].dt
    hours = pd.DataFrame({"weekday": times.weekday, "hour": times.hour})
    return hours.groupby(["weekday", "hour"]).size().reset_index(name="messages")


def calendar(path: str) -> pd.DataFrame:
    """Count the days."""
    frame = _read(path, "sender_qq")
    days = frame.groupby(frame["msg_time"].dt.normalize()).agg(
        messages=("sender_qq", "size"), people=("sender_qq", "nunique")
    )
    run = (days.index.to_series().diff() != pd.Timedelta("1D")).cumsum()
    streaks: pd.DataFrame = days.assign(streak=days.groupby(run).cumcount() + 1)
    return streaks.reset_index()


def lurkers(path: str) -> pd.DataFrame:
    """Find who is silent."""
    frame = _read(path, "gnumber", "sender_qq")
    spoken = frame.groupby(["gnumber", "sender_qq"]).agg(
        messages=("msg_time", "size"), last_spoke=("msg_time", "max")
    )
    people: pd.DataFrame = members(path).merge(
        spoken.reset_index().rename(columns={"sender_qq": "qq"}), how="left", on=["gnumber", "qq"]
    )
    end = frame["msg_time"].max()
    silent = people["last_spoke"].isna() | (people["last_spoke"] <= end - pd.Timedelta("180D"))
    found: pd.DataFrame = people[silent]
    return found.sort_values("last_spoke", na_position="first")


def _months(times: "pd.Series[pd.Timestamp]") -> "pd.Series[pd.Period]":
    return times.dt.tz_localize(None).dt.to_period("M")


def turnover(path: str) -> pd.DataFrame:
    """Count who came and went."""
    frame = _read(path, "sender_qq")
    frame["period"] = _months(frame["msg_time"])
    spoke = frame.groupby("period")["sender_qq"].nunique()
    people = frame.groupby("sender_qq")["msg_time"].agg(["min", "max"])
    gone = people[people["max"] <= frame["msg_time"].max() - pd.Timedelta("90D")]
    stay = (gone["max"] - gone["min"]).dt.total_seconds() / 86_400
    left = _months(gone["max"])
    return pd.DataFrame(
        {
            "people": spoke,
            "newcomers": _months(people["min"]).value_counts(),
            "leavers": left.value_counts(),
            "stay_days": stay.groupby(left).median(),
        }
    )


def replies(path: str) -> pd.DataFrame:
    """Find who answers and mentions whom."""
    frame = _read(path, "sender", "sender_qq", "chat_key", "msg_id", "reply_to", "content")
    answers = frame[frame["reply_to"].notna()]
    met = answers.merge(
        frame, left_on=["chat_key", "reply_to"], right_on=["chat_key", "msg_id"], suffixes=("", "_to")
    )
    met = met[(met["msg_time_to"] <= met["msg_time"]) & (met["msg_id_to"] != met["msg_id"])]
    met["latency_s"] = (met["msg_time"] - met["msg_time_to"]).dt.total_seconds()
    quotes = met.groupby(["sender_qq", "sender_qq_to"]).agg(
        replies=("latency_s", "size"), latency_s=("latency_s", "median")
    )
    names = frame[["chat_key", "sender", "sender_qq"]].drop_duplicates()
    names = names[~names.duplicated(["chat_key", "sender"], keep=False)]
    said = frame[frame["content"].str.contains("@", regex=False)]
    found = (
        said["content"].str.extractall(r"@([^@\s]+)")[0].rename("sender_to").reset_index("match", drop=True)
    )
    mentions = (
        said[["chat_key", "sender_qq"]]
        .join(found, how="inner")
        .merge(
            names, left_on=["chat_key", "sender_to"], right_on=["chat_key", "sender"], suffixes=("", "_to")
        )
    )
    counted = mentions.groupby(["sender_qq", "sender_qq_to"]).size().rename("mentions")
    return quotes.join(counted, how="outer").sort_values(["replies", "mentions"], ascending=False)


def repeats(path: str) -> pd.DataFrame:
    """Find runs of equal texts."""
    frame = _read(path, "chat_key", "chat", "sender", "sender_qq", "content")
    frame = frame.sort_values(["chat_key", "msg_time"], kind="stable")
    said = frame["content"].where(frame["kind"].isin(["text", "face", "reply"]))
    before = said.groupby(frame["chat_key"]).shift()
    run = (said.isna() | (said != before) | (frame["chat_key"] != frame["chat_key"].shift())).cumsum()
    runs = (
        frame[said.notna()]
        .groupby(run[said.notna()])
        .agg(
            start=("msg_time", "min"),
            end=("msg_time", "max"),
            chat=("chat", "first"),
            content=("content", "first"),
            messages=("content", "size"),
            people=("sender_qq", "nunique"),
            started_by=("sender", "first"),
        )
    )
    return runs[(runs["messages"] >= 3) & (runs["people"] > 1)].sort_values("messages", ascending=False)


def conversations(path: str) -> pd.DataFrame:
    """Split the talk by silence."""
    frame = _read(path, "chat_key", "chat", "sender", "sender_qq")
    frame = frame.sort_values(["chat_key", "msg_time"], kind="stable")
    silence = frame.groupby("chat_key")["msg_time"].diff()
    talk = (~(silence < pd.Timedelta("30min"))).cumsum()
    talks = frame.groupby(talk).agg(
        start=("msg_time", "min"),
        end=("msg_time", "max"),
        chat=("chat", "first"),
        messages=("sender", "size"),
        people=("sender_qq", "nunique"),
        started_by=("sender", "first"),
    )
    return talks.assign(seconds=(talks["end"] - talks["start"]).dt.total_seconds()).sort_values("start")


QUESTIONS: Mapping[str, Callable[[str], pd.DataFrame]] = {
    one.__name__: one
    for one in (ranking, activity, calendar, lurkers, turnover, replies, repeats, conversations)
}
"""By the name of the question; each takes the folder of an archive."""
