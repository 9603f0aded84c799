"""What no server could send, whatever the protocol."""

from openqq_nb.errors import InvalidInput


def check_encodable(content: str) -> None:
    """Refuse what cannot be written as UTF-8.

    Raises:
        InvalidInput: half of a surrogate pair is in the text.
    """
    try:
        content.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"The text has half of a surrogate pair at position {error.start}, which cannot be sent; "
            "nothing was sent. Remove it, for instance with text.encode(errors='ignore').decode()."
        ) from error
