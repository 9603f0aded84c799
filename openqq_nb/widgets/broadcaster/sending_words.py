"""The words of the broadcaster for pace, confirming and watching, in English and in Chinese."""

from openqq_nb.languages import Table

PACE: Table = {
    "b_pace": ("4. How fast, and under which name", "4. 速度与名称"),
    "b_pace_choice": ("Pace", "速度"),
    "b_pace_default": ("Careful (recommended)", "稳妥（推荐）"),
    "b_pace_slower": ("Slower", "更慢"),
    "b_pace_instant": ("At once (simulator only)", "立即（仅限模拟器）"),
    "b_pace_own": ("Own numbers", "自定"),
    "b_between_least": ("Seconds between two, at least", "两条之间至少（秒）"),
    "b_between_most": ("Seconds between two, at most", "两条之间至多（秒）"),
    "b_rest_every": ("A rest after so many", "每发多少条休息一次"),
    "b_rest": ("Seconds of that rest", "休息多久（秒）"),
    "b_max_groups": ("Groups within 24 hours, at most (empty: any)", "24 小时内最多几个群（留空不限）"),
    "b_quiet_from": ("Quiet from (empty: never)", "静默开始（留空则无）"),
    "b_quiet_until": ("Quiet until", "静默结束"),
    "b_max_failures": ("Pause after so many failures in a row", "连续失败几次后暂停"),
    "b_words_between": ("{least} to {most} s between two", "两条之间 {least} 至 {most} 秒"),
    "b_words_no_wait": ("no wait between two", "两条之间不等待"),
    "b_words_rest": ("a rest of {rest} s after {every}", "每 {every} 条休息 {rest} 秒"),
    "b_words_groups": ("at most {count} groups in 24 hours", "24 小时内最多 {count} 个群"),
    "b_words_failures": (
        "failures in a row until it pauses: {count}",
        "连续失败 {count} 次后暂停",
    ),
    "b_pace_detail": ("{pace}. {quiet}", "{pace}。{quiet}"),
    "b_quiet": (
        "Nothing is sent from {begin} to {end} (Asia/Shanghai).",
        "{begin} 至 {end}（Asia/Shanghai）之间不发送。",
    ),
    "b_quiet_now": (
        "Nothing is sent from {begin} to {end} (Asia/Shanghai). That is now: it begins at {end}.",
        "{begin} 至 {end}（Asia/Shanghai）之间不发送。现在正处于这一时段，将从 {end} 开始。",
    ),
    "b_quiet_never": ("Messages go out day and night.", "昼夜都会发送。"),
    "b_pace_wrong": ("This is no pace.", "这样的速度不行。"),
    "b_pace_number": (
        "“{text}” is no number, so nothing could be sent at that pace.",
        "“{text}” 不是数字，无法按此速度发送。",
    ),
    "b_pace_no_demo": (
        "Sending at once is for the simulator: a real account would be restricted. Nothing was changed.",
        "立即发送仅限模拟器：真实账号会被限制。未作改动。",
    ),
    "b_key": ("Name of the broadcast", "群发名称"),
    "b_key_help": (
        "Nobody gets two messages under one name, whatever happens.",
        "同一名称下，无论发生什么，每个收件人都不会收到两条。",
    ),
    "b_key_new": ("A new broadcast.", "新的群发。"),
    "b_key_goes_on": (
        "This broadcast is there already, with the same text: it goes on. Recipients until now: {count}, sent: "
        "{sent}.",
        "这个群发已经存在，内容相同：将继续发送。现有收件人 {count} 个，已发送 {sent} 条。",
    ),
    "b_key_other": (
        "A broadcast of this name has another text.",
        "这个名称的群发内容不同。",
    ),
    "b_key_other_detail": (
        "It was: {text}\nChoose another name for another text.",
        "原内容：{text}\n内容不同时，请换一个名称。",
    ),
    "b_key_wrong": ("This cannot name a broadcast.", "不能用作群发名称。"),
    "b_key_held": (
        "It is being sent at this moment, or paused. Open it below under “{kept}”.",
        "它正在发送，或已暂停。请在下面的“{kept}”中打开。",
    ),
}

CONFIRM: Table = {
    "b_confirm": ("5. Send", "5. 发送"),
    "b_confirm_ask": (
        "Type {count}, the number of messages that go out, to be able to send.",
        "请输入将发出的消息数 {count}，然后才能发送。",
    ),
    "b_confirm_field": ("Number of messages", "消息数"),
    "b_confirm_send": ("Send", "发送"),
    "b_confirm_busy": ("Beginning …", "正在开始 …"),
    "b_confirm_wait": ("Wait until it is worked out.", "请等待计算完成。"),
    "b_confirm_nobody": ("No message would go out.", "没有可发出的消息。"),
    "b_confirm_left_out": (
        "{count} of those chosen get nothing.",
        "所选之中有 {count} 个不会收到消息。",
    ),
    "b_confirm_wrong": ("{typed} is not {count}.", "{typed} 不是 {count}。"),
    "b_confirm_other": (
        "Nothing was sent. Meanwhile it has changed who gets a message: {count} now, and {before} before. Look at "
        "the preview and type the new number.",
        "没有发送任何内容。可收到消息的人有了变化：现在 {count} 个，之前 {before} 个。请查看预览并输入新的数字。",
    ),
    "b_confirm_others": (
        "Nothing was sent. There are still {count} messages, but meanwhile it has changed who gets one, or what it "
        "says. Look at the preview and type the number again.",
        "没有发送任何内容。消息数仍为 {count}，但收件人或内容有了变化。请查看预览并重新输入数字。",
    ),
    "b_confirm_old": (
        "Nothing was sent: something was changed meanwhile, on this page or another. Look at the preview.",
        "没有发送任何内容：此页面或其他页面上已有改动。请查看预览。",
    ),
    "b_confirm_title": ("Nothing was sent.", "没有发送任何内容。"),
}

WATCH: Table = {
    "b_watch": ("The broadcast {name}", "群发 {name}"),
    "b_bar_of": ("{done} of {total}", "{done}/{total}"),
    "b_bar": ("How far it is", "进度"),
    "b_state_planned": ("Planned, nothing was sent yet", "已计划，尚未发送"),
    "b_state_sending": ("Sending", "正在发送"),
    "b_state_paused": ("Paused", "已暂停"),
    "b_state_stopped": ("Stopped; what is left can be sent later", "已停止；剩余的可以以后再发"),
    "b_state_finished": ("Finished", "已完成"),
    "b_state_forgotten": ("Forgotten: it is not there any more", "已删除，不再存在"),
    "b_state_elsewhere": (
        "Another program, or another account object, sends it at this moment or has paused it",
        "另一个程序或另一个账号对象正在发送它，或已将其暂停",
    ),
    "b_counts": ("What became of the messages", "消息的结果"),
    "b_count": ("{label}: {count}", "{label}：{count}"),
    "b_delivery_pending": ("to be sent", "待发送"),
    "b_delivery_accepted": ("accepted by the server, not sent yet", "服务器已接受，尚未发出"),
    "b_delivery_sent": ("sent", "已发送"),
    "b_delivery_failed": ("not sent", "未发送"),
    "b_delivery_skipped": ("left out", "已跳过"),
    "b_delivery_unknown": ("perhaps sent, perhaps not", "可能已发送，也可能没有"),
    "b_left": ("Left: {count}, about {time}", "剩余 {count} 条，大约 {time}"),
    "b_pause": ("Pause", "暂停"),
    "b_resume": ("Go on", "继续"),
    "b_stop": ("Stop", "停止"),
    "b_retry_failed": ("Send again what was not sent ({count})", "重发未发送的（{count} 条）"),
    "b_retry_unknown": ("Send again what is not known ({count})", "重发不确定的（{count} 条）"),
    "b_may_double": (
        "I have looked. Some may get it twice.",
        "我已确认过。有人可能会收到两条。",
    ),
    "b_may_double_first": (
        "What is not known may have arrived, and would arrive twice; nothing was sent. Look, and tick the box if you "
        "mean it.",
        "不确定的消息可能已经到达，重发会收到两条；没有发送任何内容。请确认后勾选。",
    ),
    "b_may_double_others": (
        "Meanwhile it has changed of which messages it is not known whether they arrived; nothing was sent. Look "
        "again, and tick the box if you mean it.",
        "不确定的消息已有变化；没有发送任何内容。请重新确认后勾选。",
    ),
    "b_last_problem": ("Last problem: {problem}", "最近的问题：{problem}"),
    "b_paused_itself": (
        "Paused by itself after {count} failures in a row. {problem}",
        "连续失败 {count} 次，已自动暂停。{problem}",
    ),
    "b_unreachable": ("The server cannot be reached.", "连不上服务器。"),
    "b_no_answer": (
        "The server did not answer; the message may have gone out.",
        "服务器没有回应；消息可能已经发出。",
    ),
    "b_lines": ("Messages, the last ones first", "消息（最近的在前）"),
    "b_lines_all": ("all", "全部"),
    "b_save": ("Save the report as a sheet", "把报告保存为表格"),
    "b_saving": ("Saving …", "正在保存 …"),
    "b_saved": ("Saved in the kernel's folder: {path}", "已保存到内核所在文件夹：{path}"),
    "b_report_file": ("report", "报告"),
    "b_note_close": (
        "Closing the widget or the page does not stop it: “{stop}” does.",
        "关闭部件或页面不会停止发送，点“{stop}”才会。",
    ),
    "b_note_code": ("In code: broadcaster.report()", "在代码中：broadcaster.report()"),
    "b_leave": ("New broadcast", "新的群发"),
}

KEPT: Table = {
    "b_kept": ("Earlier broadcasts", "以前的群发"),
    "b_kept_reload": ("Look again", "刷新"),
    "b_kept_none": ("There is none yet.", "还没有。"),
    "b_kept_open": ("Open", "打开"),
    "b_kept_open_name": ("Open {key}", "打开 {key}"),
    "b_kept_sending": ("being sent or paused", "正在发送或已暂停"),
    "b_kept_more": (
        "{count} older ones are not listed: see my.broadcasts().",
        "还有 {count} 个更早的未列出，见 my.broadcasts()。",
    ),
}
