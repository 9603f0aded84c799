"""Sending one message, as a flow: to numbers exactly as given, or to a row, whose ids are compared first."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from openqq_nb.errors import MAY_HAVE_GONE_OUT, InvalidInput, NotFound, NotUnderstood, may_have_gone_out
from openqq_nb.flows.reading import Reading
from openqq_nb.flows.seen import NAME_OF, Kind, Seen, names_of, shown_names_of
from openqq_nb.models import Flow, Receipt, Recipient, RecipientType, Row
from openqq_nb.protocols.base import Dialect
from openqq_nb.recipients import Number, RowLike, by_keys, by_row, one_row
from openqq_nb.segments import Content, Parts, parts

_SHOWN_AS = {"id": "sender", "gid": "group", "did": "discuss"}
"""The column of a message that names the bearer of an id."""

OnSent = Callable[[Recipient, Content, Receipt | None], None]
"""Told of each send that left: what was sent, and the receipt, or `None` when no answer came that tells."""


class Sending:
    """Sends over one dialect.

    Args:
        dialect: how the server speaks.
        reading: asks who is there, before an id is used.
        seen: knows the ids of earlier logins.
        on_sent: told of each message that left.
    """

    def __init__(self, dialect: Dialect, reading: Reading, seen: Seen, on_sent: OnSent) -> None:
        self._dialect = dialect
        self._reading = reading
        self._seen = seen
        self._on_sent = on_sent

    def send(
        self,
        recipient_type: RecipientType,
        content: Content,
        to: RowLike | None,
        keys: Mapping[str, Number],
        *,
        wait: bool = True,
    ) -> Flow[Receipt]:
        """Send one message, to a row or to numbers exactly as they were given."""
        given = {key: value for key, value in keys.items() if value is not None}
        if (to is None) == (not given):
            raise InvalidInput(
                "Say once whom the message goes to: either to=<one row>, or a number such as qq= or gnumber=. "
                "Nothing was sent."
            )
        if not isinstance(content, str | Parts):
            raise InvalidInput(
                "What is sent must be a str, or parts that oq.at, oq.image, oq.face and oq.reply_to make, not "
                f"{type(content).__name__}; nothing was sent."
            )
        if not isinstance(wait, bool):
            raise InvalidInput(f"wait must be True or False, not {wait!r}; nothing was sent.")
        if to is None:
            return (yield from self.send_to(by_keys(recipient_type, **given), content, wait=wait))
        recipient = by_row(recipient_type, to)
        return (yield from self.send_to_row(recipient, one_row(to), content, wait=wait))

    def send_to_row(
        self, recipient: Recipient, row: Mapping[str, Any], content: Content, *, wait: bool = True
    ) -> Flow[Receipt]:
        """Send one message to a row, after asking again whether its ids still belong to the same names."""
        yield from self.check_row(recipient, row)
        return (yield from self.send_to(recipient, content, wait=wait))

    def check_row(self, recipient: Recipient, row: Mapping[str, Any]) -> Flow[None]:
        """Ask again whether the ids of a row still belong to the same names; of permanent numbers nothing is asked.

        Raises:
            NotFound: they do not, or that cannot be told.
        """
        logins: int | None = None
        for key, temporary in _temporary(recipient):
            yield from self._check(recipient, key, temporary, _name(row, key))
            if logins not in (None, self._seen.logins):
                raise NotFound(
                    "The server has logged in anew while the ids of this row were compared; nothing was sent. Load the "
                    "frame again and take the row from there."
                )
            logins = self._seen.logins

    def send_in_login(
        self, recipient: Recipient, message: Row, content: Content, logins: int
    ) -> Flow[Receipt]:
        """Answer a message that has ids only, which were good when so many logins had been noticed.

        Raises:
            NotFound: the server has logged in anew since, or the ids do not go by the names of the message: they may
                belong to others.
        """
        for key, temporary in _temporary(recipient):
            frame = yield from self._reading.of_kind(_kind_of(recipient, key))
            if self._seen.logins != logins:
                raise NotFound(
                    f"The server has logged in anew, so {key}={temporary} may belong to somebody else; nothing was "
                    "sent. The number of who was meant is not known."
                )
            shown = message.get(_SHOWN_AS[key])
            names = names_of(frame, key, temporary)
            was_earlier = any(self._seen.was_earlier(key, temporary, name) for name in names)
            if was_earlier or shown not in shown_names_of(frame, key, temporary):
                raise NotFound(
                    f"It is not certain that {key}={temporary} still belongs to {shown!r}; nothing was sent. The "
                    "number of who was meant is not known."
                )
        return (yield from self.send_to(recipient, content))

    def send_to(self, recipient: Recipient, content: Content, *, wait: bool = True) -> Flow[Receipt]:
        """Send one message to exactly these numbers, and have it recorded."""
        # Where more than text can be sent, a text is one part of a message, and is posted back as that.
        told = parts(content) if self._dialect.composes else content
        try:
            receipt = yield from self._dialect.send(recipient, content, wait=wait)
        except NotUnderstood as error:
            self._on_sent(recipient, told, None)
            raise NotUnderstood(f"{error} {MAY_HAVE_GONE_OUT}") from error
        except BaseException as error:
            if may_have_gone_out(error):
                self._on_sent(recipient, told, None)
            raise
        self._on_sent(recipient, told, receipt)
        return receipt

    def _check(self, recipient: Recipient, key: str, temporary: str, name: str) -> Flow[None]:
        """Ask again before an id is used.

        What is asked for besides the kind of the recipient is the kind of frame that the row may be of: only the
        same kind, fetched again, shows for certain whether there was a login in between.
        """
        kind = _kind_of(recipient, key)
        frames: dict[Kind, pd.DataFrame] = {}
        for asked in dict.fromkeys([kind, *self._seen.kinds_with(key, temporary, name)]):
            frames[asked] = yield from self._reading.of_kind(asked)
        names = names_of(frames[kind], key, temporary)
        if not names:
            raise NotFound(
                f"{key}={temporary} does not belong to {name!r} any more as far as the server knows, which lists "
                "nobody by it: gone, or in a group whose members are not loaded, or the server has logged in anew and "
                "ids changed. Nothing was sent; load the frame again and take the row from there."
            )
        if name not in names:
            raise NotFound(
                f"{key}={temporary} does not belong to {name!r} any more: renamed, or the server has logged in anew "
                "and ids changed. Nothing was sent; load the frame again and take the row from there."
            )
        if self._seen.was_earlier(key, temporary, name):
            raise NotFound(
                f"{key}={temporary} belonged to {name!r} before the server logged in anew, and now to somebody of the "
                f"same name: who is meant cannot be told. Nothing was sent; with {key}= it goes out as it is."
            )


def _temporary(recipient: Recipient) -> list[tuple[str, str]]:
    """Give the ids of a recipient that are good within one login only."""
    return [(key, value) for key in NAME_OF if (value := getattr(recipient, key)) is not None]


def _kind_of(recipient: Recipient, key: str) -> Kind:
    if key == "gid":
        return "groups"
    if key == "did":
        return "discusses"
    if recipient.recipient_type == "friend":
        return "friends"
    return "discuss_members" if recipient.did is not None else "members"


def _name(row: Mapping[str, Any], key: str) -> str:
    name = row.get(NAME_OF[key])
    if isinstance(name, str):
        return name.encode(
            "utf-8", "replace"
        ).decode()  # half a surrogate pair is in no name, and Arrow refuses it
    raise InvalidInput(
        f"This row has only {key}={row.get(key)}, which may belong to somebody else after the next login, and no "
        f"{NAME_OF[key]} to compare. Nothing was sent; give a whole row, or {key}= to send it as it is."
    )
