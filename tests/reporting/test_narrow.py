"""Pictures for a phone: less wide, and with all that stands in the wide ones."""

from collections import Counter

import pandas as pd
import pytest

from openqq_nb import charts
from openqq_nb.charts.bars import Bars
from openqq_nb.charts.given import about
from openqq_nb.charts.picture import WIDTH, Picture
from openqq_nb.reporting.narrow import narrow
from openqq_nb.reporting.sections import contents
from tests.charts.answers import Life, chinese, long, messages
from tests.charts.drawing import picture, texts, tree
from tests.reporting.pages import members

_PHONE = 420


def width(drawn: Picture) -> float:
    return float(tree(drawn.svg(titled=False)).attrib["width"])


@pytest.fixture(scope="module")
def pictures() -> dict[str, Picture]:
    log = messages(Life(long), 600)
    of_log = ("ranking", "kinds", "words", "typical", "activity", "conversations")
    drawn = {name: picture(name, log) for name in of_log}
    return drawn | {"lurkers": charts.lurkers(members(long), log)}


def test_a_narrow_picture_fits_a_phone_and_says_the_same(pictures: dict[str, Picture]) -> None:
    for name, wide in pictures.items():
        less = narrow(wide)
        assert width(less) <= _PHONE < width(wide), name
        assert (less.title, less.summary) == (wide.title, wide.summary)
        if name != "conversations":
            assert Counter(texts(less.svg(titled=False))) == Counter(texts(wide.svg(titled=False))), name


def test_what_stands_at_the_ends_of_narrow_bars_has_room(pictures: dict[str, Picture]) -> None:
    for name in ("ranking", "kinds", "words"):
        wide, less = pictures[name], narrow(pictures[name])
        assert width(wide) - width(less) == wide.body["width"] - less.body["width"], name


def test_a_picture_that_is_as_wide_on_a_phone_is_drawn_once() -> None:
    log = messages(Life(chinese, days=50), 1_500)
    later = (log.index > 1_000) & (log.index % 2 == 0)
    log = log.assign(content=pd.Series("聚餐", log.index).mask(later, "羽毛球"))
    found = {one.name: one for one in contents(log, None, about(log)).sections}
    assert len(found["new_words"].picture.body["concat"]) == 1
    assert found["new_words"].narrow is None
    assert found["words"].narrow is not None


@pytest.mark.parametrize("size", [0.0, 0.25, 7.0])
def test_narrow_bars_have_the_scale_of_bars_that_are_drawn_so_wide(size: float) -> None:
    bars = Bars(["小灰"], [size], ["0.25"], "messages")
    wide = Picture("one", [], "one", bars.spec())
    less = narrow(wide)
    drawn = bars.spec(WIDTH - (wide.body["width"] - less.body["width"]))
    assert (less.body["width"], less.body["encoding"]["x"]) == (drawn["width"], drawn["encoding"]["x"])


def test_a_narrow_axis_of_time_has_fewer_moments(pictures: dict[str, Picture]) -> None:
    wide = pictures["conversations"]
    before, after = (one.body["encoding"]["x"]["axis"]["values"] for one in (wide, narrow(wide)))
    assert before[0] == after[0]
    assert len(after) < len(before)


def test_names_of_chats_stand_below_each_other_where_they_have_no_room() -> None:
    log = messages(Life(long), 600)
    of_chats = log.assign(chat=[long(at % 4) for at in range(len(log))])
    wide = charts.timeline(of_chats.assign(chat_key=of_chats["chat"]))
    less = narrow(wide)
    assert wide.body["encoding"]["color"]["legend"]["columns"] > 1
    assert less.body["encoding"]["color"]["legend"]["columns"] == 1
    assert width(less) <= _PHONE < width(wide)
