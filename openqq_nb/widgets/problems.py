"""What went wrong, and what became of a send, as a person reads it."""

from openqq_nb.errors import (
    Ambiguous,
    InvalidInput,
    NoAnswer,
    NotFound,
    NotLoaded,
    NotSupported,
    NotUnderstood,
    OpenqqError,
    Refused,
    Unreachable,
    may_have_gone_out,
    one_line,
)
from openqq_nb.languages import Table, Words
from openqq_nb.models import Delivery, Receipt
from openqq_nb.widgets.parts import View

WORDS: Table = {
    "problem_unreachable": ("The server cannot be reached.", "连不上服务器。"),
    "problem_no_answer": ("The server did not answer.", "服务器没有回应。"),
    "problem_not_understood": ("The server's answer could not be understood.", "看不懂服务器的回应。"),
    "problem_refused": ("The server refuses this account's token.", "服务器不接受这个令牌。"),
    "problem_not_supported": ("This server cannot do that.", "这个服务器做不到。"),
    "problem_not_found": ("It is not certain any more who is meant.", "已经不能确定指的是谁。"),
    "problem_not_loaded": ("Not everything could be loaded.", "没能全部载入。"),
    "problem_input": ("This cannot be done as it stands.", "这样不行。"),
    "problem_other": ("Something in this widget went wrong: {kind}.", "这个部件内部出错：{kind}。"),
    "may_have_gone_out": (
        "The message may have gone out, or may still go out: look before you send it again.",
        "消息可能已经发出，也可能稍后发出：再次发送前请先确认。",
    ),
    "nothing_sent": ("Nothing was sent.", "没有发送任何内容。"),
    "delivery_pending": ("pending", "等待中"),
    "delivery_accepted": ("accepted by the server, not sent yet", "服务器已接受，尚未发出"),
    "delivery_sent": ("sent", "已发送"),
    "delivery_failed": ("not sent", "未发送"),
    "delivery_skipped": ("skipped", "已跳过"),
    "delivery_unknown": ("perhaps sent, perhaps not", "可能已发送，也可能没有"),
    "code": ("code {code}", "代码 {code}"),
}

_KINDS: tuple[tuple[type[OpenqqError], str], ...] = (
    (Unreachable, "problem_unreachable"),
    (NoAnswer, "problem_no_answer"),
    (NotUnderstood, "problem_not_understood"),
    (Refused, "problem_refused"),
    (NotSupported, "problem_not_supported"),
    (NotFound, "problem_not_found"),
    (Ambiguous, "problem_not_found"),
    (NotLoaded, "problem_not_loaded"),
    (InvalidInput, "problem_input"),
)

_words = Words(WORDS)


def described(error: BaseException) -> View:
    """Describe a failure.

    Returns:
        `title`, a sentence in the chosen language; `detail`, the error's own text; `unsure`, whether a message may
        have gone out all the same.
    """
    key = next((key for kind, key in _KINDS if isinstance(error, kind)), "problem_other")
    return {
        "title": _words(key, kind=type(error).__name__),
        "detail": str(error),
        "unsure": may_have_gone_out(error),
    }


def delivered(delivery: Delivery) -> str:
    """Say a delivery in the chosen language."""
    return _words(f"delivery_{delivery.value}")


def received(receipt: Receipt) -> str:
    """Say what a server answered to a send: what became of it, its number, and the server's own words."""
    own = [one_line(part) for part in (receipt.status, receipt.info) if part]
    return " · ".join([delivered(receipt.delivery), _words("code", code=receipt.code), *own])
