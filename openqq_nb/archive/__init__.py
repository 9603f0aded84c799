"""Archives: the messages of a log as a folder of Parquet files by month, on a disk or in S3, opened by five engines."""

from openqq_nb.archive.engines import ENGINES, Engine, from_arrow
from openqq_nb.archive.marker import Summary
from openqq_nb.archive.opening import dataset, is_archive, open, opens, summary
from openqq_nb.archive.writing import write

__all__ = [
    "ENGINES",
    "Engine",
    "Summary",
    "dataset",
    "from_arrow",
    "is_archive",
    "open",
    "opens",
    "summary",
    "write",
]
