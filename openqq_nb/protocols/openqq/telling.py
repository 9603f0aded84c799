"""Tells which release a post is of.

Source:
    API document §10; recorded posts of both releases.
"""

import re

# Posts of 1.x have no such key. Within a text its quotes would be escaped.
_OF_2 = re.compile(rb'"post_type"\s*:')


def dialect_of(body: bytes) -> str | None:
    """Tell which release a body is of; whatever has no sign of another dialect counts as 1.x, which has none."""
    return "openqq2" if _OF_2.search(body) else "openqq1"
