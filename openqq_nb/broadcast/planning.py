"""From a template and those who are meant to the rows of a broadcast: what each gets, or why nothing is sent to him."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.broadcast.arrays import NULL, is_in, whole
from openqq_nb.broadcast.audience import Audience
from openqq_nb.broadcast.exclusions import Excluded
from openqq_nb.broadcast.identities import Identities, Met, There, first_of_each, identities, met
from openqq_nb.broadcast.ledger import Planning
from openqq_nb.broadcast.links import Links
from openqq_nb.broadcast.lookup import found_by_id, looked_up
from openqq_nb.broadcast.rows import PLANNED
from openqq_nb.broadcast.template import Template, filled
from openqq_nb.errors import InvalidInput
from openqq_nb.logins import Fetched
from openqq_nb.models import Delivery, RecipientType

_PERHAPS = "somebody of this name was written to in an earlier login, under {}, and may be the same"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Who is there at this moment.

    Attributes:
        roster: the frames, with the numbers that were learnt for ids of the login.
        login: the label of the login that their ids are of.
        stated: the frames as the server gives them: by the numbers in these it finds people and groups.
    """

    roster: Fetched
    login: str
    stated: Fetched


@dataclass(frozen=True, slots=True)
class Draft:
    """Rows that are to be planned.

    Attributes:
        rows: one a recipient, with the columns `PLANNED`.
        doubles: how many rows named somebody once more.
        unwanted: which rows are of somebody whom another broadcast has reached, or may have.
    """

    rows: pa.Table
    doubles: int
    unwanted: pa.Array


def drafted(
    template: Template,
    audience: Audience,
    now: Snapshot,
    links: Links,
    excluded: Sequence[Excluded],
    unless: Mapping[str, pa.Table],
) -> Draft:
    """Work out what each recipient gets.

    Args:
        template: the text with fields, whose columns are all there.
        audience: those who were named.
        now: who is there.
        links: what the dialect reaches, and what it makes of a text.
        excluded: who is never written to.
        unless: the rows of other broadcasts, by key: whoever was reached by one of these gets nothing.
    """
    found = looked_up(audience.rows, now.roster, links.reaches)
    found = found.append_column("login", pa.array(np.full(found.num_rows, now.login)))
    who = identities(found)
    fields = audience.fields.assign(displayname=found["displayname"].to_pandas())
    text = filled(template, fields)
    reached = _reached_by(who, unless, now)
    problem = pc.coalesce(whole(found["problem"]), _excluded(found, excluded), reached, text.problems)
    arriving, problem = _arriving(text.texts, problem, links.outgoing)
    texts = pc.if_else(pc.is_null(problem), text.texts, NULL)
    chosen = first_of_each(_named(who, found), problem, whole(found["recipient_type"]))
    by_id = found_by_id(found, now.stated)
    rows = _table(found, _named(who, found), by_id, texts, arriving, problem).take(chosen)
    return Draft(rows, found.num_rows - len(chosen), pc.is_valid(reached).take(chosen))


def known_by(audience: Audience, now: Snapshot, reaches: Collection[RecipientType]) -> pa.Array:
    """Tell by what each row of an audience is known, as in the column `identity` of a draft."""
    found = looked_up(audience.rows, now.roster, reaches)
    found = found.append_column("login", pa.array(np.full(found.num_rows, now.login)))
    return _named(identities(found), found)


def enter(planning: Planning, key: str, draft: Draft, now: Snapshot, at_s: float) -> None:
    """Write a draft into the ledger: new recipients are added, planned ones kept, skipped ones mended.

    Planned ones that are found by their ids only get those of now; their texts stay. Those whom another broadcast
    has reached are skipped, where that was asked for.

    Args:
        planning: the transaction.
        key: of a broadcast that was begun.
        draft: what is to be planned.
        now: who is there.
        at_s: the time, in UTC seconds.
    """
    there = planning.rows(key)
    if not there.num_rows:
        planning.add(key, draft.rows)
        return
    found = _met(identities(draft.rows), there, now)
    rows = _doubted(draft.rows, found)
    place = pc.coalesce(found.place, pc.index_in(rows["identity"], there["identity"]))
    planning.add(key, rows.filter(pc.is_null(place)))
    numbered, stood = rows.append_column("seq", there["seq"].take(place)), there.take(place)
    skipped = pc.equal(stood["delivery"], Delivery.SKIPPED.value)
    mended = pc.fill_null(pc.and_(skipped, _differ(stood, rows, "problem")), False)
    if pc.any(mended).as_py():
        planning.mend(key, numbered.filter(mended), at_s)
    renewed = _renewed(stood, rows)
    if pc.any(renewed).as_py():
        planning.renew(key, numbered.filter(renewed))
    waiting = pc.equal(stood["delivery"], Delivery.PENDING.value)
    dropped = pc.fill_null(pc.and_(waiting, draft.unwanted), False)
    if pc.any(dropped).as_py():
        planning.skip(key, numbered.filter(dropped), at_s)


def _renewed(stood: pa.Table, rows: pa.Table) -> pa.Array:
    """Tell which rows that are pending need the ids of now, and are reached on the same way as before."""
    is_open = pc.and_(pc.equal(stood["delivery"], Delivery.PENDING.value), pc.is_null(rows["problem"]))
    by_id = pc.or_(pc.equal(stood["by_id"], 1), pc.equal(rows["by_id"], 1))
    is_old = pc.or_(_differ(stood, rows, "login"), pc.not_equal(stood["by_id"], rows["by_id"]))
    found = pc.and_(pc.and_(is_open, by_id), is_old)
    for name in ("recipient_type", "gnumber", "gname"):
        found = pc.and_(found, pc.invert(_differ(stood, rows, name)))
    return pc.fill_null(found, False)


def _differ(one: pa.Table, other: pa.Table, name: str) -> pa.Array:
    """Tell where a column of text is another one; what is missing is like a blank."""
    return pc.not_equal(pc.fill_null(one[name], ""), pc.fill_null(other[name], ""))


def _met(who: Identities, there: pa.Table, now: Snapshot) -> Met:
    reached = pc.equal(whole(there["reached"]), 1)
    stale = pc.not_equal(whole(there["login"]), now.login)
    people = pd.concat([now.roster.friends["qq"], now.roster.members["qq"]]).dropna()
    known = [
        *(f"qq:{one}" for one in people),
        *(f"gnumber:{one}" for one in now.roster.groups["gnumber"].dropna()),
    ]
    return met(who, There(identities(there), reached, stale), pa.array(known, pa.string()))


def _doubted(rows: pa.Table, found: Met) -> pa.Table:
    """Leave out, with a reason, who may have been reached already."""
    problem = pc.coalesce(
        whole(rows["problem"]), pc.if_else(found.perhaps, _PERHAPS.format("this key"), NULL)
    )
    return _with(rows, {"problem": problem, **_states(problem)})


def _table(
    found: pa.Table,
    identity: pa.Array,
    by_id: pa.Array,
    texts: pa.Array,
    arriving: pa.Array,
    problem: pa.Array,
) -> pa.Table:
    columns = {name: found[name] for name in PLANNED if name in found.column_names}
    columns |= {
        "by_id": by_id,
        "identity": identity,
        "text": texts,
        "arrives": arriving,
        "problem": problem,
        **_states(problem),
    }
    return pa.table({name: columns[name] for name in PLANNED})


def _states(problem: pa.Array) -> dict[str, pa.Array]:
    state = pc.if_else(pc.is_null(problem), Delivery.PENDING.value, Delivery.SKIPPED.value)
    return {"delivery": state}


def _with(rows: pa.Table, columns: Mapping[str, pa.Array]) -> pa.Table:
    return pa.table({name: columns.get(name, rows[name]) for name in rows.column_names})


def _named(who: Identities, found: pa.Table) -> pa.Array:
    """Give what each is known by; who has no number at all is known by the name that was given."""
    return pc.coalesce(who.text, pc.binary_join_element_wise("nobody", whole(found["displayname"]), ":"))


def _excluded(found: pa.Table, excluded: Sequence[Excluded]) -> pa.Array:
    """Say who is excluded, or may be: somebody without a number who has the nick of an excluded person."""
    people = [row for row in excluded if row["qq"] is not None]
    numbers = pa.array([row["qq"] for row in people], pa.string())
    groups = pa.array([row["gnumber"] for row in excluded if row["qq"] is None], pa.string())
    nicks = pa.array([row["nick"] for row in people if row["nick"]], pa.string())
    is_group = pc.equal(found["recipient_type"], "group")
    certain = pc.if_else(is_group, is_in(found["gnumber"], groups), is_in(found["qq"], numbers))
    perhaps = pc.and_(pc.is_null(found["qq"]), is_in(found["nick"], nicks))
    words = pc.if_else(perhaps, "may be somebody of this nick who is excluded by my.exclusions", NULL)
    return whole(pc.if_else(certain, "excluded by my.exclusions", words))


def _reached_by(who: Identities, unless: Mapping[str, pa.Table], now: Snapshot) -> pa.Array:
    """Say who was reached by another broadcast, or may have been."""
    problem = pa.nulls(len(who.number), pa.string())
    for key, rows in unless.items():
        found = _met(who, rows.filter(pc.equal(rows["reached"], 1)), now)
        again = pc.if_else(pc.is_valid(found.place), f"was written to under the key {key!r}", NULL)
        perhaps = pc.if_else(found.perhaps, _PERHAPS.format(f"the key {key!r}"), NULL)
        problem = pc.coalesce(problem, again, perhaps)
    return problem


def _arriving(
    texts: pa.Array, problem: pa.Array, outgoing: Callable[[str], str]
) -> tuple[pa.Array, pa.Array]:
    """Tell what arrives of each text where that is another one, and what the dialect would refuse."""
    refused: dict[int, str] = {}
    arriving: list[str | None] = []
    for place, (text, is_sent) in enumerate(
        zip(texts.to_pylist(), pc.is_null(problem).to_pylist(), strict=True)
    ):
        there = None
        if is_sent:
            try:
                there = outgoing(text)
            except InvalidInput as error:
                refused[place] = str(error)
        arriving.append(None if there == text else there)
    if refused:
        problem = pa.array(
            [refused.get(place, one) for place, one in enumerate(problem.to_pylist())], pa.string()
        )
    return pa.array(arriving, pa.string()), problem
