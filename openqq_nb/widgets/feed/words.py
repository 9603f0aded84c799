"""The words of the feed, in English and in Chinese."""

from openqq_nb.languages import Table

FEED: Table = {
    "in_a_terminal": (
        "<Feed: shown in JupyterLab, Notebook and VS Code. Without them, look at inbox.df, inbox.handlers and "
        "inbox.stats.>",
        "<实时消息：可在 JupyterLab、Notebook 和 VS Code 中显示。在其他环境中请查看 inbox.df、inbox.handlers 和 "
        "inbox.stats。>",
    ),
    "feed_title": ("Messages as they arrive", "实时消息"),
    "feed_keys": (
        "Arrow keys, Home and End move between messages; Enter replies; Escape leaves.",
        "用方向键、Home 和 End 在消息间移动；按 Enter 回复；按 Esc 退出。",
    ),
    "feed_chat": ("Chat", "会话"),
    "feed_all_chats": ("All chats ({count})", "全部会话（{count}）"),
    "feed_chat_counted": ("{chat} ({count})", "{chat}（{count}）"),
    "feed_more_chats": ("… and {count} chats with fewer messages", "……还有 {count} 个消息更少的会话"),
    "feed_person": ("Writer: name or number", "发送人：名称或号码"),
    "feed_text": ("Text", "内容"),
    "feed_clear": ("Clear filter", "清除筛选"),
    "feed_events": ("Show events", "显示事件"),
    "feed_pause": ("Pause", "暂停"),
    "feed_resume": ("Resume", "继续"),
    "feed_held": ("Paused; held: {count}", "已暂停，暂存 {count} 条"),
    "feed_held_of": (
        "Paused; held: {count} of {all} that came",
        "已暂停，新到 {all} 条，其中暂存 {count} 条",
    ),
    "feed_count": ("Messages: {hits}", "共 {hits} 条消息"),
    "feed_count_first": (
        "Messages: {hits}; the last {shown} are shown",
        "共 {hits} 条消息，显示最后 {shown} 条",
    ),
    "feed_count_of": ("Messages: {hits} of {all}", "{all} 条消息中的 {hits} 条"),
    "feed_count_of_first": (
        "Messages: {hits} of {all}; the last {shown} are shown",
        "{all} 条消息中的 {hits} 条，显示最后 {shown} 条",
    ),
    "feed_empty": ("No message has come yet.", "还没有消息。"),
    "feed_no_hits": ("No message passes this filter.", "没有符合筛选条件的消息。"),
    "feed_unread": ("{count} new ↓", "{count} 条新消息 ↓"),
    "feed_to_end": ("To the end ↓", "回到最新 ↓"),
    "feed_own": ("sent by this account", "本账号发送"),
    "feed_recalled": ("taken back at {at}", "已于 {at} 撤回"),
    "feed_to": ("to", "发给"),
    "feed_type_message": ("friend", "好友"),
    "feed_type_group_message": ("group", "群"),
    "feed_type_discuss_message": ("discuss", "讨论组"),
    "feed_type_sess_message": ("temporary session", "临时会话"),
    "feed_kind_image": ("picture", "图片"),
    "feed_kind_voice": ("voice", "语音"),
    "feed_kind_video": ("video", "视频"),
    "feed_kind_file": ("file", "文件"),
    "feed_kind_face": ("face", "表情"),
    "feed_kind_reply": ("reply", "回复"),
    "feed_kind_forward": ("forwarded", "转发"),
    "feed_kind_share": ("share", "分享"),
    "feed_kind_recall": ("recalled", "撤回"),
    "feed_kind_system": ("system", "系统"),
    "feed_kind_other": ("no text", "无文字"),
    "feed_no_content": ("The server has no text for this message.", "服务器没有给出这条消息的文字。"),
    "feed_whole": ("Show all {count} characters", "显示全部 {count} 个字符"),
    "feed_reply": ("Reply", "回复"),
    "feed_reply_title": ("Reply to {sender}", "回复 {sender}"),
    "feed_reply_close": ("Close reply", "关闭回复"),
    "feed_day_0": ("Sunday", "星期日"),
    "feed_day_1": ("Monday", "星期一"),
    "feed_day_2": ("Tuesday", "星期二"),
    "feed_day_3": ("Wednesday", "星期三"),
    "feed_day_4": ("Thursday", "星期四"),
    "feed_day_5": ("Friday", "星期五"),
    "feed_day_6": ("Saturday", "星期六"),
    "feed_no_day": ("No time is told", "没有时间"),
    "feed_trouble": ("What went wrong", "出现的问题"),
}
"""What the page writes itself."""

FILTER: Table = {
    "filter_no_text": (
        "What is filtered by is a text; this is of the type {kind}.",
        "筛选条件应为文字，收到的类型是 {kind}。",
    ),
    "filter_too_long": (
        "What is filtered by may have {most} characters; this has {count}. Filter by a part of it.",
        "筛选条件最多 {most} 个字符，这里有 {count} 个。请用其中一部分来筛选。",
    ),
}

REPLY: Table = {
    "reply_own": ("This message was sent by the account itself.", "这条消息是本账号自己发送的。"),
    "reply_no_account": (
        "This feed shows a journal and has no account that could answer.",
        "这里显示的是日志，没有可以回复的账号。",
    ),
    "reply_not_reached": (
        "This server cannot send to a recipient of this kind: {kind}.",
        "这个服务器不能向这类对象发送：{kind}。",
    ),
    "reply_old_login": (
        "This message came in an earlier login of the server, and only ids of that login are known of {chat}. They may "
        "belong to somebody else by now, so no reply is sent to them.",
        "这条消息来自服务器此前的一次登录，只知道 {chat} 在那次登录中的临时 ID，现在可能属于别人，因此不能回复。",
    ),
    "reply_nobody": (
        "The message does not tell whom an answer would go to.",
        "这条消息没有说明回复应发给谁。",
    ),
    "reply_gone": ("This message is not here any more.", "这条消息已不在这里。"),
}

BAR: Table = {
    "bar_listening": ("Listening at {where}", "正在监听 {where}"),
    "bar_polling": ("Asking the server for news", "正在轮询服务器"),
    "bar_streaming": ("Receiving over the WebSocket of {where}", "正在通过 {where} 的 WebSocket 接收"),
    "bar_disconnected": (
        "The WebSocket of {where} is broken and tried again",
        "{where} 的 WebSocket 已断开，正在重连",
    ),
    "bar_following": ("Following {where}", "正在跟随 {where}"),
    "bar_abandoned": (
        "{where} has ended: nothing comes any more. my.listen() listens itself.",
        "{where} 已结束，不会再有新消息。my.listen() 可以自行监听。",
    ),
    "bar_stopped": (
        "Stopped: nothing comes any more. my.listen() listens again.",
        "已停止，不会再有新消息。my.listen() 可以重新监听。",
    ),
    "bar_login_code": (
        "The server waits for its login code to be scanned: show it with inbox.login_code.",
        "服务器正在等待扫描登录二维码：用 inbox.login_code 显示。",
    ),
    "bar_handler_failed": (
        "The handler {name} failed; calls that failed: {count}.",
        "处理函数 {name} 出错 {count} 次。",
    ),
    "bar_handler_held": ("Replies of the handler {name} were held back.", "处理函数 {name} 的回复被拦下。"),
    "bar_held_back": ("Replies that were held back: {count}.", "被拦下的回复：{count} 条。"),
    "bar_waiting": (
        "Messages that could not be stored yet, and are only in memory: {count}.",
        "尚未能保存、只在内存中的消息：{count} 条。",
    ),
    "bar_malformed": ("Posts that could not be read: {count}.", "无法读懂的推送：{count} 条。"),
    "bar_refused": ("Posts that were refused: {count}.", "被拒绝的推送：{count} 条。"),
    "bar_errors": ("The listener met errors.", "监听器出现错误。"),
    "refused_path": ("other path or secret", "路径或密钥不符"),
    "refused_method": ("not a POST", "不是 POST 请求"),
    "refused_host": ("foreign Host", "Host 不符"),
    "refused_origin": ("from a web page", "来自网页"),
    "refused_type": ("not JSON", "不是 JSON"),
    "refused_size": ("too large", "过大"),
    "refused_http": ("not plain HTTP/1.1", "不是普通的 HTTP/1.1 请求"),
    "refused_head": ("head too large", "请求头过大"),
    "refused_slow": ("too slow", "过慢"),
    "refused_crowd": ("too many connections", "连接过多"),
    "refused_account": ("for another account", "属于其他账号"),
    "refused_signature": ("signed with another key", "签名密钥不符"),
    "refused_unsigned": ("not signed", "没有签名"),
    "refused_token": ("WebSocket with another token", "WebSocket 的 token 不符"),
    "refused_websocket": ("not a proper WebSocket", "不是正常的 WebSocket"),
    "refused_stray": ("answers to no call", "多余的调用应答"),
    "refused_count": ("{reason}: {count}", "{reason}：{count}"),
}

EVENTS: Table = {
    "mute": (
        "The handler {handler} muted {person} in {chat} for {seconds} s.",
        "处理函数 {handler} 将 {person} 在 {chat} 中禁言 {seconds} 秒。",
    ),
    "event_login": ("The server has logged in.", "服务器已登录。"),
    "event_stop": ("The server program has stopped.", "服务器程序已停止。"),
    "event_state_change": ("State of the server: {subtype}.", "服务器状态：{subtype}。"),
    "event_input_qrcode": (
        "The server wants its login code to be scanned; see inbox.login_code.",
        "服务器要求扫描登录二维码，见 inbox.login_code。",
    ),
    "event_new_friend": ("New friend: {who}.", "新好友：{who}。"),
    "event_lose_friend": ("No friend any more: {who}.", "不再是好友：{who}。"),
    "event_new_group": ("New group: {who}.", "新加入的群：{who}。"),
    "event_lose_group": ("No longer in the group {who}.", "已不在群 {who} 中。"),
    "event_new_group_member": ("{who} joined {where}.", "{who} 加入了 {where}。"),
    "event_lose_group_member": ("{who} left {where}.", "{who} 离开了 {where}。"),
    "event_new_discuss": ("New discuss: {who}.", "新讨论组：{who}。"),
    "event_lose_discuss": ("No longer in the discuss {who}.", "已不在讨论组 {who} 中。"),
    "event_new_discuss_member": ("{who} joined a discuss.", "{who} 加入了讨论组。"),
    "event_lose_discuss_member": ("{who} left a discuss.", "{who} 离开了讨论组。"),
    "event_property": ("{subtype} of {who} has changed.", "{who} 的 {subtype} 有变化。"),
    "event_other": ("Event {event} {subtype} ({who}).", "事件 {event} {subtype}（{who}）。"),
    "state_init": ("starting", "正在启动"),
    "state_loading": ("loading the login page", "正在载入登录页"),
    "state_scaning": ("waiting for the code to be scanned", "等待扫码"),
    "state_confirming": ("waiting for the confirmation on the phone", "等待在手机上确认"),
    "state_updating": ("loading friends and groups", "正在载入好友和群"),
    "state_running": ("running", "正在运行"),
    "state_stop": ("stopped", "已停止"),
}
"""What stands between the messages."""
