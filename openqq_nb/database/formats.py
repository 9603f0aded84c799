"""The one file format of this package, and how each of its versions came of the one before."""

import sqlite3
from collections.abc import Callable

APPLICATION_ID = 0x4F514E42  # "OQNB", as `file` would show it

Connection = sqlite3.Connection
Migration = Callable[[Connection], object]


def _1_journal(connection: Connection) -> None:
    """Make the tables that `openqq_nb.journal` describes."""
    for statement in _JOURNAL_TABLES.split(";"):
        connection.execute(statement)


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
    for statement in _ROSTER_TABLES.split(";"):
        connection.execute(statement)


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
    for statement in _SHARED_TABLES.split(";"):
        connection.execute(statement)


_SHARED_TABLES = """
CREATE TABLE dictionaries (number INTEGER PRIMARY KEY, content BLOB NOT NULL UNIQUE);
ALTER TABLE arrivals ADD COLUMN dictionary INTEGER REFERENCES dictionaries (number);
ALTER TABLE messages ADD COLUMN revision INTEGER;
CREATE INDEX messages_revision ON messages (revision) WHERE revision IS NOT NULL;
CREATE TABLE holder (kind TEXT NOT NULL, pid INTEGER NOT NULL, port INTEGER, since REAL NOT NULL, account TEXT)
"""


def _4_broadcasts(connection: Connection) -> None:
    """Make the tables that `openqq_nb.broadcast.ledger` describes."""
    for statement in _BROADCAST_TABLES.split(";"):
        connection.execute(statement)


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
    delivery TEXT NOT NULL, problem TEXT, code INTEGER, status TEXT, info TEXT, msg_id TEXT,
    attempted_at REAL, settled_at REAL, tries INTEGER NOT NULL DEFAULT 0,
    UNIQUE (broadcast, identity)
);
CREATE INDEX deliveries_attempted_at ON deliveries (attempted_at) WHERE attempted_at IS NOT NULL;
CREATE TABLE delivery_history (
    seq INTEGER PRIMARY KEY, line INTEGER NOT NULL REFERENCES deliveries (seq) ON DELETE CASCADE,
    at REAL NOT NULL, delivery TEXT NOT NULL, code INTEGER, problem TEXT
);
CREATE INDEX delivery_history_line ON delivery_history (line);
CREATE TABLE exclusions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, qq TEXT UNIQUE, gnumber TEXT UNIQUE, displayname TEXT NOT NULL, nick TEXT,
    why TEXT NOT NULL, since REAL NOT NULL
)
"""

MIGRATIONS: tuple[Migration, ...] = (_1_journal, _2_rosters, _3_shared, _4_broadcasts)
