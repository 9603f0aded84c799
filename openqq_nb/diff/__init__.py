"""What changed between two rosters of one account: who came, who went, who goes by another name.

Permanent numbers tell who is who; within one login of the server temporary ids do. What neither tells is matched by
names, and marked as uncertain.
"""

import pandas as pd

from openqq_nb.columns import Series
from openqq_nb.diff.changes import changes, put_together
from openqq_nb.diff.kinds import FRIENDS, GROUPS, MEMBERS, Kind
from openqq_nb.diff.matching import Match, match
from openqq_nb.diff.sides import Side, sides
from openqq_nb.errors import InvalidInput
from openqq_nb.logins import Fetched, account_number, same_login

# One id in so many may be in both lists by chance.
_OVERLOOKED = 10

_Lists = tuple[pd.DataFrame, pd.DataFrame]


def diff(older: Fetched, newer: Fetched) -> pd.DataFrame:
    """Tell what changed between two rosters of one account.

    Only what lasts makes a row: `nick`, `markname`, `category` of a friend, `gname`, `gmarkname`, `gmemo` of a group,
    `nick`, `card`, `role` of a member (`openqq_nb.diff.kinds`). What changes by itself (`state`, `client_type`,
    `last_speak_time`, `level`, counts), temporary ids, and what follows from another column (`displayname`, the owner,
    whom `role` tells) make none. Nor does a value that the server did not know in one of the rosters, such as `role`
    without extended information; but a missing `markname`, `gmarkname` or `card` means that there is none.

    Somebody who changed in several places has a row for each: as a friend, and in each group. A group that was added
    or removed is one row, without its members. A group whose members one of the rosters does not have gives no
    rows of members. The account itself is told of as a member of groups only.

    Args:
        older: a roster.
        newer: a later one of the same account.

    Returns:
        One row a change, columns and dtypes of `schema.CHANGES`, a RangeIndex: friends, then groups, then members,
        each in the order of the newer roster, then those who are gone in the order of the older one. `what` is
        `joined` or `left` (a member), `added` or `removed` (a friend: no `gnumber`; a group: no `qq`), or the column
        that changed, with `before` and `after`.

        `certain` is True only where permanent numbers tell it or, in rosters of one login of the server, ids; in one
        login, a number that one of the rosters has for an id counts in the other too. Elsewhere:

        - Who has no number is matched by a (nick, card) that nobody else left over has, a friend by (nick, markname),
          a group by (gname, gmarkname), then by gname. Rows about him, or about anybody in such a group, are
          uncertain. Where several go by one name, as many as are on both sides are taken to have stayed: neither
          their values nor the members of such groups are compared.
        - Somebody who is on one side only came or went for certain only if nobody left over on the other side, in
          the same group, might be him under another name.
        - A card that begins like the other, up to where 2.x cuts (21 bytes), may only have been cut: uncertain
          between logins.

        Two numbers of one id, or two ids of one number, within one login count as unknown. Beyond that `certain`
        takes the server's word: it gets numbers by joining two lists of the provider by names.

    Raises:
        InvalidInput: the rosters are of different accounts.

    Source:
        recorded answers: what is permanent, and when a number is missing (docs/traps.md).

    Example:
        >>> import openqq_nb as oq
        >>> from openqq_nb.diff import diff
        >>> my = oq.demo(seed=7, groups=2, friends=4, members=5)
        >>> older = my.roster()
        >>> friend = my.simulator.set_markname(my.simulator.truth.friends[0], "老朋友")
        >>> diff(older, my.roster())[["what", "after", "certain"]].values.tolist()
        [['markname', '老朋友', True]]
    """
    _check_account(older, newer)
    one_login = same_login(older, newer)
    before, after = sides(older, newer, one_login=one_login)
    friends, groups = (before.friends(), after.friends()), (before.groups(), after.groups())
    same_groups = _matched(groups, GROUPS, one_login=one_login)
    members = _members((before, after), groups, same_groups)
    found = (
        (friends, _matched(friends, FRIENDS, one_login=one_login), FRIENDS),
        (groups, same_groups, GROUPS),
        (members, _matched(members, MEMBERS, one_login=one_login), MEMBERS),
    )
    return put_together([changes(*lists, same, kind, one_login=one_login) for lists, same, kind in found])


def _check_account(older: Fetched, newer: Fetched) -> None:
    before, after = account_number(older.me), account_number(newer.me)
    if before != after:
        raise InvalidInput(
            f"These rosters are of two accounts: the older one of {before}, the newer one of {after}. What changed can "
            "be told of one account only; take both from the same `my.roster(...)`."
        )


def _matched(lists: _Lists, kind: Kind, *, one_login: bool) -> Match:
    older, newer = lists
    by_ids = one_login and _share_ids(older["id"], newer["id"])
    return match(older, newer, kind.names, by_ids=by_ids)


def _share_ids(older: Series, newer: Series) -> bool:
    """Tell whether two lists have more than a few ids in common, as lists of one login have.

    A server may log in anew between the answers of which a roster is made, so that one list of it is of another login
    than the rest; and among many ids some are in both by chance.
    """
    before, after = (pd.Index(ids.dropna().unique()) for ids in (older, newer))
    both = (after.get_indexer(before) >= 0).sum()
    return bool(both * _OVERLOOKED > min(len(before), len(after)))


def _members(both: tuple[Side, Side], groups: _Lists, same: Match) -> _Lists:
    """Give the members of those groups that are in both rosters, and loaded in both."""
    pairs = same.pairs[same.pairs["alone"]]
    older, newer = (
        side.members(rows.loc[pairs[label]].assign(sure=pairs["certain"].to_numpy()))
        for side, rows, label in zip(both, groups, ("older", "newer"), strict=True)
    )
    return older[older["place"].isin(newer["place"])], newer[newer["place"].isin(older["place"])]
