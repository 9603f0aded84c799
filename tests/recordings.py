"""The recorded traffic of real servers, a line each; see `tests/wire`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from openqq_nb.models import Response

WIRE = Path(__file__).parent / "wire"


@dataclass(frozen=True)
class Call:
    """One recorded call of an API server."""

    name: str
    method: str
    path: str
    params: tuple[tuple[str, str], ...]
    form: bool
    response: Response | None
    note: str


@dataclass(frozen=True)
class Post:
    """One recorded post of a server, what was answered, and what the server then did."""

    name: str
    method: str
    headers: dict[str, str]
    body: bytes
    answer: dict[str, Any]
    then: str


def calls(dialect: str) -> list[Call]:
    lines = _lines(f"{dialect}.jsonl")
    return [_call(line) for line in lines if line["request"]["method"] != "WS"]


def posts(dialect: str) -> list[Post]:
    return [_post(line) for line in _lines(f"{dialect}-post.jsonl")]


def call(dialect: str, name: str) -> Call:
    return next(one for one in calls(dialect) if one.name == name)


def body(dialect: str, name: str) -> bytes:
    response = call(dialect, name).response
    assert response is not None
    return response.body


def _lines(name: str) -> Iterator[dict[str, Any]]:
    for line in (WIRE / name).read_text("utf-8").splitlines():
        yield json.loads(line)


def _call(line: dict[str, Any]) -> Call:
    request, response = line["request"], line["response"]
    target = urlsplit(request["target"])
    form = "urlencoded" in request["headers"].get("Content-Type", "")
    query = parse_qsl(target.query, keep_blank_values=True)
    sent = parse_qsl(request["body"] or "", keep_blank_values=True) if form else []
    answered = isinstance(response["status"], int)
    return Call(
        name=line["name"],
        method=request["method"],
        path=target.path.removeprefix("/"),
        params=tuple(query + sent),
        form=form or not request["body"],
        response=_response(response) if answered else None,
        note=line["note"],
    )


def _response(response: dict[str, Any]) -> Response:
    headers = response["headers"]
    return Response(response["status"], headers.get("Content-Type", ""), (response["body"] or "").encode())


def _post(line: dict[str, Any]) -> Post:
    request = line["request"]
    return Post(
        name=line["name"],
        method=request["method"],
        headers=request["headers"],
        body=(request["body"] or "").encode(),
        answer=line.get("our_answer") or line["answer"],
        then=line.get("then", line.get("effect", "")),
    )
