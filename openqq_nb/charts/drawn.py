"""The pictures of all questions, for who has the answers already."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from inspect import Parameter, signature

from openqq_nb import analysis
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

Draw = Callable[[Frame, About], Picture]

_DRAWN: Mapping[str, Draw] = {
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


def _by_default(question: str, draw: Draw) -> Draw:
    takes = signature(getattr(analysis, question)).parameters.values()
    asked = {one.name: one.default for one in takes if one.default is not Parameter.empty}
    return lambda found, about: draw(found, replace(about, asked=asked))


DRAWN: Mapping[str, Draw] = {question: _by_default(question, draw) for question, draw in _DRAWN.items()}
"""By the name of the question, asked with what it has by default: from its answer, which has rows, and what is known of
the messages to the picture."""
