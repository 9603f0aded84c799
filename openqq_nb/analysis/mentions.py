"""Who is mentioned in a text by `@` and a name or number."""

import narwhals as nw

from openqq_nb.analysis.engines import AnyFrame, beginning_with, joined, pieces, stacked
from openqq_nb.analysis.frames import PERSON, alone, grouped, identity

EVERYBODY = "全体成员"
# What clients put after a mention, and what people type instead: line ends, tabs, and blanks of other widths. They
# are written out because engines do not mean the same by `\\s`.
BLANKS = "[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000]+"
"""A pattern of what ends a mention."""
_UP_TO_THE_FIRST = "^[^@]*@"
_AFTER_THE_WORD = "(?s) .*$"


def mentioned(frame: AnyFrame, names: AnyFrame) -> AnyFrame:
    """Find mentions of people whom the log knows in the same chat.

    Args:
        frame: `chat_key`, `person` (who writes) and `content`.
        names: `chat_key`, `sender_qq` and `sender`, one row for each name in each chat.

    Returns:
        `from`, `to` and `mentions`, one row for each pair of people.
    """
    mentions = nw.col("content").str.contains("@", literal=True)
    # Said twice, since DuckDB asks for pieces, which are dear, before it asks for what is filtered.
    after_the_first = nw.when(mentions).then(nw.col("content").str.replace_all(_UP_TO_THE_FIRST, ""))
    said = frame.filter(mentions).select(
        "chat_key", PERSON, piece=after_the_first.str.replace_all(BLANKS, " ")
    )
    after = pieces(said, "piece", "@")
    worded = after.with_columns(word=_first_word("piece")).filter(nw.col("word") != "")
    met = joined(worded, _known(names), ["chat_key", "word"], "inner")
    ended = met.with_columns(
        piece=nw.concat_str("piece", nw.lit(" ")), full=nw.concat_str("name", nw.lit(" "))
    )
    named = alone(beginning_with(ended, "piece", "full"), _longest)
    return grouped(named.rename({PERSON: "from"}), ["from", "to"], mentions=nw.len())


def _first_word(column: str) -> nw.Expr:
    return nw.col(column).str.replace_all(_AFTER_THE_WORD, "")


def _known(names: AnyFrame) -> AnyFrame:
    """Tell names and numbers that mean one person in a chat."""
    people = names.with_columns(identity().alias(PERSON))
    columns = ("sender", "sender_qq")
    called = stacked([people.select("chat_key", PERSON, name=nw.col(column)) for column in columns])
    plain = called.with_columns(name=nw.col("name").str.replace_all(BLANKS, " ").str.strip_chars(" "))
    meant = plain.filter(~nw.col("name").is_null(), nw.col("name") != "", nw.col("name") != EVERYBODY)
    pairs = grouped(meant, ["chat_key", "name", PERSON], times=nw.len())
    single = grouped(pairs, ["chat_key", "name"], people=nw.len(), to=nw.col(PERSON).max())
    return single.filter(nw.col("people") == 1).select("chat_key", "name", "to", word=_first_word("name"))


def _longest(met: AnyFrame) -> AnyFrame:
    """Of a name and a longer one that begins with it, the longer one is meant."""
    long = met.with_columns(long=nw.col("name").str.len_chars())
    most = long.with_columns(most=nw.col("long").max().over("chat_key", PERSON, "piece"))
    return most.filter(nw.col("long") == nw.col("most"))
