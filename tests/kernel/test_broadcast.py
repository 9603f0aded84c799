"""Waiting for a broadcast in a cell: buttons work meanwhile, and Stop pauses it."""

import pytest

from tests.kernel.conftest import Page

pytestmark = pytest.mark.kernel

SENT_SLOWLY = """
import openqq_nb as oq
my = oq.demo(friends=3, groups=1, members=2)
slowly = oq.Pace(between=(60, 60), quiet=None)
broadcast = my.broadcast("你好", to=my.friends(), key="slowly", pace=slowly).send()
button.on_click(lambda _: broadcast.pause())
"""


@pytest.mark.parametrize(
    "wait", ["broadcast.wait({0})", "await broadcast.aio.wait({0})"], ids=["wait", "await"]
)
def test_a_button_and_an_interrupt_pause_a_broadcast_that_a_cell_waits_for(page: Page, wait: str) -> None:
    kernel = page.kernel
    kernel.run(SENT_SLOWLY)
    cell = kernel.queue(f"print('waiting', flush=True); state = ({wait.format(60)}).state")
    kernel.sees_text("waiting")
    page.click()
    assert kernel.reply(cell)["status"] == "ok"
    assert kernel.value("(state, broadcast.progress.sent)") == ("paused", 1)

    kernel.run("broadcast.resume()")
    kernel.published.clear()
    cell = kernel.queue(wait.format(""))
    # The bar: the wait has begun.
    kernel.sees(lambda message: message["msg_type"] == "display_data")
    kernel.interrupt()
    assert kernel.reply(cell)["ename"] in ("KeyboardInterrupt", "CancelledError")
    assert kernel.value("(broadcast.wait(10).state, len(my.simulator.received))") == ("paused", 1)
    kernel.run("my.close()")
