"""Which groups share their people."""

from typing import Any

import narwhals as nw

from openqq_nb.analysis.frames import AnyFrame, alone, finished, grouped
from openqq_nb.analysis.opening import opened, texts
from openqq_nb.analysis.results import SIMILAR_GROUPS

_NEEDED = ("gnumber", "qq")
_NAMES = ("gmarkname", "gname")


def similar_groups(members: Any) -> Any:  # noqa: ANN401 - a frame of any engine, and the same back
    """Compare every two groups by the people who are in both.

    Groups and people are told by their permanent numbers; who has none cannot be found again and is left out. The
    account itself is in all its groups: leave it out first, if one shared person is one too many.

    Args:
        members: `my.members()`, a roster, or a frame with `gnumber` and `qq` (and `gname`, `gmarkname`) of pandas,
            polars, DuckDB, Dask or PySpark.

    Returns:
        `gnumber`, `displayname`, `other_gnumber`, `other_displayname`, `shared` (people in both), `jaccard` (part
        of all people of both, 0 to 1), `overlap` (part of the smaller group, 0 to 1); a frame of the same engine,
        one row for each two groups that share somebody, the most similar by `jaccard` first.

    Raises:
        InvalidInput: it is no frame of members.

    Example:
        >>> import openqq_nb as oq
        >>> from openqq_nb.analysis import similar_groups
        >>> pairs = similar_groups(oq.demo().members())
        >>> pairs.columns.tolist()[4:], bool((pairs["shared"] > 0).all())
        (['shared', 'jaccard', 'overlap'], True)
    """
    # A frame may have a column of that name, but its class has no such attribute.
    held = members.members if hasattr(type(members), "people") else members
    frame = opened(held, (*_NEEDED, *_NAMES), "members of groups", _NEEDED)
    whole = texts(frame, (*_NEEDED, *_NAMES), "members of groups")
    order = ["-jaccard", "-shared", "gnumber", "other_gnumber"]
    return finished(alone(whole, _compared), SIMILAR_GROUPS, order)


def _compared(members: AnyFrame) -> AnyFrame:
    people, groups = _sets(members)
    one = people.join(groups, on="gnumber")
    other = one.rename({name: f"other_{name}" for name in ("gnumber", "displayname", "size")})
    both = one.join(other, on="qq").filter(nw.col("gnumber") < nw.col("other_gnumber"))
    keys = [name for name in both.collect_schema().names() if name != "qq"]
    pairs = grouped(both, keys, shared=nw.len())
    shared, size, other_size = (nw.col(name).cast(nw.Int64) for name in ("shared", "size", "other_size"))
    smaller = nw.when(size < other_size).then(size).otherwise(other_size)
    return pairs.with_columns(jaccard=shared / (size + other_size - shared), overlap=shared / smaller)


def _sets(members: AnyFrame) -> tuple[Any, Any]:
    """Give groups with their people, each once, and groups with their sizes and names."""
    numbered = [~nw.col(name).is_null() & (nw.col(name) != "") for name in _NEEDED]
    named = [nw.when(nw.col(name) != "").then(nw.col(name)) for name in _NAMES]
    known = members.filter(*numbered).select(
        "gnumber", "qq", displayname=nw.coalesce(*named, nw.col("gnumber"))
    )
    people = known.select("gnumber", "qq").unique()
    # A group whose rows differ in its name is shown under one of them.
    names: Any = grouped(known, ["gnumber"], displayname=nw.col("displayname").max())
    sizes: Any = grouped(people, ["gnumber"], size=nw.len())
    return people, sizes.join(names, on="gnumber")
