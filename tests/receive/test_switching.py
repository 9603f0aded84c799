import sys

from openqq_nb.receive import switching
from openqq_nb.receive.loop import LoopThread


def nothing(_: str, __: Exception) -> None:
    raise AssertionError


def test_the_interval_is_short_while_anything_listens_and_as_before_afterwards() -> None:
    before = sys.getswitchinterval()
    first, second = LoopThread(nothing), LoopThread(nothing)
    first.start()
    second.start()
    first.run(_nothing())
    second.run(_nothing())
    assert sys.getswitchinterval() == switching.INTERVAL_S < before
    first.stop()
    assert sys.getswitchinterval() == switching.INTERVAL_S
    second.stop()
    assert sys.getswitchinterval() == before


def test_what_somebody_else_has_set_meanwhile_stays() -> None:
    before = sys.getswitchinterval()
    switching.hasten()
    try:
        sys.setswitchinterval(0.02)
    finally:
        switching.relax()
        found = sys.getswitchinterval()
        sys.setswitchinterval(before)
    assert round(found, 6) == 0.02


async def _nothing() -> None:
    """Run on the loop once, so that it has begun."""
