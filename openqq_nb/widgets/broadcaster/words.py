"""The words of the broadcaster, in English and in Chinese."""

from openqq_nb.languages import Table
from openqq_nb.widgets.broadcaster.sending_words import CONFIRM, KEPT, PACE, WATCH

WHOM: Table = {
    "b_title": ("Broadcaster", "群发部件"),
    "b_whom": ("1. To whom", "1. 发给谁"),
    "b_kind": ("Choose from", "从中选择"),
    "b_kind_friend": ("Friends ({count})", "好友（{count}）"),
    "b_kind_group": ("Groups ({count})", "群（{count}）"),
    "b_kind_member": ("Members of groups ({count})", "群成员（{count}）"),
    "b_kind_discuss": ("Discusses ({count})", "讨论组（{count}）"),
    "b_kind_off": ("This server cannot send there.", "此服务器不支持发送。"),
    "b_place_friend": ("Category", "分组"),
    "b_place_member": ("Group", "群"),
    "b_place_all": ("all", "全部"),
    "b_place": ("{name} ({count})", "{name}（{count}）"),
    "b_find": ("Find by name, number or pinyin initials", "按名称、号码或拼音首字母查找"),
    "b_list": ("Found", "查找结果"),
    "b_found": ("Found: {total}", "找到 {total} 个"),
    "b_found_first": (
        "Found: {total}. The first {shown} are shown; type more to narrow it down, or add all.",
        "找到 {total} 个，显示前 {shown} 个；继续输入以缩小范围，或全部加入。",
    ),
    "b_found_none": ("Nothing is found by that.", "没有找到。"),
    "b_found_empty": ("There is none of this kind.", "没有这一类。"),
    "b_not_loaded": (
        "Groups whose members are not loaded, and so not in this list: {count}. Reload after a while.",
        "尚未载入成员、因而不在列表中的群：{count} 个。请稍后重新载入。",
    ),
    "b_added": ("added", "已加入"),
    "b_add_all": ("Add all {count}", "全部加入（{count} 个）"),
    "b_reload": ("Reload", "重新载入"),
    "b_loading": ("Loading …", "正在载入 …"),
    "b_loaded": ("Loaded {time}", "载入时间 {time}"),
    "b_sources": ("Chosen", "已选"),
    "b_source_to": ("Given in the cell", "单元格中给出的"),
    "b_source_explorer": ("Selected in the explorer", "浏览部件中所选"),
    "b_source_friend": ("Friends", "好友"),
    "b_source_group": ("Groups", "群"),
    "b_source_member": ("Members of groups", "群成员"),
    "b_source_discuss": ("Discusses", "讨论组"),
    "b_source_picked": ("{kind}, one by one", "{kind}（逐个选择）"),
    "b_source_in": ("{kind}: {place}", "{kind}：{place}"),
    "b_source_found": ("{kind}: found by “{text}”", "{kind}：按“{text}”查找"),
    "b_source_removed": ("{count} of them taken out", "其中 {count} 个已去掉"),
    "b_remove": ("Remove", "移除"),
    "b_remove_name": ("Remove: {name}", "移除：{name}"),
    "b_clear": ("Remove all", "全部移除"),
    "b_total_none": ("Nobody is chosen yet.", "尚未选择任何人。"),
    "b_total_rows": ("Rows chosen: {rows}. Counting …", "已选 {rows} 行，正在统计 …"),
    "b_total": ("Recipients: {count}", "收件人：{count} 个"),
    "b_total_doubles": (
        "Recipients: {count}; {doubles} rows name somebody once more, who still gets one message.",
        "收件人：{count} 个；另有 {doubles} 行重复，每个收件人只会收到一条。",
    ),
    "b_take_selection": ("Take the selection of the explorer", "取用浏览部件中的所选"),
    "b_no_explorer": (
        "No explorer is open. Show one with my.explorer() in another cell and select people there.",
        "没有打开的浏览部件。请在另一个单元格中用 my.explorer() 打开，并在其中选择。",
    ),
    "b_nothing_selected": (
        "Nothing is selected in the explorer; nobody was added. Select rows there first.",
        "浏览部件中没有选择任何行，未加入任何人。请先在那里选择。",
    ),
}

UPLOAD: Table = {
    "b_upload": ("Upload a list (.csv or .txt)", "上传名单（.csv 或 .txt）"),
    "b_upload_help": (
        "One number a line, or a table with a heading qq, gnumber or did.",
        "每行一个号码，或带有表头 qq、gnumber 或 did 的表格。",
    ),
    "b_uploading": ("Reading …", "正在读取 …"),
    "b_upload_large": (
        "{name} is larger than {most} MB; it was not read. Split it, or read it with pandas and hand it over "
        "with my.broadcaster(to=…).",
        "{name} 超过 {most} MB，没有读取。请拆分，或用 pandas 读取后以 my.broadcaster(to=…) 传入。",
    ),
    "b_upload_kind": (
        "{name} is neither a .csv nor a .txt; it was not read. Save the table as CSV, or read it with pandas and "
        "hand it over with my.broadcaster(to=…).",
        "{name} 不是 .csv 或 .txt，没有读取。请把表格另存为 CSV，或用 pandas 读取后以 my.broadcaster(to=…) 传入。",
    ),
    "b_upload_encoding": (
        "{name} is no text in UTF-8, GB18030 or UTF-16; it was not read. Save it anew as CSV UTF-8.",
        "{name} 不是 UTF-8、GB18030 或 UTF-16 编码的文本，没有读取。请另存为 CSV UTF-8。",
    ),
    "b_upload_empty": (
        "{name} names nobody; nobody was added. It needs one number a line, or a heading qq, gnumber or did.",
        "{name} 中没有任何号码，未加入任何人。需要每行一个号码，或带有表头 qq、gnumber 或 did。",
    ),
    "b_upload_unreadable": (
        "{name} did not arrive whole; nothing was read. Upload it again.",
        "{name} 没有完整送达，没有读取。请重新上传。",
    ),
    "b_read_as_encoding": ("Read as {encoding}.", "按 {encoding} 读取。"),
    "b_read_heading": ("Heading: {names}", "表头：{names}"),
    "b_read_without_heading": ("No heading: one number a line.", "没有表头：每行一个号码。"),
    "b_read_as": ("The numbers are", "这些号码是"),
    "b_read_as_qq": ("QQ numbers", "QQ 号"),
    "b_read_as_gnumber": ("Group numbers", "群号"),
    "b_bad": ("Lines that could not be used: {count}", "无法使用的行：{count} 行"),
    "b_bad_line": ("Line {line}", "第 {line} 行"),
    "b_bad_more": ("More lines", "更多"),
    "b_bad_before": ("Earlier lines", "前面的"),
    "b_bad_no_number": ("{text} is no number", "{text} 不是号码"),
    "b_bad_missing": ("no number stands here", "这里没有号码"),
    "b_bad_cells": (
        "{count} cells, but the heading has {wanted}",
        "有 {count} 格，而表头有 {wanted} 格",
    ),
    "b_bad_long": ("the line is longer than {most} signs", "这一行超过 {most} 个字符"),
    "b_bad_quotes": ("quotes that begin here do not end", "这里开始的引号没有结束"),
}

WHAT: Table = {
    "b_what": ("2. What", "2. 发什么"),
    "b_template": ("Message", "消息内容"),
    "b_fields": ("Insert a field", "插入字段"),
    "b_field_insert": ("Insert {field}", "插入 {field}"),
    "b_field_missing": ("{count} of {of} have none", "{of} 个中有 {count} 个没有"),
    "b_length": ("Characters: {count}", "字符数：{count}"),
    "b_fields_help": (
        'A field takes another value where it is empty: {{markname|nick|"friend"}} tries one after the other. '
        "A brace that is meant as such is {{{{ or }}}}.",
        '字段为空时可用其他值代替：{{markname|nick|"朋友"}} 依次尝试。花括号本身写作 {{{{ 或 }}}}。',
    ),
    "b_template_wrong": ("The text cannot be used as it stands.", "这样的内容不能使用。"),
    "b_sample": ("As it goes out", "实际发出的内容"),
    "b_sample_at": ("{at} of {of}", "第 {at} 个，共 {of} 个"),
    "b_sample_find": ("Show the text for", "查看发给此人的内容"),
    "b_sample_none": (
        "Nobody of this name or number is among the recipients.",
        "收件人中没有这个名称或号码。",
    ),
    "b_previous": ("Previous", "上一个"),
    "b_next": ("Next", "下一个"),
    "b_replaced": (
        "The server cannot send {sign}; {by} goes out in its place.",
        "服务器不能发送 {sign}，将改为 {by} 发出。",
    ),
    "b_faces": ("Shown as faces: {faces}", "将显示为表情：{faces}"),
    "b_gets_nothing": ("Nothing goes to this one: {why}", "不会发给这一个：{why}"),
}

PREVIEW: Table = {
    "b_preview": ("3. Look at it", "3. 预览"),
    "b_working": ("Working it out …", "正在计算 …"),
    "b_choose_first": ("Choose to whom first.", "请先选择发给谁。"),
    "b_write_first": ("Write a text first.", "请先填写内容。"),
    "b_sends": ("Messages that go out: {count} ({kinds})", "将发出：{count} 条（{kinds}）"),
    "b_sends_none": ("No message goes out.", "不会发出任何消息。"),
    "b_leaves_out": ("Left out: {count}, see the problems below", "不发送：{count} 个，原因见下"),
    "b_there_already": (
        "Sent already under this key, and not sent again: {count}",
        "此名称下已经发过、不会再发：{count} 个",
    ),
    "b_from_before": (
        "Planned before under this key, and still to be sent: {count}",
        "此名称下早先计划、尚未发送：{count} 个",
    ),
    "b_takes": ("It takes about {time}, until {until}.", "大约需要 {time}，到 {until} 为止。"),
    "b_samples": ("Three messages as they go out", "其中三条的完整内容"),
    "b_problems": ("Problems", "问题"),
    "b_problem_count": ("{count}: {reason}", "{count} 个：{reason}"),
    "b_take_out": ("Take out", "去掉"),
    "b_take_out_name": ("Take out {name}", "去掉 {name}"),
    "b_take_out_all": ("Take out all {count}", "全部去掉（{count} 个）"),
    "b_fallback_for": ("Where {field} is missing, write", "没有 {field} 时写"),
    "b_fallback_put": ("Put in", "填入"),
    "b_fallback_put_for": ("Put in for {field}", "为 {field} 填入"),
    "b_fallback_blank": (
        "A fallback must be a text without quotes and braces; nothing was changed. Write for instance: friend",
        "代替的文字不能为空，也不能含引号或花括号；未作改动。例如：朋友",
    ),
    "b_removed": ("Taken out by hand: {count}", "手动去掉：{count} 行"),
    "b_restore": ("Put all of them back", "全部恢复"),
    "b_only_problems": ("Only problems", "只看有问题的"),
    "b_table": ("Recipients", "收件人"),
    "b_column_name": ("Name", "名称"),
    "b_column_kind": ("Kind", "类型"),
    "b_column_number": ("Number", "号码"),
    "b_column_text": ("Text", "内容"),
    "b_column_when": ("When", "时间"),
    "b_column_act": ("To do", "操作"),
    "b_column_why": ("Problem", "问题"),
    "b_column_delivery": ("What became of it", "结果"),
    "b_rows": ("{first} to {last} of {total}", "第 {first} 至 {last} 行，共 {total} 行"),
    "b_rows_none": ("No rows.", "没有行。"),
    "b_page_before": ("Rows before", "上一页"),
    "b_page_after": ("Rows after", "下一页"),
    "b_planned_before": (
        "This one was planned before under this key and cannot be taken out here; nothing was changed. "
        "my.exclusions.add(…) keeps any message from going there.",
        "这一个是此名称下早先计划的，不能在这里去掉；未作改动。用 my.exclusions.add(…) 可以阻止发送。",
    ),
}

SAYING: Table = {
    "b_kinds_friend": ("friends: {count}", "好友 {count} 个"),
    "b_kinds_group": ("groups: {count}", "群 {count} 个"),
    "b_kinds_discuss": ("discusses: {count}", "讨论组 {count} 个"),
    "b_kinds_session": ("temporary sessions: {count}", "临时会话 {count} 个"),
    "b_between_words": ("; ", "；"),
    "b_a_moment": ("a moment", "片刻"),
    "b_seconds": ("{count} s", "{count} 秒"),
    "b_minutes": ("{count} min", "{count} 分钟"),
    "b_hours": ("{count} h", "{count} 小时"),
    "b_days": ("{count} days", "{count} 天"),
}

REASONS: Table = {
    "b_why_value": ("there is no value for {rest}", "{rest} 没有值"),
    "b_why_excluded": ("excluded by my.exclusions", "在 my.exclusions 中，不发送"),
    "b_why_perhaps_excluded": (
        "may be somebody of this nick who is excluded by my.exclusions",
        "可能是 my.exclusions 中同昵称的人",
    ),
    "b_why_perhaps": (
        "somebody of this name was written to in an earlier login, under this key, and may be the same",
        "此前登录时，此名称下已发给同名的人，可能是同一个",
    ),
    "b_why_unless": ("was written to under the key {rest}", "在 {rest} 名下已经发过"),
    "b_why_no_friends": ("this server cannot write to friends", "此服务器不能发给好友"),
    "b_why_no_groups": ("this server cannot write to groups", "此服务器不能发给群"),
    "b_why_no_discusses": ("this server cannot write to discusses", "此服务器不能发给讨论组"),
    "b_why_no_sessions": (
        "no friend, and this server cannot send temporary messages",
        "不是好友，而此服务器不能发送临时消息",
    ),
    "b_why_own": ("this is the account itself", "这是账号自己"),
    "b_why_no_friend": ("no friend of this number is known to the server", "服务器上没有此号码的好友"),
    "b_why_nowhere": (
        "no friend, and no group is named to write through",
        "不是好友，也没有说明通过哪个群发送",
    ),
    "b_why_no_group": ("no group of this number is known to the server", "服务器上没有此号码的群"),
    "b_why_gone": (
        "the server does not know this id with this name any more",
        "服务器上这个 id 与名称已不相符",
    ),
    "b_why_no_number": ("no number stands here", "没有号码"),
    "b_why_strange": ("not a number: {rest}", "不是号码：{rest}"),
    "b_why_strange_ones": ("what stands here is not a number", "这里写的不是号码"),
    "b_why_login": (
        "the server has logged in anew since this was planned, and without a permanent number nobody can tell who "
        "is meant",
        "计划之后服务器重新登录过，没有固定号码，无法确定指的是谁",
    ),
    "b_why_silent": (
        "the provider gave no usable answer; the message may have gone out all the same",
        "腾讯没有给出可用的回应；消息仍可能已经发出",
    ),
    "b_why_garbled": (
        "the provider's answer was not understood; the message may have gone out",
        "看不懂腾讯的回应；消息可能已经发出",
    ),
    "b_why_provider": (
        "the provider reported an error; the message may have gone out",
        "腾讯报告了错误；消息可能已经发出",
    ),
    "b_why_refused": (
        "the provider refused; the message may have gone out",
        "腾讯拒绝了；消息可能已经发出",
    ),
    "b_why_100": ("no such friend; nothing was sent", "没有这个好友，未发送"),
    "b_why_101": ("no such group; nothing was sent", "没有这个群，未发送"),
    "b_why_102": ("no such discuss; nothing was sent", "没有这个讨论组，未发送"),
    "b_why_103": (
        "no such group or no such member in it; nothing was sent",
        "没有这个群，或群里没有这个成员，未发送",
    ),
    "b_why_104": (
        "no such discuss or no such member in it; nothing was sent",
        "没有这个讨论组，或其中没有这个成员，未发送",
    ),
    "b_why_105": ("neither a group nor a discuss was named; nothing was sent", "没有指明群或讨论组，未发送"),
    "b_why_queued": (
        "the server queued the message; what becomes of it shows in the inbox of my.listen()",
        "服务器已将消息排队；结果见 my.listen() 的收件箱",
    ),
}

WORDS: Table = {
    **WHOM,
    **UPLOAD,
    **WHAT,
    **PREVIEW,
    **PACE,
    **CONFIRM,
    **WATCH,
    **KEPT,
    **SAYING,
    **REASONS,
    "in_a_terminal": (
        '<Broadcaster: widgets are shown in Jupyter only. Here, type plan = my.broadcast("…", to=…, key="…").>',
        '<Broadcaster：部件只能在 Jupyter 中显示。在这里请输入 plan = my.broadcast("…", to=…, key="…")。>',
    ),
}
