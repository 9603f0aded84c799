"""Faults of layout that a person sees at once, found without one; contrast is left to axe-core."""

from pathlib import Path

from playwright.sync_api import Page

_FAULTS = Path(__file__).with_name("looks.js").read_text("utf-8")


def faults(page: Page, selector: str) -> list[str]:
    """Return the faults of the elements that a selector finds, one text each.

    A fault is a text that is cut off, unless an ellipsis and a title say so or it can be scrolled to; two things
    to act on that overlap; anything that is wider than the element, or the element than its own place.

    Raises:
        AssertionError: the selector finds nothing that can be seen.
    """
    roots = page.locator(selector).filter(visible=True)
    assert roots.count(), f"the looks of {selector} were asked for, and nothing that can be seen is that."
    return [fault for root in roots.all() for fault in root.evaluate(_FAULTS)]


def assert_tidy(page: Page, selector: str) -> None:
    """Fail with each fault of the elements that a selector finds."""
    found = faults(page, selector)
    assert not found, "faults of layout:\n" + "\n".join(found)
