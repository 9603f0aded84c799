"""The columns of every result, in one place."""

from openqq_nb.columns import Column, Schema, count, flag, number, text, time

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

CALENDAR = Schema(
    "CALENDAR",
    (
        time("date", "midnight with which the day began"),
        _MESSAGES,
        _people("how many people wrote"),
        count("streak", "the how-manieth day in a row on which something was said"),
    ),
)

LURKERS = Schema(
    "LURKERS",
    (
        time("last_spoke", "when the member was last heard of; missing if never"),
        count("messages", "how many messages of the member in that group the log has; missing without a log"),
        count("silent_days", "for how many whole days; missing if the member never spoke"),
    ),
)

TURNOVER = Schema(
    "TURNOVER",
    (
        time("period", "when the period began"),
        _people("how many people wrote"),
        count("newcomers", "how many wrote for the first time; with events how many joined"),
        count(
            "leavers", "how many wrote for the last time, missing if not known yet; with events how many left"
        ),
        number("stay_days", "median of the days that the leavers had been there; missing if unknown"),
    ),
)

_STARTED = (
    text("started_by", "what the person who began was called then; with a roster the card or nick there"),
    text("started_by_qq", "number of the person who began"),
)
_STRETCH = (
    time("start", "the first message"),
    time("end", "the last message"),
    text("chat", "name of the chat"),
    text("chat_key", "identity of the chat"),
)

REPLIES = Schema(
    "REPLIES",
    (
        text("from_qq", "number of the person who answers"),
        text("from_name", "what that person was called last; with a roster the card or nick there"),
        text("to_qq", "number of the person who is answered"),
        text("to_name", "what that person was called last"),
        count("replies", "how many quotes"),
        count("mentions", "how many mentions by name or number"),
        number(
            "latency_s", "median of the seconds from the quoted message to the quote; missing without quotes"
        ),
    ),
)

REPEATS = Schema(
    "REPEATS",
    (
        *_STRETCH,
        text("content", "the text"),
        count("messages", "how often it was said in a row"),
        _people("by how many people"),
        *_STARTED,
    ),
)

CONVERSATIONS = Schema(
    "CONVERSATIONS",
    (
        *_STRETCH,
        _MESSAGES,
        _people("how many people wrote"),
        number("seconds", "from the first message to the last"),
        *_STARTED,
    ),
)

NIGHT_OWLS = Schema(
    "NIGHT_OWLS",
    (
        _QQ,
        _DISPLAYNAME,
        count("messages", "how many messages in the night"),
        number("share", "part of the person's own messages, 0 to 1"),
        text("latest", "the clock time that lies furthest in the night, such as 04:59"),
    ),
)

TIMELINE = Schema(
    "TIMELINE",
    (
        time("period", "when the period began"),
        text("chat", "name of the chat, the last one"),
        text("chat_key", "identity of the chat"),
        _MESSAGES,
        _people("how many people wrote"),
    ),
)

KINDS = Schema(
    "KINDS",
    (
        text("kind", "text, image, voice …; missing where the log does not tell"),
        _MESSAGES,
        number("share", "part of all messages, 0 to 1"),
        count("recalled", "how many of them were taken back"),
    ),
)

NICKNAMES = Schema(
    "NICKNAMES",
    (
        text("qq", "number of the person"),
        text("displayname", "what the person was called at that time"),
        time("first", "the first message under that name"),
        time("last", "the last message under that name"),
        count("messages", "how many messages under that name"),
    ),
)

SIMILAR_GROUPS = Schema(
    "SIMILAR_GROUPS",
    (
        text("gnumber", "number of the one group"),
        text("displayname", "name of the one group"),
        text("other_gnumber", "number of the other group"),
        text("other_displayname", "name of the other group"),
        count("shared", "how many people are in both"),
        number("jaccard", "part of all people of both who are in both, 0 to 1"),
        number("overlap", "part of the smaller group that is in the other, 0 to 1"),
    ),
)

RESPONSE = Schema(
    "RESPONSE",
    (
        text("recipient_type", "friend, group, discuss or session"),
        text("qq", "number of the person"),
        text("gnumber", "number of the group"),
        text("displayname", "name of the person or group"),
        time("attempted_at", "when the message was sent"),
        flag("answered", "whether an answer came; missing where no message reached the recipient"),
        time("answered_at", "when the first answer was written"),
        number("latency_s", "seconds from the message to the answer"),
        text("content", "the first answer"),
    ),
)

_WORD = text("word", "the word; Latin letters are small")
_IN_MESSAGES = count("messages", "in how many messages")
_COUNT = count("count", "how often")
_BY_PEOPLE = _people("how many people wrote it")

WORDS = Schema("WORDS", (_WORD, _IN_MESSAGES, _COUNT, _BY_PEOPLE))

WORDS_OF_PEOPLE = Schema("WORDS_OF_PEOPLE", (_QQ, _DISPLAYNAME, _WORD, _IN_MESSAGES, _COUNT))

WORDS_OF_CHATS = Schema(
    "WORDS_OF_CHATS",
    (
        text("chat", "name of the chat, the last one"),
        text("chat_key", "identity of the chat"),
        _WORD,
        _IN_MESSAGES,
        _COUNT,
        _BY_PEOPLE,
    ),
)

PHRASES = Schema(
    "PHRASES",
    (
        text("phrase", "words that stand together"),
        count("length", "of how many words"),
        _IN_MESSAGES,
        _COUNT,
        _BY_PEOPLE,
        number("score", "normalised pointwise mutual information: 0 is chance, 1 is never apart"),
    ),
)

TYPICAL = Schema(
    "TYPICAL",
    (
        _QQ,
        _DISPLAYNAME,
        _WORD,
        _COUNT,
        number("score", "log-odds against all others, in standard deviations"),
    ),
)

NEW_WORDS = Schema(
    "NEW_WORDS",
    (
        time("period", "when the period began"),
        text("word", "the word, or the phrase that it is a piece of; Latin letters are small"),
        _COUNT,
        count("earlier", "how often in all periods before"),
        number("score", "how far from what was said before, in standard deviations"),
    ),
)
