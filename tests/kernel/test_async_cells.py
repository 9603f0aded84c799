"""Waits that overlap, that outlast their cell, and that block inside an async cell."""

import pytest

from tests.kernel.conftest import Page, prepared_page
from tests.kernel.kernels import Kernel

pytestmark = pytest.mark.kernel


def test_two_awaited_waits_in_one_cell_leave_the_kernel_as_it_was(page: Page) -> None:
    kernel = page.kernel
    kernel.run("other = threading.Event(); field.observe(lambda _: other.set(), 'value')")
    cell = kernel.queue("""
print('waiting', flush=True)
both = await asyncio.gather(aio_wait_for(event, 60), aio_wait_for(other, 60))
""")
    kernel.sees_text("waiting")
    page.click()
    kernel.sees_idle(kernel.edit(page.field, "x"))
    assert kernel.reply(cell)["status"] == "ok"
    page.click()
    assert kernel.value("(both, len(clicks))") == ([True, True], 2)


def test_a_wait_in_a_background_task_holds_up_no_later_cell(page: Page) -> None:
    kernel = page.kernel
    kernel.run("task = asyncio.create_task(aio_wait_for(event, 60))")
    assert kernel.value("task.done()") is False
    kernel.run("for _ in range(3): await asyncio.sleep(0)")
    page.click()
    kernel.run("came = await task")
    assert kernel.value("(came, len(clicks))") == (True, 1)


def test_a_click_while_only_a_background_task_waits_leaves_the_kernel_idle(page: Page) -> None:
    kernel = page.kernel
    kernel.run("task = asyncio.create_task(aio_wait_for(threading.Event(), 60))")
    click = page.click()
    after = kernel.queue("pass")
    kernel.sees_idle(after)
    statuses = [m["parent_header"]["msg_id"] for m in kernel.published if m["msg_type"] == "status"]
    assert statuses[-4:] == [click, click, after, after]
    kernel.run("task.cancel()")


def test_an_edit_beside_another_await_of_the_same_cell_gets_its_idle(page: Page) -> None:
    kernel = page.kernel
    cell = kernel.queue("""
task = asyncio.create_task(aio_wait_for(event, 60))
await asyncio.sleep(0)
print('waiting', flush=True)
await until_set(event)
await task
""")
    kernel.sees_text("waiting")
    for typed in ("a", "ab", "ab!"):
        kernel.sees_idle(kernel.edit(page.field, typed))
    assert kernel.reply(cell)["status"] == "ok"
    assert kernel.value("field.value") == "ab!"


def test_edits_beside_a_plain_await_get_their_idle_once_widgets_are_kept_alive(
    started: dict[tuple[int, str], Kernel],
) -> None:
    page = prepared_page(7, started[7, "plain await"])
    kernel = page.kernel
    cell = kernel.queue("print('waiting', flush=True); await until_set(event)")
    kernel.sees_text("waiting")
    for typed in ("a", "ab", "ab!"):
        kernel.sees_idle(kernel.edit(page.field, typed))
    assert kernel.reply(cell)["status"] == "ok"
    assert kernel.value("field.value") == "ab!"


def test_an_interrupt_ends_a_blocking_wait_of_an_async_cell(page: Page) -> None:
    kernel = page.kernel
    kernel.run("begun = iter([lambda: print('waiting', flush=True)])")
    # Printed from the inside: before the wait an interrupt is one of the async cell, and comes to nothing.
    cell = kernel.queue("await asyncio.sleep(0); wait_for(event, 60, [lambda: next(begun, bool)()])")
    kernel.sees_text("waiting")
    kernel.interrupt()
    assert kernel.reply(cell)["ename"] == "KeyboardInterrupt"
    kernel.run("await asyncio.sleep(0)")


def test_a_tick_that_joins_while_a_cell_waits_is_called(page: Page) -> None:
    cell = page.kernel.queue("""
ticks = [lambda: ticks.append(event.set) if len(ticks) == 1 else None]
print("joined", wait_for(event, 10, ticks), flush=True)
""")
    page.kernel.sees_text("joined True")
    assert page.kernel.reply(cell)["status"] == "ok"


@pytest.mark.parametrize("wait", ["wait_for(event, 60)", "await aio_wait_for(event, 60)"])
def test_threads_print_into_their_cell_after_a_click(page: Page, wait: str) -> None:
    kernel = page.kernel
    cell = kernel.queue(f"""
go = threading.Event()
printer = threading.Thread(target=lambda: go.wait(60) and print('from a thread', flush=True))
printer.start()
print('waiting', flush=True)
{wait}
go.set()
printer.join()
""")
    kernel.sees_text("waiting")
    page.click()
    assert kernel.sees_text("from a thread") == cell
    assert kernel.reply(cell)["status"] == "ok"


def test_a_wait_in_a_callback_on_the_thread_of_a_subshell_is_refused(
    started: dict[tuple[int, str], Kernel],
) -> None:
    kernel = started[7, "await"]
    kernel.run("""
def opened(comm, message):
    try:
        wait_for(threading.Event(), 60)
    except NestedWait:
        print("refused on", threading.current_thread().name, flush=True)

get_ipython().kernel.comm_manager.register_target("test-waits", opened)
""")
    opened = kernel.open_comm_on_subshell("test-waits")
    assert kernel.sees_text("refused on subshell-") == opened


@pytest.mark.parametrize("major", [6, 7])
def test_an_interrupt_cancels_the_coroutine_of_run_before_it_is_raised(
    started: dict[tuple[int, str], Kernel], major: int
) -> None:
    kernel = prepared_page(major, started[major, "run"]).kernel
    kernel.run("""
ends = []

async def tells():
    try:
        print('waiting', flush=True)
        await until_set(event)
    except asyncio.CancelledError:
        await asyncio.sleep(0.01)
        ends.append("cleaned up")
        raise
""")
    cell = kernel.queue("run(tells())")
    kernel.sees_text("waiting")
    kernel.interrupt()
    assert kernel.reply(cell)["ename"] == "KeyboardInterrupt"
    assert kernel.value("ends") == ["cleaned up"]
