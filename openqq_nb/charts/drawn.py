"""The pictures of all questions, for who has the answers already."""

from collections.abc import Callable, Mapping

from openqq_nb.charts.bars import draw_kinds, draw_night_owls, draw_ranking, draw_repeats
from openqq_nb.charts.courses import draw_timeline, draw_turnover
from openqq_nb.charts.given import About
from openqq_nb.charts.matrices import draw_similar_groups
from openqq_nb.charts.networks import draw_replies
from openqq_nb.charts.people import draw_nicknames
from openqq_nb.charts.picture import Picture
from openqq_nb.charts.ranges import draw_lurkers, draw_response
from openqq_nb.charts.talks import draw_conversations
from openqq_nb.charts.vocabulary import draw_new_words, draw_phrases, draw_typical, draw_words
from openqq_nb.charts.weeks import draw_activity, draw_calendar
from openqq_nb.columns import Frame

DRAWN: Mapping[str, Callable[[Frame, About], Picture]] = {
    "ranking": draw_ranking,
    "activity": draw_activity,
    "calendar": draw_calendar,
    "lurkers": draw_lurkers,
    "turnover": draw_turnover,
    "replies": draw_replies,
    "repeats": draw_repeats,
    "conversations": draw_conversations,
    "night_owls": draw_night_owls,
    "timeline": draw_timeline,
    "kinds": draw_kinds,
    "nicknames": draw_nicknames,
    "similar_groups": draw_similar_groups,
    "response": draw_response,
    "words": draw_words,
    "phrases": draw_phrases,
    "typical": draw_typical,
    "new_words": draw_new_words,
}
"""By the name of the question: from its answer, which has rows, and what is known of the messages to the picture."""
