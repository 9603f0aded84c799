"""The words of the composer, in English and in Chinese."""

from openqq_nb.languages import Table

ADDRESSEE: Table = {
    "kind_friend": ("Friend", "好友"),
    "kind_group": ("Group", "群"),
    "kind_discuss": ("Discuss", "讨论组"),
    "kind_session": ("Temporary session", "临时会话"),
    "number_friend": ("qq {number}", "QQ号 {number}"),
    "number_group": ("gnumber {number}", "群号 {number}"),
    "number_discuss": ("did {number}", "讨论组ID {number}"),
    "number_session": ("qq {number}", "QQ号 {number}"),
    "number_missing": ("number not known", "号码未知"),
    "place": ("through {place}", "通过 {place}"),
}

DRAFT: Table = {
    "draft_text": ("Message", "消息内容"),
    "draft_before": ("Before the text", "文字之前"),
    "draft_remove": ("Remove {label}", "移除 {label}"),
    "draft_send": ("Send", "发送"),
    "draft_sending": ("Sending …", "正在发送 …"),
    "draft_keys": ("Ctrl-Enter or ⌘-Enter sends", "Ctrl+Enter 或 ⌘+Enter 发送"),
    "draft_length": ("Characters: {count}", "字符数：{count}"),
    "draft_no_recipient": ("Choose a recipient first.", "请先选择收件人。"),
    "draft_blank": ("Write a text first.", "请先填写内容。"),
    "draft_goes_out": ("What goes out", "实际发出的内容"),
    "draft_replaced": (
        "The server cannot send {sign}; {by} goes out in its place.",
        "服务器不能发送 {sign}，将改为 {by} 发出。",
    ),
    "draft_faces": ("Shown as faces: {faces}", "将显示为表情：{faces}"),
    "draft_long": (
        "QQ refuses or cuts messages of more than about {most} characters.",
        "超过约 {most} 个字符的消息，QQ 会拒绝或截断。",
    ),
    "draft_earlier": ("Of the message before:", "上一条消息："),
    "draft_result": ("What became of it", "发送结果"),
    "draft_sent": ("Sent to {name}.", "已发送给 {name}。"),
    "draft_accepted": (
        "The server has taken the message to {name}, and has not sent it yet.",
        "服务器已接受发给 {name} 的消息，尚未发出。",
    ),
    "draft_failed": ("Not sent to {name}.", "未能发送给 {name}。"),
    "draft_unknown": ("It is not known whether this reached {name}.", "不知道这条消息是否到达 {name}。"),
}

EXTRAS: Table = {
    "extras_title": ("Besides text", "文字之外"),
    "extras_mention": ("Mention", "提及"),
    "extras_picture": ("Picture", "图片"),
    "extras_face": ("Face", "表情"),
    "extras_quote": ("Reply to", "回复"),
    "extras_find": ("Find a member by name, number or pinyin initials", "按名称、号码或拼音首字母查找群成员"),
    "extras_list": ("Members found", "找到的成员"),
    "extras_found": ("Found: {total}", "找到 {total} 个"),
    "extras_found_first": (
        "Found: {total}. The first {shown} are shown; type more to narrow it down.",
        "找到 {total} 个，显示前 {shown} 个；继续输入以缩小范围。",
    ),
    "extras_loading": ("Loading the members …", "正在载入成员 …"),
    "extras_everyone": ("Everyone", "全体成员"),
    "extras_everyone_sure": (
        "This alerts everybody in {group}. QQ lets only owner and admins do it, a few times a day.",
        "这会提醒 {group} 的所有人。只有群主和管理员可以这样做，每天次数有限。",
    ),
    "extras_everyone_yes": ("Mention everyone", "提及全体成员"),
    "extras_cancel": ("Cancel", "取消"),
    "extras_faces": ("Faces; arrow keys move", "表情；用方向键移动"),
    "extras_face_named": ("{name} ({number})", "{name}（{number}）"),
    "extras_msg_id": ("msg_id of the message", "消息的 msg_id"),
    "extras_add": ("Add", "添加"),
    "extras_quoted": ("Reply to {msg_id}", "回复 {msg_id}"),
    "extras_quote_empty": ("Give the msg_id of the message.", "请填写消息的 msg_id。"),
    "extras_off": ("Nothing but text can be sent there.", "那里只能发送文字。"),
    "extras_large": (
        "{name} has more than {most} MB. Send it from code, with oq.image.",
        "{name} 超过 {most} MB。请在代码里用 oq.image 发送。",
    ),
    "extras_unreadable": ("{name} could not be read.", "读不出 {name}。"),
}

CHOOSER: Table = {
    "chooser_title": ("Recipient", "收件人"),
    "chooser_kind": ("Write to", "发送给"),
    "chooser_counted": ("{kind} ({count})", "{kind}（{count}）"),
    "chooser_find": ("Find by name, number or pinyin initials", "按名称、号码或拼音首字母查找"),
    "chooser_list": ("Recipients found", "找到的收件人"),
    "chooser_found": ("Found: {total}", "找到 {total} 个"),
    "chooser_found_first": (
        "Found: {total}. The first {shown} are shown; type more to narrow it down.",
        "找到 {total} 个，显示前 {shown} 个；继续输入以缩小范围。",
    ),
    "chooser_none": ("Nothing is found by that.", "没有找到。"),
    "chooser_empty": ("There is none of this kind.", "没有这一类收件人。"),
    "chooser_again": (
        "Press “{change}”, then “{reload}”, and choose the recipient again.",
        "请先点“{change}”，再点“{reload}”，然后重新选择收件人。",
    ),
    "chooser_change": ("Change", "更换"),
    "chooser_reload": ("Reload", "重新载入"),
    "chooser_loading": ("Loading …", "正在载入 …"),
    "chooser_loaded": ("Loaded {time}", "载入时间 {time}"),
    "chooser_blocked": (
        "The API document says of temporary sessions: 已被腾讯屏蔽 (blocked by Tencent). "
        "A message may never arrive.",
        "接口文档注明：临时消息已被腾讯屏蔽（blocked by Tencent），消息可能无法到达。",
    ),
    "chooser_cannot": ("{kind}: this server cannot send there.", "{kind}：此服务器不支持发送。"),
    "chooser_not_loaded": (
        "Groups whose members are not loaded, and so not in this list: {count}",
        "尚未载入成员、因而不在列表中的群：{count} 个",
    ),
}

SENT: Table = {
    "sent_title": ("Last sends", "最近发送"),
    "sent_none": ("Nothing has been sent in this session.", "本次会话尚未发送消息。"),
    "sent_again": ("Write again", "再写一条"),
    "sent_again_to": ("Write again to {name}", "再给 {name} 写一条"),
    "sent_code": ("code {code}", "代码 {code}"),
    "sent_no_code": ("no receipt", "无回执"),
}

WORDS: Table = {
    **ADDRESSEE,
    **DRAFT,
    **EXTRAS,
    **CHOOSER,
    **SENT,
    "in_a_terminal": (
        '<Composer: widgets are shown in Jupyter only. Here, type my.send_friend("…", qq="…") or '
        'my.send_group("…", gnumber="…").>',
        '<Composer：部件只能在 Jupyter 中显示。在这里请输入 my.send_friend("…", qq="…") 或 '
        'my.send_group("…", gnumber="…")。>',
    ),
}
