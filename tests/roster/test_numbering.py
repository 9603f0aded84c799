import pandas as pd

from openqq_nb.numbering import Numbering

PEOPLE = pd.DataFrame(
    {"id": ["1234567890", "5"], "qq": [None, "1234567890"], "displayname": ["甲", "乙"]}, dtype="str"
)
GROUPS = pd.DataFrame(
    {"gid": ["77", "8"], "gnumber": [None, "77"], "displayname": ["一群", "二群"]}, dtype="str"
)
DISCUSSES = pd.DataFrame({"did": ["9"], "displayname": ["午饭"]}, dtype="str")
NUMBERING = Numbering([PEOPLE], GROUPS, DISCUSSES)


def test_the_id_of_one_person_is_not_taken_for_the_number_of_another() -> None:
    assert NUMBERING.number({"sender_id": "1234567890"}) == {"sender_id": "1234567890", "sender": "甲"}
    assert NUMBERING.number({"group_id": "77"}) == {"group_id": "77", "group": "一群"}


def test_ids_give_numbers_and_names() -> None:
    row = NUMBERING.number({"sender_id": "5", "sender": " ", "group_id": "8", "discuss_id": "9"})
    assert (row["sender_qq"], row["sender"]) == ("1234567890", "乙")
    assert (row["gnumber"], row["group"], row["discuss"]) == ("77", "二群", "午饭")


def test_a_writer_without_number_and_id_is_nobody_whom_the_roster_knows() -> None:
    nobody = pd.DataFrame({"id": [None, "5"], "qq": [None, None], "displayname": ["甲", "乙"]}, dtype="str")
    anonymous = {"sender": " ", "gnumber": "77", "sender_qq": None}
    numbering = Numbering([nobody], GROUPS, DISCUSSES)
    assert numbering.number(anonymous) == {**anonymous, "group": "二群"}
    assert not numbering.doubts(anonymous)


def test_numbers_alone_give_names() -> None:
    row = NUMBERING.number({"sender_qq": "1234567890", "gnumber": "77"})
    assert row == {"sender_qq": "1234567890", "sender": "乙", "gnumber": "77", "group": "二群"}


def test_what_the_server_said_stays() -> None:
    said = {
        "sender_id": "5",
        "sender_qq": "1",
        "sender": "老乙",
        "group_id": "8",
        "gnumber": "2",
        "group": "群",
    }
    assert NUMBERING.number(said) == said
