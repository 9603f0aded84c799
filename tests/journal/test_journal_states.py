"""The journal against a dict, over any order of appending, repeating, amending, reopening and torn writes."""

import shutil
import sqlite3
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from openqq_nb.journal import Journal
from openqq_nb.models import Cell
from tests.journal.making import message, texts

fingerprints = st.integers(0, 30).map(lambda number: f"f{number}")
batches = st.lists(st.tuples(fingerprints, texts), max_size=6)


class JournalMachine(RuleBasedStateMachine):
    """The dict: by fingerprint, in order of arrival, the content and the number that was learnt."""

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "j.db"
        self.journal = Journal.open(self.path)
        self.expected: dict[str, list[Cell]] = {}
        self.seqs: dict[str, int] = {}

    def teardown(self) -> None:
        self.journal.close()
        shutil.rmtree(self.folder)

    @rule(batch=batches)
    def append(self, batch: list[tuple[str, str]]) -> None:
        stored = self.journal.append([message(name, content=content) for name, content in batch])
        for (name, content), one in zip(batch, stored, strict=True):
            assert one.new == (name not in self.expected)
            self.expected.setdefault(name, [content, None])
            assert self.seqs.setdefault(name, one.seq) == one.seq

    @rule(data=st.data(), number=texts)
    def amend(self, data: st.DataObject, number: str) -> None:
        if not self.expected:
            return
        names = data.draw(st.lists(st.sampled_from(list(self.expected)), max_size=3))
        self.journal.amend({self.seqs[name]: {"sender_qq": number} for name in names})
        for name in names:
            self.expected[name][1] = number

    @rule()
    def reopen(self) -> None:
        self.journal.close()
        self.journal = Journal.open(self.path)

    @rule(share=st.floats(0, 1), noise=st.binary(max_size=40))
    def tear(self, share: float, noise: bytes) -> None:
        """Copy the files as a crash leaves them: a transaction is begun, its last pages are cut off or spoilt."""
        wal = self.path.with_name("j.db-wal")
        begin = wal.stat().st_size if wal.exists() else 0
        writer = sqlite3.connect(self.path, isolation_level=None)
        writer.execute("PRAGMA cache_size = 1")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO arrivals (fingerprint, body) VALUES ('torn', zeroblob(40000))")
        writer.execute("INSERT INTO messages (seq) SELECT max(seq) FROM arrivals")
        crashed = self.folder / "crashed.db"
        shutil.copyfile(self.path, crashed)
        whole = wal.read_bytes()
        crashed.with_name("crashed.db-wal").write_bytes(
            whole[: begin + int(share * (len(whole) - begin))] + noise
        )
        writer.execute("ROLLBACK")
        writer.close()
        with Journal.open(crashed) as recovered:
            self.compare(recovered)
            assert recovered.append([message("torn")])[0].new
        crashed.unlink()

    @invariant()
    def holds_what_was_appended(self) -> None:
        self.compare(self.journal)

    def compare(self, journal: Journal) -> None:
        table = journal.messages()
        columns = (table.column(name).to_pylist() for name in ("content", "sender_qq"))
        assert list(map(list, zip(*columns, strict=True))) == list(self.expected.values())


TestJournalMachine = JournalMachine.TestCase
TestJournalMachine.settings = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
