"""How the ends write and read JSON."""

import json
import re

_MARKUP = {"<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "'": "\\u0027", "+": "\\u002B", "`": "\\u0060"}
_STRING = re.compile(r'"(?:\\.|[^"\\])*"')
_TOKEN = re.compile(
    r"""\s+|//[^\n]*|/\*.*?\*/|(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    r"""|(?P<mark>[{}\[\]:,])|(?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|\.?\d[\w.+-]*|Infinity|NaN))"""
    r"""|(?P<name>[^\W\d]\w*|\$\w*)(?=\s*:)|(?P<word>true|false|null)\b""",
    re.DOTALL,
)


def dumps(value: object, is_escaped: bool = False) -> bytes:
    r"""Write JSON without blanks.

    Args:
        value: What.
        is_escaped: Whether everything beyond ASCII, and what is markup in HTML, is written as `\u`.
    """
    text = json.dumps(value, ensure_ascii=is_escaped, separators=(",", ":"))
    if is_escaped:
        # A plus stands in numbers as well, and there it stays.
        text = _STRING.sub(lambda part: re.sub("[<>&'+`]", lambda found: _MARKUP[found[0]], part[0]), text)
    return text.encode(errors="replace")


def read_json5(text: str) -> object:
    """Read JSON5: names without quotes, single quotes, commas at the end, comments.

    Raises:
        ValueError: It is none; the message names the place as the ends do.
    """
    return json.loads(_as_json(text))


def _as_json(text: str) -> str:
    parts: list[str] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            line = text.count("\n", 0, at) + 1
            raise ValueError(
                f"JSON5: invalid character '{text[at]}' at {line}:{at - text.rfind(chr(10), 0, at)}"
            )
        _take(parts, found)
        at = found.end()
    if not parts:
        raise ValueError("JSON5: invalid end of input at 1:1")
    # A blank between them, so that two numbers side by side do not become one.
    return " ".join(parts)


def _take(parts: list[str], found: "re.Match[str]") -> None:
    kind = found.lastgroup
    if kind == "mark" and found[0] in "}]" and parts and parts[-1] == ",":
        parts.pop()
    if kind == "text":
        parts.append(_quoted(found[0]))
    elif kind == "number":
        parts.append(_number(found[0]))
    elif kind == "name":
        parts.append(json.dumps(found[0]))
    elif kind is not None:
        parts.append(found[0])


def _quoted(text: str) -> str:
    if text[0] == '"':
        return text
    inner = re.sub(r"\\(.)|(\")", lambda part: _inner(part[1], part[2]), text[1:-1], flags=re.DOTALL)
    return f'"{inner}"'


def _inner(escaped: str | None, quote: str | None) -> str:
    if quote:
        return '\\"'
    return "'" if escaped == "'" else f"\\{escaped}"


def _number(text: str) -> str:
    if "x" in text.lower():
        return str(int(text, 16))
    text = text.removeprefix("+")
    return f"0{text}" if text.startswith(".") else text


def as_v8_says(text: str, error: ValueError) -> str:
    """Say what is wrong with JSON in the words of the runtime under LLBot."""
    at = getattr(error, "pos", 0)
    if at >= len(text):
        return "Unexpected end of JSON input"
    shown = text if len(text) <= 40 else f"{text[:20]}..."  # noqa: PLR2004 - about as much as V8 shows
    return f"Unexpected token '{text[at]}', {json.dumps(shown, ensure_ascii=False)} is not valid JSON"
