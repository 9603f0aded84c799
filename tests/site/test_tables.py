"""Tables that the site makes of the code, and their Chinese words, which no table can make."""

import json
from pathlib import Path
from typing import Any

import pytest

from openqq_nb.columns import Schema
from openqq_nb.protocols.onebot11 import arrivals
from openqq_nb.simulator.faults import FAULTS
from tests.site.pages import CHINESE, ENGLISH, text
from tools.site_pages import (
    RESULTS,
    SCHEMAS,
    chinese_faults,
    chinese_meanings,
    chinese_words,
    column_table,
    cut,
    joined,
    on_page_markdown,
    onebot_keys,
)

LANGUAGES = ("en", "zh")


@pytest.mark.parametrize("declared", SCHEMAS, ids=lambda declared: declared.name)
def test_every_column_has_a_chinese_meaning_for_its_present_english_one(declared: Schema) -> None:
    translated = {name: english for name, (english, _) in chinese_meanings()[declared.name].items()}
    assert translated == {column.name: column.meaning for column in declared.columns}


def test_no_other_schema_is_translated() -> None:
    assert set(chinese_meanings()) == {declared.name for declared in SCHEMAS}


def test_every_fault_has_a_chinese_meaning_for_its_present_english_one() -> None:
    translated = {name: english for name, (english, _) in chinese_faults().items()}
    assert translated == {name: kind.meaning for name, kind in FAULTS.items()}


@pytest.mark.parametrize("folder", [ENGLISH, CHINESE], ids=LANGUAGES)
def test_the_page_of_columns_has_a_table_for_every_schema(folder: Path) -> None:
    page = text("columns.md", folder)
    assert [declared.name for declared in SCHEMAS if f"<!-- columns: {declared.name} -->" not in page] == []
    anchors = [declared.name.lower().replace("_", "-") for declared in SCHEMAS]
    assert [anchor for anchor in anchors if f"{{ #{anchor} }}" not in page] == []


def test_no_two_tables_have_one_anchor() -> None:
    names = [declared.name for declared in SCHEMAS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("declared", RESULTS, ids=lambda declared: declared.name)
def test_what_is_worked_out_from_messages_has_no_keys_of_servers(declared: Schema) -> None:
    assert {line.count("|") for line in column_table(declared.name, "en").splitlines()} == {4}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("declared", SCHEMAS, ids=lambda declared: declared.name)
def test_a_table_has_one_row_for_each_column_with_its_dtype(declared: Schema, language: str) -> None:
    rows = [line.split(" | ")[:2] for line in column_table(declared.name, language).splitlines()[2:]]
    shown = [(name.removeprefix("| `").rstrip("`"), dtype.strip("`")) for name, dtype in rows]
    empty = declared.frame(declared.table([]))
    assert shown == [(name, str(dtype)) for name, dtype in empty.dtypes.items()]


IN_A_GROUP: dict[str, Any] = {
    "time": 1_763_950_000, "self_id": 1, "post_type": "message", "message_type": "group", "sub_type": "normal",
    "message_id": 5, "user_id": 2, "group_id": 3, "group_name": "群",
    "message": [{"type": "text", "data": {"text": "a"}}], "sender": {"nickname": "甲", "card": "甲的名片"},
}  # fmt: skip
IN_PRIVATE = {
    **{key: cell for key, cell in IN_A_GROUP.items() if key != "group_name"},
    "message_type": "private",
    "sub_type": "friend",
}
SENT = {**IN_PRIVATE, "post_type": "message_sent", "user_id": 1, "target_id": 2}
NOTICE = {
    "time": 1_763_950_000,
    "self_id": 1,
    "post_type": "notice",
    "notice_type": "group_ban",
    "sub_type": "ban",
}
NOTICE |= {"group_id": 3, "user_id": 2}
OTHERWISE: dict[str, Any] = {
    "message": [{"type": "reply", "data": {"id": "7"}}, {"type": "image", "data": {"file": "a.png"}}],
    "message_type": "private",
    "sub_type": "group",
    "post_type": "message_sent",
    "sender": {"nickname": "乙"},
    "notice_type": "group_admin",
}
"""Other values of keys that are no numbers."""


def changed(post: dict[str, Any], key: str) -> dict[str, Any]:
    """Give a post in which one key says something else."""
    if key in ("card", "nickname"):
        sender = {"nickname": "乙"} if key == "nickname" else {"nickname": "甲", "card": "别的名片"}
        return {**post, "sender": sender}
    found = post.get(key)
    return {**post, key: OTHERWISE[key] if key in OTHERWISE else found + 1 if isinstance(found, int) else "x"}


def cell(post: dict[str, Any], column: str) -> object:
    return arrivals.read(json.dumps(post).encode()).row.get(column)


@pytest.mark.parametrize(
    ("name", "posts"), [("MESSAGES", (IN_A_GROUP, IN_PRIVATE, SENT)), ("EVENTS", (NOTICE,))]
)
def test_each_key_of_onebot_that_the_page_names_makes_its_column(
    name: str, posts: tuple[dict[str, Any], ...]
) -> None:
    idle = [
        (column, key)
        for column, keys in onebot_keys(name).items()
        for key in keys
        if all(cell(post, column) == cell(changed(post, key), column) for post in posts)
    ]
    assert idle == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_faults_is_put_in_its_place(language: str) -> None:
    made = on_page_markdown("before\n\n<!-- faults -->\n\nafter", {"theme": {"language": language}})
    assert "<!--" not in made
    assert [name for name in FAULTS if f"| `{name}` |" not in made] == []


def test_what_only_the_tests_read_is_left_out() -> None:
    page = "<!-- server: openqq1 -->\n\ntext\n\n<!-- run\nsecret()\n-->\n\nmore"
    assert on_page_markdown(page, {"theme": {"language": "en"}}).split() == ["text", "more"]


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ("一行，\n两行", "一行，两行"),
        ("一行\n两行", "一行两行"),
        ("如\n`qq`", "如\n`qq`"),
        ("见：\n`qq`", "见：`qq`"),
        ("- 一行。\n  两行\n- 三行", "- 一行。两行\n- 三行"),
        ("取舍：\n\n- 一", "取舍：\n\n- 一"),
        ("表：\n| 一 |", "表：\n| 一 |"),
        ("1. 一。\n2. 二", "1. 一。\n2. 二"),
        ("```python\n# 一，\n# 两\n```", "```python\n# 一，\n# 两\n```"),
    ],
)
def test_the_lines_of_a_chinese_paragraph_are_joined_without_a_blank(lines: str, shown: str) -> None:
    assert joined(lines) == shown


def test_chinese_text_is_cut_into_the_longest_known_words() -> None:
    words = frozenset(["成员", "群成员", "列表"])
    assert [word for word in cut("看qq群成员列表。", words).split("\u200b") if word] == [
        "看", "qq", "群成员", "列表", "。",
    ]  # fmt: skip


def test_every_word_of_the_chinese_search_can_be_found() -> None:
    words = chinese_words()
    assert [word for word in words if cut(word, words).strip("\u200b") != word] == []
