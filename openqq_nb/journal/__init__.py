"""The journal: every arrival, kept durably in order of arrival, before anybody is told that it came.

The file is an SQLite database. Its `application_id` is 0x4F514E42, its `user_version` the number of the format.
Its tables are:

- `arrivals`: `seq` (counts up, never used twice), `fingerprint` (the identity of the arrival, unique), `body`
  (the bytes as they came, compressed by zstd; empty for what the account sent itself), `dictionary` (the number of
  what they were compressed with; NULL for zlib);
- `messages`: `seq` of the arrival, the columns of `schema.MESSAGES`, `extra`, a JSON object of the keys
  that have no column, and `revision`, which counts the transactions that changed rows that were there;
- `events`: the same with the columns of `schema.EVENTS`, without `revision`;
- `aside`: `seq`, `received_at`, `why` and `body` (zlib) of what came but could not be read;
- `dictionaries`: `number` and `content`, see `bodies`;
- `holder`: who fills the journal at present, see `holding`.

Texts and identifiers are TEXT, times REAL (UTC seconds), counts and flags INTEGER (flags 0 or 1); what is not
known is NULL. An arrival whose fingerprint is there already is not stored again; another fingerprint makes
another row.

Several programs may write to one file. Each of them sees in a turn, before it writes, what the others have written
since its last one, so that all of them have the same rows in the same order.
"""

from openqq_nb.journal.journal import Journal
from openqq_nb.journal.told import Holder, Kept, News, Stored
from openqq_nb.journal.turn import ASIDE_BYTES, ASIDE_ROWS, Turn, recorded

__all__ = ["ASIDE_BYTES", "ASIDE_ROWS", "Holder", "Journal", "Kept", "News", "Stored", "Turn", "recorded"]
