import json

import pytest

from openqq_nb.errors import NotUnderstood
from openqq_nb.protocols import reading
from openqq_nb.protocols.openqq import arrivals
from openqq_nb.protocols.registry import dialect as dialect_of
from tests.torture.bodies import torment
from tests.torture.making import Bodies

SEED = 20
BODIES = 1_500


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["openqq1", "openqq2"])
def test_whatever_is_posted_is_answered_as_it_should_be_and_kept_once(dialect: str) -> None:
    figures = torment(dialect, SEED, range(BODIES))
    assert figures.failures == []
    # It was not all refused, nor all taken, and handlers were asked.
    assert sum(figures.statuses.values()) == BODIES + 1
    assert min(figures.statuses[400], figures.taken.total()) > BODIES // 10 and figures.replies


@pytest.mark.parametrize("dialect", ["openqq1", "openqq2"])
def test_a_post_that_was_taken_can_be_read_again_from_anywhere(dialect: str) -> None:
    def read(frames: int, depth: int) -> bool:
        if frames:
            return read(frames - 1, depth)
        lists = "[" * (depth - 1) + "]" * (depth - 1)
        arrival = dialect_of(dialect, None).arrival
        # What a later key of the same name hides has to be read as well.
        return bool(arrival(f'{{"type":"message","unknown":{lists},"unknown":1}}'.encode()))

    for frames in (0, 500):
        assert read(frames, 100)
        with pytest.raises(NotUnderstood, match="nested"):
            read(frames, 101)


def test_brackets_in_a_text_do_not_make_it_deep() -> None:
    content = '[{\\"' * 1_000
    body = json.dumps({"type": "message", "content": content})
    assert dialect_of("openqq1", None).arrival(body.encode()).row["content"] == content


@pytest.mark.parametrize("dialect", ["openqq1", "openqq2"])
def test_a_post_is_read_to_the_digit_whichever_way_it_is_read(dialect: str) -> None:
    bodies = [Bodies(dialect, SEED).body(number) for number in range(BODIES)]
    read = []
    for body in bodies:
        try:
            read.append((_texts(arrivals._object(body)), _texts(reading.value(body))))
        except NotUnderstood:
            continue
    assert len(read) > BODIES // 2
    assert [pair for pair in read if pair[0] != pair[1]] == []


def _texts(found: object) -> dict[str | None, str | None]:
    """Give what becomes of it in a row, where half a surrogate pair is mended."""
    assert isinstance(found, dict)
    return {reading.text(key): reading.text(cell) for key, cell in found.items()}
