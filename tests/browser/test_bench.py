"""The bench for widgets: a notebook in both apps, and each helper seen to find a fault that was put there."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import tests.browser.conftest
from tests.browser.conftest import Labs, OpenNotebook, Windows
from tests.lab.axe import assert_usable, violations
from tests.lab.browser import NARROW, WIDE, guarded_context
from tests.lab.hostile import TEXTS, assert_inert
from tests.lab.looks import assert_tidy, faults
from tests.lab.notebook import NotebookPage, write_notebook
from tests.lab.pictures import VARIABLE, Pictures
from tests.lab.server import DARK, LIGHT, App

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.browser

COUNTER = """
import anywidget, traitlets
class Counter(anywidget.AnyWidget):
    _esm = '''export default { render({ model, el }) {
        const button = document.createElement("button");
        const show = () => { button.textContent = `按了 ${model.get("count")} 次`; };
        button.onclick = () => { model.set("count", model.get("count") + 1); model.save_changes(); };
        model.on("change:count", show);
        show();
        el.append(button);
    } }'''
    count = traitlets.Int(0).tag(sync=True)
counter = Counter()
counter
"""


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_widget_lives_through_reload_and_a_second_tab(open_notebook: OpenNotebook, app: App) -> None:
    notebook = open_notebook([COUNTER, "print('你好')"], app=app)
    notebook.run_all()
    notebook.outputs(0).get_by_role("button", name="按了 0 次").click()
    notebook.outputs(0).get_by_role("button", name="按了 1 次").wait_for()
    assert notebook.errors() == [] and notebook.texts() == ["", "你好\n"]
    notebook.reload()
    notebook.outputs(0).get_by_role("button", name="按了 1 次").click()
    notebook.outputs(0).get_by_role("button", name="按了 2 次").wait_for()
    second = notebook.second_tab()
    second.outputs(0).get_by_role("button", name="按了 2 次").click()
    notebook.outputs(0).get_by_role("button", name="按了 3 次").wait_for()
    assert notebook.execute("print(counter.count)") == "3\n"
    notebook.clear_outputs()
    assert notebook.outputs(0).count() == 0
    assert second.outputs(0).count() == 1


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_only_a_notebook_that_is_to_hold_widget_state_holds_it(open_notebook: OpenNotebook, app: App) -> None:
    notebook = open_notebook([COUNTER], app=app)
    notebook.run_all()
    notebook.outputs(0).get_by_role("button").click()
    assert "widgets" not in notebook.save()["metadata"]
    saved = notebook.save_with_widget_state()
    assert '"count": 1' in json.dumps(saved["metadata"]["widgets"])
    notebook.save_with_widget_state()


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_theme_language_and_width_are_those_asked_for(open_notebook: OpenNotebook, app: App) -> None:
    notebook = open_notebook(["1"], DARK, app, locale="en-US", width=NARROW)
    assert notebook.page.locator("body").get_attribute("data-jp-theme-name") == DARK
    assert notebook.page.evaluate("[navigator.language, innerWidth]") == ["en-US", NARROW]


FIFTY = """
import anywidget, ipywidgets, traitlets
from tests.lab.hostile import TEXTS
class Texts(anywidget.AnyWidget):
    _esm = '''export default { render({ model, el }) {
        el.classList.add("fifty");
        el.append(...model.get("texts").map(text => Object.assign(document.createElement("p"), {textContent: text})));
        el.append(Object.assign(document.createElement("input"), {value: model.get("texts")[0]}));
    } }'''
    texts = traitlets.List(list(TEXTS.values())).tag(sync=True)
ipywidgets.VBox([Texts(), ipywidgets.HTML(TEXTS["bold"])])
"""


def test_in_lab_fifty_texts_are_inert_and_what_is_wrong_is_found(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([FIFTY])
    notebook.run_all()
    notebook.page.locator(".fifty").wait_for()
    assert_inert(notebook.page, ".fifty", TEXTS.values())
    with pytest.raises(AssertionError, match="<b>"):
        assert_inert(notebook.page, ".widget-html")
    (unnamed,) = violations(notebook.page, ".fifty")
    assert unnamed.startswith("label (critical)") and "<input>" in unnamed
    assert any("sticks out" in fault for fault in faults(notebook.page, ".fifty"))


# --- the pages that tests share ---

Show = Callable[[], AbstractContextManager[NotebookPage]]
FOREIGN = "fetch('http://127.0.0.2:9/').catch(() => 0)"


@pytest.fixture
def show(windows: Windows, labs: Labs, tmp_path: Path) -> Show:
    """Show a notebook as a test does, each time another one."""
    lab, numbers = labs.of(LIGHT), count(1)

    def show_one() -> AbstractContextManager[NotebookPage]:
        name = f"{tmp_path.name}-{next(numbers)}.ipynb"
        write_notebook(lab.root / name, ["1"])
        return windows.showing(lab, name, "zh-CN", WIDE)

    return show_one


HELD = """() => {
    // JupyterLab keeps keys to itself, so they are noted before it hears of them.
    const note = (event) => { window.held = [event.shiftKey, event.ctrlKey]; };
    window.addEventListener('keydown', note, true);
}"""


def test_a_page_shows_the_next_notebook_as_if_it_were_new(show: Show) -> None:
    with show() as first:
        first.page.keyboard.down("Shift")
        first.page.keyboard.down("Control")
    with show() as second:
        assert second.page is first.page
        second.alter(HELD)
        second.page.keyboard.press("a")
        assert second.page.evaluate("window.held") == [False, False]


OPENED = "[...window.jupyterapp.shell.widgets('main')].map(one => one.context.path)"
# JupyterLab puts down what it shows a while after it changed.
UNTIL_KEPT = """async (name) => {
    const kept = async () => (await fetch('/lab/api/workspaces/default')).text();
    while (!(await kept()).includes(name)) {}
}"""


def test_a_page_loaded_again_shows_its_own_notebook_alone(show: Show) -> None:
    with show() as first:
        first.page.evaluate(UNTIL_KEPT, first.path.name)
    with show() as second:
        assert second.page is first.page
        second.reload()
        assert second.page.evaluate(OPENED) == [second.path.name]


SHOW = "command => window.jupyterapp.commands.execute(command)"
CHANGES: dict[str, Callable[[NotebookPage], object]] = {
    "loaded again": NotebookPage.reload,
    "altered": lambda notebook: notebook.alter("document.title = 'mine'"),
    "not alone": lambda notebook: notebook.page.context.new_page(),
    "with an opened side bar": lambda notebook: notebook.page.evaluate(SHOW, "debugger:show-panel"),
    "with another side bar": lambda notebook: notebook.page.evaluate(SHOW, "running:show-panel"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_page_that_a_test_changed_shows_no_other_notebook(
    show: Show, change: Callable[[NotebookPage], object]
) -> None:
    with show() as first:
        change(first)
    assert first.page.is_closed()


def test_a_page_that_did_what_none_may_do_shows_no_other_notebook(show: Show) -> None:
    with pytest.raises(AssertionError, match=r"127\.0\.0\.2"), show() as first:
        first.page.evaluate(FOREIGN)
    assert first.page.is_closed()
    with show() as second:
        pass
    # Nobody hears of it before the page is used again.
    second.page.evaluate(FOREIGN)
    with show() as third:
        assert second.page.is_closed() and third.page is not second.page


ENDS = """
import contextlib, types
import pytest

class Windows:
    @contextlib.contextmanager
    def showing(self, *place):
        notebook = types.SimpleNamespace(plain=True)
        yield notebook
        print("is plain:", notebook.plain)

@pytest.fixture(scope="module")
def windows():
    return Windows()

@pytest.fixture(scope="session")
def labs(tmp_path_factory):
    lab = types.SimpleNamespace(root=tmp_path_factory.mktemp("lab"))
    return types.SimpleNamespace(of=lambda *which: lab)

def test_good(open_notebook):
    open_notebook([])

def test_bad(open_notebook):
    open_notebook([])
    raise ValueError
"""


@pytest.mark.parametrize(("end", "is_plain"), [("good", True), ("bad", False)])
def test_the_page_of_a_failed_test_shows_no_other_notebook(
    pytester: pytest.Pytester, end: str, is_plain: bool
) -> None:
    pytester.makepyfile(ENDS)
    ran = pytester.runpytest_inprocess("-s", "-k", f"test_{end}", plugins=[tests.browser.conftest])
    ran.assert_outcomes(passed=int(is_plain), failed=int(not is_plain), deselected=1)
    ran.stdout.fnmatch_lines([f"*is plain: {is_plain}"])


# --- the helpers alone, on pages without Jupyter ---

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with guarded_context(browser, NOWHERE) as context:
        yield context.new_page()


@pytest.fixture
def careless(browser: Browser) -> Iterator[Page]:
    """Give a page where all may happen; another place answers nothing, and the page stays."""
    context = browser.new_context()
    context.route("**/*", lambda route: route.fulfill(status=204))
    yield context.new_page()
    context.close()


def widget(page: Page, html: str, width: int = 300) -> None:
    body = f'<body style="margin: 0; font: 13px sans-serif"><div id="widget" style="width: {width}px">{html}</div>'
    page.set_content(f"<!doctype html><html lang='en'><title>widget</title>{body}")


@pytest.mark.parametrize(
    ("script", "found"),
    [("alert('嗨')", "opened dialogs.*嗨"), ("fetch('http://127.0.0.2:9/').catch(() => 0)", "127.0.0.2")],
)
def test_guard_fails_a_page_that_opens_a_dialog_or_asks_another_place(
    browser: Browser, script: str, found: str
) -> None:
    with pytest.raises(AssertionError, match=found), guarded_context(browser, NOWHERE) as context:
        context.new_page().evaluate(script)


def test_there_are_fifty_texts_and_each_is_another() -> None:
    assert len(TEXTS) == len(set(TEXTS.values())) == 50
    assert max(map(len, TEXTS.values())) == 10_000


def test_each_text_put_as_text_is_inert(page: Page) -> None:
    widget(page, "")
    for name, text in TEXTS.items():
        page.locator("#widget").evaluate("(root, text) => { root.textContent = root.title = text; }", text)
        assert_inert(page, "#widget", [text])
        assert page.locator("#widget > *").count() == 0, name


@pytest.mark.parametrize(
    "name", [name for name, text in TEXTS.items() if re.search(r"<[a-z/!]|&[#a-z]", text, re.IGNORECASE)]
)
def test_each_text_with_markup_put_as_markup_is_found(careless: Page, name: str) -> None:
    widget(careless, "")
    careless.locator("#widget").evaluate("(root, text) => { root.innerHTML = text; }", TEXTS[name])
    with pytest.raises(AssertionError, match=r"no widget draws|do something|not there"):
        assert_inert(careless, "#widget", [TEXTS[name]])


@pytest.mark.parametrize(
    ("html", "text", "found"),
    [
        ('<p onclick="alert(1)">看</p>', "看", "do something"),
        ('<button formaction="javascript:go()">看</button>', "看", "do something"),
        ('<p style="background: url(//evil.example/d.png)">看</p>', "看", "do something"),
        ("<p>49</p>", "{{7*7}}", "not there"),
        ("<p>&amp;lt;b&amp;gt;</p>", "<b>", "not there"),
        ('<p title="看"></p>', "看", "not there"),
        ("<svg></svg>", "", "no widget draws"),
        ('</div><p><img src="//evil.example/i.png">', "", "do something"),
    ],
)
def test_text_that_acts_is_calculated_or_is_not_there_is_found(
    careless: Page, html: str, text: str, found: str
) -> None:
    widget(careless, html)
    with pytest.raises(AssertionError, match=found):
        assert_inert(careless, "#widget", [text])


def test_what_a_widget_draws_itself_is_no_fault(page: Page) -> None:
    widget(page, '<svg><path d="M0 0"/></svg><textarea></textarea><p title="javascript:alert(1)">零宽…</p>')
    page.locator("textarea").fill("<b>\n粗")
    assert_inert(page, "#widget", ["<b>\r\n粗", "零\u200b宽"], ours=["svg", "path"])


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        ("<input>", "label"),
        ("<button></button>", "button-name"),
        ('<p style="color: #bbb; background: #fff">太浅了</p>', "color-contrast"),
        ('<div role="grid"><p>行</p></div>', "aria-required-children"),
    ],
)
def test_axe_finds_what_keeps_people_out(page: Page, html: str, rule: str) -> None:
    widget(page, html)
    (found,) = violations(page, "#widget")
    assert found.startswith(f"{rule} (")
    assert html.partition(">")[0] in found
    with pytest.raises(AssertionError, match=rule):
        assert_usable(page, "#widget")


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_axe_finds_what_cannot_be_read_in_a_notebook(open_notebook: OpenNotebook, app: App) -> None:
    pale = "from IPython.display import HTML; HTML('<p id=pale style=\"color: #bbb; background: #fff\">太浅了</p>')"
    notebook = open_notebook([pale], app=app)
    notebook.run_all()
    (found,) = violations(notebook.page, "#pale")
    assert found.startswith("color-contrast (")


def test_axe_finds_nothing_in_a_labelled_form_and_nothing_beside_the_widget(page: Page) -> None:
    widget(page, "<label>内容 <input></label><button>发送</button></div><div><input>")
    assert_usable(page, "#widget")


CUT = "width: 60px; overflow: hidden; white-space: nowrap;"
OVER = "position: absolute; top: 0; left: 0;"
LONG = "一个放不下的很长很长的名字"
FAULTS = {
    "a cut label": (f'<div style="{CUT}">{LONG}</div>', "cut off at its side"),
    "a cut label in another element": (
        f'<div style="{CUT}"><span>{LONG}</span></div>',
        "cut off at its side",
    ),
    "an ellipsis and no title": (
        f'<div style="{CUT} text-overflow: ellipsis">{LONG}</div>',
        "cut off at its side",
    ),
    "a title and no ellipsis": (f'<div style="{CUT}" title="{LONG}">{LONG}</div>', "cut off at its side"),
    "half a line": (f'<div style="height: 9px; overflow: hidden">{LONG}</div>', "cut off above or below"),
    "a cut placeholder": (f'<input placeholder="{LONG}" style="width: 60px">', "cut off at its side"),
    "a cut choice": (f'<select style="width: 60px"><option>{LONG}</option></select>', "cut off at its side"),
    "a text out of its button": (
        f'<button style="width: 60px; white-space: nowrap">{LONG}</button>',
        "sticks out",
    ),
    "a word that does not break": (f"<p>{'w' * 200}</p>", "sticks out"),
    "buttons over each other": (
        '<button>发送</button><button style="margin-left: -20px">停止</button>',
        "overlap",
    ),
    "a box that is too wide": ('<div style="width: 400px">看</div>', "wider than the widget"),
}


@pytest.mark.parametrize(("html", "found"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_of_layout_is_found(page: Page, html: str, found: str) -> None:
    widget(page, html)
    assert [fault.partition(":")[0] for fault in faults(page, "#widget")] == [found]
    with pytest.raises(AssertionError, match=found):
        assert_tidy(page, "#widget")


NO_FAULTS = {
    "an ellipsis and a title": f'<div style="{CUT} text-overflow: ellipsis" title="{LONG}">{LONG}</div>',
    "what can be scrolled to": f'<div style="{CUT} overflow: auto">{LONG}</div>',
    "rows below": f'<div style="height: 20px; overflow: hidden auto">{"<p>行</p>" * 9}</div>',
    "buttons below": (
        f'<div style="height: 20px; overflow: auto">{"<button>行</button><br>" * 9}</div><button>看</button>'
    ),
    "words for screen readers": f'<span style="{CUT} {OVER} width: 1px; height: 1px">{LONG}</span>看',
    "a list that drops down": (
        f'<div style="position: relative"><button>选</button><div role="listbox" style="{OVER}">'
        '<div role="option" tabindex="0">甲</div></div></div>'
    ),
    "a button in a row": '<div tabindex="0">行 <button>回复</button></div>',
    "what wraps": f"<p>{LONG * 9}</p><label>名字 <input></label> <select><option>甲</option></select>",
    "what is not shown": f'<div hidden><p style="{CUT}">{LONG}</p></div>看',
}


@pytest.mark.parametrize("html", NO_FAULTS.values(), ids=NO_FAULTS.keys())
def test_what_is_no_fault_of_layout_is_left_alone(page: Page, html: str) -> None:
    widget(page, html)
    assert_tidy(page, "#widget")


def test_a_widget_wider_than_its_place_is_found(page: Page) -> None:
    widget(page, "看", width=2_000)
    (found,) = faults(page, "#widget")
    assert found.startswith("the widget is 720 px wider than <html")


@pytest.mark.parametrize("look", [violations, faults])
def test_a_helper_that_has_nothing_to_look_at_fails(page: Page, look: object) -> None:
    widget(page, "")
    assert callable(look)
    with pytest.raises(AssertionError, match="#nothing"):
        look(page, "#nothing")


def test_pictures_go_where_the_person_wants_them(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget(page, "看")
    monkeypatch.delenv(VARIABLE, raising=False)
    assert Pictures.of(tmp_path).folder == tmp_path
    monkeypatch.setenv(VARIABLE, str(tmp_path / "图 片"))
    path = Pictures.of(tmp_path).take("widget-empty-light-zh", page.locator("#widget"))
    assert path == tmp_path / "图 片" / "widget-empty-light-zh.png"
    assert path.read_bytes().startswith(b"\x89PNG")


TALL = """<div style="height: 100vh; overflow: auto"><div id="tall" style="height: 2000px">
<div style="height: 1990px"></div><div style="height: 10px; background: rgb(1, 2, 3)"></div></div></div>"""
_LAST_PIXEL = """async source => {
    const picture = Object.assign(new Image(), {src: source});
    await picture.decode();
    const canvas = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
    canvas.drawImage(picture, 0, 0);
    return [picture.height, ...canvas.getImageData(5, picture.height - 5, 1, 1).data];
}"""


def test_a_picture_shows_all_of_a_widget_that_is_taller_than_the_window(page: Page, tmp_path: Path) -> None:
    widget(page, TALL)
    window = page.viewport_size
    path = Pictures(tmp_path).take("tall", page.locator("#tall"))
    source = f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"
    assert page.evaluate(_LAST_PIXEL, source) == [2000, 1, 2, 3, 255]
    assert page.viewport_size == window
