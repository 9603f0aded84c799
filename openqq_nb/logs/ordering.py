"""Puts rows that were read in pieces in order, without holding all of them twice."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SLICE_ROWS = 32_000
_MANY = 64


def in_order(pieces: list[pa.Table], keys: Sequence[pa.ChunkedArray]) -> pa.Table:
    """Sort rows by keys, and where these are equal by their place.

    Messages come nearly in order of time, so each part of the result takes rows of a few pieces only, and each piece is
    let go of when its last row was taken.

    Args:
        pieces: at least one; the list is emptied.
        keys: each as many values as there are rows; missing ones come last. Without keys all stay in their place.

    Returns:
        All rows, with the columns of all pieces.
    """
    if not keys:
        return _joined(pieces)
    names = [str(number) for number in range(len(keys))]
    found = pc.sort_indices(pa.table(list(keys), names), [(name, "ascending") for name in names])
    order = found.to_numpy().astype(np.int64)
    if np.array_equal(order, np.arange(len(order))):
        return _joined(pieces)
    starts = np.cumsum([0, *(piece.num_rows for piece in pieces)])
    slices = [order[begin : begin + SLICE_ROWS] for begin in range(0, len(order), SLICE_ROWS)]
    needed = [np.unique(np.searchsorted(starts, part, "right") - 1) for part in slices]
    if max(map(len, needed)) > _MANY:
        # Far from any order: to look through all pieces for each part would take a day.
        return _joined(pieces).take(pa.array(order))
    return _joined(_sliced(pieces, starts, slices, needed))


def _sliced(
    pieces: list[pa.Table], starts: np.ndarray, slices: list[np.ndarray], needed: list[np.ndarray]
) -> list[pa.Table]:
    last = {piece: part for part, found in enumerate(needed) for piece in found}
    made = [pieces[0].schema.empty_table()]
    for part, (rows, found) in enumerate(zip(slices, needed, strict=True)):
        before = np.cumsum([0, *(pieces[piece].num_rows for piece in found)])
        at = np.searchsorted(starts, rows, "right") - 1
        places = rows - starts[at] + before[np.searchsorted(found, at)]
        made.append(
            pa.concat_tables([pieces[piece] for piece in found], promote_options="default").take(places)
        )
        for piece in found:
            if last[piece] == part:
                pieces[piece] = pieces[piece].schema.empty_table()
    return made


def _joined(pieces: list[pa.Table]) -> pa.Table:
    joined = pa.concat_tables(pieces, promote_options="default")
    pieces.clear()
    return joined
