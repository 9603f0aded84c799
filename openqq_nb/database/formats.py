"""The file formats of this package, and how each version of one came of the version before."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Connection = sqlite3.Connection
Migration = Callable[[Connection], object]


@dataclass(frozen=True, slots=True)
class Format:
    """What the files of one kind have in common.

    Attributes:
        name: what messages call such a file.
        application_id: by which a file of it is known, four letters as `file` would show them.
        migrations: make the tables; as many as were applied is the number of the version.
        later_columns: by version and table, the columns that it brought; where a file of a version before is only read,
            they stand there as missing.
        made_by: what a person types to have such a file made.
        opened_by: what a person types to have it opened again.
    """

    name: str
    application_id: int
    migrations: tuple[Migration, ...]
    made_by: str
    opened_by: str
    later_columns: Mapping[int, Mapping[str, Sequence[str]]] = field(default_factory=dict)

    def views(self, version: int) -> list[str]:
        """Write what makes a file of an earlier version read like one of the present, on one connection.

        Args:
            version: that of the file.

        Returns:
            Statements that hide a table behind a view of the same name, which has the later columns too.
        """
        missing: dict[str, list[str]] = {}
        for brought, tables in self.later_columns.items():
            if version < brought:
                for table, columns in tables.items():
                    missing.setdefault(table, []).extend(f"NULL AS {name}" for name in columns)
        return [
            f"CREATE TEMP VIEW {table} AS SELECT *, {', '.join(columns)} FROM main.{table}"  # noqa: S608 - our own names
            for table, columns in missing.items()
        ]


def _make(connection: Connection, tables: str) -> None:
    for statement in tables.split(";"):
        connection.execute(statement)


def _1_journal(connection: Connection) -> None:
    """Make the tables that `openqq_nb.journal` describes."""
    _make(connection, _JOURNAL_TABLES)


_JOURNAL_TABLES = """
CREATE TABLE arrivals (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT NOT NULL UNIQUE, body BLOB NOT NULL
);
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY REFERENCES arrivals (seq) ON DELETE CASCADE,
    msg_time REAL, type TEXT, chat TEXT, sender TEXT, content TEXT, kind TEXT, own INTEGER, msg_class TEXT,
    sender_qq TEXT, gnumber TEXT, "group" TEXT, discuss TEXT, receiver TEXT, receiver_qq TEXT, via TEXT,
    reply_to TEXT, msg_id TEXT, code INTEGER, status TEXT, info TEXT, delivery TEXT, received_at REAL,
    chat_key TEXT, login TEXT, sender_id TEXT, receiver_id TEXT, group_id TEXT, discuss_id TEXT, extra TEXT
);
CREATE TABLE events (
    seq INTEGER PRIMARY KEY REFERENCES arrivals (seq) ON DELETE CASCADE,
    received_at REAL, event TEXT, subtype TEXT, gnumber TEXT, qq TEXT, displayname TEXT, params TEXT,
    extra TEXT
);
CREATE TABLE aside (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, received_at REAL NOT NULL, why TEXT NOT NULL, body BLOB NOT NULL
)
"""


def _2_rosters(connection: Connection) -> None:
    """Make the tables that `openqq_nb.rosters` describes."""
    _make(connection, _ROSTER_TABLES)


_ROSTER_TABLES = """
CREATE TABLE roster_frames (digest TEXT PRIMARY KEY, parquet BLOB NOT NULL);
CREATE TABLE rosters (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, fetched_at REAL NOT NULL, login TEXT NOT NULL,
    me TEXT NOT NULL REFERENCES roster_frames (digest), friends TEXT NOT NULL REFERENCES roster_frames (digest),
    "groups" TEXT NOT NULL REFERENCES roster_frames (digest), members TEXT NOT NULL REFERENCES roster_frames (digest),
    discusses TEXT NOT NULL REFERENCES roster_frames (digest),
    discuss_members TEXT NOT NULL REFERENCES roster_frames (digest)
)
"""


def _3_shared(connection: Connection) -> None:
    """Let several programs share a journal, and bodies be compressed with a dictionary."""
    _make(connection, _SHARED_TABLES)


_SHARED_TABLES = """
CREATE TABLE dictionaries (number INTEGER PRIMARY KEY, content BLOB NOT NULL UNIQUE);
ALTER TABLE arrivals ADD COLUMN dictionary INTEGER REFERENCES dictionaries (number);
ALTER TABLE messages ADD COLUMN revision INTEGER;
CREATE INDEX messages_revision ON messages (revision) WHERE revision IS NOT NULL;
CREATE TABLE holder (kind TEXT NOT NULL, pid INTEGER NOT NULL, port INTEGER, since REAL NOT NULL, account TEXT)
"""


def _4_recalls(connection: Connection) -> None:
    """Make room for what a message of OneBot is made of, and for when it was taken back."""
    _make(connection, _RECALL_COLUMNS)


_RECALL_COLUMNS = """
ALTER TABLE messages ADD COLUMN segments TEXT;
ALTER TABLE messages ADD COLUMN recalled_at REAL
"""


JOURNAL = Format(
    name="journal",
    application_id=0x4F514E42,  # "OQNB"
    migrations=(_1_journal, _2_rosters, _3_shared, _4_recalls),
    made_by="my.listen(journal=...)",
    opened_by="my.listen() or oq.open_log(path)",
    later_columns={4: {"messages": ("segments", "recalled_at")}},
)
"""What came, and rosters that were kept."""


def _1_broadcasts(connection: Connection) -> None:
    """Make the tables that `openqq_nb.broadcast.ledger` and `openqq_nb.rosters` describe."""
    _make(connection, _BROADCAST_TABLES)
    _make(connection, _ROSTER_TABLES)


_BROADCAST_TABLES = """
CREATE TABLE broadcasts (
    seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, template TEXT NOT NULL, pace TEXT NOT NULL,
    made_at REAL NOT NULL
);
CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    broadcast INTEGER NOT NULL REFERENCES broadcasts (seq) ON DELETE CASCADE,
    identity TEXT NOT NULL, recipient_type TEXT NOT NULL, qq TEXT, gnumber TEXT, did TEXT, displayname TEXT NOT NULL,
    text TEXT, arrives TEXT, nick TEXT, gname TEXT, dname TEXT, id TEXT, gid TEXT, login TEXT NOT NULL,
    by_id INTEGER NOT NULL, delivery TEXT NOT NULL, problem TEXT, code INTEGER, status TEXT, info TEXT, msg_id TEXT,
    attempted_at REAL, over_at REAL, settled_at REAL, tries INTEGER NOT NULL DEFAULT 0,
    UNIQUE (identity, broadcast)
);
CREATE INDEX deliveries_broadcast ON deliveries (broadcast);
CREATE INDEX deliveries_attempted_at ON deliveries (attempted_at) WHERE attempted_at IS NOT NULL;
CREATE TABLE delivery_history (
    seq INTEGER PRIMARY KEY, line INTEGER NOT NULL REFERENCES deliveries (seq) ON DELETE CASCADE,
    at REAL NOT NULL, delivery TEXT NOT NULL, code INTEGER, problem TEXT
);
CREATE INDEX delivery_history_line ON delivery_history (line);
CREATE TABLE claims (made INTEGER NOT NULL);
INSERT INTO claims VALUES (0);
CREATE TABLE exclusions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, qq TEXT UNIQUE, gnumber TEXT UNIQUE, displayname TEXT NOT NULL, nick TEXT,
    why TEXT NOT NULL, since REAL NOT NULL
)
"""

BROADCASTS = Format(
    name="ledger of broadcasts",
    application_id=0x4F514243,  # "OQBC"
    migrations=(_1_broadcasts,),
    made_by="my.broadcast(...)",
    opened_by="my.broadcasts()",
)
"""What was planned and sent. A format of its own: with these tables the schema of a journal would need a second page,
and one bad page of the schema costs all that a file holds."""

FORMATS = (JOURNAL, BROADCASTS)
