"""The columns of every result, in one place."""

from openqq_nb.columns import Column, Schema, count, number, text, time

_QQ = text("qq", "number of the person; missing where the log does not tell")
_DISPLAYNAME = text("displayname", "what the person was called last; with a roster the card or nick there")
_MESSAGES = count("messages", "how many messages")


def _people(meaning: str) -> Column:
    return count("people", meaning)


RANKING = Schema(
    "RANKING",
    (
        count("rank", "1 for who wrote most"),
        _QQ,
        _DISPLAYNAME,
        _MESSAGES,
        number("share", "part of all messages, 0 to 1"),
        count("characters", "how many characters of text"),
        count("days", "on how many days"),
        time("first", "the first message"),
        time("last", "the last message"),
    ),
)

ACTIVITY = Schema(
    "ACTIVITY",
    (
        count("weekday", "1 for Monday to 7 for Sunday"),
        count("hour", "0 to 23, as clocks in China show it"),
        _MESSAGES,
    ),
)
