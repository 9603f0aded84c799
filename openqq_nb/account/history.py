"""What was written in a chat: the call of `my` that asks the server for it."""

import pandas as pd

from openqq_nb.account.asking import Asking
from openqq_nb.recipients import Number, RowLike


class History(Asking):
    """The call that goes back in a chat."""

    def history(
        self,
        *,
        gnumber: Number = None,
        qq: Number = None,
        to: RowLike | None = None,
        since: object = None,
        until: object = None,
        limit: int | None = None,
        **filters: object,
    ) -> pd.DataFrame:
        """Load what was written in one chat, from the newest message back, as far as the server has it.

        The server is asked a page at a time, at most one a second, and nothing is kept: `inbox.backfill()` fills the
        journal. Messages that were taken back are not in it.

        Args:
            gnumber: number of a group, as it is.
            qq: number of a friend, as it is.
            to: exactly one row of `groups()` or `friends()`, in place of a number; of `members()` the chat with that
                person.
            since: that moment or later: a datetime, or a text such as `2026-11-17 09:30`, of Asia/Shanghai unless it
                says otherwise.
            until: before that moment. All that is newer has to be asked for as well.
            limit: only the newest so many in that time. Without it all since `since`, or the newest 1000 where there
                is no `since`.
            filters: which of these are kept; as for `inbox.on_message`.

        Returns:
            One row a message in order of `msg_time`, columns and dtypes of `schema.MESSAGES` as in `inbox.df`, without
            `received_at`; no rows for a chat that has none.

        Raises:
            NotSupported: Openqq servers keep no history.
            InvalidInput: it is not said which chat, or a time, number or filter cannot be meant.
            NotFound, Ambiguous: `group=` or `sender=` among the filters does not name exactly one.
            NotUnderstood: the server does not give it, and says why.

        Warns:
            NotLoadedWarning: messages that could not be read are left out.

        Source:
            recorded answers of NapCat and LLBot to `get_group_msg_history` and `get_friend_msg_history`, extensions of
            OneBot 11.

        Example:
            >>> import openqq_nb as oq
            >>> try:
            ...     oq.demo().history(gnumber="1")
            ... except oq.NotSupported as error:
            ...     print(str(error).partition(";")[0])
            A server of the dialect openqq1 keeps no history that could be asked for
        """
        return self._run(self._flows.history.messages((gnumber, qq, to), (since, until, limit), filters))
