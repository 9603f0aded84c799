"""The recorded calls of ends of OneBot 11, with what was asked taken apart."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from openqq_nb.models import Flow, Request, Response
from tests.recordings import WIRE

T = TypeVar("T")


@dataclass(frozen=True)
class Recorded:
    """One call.

    Attributes:
        name: its name; what stands before the first point is the end.
        end: that end.
        action: the last part of the path.
        params: what was asked; `None` where that was no JSON object.
        response: what was answered; `None` where nothing was.
        token: whether a token was asked for or sent along.
    """

    name: str
    end: str
    action: str
    params: Mapping[str, Any] | None
    response: Response | None
    token: bool

    @property
    def told(self) -> Any:
        """What was answered, as JSON."""
        assert self.response is not None
        return json.loads(self.response.body)


@cache
def recorded() -> tuple[Recorded, ...]:
    """Give all calls over HTTP."""
    lines = map(json.loads, (WIRE / "onebot11.jsonl").read_text("utf-8").splitlines())
    return tuple(_recorded(line) for line in lines if line["request"]["method"] != "WS")


def named(name: str) -> Recorded:
    """Give the call of a name."""
    return next(one for one in recorded() if one.name == name)


def answer(name: str) -> Response:
    """Give what a recorded call was answered with."""
    response = named(name).response
    assert response is not None
    return response


def talk(flow: Flow[T], reply: Callable[[Request], Response]) -> tuple[T, list[Request]]:
    """Drive a flow with a function for the server; gives its result and what was asked."""
    asked: list[Request] = []
    step: Any = lambda: next(flow)  # noqa: E731 - replaced after each question
    while True:
        try:
            request = step()
        except StopIteration as done:
            result: T = done.value
            return result, asked
        asked.append(request)
        response = reply(request)
        step = lambda: flow.send(response)  # noqa: E731, B023 - called before the next turn


def replied(answers: Mapping[str, Response]) -> Callable[[Request], Response]:
    """Answer by action; what is not among the answers is no action of the end."""
    unknown = answer("napcat.unknown_action")
    return lambda request: answers.get(request.path, unknown)


def said(data: object, retcode: int = 0, **more: object) -> Response:
    """Answer in an envelope."""
    status = "ok" if retcode == 0 else "failed"
    found = {"status": status, "retcode": retcode, "data": data, **more}
    return Response(200, "application/json", json.dumps(found).encode())


def _recorded(line: dict[str, Any]) -> Recorded:
    request, response = line["request"], line["response"]
    target = urlsplit(request["target"])
    answered = isinstance(response["status"], int)
    headers = response["headers"]
    return Recorded(
        name=line["name"],
        end=line["name"].partition(".")[0],
        action=target.path.rpartition("/")[2],
        params=_params(target.query, request["body"] or ""),
        response=Response(
            response["status"], headers.get("Content-Type", ""), (response["body"] or "").encode()
        )
        if answered
        else None,
        token="token" in line["name"],
    )


def _params(query: str, body: str) -> Mapping[str, Any] | None:
    if query or not body:
        return dict(parse_qsl(query, keep_blank_values=True))
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
