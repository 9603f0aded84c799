"""A planned broadcast: what `my.broadcast()` gives."""

from collections.abc import Callable

import pandas as pd

from openqq_nb.broadcast import frames
from openqq_nb.broadcast.card import card, reasons
from openqq_nb.broadcast.ledger import Ledger
from openqq_nb.broadcast.pace import Pace
from openqq_nb.broadcast.run import Run
from openqq_nb.errors import InvalidInput, SkippedWarning, listed, warn_outside


class Plan:
    """A broadcast as it is planned; nothing is sent before `send()`.

    Made by `my.broadcast()`. It is kept in the ledger of the account, with the texts as they were when each recipient
    was first planned: `my.broadcast(key=…)` gives it back, also in another session.

    Args:
        ledger: where it is kept.
        key: its name.
        start: starts to send it, or gives the run that does.
        now: tells the time in UTC seconds.
        doubles: how many rows of `to=` named somebody once more.

    Attributes:
        key: its name.
    """

    def __init__(
        self,
        ledger: Ledger,
        key: str,
        start: Callable[[str], Run],
        now: Callable[[], float],
        doubles: int = 0,
    ) -> None:
        self.key = key
        self._ledger = ledger
        self._start = start
        self._now = now
        self._doubles = doubles

    def __dir__(self) -> list[str]:
        return ["forget", "key", "pace", "preview", "report", "send", "template"]

    def __repr__(self) -> str:
        """Say how many, how long, what is left out and why."""
        kept = self._ledger.kept(self.key)
        if kept is None:
            return f"<Plan {self.key!r}, forgotten>"
        text = card(self.key, kept.template, kept.pace, self.preview(), self._now())
        more = (
            f"\n  {self._doubles} rows named somebody once more; each gets one message."
            if self._doubles
            else ""
        )
        return text + more

    @property
    def template(self) -> str:
        """The text with its fields."""
        return self._ledger.the(self.key).template

    @property
    def pace(self) -> Pace:
        """How fast it goes."""
        return self._ledger.the(self.key).pace

    def preview(self) -> pd.DataFrame:
        """Show what would go out, to whom, and when.

        Returns:
            One row a recipient in the order of planning, columns and dtypes of `schema.PREVIEW`. Where `problem` says
            something, nothing is sent; of a row that was tried already it says what went wrong.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> plan = my.broadcast("{nick}，周五聚餐！", to=my.friends().head(2), key="preview")
            >>> plan.preview()["text"].tolist()
            ['小灰，周五聚餐！', '_猫_，周五聚餐！']
        """
        return frames.preview(self._ledger, self.key, self._now())

    def report(self) -> pd.DataFrame:
        """Tell what became of every message so far; see `Run.report`.

        Returns:
            One row a recipient in the order of planning, columns and dtypes of `schema.REPORT`.
        """
        return frames.report(self._ledger, self.key, self._now())

    def send(self) -> Run:
        """Send what is pending, in the background; what was sent before is never sent again.

        Returns:
            The `Run`. Called again while it is under way, the same one.

        Raises:
            InvalidInput: another program sends this broadcast at this moment.

        Warns:
            SkippedWarning: some recipients are left out.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> plan = my.broadcast("大家好", to=my.groups().head(2), key="send", pace=oq.Pace.instant())
            >>> plan.send().wait(10).state
            'finished'
            >>> plan.report()["delivery"].tolist()
            ['sent', 'sent']
        """
        left_out = reasons(self.preview())
        if left_out:
            total = sum(count for _, count in left_out)
            warn_outside(
                f"Of the recipients of the broadcast {self.key!r}, {total} get nothing:"
                f"{listed([f'{count}: {why}' for why, count in left_out])}\nplan.preview() shows them.",
                SkippedWarning,
            )
        return self._start(self.key)

    def forget(self) -> None:
        """Drop it, if nothing of it was ever sent, so that its key can be used for another text.

        Raises:
            InvalidInput: something was sent, or may have been, or it is being sent.
        """
        hold = self._ledger.hold(self.key)
        if hold is None:
            raise InvalidInput(
                f"The broadcast {self.key!r} is being sent, or paused, so it was not forgotten. Stop it first: "
                "run.stop()."
            )
        try:
            self._ledger.forget(self.key)
        finally:
            hold.let_go()
