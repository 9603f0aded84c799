"""What came back after a broadcast."""

import re
from typing import Any

import narwhals as nw
import pandas as pd

from openqq_nb.analysis.asked import length_us
from openqq_nb.analysis.engines import collected
from openqq_nb.analysis.frames import AT, PLACE, declared, messages
from openqq_nb.analysis.mentions import BLANKS
from openqq_nb.analysis.opening import microseconds, opened, texts, times
from openqq_nb.analysis.results import RESPONSE
from openqq_nb.errors import InvalidInput, listed

_NEEDED = ("recipient_type", "qq", "gnumber", "displayname", "attempted_at", "delivery")
_NEVER = ("pending", "failed", "skipped")
_PRIVATE = ("message", "sess_message")
_OF = {"friend": "qq", "session": "qq", "group": "gnumber", "discuss": "did"}
_MORE = ("did", "text")
_TO = "to"
# Flags come as texts: engines write them in their own ways, and as fractions where some of them are missing.
_OWN = ("true", "1", "1.0", "1.000000")
_NOT_OWN = ("false", "0", "0.0", "0.000000")
_UNTOLD = ("", "nan")
_SECOND_US = 1_000_000
# Between the sending and the time that a server gives to the message.
_ITSELF_US = 60 * _SECOND_US


def response(report: Any, log: Any, within: Any = "2D", mention: str | int | None = None) -> pd.DataFrame:  # noqa: ANN401 - frames
    """Tell which recipients of a broadcast answered, when, and with what.

    The answer of a person is the first message that the person wrote to the account after the broadcast was sent
    there, in a friend chat or a temporary one; in a group or discuss, the first message of anybody else. Whether it
    is meant as an answer, nobody can tell: in a busy group somebody always writes soon, so ask for `mention=`
    there. People and groups are told by their permanent numbers; a recipient without one has no answer. Where
    nobody listened, nothing came. Where the log does not tell what the account wrote (`own` is missing or empty), a
    message of the text that was sent, within a minute, is taken for the broadcast itself.

    The rate is `frame["answered"].mean()`: recipients whom nothing reached are missing, so they do not count. That of
    each kind of recipient: `frame.groupby("recipient_type")["answered"].mean()`.

    Args:
        report: `run.report()`, or such a frame of any engine; times without a zone are read as China's clock.
        log: a log, an inbox, or a frame of messages of pandas, polars, DuckDB, Dask or PySpark; whatever was written
            long before or after the broadcast is not read.
        within: how long one waits for an answer, such as `2D` or `12h`, or a timedelta.
        mention: the name or number of the account; then only messages with `@` and that name, up to a blank or the
            end, are answers of a group.

    Returns:
        A frame of pandas, one row a recipient in the order of the report: `recipient_type`, `qq`, `gnumber`,
        `displayname` (`str`), `attempted_at` (`datetime64[us, Asia/Shanghai]`), `answered` (`boolean`, missing
        where the broadcast was not sent), `answered_at`, `latency_s` (`float64`, seconds from the one to the
        other), `content` (`str`, of the answer).

    Raises:
        InvalidInput: it is no report, no frame of messages, or no length of time, or `own` is no flag.

    Example:
        >>> import openqq_nb as oq
        >>> from openqq_nb.analysis import response
        >>> my = oq.demo()
        >>> with my.listen() as inbox:
        ...     plan = my.broadcast("来吗？", to=my.friends().head(2), key="response", pace=oq.Pace.instant())
        ...     run = plan.send()
        ...     done = run.wait(10)
        ...     message = my.simulator.say("小灰", "来！")
        ...     received = inbox.wait(1, timeout=10)
        ...     answers = response(run.report(), inbox)
        >>> answers[["displayname", "answered", "content"]].values.tolist()
        [['小灰', True, '来！'], ['_猫_', False, nan]]
    """
    sent = _sent(report)
    within_us = length_us("within", within, "2D")
    called = None if mention is None else _called(mention)
    # The clock of messages counts whole seconds: an answer in the second of the sending is later, too.
    sent["since"] = sent["attempted_us"] // _SECOND_US * _SECOND_US
    known = sent.dropna(subset=[_TO, "since"]).astype({"since": "int64"}).sort_values("since", kind="stable")
    found = pd.merge_asof(
        known[[_TO, "since", "row"]],
        _without_own(_heard(log, known["since"], within_us, called), known),
        left_on="since",
        right_on="answered_us",
        by=_TO,
        direction="forward",
        tolerance=within_us,
    )
    answers = sent.merge(found[["row", "answered_us", "content"]], on="row", how="left")
    reached = answers["attempted_us"].notna() & ~answers["delivery"].isin(_NEVER)
    answers["answered"] = answers["answered_us"].notna().astype("boolean").where(reached)
    answers["latency_s"] = ((answers["answered_us"] - answers["attempted_us"]) / _SECOND_US).clip(lower=0.0)
    moments = {f"{name}_at": answers[f"{name}_us"].astype("Int64") for name in ("attempted", "answered")}
    return declared(answers.assign(**moments), RESPONSE)


def _called(mention: object) -> str:
    name = str(mention) if isinstance(mention, str | int) and not isinstance(mention, bool) else ""
    plain = re.sub(BLANKS, " ", name.removeprefix("@")).strip(" ")
    if not plain:
        raise InvalidInput(
            f"`mention` is the name or number of the account.\nFound {mention!r}.\n"
            'Write for instance mention="小灰", as it stands after the `@`.'
        )
    return plain


def _sent(report: Any) -> pd.DataFrame:  # noqa: ANN401 - a frame of any engine
    try:
        # Of pandas there may be several of one name, which matters only where they are asked for.
        of_pandas = isinstance(report, pd.DataFrame)
        there = list(report.columns) if of_pandas else nw.from_native(report).collect_schema().names()
    except TypeError as error:
        raise InvalidInput(
            f"The report of a broadcast is a frame.\nFound {type(report).__name__}.\nGive `run.report()`."
        ) from error
    missing = [name for name in _NEEDED if name not in there]
    if missing:
        raise InvalidInput(
            f"The report of a broadcast has the columns {', '.join(_NEEDED)}.\nThis frame does not have "
            f"{', '.join(missing)}; found:{listed([', '.join(map(str, there))])}\nGive `run.report()`."
        )
    told = times(opened(report, (*_NEEDED, *_MORE), "recipients"), ["attempted_at"], "recipients")
    names = [name for name in (*_NEEDED, *_MORE) if name != "attempted_at"]
    frame = collected(texts(told, names, "recipients"))
    kinds = frame["recipient_type"].map(_OF)
    whole = frame.assign(row=range(len(frame)), attempted_us=microseconds(frame["attempted_at"]), to=None)
    for kind in sorted(set(_OF.values())):
        whole[_TO] = whole[_TO].where(kinds != kind, kind + ":" + frame[kind].replace("", None))
    return whole.astype({_TO: "str", "text": "str"})


def _heard(log: object, since: "pd.Series[int]", within_us: int, mention: str | None) -> pd.DataFrame:
    """Read what others wrote to the account, or where it wrote, while an answer could come.

    Returns:
        `to` (where an answer comes from, as in the report), `answered_us`, `content`, `is_told` (whether the
        log tells that it was not the account): in order of time.
    """
    frame = messages(log, ("type", "own", "gnumber", "discuss_id", "content", PLACE))
    first, last = (0, -1) if since.empty else (int(since.min()), int(since.max()) + within_us)
    read = frame.filter((nw.col(AT) >= first) & (nw.col(AT) <= last)).with_columns(
        nw.coalesce(nw.col("own").str.to_lowercase(), nw.lit("")).alias("flag")
    )
    others = collected(read.filter(~nw.col("flag").is_in(_OWN)).sort(AT, PLACE))
    _check_flags(others.loc[~others["flag"].isin([*_NOT_OWN, *_UNTOLD]), "own"])
    is_private = others["type"].isin(_PRIVATE) | (others["type"].isna() & others["gnumber"].isna())
    is_discuss = others["type"] == "discuss_message"
    group = "gnumber:" + others["gnumber"].where(~is_discuss)
    place = group.where(~is_discuss, "did:" + others["discuss_id"])
    named = pd.Series(True, others.index) if mention is None else _mentioned(others["content"], mention)
    told = pd.DataFrame(
        {
            _TO: ("qq:" + others["sender_qq"]).where(is_private, place.where(named)).astype("str"),
            "answered_us": others[AT].astype("int64"),
            "content": others["content"].astype("str"),
            "is_told": others["flag"].isin(_NOT_OWN),
        }
    )
    return told.dropna(subset=[_TO])


def _without_own(heard: pd.DataFrame, sent: pd.DataFrame) -> pd.DataFrame:
    """Leave out the broadcast itself, which a log that does not tell what the account wrote holds like an answer."""
    untold = heard[~heard["is_told"]].rename_axis("message").reset_index()
    same = untold.merge(sent[[_TO, "text", "since"]], left_on=[_TO, "content"], right_on=[_TO, "text"])
    later_us = same["answered_us"] - same["since"]
    itself = same.loc[later_us.between(0, _ITSELF_US), "message"]
    return heard[~heard.index.isin(itself)].drop(columns="is_told")


def _check_flags(unknown: "pd.Series[str]") -> None:
    if len(unknown):
        raise InvalidInput(
            "`own` tells of each message whether the account itself wrote it: True or False, 1 or 0; missing or empty "
            f"where nobody knows.\nFound:{listed([repr(one) for one in unknown.unique()])}\n"
            'Write it so first, for instance `log["own"] = log["own"].map({"yes": True, "no": False})`.'
        )


def _mentioned(content: "pd.Series[Any]", name: str) -> "pd.Series[Any]":
    """Tell where a name stands after `@` and ends there, as `replies` finds mentions."""
    plain = content.str.replace(BLANKS, " ", regex=True) + " "
    return plain.str.contains(f"@{name} ", regex=False).fillna(False).astype(bool)
