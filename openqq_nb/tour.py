"""The short tour of `openqq-nb demo`: what a notebook does, once, in the terminal."""

from collections.abc import Callable

import pandas as pd

from openqq_nb.demo_account import DemoAccount

_FRIEND_COLUMNS = ["displayname", "nick", "markname", "category", "qq", "state"]
_MESSAGE_COLUMNS = ["msg_time", "chat", "sender", "content"]
_TALK = (("早上好！今天谁去图书馆？", True), ("[图片]", True), ("在吗？晚上一起吃饭", False))
_WAIT_S = 20


def tour(my: DemoAccount, say: Callable[[str], None]) -> None:
    """Show friends, members per group, a sent message, and three messages arriving.

    Args:
        my: the account of a demo.
        say: takes one piece of text after another.
    """
    with pd.option_context("display.unicode.east_asian_width", True, "display.width", 120):
        my.me()
        _show_roster(my, say)
        _show_sending(my, say)
        _show_listening(my, say)
        say(repr(my))


def _show_roster(my: DemoAccount, say: Callable[[str], None]) -> None:
    say("\nmy.friends()")
    say(my.friends()[_FRIEND_COLUMNS].head(6).to_string(index=False, na_rep=""))
    members = my.members()
    # Groups may share a name; by what else they are told apart depends on what the server gives.
    key = "gid" if members["gid"].notna().any() else "gnumber"
    say(f"\nmy.members().groupby(['gname', '{key}']).size()")
    say(members.groupby(["gname", key]).size().sort_values(ascending=False).to_string())


def _show_sending(my: DemoAccount, say: Callable[[str], None]) -> None:
    friend = my.friends().dropna(subset="qq").iloc[0]
    receipt = my.send_friend("你好，周五聚餐吗？", to=friend)
    say(f"\nmy.send_friend('你好，周五聚餐吗？', qq='{friend['qq']}')")
    say(repr(receipt))
    say(f"what {friend['displayname']} sees: {my.simulator.wait_received(1)[-1].content}")


def _show_listening(my: DemoAccount, say: Callable[[str], None]) -> None:
    speaker = my.members().dropna(subset=["qq", "gnumber"]).iloc[0]
    friend = my.friends().dropna(subset="qq").iloc[1]
    say("\ninbox = my.listen(); inbox.wait(3)")
    with my.listen() as inbox:
        for text, in_group in _TALK:
            who, group = (speaker["qq"], speaker["gnumber"]) if in_group else (friend["qq"], None)
            my.simulator.say(who, text, group=group)
        arrived = inbox.wait(len(_TALK), timeout=_WAIT_S)
    say(arrived[_MESSAGE_COLUMNS].to_string(index=False, na_rep="") + "\n")
