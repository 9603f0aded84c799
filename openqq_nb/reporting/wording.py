"""The words of the report, in English and in Chinese."""

from openqq_nb.languages import Table, Words

REPORT: Table = {
    "title": ("Message report", "消息报告"),
    "made": (
        "Made by openqq_nb at {at}. All times are those of China.",
        "由 openqq_nb 生成于 {at}。所有时间均为北京时间。",
    ),
    "contents": ("Contents", "目录"),
    "figures": ("In figures", "概览"),
    "messages": ("messages", "条消息"),
    "people": ("people wrote", "人发言"),
    "chats": ("chats", "个会话"),
    "days": ("days with messages", "天有消息"),
    "per_day": ("messages on an average day of these", "条消息（日均）"),
    "first": ("first message", "第一条消息"),
    "last": ("last message", "最后一条消息"),
    "busiest": ("busiest day", "消息最多的一天"),
    "picture": ("Picture: {title}", "图：{title}"),
    "nothing": ("There are no messages to report on.", "没有可以报告的消息。"),
    "left_out": ("Not on this page", "本页没有的内容"),
    "unanswered": ("{titles}: could not be found out. The reason:", "{titles}无法得出，原因："),
    "quoted": ("“{title}”", "“{title}”"),
    "and": (", ", "、"),
    "nameless": ("(no name)", "（无名）"),
    "table_ranking": ("The people who wrote most", "发言最多的人"),
    "table_repeats": ("What was repeated by most", "复读最多的话"),
    "table_conversations": ("The longest conversations, by messages", "最长的聊天（按消息数）"),
    "column_person": ("person", "成员"),
    "column_messages": ("messages", "消息数"),
    "column_share": ("share", "占比"),
    "column_days": ("days", "天数"),
    "column_first": ("first message", "首次发言"),
    "column_last": ("last message", "最近发言"),
    "column_content": ("text", "内容"),
    "column_people": ("people", "人数"),
    "column_chat": ("chat", "会话"),
    "column_start": ("begun", "开始"),
    "column_length": ("length", "时长"),
    "column_started_by": ("started by", "发起人"),
}

say = Words(REPORT)
