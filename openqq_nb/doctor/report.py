"""What the doctor found, and how it is shown: to be pasted into a bug report, without a name or a secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

Verdict = Literal["ok", "note", "problem", "not looked at"]

_MARKS: dict[Verdict, str] = {"ok": "ok", "note": "note", "problem": "PROBLEM", "not looked at": "-"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: what was looked at, in a word or two.
        verdict: `ok`, `note` (nothing is wrong, but one should know), `problem`, or `not looked at`.
        found: what was found, and what it means.
        advice: what to do, where something is to be done.
    """

    check: str
    verdict: Verdict
    found: str
    advice: str = ""


class Report:
    """All findings; falsy when one of them is a problem.

    Args:
        findings: in the order in which they were made.

    Example:
        >>> import openqq_nb as oq
        >>> report = oq.demo().doctor()
        >>> report.df.columns.tolist()
        ['check', 'verdict', 'found', 'advice']
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)

    @property
    def df(self) -> pd.DataFrame:
        """The findings.

        Returns:
            One row a finding: `check verdict found advice`, all `str`.
        """
        columns = ["check", "verdict", "found", "advice"]
        rows = [[getattr(finding, column) for column in columns] for finding in self.findings]
        return pd.DataFrame(rows, columns=columns, dtype="str")

    def __bool__(self) -> bool:
        """Tell whether nothing is wrong."""
        return not any(finding.verdict == "problem" for finding in self.findings)

    def __repr__(self) -> str:
        """Write the findings one below the other, ready to be pasted."""
        width = max((len(finding.check) for finding in self.findings), default=0)
        lines = [line for finding in self.findings for line in _lines(finding, width)]
        problems = sum(finding.verdict == "problem" for finding in self.findings)
        end = "Nothing is wrong." if self else f"{problems} problem{'s' if problems > 1 else ''}."
        return "\n".join(["openqq_nb doctor", *lines, end])


def _lines(finding: Finding, width: int) -> list[str]:
    first = f"  {_MARKS[finding.verdict]:<7}  {finding.check:<{width}}  {finding.found}"
    return [first, *(f"{'':11}{'':{width}}  -> {line}" for line in finding.advice.splitlines())]
