"""What mkdocs calls with each finished page: names in the text become links, attributes get anchors."""

import re
from typing import Any

import openqq_nb as oq
from tools.site_pages import RESULTS, SCHEMAS

HOMES = {
    "oq": "openqq_nb",
    "oq.analysis": "openqq_nb.analysis",
    "oq.charts": "openqq_nb.charts",
    "analysis": "openqq_nb.analysis",
    "charts": "openqq_nb.charts",
    "picture": "openqq_nb.charts.Picture",
    "my": "openqq_nb.Account",
    "my.aio": "openqq_nb.account.aio.AsyncAccount",
    "my.simulator": "openqq_nb.simulator.Simulator",
    "inbox": "openqq_nb.Inbox",
    "inbox.aio": "openqq_nb.inbox.aio.AsyncInbox",
    "roster": "openqq_nb.Roster",
    "log": "openqq_nb.Log",
    "Account": "openqq_nb.Account",
    "Inbox": "openqq_nb.Inbox",
    "Simulator": "openqq_nb.simulator.Simulator",
}
"""Where the reference has what stands behind such a word and a dot."""

MET = {
    "DemoAccount": "openqq_nb.demo_account.DemoAccount",
    "FAULTS": "openqq_nb.simulator.FAULTS",
    "Fault": "openqq_nb.simulator.Fault",
    "FaultKind": "openqq_nb.simulator.FaultKind",
    "LoginCode": "openqq_nb.inbox.login_code.LoginCode",
    "Message": "openqq_nb.inbox.message.Message",
    "Picture": "openqq_nb.charts.Picture",
    "Setup": "openqq_nb.inbox.setup.Setup",
    "Stats": "openqq_nb.inbox.stats.Stats",
    "my.simulator": "openqq_nb.simulator.Simulator",
}
"""Where the reference has what nobody types, but everybody meets."""

_ATTRIBUTE = re.compile(
    r'<li class="doc-section-item field-body">(?=\s*<b><code><autoref identifier="(openqq_nb[\w.]+)")'
)
_LEAVE = r"<(?P<tag>a|autoref|h\d|pre)\b.*?</(?P=tag)>"
_CODE = re.compile(rf"{_LEAVE}|<code>(?P<name>[\w.]+)(?:\([^<]*\))?</code>", re.DOTALL)
_SCHEMAS = {
    f"{'results' if one in RESULTS else 'schema'}.{one.name}": one.name.lower().replace("_", "-")
    for one in SCHEMAS
}


def on_page_content(html: str, page: Any, **_: object) -> str:  # noqa: ANN401 - a page of mkdocs
    """Give the attributes of classes an anchor, and link names in the text to the reference."""
    root = "../" * page.url.count("/")
    anchored = _ATTRIBUTE.sub(r'<li id="\1" class="doc-section-item field-body">', html)
    return _CODE.sub(lambda found: _linked(found, root), anchored)


def identifier(name: str) -> str | None:
    """Tell where the reference may have a name, as it stands in a text: `oq.Reply`, `my.friends`, `Receipt`."""
    if name in MET:
        return MET[name]
    place, _, last = name.rpartition(".")
    if not place:
        return f"openqq_nb.{name}" if name in oq.__all__ and name[0].isupper() else None
    return f"{HOMES[place]}.{last}" if place in HOMES else None


def _linked(found: re.Match[str], root: str) -> str:
    name = found["name"]
    if name in _SCHEMAS:
        return f'<a href="{root}columns.html#{_SCHEMAS[name]}">{found[0]}</a>'
    wanted = identifier(name) if name else None
    # Optional: what the reference does not have stays as it is.
    return f'<autoref optional identifier="{wanted}">{found[0]}</autoref>' if wanted else found[0]
