"""Open, migrate and use the one SQLite file format of this package; no other module writes SQLite.

Whatever is not ours, or was written by a newer version, is refused and left as it was.
"""

from openqq_nb.database.database import Database
from openqq_nb.database.formats import APPLICATION_ID, MIGRATIONS, Connection
from openqq_nb.database.opening import BUSY_TIMEOUT_S, open_readonly

__all__ = ["APPLICATION_ID", "BUSY_TIMEOUT_S", "MIGRATIONS", "Connection", "Database", "open_readonly"]
