"""Messages together with what the roster knows about the people who wrote them."""

from typing import Any

import pandas as pd

from openqq_nb.errors import InvalidInput

_PLACE, _PERSON = "in place", "person"  # no column of ours has a blank in its name

# What a person is in one group says nothing about a message elsewhere.
_OF_GROUP = (
    "card",
    "role",
    "gname",
    "gmarkname",
    "gnumber",
    "join_time",
    "last_speak_time",
    "level",
    "bad_record",
    "gid",
)


def with_people(messages: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Add to each message the columns of the person who wrote it.

    In a group the person is looked up by the numbers of group and person. Elsewhere the number of the person
    alone counts; then the columns that tell about one group are missing. A number that is missing or empty matches
    nobody.

    Args:
        messages: rows with `sender_qq`, and with `gnumber` where they come from a group.
        members: people with `qq`, such as `roster.members` or `roster.friends`; of several rows for the same
            person in the same group the first counts.

    Returns:
        One row a message, in the same order and with the same index: the columns of `messages`, then those of
        `members`; missing where nobody is known. A `gnumber` that both have is kept once.

    Raises:
        InvalidInput: one is no frame of pandas, a column is not there, a number or nick is no text, or both frames
            have a column of the same name.

    Example:
        >>> import openqq_nb as oq
        >>> my = oq.demo()
        >>> with my.listen() as inbox:
        ...     message = my.simulator.say("小灰", "在吗？")
        ...     messages = inbox.wait(1, timeout=10)
        >>> told = oq.with_people(messages, my.friends())
        >>> told[["content", "displayname"]].values.tolist()
        [['在吗？', '小灰']]
    """
    _check(messages, members)
    keys = pd.DataFrame({_PLACE: _places(messages, members), _PERSON: _numbers(messages["sender_qq"])})
    found = keys.merge(_known(members), how="left", on=[_PLACE, _PERSON], validate="many_to_one")
    people = found.drop(columns=[_PLACE, _PERSON, *({"gnumber"} & set(messages) & set(found))])
    return pd.concat([messages, people.set_axis(messages.index)], axis=1)


def _check(messages: pd.DataFrame, members: pd.DataFrame) -> None:
    for what, frame in (("messages", messages), ("members", members)):
        _check_frame(what, frame)
    _check_numbers("messages", messages, ("sender_qq",), ("gnumber",))
    _check_numbers("members", members, ("qq",), ("gnumber",))
    both = sorted(str(name) for name in set(messages) & set(members) if name != "gnumber")
    if both:
        raise InvalidInput(
            f"Messages and people cannot stand side by side.\nBoth have the columns {', '.join(both)}.\n"
            f"Drop or rename them in one of the frames: `messages.drop(columns={both})`."
        )


def _check_frame(what: str, frame: object) -> None:
    if isinstance(frame, pd.DataFrame):
        return
    kind = f"{type(frame).__module__.partition('.')[0]} {type(frame).__name__}"
    raise InvalidInput(
        f"The {what} must be a pandas DataFrame, not a {kind.removeprefix('builtins ')}.\n"
        "Take messages such as `inbox.df`, and people such as `roster.members`; other frames have `.to_pandas()`."
    )


def _check_numbers(what: str, frame: pd.DataFrame, needed: tuple[str, ...], known: tuple[str, ...]) -> None:
    for name in needed:
        if name not in frame:
            raise InvalidInput(
                f"The frame of {what} has no column `{name}`.\n"
                f"It has {', '.join(str(column) for column in frame) or 'none'}.\n"
                "Take messages such as `inbox.df`, and people such as `roster.members`."
            )
    for name in (*needed, *known):
        if name in frame:
            _check_text(what, frame[name])


def _check_text(what: str, column: "pd.Series[Any]") -> None:
    """Refuse a column of something else than text, unless there is nothing in it."""
    if isinstance(column.dtype, pd.StringDtype) or not column.notna().any():
        return
    held = pd.api.types.infer_dtype(column.astype(object), skipna=True)
    if held != "string":
        found = f"{column.dtype}, of {held} values" if column.dtype == object else f"{column.dtype}"
        why = "" if column.name == "nick" else ", which damages long numbers"
        raise InvalidInput(
            f"The column `{column.name}` of the {what} must be text.\nIt is {found}{why}.\n"
            "Read it as text from the start; whole numbers: `.astype('Int64').astype('str')`."
        )


def _numbers(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Give numbers as texts; an empty one, such as a csv has, is a missing one."""
    kept = _texts(column)
    return kept.mask(kept.isin([""]))


def _texts(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Give a column that was found to be text as one that can be worked on as such: categories cannot."""
    return column if isinstance(column.dtype, pd.StringDtype) else column.astype(object)


def _places(messages: pd.DataFrame, members: pd.DataFrame) -> "pd.Series[Any]":
    """Give the group of each message; empty where the person alone counts."""
    nowhere = pd.Series("", index=messages.index, dtype="str")
    if "gnumber" not in messages or "gnumber" not in members:
        return nowhere
    places = _numbers(messages["gnumber"])
    in_group = places.notna()
    if "type" in messages:
        in_group |= messages["type"].eq("group_message").fillna(False).astype(bool)
    return places.where(in_group, nowhere)


def _known(members: pd.DataFrame) -> pd.DataFrame:
    people = members[_numbers(members["qq"]).notna()]
    elsewhere = _apart_from_groups(people.drop_duplicates("qq")).assign(**{_PLACE: ""})
    if "gnumber" in members:
        here = people[_numbers(people["gnumber"]).notna()].drop_duplicates(["gnumber", "qq"])
        elsewhere = pd.concat([here.assign(**{_PLACE: here["gnumber"]}), elsewhere])
    return elsewhere.assign(**{_PERSON: elsewhere["qq"]})


def _apart_from_groups(people: pd.DataFrame) -> pd.DataFrame:
    """Take away what a person is in one group; the name is then the nick."""
    if "gnumber" not in people:
        return people
    apart = people.copy()
    for name in set(_OF_GROUP) & set(apart):
        apart[name] = apart[name].iloc[:0].reindex(apart.index)
    if {"displayname", "nick"} <= set(apart):
        _check_text("members", apart["nick"])
        nick = _texts(apart["nick"])
        apart["displayname"] = nick.where(nick.notna() & nick.str.strip().ne(""), apart["qq"])
    return apart
