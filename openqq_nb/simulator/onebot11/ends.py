"""What the ends differ in, as data; `rows`, `words` and `notices` write what differs in shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from openqq_nb.simulator.dialects import EndName

Code = int | None
Failure = Literal["business", "parameter", "action", "json"]


@dataclass(frozen=True, slots=True)
class End:
    r"""One program that speaks OneBot 11 for an account.

    Args:
        name: Its name here.
        version: What `get_version_info` tells, besides `protocol_version`.
        status: What `get_status` and heartbeats tell besides `online` and `good`, in front of them.
        status_after: The same, behind them; not in heartbeats.
        json_type: Content type of its answers.
        headers: Of every answer.
        retcodes: Of a failure, over HTTP.
        retcodes_ws: The same over a WebSocket; `None` for a frame that is not answered.
        has_texts: Whether a failure comes with words.
        is_escaped: Whether JSON has `\u` for everything beyond ASCII.
        post_headers: What its posts carry, besides signature and account.
        post_type: Content type of its posts.
        is_chunked: Whether posts come chunked, without a length.
        posts_again_as_it_was: Whether a redirected post stays a post whatever the status.
        heartbeat_s: Seconds between heartbeats on a WebSocket.
        beats_by_post: Whether they come by HTTP as well; `None` if only when they were asked for.
        own_type: `post_type` of one's own message.
        ban_s: What a missing `duration` of `set_group_ban` means.
        forgets_ids: Whether a message is unknown after a restart until a page of the history shows it.
        max_ids: How many messages it remembers by id.
        has_sessions: Whether `group_id` makes `send_private_msg` a temporary session.
        obeys: Which quick operations it knows.
        obeys_any_status: Whether also in an answer that is no success.
        quotes_friends: Whether a quick reply to a friend quotes as well.
        cq_keys: The only keys that the CQ code of a segment has; all if it is not named.
        user_agent: On a reverse WebSocket.
    """

    name: EndName
    version: Mapping[str, str]
    json_type: str
    post_headers: Mapping[str, str]
    status: Mapping[str, object] = field(default_factory=dict)
    status_after: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    retcodes: Mapping[Failure, int] = field(default_factory=dict)
    retcodes_ws: Mapping[Failure, Code] = field(default_factory=dict)
    has_texts: bool = True
    is_escaped: bool = False
    post_type: str = "application/json"
    is_chunked: bool = False
    posts_again_as_it_was: bool = False
    heartbeat_s: float = 30.0
    beats_by_post: bool | None = False
    own_type: str = "message_sent"
    ban_s: int = 1800
    forgets_ids: bool = False
    max_ids: int | None = None
    has_sessions: bool = True
    obeys: frozenset[str] = frozenset()
    obeys_any_status: bool = False
    quotes_friends: bool = False
    cq_keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    user_agent: str = "OneBot/11"


NAPCAT = End(
    "napcat",
    version={"app_name": "NapCat.Onebot", "protocol_version": "v11", "app_version": "4.9.0"},
    status_after={"stat": {}},
    json_type="application/json; charset=utf-8",
    headers={"X-Powered-By": "Express", "Access-Control-Allow-Origin": "*"},
    retcodes={"business": 200, "parameter": 400, "action": 200, "json": 400},
    retcodes_ws={"business": 1200, "parameter": 1400, "action": 1404, "json": 1400},
    post_headers={"Connection": "keep-alive"},
    is_chunked=True,
    posts_again_as_it_was=True,
    ban_s=0,
    forgets_ids=True,
    max_ids=5000,
    obeys=frozenset(("reply", "approve")),
)
LLBOT = End(
    "llbot",
    version={"app_name": "LLOneBot", "protocol_version": "v11", "app_version": "8.1.7"},
    json_type="application/json",
    headers={"access-control-allow-origin": "*"},
    retcodes={"business": 200, "parameter": 400, "action": 404, "json": 400},
    retcodes_ws={"business": 200, "parameter": 400, "action": 1404, "json": 1400},
    post_headers={
        "connection": "keep-alive",
        "accept": "*/*",
        "accept-language": "*",
        "sec-fetch-mode": "cors",
        "user-agent": "node",
        "accept-encoding": "gzip, deflate",
    },
    heartbeat_s=60.0,
    beats_by_post=None,
    obeys=frozenset(("reply", "approve", "delete", "kick", "ban")),
    obeys_any_status=True,
    quotes_friends=True,
)
LAGRANGE = End(
    "lagrange",
    version={"app_name": "Lagrange.OneBot", "app_version": "0.0.3", "protocol_version": "v11"},
    status={"app_initialized": True, "app_enabled": True, "app_good": True},
    json_type="application/json",
    retcodes={"business": 200, "parameter": 200, "action": 404},
    retcodes_ws={"business": 200, "parameter": 200, "action": 404, "json": None},
    has_texts=False,
    is_escaped=True,
    post_headers={},
    post_type="application/json; charset=utf-8",
    heartbeat_s=5.0,
    beats_by_post=True,
    own_type="message",
    has_sessions=False,
    cq_keys={"image": ("file",), "at": ("qq", "name")},
    user_agent="Lagrange.OneBot/0.0.3",
)
ENDS: dict[EndName, End] = {end.name: end for end in (NAPCAT, LLBOT, LAGRANGE)}
