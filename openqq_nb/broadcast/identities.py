"""Who is the same: one recipient gets one message, however often and however he is named."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.broadcast.arrays import NULL, is_in, whole

_PEOPLE = pa.array(["friend", "session"])
_KINDS = (("group", "gnumber", "gid", "gname"), ("discuss", None, "did", "dname"))


@dataclass(frozen=True, slots=True)
class Identities:
    """By what each row is known.

    Attributes:
        number: its permanent number; null where there is none.
        temporary: its id within the login that it is of; null where there is none.
        name: the kind and the name by which it may be found again after another login.
    """

    number: pa.Array
    temporary: pa.Array
    name: pa.Array

    @property
    def text(self) -> pa.Array:
        """The one that says most; null for who has none."""
        return pc.coalesce(self.number, self.temporary)


def identities(rows: Mapping[str, pa.Array] | pa.Table) -> Identities:
    """Tell by what each row is known; friends and sessions are people alike.

    Args:
        rows: with recipient types, numbers, ids, names and the label of the login.
    """
    kinds = whole(rows["recipient_type"])
    number, temporary = _keys(rows, "qq", "qq"), _keys(rows, "id", "id", "login")
    name = _keys(rows, "person", "nick")
    for kind, permanent, key, called in _KINDS:
        mine = pc.equal(kinds, kind)
        number = pc.if_else(mine, NULL if permanent is None else _keys(rows, permanent, permanent), number)
        temporary = pc.if_else(mine, _keys(rows, key, key, "login"), temporary)
        name = pc.if_else(mine, _keys(rows, kind, called), name)
    return Identities(number, temporary, name)


def _keys(rows: Mapping[str, pa.Array] | pa.Table, word: str, *columns: str) -> pa.Array:
    return pc.binary_join_element_wise(pa.scalar(word), *(whole(rows[name]) for name in columns[::-1]), ":")


def first_of_each(identity: pa.Array, problem: pa.Array, kinds: pa.Array) -> npt.NDArray[np.int64]:
    """Choose one row of each recipient: rather one that can be sent, rather as a friend, rather the first.

    Returns:
        The places of the rows, in their order.
    """
    codes = identity.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    rank = 2 * _flags(pc.is_valid(problem)) + _flags(pc.equal(kinds, "session"))
    rows = pd.DataFrame({"code": codes, "rank": rank})
    best = rows.sort_values("rank", kind="stable").drop_duplicates("code").index
    return np.sort(best.to_numpy())


@dataclass(frozen=True, slots=True)
class Met:
    """What of some rows is there already.

    Attributes:
        place: where each row stands among those that are there; null where it does not.
        perhaps: whether it may be one that was reached in an earlier login, wherever it stands itself: nothing tells.
    """

    place: pa.Array
    perhaps: pa.Array


@dataclass(frozen=True, slots=True)
class There:
    """The rows of a broadcast that are there already.

    Attributes:
        identities: by what they are known.
        reached: which of them were reached, or may have been.
        stale: which of them were planned in an earlier login, so that their ids say nothing any more.
    """

    identities: Identities
    reached: pa.Array
    stale: pa.Array


def met(rows: Identities, there: There, known: pa.Array) -> Met:
    """Compare rows with those that are there already, planned now or in an earlier login.

    By permanent numbers, or by ids of one login, it is certain who is the same and who is not. Else only the names are
    left, and somebody of the same name who was reached may be the same.

    Args:
        rows: the new ones.
        there: those that are there.
        known: the permanent numbers that the roster has now, written as identities.
    """
    ours = there.identities
    by_number = pc.index_in(rows.number, ours.number, skip_nulls=True)
    place = pc.coalesce(by_number, pc.index_in(rows.temporary, ours.temporary, skip_nulls=True))
    bare = pc.and_(there.reached, pc.is_null(ours.number))
    bare_before = _names(ours, pc.and_(bare, there.stale))
    # Whose number the roster knows now would have been found by it.
    unknown = pc.and_(pc.is_valid(ours.number), pc.invert(pc.is_in(ours.number, known)))
    numbered_before = _names(ours, pc.and_(there.reached, unknown))
    is_bare, no_id = pc.is_null(rows.number), pc.is_null(rows.temporary)
    perhaps = pc.or_(
        is_in(rows.name, bare_before),
        pc.or_(
            pc.and_(is_bare, is_in(rows.name, numbered_before)),
            pc.and_(no_id, is_in(rows.name, _names(ours, bare))),
        ),
    )
    return Met(place, perhaps)


def _names(identities: Identities, where: pa.Array) -> pa.Array:
    return pc.if_else(where, identities.name, NULL)


def _flags(values: pa.Array) -> npt.NDArray[np.int8]:
    found: npt.NDArray[np.int8] = values.to_numpy(zero_copy_only=False).astype(np.int8)
    return found
