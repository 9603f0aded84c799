"""What came back after a broadcast."""

from typing import Any, cast

import narwhals as nw
import pandas as pd

from openqq_nb.analysis.asked import length_us
from openqq_nb.analysis.engines import collected
from openqq_nb.analysis.frames import AT, PLACE, declared, messages
from openqq_nb.analysis.results import RESPONSE
from openqq_nb.columns import ZONE
from openqq_nb.errors import InvalidInput, listed

_NEEDED = ("recipient_type", "qq", "gnumber", "displayname", "attempted_at", "delivery")
_NEVER = ("pending", "failed", "skipped")
_PRIVATE = ("message", "sess_message")
_OF = {"friend": "qq", "session": "qq", "group": "gnumber", "discuss": "did"}
_TO = "to"


def response(report: Any, log: Any, within: Any = "2D", mention: str | None = None) -> pd.DataFrame:  # noqa: ANN401 - frames
    """Tell which recipients of a broadcast answered, when, and with what.

    The answer of a person is the first message that the person wrote to the account after the broadcast was sent
    there, in a friend chat or a temporary one; in a group or discuss, the first message of anybody else. Whether it
    is meant as an answer, nobody can tell: in a busy group somebody always writes soon, so ask for `mention=`
    there. People and groups are told by their permanent numbers; a recipient without one has no answer. Where
    nobody listened, nothing came.

    The rate is `frame["answered"].mean()`: recipients whom nothing reached are missing, so they do not count. That of
    each kind of recipient: `frame.groupby("recipient_type")["answered"].mean()`.

    Args:
        report: `run.report()`.
        log: a log, an inbox, or a frame of messages of pandas, polars, DuckDB, Dask or PySpark; whatever was written
            long before or after the broadcast is not read.
        within: how long one waits for an answer, such as `2D` or `12h`, or a timedelta.
        mention: the name or number of the account; then only messages with `@` and that name are answers of a group.

    Returns:
        A frame of pandas, one row a recipient in the order of the report: `recipient_type`, `qq`, `gnumber`,
        `displayname` (`str`), `attempted_at` (`datetime64[us, Asia/Shanghai]`), `answered` (`boolean`, missing
        where the broadcast was not sent), `answered_at`, `latency_s` (`float64`, seconds from the one to the
        other), `content` (`str`, of the answer).

    Raises:
        InvalidInput: it is no report, no frame of messages, or no length of time.

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
    length = pd.Timedelta(length_us("within", within), "us")
    # The clock of messages counts whole seconds: an answer in the second of the sending is later, too.
    sent["since"] = sent["attempted_at"].dt.floor("s")
    known = sent.dropna(subset=[_TO, "since"]).sort_values("since", kind="stable")
    found = pd.merge_asof(
        known[[_TO, "since", "row"]],
        _heard(log, sent["since"], length, mention),
        left_on="since",
        right_on="answered_at",
        by=_TO,
        direction="forward",
        tolerance=length,
    )
    answers = sent.merge(found[["row", "answered_at", "content"]], on="row", how="left")
    reached = answers["attempted_at"].notna() & ~answers["delivery"].isin(_NEVER)
    answers["answered"] = answers["answered_at"].notna().astype("boolean").where(reached)
    answers["latency_s"] = (
        (answers["answered_at"] - answers["attempted_at"]).dt.total_seconds().clip(lower=0.0)
    )
    return declared(answers, RESPONSE)


def _sent(report: Any) -> pd.DataFrame:  # noqa: ANN401 - a frame of any engine
    try:
        frame = collected(nw.from_native(cast(Any, report)))
    except TypeError as error:
        raise InvalidInput(
            f"The report of a broadcast is a frame.\nFound {type(report).__name__}.\nGive `run.report()`."
        ) from error
    missing = [name for name in _NEEDED if name not in frame]
    if missing:
        raise InvalidInput(
            f"The report of a broadcast has the columns {', '.join(_NEEDED)}.\nThis frame does not have "
            f"{', '.join(missing)}; found:{listed([', '.join(map(str, frame))])}\nGive `run.report()`."
        )
    kinds = frame["recipient_type"].map(_OF)
    whole = frame.assign(row=range(len(frame)), **{_TO: None})
    for kind in sorted(set(_OF.values()) & set(frame)):
        whole[_TO] = whole[_TO].where(kinds != kind, kind + ":" + frame[kind].replace("", None))
    return whole.assign(**{_TO: whole[_TO].astype("str")})


def _heard(log: object, since: "pd.Series[Any]", length: pd.Timedelta, mention: str | None) -> pd.DataFrame:
    """Read what others wrote to the account, or where it wrote, while an answer could come.

    Returns:
        `to` (where an answer comes from, as in the report), `answered_at`, `content`: in order of time.
    """
    frame = messages(log, ("type", "own", "gnumber", "discuss_id", "content", PLACE))
    first, last = (0, -1) if since.isna().all() else (_us(since.min()), _us(since.max() + length))
    there = frame.filter((nw.col(AT) >= first) & (nw.col(AT) <= last)).with_columns(
        _of_account().alias("mine")
    )
    others = collected(there.filter(~nw.col("mine")).sort(AT, PLACE))
    is_private = others["type"].isin(_PRIVATE) | (others["type"].isna() & others["gnumber"].isna())
    is_discuss = others["type"] == "discuss_message"
    group = "gnumber:" + others["gnumber"].where(~is_discuss)
    place = group.where(~is_discuss, "did:" + others["discuss_id"])
    named = pd.Series(True, others.index) if mention is None else _mentioned(others["content"], mention)
    told = pd.DataFrame(
        {
            _TO: ("qq:" + others["sender_qq"]).where(is_private, place.where(named)).astype("str"),
            "answered_at": pd.to_datetime(others[AT], unit="us", utc=True)
            .dt.as_unit("us")
            .dt.tz_convert(ZONE),
            "content": others["content"].astype("str"),
        }
    )
    return told.dropna(subset=[_TO])


def _us(moment: pd.Timestamp) -> int:
    return int((moment - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(1, "us"))


def _of_account() -> nw.Expr:
    # Flags come as texts, which engines spell in their own ways.
    return nw.coalesce(nw.col("own").str.to_lowercase(), nw.lit("")).is_in(["true", "1"])


def _mentioned(content: "pd.Series[Any]", name: str) -> "pd.Series[Any]":
    return content.str.contains(f"@{name.removeprefix('@')}", regex=False).fillna(False).astype(bool)
