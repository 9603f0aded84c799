"""One chunk of a talk, without its manifest."""

from collections.abc import Iterator

from openqq_nb.readers.base import Options, Part, Problem, Source
from openqq_nb.readers.qce import telling
from openqq_nb.readers.qce.chunked import ChunkReading
from openqq_nb.readers.qce.reading import last_name

NAME = "QQ Chat Exporter, one chunk"

_ALONE = "This is a chunk of a talk; whom it is with stands in its manifest.json. Open that, and all chunks are read."


def recognises(head: bytes, source: Source) -> bool:
    """Tell whether a source is such a chunk."""
    return telling.layout(head, source) == "chunk"


def parts(source: Source, options: Options) -> Iterator[Part]:
    """Read a source."""
    reading = ChunkReading({}, last_name(source), options)
    reading.gathered.problems.append(Problem(None, _ALONE))
    yield from reading.parts(source)
    yield reading.gathered.part()
