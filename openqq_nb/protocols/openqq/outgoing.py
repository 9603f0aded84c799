"""What a server makes of a text before it sends it: signs that it replaces, names that it turns into faces.

Source:
    recorded sends ("send_message markup", "send_message face in brackets" and their twins of 2.x); the names are those
    that the source of the server lists, the same in 1.x and 2.x.
"""

import re
from collections.abc import Mapping

from openqq_nb.errors import InvalidInput, NotSupported
from openqq_nb.models import Outgoing
from openqq_nb.protocols.sendable import check_encodable
from openqq_nb.segments import Content, Parts

_NAMES = """
    惊讶 撇嘴 色 发呆 得意 流泪 害羞 闭嘴 睡 大哭 尴尬 发怒 调皮 呲牙 微笑 飞吻 跳跳 发抖 怄火 爱情 足球
    西瓜 玫瑰 凋谢 爱心 心碎 蛋糕 礼物 太阳 月亮 强 弱 难过 酷 抓狂 吐 惊恐 流汗 憨笑 大兵 猪头 拥抱
    咖啡 饭 握手 便便 偷笑 可爱 白眼 傲慢 饥饿 困 奋斗 咒骂 疑问 嘘 晕 折磨 衰 骷髅 敲打 再见 闪电 炸弹
    刀 胜利 冷汗 擦汗 抠鼻 鼓掌 糗大了 坏笑 左哼哼 右哼哼 哈欠 鄙视 委屈 快哭了 阴险 亲亲 吓 可怜 菜刀
    啤酒 篮球 乒乓 示爱 瓢虫 抱拳 勾引 拳头 差劲 爱你 NO OK 转圈 磕头 回头 跳绳 挥手 激动 街舞 献吻
    左太极 右太极
"""
FACES = frozenset(_NAMES.split())
"""The faces of the provider by the names that the server knows them by; what else stands in brackets stays text."""

_BRACKETED = re.compile(r"\[([^\[\]]+)\]")


def outgoing(content: Content, replaces: Mapping[str, str]) -> Outgoing:
    """Say what arrives of a text.

    Args:
        content: as it is given to the server.
        replaces: which signs the server replaces, and by what.

    Returns:
        The text at the other side, and what of it is not as it was written.

    Raises:
        InvalidInput: the server would never answer for such a text.
        NotSupported: it is more than text.
    """
    text = given = check_content(content)
    replaced = tuple((sign, by) for sign, by in replaces.items() if sign in given)
    for sign, by in replaced:
        text = text.replace(sign, by)
    return Outgoing(text, replaced, tuple(name for name in _BRACKETED.findall(text) if name in FACES))


def check_content(content: Content) -> str:
    """Give what is to be sent as text, unless the servers would never answer for it.

    Raises:
        InvalidInput: the text is empty, or cannot be written as UTF-8.
        NotSupported: it is more than text.
    """
    if isinstance(content, Parts):
        raise NotSupported(
            "An Openqq server sends plain text only: no mentions, pictures, faces or quotes. Nothing was sent. Send a "
            "str, or connect to a server that speaks OneBot 11."
        )
    if not content:
        raise InvalidInput("The text is empty. The server would never answer such a call; nothing was sent.")
    check_encodable(content)
    return content
