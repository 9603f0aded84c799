"""Pictures of what `openqq_nb.analysis` answers, under the same words; shown offline, without any script."""

from openqq_nb.charts.bars import kinds, night_owls, ranking, repeats
from openqq_nb.charts.courses import timeline, turnover
from openqq_nb.charts.matrices import similar_groups
from openqq_nb.charts.networks import replies
from openqq_nb.charts.people import nicknames
from openqq_nb.charts.picture import Picture
from openqq_nb.charts.ranges import lurkers, response
from openqq_nb.charts.talks import conversations
from openqq_nb.charts.vocabulary import new_words, phrases, typical, words
from openqq_nb.charts.weeks import activity, calendar

__all__ = [
    "Picture", "activity", "calendar", "conversations", "kinds", "lurkers", "new_words", "nicknames", "night_owls",
    "phrases", "ranking", "repeats", "replies", "response", "similar_groups", "timeline", "turnover", "typical",
    "words",
]  # fmt: skip


def __dir__() -> list[str]:
    """Show the pictures."""
    return __all__
