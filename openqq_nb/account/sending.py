"""Writing to one: the calls of `my` that send a message."""

from openqq_nb.account.asking import Asking
from openqq_nb.models import Receipt
from openqq_nb.recipients import Number, RowLike
from openqq_nb.segments import Content


class Sending(Asking):
    """The calls that send one message."""

    def send_friend(
        self,
        content: Content,
        *,
        qq: Number = None,
        id: Number = None,
        to: RowLike | None = None,
        wait: bool = True,
    ) -> Receipt:
        """Send one message to a friend.

        Args:
            content: the text, which may have several lines and is never read as markup or CQ code; or, where the server
                speaks OneBot, parts: `oq.at`, `oq.image`, `oq.face` and `oq.reply_to`, joined with texts by `+`. Sent
                by POST, so that its length is not limited here; QQ itself refuses or cuts very long texts.
            qq: number of the friend, sent exactly as given.
            id: id of the friend, good within one login of an Openqq server, sent exactly as given; OneBot has none.
            to: exactly one row of `friends()`, in place of a number.
            wait: False comes back as soon as the message is queued, with delivery `accepted`; what becomes of it
                shows in `inbox.df` while an inbox runs. Openqq 2.x only.

        Returns:
            A `Receipt`, falsy when the server did not take the message; its `repr` says why. Of OneBot `code` is the
            `retcode` of the end, whose numbers other than 0 mean nothing in general, and `msg_id` may be negative.

        Raises:
            InvalidInput: the text is empty, or it is not said to whom it goes. Nothing was sent.
            NotSupported: parts are sent by a server of Openqq, or `wait=False` and the server answers only when the
                message was sent (Openqq 1.x, OneBot). Nothing was sent.
            NotFound: the row has an id only, and that belongs to somebody else by now. Nothing was sent.
            NoAnswer: no answer came; the message may have gone out.

        Source:
            API document §5; OneBot 11, `send_private_msg`.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> bool(my.send_friend("你好", to=my.friends().iloc[0]))
            True
        """
        return self._run(self._flows.sending.send("friend", content, to, {"qq": qq, "id": id}, wait=wait))

    def send_group(
        self,
        content: Content,
        *,
        gnumber: Number = None,
        gid: Number = None,
        to: RowLike | None = None,
        wait: bool = True,
    ) -> Receipt:
        """Send one message to a group.

        Args:
            content: the text or, with OneBot, parts; as in `send_friend`.
            gnumber: number of the group, sent exactly as given.
            gid: id of the group, good within one login of an Openqq server, sent exactly as given; OneBot has none.
            to: exactly one row of `groups()` or `members()`, in place of a number.
            wait: as in `send_friend`.

        Returns:
            A `Receipt`; see `send_friend`.

        Raises:
            InvalidInput: the text is empty, or it is not said to whom it goes. Nothing was sent.
            NotSupported: as in `send_friend`. Nothing was sent.
            NotFound: the row has an id only, and that belongs to another group by now. Nothing was sent.
            NoAnswer: no answer came; the message may have gone out.

        Source:
            API document §6; the server wants `gid`, where the document's example says `id`. OneBot 11,
            `send_group_msg`.

        Example:
            >>> import openqq_nb as oq
            >>> oq.demo().send_group("大家好", gnumber="1").meaning
            'no such group; nothing was sent'
        """
        return self._run(
            self._flows.sending.send("group", content, to, {"gnumber": gnumber, "gid": gid}, wait=wait)
        )

    def send_discuss(self, content: Content, *, did: Number = None, to: RowLike | None = None) -> Receipt:
        """Send one message to a discuss.

        Args:
            content: the text; servers of OneBot have no discusses.
            did: id of the discuss, good within one login of the server, sent exactly as given.
            to: exactly one row of `discusses()`, in place of the id.

        Returns:
            A `Receipt`; see `send_friend`.

        Raises:
            InvalidInput: the text is empty, or it is not said to whom it goes. Nothing was sent.
            NotSupported: the server has no discusses (OneBot), or parts were given. Nothing was sent.
            NotFound: the id of the row belongs to another discuss by now. Nothing was sent.
            NoAnswer: no answer came; the message may have gone out.

        Source:
            API document §7.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> my.send_discuss("hi", to=my.discusses().iloc[0]).code
            0
        """
        return self._run(self._flows.sending.send("discuss", content, to, {"did": did}))

    def send_session(
        self,
        content: Content,
        *,
        gnumber: Number = None,
        gid: Number = None,
        did: Number = None,
        qq: Number = None,
        id: Number = None,
        to: RowLike | None = None,
    ) -> Receipt:
        """Send one temporary message to a person through a group or discuss that both are in.

        The API document says of these: blocked by Tencent (已被腾讯屏蔽). An Openqq 2.x server cannot send them at all;
        ends of OneBot can, except Lagrange, and QQ refuses them often.

        Args:
            content: the text or, with OneBot, parts; as in `send_friend`.
            gnumber: number of the group.
            gid: id of the group, good within one login of an Openqq server.
            did: id of the discuss, in place of a group; Openqq only.
            qq: number of the person.
            id: id of the person, good within one login of an Openqq server.
            to: exactly one row of `members()` or `discuss_members()`, in place of all numbers.

        Returns:
            A `Receipt`; see `send_friend`.

        Raises:
            NotSupported: the server cannot (Openqq 2.x), or not with parts (Openqq). Nothing was sent.
            InvalidInput: the text is empty, or it is not said to whom it goes. Nothing was sent.
            NoAnswer: no answer came; the message may have gone out.

        Source:
            API document §8 and §9; OneBot 11, `send_private_msg` with `group_id`.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> stranger = my.members().dropna(subset=["qq", "gnumber"]).iloc[-1]
            >>> my.send_session("hi", to=stranger).status
            '发送成功'
        """
        keys = {"gnumber": gnumber, "gid": gid, "did": did, "qq": qq, "id": id}
        return self._run(self._flows.sending.send("session", content, to, keys))
