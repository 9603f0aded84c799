"""Lists that are uploaded: encodings, headings, bad lines by number, limits; and the selection of an explorer."""

import base64
import gc
from collections.abc import Iterator

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.demo_account import DemoAccount
from openqq_nb.errors import InvalidInput
from openqq_nb.widgets.broadcaster.lists import MOST_BYTES, read
from openqq_nb.widgets.broadcaster.preparing import Preparing
from openqq_nb.widgets.handing import Handing
from openqq_nb.widgets.parts import View
from tests.lab.hostile import TEXTS
from tests.roster.small import friend, group, roster
from tests.widgets.broadcasting import Open, act, demo, links_to
from tests.widgets.showing import Page

TOWN = roster([friend("小灰", 10001, 1), friend("Jack", 10002, 2)], [group("群", 9001, 11)])


@pytest.fixture
def page() -> Iterator[Page]:
    preparing = Preparing(links_to(lambda: TOWN), TOWN, template="{displayname}，早")
    yield Page(preparing.parts)
    for part in preparing.parts.values():
        part.close()


def upload(page: Page, name: str, data: bytes) -> View:
    page.ask("whom", "upload", name=name, data=base64.b64encode(data).decode())
    return page.wait("whom", lambda view: not view["upload"]["busy"])


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
    ],
)
def test_the_encoding_is_found_and_told(encoding: str, said: str) -> None:
    listed = read("名单.csv", "qq,称呼\r\n10001,张三丰\r\n".encode(encoding))
    assert listed.encoding == said
    assert listed.frame.to_dict("list") == {"qq": ["10001"], "称呼": ["张三丰"]}


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("10001\n10002\n", {"qq": ["10001", "10002"]}),
        ("QQ\n10001\n", {"qq": ["10001"]}),
        ("\n\nQQ号;姓名\n10001;张\n", {"qq": ["10001"], "姓名": ["张"]}),
        ("群号\t备注\n9001\t一\n", {"gnumber": ["9001"], "备注": ["一"]}),
        ("姓名,qq,\n张,10001,x\n", {"姓名": ["张"], "qq": ["10001"], "column_3": ["x"]}),
        ("qq,qq\n10001,2\n", {"qq": ["10001"], "column_2": ["2"]}),
        ('qq,留言\n10001,"两\n行, 带""引号"""\n', {"qq": ["10001"], "留言": ['两\n行, 带"引号"']}),
        ("10001,张\n10002\n", {"qq": ["10001", "10002"], "column_2": ["张", None]}),
        ("\u200b10001\u00a0\n", {"qq": ["10001"]}),
        ("did\nabc\n", {"did": ["abc"]}),
        ("00012345678901234567\n", {"qq": ["00012345678901234567"]}),
    ],
)
def test_what_stands_in_a_list_is_read_as_it_is(text: str, columns: dict[str, list[str | None]]) -> None:
    listed = read("a.txt", text.encode())
    found = {
        name: [*column.where(column.notna(), None)] for name, column in listed.frame.astype(object).items()
    }
    assert found == columns and listed.bad == ()
    assert {str(dtype) for dtype in listed.frame.dtypes} == {"str"}


def test_bad_lines_are_told_by_number_with_the_reason_and_good_ones_used() -> None:
    lines = [
        "qq,姓名",  # 1
        "10001,张",
        "1.2E+10,李",  # 3
        ",王",  # 4
        "",
        "10002,赵,多",  # 6
        'x"y,钱',  # 7
        '"没有结束,孙',  # 8
        "10003,周",
        "1" * 10_001,  # 10
        "１０００４,吴",  # 11: digits of full width
    ]
    listed = read("a.csv", "\n".join(lines).encode())
    assert listed.frame["qq"].tolist() == ["10001", "10003"]
    assert [(bad.line, bad.why) for bad in listed.bad] == [
        (3, "1.2E+10 is no number"),
        (4, "no number stands here"),
        (6, "3 cells, but the heading has 2"),
        (7, 'x"y is no number'),
        (8, "quotes that begin here do not end"),
        (10, "the line is longer than 10000 signs"),
        (11, "１０００４ is no number"),
    ]
    assert max(len(bad.text) for bad in listed.bad) <= 61


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.xlsx", b"PK\x03\x04", "Save the table as CSV"),
        ("csv", b"10001", "neither a .csv nor a .txt"),
        ("a.csv", b"\xff\xff\xff\xff", "no text in UTF-8, GB18030 or UTF-16"),
        ("a.csv", b"", "names nobody"),
        ("a.csv", "姓名\n张三\n".encode(), "names nobody"),
        ("a.csv", b"1" * (MOST_BYTES + 1), "larger than 4 MB"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(page: Page, name: str, data: bytes, says: str) -> None:
    view = upload(page, name, data)
    assert says in view["upload"]["problem"]["detail"]
    assert view["sources"] == []


@pytest.mark.parametrize("data", ["no base64!", "QQ", 5, None])
def test_a_file_that_did_not_arrive_whole_is_refused(page: Page, data: object) -> None:
    page.ask("whom", "upload", name="a.csv", data=data)
    view = page.wait("whom", lambda view: not view["upload"]["busy"])
    assert "did not arrive whole" in view["upload"]["problem"]["detail"]


def test_an_uploaded_list_is_a_source_with_its_bad_lines_in_pages(page: Page) -> None:
    lines = ["10001", "10002", "10001", *(f"no {number}" for number in range(30))]
    (source,) = upload(page, "名单.txt", "\n".join(lines).encode())["sources"]
    assert (source["label"], source["count"], source["numbers"]) == ("名单.txt", 3, "qq")
    assert source["notes"] == ["Read as UTF-8.", "No heading: one number a line."]
    bad = source["bad"]
    assert (bad["total"], bad["start"], len(bad["lines"])) == (30, 0, 20)
    assert bad["lines"][0] == {"line": 4, "text": "no 0", "why": "no 0 is no number"}
    view = page.ask("whom", "bad", source=source["source"], start=20)
    assert [line["line"] for line in view["sources"][0]["bad"]["lines"]] == [*range(24, 34)]
    preview = page.wait("preview", lambda view: view["state"] == "ready")
    assert (preview["send"], preview["samples"][0]["text"]) == (2, "小灰，早")
    assert page.view("whom")["total"].startswith("Recipients: 2; 1 rows")


def test_numbers_without_a_heading_are_read_as_groups_when_somebody_says_so(page: Page) -> None:
    (source,) = upload(page, "a.txt", b"9001\n10001\n")["sources"]
    with page._lock:
        # The kernel does not wait for it; a second word meanwhile is not heard.
        for numbers in ("gnumber", "qq"):
            view = page.ask("whom", "read_as", source=source["source"], numbers=numbers)
        assert view["upload"]["busy"] and [one["numbers"] for one in view["sources"]] == ["qq"]
    view = page.wait("whom", lambda view: not view["upload"]["busy"])
    assert [one["numbers"] for one in view["sources"]] == ["gnumber"]
    preview = page.wait("preview", lambda view: view["state"] == "ready")
    assert preview["send"] == 1 and preview["rows"][0]["kind"] == "Group"
    with pytest.raises(InvalidInput, match="not 'did'"):
        page.ask("whom", "read_as", source=source["source"], numbers="did")


def test_a_list_that_is_removed_while_it_is_read_anew_stays_out(page: Page) -> None:
    (source,) = upload(page, "a.txt", b"9001\n10001\n")["sources"]
    with page._lock:
        page.ask("whom", "read_as", source=source["source"], numbers="gnumber")
        page.ask("whom", "remove", source=source["source"])
    view = page.wait("whom", lambda view: not view["upload"]["busy"])
    assert view["sources"] == [] and view["upload"]["problem"] is None


def test_other_columns_of_a_list_are_fields(page: Page) -> None:
    upload(page, "a.csv", "qq,称呼\n10001,灰总\n10002,杰哥\n".encode())
    page.ask("text", "write", text="{称呼}，早")
    preview = page.wait("preview", lambda view: view["state"] == "ready")
    assert [sample["text"] for sample in preview["samples"]] == ["灰总，早", "杰哥，早"]
    assert "{称呼}" in [one["insert"] for one in page.view("text")["fields"]]


def test_a_list_of_messages_is_refused_with_what_to_do(page: Page) -> None:
    view = upload(page, "a.csv", b"qq,sender\n10001,x\n")
    assert "frame of messages" in view["upload"]["problem"]["detail"] and view["sources"] == []


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_hostile_list_is_text_and_nothing_else(text: str) -> None:
    data = f"qq,称呼\n10001,x\n{text}\n".encode("utf-8", "replace")
    listed = read(f"{text[:40]}.csv", data)
    assert "10001" in listed.frame["qq"].tolist()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_list_or_refused_in_words(data: bytes) -> None:
    try:
        listed = read("a.csv", data)
    except InvalidInput:
        return
    assert len(listed.frame) and all(bad.line >= 1 and bad.why for bad in listed.bad)


@pytest.fixture
def my() -> Iterator[DemoAccount]:
    with demo() as my:
        yield my


def test_the_selection_of_the_explorer_is_taken_by_a_button(my: DemoAccount) -> None:
    open_ = Open(my, template="早")
    handing = open_.preparing._links.handing
    with pytest.raises(InvalidInput, match="No explorer is open"):
        open_.page.ask("whom", "take_selection")
    explorer = my.explorer()
    assert open_.page.view("whom")["explorer"]["off"] == ""
    with pytest.raises(InvalidInput, match="Nothing is selected"):
        open_.page.ask("whom", "take_selection")
    act(explorer, "table", "pick_all")
    (source,) = open_.page.ask("whom", "take_selection")["sources"]
    assert (source["label"], source["count"]) == ("Selected in the explorer", len(explorer.selection))
    explorer.close()
    assert handing.give is None and "No explorer" in open_.page.view("whom")["explorer"]["off"]
    open_.close()


def test_the_explorer_hands_its_selection_to_the_broadcaster_that_was_opened_last(my: DemoAccount) -> None:
    explorer = my.explorer()
    page = Page({"handing": explorer._parts["handing"]})
    with pytest.raises(InvalidInput, match="Nothing is selected"):
        page.ask("handing", "open")
    act(explorer, "table", "pick_all")
    assert "my.broadcaster()" in page.ask("handing", "open")["note"]
    first, second = Open(my, template="早"), Open(my, template="早")
    page.ask("handing", "open")
    view = page.wait("handing", lambda view: "Added" in view["note"])
    assert view["note"] == f"Added to the broadcaster: {len(explorer.selection)} rows. Nothing was sent."
    assert len(second.page.view("whom")["sources"]) == 1 and first.page.view("whom")["sources"] == []
    second.close()
    page.ask("handing", "open")
    first.page.wait("whom", lambda view: bool(view["sources"]))
    first.close()
    assert "No broadcaster" in page.ask("handing", "open")["note"]
    explorer.close()


def test_who_was_forgotten_without_being_closed_neither_gives_nor_takes() -> None:
    class One:
        def take(self, rows: object) -> None: ...

        def give(self) -> pd.DataFrame:
            return pd.DataFrame()

    handing, one, other = Handing(), One(), One()
    for each in (one, other):
        handing.takes(each.take)
        handing.gives(each.give)
    assert (handing.take, handing.give) == (other.take, other.give)
    del other, each
    gc.collect()
    assert (handing.take, handing.give) == (one.take, one.give)
    handing.end(one.take)
    assert handing.take is None and handing.give == one.give
