"""Events of a running inbox in its feed, whichever dialect the server speaks."""

from typing import Any

import pytest

from openqq_nb.widgets.feed.talk import Talk
from tests.inbox.desk import listening


@pytest.mark.parametrize(
    ("protocol", "posted", "sentence"),
    [
        ("openqq1", {"type": "shake"}, "shake"),
        ("openqq1", {"post_type": "event", "event": "login"}, "The server has logged in."),
        ("openqq2", {"post_type": "event", "event": "login", "params": [1]}, "The server has logged in."),
        ("openqq2", {"post_type": "event", "event": "shake", "params": []}, "shake"),
        ("openqq2", {"post_type": "shake"}, "shake"),
    ],
)
def test_the_box_shows_what_is_posted_and_is_no_message_in_either_dialect(
    protocol: str, posted: dict[str, Any], sentence: str
) -> None:
    with listening(protocol) as desk:
        feed = desk.inbox.feed()
        talk = feed._parts["talk"]
        assert isinstance(talk, Talk)
        desk.post(posted)
        assert talk.view()["notes"] == {}
        talk.events(True)
        (note,) = talk.view()["notes"].values()
        assert sentence in note["text"]
        assert note["kind"] == "event"
        talk.events(False)
        assert talk.view()["notes"] == {}
        assert talk.view()["lines"] == []
        feed.close()
