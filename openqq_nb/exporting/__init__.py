"""Any frame as a file for other programs: a sheet for Excel, csv, parquet or lines of JSON."""

from openqq_nb.exporting.files import export

__all__ = ["export"]
