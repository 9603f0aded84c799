"""Tells whether a post is one of OneBot.

Source:
    OneBot 11, events; recorded posts of NapCat, LLBot, go-cqhttp, SnowLuma and Lagrange.
"""

import re

# Both stand in every post, and neither in one of Openqq. Within a text their quotes would be escaped.
_ACCOUNT = re.compile(rb'"self_id"\s*:')
_KIND = re.compile(rb'"post_type"\s*:')


def dialect_of(body: bytes) -> str | None:
    """Tell whether a body is a post of OneBot; `None` if it is not."""
    return "onebot11" if _ACCOUNT.search(body) and _KIND.search(body) else None
