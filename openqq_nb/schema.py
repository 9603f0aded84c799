"""The columns of every frame: name, dtype, meaning, and where each comes from, declared once."""

from openqq_nb.columns import Schema, count, flag, text, time

_STATE = text("state", "online, offline, away, hidden, busy, callme or silent", "state", "state")
_CLIENT = text("client_type", "pc, mobile, iphone, web or unknown", "client_type", "client_type")
_GENDER = text("gender", "male, female or unknown", "gender", "sex")
_PLACE = (
    text("country", "country of the profile", "country", "country"),
    text("province", "province of the profile", "province", "province"),
    text("city", "city of the profile", "city", "city"),
)
_GNUMBER = text("gnumber", "number of the group; permanent", "gnumber", "uid")
_GID = text("gid", "id of the group; another one after each login", "gid", "id")

ME = Schema(
    "ME",
    (
        text("nick", "nick of the account", "nick", "name"),
        text("qq", "number of the account; permanent", "qq", "uid"),
        _STATE,
        _CLIENT,
        _GENDER,
        text("birthday", "year-month-day without leading zeros", "birthday", "birthday"),
        *_PLACE,
        text("personal", "the account's self-description", "personal", "personal"),
        text("signature", "signature line", "signature", "signature"),
        text("email", "e-mail address", "email", "email"),
        text("mobile", "mobile phone, partly hidden by the provider", "mobile", "mobile"),
        text("phone", "phone", "phone", "phone"),
        text("homepage", "home page", "homepage", "homepage"),
        text("college", "college", "college", "college"),
        text("occupation", "occupation", "occupation", "occupation"),
        text("blood", "blood group as a number of the provider", "blood", "blood"),
        text("account", "number used to log in", "account", "account"),
        text("id", "id of the account; its number", "id", "id"),
    ),
)

FRIENDS = Schema(
    "FRIENDS",
    (
        text("displayname", "what QQ shows: markname, else nick, else a number; never empty"),
        text("nick", "nick the friend chose", "nick", "name"),
        text("markname", "remark the account gave the friend; may be empty", "markname", "markname"),
        text("category", "category the friend is filed under", "category", "category"),
        text("gender", "male, female or unknown; OneBot only"),
        text("qq", "number of the friend; permanent, missing where the server does not know it", "qq", "uid"),
        _STATE,
        _CLIENT,
        flag("is_vip", "whether the friend pays for VIP", "is_vip", "is_vip"),
        count("vip_level", "level of VIP", "vip_level", "vip_level"),
        text("face", "number of the friend's picture", "face", "face"),
        text("flag", "flags of the provider", "flag", "flag"),
        text("id", "id of the friend; another one after each login", "id", "id"),
    ),
)

GROUPS = Schema(
    "GROUPS",
    (
        text("displayname", "what QQ shows: gmarkname, else gname, else a number; never empty"),
        text("gname", "name of the group; not unique", "gname", "name"),
        text("gmarkname", "remark the account gave the group", "gmarkname", "markname"),
        _GNUMBER,
        count("member_count", "how many members the server has loaded"),
        flag("members_loaded", "whether the server has loaded the members; if not, the count is missing"),
        text("gtype", "standing of the account: attend, manage or create", "gtype", "role"),
        text("gowner_qq", "number of the owner", "gowner", "owner_uid"),
        text("gmemo", "notice of the group", "gmemo", "memo"),
        count("glevel", "level of the group", "glevel", "level"),
        time("gcreatetime", "when the group was founded", "gcreatetime", "createtime"),
        count("max_member", "most members allowed", "", "max_member"),
        count("max_admin", "most admins allowed", "", "max_admin"),
        text("gcode", "code of the provider; another one after each login", "gcode", "code"),
        text("gowner_id", "id of the owner; another one after each login", "gowner", "owner_id"),
        _GID,
    ),
)

MEMBERS = Schema(
    "MEMBERS",
    (
        text("displayname", "what QQ shows: card, else nick, else a number; never empty"),
        text("nick", "nick the person chose", "nick", "name"),
        text("card", "name the person goes by in this group; 2.x cuts it at 21 bytes", "card", "card"),
        text("role", "owner, admin or member", "role", "role"),
        _GENDER,
        text("gname", "name of the group", "gname", "name"),
        text("gmarkname", "remark the account gave the group", "gmarkname", "markname"),
        _GNUMBER,
        text("qq", "number of the person; permanent, missing where the server does not know it", "qq", "uid"),
        *_PLACE,
        _STATE,
        _CLIENT,
        time("join_time", "when the person joined", "join_time", "join_time"),
        time("last_speak_time", "when the person last spoke", "last_speak_time", "last_speak_time"),
        text("level", "title of activity in the group, a word; OneBot: a number", "level", "level"),
        count("qage", "years on QQ", "qage", "qage"),
        text("bad_record", "mark of bad conduct, of the provider", "bad_record", "bad_record"),
        _GID,
        text("id", "id of the person; another one after each login", "id", "id"),
    ),
)

DISCUSSES = Schema(
    "DISCUSSES",
    (
        text("displayname", "the name, else the names of the members, else the id; never empty"),
        text("dname", "name of the discuss; may be empty", "dname", "name"),
        count("member_count", "how many members the server has loaded"),
        flag("members_loaded", "whether the server has loaded the members"),
        text("downer_qq", "number of the owner"),
        text("downer_id", "id of the owner; another one after each login", "downer", "owner_id"),
        text("did", "id of the discuss; another one after each login", "did", "id"),
    ),
)

DISCUSS_MEMBERS = Schema(
    "DISCUSS_MEMBERS",
    (
        text("displayname", "the nick, else a number; never empty"),
        text("nick", "nick the person chose", "nick", "name"),
        text("dname", "name of the discuss", "dname", "name"),
        text("qq", "number of the person; permanent", "ruin", "uid"),
        _STATE,
        _CLIENT,
        text("did", "id of the discuss; another one after each login", "did", "id"),
        text("id", "id of the person; another one after each login", "id", "id"),
    ),
)

RECENT = Schema(
    "RECENT",
    (
        text("displayname", "what QQ shows: remark or card, else nick, else a number; never empty"),
        text("recipient_type", "friend, or session for a member who wrote a temporary message"),
        *(
            {column.name: column for column in (*MEMBERS.columns, *FRIENDS.columns, _GENDER)}[name]
            for name in (
                "nick", "markname", "card", "category", "role", "gender", "gname", "gmarkname", "gnumber", "qq",
                "country", "province", "city", "state", "client_type", "join_time", "last_speak_time", "is_vip",
                "vip_level", "level", "qage", "bad_record", "face", "flag", "gid", "id",
            )
        ),
    ),
)  # fmt: skip

SERVER = Schema(
    "SERVER",
    (
        text("dialect", "the dialect of the API: openqq1, openqq2 or onebot11"),
        text("version", "release of the server program; 1.x does not tell", "", "version"),
        text("state", "state that the server gives the account: online, hidden …", "state", "state"),
        time("started_at", "when the server program was started; 1.x does not tell", "", "starttime"),
        count("runtime", "for how many seconds it has been running; 1.x does not tell", "", "runtime"),
        text("os", "operating system of its machine; 1.x does not tell", "", "os"),
        text(
            "client",
            "name of this client among those of its machine; OneBot: the program; 1.x does not tell",
            "",
            "account",
        ),
        text("log_level", "how much it writes into its log; 1.x does not tell", "", "log_level"),
    ),
)

MESSAGES = Schema(
    "MESSAGES",
    (
        time("msg_time", "when it was written, by the provider's clock", "msg_time", "time"),
        text("type", "message (of a friend), group_message, discuss_message or sess_message", "type", "type"),
        text("chat", "name of the group, discuss or friend that the talk is with"),
        text("sender", "name of the writer: remark or card, else nick; never empty", "sender", "sender"),
        text(
            "content",
            "the text; pictures and the like as [图片]; missing where the server has none",
            "content",
            "content",
        ),
        text(
            "kind",
            "text, image, face, file or other: a guess from a whole-content match; OneBot tells it, "
            "and voice, video, reply, forward and share too",
        ),
        flag("own", "whether the account itself wrote it"),
        text("msg_class", "recv or send, as the server says", "msg_class", "class"),
        text("sender_qq", "number of the writer; permanent", "sender_qq", "sender_uid"),
        text("gnumber", "number of the group; permanent", "gnumber", "group_uid"),
        text("group", "name of the group; 2.x: the remark if there is one", "group", "group"),
        text("discuss", "name of the discuss", "discuss", "discuss"),
        text("receiver", "name of the receiver", "receiver", "receiver"),
        text("receiver_qq", "number of the receiver", "receiver_qq", "receiver_uid"),
        text("via", "group or discuss that a temporary message came through", "via", "via"),
        text("reply_to", "msg_id of the message that this one quotes"),
        text("segments", "what the message is made of, as JSON; OneBot only"),
        time("recalled_at", "when it was taken back; missing where it was not"),
        text("msg_id", "number of the message; not unique over restarts", "msg_id", "id"),
        count("code", "own messages: the server's number for what became of it", "", "code"),
        text("status", "own messages: the server's words for it", "", "msg"),
        text("info", "own messages: the reason in the server's words", "", "info"),
        text("delivery", "own messages: sent, accepted, failed or unknown"),
        time("received_at", "when it came to the listener"),
        text("chat_key", "identity of the chat; never missing, equal for both directions"),
        text("login", "the login of the server that the ids belong to"),
        text("sender_id", "id of the writer; another one after each login", "sender_id", "sender_id"),
        text("receiver_id", "id of the receiver", "receiver_id", "receiver_id"),
        text("group_id", "id of the group; another one after each login", "group_id", "group_id"),
        text("discuss_id", "id of the discuss; another one after each login", "discuss_id", "discuss_id"),
    ),
)

EVENTS = Schema(
    "EVENTS",
    (
        time("received_at", "when it came to the listener"),
        text(
            "event",
            "login, stop, state_change, input_qrcode, new_friend, lose_group_member …; OneBot: the notice_type, "
            "or request",
            "",
            "event",
        ),
        text(
            "subtype",
            "the new state of a state_change, the changed property of a …_property_change; OneBot: the sub_type",
        ),
        text("gnumber", "number of the group it is about"),
        text("qq", "number of the person it is about"),
        text("displayname", "name of the person or group it is about"),
        text("params", "what came with it, as JSON text", "", "params"),
    ),
)

PROBLEMS = Schema(
    "PROBLEMS",
    (
        text("source", "the file that it is in"),
        count("line", "the line it begins at, counted from 1; missing where there are no lines"),
        text("why", "what was wrong with it"),
        text("body", "what stands there, as text, cut when long; bytes that are no UTF-8 are written out"),
        time("received_at", "journals: when it came to the listener"),
    ),
)

CHANGES = Schema(
    "CHANGES",
    (
        text("what", "joined, left, added, removed, or the column that changed"),
        text("gnumber", "number of the group; missing for a friend"),
        text("qq", "number of the person; missing for a group"),
        text("displayname", "name of the person or group, as the newer roster has it; never empty"),
        text("before", "value of the column in the older roster"),
        text("after", "value of the column in the newer roster"),
        flag("certain", "whether it follows from permanent numbers, or from ids of one login"),
    ),
)

JOURNALS = Schema(
    "JOURNALS",
    (
        text("account", "number of the account that it is filled for"),
        count("messages", "how many messages it holds"),
        count("events", "how many events it holds"),
        time("first", "when the earliest message was written"),
        time("last", "when the latest message was written"),
        count("size_bytes", "size on the disk, in bytes"),
        flag("held", "whether a program fills it now"),
        text("problem", "why it cannot be read; missing if it can"),
        text("path", "the file"),
    ),
)

BACKFILL = Schema(
    "BACKFILL",
    (
        text("chat", "name of the group or friend"),
        text("chat_key", "identity of the chat, as in messages"),
        text("gnumber", "number of the group; missing for a friend"),
        text("qq", "number of the friend; missing for a group"),
        count("messages", "how many new messages came of it"),
        count("pages", "how many pages of its history were asked for"),
        time("since", "how far back it was gone"),
        text("problem", "why it was not filled; missing if it was"),
    ),
)

_RECIPIENT = (
    text("recipient_type", "friend, group, discuss or session (a temporary message through a group)"),
    text("qq", "number of the person; permanent, missing where the server does not know it"),
    text("gnumber", "number of the group, of a session the one it goes through; permanent"),
    text("did", "id of the discuss; another one after each login"),
    text("displayname", "what QQ shows: remark or card, else the name, else a number; never empty"),
    text("text", "what goes out, as the server sends it; fixed when it was first planned"),
    text("delivery", "pending, accepted, sent, failed, skipped or unknown"),
)
_EXPECTED = time(
    "expected_at", "when its turn comes, if nothing holds it up; missing where nothing is to be sent"
)
_RECIPIENT_NAMES = (
    text("nick", "nick of the person, compared before an id is used"),
    text("gname", "name of the group, compared before an id is used"),
    text("dname", "name of the discuss, compared before its id is used"),
    text("id", "id of the person in the login in which it was planned"),
    text("gid", "id of the group in the login in which it was planned"),
)

PREVIEW = Schema(
    "PREVIEW",
    (
        *_RECIPIENT,
        _EXPECTED,
        text("problem", "why nothing is sent, in words; missing where something is"),
        *_RECIPIENT_NAMES,
    ),
)

REPORT = Schema(
    "REPORT",
    (
        *_RECIPIENT,
        count("code", "the server's number for what became of it"),
        text("status", "the server's words for it"),
        text("info", "the reason in the server's words, 2.x only"),
        text("msg_id", "number that the server gave the message"),
        time("attempted_at", "when it was last sent, or was about to be"),
        time("settled_at", "when it was last heard what became of it"),
        count("tries", "how often it was sent"),
        text("problem", "why nothing was sent, or why it is not known what became of it, in words"),
        _EXPECTED,
        *_RECIPIENT_NAMES,
    ),
)

BROADCASTS = Schema(
    "BROADCASTS",
    (
        text("key", "name of the broadcast"),
        text("template", "its text with fields"),
        time("made_at", "when it was first planned"),
        count("recipients", "how many it is for"),
        *(
            count(name, f"how many are {name}")
            for name in ("pending", "accepted", "sent", "failed", "skipped", "unknown")
        ),
        time("attempted_at", "when a message of it was last sent"),
        flag("sending", "whether a program sends it now, or has paused it"),
    ),
)

EXCLUSIONS = Schema(
    "EXCLUSIONS",
    (
        text("recipient_type", "friend for a person, or group"),
        text("displayname", "name of the person or group when it was added"),
        text("qq", "number of the person; missing for a group"),
        text("gnumber", "number of the group; missing for a person"),
        text("why", "what was noted with it"),
        time("since", "when it was added"),
        text("nick", "nick of the person when it was added"),
    ),
)

ALL = (
    ME,
    FRIENDS,
    GROUPS,
    MEMBERS,
    DISCUSSES,
    DISCUSS_MEMBERS,
    RECENT,
    SERVER,
    MESSAGES,
    EVENTS,
    PROBLEMS,
    CHANGES,
    JOURNALS,
    BACKFILL,
    PREVIEW,
    REPORT,
    BROADCASTS,
    EXCLUSIONS,
)
"""Every schema there is."""
