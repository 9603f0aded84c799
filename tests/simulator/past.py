"""A past that several tests look at."""

from functools import cache

from openqq_nb.simulator import Past, Simulator

GROUP = "PERL学习交流"


def simulator() -> Simulator:
    """Have a simulator, not started, with a group of a hundred members that was made in 2013."""
    return Simulator(seed=2, groups=1, friends=3, members=100)


@cache
def large() -> Past:
    """Two years of a group of a hundred members that is older than that."""
    return simulator().past(GROUP)


@cache
def small(seed: int | None = None, messages: int = 2000) -> Past:
    """Half a year of a small group."""
    return Simulator(groups=1, friends=3, members=12).past(GROUP, years=0.5, messages=messages, seed=seed)
