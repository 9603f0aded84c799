"""Any answer to any question: a result of the declared form with the digits that were stated, or an error of ours."""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb import schema
from openqq_nb.errors import OpenqqError
from openqq_nb.models import Response
from openqq_nb.protocols import registry
from openqq_nb.protocols.openqq.calls import Openqq
from tests.hostile import stated
from tests.hostile.asking import ASKS, NAMES, Name, ask, check_shape, drive, usual
from tests.hostile.ending import RESULTS, Ends, only_our_warnings, outcome
from tests.hostile.mutating import mutant

SAMPLE = 500
CHUNKS, PER_CHUNK = 8, 1250  # `python -m tests.torture.answers` tries 100,000


@pytest.mark.parametrize(
    ("dialect", "name"), [(dialect, name) for dialect in NAMES for name in ASKS[dialect]]
)
def test_the_usual_answers_are_all_asked_for_and_compared(dialect: Name, name: str) -> None:
    with only_our_warnings():
        asked = ask(dialect, name, usual(dialect, name))
    check_shape(name, asked.result)
    assert set(asked.bodies) == set(ASKS[dialect][name].paths)
    compared = stated.compare(dialect, name, asked.result, asked.bodies)
    assert compared or name in (
        "server",
        "search_friends",
        "search_groups",
        "queue",
        "mute",
        "kick",
        "relogin",
    )


def test_a_mutant_is_made_by_its_seed_alone() -> None:
    assert [mutant(seed) for seed in range(200)] == [mutant(seed) for seed in range(200)]
    assert len({mutant(seed).response for seed in range(200)}) > 180


def test_a_sample_of_mutated_recordings() -> None:
    check_mutants(range(SAMPLE))


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_thousands_of_mutated_recordings(chunk: int) -> None:
    check_mutants(range(chunk * PER_CHUNK, (chunk + 1) * PER_CHUNK))


def check_mutants(seeds: range) -> None:
    ends = Ends()
    ends.take(seeds)
    # Else the changes would be so coarse that nothing but refusals is tested.
    assert ends.counts["DataFrame"] > 0.3 * len(seeds)
    assert ends.counts["Receipt"] > 0.03 * len(seeds)
    assert ends.counts["NotUnderstood"] > 0.1 * len(seeds)
    assert min(ends.counts[kind] for kind in (*RESULTS, "Refused")) > 0
    assert ends.compared > 3 * len(seeds)


SCALARS = st.sampled_from(
    [
        "null", "true", "false", "0", "-0", "1", "-5", "100", "1e400", "-1E400", "1.7e16", "12345678901234567.0", "0.5",
        "12345678901234567", "9223372036854775807", "9223372036854775808", "1" * 5000, "NaN", "-Infinity", '"0"',
        '""', '" "', '"00123"', '"+5"', '" 7"', '"７７"', '"1.7e16"', '"\\ud83d"', '"\\ud83d\\ude00"', '"\\u0000"',
    ]
)  # fmt: skip
TEXTS = st.text(st.characters(), max_size=8).map(json.dumps)
NUMBERS = st.integers().map(str) | st.integers(10**14, 10**21).map(str)
KEYS = {
    dialect: sorted(
        {getattr(column, dialect) for each in schema.ALL for column in each.columns}
        | {"member", "status", "msg_id", "info", "displayname", "_place", "\ud800", "新"}
    )
    for dialect in NAMES
}


def array(items: list[str]) -> str:
    return f"[{','.join(items)}]"


def obj(pairs: list[tuple[str, str]]) -> str:
    """Write an object; a key may stand in it twice."""
    return "{" + ",".join(f"{json.dumps(key)}:{value}" for key, value in pairs) + "}"


def objects(keys: st.SearchStrategy[str], values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(st.tuples(keys, values), max_size=6).map(obj)


ANYTHING = st.recursive(
    SCALARS | TEXTS | NUMBERS,
    lambda inner: (
        st.lists(inner, max_size=4).map(array) | objects(st.text(st.characters(), max_size=4), inner)
    ),
    max_leaves=25,
)


@cache
def likely(dialect: Name, path: str) -> st.SearchStrategy[str]:
    """JSON of the form that a call is answered with: a list of objects, a code, or one object; with the usual keys."""
    keys, values = st.sampled_from(KEYS[dialect]), SCALARS | NUMBERS | TEXTS | ANYTHING
    member = st.tuples(st.just("member"), st.lists(objects(keys, values), max_size=4).map(array))
    pairs = st.lists(st.tuples(keys, values) | member, max_size=8)
    if path in ("get_user_info", "get_client_info"):
        return st.builds(lambda stated, more: obj([("id", stated), *more]), values, pairs)
    if not path.startswith("get_") and path != "search_group":
        codes = st.sampled_from(["0", "100", "-5", "201", '"0"', '"-1"']) | values
        return st.builds(lambda code, more: obj([("code", code), *more]), codes, pairs)
    rows = st.lists(pairs.map(obj), max_size=4)
    return rows.map(array) | st.builds(lambda odd, more: array([*more, odd]), SCALARS | pairs.map(obj), rows)


STATUSES = st.sampled_from([200] * 20 + [204, 301, 403, 404, 500, 599])
QUESTIONS = {dialect: sorted(ASKS[dialect]) for dialect in NAMES}
Bodies = Callable[[str], st.SearchStrategy[bytes]]


def hand(data: st.DataObject, dialect: Name, bodies: Bodies) -> str:
    """Ask one question, give made up answers to one of its calls, or to all of them, and tell how it ended."""
    name = data.draw(st.sampled_from(QUESTIONS[dialect]))
    bad = data.draw(st.sampled_from([*ASKS[dialect][name].paths, ""]))
    as_usual = usual(dialect, name)

    def answer(path: str, asked: int) -> Response:
        if bad in (path, ""):
            return Response(data.draw(STATUSES), "application/json", data.draw(bodies(path)))
        return as_usual(path, asked)

    with only_our_warnings():
        return outcome(dialect, name, answer)[0]


@pytest.mark.slow
@pytest.mark.parametrize("dialect", NAMES)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_json_at_all(dialect: Name, data: st.DataObject) -> None:
    hand(data, dialect, lambda path: ANYTHING.map(str.encode))


@pytest.mark.slow
@pytest.mark.parametrize("dialect", NAMES)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_json_of_the_form_that_is_expected(dialect: Name, data: st.DataObject) -> None:
    hand(data, dialect, lambda path: likely(dialect, path).map(str.encode))


@pytest.mark.slow
@pytest.mark.parametrize("dialect", NAMES)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_bytes(dialect: Name, data: st.DataObject) -> None:
    def bodies(path: str) -> st.SearchStrategy[bytes]:
        return st.binary(max_size=60) | likely(dialect, path).map(partial(str.encode, encoding="utf-16"))

    hand(data, dialect, bodies)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_answer_to_the_question_what_the_server_speaks(data: st.DataObject) -> None:
    def answer(path: str, asked: int) -> Response:
        bodies = likely("openqq1", path) | likely("openqq2", path) | ANYTHING
        return Response(data.draw(STATUSES | st.just(403)), "", data.draw(bodies).encode())

    for probe in registry.probes():
        with suppress(OpenqqError):
            found = drive(probe(None), answer).result
            assert found is None or isinstance(found, Openqq)
