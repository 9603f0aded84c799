"""Why somebody gets nothing, as the broadcast notes it in English, said in the chosen language."""

import re

from openqq_nb.languages import Words
from openqq_nb.widgets.broadcaster.sending_words import WATCH
from openqq_nb.widgets.broadcaster.words import REASONS
from openqq_nb.widgets.composer.addressee import shortened

_KNOWN: tuple[tuple[str, str], ...] = (
    (r"there is no value for (?P<rest>.*)", "b_why_value"),
    (r"excluded by my\.exclusions", "b_why_excluded"),
    (r"may be somebody of this nick who is excluded by my\.exclusions", "b_why_perhaps_excluded"),
    (r"somebody of this name was written to in an earlier login, .*", "b_why_perhaps"),
    (r"was written to under the key (?P<rest>.*)", "b_why_unless"),
    (r"this server cannot write to friends", "b_why_no_friends"),
    (r"this server cannot write to groups", "b_why_no_groups"),
    (r"this server cannot write to discusses", "b_why_no_discusses"),
    (r"no friend, and this server cannot send temporary messages", "b_why_no_sessions"),
    (r"this is the account itself", "b_why_own"),
    (r"no friend of this number is known to the server", "b_why_no_friend"),
    (r"no friend, and no group is named to write through", "b_why_nowhere"),
    (r"no group of this number is known to the server", "b_why_no_group"),
    (r"the server does not know this (?:id|gid|did) with this (?:nick|gname|dname) any more", "b_why_gone"),
    (r"no (?:qq|gnumber|did) of a (?:person|group|discuss) stands here", "b_why_no_number"),
    (r"(?:qq|gnumber) is no number: (?P<rest>.*)", "b_why_strange"),
    (r"(?:qq|gnumber) is no number", "b_why_strange_ones"),
    (r"the server has logged in anew since this was planned, .*", "b_why_login"),
    (r"the provider gave no usable answer; .*", "b_why_silent"),
    (r"the provider's answer was not understood; .*", "b_why_garbled"),
    (r"the provider reported an error; .*", "b_why_provider"),
    (r"the provider refused[ ,].*", "b_why_refused"),
    (r"no such friend; .*", "b_why_100"),
    (r"no such group; .*", "b_why_101"),
    (r"no such discuss; .*", "b_why_102"),
    (r"no such group or no such member in it; .*", "b_why_103"),
    (r"no such discuss or no such member in it; .*", "b_why_104"),
    (r"neither a group nor a discuss was named; .*", "b_why_105"),
    (r"the server queued the message; .*", "b_why_queued"),
    (r"Nobody answers at .*", "b_unreachable"),
    (r"No answer to .*", "b_no_answer"),
)
_PATTERNS = tuple((re.compile(pattern, re.DOTALL), key) for pattern, key in _KNOWN)
_VALUE = re.compile(r"there is no value for (?P<field>\{.*\})", re.DOTALL)
_PAUSED = re.compile(r"paused after (?P<count>\d+) failures in a row; the last: (?P<problem>.*)", re.DOTALL)
_LONGEST = 200

_words = Words(REASONS, WATCH)


def said(problem: str) -> str:
    """Say a reason; one that is not known, as the words of a server, stays as it is."""
    for pattern, key in _PATTERNS:
        found = pattern.fullmatch(problem)
        if found is not None:
            values = {name: shortened(value, _LONGEST) for name, value in found.groupdict().items()}
            return _words(key, **values)
    return shortened(problem, 2 * _LONGEST)


def field_of(problem: str) -> str | None:
    """Give the field that has no value, as it is written, where that is the reason."""
    found = _VALUE.fullmatch(problem)
    return found["field"] if found else None


def trouble(problem: str | None) -> str:
    """Say what went wrong last while a broadcast was sent; nothing if nothing did."""
    if problem is None:
        return ""
    found = _PAUSED.fullmatch(problem)
    if found is None:
        return _words("b_last_problem", problem=said(problem))
    return _words("b_paused_itself", count=found["count"], problem=said(found["problem"]))
