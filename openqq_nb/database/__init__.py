"""Open, migrate and use the SQLite files of this package; no other module writes SQLite.

There are two formats: journals, in which rosters are kept as well, and ledgers of broadcasts. Whatever is not of the
format that was asked for, or was written by a newer version, is refused and left as it was.
"""

from openqq_nb.database.database import Database
from openqq_nb.database.formats import BROADCASTS, JOURNAL, Connection, Format
from openqq_nb.database.opening import BUSY_TIMEOUT_S, open_readonly

__all__ = ["BROADCASTS", "BUSY_TIMEOUT_S", "JOURNAL", "Connection", "Database", "Format", "open_readonly"]
