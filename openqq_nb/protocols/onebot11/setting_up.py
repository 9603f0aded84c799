"""What to enter in the panels of the ends so that they post, or connect, to the listener.

Source:
    The panels of NapCat and LLBot, and the settings file of Lagrange.OneBot.
"""

import json
from urllib.parse import SplitResult, urlsplit

_PORTS = {"http": 80, "https": 443}


def setup(url: str, secret: str) -> str:
    """Tell what to enter; one of the two ways is enough.

    Args:
        url: the address for posts.
        secret: what posts are signed with, and what is shown when a WebSocket is opened; empty for none.
    """
    socket = f"ws{url.removeprefix('http')}"
    posts = _field("Token", secret, "here it is what posts are signed with, not the token of the API")
    opens = _field(
        "Token", secret, "here it is what this notebook wants to be shown, not the token of the API"
    )
    return (
        "Enter one of these in the panel of the program that QQ runs in; one is enough.\n\n"
        "NapCat (网络配置 → 新建):\n"
        f"    HTTP 客户端 (HTTP client)\n        启用 (enable): on\n        URL: {url}\n{posts}"
        "        消息格式 (message format): Array\n"
        "        上报自身消息 (reportSelfMessage): on, for what is written on a phone\n"
        f"    or WebSocket 客户端 (WebSocket client)\n        启用 (enable): on\n        URL: {socket}\n{opens}"
        "        上报自身消息 (reportSelfMessage): on\n"
        "LLBot (OneBot 11):\n"
        f"    HTTP 上报 (http-post)\n        URL: {url}\n{posts}"
        "        上报自己发送的消息 (reportSelfMessage): on\n"
        f"    or 反向 WebSocket (ws-reverse)\n        URL: {socket}\n{opens}"
        "Lagrange.OneBot (Implementations in appsettings.json):\n"
        f"    {_implementation('HttpPost', urlsplit(url), 'Secret', secret)}\n"
        f"    or {_implementation('ReverseWebSocket', urlsplit(url), 'AccessToken', secret)}\n"
    )


def _field(name: str, secret: str, what: str) -> str:
    return f"        {name}: {secret}   ({what})\n" if secret else f"        {name}: leave it empty\n"


def _implementation(kind: str, parts: SplitResult, field: str, secret: str) -> str:
    found = {
        "Type": kind,
        "Host": parts.hostname,
        "Port": parts.port or _PORTS.get(parts.scheme),
        "Suffix": parts.path,
        field: secret,
    }
    return json.dumps({key: cell for key, cell in found.items() if cell}, ensure_ascii=False)
