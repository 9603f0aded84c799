"""What ends of OneBot 11 call things: a table of keys for each kind of object.

Ends differ in what they tell besides, and add keys at will: those come last, under their own names. Keys that are named
here though they keep their names are texts that could look like something else, or numbers that many ends write.

Source:
    OneBot 11, public API; recorded answers of NapCat, LLBot and onebots; the sources of go-cqhttp and Lagrange.OneBot.
"""

from openqq_nb.protocols.rows import Table

ME = Table({"user_id": "qq", "nickname": "nick"}, varies=True)

SERVER = Table({"app_name": "client", "app_version": "version"}, varies=True)

FRIENDS = Table(
    {
        "user_id": "qq",
        "nickname": "nick",
        "remark": "markname",
        "category": "category",
        "sex": "gender",
        "age": "age",
        "level": "level",
        "email": "email",
    },
    varies=True,
)

GROUPS = Table(
    {
        "group_id": "gnumber",
        "group_name": "gname",
        "group_remark": "gmarkname",
        "remark_name": "remark_name",
        "member_count": "member_count",
        "max_member_count": "max_member",
        "group_create_time": "gcreatetime",
        "owner_id": "gowner_qq",
        "group_memo": "gmemo",
        "group_level": "glevel",
    },
    numbers=frozenset(
        {"group_id", "member_count", "max_member_count", "group_create_time", "owner_id", "group_level"}
    ),
    varies=True,
)

MEMBERS = Table(
    {
        "user_id": "qq",
        "group_id": "gnumber",
        "nickname": "nick",
        "card": "card",
        "role": "role",
        "sex": "gender",
        "join_time": "join_time",
        "last_sent_time": "last_speak_time",
        "level": "level",
        "title": "title",
        "area": "area",
        "age": "age",
    },
    # What people see is worked out here.
    copies=frozenset({"card_or_nickname"}),
    numbers=frozenset({"user_id", "group_id", "join_time", "last_sent_time", "age"}),
    varies=True,
)
