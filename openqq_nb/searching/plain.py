"""What two writings of one text have in common, wherever texts are compared by a search."""

import unicodedata


def plain(text: str) -> str:
    """Take away what two writings of one name may differ in: width, case, composition.

    Example:
        >>> plain("ＰＥＲＬ角")
        'perl角'
    """
    return unicodedata.normalize("NFKC", text).casefold()
