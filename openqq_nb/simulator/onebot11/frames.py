"""The frames of a WebSocket: a call in, an answer out."""

import json
from typing import TYPE_CHECKING, Any

from openqq_nb.simulator.onebot11 import calls
from openqq_nb.simulator.onebot11.disturbance import Disturbance
from openqq_nb.simulator.onebot11.envelopes import Envelopes, RefusedError
from openqq_nb.simulator.onebot11.writing import read_json5

if TYPE_CHECKING:
    from openqq_nb.simulator.onebot11.engine import Engine

Json = dict[str, Any]


class Frames:
    """Answers the calls that come over WebSockets.

    Args:
        engine: The end.
    """

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._envelopes = Envelopes(engine.end, is_socket=True)
        self._disturbance = Disturbance(engine.faults, engine.idle_s)

    async def answer(self, frame: str) -> str | None:
        """Do the call of a frame.

        Returns:
            The frame to answer with, if the end answers.

        Raises:
            ConnectionResetError: A fault breaks the connection off.
        """
        try:
            read = self._read(frame)
        except ValueError:
            return self._refuse(RefusedError("json解析失败,请检查数据格式", kind="json"), None)
        name = str(read.get("action", "undefined"))
        return await self._disturbance.frame(name, lambda: self._do(name, read))

    def _read(self, frame: str) -> Json:
        read = read_json5(frame) if self._engine.end.name == "napcat" else json.loads(frame)
        if not isinstance(read, dict):
            raise ValueError("no object")
        return read

    async def _do(self, name: str, read: Json) -> str | None:
        given = read.get("params")
        params = given if isinstance(given, dict) else {}
        echo = {"echo": read["echo"]} if "echo" in read else {}
        try:
            data = await calls.do(self._engine, name, params)
        except RefusedError as error:
            return self._refuse(_reworded(error, name), echo)
        return self._engine.write(self._envelopes.done(data, echo))

    def _refuse(self, error: RefusedError, echo: Json | None) -> str | None:
        refusal = self._envelopes.refused(error, echo)
        return None if refusal is None else self._engine.write(refusal)

    def bad_token(self) -> str:
        """Write the only frame that a caller with a wrong token gets."""
        words = "token验证失败"
        body = {"status": "failed", "retcode": 1403, "data": None, "message": words, "wording": words}
        more = {"echo": None, "stream": "normal-action"} if self._engine.end.name == "napcat" else {}
        return self._engine.write(body | more)


def _reworded(error: RefusedError, name: str) -> RefusedError:
    """Say what the end says over a WebSocket instead of what it says over HTTP."""
    return RefusedError(f"不支持的API {name}", kind="action") if error.kind == "action" else error
