"""The faces that a page offers: those that people use most, by the number that QQ has for them."""

from openqq_nb.languages import Table, Words

_NAMES: dict[int, tuple[str, str]] = {
    14: ("smile", "微笑"),
    13: ("grin", "呲牙"),
    20: ("snigger", "偷笑"),
    21: ("cute", "可爱"),
    28: ("silly laugh", "憨笑"),
    101: ("smirk", "坏笑"),
    12: ("naughty", "调皮"),
    4: ("proud", "得意"),
    16: ("cool", "酷"),
    2: ("drooling", "色"),
    6: ("shy", "害羞"),
    0: ("surprised", "惊讶"),
    32: ("puzzled", "疑问"),
    33: ("hush", "嘘"),
    10: ("embarrassed", "尴尬"),
    27: ("sweating", "流汗"),
    96: ("cold sweat", "冷汗"),
    97: ("wiping sweat", "擦汗"),
    15: ("sad", "难过"),
    5: ("tears", "流泪"),
    9: ("crying", "大哭"),
    106: ("wronged", "委屈"),
    107: ("close to tears", "快哭了"),
    11: ("angry", "发怒"),
    18: ("driven mad", "抓狂"),
    26: ("scared", "惊恐"),
    34: ("dizzy", "晕"),
    22: ("rolling eyes", "白眼"),
    8: ("asleep", "睡"),
    25: ("tired", "困"),
    39: ("bye", "再见"),
    49: ("hug", "拥抱"),
    53: ("cake", "蛋糕"),
    60: ("coffee", "咖啡"),
    63: ("rose", "玫瑰"),
    66: ("heart", "爱心"),
    69: ("gift", "礼物"),
    76: ("thumb up", "赞"),
    78: ("handshake", "握手"),
    79: ("victory", "胜利"),
    99: ("applause", "鼓掌"),
    118: ("fist in palm", "抱拳"),
}
NUMBERS = tuple(_NAMES)
WORDS: Table = {f"face_{number}": names for number, names in _NAMES.items()}

_words = Words(WORDS)


def name(number: int) -> str:
    """Name one of them in the chosen language."""
    return _words(f"face_{number}")
