"""Those who are never written to by a broadcast, whatever it is for: `my.exclusions`."""

import time
from collections.abc import Callable

import pandas as pd

from openqq_nb import schema
from openqq_nb.broadcast.audience import PERSON, To, named
from openqq_nb.broadcast.ledger import Ledger
from openqq_nb.broadcast.links import Row
from openqq_nb.columns import plain_text
from openqq_nb.errors import InvalidInput, one_line
from openqq_nb.models import Cell

Excluded = dict[str, Cell]


class Exclusions:
    """People and groups that no broadcast of the account goes to, until they are removed.

    They are kept with the broadcasts of the account, and count when a broadcast is planned and before each of its
    messages. What is sent by `my.send_friend` and the like is not held back.

    Args:
        ledger: gives the file that they are kept in; it is opened when it is first needed.

    Example:
        >>> import openqq_nb as oq
        >>> my = oq.demo()
        >>> my.exclusions.add(my.friends().head(2), why="moved away")
        >>> len(my.exclusions), my.exclusions.df["why"].tolist()
        (2, ['moved away', 'moved away'])
        >>> my.exclusions.remove(my.friends().head(2))
        >>> len(my.exclusions)
        0
    """

    def __init__(self, ledger: Callable[[], Ledger]) -> None:
        self._ledger = ledger

    def __dir__(self) -> list[str]:
        return ["add", "df", "remove"]

    def __len__(self) -> int:
        return len(self.rows())

    def __repr__(self) -> str:
        shown = [one_line(str(row["displayname"])) for row in self.rows()]
        more = f" and {len(shown) - 5} more" if len(shown) > 5 else ""  # noqa: PLR2004 - fits a line
        return f"<Exclusions: {', '.join(shown[:5]) or 'nobody'}{more}; .add(…), .remove(…), .df>"

    @property
    def df(self) -> pd.DataFrame:
        """All of them.

        Returns:
            One row each in the order in which they were added, columns and dtypes of `schema.EXCLUSIONS`; it can be
            handed to `remove`.
        """
        return schema.EXCLUSIONS.frame(schema.EXCLUSIONS.table(self.rows()))

    def rows(self) -> list[Excluded]:
        """Give them as plain rows."""
        with self._ledger().database.looking() as connection:
            found = connection.execute(
                "SELECT displayname, qq, gnumber, why, since, nick FROM exclusions ORDER BY seq"
            ).fetchall()
        names = [name for name in schema.EXCLUSIONS.names if name != "recipient_type"]
        rows = [dict(zip(names, row, strict=True)) for row in found]
        return [{"recipient_type": "group" if row["qq"] is None else "friend", **row} for row in rows]

    def has(self, row: Row) -> bool:
        """Tell whether the recipient of one message is excluded, or may be: a person without a number, by his nick."""
        is_person = row["recipient_type"] in ("friend", "session")
        if row["recipient_type"] == "group":
            where, value = "gnumber = ?", row["gnumber"]
        elif is_person and row["qq"] is not None:
            where, value = "qq = ?", row["qq"]
        else:
            where, value = "qq IS NOT NULL AND nick = ?", (row["nick"] or None) if is_person else None
        with self._ledger().database.looking() as connection:
            question = f"SELECT 1 FROM exclusions WHERE {where}"  # noqa: S608 - our names
            return connection.execute(question, (value,)).fetchone() is not None

    def add(self, to: To, *, why: str = "") -> None:
        """Never write to somebody from now on; who is excluded already stays so.

        Args:
            to: rows of friends, members or groups, a report, or `{"qq": "123456"}`. Only a permanent number says
                for good who is meant.
            why: a note for yourself.

        Raises:
            InvalidInput: a row has no permanent number; nobody was added.
        """
        if not isinstance(why, str):
            raise InvalidInput(f"why must be a text, not {why!r}; nobody was excluded.")
        rows = _numbered(to, "excluded")
        with self._ledger().database.writing() as connection:
            connection.executemany(
                "INSERT INTO exclusions (qq, gnumber, displayname, nick, why, since) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [(qq, gnumber, name, nick, plain_text(why), time.time()) for qq, gnumber, name, nick in rows],
            )

    def remove(self, to: To) -> None:
        """Let broadcasts go to somebody again; who was not excluded does no harm.

        Args:
            to: as for `add`.

        Raises:
            InvalidInput: a row has no permanent number; nobody was removed.
        """
        rows = _numbered(to, "removed")
        with self._ledger().database.writing() as connection:
            connection.executemany(
                "DELETE FROM exclusions WHERE qq = ? OR gnumber = ?",
                [(qq, gnumber) for qq, gnumber, _, _ in rows],
            )


def _numbered(to: object, done: str) -> list[tuple[str | None, str | None, str, str | None]]:
    """Give number of the person or of the group, name and nick of each."""
    found: list[tuple[str | None, str | None, str, str | None]] = []
    for row in named(to).rows.to_pylist():
        is_person = row["recipient_type"] in (PERSON, "friend", "session")
        key = "qq" if is_person else "gnumber"
        if row[key] is None or row["problem"]:
            raise InvalidInput(
                f"{row['displayname'] or 'A row'} has no permanent number ({key}), so that it would not be known after "
                f"the next login who is meant; nobody was {done}."
            )
        name = row["displayname"] or row["nick"] or row["gname"] or row[key]
        found.append((row[key], None, name, row["nick"]) if is_person else (None, row[key], name, None))
    return found
