"""What recipients of a broadcast wrote afterwards."""

import pandas as pd
import pyarrow as pa

from openqq_nb.broadcast.states import REACHED

_PEOPLE = ("friend", "session")


def replies(rows: pa.Table, messages: pd.DataFrame) -> pd.DataFrame:
    """Keep the messages that recipients wrote after theirs was sent: people to the account, groups and discusses there.

    Args:
        rows: those of the ledger.
        messages: the rows of an inbox.

    Returns:
        Rows of `messages` in their order, with a new RangeIndex.
    """
    reached = [
        row for row in rows.to_pylist() if row["delivery"] in REACHED and row["attempted_at"] is not None
    ]
    is_private = messages["type"].isin(["message", "sess_message"])
    people = _times(reached, _PEOPLE, "qq")
    kept = is_private & _since(messages, "sender_qq", people)
    kept |= (messages["type"] == "group_message") & _since(
        messages, "gnumber", _times(reached, ("group",), "gnumber")
    )
    kept |= (messages["type"] == "discuss_message") & _since(
        messages, "discuss_id", _times(reached, ("discuss",), "did")
    )
    own = messages["own"].fillna(False).astype(bool)
    return messages[kept & ~own].reset_index(drop=True)


def _times(rows: list[dict[str, object]], kinds: tuple[str, ...], key: str) -> dict[str, float]:
    return {
        str(row[key]): float(str(row["attempted_at"]))
        for row in rows
        if row["recipient_type"] in kinds and row[key] is not None
    }


def _since(messages: pd.DataFrame, column: str, times: dict[str, float]) -> "pd.Series[bool]":
    sent = pd.to_datetime(messages[column].map(times), unit="s", utc=True)
    after: pd.Series[bool] = (messages["received_at"] >= sent).fillna(False).astype(bool)
    return after
