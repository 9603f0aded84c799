"""Posts an event over HTTP in the manner of an end: headers, signature, chunks, redirects."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any

import httpx

from openqq_nb.simulator.onebot11.settings import Settings
from openqq_nb.simulator.onebot11.writing import dumps
from openqq_nb.simulator.records import Posted, now

CONNECT_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 120.0
REDIRECTS = 5
_MOVED = (301, 302, 307, 308)


class Poster:
    """Holds the connections to the listener.

    Args:
        settings: How the end is set up.
        account: Number of the account.
    """

    def __init__(self, settings: Settings, account: int) -> None:
        self._settings = settings
        self._end = settings.end
        self._account = account
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S, pool=None),
            limits=httpx.Limits(max_connections=None),
            follow_redirects=not self._end.posts_again_as_it_was,
            trust_env=False,
        )
        # What the library would add is said by none of the ends, unless they are named in `post_headers`.
        self._client.headers.clear()

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def post(self, url: str, payload: dict[str, Any]) -> Posted:
        """Post once.

        Args:
            url: The exact address.
            payload: An event.

        Returns:
            The answer, or why there was none.
        """
        body = dumps(payload, self._end.is_escaped)
        try:
            answer = await self._send(url, body)
            for _ in range(REDIRECTS if self._end.posts_again_as_it_was else 0):
                if answer.status_code not in _MOVED or "Location" not in answer.headers:
                    break
                url = str(httpx.URL(url).join(answer.headers["Location"]))
                answer = await self._send(url, body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Posted(payload, None, "", b"", f"{type(error).__name__}: {error}", now())
        kind = answer.headers.get("Content-Type", "")
        return Posted(payload, answer.status_code, kind, answer.content, None, now())

    async def _send(self, url: str, body: bytes) -> httpx.Response:
        content = _in_chunks(body) if self._end.is_chunked else body
        return await self._client.post(url, content=content, headers=self._headers(body))

    def _headers(self, body: bytes) -> dict[str, str]:
        names = ("X-Self-ID", "X-Signature")
        if self._end.name != "lagrange":
            names = ("x-self-id", "x-signature")
        headers = {"Content-Type": self._end.post_type, names[0]: str(self._account)}
        if self._settings.secret:
            signature = hmac.new(self._settings.secret.encode(), body, hashlib.sha1).hexdigest()
            headers[names[1]] = f"sha1={signature}"
        return headers | dict(self._end.post_headers)


async def _in_chunks(body: bytes) -> AsyncIterator[bytes]:
    """Give a body of which the length is not told beforehand."""
    await asyncio.sleep(0)
    yield body
