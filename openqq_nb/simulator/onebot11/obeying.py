"""Doing what the answers to posts say."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from openqq_nb.simulator.onebot11.acts import Place
from openqq_nb.simulator.onebot11.envelopes import RefusedError
from openqq_nb.simulator.onebot11.events import Obey
from openqq_nb.simulator.onebot11.given import segments
from openqq_nb.simulator.onebot11.quick import Quick, read_answer
from openqq_nb.simulator.onebot11.store import Said
from openqq_nb.simulator.records import Posted

if TYPE_CHECKING:
    from openqq_nb.simulator.onebot11.engine import Engine

Json = dict[str, Any]


class Obeying:
    """Obeys the answers to the posts of one end.

    Args:
        engine: The end.
    """

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine

    def message(self, said: Said) -> Obey | None:
        """Give what does as the answer to the post of a message says; nobody obeys an answer to his own words."""
        if said.is_own:
            return None

        async def obey(posted: Posted) -> str | None:
            return await self._obeyed(posted, lambda quick: self._obey(quick, said))

        return obey

    async def _obeyed(self, posted: Posted, do: Callable[[Quick], Awaitable[None]]) -> str | None:
        """Do what an answer says; gives what the end complains about."""
        quick, complaint = read_answer(self._engine.end, posted)
        try:
            await do(quick)
        except RefusedError as error:
            return error.text or f"retcode {error.number}"
        return complaint

    async def _obey(self, quick: Quick, said: Said) -> None:
        if quick.reply is not None:
            await self._reply(quick, said)
        if quick.delete:
            self._engine.acts.recall(said.message_id)
        if quick.kick and said.is_group:
            self._engine.acts.kick(said.chat[1], said.sender.qq)
        elif quick.ban_s is not None and said.is_group:
            self._engine.acts.ban(said.chat[1], said.sender.qq, quick.ban_s, "reply")

    async def _reply(self, quick: Quick, said: Said) -> None:
        parts: list[Json] = []
        if said.is_group or self._engine.end.quotes_friends:
            parts.append({"type": "reply", "data": {"id": str(said.message_id)}})
        if said.is_group and quick.at_sender:
            parts.append({"type": "at", "data": {"qq": str(said.sender.qq)}})
        parts += segments(self._engine.end, quick.reply, quick.is_literal)
        call = "send_group_msg" if said.is_group else "send_private_msg"
        await self._engine.acts.send(call, Place(said.chat, said.through), parts, via="reply")

    def request(self, request: Json) -> Obey:
        """Give what does as the answer to the post of a request says."""

        async def decide(quick: Quick) -> None:
            if quick.approve is not None:
                self._engine.acts.decide(request["flag"], quick.approve, quick.reason, "reply")

        async def obey(posted: Posted) -> str | None:
            return await self._obeyed(posted, decide)

        return obey
