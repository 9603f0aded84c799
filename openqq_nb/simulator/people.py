"""Believable people: names, nicks, cards, places. All invented."""

from random import Random


def words(text: str) -> tuple[str, ...]:
    """Split a list of words at its blanks."""
    return tuple(text.split())


SURNAMES = words(
    """
    王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程
    曹 袁 邓 许 傅 沈 曾 彭 吕 苏 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 范 方
    石 姚 谭 廖 邹 熊 金 陆 郝 孔 白 崔 康 毛 邱 秦 江 史 顾 侯 邵 孟 龙 万 段 雷 钱 汤 尹 黎 易
    常 武 乔 贺 赖 龚 文
    """
)
GIVEN = words(
    """
    伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 霞 平 刚 桂英 建国 建军 志强 秀英 海燕
    晓明 晓东 文博 子涵 雨欣 欣怡 浩然 宇轩 梓涵 一诺 佳琪 思远 俊杰 嘉怡 若溪 天佑 立新 国华
    玉兰 春梅 小红 小龙 婷婷 丹丹 鹏飞 志远 雪梅 晨曦 诗涵 家豪 泽宇 慧敏 彦 凯 睿 琳 萌 鑫 博
    宁 蕾 帆 悦 倩 峰 斌 莉 旭 瑶 霖
    """
)
WORDS = words(
    """
    夏天 橙子 柠檬 星空 海风 深蓝 南城 北巷 旧时光 小确幸 晚安 咸鱼 拖延症 猫 汤圆 芝麻 豆浆
    奶茶 可乐 熊猫 企鹅 向日葵 蒲公英 薄荷 雨后 半夏 流年 浅笑 清风 明月 孤城 青衫 远方 逆光
    微凉 木槿 听雨 落叶 白开水 番茄 土豆 小鱼干 布丁 麦兜 阿狸 糯米 栗子 核桃 石头 老树 山野
    江湖 码农 键盘侠 二进制 空指针
    """
)
PATTERNS = (
    "{word}",
    "{word}",
    "小{given}",
    "阿{given}",
    "{word}{word2}",
    "爱吃{word}的{given}",
    "{surname}{given}",
    "{surname}{given}",
    "{latin}",
    "{latin}{digits}",
    "{word}°",
    "丶{word}",
    "_{word}_",
    "{word}{emoji}",
    "{emoji}{word}{emoji}",
    "老{surname}",
    "{surname}老师",
    "{word}の{word2}",
    "{latin}·{given}",
    "{given}{digits}",
)
LATIN = words(
    """
    Leo Amy Kevin Tony Lily Jack Cindy Eric Vivian Jason Coco Allen Grace Frank Iris Mr.Z camel
    perlmonk xiaobai hello_world Sunny QAQ L y0yo NULL rainbow silence
    """
)
EMOJI = words(
    """
    😀 😎 🐱 🐼 🌸 🌙 ⭐ 🍊 🍀 🎈 🐟 🦊 🌈 ❤️ 👨‍👩‍👧 🎋 ☕ 🎸
    """
)
HARD_NICKS = (
    "<b>粗体</b>",
    "Tom & Jerry",
    '"引号"',
    "   ",
    "\u3000",
    "<script>alert(1)</script>",
    "a'b",
    "昵称\u202e反",
)
CARD_PATTERNS = (
    "{surname}{given}",
    "{city}-{surname}{given}",
    "{year}级{surname}{given}",
    "{surname}{given}（{city}）",
    "【{city}】{word}",
    "{number}栋{surname}{given}",
    "{word}{emoji}",
)
HARD_CARDS = ("", "<b>管理</b>", "张三&李四", "这是一个非常非常长的群名片，长到会被截断🙂结尾", "  ")
PLACES = (
    ("北京", "北京"),
    ("上海", "上海"),
    ("天津", "天津"),
    ("重庆", "重庆"),
    ("广东", "广州"),
    ("广东", "深圳"),
    ("广东", "东莞"),
    ("浙江", "杭州"),
    ("浙江", "宁波"),
    ("江苏", "南京"),
    ("江苏", "苏州"),
    ("四川", "成都"),
    ("湖北", "武汉"),
    ("湖南", "长沙"),
    ("陕西", "西安"),
    ("辽宁", "大连"),
    ("辽宁", "沈阳"),
    ("山东", "青岛"),
    ("山东", "济南"),
    ("福建", "厦门"),
    ("河南", "郑州"),
    ("安徽", "合肥"),
    ("黑龙江", "哈尔滨"),
    ("云南", "昆明"),
)
CATEGORIES = ("我的好友", "同学", "家人", "同事", "家人&邻居", "网友")
STATES = ("offline",) * 6 + ("online",) * 3 + ("away", "busy", "hidden", "callme", "silent")
CLIENTS = ("pc", "mobile", "mobile", "iphone", "web")
LEVELS = ("潜水", "冒泡", "吐槽", "活跃", "话唠", "传说")
GENDERS = ("male",) * 5 + ("female",) * 4 + ("unknown",)


def _fill(rng: Random, pattern: str) -> str:
    province_city = PLACES[rng.randrange(len(PLACES))]
    return pattern.format(
        word=rng.choice(WORDS),
        word2=rng.choice(WORDS),
        given=rng.choice(GIVEN),
        surname=rng.choice(SURNAMES),
        latin=rng.choice(LATIN),
        emoji=rng.choice(EMOJI),
        city=province_city[1],
        digits=rng.randrange(1, 999),
        year=rng.randrange(2005, 2024),
        number=rng.randrange(1, 30),
    )


def nick(rng: Random) -> str:
    """Invent a nick; one in forty is hard to show: markup, blanks, quotes."""
    if rng.random() < 1 / 40:
        return rng.choice(HARD_NICKS)
    return _fill(rng, rng.choice(PATTERNS))


def card(rng: Random) -> str | None:
    """Invent a group card; half of all members have none, some have an empty one."""
    chance = rng.random()
    if chance < 1 / 2:
        return None
    return rng.choice(HARD_CARDS) if chance > 39 / 40 else _fill(rng, rng.choice(CARD_PATTERNS))


def remark(rng: Random) -> str | None:
    """Invent a remark for a friend; half have none."""
    if rng.random() < 1 / 2:
        return None
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def place(rng: Random) -> tuple[str, str, str]:
    """Choose country, province and city; many people tell none."""
    if rng.random() < 1 / 4:
        return ("", "", "")
    return ("中国", *rng.choice(PLACES)) if rng.random() < 5 / 6 else ("中国", "", "")
