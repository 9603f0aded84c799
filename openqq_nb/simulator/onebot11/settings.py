"""How an end is set up; what its owner sets in its panel may change while it runs."""

from dataclasses import dataclass

from openqq_nb.simulator.dialects import END_NAMES, FORMATS, EndName, Format, check_choice
from openqq_nb.simulator.onebot11.ends import ENDS, End


@dataclass(slots=True)
class Settings:
    """The settings of an end.

    Args:
        end: Which one; see `ends`.
        token: What a call must bring; `None` for a server without authentication.
        secret: Signs posts, and is the token of a reverse WebSocket.
        report_own: Whether one's own messages are events.
        message_format: Whether a message is an array or one text.
        heartbeat_s: Seconds between heartbeats; as the end has it if not given.
        reconnect_s: Seconds until a reverse WebSocket that broke off is opened anew.
        online: Whether QQ has the account logged in.
    """

    end: End
    token: str | None = None
    secret: str | None = None
    report_own: bool = False
    message_format: Format = "array"
    heartbeat_s: float | None = None
    reconnect_s: float = 3.0
    online: bool = True


def settings_of(
    end: EndName,
    token: str | None,
    secret: str | None,
    report_own: bool,
    message_format: Format,
    heartbeat: float | None,
    reconnect: float,
) -> Settings:
    """Make settings of what was typed.

    Raises:
        ValueError: There is no such end or format; the message lists the choices.
    """
    check_choice("end", end, END_NAMES)
    check_choice("message format", message_format, FORMATS)
    return Settings(ENDS[end], token, secret, report_own, message_format, heartbeat, reconnect)
