"""Who is there: the calls of `my` that load frames."""

import pandas as pd

from openqq_nb.account.asking import Asking
from openqq_nb.columns import Series
from openqq_nb.roster import Who


class Reading(Asking):
    """The calls that load who is there."""

    def me(self) -> Series:
        """Tell who the account is.

        Returns:
            A Series named by `schema.ME`.

        Source:
            API document §1.

        Example:
            >>> import openqq_nb as oq
            >>> oq.demo().me()["qq"]
            '9900000100'
        """
        return self._run(self._flows.reading.me())

    def friends(self) -> pd.DataFrame:
        """Load the friends.

        Returns:
            One row a friend, in the server's order, columns and dtypes of `schema.FRIENDS`.

        Source:
            API document §2.

        Example:
            >>> import openqq_nb as oq
            >>> oq.demo().friends().columns[:5].tolist()
            ['displayname', 'nick', 'markname', 'category', 'gender']
        """
        return self._run(self._flows.reading.friends())

    def groups(self) -> pd.DataFrame:
        """Load the groups.

        Returns:
            One row a group, in the server's order, columns and dtypes of `schema.GROUPS`. `member_count` is
            missing, not 0, where the server has not loaded the members.

        Source:
            API document §3.

        Example:
            >>> import openqq_nb as oq
            >>> oq.demo().groups()["member_count"].dtype
            Int64Dtype()
        """
        return self._run(self._flows.reading.groups())

    def members(self, who: Who | None = None) -> pd.DataFrame:
        """Load the members of all groups, or of some.

        Args:
            who: a group by `gname`, `gmarkname`, `gnumber` or `gid`, rows of `groups()`, or a list of these.

        Returns:
            One row per (group, member), columns and dtypes of `schema.MEMBERS`. Members that the
            server has not loaded are loaded now where the dialect can (2.x without a token), one group after the
            other. Without `who`, groups that stay unloaded are left out, with a `NotLoadedWarning` that names them.

        Raises:
            NotFound: no group goes by that name or number.
            Ambiguous: several do; the error lists them.
            NotLoaded: the members of a group that was named are not loaded, and cannot be made to.

        Source:
            API document §3.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> one = my.groups().iloc[0]
            >>> my.members(one)["gname"].unique().tolist() == [one["gname"]]
            True
        """
        return self._run(self._flows.reading.members(who))

    def discusses(self) -> pd.DataFrame:
        """Load the discusses.

        Returns:
            One row a discuss, columns and dtypes of `schema.DISCUSSES`.

        Source:
            API document §4.

        Example:
            >>> import openqq_nb as oq
            >>> oq.demo().discusses()["did"].is_unique
            True
        """
        return self._run(self._flows.reading.discusses())

    def discuss_members(self, who: Who | None = None) -> pd.DataFrame:
        """Load the members of all discusses, or of some.

        Args:
            who: a discuss by name or `did`, rows of `discusses()`, or a list of these.

        Returns:
            One row per (discuss, member), columns and dtypes of `schema.DISCUSS_MEMBERS`.

        Raises:
            NotFound: no discuss goes by that name or id.
            Ambiguous: several do; the error lists them.

        Source:
            API document §4.

        Example:
            >>> import openqq_nb as oq
            >>> oq.demo().discuss_members()["qq"].dtype
            <StringDtype(na_value=nan)>
        """
        return self._run(self._flows.reading.discuss_members(who))

    def recent(self) -> pd.DataFrame:
        """Load whom the account wrote with since the server's last login, at most 20.

        Returns:
            One row a friend or member, columns and dtypes of `schema.RECENT`; it may be `to=` of a send of the kind
            that `recipient_type` says.

        Raises:
            NotSupported: the dialect cannot tell (2.x).

        Source:
            recorded answers of 1.x; the API document does not have this call.

        Example:
            >>> import openqq_nb as oq
            >>> oq.demo().recent().columns[:3].tolist()
            ['displayname', 'recipient_type', 'nick']
        """
        return self._run(self._flows.reading.recent())

    def search_friends(self, text: str) -> pd.DataFrame:
        """Find friends by a part of any name or number, or by the pinyin initials of a name.

        Args:
            text: for instance `"小灰"`, `"xh"` or a few digits of a `qq`, or a whole `id`; letters of either case and
                width are the same.

        Returns:
            The rows of `friends()` that match, columns and dtypes of `schema.FRIENDS`, in the server's order.

        Raises:
            InvalidInput: there is nothing to look for.

        Source:
            API document §2; nothing is searched by the server, so all dialects find the same.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> friend = my.friends().iloc[0]
            >>> friend["qq"] in my.search_friends(friend["nick"])["qq"].tolist()
            True
        """
        return self._run(self._flows.reading.search_friends(text))

    def search_groups(self, text: str) -> pd.DataFrame:
        """Find groups by a part of any name or number, or by the pinyin initials of a name.

        Args:
            text: as in `search_friends`.

        Returns:
            The rows of `groups()` that match, columns and dtypes of `schema.GROUPS`, in the server's order.

        Raises:
            InvalidInput: there is nothing to look for.

        Source:
            API document §3; nothing is searched by the server, so all dialects find the same.

        Example:
            >>> import openqq_nb as oq
            >>> oq.demo().search_groups("perl")["gname"].str.contains("PERL").all()
            np.True_
        """
        return self._run(self._flows.reading.search_groups(text))

    def server(self) -> Series:
        """Ask which dialect, version and state the server has.

        Returns:
            A Series named by `schema.SERVER`; `runtime` is in seconds.

        Source:
            API document §1, and recorded answers of 2.x.

        Example:
            >>> import openqq_nb as oq
            >>> oq.demo("openqq2").server()[["dialect", "version"]].tolist()
            ['openqq2', '2.2.7']
        """
        return self._run(self._flows.reading.server())
