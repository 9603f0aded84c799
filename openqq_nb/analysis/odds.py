"""Whether a word is said more often here than there, and by more than chance."""

from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

BEYOND_CHANCE = 1.96
"""Chance alone seldom gives a score above this: where words are strewn at random, less than once in a hundred."""


def log_odds(count: Any, of: Any, others: Any, of_others: Any) -> Values:  # noqa: ANN401 - whatever NumPy takes for numbers
    """Compare how often words are said in two places.

    The log-odds ratio with an informative Dirichlet prior, over its standard deviation (Monroe, Colaresi and Quinn,
    2008, "Fightin' Words"). The prior is as if the first place had been told its number of words once more, as both
    places say them together; so rare words need more than one lucky hit.

    Args:
        count: how often each word is said in the first place.
        of: how many words are said there.
        others: how often each word is said in the second place.
        of_others: how many words are said there.

    Returns:
        The score of each word: 0 where both say it alike. The prior pulls it towards 0, so that chance alone gives
        smaller scores than a normal distribution has; not a number where there is but one word.

    Example:
        >>> log_odds([20, 10], 100, [20, 90], 400).round(1).tolist()
        [3.8, -2.3]
    """
    here, size, there, other_size = (np.asarray(values, float) for values in (count, of, others, of_others))
    prior = size * (here + there) / np.maximum(size + other_size, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        one = np.log((here + prior) / (2 * size - here - prior))
        other = np.log((there + prior) / (other_size + size - there - prior))
        scores: Values = (one - other) / np.sqrt(1 / (here + prior) + 1 / (there + prior))
    return scores
