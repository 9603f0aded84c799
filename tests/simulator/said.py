"""Lets the simulator receive what a recording shows the real server to have posted."""

import json
from typing import Any

from openqq_nb.simulator import Saying, Simulator
from tests.simulator.recorded_world import DISCUSSES, GROUPS, person_with_id


def recorded_post(entry: dict[str, Any]) -> dict[str, Any]:
    posted: dict[str, Any] = json.loads(entry["request"]["body"])
    return posted


def saying(simulator: Simulator, posted: dict[str, Any], nth_login: int = 0) -> Saying:
    """Give the saying that must have led to a recorded post."""
    step = 1111 * nth_login
    who = person_with_id(
        simulator.world, int(posted["sender_id"]) - (step if posted["sender"] != "小机" else 0)
    )
    group = GROUPS[int(posted["group_id"]) - step][0] if "group_id" in posted else None
    discuss = DISCUSSES[int(posted["discuss_id"]) - step][0] if "discuss_id" in posted else None
    return Saying(who, posted["content"], group, discuss, posted["type"] == "sess_message")
