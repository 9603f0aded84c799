"""What recipients of a broadcast wrote afterwards."""

from collections.abc import Callable

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb import schema
from openqq_nb.broadcast.states import REACHED
from openqq_nb.errors import InvalidInput

_PEOPLE = ("friend", "session")


def replies(rows: pa.Table, heard: Callable[[float], pd.DataFrame | None]) -> pd.DataFrame:
    """Keep the messages that recipients wrote after theirs was sent: people to the account, groups and discusses there.

    Args:
        rows: those of the ledger.
        heard: gives the messages since a moment, in UTC seconds; `None` where nobody can have listened.

    Returns:
        Rows of the messages in their order, with a new RangeIndex.

    Raises:
        InvalidInput: nobody can have listened.
    """
    reached = rows.filter(pc.is_in(rows["delivery"], pa.array(REACHED, pa.string())))
    first_s = pc.min(reached["attempted_at"]).as_py()
    if first_s is None:
        return schema.MESSAGES.frame(schema.MESSAGES.table([]))
    messages = heard(first_s)
    if messages is None:
        raise InvalidInput(
            "Nobody has listened since the first message went out, so replies are not known. Start an inbox with "
            "my.listen(): it shows those that come from now on."
        )
    is_private = messages["type"].isin(["message", "sess_message"])
    kept = is_private & _since(messages, "sender_qq", _times(reached, _PEOPLE, "qq"))
    kept |= (messages["type"] == "group_message") & _since(
        messages, "gnumber", _times(reached, ("group",), "gnumber")
    )
    own = messages["own"].fillna(False).astype(bool)
    in_discuss = (messages["type"] == "discuss_message") & _since(
        messages, "discuss_id", _times(reached, ("discuss",), "did")
    )
    kept |= in_discuss & _in_login(messages, in_discuss & own)
    return messages[kept & ~own].reset_index(drop=True)


def _times(rows: pa.Table, kinds: tuple[str, ...], key: str) -> dict[str, float]:
    """Give when the recipients of some kinds were written to, by their numbers."""
    mine = rows.filter(pc.and_(pc.is_in(rows["recipient_type"], pa.array(kinds)), pc.is_valid(rows[key])))
    return dict(zip(mine[key].to_pylist(), mine["attempted_at"].to_pylist(), strict=True))


def _in_login(messages: pd.DataFrame, sent: "pd.Series[bool]") -> "pd.Series[bool]":
    """Tell which messages are of the login in which their discuss was written to, where our own message says which."""
    first = messages[sent].drop_duplicates("discuss_id").set_index("discuss_id")["login"]
    login = messages["discuss_id"].map(first)
    same: pd.Series[bool] = (login.isna() | (messages["login"] == login)).fillna(False).astype(bool)
    return same


def _since(messages: pd.DataFrame, column: str, times: dict[str, float]) -> "pd.Series[bool]":
    sent = pd.to_datetime(messages[column].map(times), unit="s", utc=True)
    after: pd.Series[bool] = (messages["received_at"] >= sent).fillna(False).astype(bool)
    return after
