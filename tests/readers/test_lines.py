import io

from openqq_nb.readers.lines import Line, lines


def test_lines_have_their_numbers_and_ends_and_only_a_line_feed_ends_one() -> None:
    body = b"\xef\xbb\xbfa\r\n\n \xe2\x80\xa8b\x0c \nc"
    assert list(lines(io.BytesIO(body))) == [
        Line(1, b"a", 6, True),
        Line(2, b"", 7, True),
        Line(3, b"\xe2\x80\xa8b\x0c", 15, True),
        Line(4, b"c", 16, True),
    ]


def test_line_that_is_too_long_is_not_held_and_does_not_cost_the_next() -> None:
    body = b"x" * 25 + b"\nab\n" + b"y" * 30
    found = list(lines(io.BytesIO(body), longest_bytes=10))
    assert [(one.number, len(one.body), one.end, one.whole) for one in found] == [
        (1, 10, 26, False),
        (2, 2, 29, True),
        (3, 10, 59, False),
    ]
