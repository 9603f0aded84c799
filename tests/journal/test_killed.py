"""What a process acknowledged is there after it was killed; what it had begun is not."""

import os
import subprocess
import sys
from pathlib import Path

from openqq_nb.journal import Journal

WRITE = """
import sys
from pathlib import Path
from openqq_nb.database import Database
from openqq_nb.journal import Journal
from tests.journal.making import message

database = Database(Path(sys.argv[1]))
journal = Journal(database)
for number in range(int(sys.argv[2])):
    journal.append([message(f"{number}.{part}", content="长" * 300) for part in range(3)])
    print(number, flush=True)
with database.writing() as connection:
    connection.execute("PRAGMA cache_size = 1")  # so that unfinished pages reach the file
    connection.execute("INSERT INTO arrivals (fingerprint, body) VALUES ('begun', zeroblob(3000000))")
    connection.execute("INSERT INTO messages (seq) SELECT max(seq) FROM arrivals")
    print("begun", flush=True)
    sys.stdin.read()
"""


def start(path: Path, batches: int) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(Path.cwd()), *sys.path]))}
    command = [sys.executable, "-c", WRITE, str(path), str(batches)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )


def kill_after(process: "subprocess.Popen[str]", word: str) -> list[str]:
    """Kill without warning once the word was printed; give all lines printed."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if lines[-1] == word:
            break
    process.kill()
    # With `communicate`, lines that the loop has read ahead would be lost.
    lines += process.stdout.read().split()
    process.communicate(timeout=60)
    return lines


def test_kill_in_the_middle_of_a_transaction_keeps_all_before_it_and_nothing_of_it(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    lines = kill_after(start(path, 20), "begun")
    assert lines == [*map(str, range(20)), "begun"]
    with Journal.open(path) as journal:
        assert journal.count == 60
        assert set(journal.messages().column("content").to_pylist()) == {"长" * 300}


def test_kill_at_full_speed_keeps_every_acknowledged_batch_whole(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    lines = kill_after(start(path, 100_000), "50")
    acknowledged = max(int(line) for line in lines)
    with Journal.open(path) as journal:
        # The batch that was being acknowledged may be there too, but only as a whole.
        assert journal.count in (3 * (acknowledged + 1), 3 * (acknowledged + 2))
