"""What every dialect of every protocol folder must hold; a folder's tests inherit from `DialectContract`."""

import json
import math
from collections.abc import Callable
from functools import partial
from typing import Any, get_args

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from openqq_nb import schema
from openqq_nb.columns import Schema
from openqq_nb.errors import InvalidInput, NotSupported, NotUnderstood, OpenqqError
from openqq_nb.models import (
    Answer,
    Arrival,
    Flow,
    Outcome,
    Polled,
    Receipt,
    Recipient,
    RecipientType,
    Reply,
    Request,
    Response,
    Row,
)
from openqq_nb.protocols.base import Dialect, Listing

# Two classes inherit one test: they differ in nothing that a stored example could mix up but the dialect.
per_dialect = settings(deadline=None, suppress_health_check=[HealthCheck.differing_executors])

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


# No call asks more often than that.
_QUESTIONS = 3

GROUP: Row = {"displayname": "组", "gname": "组", "gid": "1", "gnumber": "1"}


def asked(flow: Flow[object]) -> Request:
    """Give the first request of a flow."""
    request = next(flow)
    flow.close()
    return request


def offered(flow: Flow[object]) -> Request | None:
    """Give the first request of a flow, or None if the dialect asks nothing, or says that it has no such call."""
    try:
        return asked(flow)
    except StopIteration:
        return None
    except NotSupported as error:
        assert str(error)
        return None


def said(request: Request) -> str:
    """Give all that a request carries, in whatever way the dialect has it carried."""
    return repr((request.params, request.content, request.bearer))


def answered(flow: Flow[object], *responses: Response) -> object:
    """Replay answers to a flow, and give its result."""
    next(flow)
    for response in responses:
        try:
            flow.send(response)
        except StopIteration as done:
            result: object = done.value
            return result
    raise AssertionError("the flow asks on")


def json_answer(body: bytes) -> Response:
    return Response(200, "application/json", body)


class DialectContract:
    """Inherited once per dialect: `make` gives it, `message` is a post that it takes for a received message.

    Attributes:
        code_key: the key of the server's number in its answers.
        lifts: whether muting for 0 seconds ends a mute, and is no slip.
    """

    message: bytes
    code_key: str = "code"
    lifts: bool = False

    def make(self, token: str | None = None) -> Dialect:
        raise AssertionError("a dialect's tests say which dialect they test")

    def texts(self, request: Request) -> list[object]:
        """Give what a send carries as texts."""
        return list(dict(request.params).values())

    def infos(self) -> dict[Callable[[], Flow[object]], tuple[Schema, ...]]:
        dialect = self.make()
        every: dict[Callable[[], Flow[object]], tuple[Schema, ...]] = {
            dialect.me: (schema.ME,),
            dialect.server: (schema.SERVER,),
            dialect.friends: (schema.FRIENDS,),
            dialect.groups: (schema.GROUPS, schema.MEMBERS),
            dialect.discusses: (schema.DISCUSSES, schema.DISCUSS_MEMBERS),
            dialect.recent: (schema.RECENT,),
            partial(dialect.load_members, GROUP): (schema.GROUPS, schema.MEMBERS),
        }
        return {info: schemas for info, schemas in every.items() if offered(info())}

    def changes(self, token: str | None = None) -> list[Callable[[], Flow[Receipt] | Flow[Outcome]]]:
        """Give what changes something, as far as the dialect offers it."""
        dialect = self.make(token)
        friend, content = Recipient("friend", qq="1"), "你好"
        every: list[Callable[[], Flow[Receipt] | Flow[Outcome]]] = [
            partial(dialect.send, friend, content),
            partial(dialect.send, friend, content, wait=False),
            partial(dialect.mute, "1", "2", 60.0),
            partial(dialect.kick, "1", "2"),
            dialect.relogin,
        ]
        return [change for change in every if offered(change())]

    def test_discusses_are_asked_for_or_there_are_none(self) -> None:
        flow = self.make().discusses()
        if offered(flow) is None:
            with pytest.raises(StopIteration) as done:
                next(self.make().discusses())
            check_frames(done.value.value, (schema.DISCUSSES, schema.DISCUSS_MEMBERS))
            assert done.value.value.places.num_rows == 0

    def test_an_info_call_may_be_repeated(self) -> None:
        assert all(asked(info()).repeatable for info in self.infos())

    def test_what_changes_something_is_never_repeated(self) -> None:
        assert not any(asked(change()).repeatable for change in self.changes())

    def test_members_are_loaded_if_it_says_so_and_else_refused(self) -> None:
        for token in (None, "s3cret"):
            dialect = self.make(token)
            assert (offered(dialect.load_members(GROUP)) is not None) == dialect.loads_members

    def test_it_is_polled_if_it_says_so_and_else_refused(self) -> None:
        dialect = self.make("s3cret")
        request = offered(dialect.poll())
        assert (request is not None) == dialect.polls
        if request is not None:
            assert not request.repeatable, "what came with a lost answer is gone from the server"
            assert request.held_s > 0 and "s3cret" in said(request)

    @per_dialect
    @given(found=JSON)
    def test_any_json_is_what_a_poll_brought_or_an_error_of_ours(self, found: object) -> None:
        dialect = self.make()
        if not dialect.polls:
            return
        try:
            polled = answered(dialect.poll(), json_answer(written(found)))
        except OpenqqError:
            return
        assert isinstance(polled, Polled) and all(isinstance(body, bytes) for body in polled.bodies)

    def test_a_number_that_is_none_is_refused_before_anybody_is_muted_or_kicked(self) -> None:
        dialect = self.make()
        for gnumber, qq in (("1", ""), ("", "2"), ("1", "2,3"), ("１", "2"), ("1", "-2")):
            for flow in (dialect.mute(gnumber, qq, 60), dialect.kick(gnumber, qq)):
                with pytest.raises((InvalidInput, NotSupported), match=r"[Nn]othing was done"):
                    next(flow)

    @pytest.mark.parametrize(
        "seconds", [-1, math.nan, math.inf, 10**400, 1e300, True, "60"], ids=lambda value: repr(value)[:9]
    )
    def test_a_time_that_is_none_is_refused_before_anybody_is_muted(self, seconds: Any) -> None:
        with pytest.raises((InvalidInput, NotSupported), match=r"[Nn]othing was done"):
            next(self.make().mute("1", "2", seconds))

    def test_a_time_of_0_lifts_a_mute_if_the_dialect_can_and_is_refused_before_anybody_is_muted_else(
        self,
    ) -> None:
        flow = self.make().mute("1", "2", 0)
        if self.lifts:
            assert "0" in said(asked(flow))
            return
        with pytest.raises((InvalidInput, NotSupported), match=r"[Nn]othing was done"):
            next(flow)

    def test_an_empty_text_is_refused_before_it_leaves(self) -> None:
        with pytest.raises(InvalidInput, match="empty"):
            next(self.make().send(Recipient("friend", qq="1"), ""))

    def test_half_a_surrogate_pair_is_refused_before_it_leaves(self) -> None:
        with pytest.raises(InvalidInput, match="surrogate"):
            next(self.make().send(Recipient("friend", qq="1"), "a\ud800"))

    def test_nobody_is_refused_before_anything_leaves(self) -> None:
        with pytest.raises(InvalidInput, match="Nothing was sent"):
            next(self.make().send(Recipient("group"), "hi"))

    def test_a_token_goes_along_with_every_call(self) -> None:
        dialect = self.make("s3cret")
        infos = (dialect.me, dialect.server, dialect.friends, dialect.groups, dialect.discusses)
        requests = [offered(call()) for call in (*infos, *self.changes("s3cret"))]
        assert all("s3cret" in said(request) for request in requests if request is not None)
        recent = offered(dialect.recent())
        assert recent is None or "s3cret" in said(recent)

    def test_a_token_is_never_shown(self) -> None:
        dialect = self.make("s3cret")
        assert "s3cret" not in repr(dialect) + repr(asked(dialect.me()))

    @per_dialect
    @given(content=st.text(st.characters(codec="utf-8"), min_size=1))
    def test_any_text_leaves_unchanged(self, content: str) -> None:
        request = asked(self.make().send(Recipient("group", gnumber="1"), content))
        assert content in self.texts(request)

    def test_it_sends_to_whom_it_says_and_refuses_others(self) -> None:
        dialect = self.make()
        for kind in get_args(RecipientType):
            recipient = Recipient(kind, qq="1", gnumber="2", did="3" if kind == "discuss" else None)
            request = offered(dialect.send(recipient, "你好"))
            assert (request is not None) == (kind in dialect.reaches), kind

    @per_dialect
    @given(content=st.text(st.characters() | st.sampled_from("[]<>微笑")))
    @example("")
    @example("a\ud800")
    def test_a_text_is_shown_as_it_goes_out_if_it_would_be_sent_and_else_refused(self, content: str) -> None:
        dialect = self.make()
        try:
            asked(dialect.send(Recipient("friend", qq="1"), content))
        except InvalidInput as refusal:
            with pytest.raises(InvalidInput) as shown:
                dialect.outgoing(content)
            assert str(shown.value) == str(refusal)
            return
        goes_out = dialect.outgoing(content)
        for sign, by in goes_out.replaced:
            assert sign in content and sign not in goes_out.text
            content = content.replace(sign, by)
        assert goes_out.text == content
        assert all(f"[{name}]" in content for name in goes_out.faces)

    @per_dialect
    @given(found=JSON)
    def test_any_json_is_a_frame_of_the_declared_columns_or_an_error_of_ours(self, found: object) -> None:
        body = written(found)
        for info, schemas in self.infos().items():
            try:
                result = answered(info(), *[json_answer(body)] * _QUESTIONS)
            except OpenqqError:
                continue
            check_frames(result, schemas)

    @per_dialect
    @example({"code": 0})
    @example({"code": "100", "status": None, "id": [], "msg_id": {}})
    @example({"status": "async", "retcode": -1})
    @given(
        found=JSON
        | st.fixed_dictionaries({"code": JSON}, optional={"status": JSON, "id": JSON, "info": JSON})
        | st.fixed_dictionaries(
            {
                "status": st.sampled_from(["ok", "failed", "async"]) | JSON,
                "retcode": st.integers(-2, 2) | JSON,
            },
            optional={"data": JSON | st.fixed_dictionaries({"message_id": JSON}), "wording": JSON},
        )
    )
    def test_any_json_is_the_word_of_a_server_or_an_error_of_ours(self, found: object) -> None:
        for change in self.changes():
            try:
                told = answered(change(), json_answer(written(found)))
            except OpenqqError:
                continue
            assert isinstance(told, Receipt | Outcome)
            assert isinstance(found, dict) and told.code == int(str(found[self.code_key]))
            assert (told.code == 0 or not told.ok) or told.code == 1
            assert told.meaning and isinstance(told.status, str)

    @per_dialect
    @given(body=st.binary(max_size=200))
    def test_any_bytes_are_an_arrival_or_not_understood(self, body: bytes) -> None:
        try:
            assert isinstance(self.make().arrival(body), Arrival)
        except NotUnderstood as error:
            assert str(error)

    @per_dialect
    @example({"type": []})
    @example({"post_type": {}, "type": {}})
    @example({"post_type": "receive_message", "type": [], "class": {}})
    @given(found=st.dictionaries(st.text(max_size=8), JSON, max_size=8))
    def test_any_object_is_an_arrival_with_text_only(self, found: object) -> None:
        try:
            arrival = self.make().arrival(written(found))
        except NotUnderstood:
            return  # a dialect may know its posts by a key
        assert all(value is None or isinstance(value, str | int) for value in arrival.row.values())

    def test_the_same_push_twice_has_one_fingerprint(self) -> None:
        dialect = self.make()
        assert dialect.arrival(self.message).fingerprint == dialect.arrival(self.message).fingerprint

    def test_nothing_to_say_is_204_without_body_and_content_type(self) -> None:
        dialect = self.make()
        assert dialect.answer(dialect.arrival(self.message), None) == Answer(204)
        assert dialect.answer(dialect.arrival(self.message), Reply("")) == Answer(204)

    def test_a_reply_is_an_object_of_json(self) -> None:
        dialect = self.make()
        answer = dialect.answer(dialect.arrival(self.message), Reply("你好"))
        if not dialect.answers:
            assert answer == Answer(204)
            return
        assert (answer.http_status, answer.content_type) == (200, "application/json")
        assert "你好" in answer.body.decode()

    def test_setup_names_the_address(self) -> None:
        assert "http://127.0.0.1:5001/x" in self.make().setup("http://127.0.0.1:5001/x", "x")


def check_frames(result: object, schemas: tuple[Schema, ...]) -> None:
    tables = (result.places, result.members) if isinstance(result, Listing) else (result,)
    for table, declared in zip(tables, schemas, strict=True):
        assert isinstance(table, pa.Table)
        frame = declared.frame(table)
        assert tuple(frame.columns[: len(declared.names)]) == declared.names
        assert all(str(frame[c.name].dtype) == str(c.dtype) for c in declared.columns)


def written(found: object) -> bytes:
    return json.dumps(found).encode()
