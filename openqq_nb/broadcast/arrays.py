"""Small helps with Arrow columns of text."""

import pyarrow as pa
import pyarrow.compute as pc

NULL = pa.scalar(None, pa.string())
"""A text that is missing."""


def whole(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Give a column as one array; a single chunk is not copied."""
    if isinstance(values, pa.Array):
        return values
    return values.chunk(0) if values.num_chunks == 1 else values.combine_chunks()


def is_in(values: pa.Array | pa.ChunkedArray, among: pa.Array) -> pa.Array:
    """Tell which values are among others; what is missing never is."""
    return pc.is_in(values, among, skip_nulls=True)
