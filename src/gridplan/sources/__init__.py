"""Files to tables as found: fiona at the door, pyogrio for bulk; nothing is repaired, nothing dropped."""

from gridplan.sources.found import Found
from gridplan.sources.read import read_source, tables_in

__all__ = ["Found", "read_source", "tables_in"]
