"""The SQL of a journal."""

from collections.abc import Mapping

from openqq_nb import records
from openqq_nb.columns import Schema
from openqq_nb.schema import EVENTS, MESSAGES

REACHED = """
SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'arrivals'),
    (SELECT max(revision) FROM messages WHERE revision IS NOT NULL)
"""
BEFORE = """
SELECT coalesce(max(seq), 0) FROM (
    SELECT seq FROM messages WHERE received_at < ? UNION ALL SELECT seq FROM events WHERE received_at < ?
)
"""
PRESENT = "SELECT fingerprint FROM json_each(?) JOIN arrivals ON fingerprint = value"
SEQ = "SELECT seq FROM arrivals WHERE fingerprint = ?"
BODY = "SELECT body, content FROM arrivals LEFT JOIN dictionaries ON number = dictionary WHERE seq = ?"
# Where another row has that fingerprint already, both stay as they are.
TAKE_OVER = "UPDATE OR IGNORE arrivals SET fingerprint = ?, body = ?, dictionary = ? WHERE seq = ?"
_RECALLED = "SELECT seq FROM messages WHERE seq > :since AND msg_id = :msg_id"
_LAST = "ORDER BY seq DESC LIMIT 1"
RECALLED_IN_GROUP = f"{_RECALLED} AND type = 'group_message' AND gnumber = :place {_LAST}"
RECALLED_BETWEEN_TWO = (
    f"{_RECALLED} AND type IN ('message', 'sess_message') AND :place IN ('', sender_qq, receiver_qq) {_LAST}"
)

# Seen from the newest, a row stays while it is among the first so many and they fit; the newest always stays.
TRIM_ASIDE = """
DELETE FROM aside WHERE seq IN (
    SELECT seq FROM (
        SELECT seq, row_number() OVER newest AS place, sum(length(body)) OVER newest AS bytes
        FROM aside WINDOW newest AS (ORDER BY seq DESC)
    ) WHERE place > ? OR (bytes > ? AND place > 1)
)
"""


def _columns(schema: Schema) -> str:
    return ", ".join(f'"{name}"' for name in (*schema.names, "extra"))


def _insert_statement(schema: Schema) -> str:
    marks = ", ".join("?" * (len(schema.names) + 2))
    return f"INSERT INTO {schema.name.lower()} (seq, {_columns(schema)}) VALUES ({marks})"  # noqa: S608 -- names of our own


def _kept_statement(schema: Schema, revision: str) -> str:
    return (
        f"SELECT seq, fingerprint, length(body), {revision}, {_columns(schema)} "  # noqa: S608 -- names of our own
        f"FROM {schema.name.lower()} JOIN arrivals USING (seq) WHERE seq > ? ORDER BY seq"
    )


INSERT: Mapping[str, str] = {kind: _insert_statement(schema) for kind, schema in records.ARRIVALS.items()}
KEPT: Mapping[str, str] = {
    "message": _kept_statement(MESSAGES, "revision"),
    "event": _kept_statement(EVENTS, "NULL"),
}
CHANGED = f"SELECT seq, {_columns(MESSAGES)} FROM messages WHERE revision > ? AND seq <= ? ORDER BY seq"  # noqa: S608 -- as above
# How far each chat that a server may have a history of was written before a moment.
LAST_WRITTEN = """
SELECT chat_key, max(msg_time) FROM messages
WHERE received_at < ? AND type IN ('message', 'group_message') GROUP BY chat_key
"""
SENT = """
SELECT msg_id FROM messages
WHERE chat_key = ? AND msg_class = 'send' AND msg_id IS NOT NULL AND msg_time >= ?
"""
