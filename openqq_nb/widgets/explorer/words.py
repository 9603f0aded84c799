"""The words of the explorer."""

from collections.abc import Mapping

from openqq_nb.languages import Table, Words
from openqq_nb.widgets.composer.words import WORDS as COMPOSER_WORDS
from openqq_nb.widgets.explorer.cells import Spelling
from openqq_nb.widgets.problems import WORDS as PROBLEM_WORDS

_COLUMNS: Table = {
    "displayname": ("Name", "名称"),
    "nick": ("Nick", "昵称"),
    "markname": ("Remark", "备注"),
    "card": ("Group card", "群名片"),
    "category": ("Category", "分组"),
    "role": ("Role", "身份"),
    "gender": ("Gender", "性别"),
    "gname": ("Group name", "群名"),
    "gmarkname": ("Group remark", "群备注"),
    "gnumber": ("Group number", "群号"),
    "dname": ("Discuss", "讨论组"),
    "qq": ("QQ number", "QQ 号"),
    "country": ("Country", "国家"),
    "province": ("Province", "省份"),
    "city": ("City", "城市"),
    "state": ("State", "状态"),
    "client_type": ("Client", "客户端"),
    "join_time": ("Joined", "入群时间"),
    "last_speak_time": ("Last spoke", "最后发言"),
    "activity": ("Last spoke", "最后发言"),
    "level": ("Level", "等级"),
    "qage": ("Years on QQ", "Q 龄"),
    "bad_record": ("Bad record", "不良记录"),
    "is_vip": ("VIP", "会员"),
    "vip_level": ("VIP level", "会员等级"),
    "face": ("Picture", "头像"),
    "flag": ("Flags", "标志"),
    "gid": ("Group id, of this login", "群 id（本次登录）"),
    "did": ("Discuss id, of this login", "讨论组 id（本次登录）"),
    "id": ("Id, of this login", "id（本次登录）"),
}

_VALUES: Mapping[str, Table] = {
    "role": {"owner": ("owner", "群主"), "admin": ("admin", "管理员"), "member": ("member", "成员")},
    "gender": {"male": ("male", "男"), "female": ("female", "女"), "unknown": ("not known", "未知")},
    "state": {
        "online": ("online", "在线"),
        "offline": ("offline", "离线"),
        "away": ("away", "离开"),
        "hidden": ("hidden", "隐身"),
        "busy": ("busy", "忙碌"),
        "callme": ("call me", "Q 我吧"),
        "silent": ("silent", "请勿打扰"),
    },
    "client_type": {
        "pc": ("PC", "电脑"),
        "mobile": ("mobile", "手机"),
        "iphone": ("iPhone", "iPhone"),
        "web": ("web", "网页"),
        "unknown": ("not known", "未知"),
    },
    "activity": {
        "week": ("within 7 days", "7 天内"),
        "month": ("within 30 days", "30 天内"),
        "quarter": ("within 90 days", "90 天内"),
        "year": ("within a year", "一年内"),
        "longer": ("longer ago", "一年以前"),
        "never": ("never or not known", "从未或未知"),
    },
}

WORDS: Table = {
    **PROBLEM_WORDS,
    **{key: pair for key, pair in COMPOSER_WORDS.items() if key != "in_a_terminal"},
    "title": ("Groups, friends and members", "群、好友与成员"),
    "search": ("Search names and numbers", "搜索名称或号码"),
    "search_hint": ("name, number or pinyin initials; ↓ to the table", "名称、号码或拼音首字母；按 ↓ 到表格"),
    "search_closed": (
        "This explorer was closed, nothing is searched any more. Make a new one with my.explorer().",
        "这个部件已经关闭，不能再搜索。请用 my.explorer() 新建一个。",
    ),
    "reload": ("Reload", "刷新"),
    "loading": ("Loading …", "正在载入 …"),
    "as_of": ("as of {time}", "截至 {time}"),
    "places": ("Groups and friends", "群与好友"),
    "places_hint": (
        "Enter shows one; space adds or removes one.",
        "回车只看一项；空格增选或取消。",
    ),
    "everybody": ("Everybody in all groups", "所有群的成员"),
    "friends": ("Friends", "好友"),
    "groups": ("Groups", "群"),
    "discusses": ("Discusses", "讨论组"),
    "not_loaded": ("not loaded", "未载入"),
    "hits": ("{hits} of {total}", "{hits} / {total}"),
    "only_some": (
        "{count} more are not listed: search for them.",
        "还有 {count} 个未列出，请用搜索查找。",
    ),
    "place_not_loaded": (
        "The server has not loaded the members of this group. Reload after a while.",
        "服务器尚未载入这个群的成员，请稍后刷新。",
    ),
    "filters": ("Filters", "筛选"),
    "any": ("any", "不限"),
    "choice": ("{text} ({count})", "{text}（{count}）"),
    "unknown": ("not known", "未知"),
    "joined_since": ("Joined from", "入群不早于"),
    "joined_until": ("Joined until", "入群不晚于"),
    "spoke_since": ("Last spoke from", "最后发言不早于"),
    "spoke_before": ("Last spoke before", "最后发言早于"),
    "clear": ("Clear search and filters", "清除搜索和筛选"),
    "table": ("People", "人员"),
    "table_hint": (
        "Arrows move, space selects, shift and arrows select several, Ctrl-A all, Escape none.",
        "方向键移动，空格选择，Shift 加方向键多选，Ctrl-A 全选，Esc 取消。",
    ),
    "rows": ("{total} of {size} rows", "{size} 行中的 {total} 行"),
    "rows_all": ("{total} rows", "共 {total} 行"),
    "picked": ("{picked} selected", "已选 {picked} 行"),
    "picked_unseen": (
        "{picked} selected, {unseen} of them not shown",
        "已选 {picked} 行，其中 {unseen} 行未显示",
    ),
    "pick_all": ("Select all shown", "全选所示"),
    "pick_none": ("Select none", "取消选择"),
    "write": ("Write to {name} …", "写消息给 {name} …"),
    "write_none": ("Write …", "写消息 …"),
    "write_whom": (
        "Select one row, or choose one group, to write to it.",
        "选择一行或一个群后即可写消息。",
    ),
    "write_no_friend": (
        "No friend of this account; this server sends to friends, groups and discusses only.",
        "不是本账号的好友；此服务器只能发给好友、群和讨论组。",
    ),
    "writing": ("Write", "写消息"),
    "hand_over": ("Add the selected to the broadcaster", "把所选加入群发部件"),
    "hand_over_nothing": (
        "Nothing is selected; nobody was added. Select rows in the table first.",
        "没有选择任何行，未加入任何人。请先在表格中选择。",
    ),
    "hand_over_nowhere": (
        "No broadcaster is open. Show one with my.broadcaster() in another cell; its button takes the selection.",
        "没有打开的群发部件。请在另一个单元格中用 my.broadcaster() 打开，其中的按钮可以取用所选。",
    ),
    "handed_over": (
        "Added to the broadcaster: {count} rows. Nothing was sent.",
        "已加入群发部件：{count} 行。没有发送任何内容。",
    ),
    "select": ("Selected", "选择"),
    "nothing_shown": ("Nobody matches.", "没有符合的人。"),
    "nobody_there": ("Nobody is here.", "这里没有人。"),
    "sort": ("Sort by {title} (column {name})", "按{title}排序（列 {name}）"),
    "chart": ("{title}: of the rows shown", "{title}：所示各行"),
    "bar": ("{text}: {count} rows", "{text}：{count} 行"),
    "others": ("{count} others", "其他 {count} 种"),
    "overlap": ("In several of the chosen groups", "所选群的共同成员"),
    "overlap_hint": (
        "How many people two groups have in common; on the diagonal, how many each has.",
        "两个群共有多少人；对角线为各群人数。",
    ),
    "overlap_many": (
        "The first {count} chosen are compared; explorer.overlap has all.",
        "仅比较所选的前 {count} 个，全部见 explorer.overlap。",
    ),
    "in_all": ("In all of them: {count}", "同时在所有所选群中：{count} 人"),
    "show_shared": ("Show only these people", "只看这些人"),
    "in_code": (
        "In code: explorer.selection, explorer.shown",
        "在代码中：explorer.selection、explorer.shown",
    ),
    "in_code_overlap": ("In code: explorer.overlap", "在代码中：explorer.overlap"),
    "in_a_terminal": (
        "<Explorer: widgets are shown in Jupyter only. Here, type my.members(), my.friends() or "
        'my.search_groups("…").>',
        '<Explorer：部件只能在 Jupyter 中显示。在这里请输入 my.members()、my.friends() 或 my.search_groups("…")。>',
    ),
    **{f"column_{name}": pair for name, pair in _COLUMNS.items()},
    **{f"{column}_{value}": pair for column, values in _VALUES.items() for value, pair in values.items()},
}

words = Words(WORDS)


def title(column: str) -> str:
    """Head a column; one that a server added is headed by its own name."""
    return words(f"column_{column}") if column in _COLUMNS else column


def said(column: str) -> Mapping[str, str]:
    """Say the values of a column of which there are words."""
    return {value: words(f"{column}_{value}") for value in _VALUES.get(column, {})}


SPELLING = Spelling(title, said)
"""How the explorer's table speaks."""
