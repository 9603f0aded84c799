"""Every question to the server, as a flow that ends in what users get: a frame, a Series, a receipt.

Both faces of an account, the sync one and `aio`, drive these, so that they cannot differ.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pandas as pd

from openqq_nb import schema
from openqq_nb.errors import (
    MAY_HAVE_GONE_OUT,
    InvalidInput,
    NotFound,
    NotLoaded,
    NotLoadedWarning,
    NotUnderstood,
    listed,
    may_have_gone_out,
    warn_outside,
)
from openqq_nb.models import Flow, Receipt, Recipient, RecipientType
from openqq_nb.protocols.base import Dialect, Listing
from openqq_nb.recipients import Number, RowLike, by_keys, by_row, one_row
from openqq_nb.roster import Roster, Who, pick_discuss, pick_groups
from openqq_nb.schema import Series

T = TypeVar("T")

OnSent = Callable[[Recipient, str, Receipt | None], None]
"""Told of each send that left: what was sent, and the receipt, or `None` when no answer came that tells."""


class Flows:
    """The questions, over one dialect; remembers the latest frames for the card of the account."""

    def __init__(self, dialect: Dialect, on_sent: OnSent) -> None:
        self.dialect = dialect
        self.latest: dict[str, Any] = {}
        self._on_sent = on_sent

    def me(self) -> Flow[Series]:
        """Ask who the account is."""
        table = yield from self.dialect.me()
        account = schema.ME.frame(table).iloc[0].rename("me")
        return self._remember("me", account)

    def friends(self) -> Flow[pd.DataFrame]:
        """Ask for the friends."""
        table = yield from self.dialect.friends()
        return self._remember("friends", schema.FRIENDS.frame(table))

    def groups(self) -> Flow[pd.DataFrame]:
        """Ask for the groups."""
        listing = yield from self.dialect.groups()
        return self._groups(listing)

    def members(self, who: Who | None = None) -> Flow[pd.DataFrame]:
        """Ask for the members of all groups, or of those that are named."""
        listing = yield from self.dialect.groups()
        groups = self._groups(listing)
        members = self._remember("members", schema.MEMBERS.frame(listing.members))
        if who is None:
            _warn_of_unloaded(groups)
            return members
        chosen = pick_groups(groups, who)
        _check_loaded(chosen)
        return members[members["gid"].isin(chosen["gid"])].reset_index(drop=True)

    def discusses(self) -> Flow[pd.DataFrame]:
        """Ask for the discusses."""
        listing = yield from self.dialect.discusses()
        return self._discusses(listing)

    def discuss_members(self, who: Who | None = None) -> Flow[pd.DataFrame]:
        """Ask for the members of all discusses, or of those that are named."""
        listing = yield from self.dialect.discusses()
        discusses = self._discusses(listing)
        members = schema.DISCUSS_MEMBERS.frame(listing.members)
        if who is None:
            return members
        chosen = pick_discuss(discusses, who)
        return members[members["did"].isin(chosen["did"])].reset_index(drop=True)

    def roster(self) -> Flow[Roster]:
        """Ask for everything, once."""
        me = yield from self.me()
        friends = yield from self.friends()
        groups = yield from self.dialect.groups()
        discusses = yield from self.dialect.discusses()
        return Roster(
            me=me,
            friends=friends,
            groups=self._groups(groups),
            members=self._remember("members", schema.MEMBERS.frame(groups.members)),
            discusses=self._discusses(discusses),
            discuss_members=schema.DISCUSS_MEMBERS.frame(discusses.members),
            fetched_at=pd.Timestamp.now(schema.ZONE).as_unit("us"),
        )

    def send(
        self,
        recipient_type: RecipientType,
        content: str,
        to: RowLike | None = None,
        keys: Mapping[str, Number] | None = None,
    ) -> Flow[Receipt]:
        """Send one message, to a row or to numbers exactly as they were given."""
        given = {key: value for key, value in (keys or {}).items() if value is not None}
        if (to is None) == (not given):
            raise InvalidInput(
                "Say once whom the message goes to: either to=<one row>, or a number such as qq= or gnumber=. "
                "Nothing was sent."
            )
        if not isinstance(content, str):
            raise InvalidInput(f"The text must be a str, not {type(content).__name__}; nothing was sent.")
        if to is None:
            return (yield from self.send_to(by_keys(recipient_type, **given), content))
        recipient = by_row(recipient_type, to)
        yield from self._same_login(recipient, one_row(to))
        return (yield from self.send_to(recipient, content))

    def send_to(self, recipient: Recipient, content: str) -> Flow[Receipt]:
        """Send one message to exactly these numbers, and have it recorded."""
        try:
            receipt = yield from self.dialect.send(recipient, content)
        except BaseException as error:
            if isinstance(error, NotUnderstood):
                error.add_note(MAY_HAVE_GONE_OUT)
            if may_have_gone_out(error):
                self._on_sent(recipient, content, None)
            raise
        self._on_sent(recipient, content, receipt)
        return receipt

    def _same_login(self, recipient: Recipient, row: Mapping[str, Any]) -> Flow[None]:
        """Before an id is used, ask again whether it still belongs to the same name: ids change at each login."""
        for key, ask in (("id", self._people_of(recipient)), ("gid", self.groups), ("did", self.discusses)):
            wanted = getattr(recipient, key)
            if wanted is not None:
                frame = yield from ask()
                _check_same(frame[frame[key] == wanted], row, key)

    def _people_of(self, recipient: Recipient) -> Callable[[], Flow[pd.DataFrame]]:
        if recipient.recipient_type == "friend":
            return self.friends
        return self.discuss_members if recipient.did is not None else self.members

    def _groups(self, listing: Listing) -> pd.DataFrame:
        return self._remember("groups", schema.GROUPS.frame(listing.places))

    def _discusses(self, listing: Listing) -> pd.DataFrame:
        return self._remember("discusses", schema.DISCUSSES.frame(listing.places))

    def _remember(self, name: str, found: T) -> T:
        self.latest[name] = found
        return found


_NAME_OF = {"id": "nick", "gid": "gname", "did": "dname"}


def _check_same(found: pd.DataFrame, row: Mapping[str, Any], key: str) -> None:
    column = _NAME_OF[key] if _NAME_OF[key] in row else "displayname"
    name = row.get(column)
    if not isinstance(name, str):
        raise InvalidInput(
            f"This row has only {key}={row.get(key)}, which may belong to somebody else after the next login, and no "
            f"{_NAME_OF[key]} to compare. Nothing was sent; give a whole row, or {key}= to send it as it is."
        )
    if name not in set(found[column]):
        raise NotFound(
            f"{key}={row.get(key)} does not belong to {name!r} any more: renamed, or the server has logged in anew "
            "and ids changed. Nothing was sent; load the frame again and take the row from there."
        )


def _unloaded(groups: pd.DataFrame) -> list[str]:
    return [str(name) for name in groups.loc[~groups["members_loaded"], "displayname"]]


def _warn_of_unloaded(groups: pd.DataFrame) -> None:
    missing = _unloaded(groups)
    if missing:
        warn_outside(
            f"The server has not loaded the members of {len(missing)} of {len(groups)} groups, which are left out:"
            f"{listed(missing)}\nIt loads a group when a message comes in there, and all of them every ten minutes.",
            NotLoadedWarning,
        )


def _check_loaded(chosen: pd.DataFrame) -> None:
    missing = _unloaded(chosen)
    if missing:
        raise NotLoaded(
            f"The server has not loaded the members of:{listed(missing)}\n"
            "It loads a group when a message comes in there, and all of them every ten minutes; ask again then."
        )
