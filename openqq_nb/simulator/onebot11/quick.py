"""Quick operations: what an end does with the answer to a post."""

import json
from dataclasses import dataclass
from typing import Any

from openqq_nb.simulator.onebot11.ends import End
from openqq_nb.simulator.onebot11.given import truth
from openqq_nb.simulator.onebot11.writing import as_v8_says, read_json5
from openqq_nb.simulator.records import Posted

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Quick:
    """What an answer asks for.

    Args:
        reply: A message, as calls take it.
        is_literal: Whether a text in it is no CQ code.
        at_sender: Whether the reply mentions the sender.
        delete: Whether to take the message back.
        kick: Whether to remove the sender.
        ban_s: For how long to mute the sender.
        approve: Whether to grant a request.
        reason: Why not, or the remark for a new friend.
    """

    reply: object = None
    is_literal: bool = False
    at_sender: bool = False
    delete: bool = False
    kick: bool = False
    ban_s: int | None = None
    approve: bool | None = None
    reason: str = ""


def read_answer(end: End, posted: Posted) -> tuple[Quick, str | None]:
    """Read an answer.

    Returns:
        What it asks for, as far as the end knows it, and what the end complains about.
    """
    status = posted.status or 0
    if not end.obeys:
        return Quick(), None
    if not end.obeys_any_status and not 200 <= status < 300:  # noqa: PLR2004 - success
        return Quick(), f"Unexpected status code: {status}"
    if status == 204 or (not posted.body and end.obeys_any_status):  # noqa: PLR2004 - no content
        return Quick(), None
    try:
        read = _read(end, posted.body.decode(errors="replace"))
        return (_quick(end, read) if isinstance(read, dict) else Quick()), None
    except ValueError as error:
        return Quick(), str(error)


def _read(end: End, text: str) -> object:
    if end.name == "napcat":
        return read_json5(text)
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(as_v8_says(text, error)) from error


def _quick(end: End, answer: Json) -> Quick:
    known = {key: value for key, value in answer.items() if key.partition("_")[0] in end.obeys}
    bans = truth(known, "ban")
    return Quick(
        reply=known.get("reply") or None,
        is_literal=truth(answer, "auto_escape"),
        at_sender=truth(answer, "at_sender"),
        delete=truth(known, "delete"),
        kick=truth(known, "kick"),
        ban_s=int(str(known.get("ban_duration") or end.ban_s)) if bans else None,
        approve=truth(known, "approve") if "approve" in known else None,
        reason=str(answer.get("reason") or answer.get("remark") or ""),
    )
