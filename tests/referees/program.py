"""A program of others in a process of its own: what it reports, and how it is told what to do."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

Json = dict[str, Any]
PATIENCE_S = 20.0
ROOT = Path(__file__).parents[2]


class Program:
    """One of `tests.referees.programs`, from its start to its end.

    Args:
        name: Which.
        settings: What it is started with.

    Attributes:
        heard: The events that it got, as it reported them.
        complaints: What it logged as a warning or an error, or printed.
    """

    def __init__(self, name: str, **settings: object) -> None:
        module = f"tests.referees.programs.{name}"
        self._folder = tempfile.TemporaryDirectory()
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, json.dumps(settings)],
            # Some of them write logs to where they are started.
            cwd=self._folder.name,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.heard: list[Json] = []
        self.complaints: list[str] = []
        self._told: dict[str, Any] = {}
        self._answers: list[Json] = []
        self._ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._listen)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE_S)
        finally:
            self._process.kill()
            self._thread.join()
            self._process.stdout.close()
            self._process.wait()
            self._folder.cleanup()

    @property
    def port(self) -> int:
        """Where it serves."""
        return int(self._until("port"))

    def wait_bot(self) -> str:
        """Wait until it knows an account, and give its number."""
        return str(self._until("bot"))

    def wait_heard(self, enough: Callable[[list[Json]], bool]) -> list[Json]:
        """Wait until it heard enough."""
        self._wait(lambda: enough(self.heard))
        return list(self.heard)

    def call(self, name: str, /, **params: Any) -> Any:
        """Let it make a call, and give what it says was answered."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"name": name, "params": params}) + "\n")
        self._process.stdin.flush()
        self._wait(lambda: bool(self._answers))
        told = self._answers.pop()
        assert "error" not in told, f"{name}: {told['error']}"
        return told["answer"]

    def _until(self, key: str) -> Any:
        self._wait(lambda: key in self._told)
        return self._told[key]

    def _wait(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            came = self._changed.wait_for(lambda: self._ended or condition(), PATIENCE_S)
            assert came and condition(), (
                f"after {len(self.heard)} events: {self.complaints or 'nothing more'}"
            )

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self._take(line)
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _take(self, line: str) -> None:
        try:
            told = json.loads(line)
        except ValueError:
            told = {"complaint": line}
        if "event" in told:
            self.heard.append(told)
        elif "complaint" in told:
            self.complaints.append(told["complaint"])
        elif "answer" in told or "error" in told:
            self._answers.append(told)
        else:
            self._told |= told
