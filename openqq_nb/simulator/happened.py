"""What happened in a simulator, to be read and waited for."""

from openqq_nb.simulator.records import Decided, History, Kicked, Muted, Posted, Received


class Happened:
    """The records of a simulator."""

    _history: History

    @property
    def ended(self) -> str | None:
        """Why the real server would have ended itself, in words; `None` while it goes on."""
        raise NotImplementedError

    @property
    def received(self) -> list[Received]:
        """What reached the simulated friends, groups and discusses, oldest first."""
        return self._history.received

    @property
    def muted(self) -> list[Muted]:
        """The mutes that the server asked for."""
        return self._history.muted

    @property
    def kicked(self) -> list[Kicked]:
        """The members that the server removed."""
        return self._history.kicked

    @property
    def posts(self) -> list[Posted]:
        """What was posted, with what was answered."""
        return self._history.posts

    @property
    def decided(self) -> list[Decided]:
        """What the account said to requests (OneBot)."""
        return self._history.decided

    @property
    def complaints(self) -> list[str]:
        """What the server logs as errors about the answers to its posts (OneBot)."""
        return [one.complaint for one in self._history.posts if one.complaint]

    @property
    def sockets(self) -> int:
        """How many WebSockets are open that get events (OneBot)."""
        return self._history.sockets

    def wait_sockets(self, n: int = 1, timeout: float = 10.0) -> None:
        """Wait until exactly n WebSockets are open that get events (OneBot).

        Args:
            n: How many.
            timeout: Seconds.

        Raises:
            TimeoutError: There are others.
        """
        if not self._history.wait_until(lambda: self._history.sockets == n, timeout):
            raise TimeoutError(f"After {timeout} s {self.sockets} WebSockets are open, not {n}.")

    @property
    def errors(self) -> list[Exception]:
        """The simulator's own failures: a mistake in it if there is any."""
        return self._history.errors

    def wait_posted(self, timeout: float = 10.0) -> list[Posted]:
        """Wait until no post and no send is on its way.

        Args:
            timeout: Seconds.

        Returns:
            All posts so far.

        Raises:
            TimeoutError: Something is still on its way.
        """
        if not self._history.wait_until(lambda: self._history.busy == 0, timeout):
            raise TimeoutError(
                f"After {timeout} s {self._history.busy} posts or sends are still on their way. "
                "Wait longer, or see whether the listener answers and whether it answers itself."
            )
        return self.posts

    def wait_received(self, n: int = 1, timeout: float = 10.0) -> list[Received]:
        """Wait until at least n messages have reached people.

        Args:
            n: How many, counted from the beginning.
            timeout: Seconds.

        Returns:
            All messages so far.

        Raises:
            TimeoutError: Fewer came.
        """
        if not self._history.wait_until(lambda: len(self._history.received) >= n, timeout):
            raise TimeoutError(f"After {timeout} s only {len(self.received)} of {n} messages were received.")
        return self.received

    def wait_ended(self, timeout: float = 10.0) -> str:
        """Wait until the server has ended itself.

        Args:
            timeout: Seconds.

        Returns:
            Why, in words.

        Raises:
            TimeoutError: It still works.
        """
        if not self._history.wait_until(lambda: self.ended is not None, timeout):
            raise TimeoutError(f"After {timeout} s the server has not ended itself: {self!r}.")
        return self.ended or ""
