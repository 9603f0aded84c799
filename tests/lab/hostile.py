"""Fifty texts that somebody may send or be called, and how to see that a page has shown them as text and no more."""

import unicodedata
from collections.abc import Collection, Iterable
from typing import Any

from playwright.sync_api import Page

_FLOOD = "\u0316\u0317\u0318\u0319\u031c\u031d\u031e\u031f\u0320\u0324"

TEXTS: dict[str, str] = {
    # Markup that runs something: a dialog, or an address that is asked.
    "script": "<script>alert('script')</script>",
    "script of another place": '<script src="https://evil.example/a.js"></script>',
    "image that fails": "<img src=x onerror=alert('image')>",
    "svg that loads": "<svg onload=alert('svg')><circle r=9 /></svg>",
    "svg with a script": "<svg><script>alert('svg script')</script></svg>",
    "frame": "<iframe srcdoc=\"<script>parent.alert('frame')</script>\"></iframe>",
    "details that open": "<details open ontoggle=alert('details')>看</details>",
    "field that takes the focus": "<input autofocus onfocus=alert('focus')>",
    "video": "<video src=x onerror=alert('video')></video>",
    "object": '<object data="https://evil.example/o.swf"></object>',
    "marquee": "<marquee onstart=alert('marquee')>跑</marquee>",
    "math": '<math><mtext><table><mglyph><style><img src=x onerror=alert("math")>',
    "no script": "<noscript><p title=\"</noscript><img src=x onerror=alert('noscript')>\">",
    "unfinished tag": "<img src=x onerror=alert('unfinished') ",
    "tag in capitals and slashes": "<IMG/SRC=x/ONERROR=alert('capitals')//>",
    "address of a script": "javascript:alert('address')",
    "link to a script": "<a href=\"javascript:alert('link')\">点我</a>",
    "data address": "data:text/html,<script>alert('data')</script>",
    # Markup that changes the page.
    "bold": "<b>粗</b><i>斜</i><u>下</u>",
    "style sheet": "<style>*{background:url(https://evil.example/s.png)}</style>",
    "style attribute": '<div style="position:fixed;inset:0;background:url(//evil.example/d.png)">盖住</div>',
    "linked style sheet": '<link rel=stylesheet href="https://evil.example/l.css">',
    "refresh": '<meta http-equiv=refresh content="0;url=https://evil.example/">',
    "base": '<base href="https://evil.example/">',
    "form": '<form action="https://evil.example/"><button>提交</button></form>',
    "closing tags": "</textarea></title></script></style></div></table></body></html>尾",
    "comment": "--><!-- 注释 --><![CDATA[x]]>",
    "out of an attribute": "\"'><img src=x onerror=alert('attribute')>",
    "entities": "&lt;img src=x onerror=alert(1)&gt; &amp; &#60;b&#62; &nbsp;",
    # What other languages would calculate, or take for their own.
    "template": "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> {7*7} %(x)s {0}",
    "template that reaches out": "{{constructor.constructor('alert(1)')()}}",
    "markdown": "# 题 **粗** [点](javascript:alert('md')) ![图](https://evil.example/m.png) `码`",
    "LaTeX": r"$\href{javascript:alert('tex')}{x}$ $$\frac{1}{0}$$ \(x\)",
    "CSS": "x;}*{display:none;background:url(https://evil.example/c.png)}/*",
    "JSON": '{"__proto__": {"polluted": true}, "constructor": null, "text": "\\u003cb\\u003e"}',
    "SQL": "'; DROP TABLE messages; --",
    "path": "../../../../etc/passwd\\..\\..\\boot.ini%2e%2e%2f",
    "formula": "=cmd|'/c calc'!A1",
    "placeholder": "[图片][微笑]@全体成员 [CQ:at,qq=all] {displayname}",
    # What is seen differently from what it is.
    "right to left": "\u202egnp.exe\u202c 之后 \u2066أهلا\u2069",
    "open embeddings": "\u202e\u202e\u202e\u2067\u2067没有结束",
    "zero width": "零\u200b宽\u200d度\ufeff字\u2060符\u00ad",
    "combining flood": "".join(f"{letter}{_FLOOD * 6}" for letter in "zalgo"),
    "ANSI": "\x1b[31m红\x1b[0m\x1b]8;;https://evil.example/\x07链接\x1b]8;;\x07\x1b[2J",
    "control characters": "零\x00铃\x07退\x08页\x0c删\x7f行\x85尾\u2028段\u2029完",
    "line breaks": "一\n二\r\n三\r四\n\n\n\t五",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈👍🏿🇨🇳1️⃣ ﷽ ﾊﾝｶｸ Ｆｕｌｌ 𝔘𝔫𝔦",
    # Much of it.
    "one long word": "长" + "w" * 2_000,
    "ten thousand characters": ("一万字 <b>不粗</b> " * 1_000)[:10_000],
    "blank": " \u3000\t\u00a0\u2800\u3164",
}
"""By name; each is a nick, a card, a name of a group, a markname or a message."""

# The tags that a page draws with. A name in a title or a link is text to it, so neither `a` nor `img` is here.
_DRAWN = """
    article aside bdi br button caption code col colgroup dd div dl dt fieldset footer h1 h2 h3 h4 h5 h6 header input
    label legend li main mark nav ol optgroup option output p pre progress search section select small span strong
    table tbody td textarea tfoot th thead time tr ul
"""
_BEGINNING = 24
# Of what a text may have become, this is found in the whole page: a name may stand outside of its widget, as in a tab.
_LOOK = r"""root => {
    const all = [root, ...root.querySelectorAll('*')];
    const told = element => element.cloneNode(false).outerHTML.slice(0, 200);
    const acts = /^(on.*|src|srcset|srcdoc|href|xlink:href|action|formaction|data|style)$/;
    const theirs = /evil\.example|alert\(|^\s*javascript:/i;
    const alive = ({name, value}) => acts.test(name) && theirs.test(value);
    return {
        tags: all.map(element => [element.localName, told(element)]),
        alive: [...document.querySelectorAll('*')].filter(one => [...one.attributes].some(alive)).map(told),
        shown: [root.textContent, ...all.map(element => element.value)].join('\n'),
    };
}"""


def assert_inert(page: Page, selector: str, texts: Iterable[str] = (), ours: Collection[str] = ()) -> None:
    """Fail if a text has become more than text under an element; dialogs and requests are the Guard's.

    Args:
        page: the page.
        selector: finds the element, which is the only one.
        texts: what must be there to read, at least its beginning; what cannot be seen does not count.
        ours: tags beside the usual ones that are drawn on purpose, as `svg` and what is in it.
    """
    found: dict[str, Any] = page.locator(selector).evaluate(_LOOK)
    made = [told for tag, told in found["tags"] if tag not in _DRAWN.split() and tag not in ours]
    assert not made, f"elements that no widget draws: {made}"
    assert not found["alive"], f"attributes that do something: {found['alive']}"
    shown = visible(found["shown"])
    missing = [text[:80] for text in texts if visible(text)[:_BEGINNING] not in shown]
    assert not missing, f"texts that are not there as they are: {missing}"


def visible(text: str) -> str:
    """Return what of a text can be seen: no blanks, no controls, nothing of zero width."""
    return "".join(
        character
        for character in text
        if not character.isspace() and unicodedata.category(character) not in ("Cc", "Cf")
    )
