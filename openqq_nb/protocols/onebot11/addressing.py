"""Whom a call is about, as parameters: permanent numbers only, as JSON integers where they are such.

Source:
    OneBot 11, public API; what ends make of texts and integers: recorded calls of NapCat and LLBot.
"""

import re
from typing import Any

from openqq_nb.errors import InvalidInput, NotSupported
from openqq_nb.models import Recipient

Params = dict[str, Any]

_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,18}")
_LARGEST = 2**63
_DIGITS = re.compile(r"[0-9]+")
_TEMPORARY = {"id": "qq=", "gid": "gnumber=", "did": "gnumber="}


def number(written: str) -> int | str:
    """Write an identifier as most ends want it: an integer where it is one of at most 64 bits, else text."""
    return int(written) if _WHOLE.fullmatch(written) and abs(int(written)) < _LARGEST else written


def of_recipient(recipient: Recipient) -> Params:
    """Name whom a message goes to.

    Raises:
        NotSupported: a discuss, which OneBot does not know.
        InvalidInput: nobody is named, or by an id of Openqq.
    """
    if recipient.recipient_type == "discuss":
        raise NotSupported("OneBot has no discusses; nothing was sent. Write to a group, with gnumber=.")
    _refuse_ids(recipient)
    if recipient.recipient_type == "friend":
        return {"user_id": _stated(recipient, "qq")}
    if recipient.recipient_type == "group":
        return {"group_id": _stated(recipient, "gnumber")}
    return {"user_id": _stated(recipient, "qq"), "group_id": _stated(recipient, "gnumber")}


def of_member(gnumber: str, qq: str) -> Params:
    """Name one member of one group.

    Raises:
        InvalidInput: one of them is no number.
    """
    for key, written in (("gnumber", gnumber), ("qq", qq)):
        if not _DIGITS.fullmatch(written):
            raise InvalidInput(
                f"{key}={written!r} is no number; nothing was done. Give one number, in digits."
            )
    return {"group_id": number(gnumber), "user_id": number(qq)}


def _refuse_ids(recipient: Recipient) -> None:
    for key, instead in _TEMPORARY.items():
        if getattr(recipient, key) is not None:
            raise InvalidInput(
                f"OneBot knows no {key}=; a {recipient.recipient_type} is named by a permanent number, {instead}. "
                "Nothing was sent."
            )


def _stated(recipient: Recipient, key: str) -> int | str:
    written = getattr(recipient, key)
    if not written:
        raise InvalidInput(f"No {recipient.recipient_type} is named: {key}= is missing. Nothing was sent.")
    return number(written)
