"""What axe-core finds on a page that keeps people from using it. Nothing is asked of any address."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

_HARM = ("serious", "critical")
# The body of JupyterLab has no height and hides what hangs over; so axe takes all of the page for hidden, and finds
# nothing wrong with any text in it.
_RUN = """async roots => {
    const body = document.body, height = body.style.minHeight;
    body.style.minHeight = '100vh';
    try {
        return (await axe.run({include: roots}, {resultTypes: ['violations']})).violations;
    } finally {
        body.style.minHeight = height;
    }
}"""


def violations(page: Page, selector: str) -> list[str]:
    """Return what is serious or critical under the elements that a selector finds, one text for each place.

    Raises:
        AssertionError: the selector finds nothing.
    """
    roots = page.locator(selector)
    assert roots.count(), f"axe was to look at {selector}, and nothing on the page is that."
    page.evaluate(_axe())
    found: list[dict[str, Any]] = roots.evaluate_all(_RUN)
    return [_told(rule, node) for rule in found if rule["impact"] in _HARM for node in rule["nodes"]]


def assert_usable(page: Page, selector: str) -> None:
    """Fail with each serious or critical violation under the elements that a selector finds."""
    found = violations(page, selector)
    assert not found, "axe-core found:\n" + "\n".join(found)


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def _told(rule: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    summary = " ".join(str(node["failureSummary"]).split())
    return f"{rule['id']} ({rule['impact']}): {rule['help']}\n    {node['html']}\n    {summary}"
