"""Taking back, what an owner or admin of a group may do, and a new login: calls of `my` that change something."""

from typing import TYPE_CHECKING, TypeAlias

from openqq_nb.account.asking import Asking
from openqq_nb.models import Outcome, Receipt
from openqq_nb.recipients import Number, RowLike

if TYPE_CHECKING:
    from openqq_nb.inbox import Message

MessageLike: TypeAlias = "str | int | Receipt | Message | RowLike"
"""One message: its `msg_id`, or what has it."""


class Managing(Asking):
    """The calls that take back, mute, kick and log in anew."""

    def recall(self, message: MessageLike) -> Outcome:
        """Take back one message, as QQ does for everybody who can see it.

        QQ allows it for about two minutes after one's own message; owner and admins of a group may take back those of
        others. The row stays in `inbox.df`; its `recalled_at` is filled when the server tells of it.

        Args:
            message: its `msg_id` as text or int, the receipt of a send, a message that a handler was given, or exactly
                one row of `inbox.df` or of a log.

        Returns:
            An `Outcome`, falsy when the server did not do it; its `status` is the server's reason.

        Raises:
            NotSupported: Openqq servers have no such call.
            InvalidInput: there is no `msg_id`, as in the receipt of a message that was never sent. Nothing was done.
            NoAnswer: no answer came; it may have been done.

        Source:
            OneBot 11, `delete_msg`.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> try:
            ...     my.recall("387693160")
            ... except oq.NotSupported as error:
            ...     print(str(error).split(",")[0])
            An Openqq server cannot take back a message
            >>> my.close()
        """
        return self._run(self._flows.managing.recall(message))

    def mute(
        self, *, gnumber: Number = None, qq: Number = None, to: RowLike | None = None, seconds: float
    ) -> Outcome:
        """Keep a member from writing in a group for a while; the account must be its owner or an admin.

        Args:
            gnumber: number of the group.
            qq: number of the member.
            to: exactly one row of `members()`, in place of both.
            seconds: for how long. Openqq 2.x counts minutes, so it is rounded up to whole ones, and there is no way to
                end it early. With OneBot 0 ends it; QQ counts in whole minutes.

        Returns:
            An `Outcome`, falsy when the server did not do it.

        Raises:
            NotSupported: Openqq 1.x can mute in a reply only: `oq.Reply("…", shutup=True)`.
            InvalidInput: a number is missing, or the time is none. Nothing was done.
            NoAnswer: no answer came; it may have been done.

        Source:
            recorded answers of Openqq 2.x; the API document has no such call. OneBot 11, `set_group_ban`.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo("openqq2")
            >>> my.mute(gnumber="1", qq="2", seconds=600).meaning
            'no such group, or no such member in it; nothing was done'
        """
        return self._run(self._flows.managing.mute(seconds, gnumber, qq, to))

    def kick(self, *, gnumber: Number = None, qq: Number = None, to: RowLike | None = None) -> Outcome:
        """Remove a member from a group; the account must be its owner or an admin.

        Openqq 2.x answers each kick that worked with an error page. The members are loaded again then, and the
        outcome says whether the member is gone. Servers of OneBot say themselves whether it was done; whoever was
        removed may ask to join again.

        Args:
            gnumber: number of the group.
            qq: number of the member.
            to: exactly one row of `members()`, in place of both.

        Returns:
            An `Outcome`, falsy when the member is still there.

        Raises:
            NotSupported: Openqq 1.x has no such call.
            InvalidInput: a number is missing. Nothing was done.
            NoAnswer: no answer came; it may have been done.

        Source:
            recorded answers of Openqq 2.x; the API document has no such call. OneBot 11, `set_group_kick`.

        Example:
            >>> import openqq_nb as oq
            >>> oq.demo("openqq2").kick(gnumber="1", qq="2").ok
            False
        """
        return self._run(self._flows.managing.kick(gnumber, qq, to))

    def relogin(self) -> Outcome:
        """Have the server log in anew, three seconds later; somebody has to scan its login code then.

        It answers nothing until that is done, and all temporary ids (`id`, `gid`, `did`) change.

        Returns:
            An `Outcome`: whether the server will do it.

        Raises:
            NotSupported: Openqq 1.x and OneBot have no such call; there it is done in the panel of the end.
            NoAnswer: no answer came; it may log in anew.

        Source:
            recorded answers of Openqq 2.x; the API document has no such call.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo("openqq2", seed=1)
            >>> my.relogin().ok
            True
            >>> my.close()
        """
        return self._run(self._flows.managing.relogin())
