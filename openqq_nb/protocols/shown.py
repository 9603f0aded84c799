"""What QQ shows of a person, a group or a discuss that has several names."""

import pyarrow as pa
import pyarrow.compute as pc

_NOTHING = pa.scalar(None, pa.string())


def first_shown(table: pa.Table, *columns: str) -> pa.ChunkedArray:
    """Take the first of several columns that shows something; where none does, a question mark."""
    candidates = [shown(table.column(column)) for column in columns]
    return pc.coalesce(*candidates, pa.scalar("?"))


def shown(names: pa.ChunkedArray) -> pa.ChunkedArray:
    """Keep the names that show something."""
    # Format characters such as zero-width joiners show nothing on their own either.
    blank = pc.match_substring_regex(names, r"^[\s\p{Z}\p{C}]*$")
    return pc.if_else(blank, _NOTHING, names)
