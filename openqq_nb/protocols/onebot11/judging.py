"""What the answer to a send, a mute, a kick or a recall means.

Source:
    OneBot 11, calls; recorded sends of NapCat and LLBot; the sources of Lagrange.OneBot and go-cqhttp.
"""

import re

from openqq_nb.models import Delivery, Outcome, Receipt
from openqq_nb.protocols.onebot11.ends import CODES_OF_QQ, End
from openqq_nb.protocols.onebot11.envelope import Told
from openqq_nb.protocols.reading import text, value

TAKEN_WITHOUT_NUMBER = 9000
BROKEN = 500

_NO_ANSWER_OF_QQ = re.compile(r"timeout|timed out|超时|EventChecker", re.IGNORECASE)
# Number in the words of NapCat, and what it says.
_RESULT = re.compile(r"\bresult: ?(-?[0-9]{1,9})\b")
_WORDS_OF_QQ = {
    "ERR_NOT_GROUP_ADMIN": "the account is no owner or admin of that group, or the other one is",
    "无法获取用户信息": "QQ knows nobody of that number",
    "Recall failed": "QQ refused, or the server does not know the message any more",
}


def receipt(found: Told, end: End) -> Receipt:
    """Say what became of a message."""
    delivery, meaning = _sent(found, end)
    return Receipt(
        ok=found.ok or found.queued,
        code=found.retcode,
        status=found.words or found.status,
        msg_id=_msg_id(found),
        info=None,
        delivery=delivery,
        meaning=meaning,
    )


def outcome(found: Told, end: End) -> Outcome:
    """Say what became of a mute, a kick or a recall."""
    status = found.words or found.status
    if found.ok:
        return Outcome(True, found.retcode, status, "the server says it was done")
    if found.queued:
        return Outcome(True, found.retcode, status, "the server will do it")
    if _is_open(found):
        return Outcome(
            False, found.retcode, status, f"{_why(found, end)}; it may have been done all the same"
        )
    return Outcome(False, found.retcode, status, f"{_why(found, end)}; nothing was done")


def _sent(found: Told, end: End) -> tuple[Delivery, str]:
    if found.ok:
        return Delivery.SENT, "the server says the message was sent"
    if found.queued:
        return Delivery.ACCEPTED, "the server queued the message, and does not tell what becomes of it"
    if _is_open(found):
        return Delivery.UNKNOWN, f"{_why(found, end)}; the message may have gone out"
    return Delivery.FAILED, f"{_why(found, end)}; nothing was sent"


def _is_open(found: Told) -> bool:
    """Tell whether it may have been done: the end broke, heard nothing of QQ, or does not say that it failed."""
    unsaid = found.retcode == TAKEN_WITHOUT_NUMBER or found.status != "failed"
    return unsaid or found.http_status >= BROKEN or bool(_NO_ANSWER_OF_QQ.search(found.words))


def _why(found: Told, end: End) -> str:
    """Give the reason in words: ours where we know it, the end's own else."""
    if _NO_ANSWER_OF_QQ.search(found.words):
        return f"QQ did not answer the server in time ({found.words.splitlines()[0]})"
    if not found.words:
        known = end.codes.get(found.retcode)
        return known or f"{end.name} refused and gives no reason but the number {found.retcode}"
    known = _explained(found.words)
    return f"{known} ({found.words})" if known else found.words


def _explained(words: str) -> str | None:
    result = _RESULT.search(words)
    if result and int(result[1]) in CODES_OF_QQ:
        return CODES_OF_QQ[int(result[1])]
    return next((meaning for sign, meaning in _WORDS_OF_QQ.items() if sign in words), None)


def _msg_id(found: Told) -> str | None:
    """Take the number of the message; `null` comes along with a failure."""
    data = value(found.data)
    return text(data.get("message_id")) if isinstance(data, dict) else None
