"""What came of one message, from the server's word or from what went wrong."""

from openqq_nb.broadcast.states import Change
from openqq_nb.errors import NotFound, OpenqqError, may_have_gone_out
from openqq_nb.models import Delivery, Receipt


def of_receipt(seq: int, receipt: Receipt) -> Change:
    """Say what the server's word means for a message."""
    problem = None if receipt.ok else receipt.meaning
    return Change(
        seq,
        receipt.delivery,
        code=receipt.code,
        status=receipt.status,
        info=receipt.info,
        msg_id=receipt.msg_id,
        problem=problem,
    )


def of_error(seq: int, error: OpenqqError) -> Change:
    """Say what an error means for a message that was to be sent: only silence leaves it open."""
    if may_have_gone_out(error):
        return Change(seq, Delivery.UNKNOWN, problem=str(error))
    return Change(
        seq, Delivery.SKIPPED if isinstance(error, NotFound) else Delivery.FAILED, problem=str(error)
    )
