"""Posts to the listener's address the way the real server does: one try, several connections at once."""

import asyncio

import httpx

from openqq_nb.simulator.perl import dumps
from openqq_nb.simulator.records import Posted, now

BROWSER = "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/37.0.2062"
CONNECT_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 120.0


async def _drop_type_of_nothing(request: httpx.Request) -> None:
    """A redirect that turned the post into a GET has no body any more, and names no type."""
    if request.method == "GET":
        request.headers.pop("Content-Type", None)


class Poster:
    """Holds the connections to the listener."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S, pool=None),
            limits=httpx.Limits(max_connections=None),
            follow_redirects=True,
            trust_env=False,
            headers={"User-Agent": BROWSER, "Accept-Encoding": "gzip"},
            event_hooks={"request": [_drop_type_of_nothing]},
        )
        # The real server sends neither of these.
        del self._client.headers["Accept"]
        del self._client.headers["Connection"]

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def post(self, url: str, payload: dict[str, object], patience_s: float | None = None) -> Posted:
        """Post once.

        Args:
            url: The exact address.
            payload: A JSON object.
            patience_s: How long to wait for the answer, if shorter than usual.

        Returns:
            The answer, or why there was none.
        """
        try:
            async with asyncio.timeout(patience_s):
                answer = await self._client.post(
                    url,
                    content=dumps(payload).encode(errors="replace"),
                    headers={"Content-Type": "application/json"},
                )
        except TimeoutError:
            return Posted(payload, None, "", b"", f"no answer within {patience_s} s", now())
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Posted(payload, None, "", b"", f"{type(error).__name__}: {error}", now())
        kind = answer.headers.get("Content-Type", "")
        return Posted(payload, answer.status_code, kind, answer.content, None, now())
