"""Questions to a message log: frame in, frame out, of pandas, polars, DuckDB, Dask or PySpark."""

from openqq_nb.analysis.comings import turnover
from openqq_nb.analysis.echoes import repeats
from openqq_nb.analysis.edges import replies
from openqq_nb.analysis.hours import activity, calendar
from openqq_nb.analysis.mix import kinds
from openqq_nb.analysis.names import nicknames
from openqq_nb.analysis.nights import night_owls
from openqq_nb.analysis.phrasing import phrases
from openqq_nb.analysis.ranks import ranking
from openqq_nb.analysis.responses import response
from openqq_nb.analysis.silence import lurkers
from openqq_nb.analysis.similar import similar_groups
from openqq_nb.analysis.talks import conversations
from openqq_nb.analysis.timelines import timeline
from openqq_nb.analysis.typicality import typical
from openqq_nb.analysis.wording import new_words, words

__all__ = [
    "activity",
    "calendar",
    "conversations",
    "kinds",
    "lurkers",
    "new_words",
    "nicknames",
    "night_owls",
    "phrases",
    "ranking",
    "repeats",
    "replies",
    "response",
    "similar_groups",
    "timeline",
    "turnover",
    "typical",
    "words",
]


def __dir__() -> list[str]:
    """Show the questions."""
    return __all__
