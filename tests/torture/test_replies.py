"""Whatever handlers return: what goes out is read by a server as it was meant, and never ends one."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.errors import InvalidInput, NotSupported
from openqq_nb.inbox.replies import as_reply
from openqq_nb.models import Arrival, Reply
from openqq_nb.protocols.registry import dialect as dialect_of
from openqq_nb.simulator.answers import Order, read_answer
from tests.torture.making import TEXTS
from tests.torture.serving import NONSENSE

_TEXT = st.text(st.characters(exclude_categories=())) | st.sampled_from(TEXTS)
_SINGLE = st.none() | st.booleans() | st.integers() | st.floats() | _TEXT | st.sampled_from(NONSENSE)
_SECONDS = st.integers(-1, 10**12) | st.integers(60, 600).map(str) | _SINGLE
_DOCUMENT = st.fixed_dictionaries(
    {},
    optional={
        "reply": _SINGLE,
        "shutup": st.sampled_from((0, 1, "1", True)) | _SINGLE,
        "shutup_time": _SECONDS,
        "format": st.sampled_from(("text", "html")) | _SINGLE,
    },
)
_TYPES = ("message", "group_message", "discuss_message", "sess_message")


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(("openqq1", "openqq2")),
    st.sampled_from(_TYPES),
    _SINGLE | _DOCUMENT | st.dictionaries(_TEXT, _SINGLE, max_size=3),
)
def test_what_goes_out_is_read_as_it_was_meant(dialect: str, kind: str, returned: Any) -> None:
    arrival = Arrival("message", {"type": kind}, "f", answerable=True)
    try:
        reply = as_reply(returned)
        answer = dialect_of(dialect, None).answer(arrival, reply)
    except (InvalidInput, NotSupported):
        return
    orders = [
        read_answer("openqq2", answer.http_status, answer.content_type or "", answer.body, own)
        for own in (False, True)
    ]
    assert [order.ended for order in orders] == [None, None]
    assert orders[0] == _meant(reply)


def _meant(reply: Reply | None) -> Order:
    if reply is None:
        return Order()
    return Order(reply.text or None, reply.shutup_time if reply.shutup else None)
