"""Lets the people of the recordings say what they said, and compares what the simulator makes of it."""

import json
import re
from typing import Any

from openqq_nb.simulator import Person, Simulator
from tests.simulator.onebot11.world import Json, messages

# What is counted, drawn or told by the clock.
VARYING = {"time", "real_seq", "message_seq", "app_version", "uid", "flag"}
SECRET = "post-secret"
TOKEN = "s3cret-token"


class Ids:
    """Puts the ids of this run in the place of those of the recordings, and back."""

    def __init__(self) -> None:
        self._ours: dict[int, int] = {}

    def note(self, recorded: int, ours: int) -> None:
        self._ours[recorded] = ours

    def to_ours(self, text: str) -> str:
        return re.sub(r"-?\d+", lambda found: str(self._ours.get(int(found[0]), found[0])), text)

    def to_recorded(self, text: str) -> str:
        back = {ours: recorded for recorded, ours in self._ours.items()}
        return re.sub(r"-?\d+", lambda found: str(back.get(int(found[0]), found[0])), text)


def say(simulator: Simulator, recorded: Json, ids: Ids) -> Json:
    """Let one recorded message be said; gives what is posted."""
    segments = json.loads(ids.to_ours(json.dumps(recorded["message"])))
    sender = recorded["sender"]
    who: Person = simulator.truth.me.person
    if recorded["user_id"] != who.qq:
        who = Person(recorded["user_id"], sender["nickname"])
    is_session = recorded["sub_type"] == "group"
    through = recorded.get("group_id", sender.get("group_id"))
    post: Json = simulator.say(who, segments, group=through, session=is_session)
    for key in ("message_seq", "message_id"):
        if key in recorded:
            ids.note(recorded[key], int(post[key]))
    return post


def say_all(simulator: Simulator, end: str) -> Ids:
    ids = Ids()
    for recorded in messages(end):
        say(simulator, recorded, ids)
    return ids


def settled(value: Any, is_own: bool = False) -> Any:
    """Replace what varies by its type, and of one's own messages what came from a stand-in."""
    if isinstance(value, list):
        return [settled(one, is_own) for one in value]
    if not isinstance(value, dict):
        return value
    is_own = is_own or value.get("post_type") == "message_sent"
    vague = VARYING | ({"card", "group_name"} if is_own else set())
    return {key: type(one).__name__ if key in vague else settled(one, is_own) for key, one in value.items()}


def comparable(text: str, ids: Ids, *, has_echo: bool = False) -> str:
    """Write JSON so that two servers can be compared to the letter, the order of keys included.

    Args:
        text: A body or a frame.
        ids: Those of this run.
        has_echo: Whether the caller gave an echo; else what NapCat makes up is compared by type.
    """
    try:
        thing = json.loads(ids.to_recorded(text))
    except ValueError:
        return text
    thing = settled(thing)
    if isinstance(thing, dict) and "retcode" in thing:
        if isinstance(thing.get("echo"), str) and not has_echo:
            thing["echo"] = "made up"
        data = thing.get("data")
        if isinstance(data, dict) and list(data) == ["message_id"]:
            thing["data"] = {"message_id": type(data["message_id"]).__name__}
    return json.dumps(thing, ensure_ascii=False, indent=1)
