"""Damage of any kind to the files of three readers, and to zips of them."""

import io
import random
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openqq_nb.errors import OpenqqError
from openqq_nb.readers import chatlab, gocqhttp, onebot
from openqq_nb.readers.base import Options, Part, Problem, Reader
from openqq_nb.readers.sources import look
from tests.readers.sources import EXAMPLES, events, messages, of_bytes, problems, read

LINES = (EXAMPLES / "onebot" / "events.jsonl").read_bytes().strip().split(b"\n")
FILES: dict[str, tuple[Reader, bytes]] = {
    "group.json": (chatlab, (EXAMPLES / "chatlab" / "group.json").read_bytes()),
    "group.jsonl": (chatlab, (EXAMPLES / "chatlab" / "group.jsonl").read_bytes()),
    "events.jsonl": (onebot, b"\n".join(LINES)),
    "events.json": (onebot, b"[" + b",".join(LINES) + b"]"),
    "history.json": (onebot, (EXAMPLES / "onebot" / "history-page1-newest.json").read_bytes()),
    "msg.db": (gocqhttp, (EXAMPLES / "gocqhttp" / "msg.db").read_bytes()),
}
TEXTS = [name for name in FILES if name != "msg.db"]

Damage = Callable[[bytes, random.Random], bytes]


def cut(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body))]


def replaced(body: bytes, chance: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.choice((1, 1, 3, 30, 300))):
        changed[chance.randrange(len(body))] = chance.randrange(256)
    return bytes(changed)


def doubled(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body))
    end = start + chance.randrange(1, 3_000)
    return body[:end] + body[start:]


DAMAGES = st.sampled_from([cut, replaced, doubled])
ANY_TIMES = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def rows(parts: list[Part]) -> int:
    return len(messages(parts)) + len(events(parts))


def harm(parts: list[Part]) -> list[Problem]:
    """Give what was told, but for the lines that people left in an example."""
    return [one for one in problems(parts) if not one.why.startswith(("1 empty line", "1 comment line"))]


@cache
def undamaged(name: str) -> int:
    reader, body = FILES[name]
    parts = list(reader.parts(of_bytes(body), Options()))
    assert not harm(parts)
    return rows(parts)


@pytest.mark.slow
@given(st.sampled_from(sorted(FILES)), DAMAGES, st.randoms(use_true_random=False))
@ANY_TIMES
def test_damage_of_any_kind_gives_parts_or_our_errors(
    name: str, damage: Damage, chance: random.Random
) -> None:
    reader, body = FILES[name]
    source = of_bytes(damage(body, chance), name)
    assert reader.recognises(source.head(), source) in (True, False)
    parts = list(reader.parts(source, Options()))
    assert parts
    assert all(part.bytes_read <= source.size_bytes for part in parts)
    assert all(problem.why for problem in problems(parts))


@pytest.mark.slow
@given(st.sampled_from(TEXTS), DAMAGES, st.randoms(use_true_random=False))
@ANY_TIMES
def test_fewer_rows_are_never_silent(name: str, damage: Damage, chance: random.Random) -> None:
    reader, body = FILES[name]
    harmed = damage(body, chance)
    if damage is cut and name.endswith("jsonl") and body.startswith(harmed.rstrip(b"\n") + b"\n"):
        return  # between two lines nothing can be seen
    parts = list(reader.parts(of_bytes(harmed), Options()))
    assert rows(parts) >= undamaged(name) or harm(parts)


@pytest.mark.slow
@given(damage=DAMAGES, chance=st.randoms(use_true_random=False))
@ANY_TIMES
def test_damaged_zip_gives_its_logs_or_our_errors(
    damage: Damage, chance: random.Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("zip") / "logs.zip"
    path.write_bytes(damage(packed(), chance))
    with suppress(OpenqqError, OSError):
        for source in look(path).sources:
            with suppress(OSError, OpenqqError):
                assert read(source)


@cache
def packed() -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for kind, (name, (_, content)) in zip((0, 8, 12, 14, 8, 0), FILES.items(), strict=True):
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=kind)
    return body.getvalue()


def test_zip_with_a_damaged_member_gives_the_others(tmp_path: Path) -> None:
    body = bytearray(packed())
    at = body.index(b"PK\3\4", 10) - 40
    body[at] ^= 1  # within the first member, which is not compressed: only its sum tells
    (tmp_path / "l.zip").write_bytes(body)
    sources = look(tmp_path / "l.zip").sources
    assert len(sources) >= len(FILES) - 1
    told = [one for one in sources if one.name.endswith("group.json")]
    for source in told:
        with pytest.raises(OSError, match=r"group\.json is damaged"):
            read(source)
