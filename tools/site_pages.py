"""What mkdocs calls while it builds the site: tables made of the code, and words for the Chinese search."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from openqq_nb import schema
from openqq_nb.analysis import results
from openqq_nb.columns import ZONE, Kind, Schema
from openqq_nb.protocols.onebot11 import fields
from openqq_nb.simulator.faults import FAULTS

DOCS = Path(__file__).parents[1] / "docs"
RESULTS = tuple(one for one in vars(results).values() if isinstance(one, Schema))
"""What the questions to a log answer with."""
SCHEMAS = (*schema.ALL, *RESULTS)
"""Whose columns are on the page of columns."""
HEADS = {
    "en": ("column", "dtype", "meaning", "key in 1.x", "key in 2.x", "key in OneBot"),
    "zh": ("列", "类型", "含义", "1.x 的键", "2.x 的键", "OneBot 的键"),
}
FAULT_HEADS = {
    "en": ("fault", "what happens", "arguments", "dialects"),
    "zh": ("故障", "会发生什么", "参数", "协议"),
}
SHORT = {"openqq1": "1.x", "openqq2": "2.x", "onebot11": "OneBot"}
"""What the dialects are called in tables."""
LAYER_HEADS = ("层", "模块", "可以导入我们的", "外部的库")
DTYPES: Mapping[Kind, str] = {
    "text": "str",
    "time": f"datetime64[us, {ZONE}]",
    "count": "Int64",
    "flag": "boolean",
    "number": "float64",
}
ONEBOT_TABLES = {
    "ME": fields.ME,
    "SERVER": fields.SERVER,
    "FRIENDS": fields.FRIENDS,
    "GROUPS": fields.GROUPS,
    "MEMBERS": fields.MEMBERS,
}
"""Whose keys are a table in the package as well."""
ONEBOT_KEYS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "ME": {"state": ("online",)},
    "SERVER": {"state": ("online",)},
    # One of the two, by the end; the table has the second under its own name.
    "GROUPS": {"gmarkname": ("group_remark", "remark_name")},
    "MESSAGES": {
        "msg_time": ("time",),
        "type": ("message_type", "sub_type"),
        "sender": ("card", "nickname"),
        "content": ("message",),
        "kind": ("message",),
        "msg_class": ("post_type",),
        "sender_qq": ("user_id",),
        "gnumber": ("group_id",),
        "group": ("group_name",),
        "receiver_qq": ("target_id",),
        "via": ("sub_type",),
        "reply_to": ("message",),
        "segments": ("message",),
        "msg_id": ("message_id",),
    },
    "EVENTS": {
        "event": ("notice_type", "post_type"),
        "subtype": ("sub_type",),
        "gnumber": ("group_id",),
        "qq": ("user_id",),
    },
}
"""Keys that the package reads without a table, by schema and column."""
COLUMNS = re.compile(r"<!-- columns: (\w+) -->")
FAULT_TABLE = "<!-- faults -->"
LAYER_TABLE = "<!-- layers -->"
FOR_TESTS = re.compile(r"<!-- (?:run|server)\b.*?-->\n?", re.DOTALL)

_CHINESE = re.compile("[\u4e00-\u9fff]+")
_FENCED = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
# A browser shows the end of a line as a blank. Chinese has none: neither after its full-width punctuation,
# unless a list or a table begins there, nor between two of its characters.
_END_OF_LINE = re.compile(
    r"(?<=[\u3001-\u303f\uff00-\uffef])\n *(?!\d+\. )(?=[^\s|#<>:!{-])"
    r"|(?<=[\u4e00-\u9fff])\n *(?=[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef])"
)
_WITHOUT_KEYS = 3
_LONGEST_WORD = 6
_GAP = "\u200b"
"""What the search takes for a gap between words, and nobody sees."""


def on_page_markdown(markdown: str, config: Mapping[str, Any], **_: object) -> str:
    """Put the tables in, and leave out what only the tests read."""
    language = config["theme"]["language"]
    shown = FOR_TESTS.sub("", joined(markdown) if language == "zh" else markdown)
    if FAULT_TABLE in shown:
        shown = shown.replace(FAULT_TABLE, table([FAULT_HEADS[language], *fault_cells(language)]))
    if LAYER_TABLE in shown:
        shown = shown.replace(LAYER_TABLE, table([LAYER_HEADS, *layer_cells()]))
    return COLUMNS.sub(lambda found: column_table(found[1], language), shown)


def joined(markdown: str) -> str:
    """Join the lines of Chinese paragraphs, but not those of code."""
    parts = _FENCED.split(markdown)
    return "".join(part if part.startswith("```") else _END_OF_LINE.sub("", part) for part in parts)


def on_post_build(config: Mapping[str, Any], **_: object) -> None:
    """Cut the Chinese texts of the search index into words; mkdocs has written it before it calls this."""
    if config["theme"]["language"] == "zh":
        path = Path(config["site_dir"]) / "search" / "search_index.json"
        index = json.loads(path.read_text("utf-8"))
        words = chinese_words()
        for entry in index["docs"]:
            entry["title"] = cut(entry["title"], words)
            entry["text"] = cut(entry["text"], words)
        path.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), "utf-8")


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Write a table in Markdown; the first row is its head."""
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])


def column_table(name: str, language: str) -> str:
    """Write the columns of a schema as a table in Markdown.

    Args:
        name: of the schema, as `FRIENDS`.
        language: `en` or `zh`; the Chinese meanings are in docs/zh/columns.toml.
    """
    declared = next(one for one in SCHEMAS if one.name == name)
    rows = [HEADS[language], *cells(declared, language)]
    # What is worked out from messages has no key of any server.
    return table([row[:_WITHOUT_KEYS] for row in rows] if declared in RESULTS else rows)


def cells(declared: Schema, language: str) -> Iterator[tuple[str, ...]]:
    """Write each column of a schema as the cells of a row."""
    meanings = chinese_meanings()[declared.name] if language == "zh" else {}
    for column in declared.columns:
        meaning = meanings[column.name][1] if language == "zh" else column.meaning
        keys = ((column.openqq1,), (column.openqq2,), onebot_keys(declared.name).get(column.name, ()))
        yield (
            f"`{column.name}`",
            f"`{DTYPES[column.kind]}`",
            meaning,
            *(" ".join(f"`{key}`" for key in several if key) or "–" for several in keys),
        )


def onebot_keys(name: str) -> Mapping[str, tuple[str, ...]]:
    """Tell from which keys of OneBot the columns of a schema come."""
    table = ONEBOT_TABLES.get(name)
    own = {column: (key,) for key, column in table.columns.items()} if table else {}
    return {**own, **ONEBOT_KEYS.get(name, {})}


def fault_cells(language: str) -> Iterator[tuple[str, ...]]:
    """Write each fault of the simulator as the cells of a row."""
    chinese = chinese_faults()
    for name, kind in FAULTS.items():
        meaning = chinese[name][1] if language == "zh" else kind.meaning
        arguments = " ".join(f"`{argument}`" for argument in kind.takes) or "–"
        dialects = ", ".join(SHORT[dialect] for dialect in kind.dialects)
        yield f"`{name}`", meaning, arguments, dialects


def layer_cells() -> Iterator[tuple[str, ...]]:
    """Read the layers of the English page, which a test holds against the imports, as cells of rows."""
    page = (DOCS / "architecture.md").read_text("utf-8")
    for line in page.partition("| layer |")[2].partition("\n\n")[0].splitlines()[2:]:
        yield tuple(line.strip("| ").split(" | "))


def chinese_faults() -> dict[str, list[str]]:
    """Read what the faults are in Chinese: by name, each beside the English that it translates."""
    return tomllib.loads((DOCS / "zh" / "faults.toml").read_text("utf-8"))


def chinese_meanings() -> dict[str, dict[str, list[str]]]:
    """Read the Chinese meanings: by schema and column, each beside the English one that it translates."""
    return tomllib.loads((DOCS / "zh" / "columns.toml").read_text("utf-8"))


def chinese_words() -> frozenset[str]:
    """Read the words that the Chinese search knows; what is none of them is cut into characters."""
    return frozenset((DOCS / "zh" / "words.txt").read_text("utf-8").split())


def cut(text: str, words: frozenset[str]) -> str:
    """Set the Chinese words of a text apart, the longest known one first."""
    return _CHINESE.sub(lambda found: _GAP + _GAP.join(_words(found[0], words)) + _GAP, text)


def _words(text: str, words: frozenset[str]) -> Iterator[str]:
    start = 0
    while start < len(text):
        lengths = range(min(_LONGEST_WORD, len(text) - start), 1, -1)
        length = next((one for one in lengths if text[start : start + one] in words), 1)
        yield text[start : start + length]
        start += length
