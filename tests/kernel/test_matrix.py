"""What a page may do while a cell waits, on both releases of ipykernel and with each way to wait."""

import pytest

from tests.kernel.conftest import Setting, prepared_page
from tests.kernel.kernels import Kernel

pytestmark = pytest.mark.kernel


def test_the_kernel_is_of_the_release_it_should_be(setting: Setting) -> None:
    version = setting.kernel.value("__import__('ipykernel').version_info[:2]")
    assert version == (6, 29) if setting.major == 6 else version >= (7, 4)


def test_a_click_is_handled_while_the_cell_waits(setting: Setting) -> None:
    kernel, button, _ = _with_widgets(setting)
    cell = _begin_wait(setting)
    kernel.click(button)
    assert kernel.reply(cell)["status"] == "ok"
    assert kernel.value("(came, clicks)") == (True, [0])


def test_all_edits_of_a_field_are_handled_while_the_cell_waits(setting: Setting) -> None:
    kernel, _, field = _with_widgets(setting)
    cell = _begin_wait(setting)
    for typed in ("a", "ab", "ab!"):
        kernel.sees_idle(kernel.edit(field, typed))
    assert kernel.reply(cell)["status"] == "ok"
    assert kernel.value("(came, field.value)") == (True, "ab!")


def test_each_click_and_edit_gets_its_busy_and_idle(setting: Setting) -> None:
    kernel, button, field = _with_widgets(setting)
    cell = _begin_wait(setting)
    sent = [kernel.edit(field, "a"), kernel.edit(field, "ab"), kernel.click(button)]
    kernel.reply(cell)
    assert [kernel.states_of(message) for message in sent] == [["busy", "idle"]] * 3


def test_the_cell_is_shown_busy_until_its_end(setting: Setting) -> None:
    kernel, button, _ = _with_widgets(setting)
    cell = _begin_wait(setting)
    click = kernel.click(button)
    kernel.reply(cell)
    statuses = [m for m in kernel.published if m["msg_type"] == "status"]
    after_click = [m for m in statuses if m["parent_header"]["msg_id"] == click][-1]
    following = statuses[statuses.index(after_click) + 1 :]
    assert {m["parent_header"]["msg_id"] for m in following} == {cell}
    states = [m["content"]["execution_state"] for m in following]
    assert states[0] == "busy"
    assert states[-1] == "idle"
    assert states.count("idle") == 1


def test_print_goes_to_the_cell_and_that_of_a_callback_to_the_click(setting: Setting) -> None:
    kernel, button, _ = _with_widgets(setting)
    cell = _begin_wait(setting, then="print('after the wait')")
    click = kernel.click(button)
    kernel.reply(cell)
    assert kernel.text_of(cell) == "waiting\nafter the wait\n"
    assert kernel.text_of(click) == "clicked 1\n"


def test_queued_cells_run_after_the_waiting_one_in_order(setting: Setting) -> None:
    kernel, button, _ = _with_widgets(setting)
    kernel.run("order = []")
    cells = [_begin_wait(setting, then="order.append('waiter')")]
    cells += [kernel.queue(f"order.append({number})") for number in range(5)]
    kernel.click(button)
    assert [kernel.reply(cell)["status"] for cell in cells] == ["ok"] * 6
    assert kernel.value("order") == ["waiter", 0, 1, 2, 3, 4]


def test_cells_queued_before_the_wait_begins_run_in_order_too(setting: Setting) -> None:
    kernel, button, _ = _with_widgets(setting)
    kernel.run("order = []")
    code = "event.clear(); print('waiting {0}', flush=True); {1}; order.append({0})"
    cells = [kernel.queue(code.format(number, setting.wait("event"))) for number in range(4)]
    for number, cell in enumerate(cells):
        kernel.sees_text(f"waiting {number}")
        kernel.click(button)
        assert kernel.reply(cell)["status"] == "ok"
    assert kernel.value("(order, len(clicks))") == ([0, 1, 2, 3], 4)


def test_a_click_sent_right_after_a_cell_is_handled_after_it(setting: Setting) -> None:
    kernel, button, _ = _with_widgets(setting)
    for _ in range(10):
        kernel.run("clicks.clear(); seen = None; button.on_click(lambda _: globals().update(seen=done))")
        kernel.run("done = False")
        cell = kernel.queue("done = True")
        kernel.sees_idle(kernel.click(button))
        assert kernel.reply(cell)["status"] == "ok"
        assert kernel.value("seen") is True


def test_an_interrupt_ends_the_wait_and_the_kernel_lives_on(setting: Setting) -> None:
    kernel, button, _ = _with_widgets(setting)
    cell = _begin_wait(setting)
    kernel.interrupt()
    assert kernel.reply(cell)["ename"] == _interrupted(setting)
    kernel.sees_idle(kernel.click(button))
    assert kernel.value("clicks") == [0]
    _a_further_wait_works(setting, button)


def test_cells_queued_behind_an_interrupted_one_are_answered(setting: Setting) -> None:
    kernel, button, field = _with_widgets(setting)
    cell = _begin_wait(setting)
    queued = [kernel.queue("pass") for _ in range(3)]
    # Only the wait can have handled the edit, so the cells sent before it have arrived in the wait as well.
    kernel.sees_idle(kernel.edit(field, "x"))
    kernel.interrupt()
    assert kernel.reply(cell)["ename"] == _interrupted(setting)
    assert [kernel.reply(message)["status"] for message in queued] == ["aborted"] * 3
    _a_further_wait_works(setting, button)


def test_an_interrupt_reaches_a_callback_that_hangs(setting: Setting) -> None:
    kernel, button, _ = _with_widgets(setting)
    kernel.run("hang = lambda _: print('hanging', flush=True) or threading.Event().wait(60)")
    kernel.run("button.on_click(clicked, remove=True); button.on_click(hang)")
    cell = _begin_wait(setting)
    click = kernel.click(button)
    assert kernel.sees_text("hanging") == click
    kernel.interrupt()
    assert kernel.reply(cell)["ename"] == _interrupted(setting)
    assert kernel.states_of(click) == ["busy", "idle"]
    kernel.run("button.on_click(hang, remove=True); button.on_click(clicked)")
    _a_further_wait_works(setting, button)


def test_a_wait_in_a_callback_is_refused(setting: Setting) -> None:
    kernel, button, _ = _with_widgets(setting)
    kernel.run("""
refused = []

@button.on_click
def waits(_):
    for wait in (lambda: wait_for(event, 60), lambda: run(until_set(event))):
        try:
            wait()
        except NestedWait as error:
            refused.append(str(error))
""")
    cell = _begin_wait(setting)
    kernel.click(button)
    assert kernel.reply(cell)["status"] == "ok"
    assert kernel.value("len(refused)") == 2
    assert "Start a thread" in kernel.value("refused[0]")


def test_thirty_waiting_cells_and_a_hundred_clicks_all_come_back_in_order(setting: Setting) -> None:
    kernel, button, _ = _with_widgets(setting)
    kernel.run("order = []")
    # The timer ends a wait that no click ends: ipykernel itself may put a click behind all queued cells.
    code = f"""
event = threading.Event()
timer = threading.Timer(0.05, event.set)
timer.start()
{setting.wait("event")}
timer.join()
order.append({{number}})
"""
    cells, clicks = [], []
    for number in range(30):
        cells.append(kernel.queue(code.format(number=number)))
        clicks += [kernel.click(button) for _ in range(3)]
    clicks += [kernel.click(button) for _ in range(10)]
    assert [kernel.reply(message)["status"] for message in cells] == ["ok"] * 30
    for click in clicks:
        kernel.sees_idle(click)
    assert {tuple(kernel.states_of(click)) for click in clicks} == {("busy", "idle")}
    assert kernel.value("(order, len(clicks))") == (list(range(30)), 100)


def _with_widgets(setting: Setting) -> tuple[Kernel, str, str]:
    page = prepared_page(setting.major, setting.kernel)
    return page.kernel, page.button, page.field


def _begin_wait(setting: Setting, then: str = "") -> str:
    """Queue a cell that waits for the event, and return when it has begun."""
    cell = setting.kernel.queue(f"print('waiting', flush=True)\ncame = {setting.wait('event')}\n{then}")
    setting.kernel.sees_text("waiting")
    return cell


def _interrupted(setting: Setting) -> str:
    return "CancelledError" if setting.technique == "await" else "KeyboardInterrupt"


def _a_further_wait_works(setting: Setting, button: str) -> None:
    setting.kernel.run("event.clear()")
    setting.kernel.published.clear()
    cell = _begin_wait(setting)
    setting.kernel.click(button)
    assert setting.kernel.reply(cell)["status"] == "ok"
