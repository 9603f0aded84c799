"""What an owner or admin of a group may do, and a new login: calls of `my` that change something."""

from openqq_nb.account.asking import Asking
from openqq_nb.models import Outcome
from openqq_nb.recipients import Number, RowLike


class Managing(Asking):
    """The calls that mute, kick and log in anew."""

    def mute(
        self, *, gnumber: Number = None, qq: Number = None, to: RowLike | None = None, seconds: float
    ) -> Outcome:
        """Keep a member from writing in a group for a while; the account must be its owner or an admin.

        Args:
            gnumber: number of the group.
            qq: number of the member.
            to: exactly one row of `members()`, in place of both.
            seconds: for how long; the servers count minutes, so it is rounded up to whole ones. There is no way to
                end it early.

        Returns:
            An `Outcome`, falsy when the server did not do it.

        Raises:
            NotSupported: 1.x can mute in a reply only: `oq.Reply("…", shutup=True)`.
            InvalidInput: a number is missing, or the time is none. Nothing was done.
            NoAnswer: no answer came; it may have been done.

        Source:
            recorded answers of 2.x; the API document has no such call.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo("openqq2")
            >>> my.mute(gnumber="1", qq="2", seconds=600).meaning
            'no such group, or no such member in it; nothing was done'
        """
        return self._run(self._flows.managing.mute(seconds, gnumber, qq, to))

    def kick(self, *, gnumber: Number = None, qq: Number = None, to: RowLike | None = None) -> Outcome:
        """Remove a member from a group; the account must be its owner or an admin.

        The servers answer each kick that worked with an error page. The members are loaded again then, and the
        outcome says whether the member is gone.

        Args:
            gnumber: number of the group.
            qq: number of the member.
            to: exactly one row of `members()`, in place of both.

        Returns:
            An `Outcome`, falsy when the member is still there.

        Raises:
            NotSupported: 1.x has no such call.
            InvalidInput: a number is missing. Nothing was done.
            NoAnswer: no answer came; it may have been done.

        Source:
            recorded answers of 2.x; the API document has no such call.

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
            NotSupported: 1.x has no such call.
            NoAnswer: no answer came; it may log in anew.

        Source:
            recorded answers of 2.x; the API document has no such call.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo("openqq2", seed=1)
            >>> my.relogin().ok
            True
            >>> my.close()
        """
        return self._run(self._flows.managing.relogin())
