"""The rosters of an account that were fetched and kept, so that an earlier one can be had again.

They lie in one SQLite file. Table `rosters` has one row a roster: `seq`, `fetched_at` (UTC seconds), `login` (equal for
rosters of one login of the server) and, for each frame, the digest of its content. Table `roster_frames` has the
contents, as Parquet: a frame that did not change since the last roster is there once.
"""

import datetime as dt
import hashlib
import io
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from openqq_nb import schema
from openqq_nb.columns import ZONE, Schema, Series, to_pandas
from openqq_nb.database import JOURNAL, Connection, Database, Format
from openqq_nb.errors import InvalidInput, NotFound, listed
from openqq_nb.logins import known_numbers, same_login
from openqq_nb.roster import Roster

_SCHEMAS: Mapping[str, Schema] = {
    "me": schema.ME,
    "friends": schema.FRIENDS,
    "groups": schema.GROUPS,
    "members": schema.MEMBERS,
    "discusses": schema.DISCUSSES,
    "discuss_members": schema.DISCUSS_MEMBERS,
}
_COLUMNS = ", ".join(f'"{name}"' for name in _SCHEMAS)  # "groups" is a word of SQL
_PEOPLE = {name: ("id", "qq") for name in ("friends", "members", "discuss_members")}
_PLACES = {name: ("gid", "gnumber") for name in ("groups", "members")}
# Frame, the column that a number belongs into, and the id that it stands for.
_NUMBERS = (
    *((name, qq, key) for name, (key, qq) in _PEOPLE.items()),
    *((name, gnumber, key) for name, (key, gnumber) in _PLACES.items()),
    ("groups", "gowner_qq", "gowner_id"),
    ("discusses", "downer_qq", "downer_id"),
)
_TOLD = 10


class Rosters:
    """The kept rosters of one account; safe to use from several threads.

    Args:
        path: the file, in a folder that exists; `None` keeps them in memory only.
        format: of the file.

    Raises:
        JournalFailed: the file is not of the format, is damaged, or is of a newer version; it is left as it is.
    """

    def __init__(self, path: Path | None, format: Format = JOURNAL) -> None:
        self._database = Database(path, format)
        self._lock = threading.Lock()
        # A login of which no roster was kept, by one of its rosters.
        self._seen: tuple[Roster, str] | None = None

    def __repr__(self) -> str:
        return f"<Rosters {self._database.path or 'in memory'}>"

    def keep(self, roster: Roster) -> Roster:
        """Keep a roster, and give it with the numbers that any roster of its login has for its ids.

        Raises:
            JournalFailed: it could not be written; nothing of it was kept.
        """
        return self.keep_in_login(roster)[0]

    def keep_in_login(self, roster: Roster) -> tuple[Roster, str]:
        """Keep a roster, and give it as `keep` does, with the label of the login that its ids are of.

        Raises:
            JournalFailed: it could not be written; nothing of it was kept.
        """
        contents = _contents(roster)
        digests = _digests(contents)
        login = None
        while login is None:
            # To compare takes long, and others write to the same file: they do not wait for it.
            with self._database.reading() as connection:
                last, known = _login_of(connection, roster, digests)
            label = known or self._new_login(roster)
            with self._database.writing() as connection:
                if _newest(connection) == last:
                    login = label
                    _write(connection, roster.fetched_at.timestamp(), login, contents, digests)
        with self._database.reading() as connection:
            return _filled(roster, connection, login), login

    def in_login(self, roster: Roster) -> tuple[Roster, str]:
        """Give a roster and the label of its login, as `keep_in_login` would, and keep nothing.

        Raises:
            JournalFailed: the file cannot be read.
        """
        with self._database.reading() as connection:
            _, known = _login_of(connection, roster, _digests(_contents(roster)))
            login = known or self._new_login(roster)
            return _filled(roster, connection, login), login

    def at(self, when: object) -> Roster:
        """Give the last roster that was kept until a moment, with the numbers learnt later in its login.

        Args:
            when: a moment, as `Account.roster` takes it.

        Raises:
            InvalidInput: it is no moment.
            NotFound: none was kept until then; the error lists those that were.
        """
        with self._database.reading() as connection:
            kept = connection.execute(
                "SELECT seq, fetched_at, login FROM rosters ORDER BY fetched_at, seq"
            ).fetchall()
            seq, seconds, login = kept[_last_until([seconds for _, seconds, _ in kept], when)]
            return _filled(_read(connection, seq, seconds), connection, login)

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        self._database.close()

    def _new_login(self, roster: Roster) -> str:
        """Label a login of which no roster was kept; all rosters of it have the same label."""
        with self._lock:
            if self._seen is None or not same_login(self._seen[0], roster):
                self._seen = roster, uuid4().hex
            return self._seen[1]


def _contents(roster: Roster) -> dict[str, bytes]:
    return {name: _packed(_frame(roster, name)) for name in _SCHEMAS}


def _digests(contents: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}


def _frame(roster: Roster, name: str) -> pd.DataFrame:
    if name != "me":
        frame: pd.DataFrame = getattr(roster, name)
        return frame
    return roster.me.to_frame().T.astype("str")


def _packed(frame: pd.DataFrame) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), file, compression="zstd")
    return file.getvalue()


def _read(connection: Connection, seq: int, seconds: float) -> Roster:
    digests = connection.execute(f"SELECT {_COLUMNS} FROM rosters WHERE seq = ?", (seq,)).fetchone()  # noqa: S608 - our names
    frames = {
        name: kind.frame(_table(connection, digest))
        for (name, kind), digest in zip(_SCHEMAS.items(), digests, strict=True)
    }
    me: Series = frames.pop("me").iloc[0].rename("me")
    return Roster(me=me, **frames, fetched_at=_moment(seconds))


def _table(connection: Connection, digest: str, columns: Sequence[str] | None = None) -> pa.Table:
    (content,) = connection.execute(
        "SELECT parquet FROM roster_frames WHERE digest = ?", (digest,)
    ).fetchone()
    return pq.read_table(pa.BufferReader(content), columns=columns)


def _write(
    connection: Connection,
    seconds: float,
    login: str,
    contents: Mapping[str, bytes],
    digests: Mapping[str, str],
) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO roster_frames (digest, parquet) VALUES (?, ?)",
        [(digests[name], content) for name, content in contents.items()],
    )
    connection.execute(
        f"INSERT INTO rosters (fetched_at, login, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - our names
        (seconds, login, *digests.values()),
    )


def _newest(connection: Connection) -> int | None:
    """Give the number of the last roster that was kept."""
    found: int | None = connection.execute("SELECT max(seq) FROM rosters").fetchone()[0]
    return found


def _login_of(
    connection: Connection, roster: Roster, digests: Mapping[str, str]
) -> tuple[int | None, str | None]:
    """Give the number of the last roster that was kept, and the label of its login if another one is of that, too."""
    last = connection.execute(
        f"SELECT seq, fetched_at, login, {_COLUMNS} FROM rosters ORDER BY seq DESC LIMIT 1"  # noqa: S608 - our names
    ).fetchone()
    if last is None:
        return None, None
    seq, seconds, login, *kept = last
    is_same = kept == [*digests.values()] or same_login(_read(connection, seq, seconds), roster)
    return seq, str(login) if is_same else None


def _filled(roster: Roster, connection: Connection, login: str) -> Roster:
    """Add the numbers that it, or any kept roster of the login, has for its ids."""
    numbers = {
        "qq": _known(roster, connection, login, _PEOPLE),
        "gnumber": _known(roster, connection, login, _PLACES),
    }
    filled = {name: getattr(roster, name) for name in _SCHEMAS if name != "me"}
    for name, number, key in _NUMBERS:
        frame = filled[name]
        known = numbers["gnumber" if number == "gnumber" else "qq"]
        learnt = frame[key].map(known).astype(frame[number].dtype)
        filled[name] = frame.assign(**{number: frame[number].fillna(learnt)})
    return replace(roster, **filled)


def _known(
    roster: Roster, connection: Connection, login: str, columns: Mapping[str, tuple[str, str]]
) -> Series:
    """Collect which numbers the rosters of a login have for ids, without those on which they do not agree."""
    frames = []
    for name, (key, number) in columns.items():
        frames.append(getattr(roster, name)[[key, number]])
        digests = connection.execute(
            f'SELECT DISTINCT "{name}" FROM rosters WHERE login = ?',  # noqa: S608 - our names
            (login,),
        )
        frames += [to_pandas(_table(connection, digest, [key, number])) for (digest,) in digests.fetchall()]
    return known_numbers(frames, *next(iter(columns.values())))


def _moment(seconds: float) -> pd.Timestamp:
    return pd.Timestamp(round(seconds * 1_000_000), unit="us", tz="UTC").tz_convert(ZONE)


def _last_until(seconds: Sequence[float], when: object) -> int:
    """Find the last of ascending moments that is not after another one.

    A text means the end of the time that it names, as in a slice of pandas: `2026-11` the end of November.
    """
    kept = pd.DatetimeIndex([_moment(one) for one in seconds], dtype=pd.DatetimeTZDtype("us", ZONE))
    count = kept.slice_indexer(None, _bound(when)).stop
    if not count:
        shown = [f"{one:%Y-%m-%d %H:%M:%S}" for one in kept]
        more = [f"and {len(shown) - _TOLD} more"] if len(shown) > _TOLD else []
        choices = (
            f" Kept are:{listed(shown[:_TOLD] + more)}"
            if shown
            else " None was kept yet: my.roster() keeps one."
        )
        raise NotFound(f"No roster was kept until {when}.{choices}")
    return int(count) - 1


def _bound(when: object) -> pd.Timestamp:
    if isinstance(when, str | dt.date) and not pd.isna(when):
        try:
            return _end_of(when)
        except (ValueError, OverflowError) as error:
            raise _no_moment(when) from error
    raise _no_moment(when)


def _end_of(when: str | dt.date) -> pd.Timestamp:
    moment = pd.Timestamp(when)
    if pd.isna(moment):
        raise ValueError("no time at all")
    if moment.tzinfo is not None:
        return moment
    if isinstance(when, dt.datetime):
        return _in_zone(moment)
    return _in_zone(pd.Period(str(when)).end_time)


def _in_zone(moment: pd.Timestamp) -> pd.Timestamp:
    # Before 1992 the zone had a summer time, in which an hour is left out, and another is there twice.
    return moment.tz_localize(ZONE, nonexistent="shift_forward", ambiguous=True)


def _no_moment(when: object) -> InvalidInput:
    return InvalidInput(
        f"at={when!r} is no moment. Write a date, which means its end, or a date and time: "
        'my.roster(at="2026-11-17") or my.roster(at="2026-11-17 18:30").'
    )
