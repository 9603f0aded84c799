"""Texts of pictures in a browser: where they are, and whether they are in each other's way."""

from playwright.sync_api import Page

_LOOK = """roots => roots.flatMap(root => {
    const frame = root.getBoundingClientRect();
    const seen = one => one.textContent.trim() && !one.getAttribute('stroke');
    const found = [...root.querySelectorAll('text')].filter(seen);
    const boxes = found.map(one => {
        const {left, top, right, bottom} = one.getBoundingClientRect();
        return {left, right, top: top + 2, bottom: bottom - 2, text: one.textContent};
    });
    const faults = [];
    boxes.forEach((one, at) => {
        if (one.left < frame.left - 1 || one.right > frame.right + 1 || one.top < frame.top - 1 ||
            one.bottom > frame.bottom + 1)
            faults.push(`leaves the picture: ${one.text}`);
        boxes.slice(0, at).forEach(two => {
            const beside = one.left >= two.right - 1 || two.left >= one.right - 1;
            if (!beside && one.top < two.bottom && two.top < one.bottom)
                faults.push(`overlap: ${one.text} | ${two.text}`);
        });
    });
    return faults;
})"""


def faults(page: Page, selector: str) -> list[str]:
    """Return the texts that leave their picture or lie upon another one, of all pictures that a selector finds."""
    pictures = page.locator(selector)
    assert pictures.count(), f"no picture is {selector}"
    found: list[str] = pictures.evaluate_all(_LOOK)
    return found
