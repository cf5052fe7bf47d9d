"""Printed sheets: A3 pages of a plan, vector PDF and PNG, with the Chinese font embedded."""

from gridplan.sheets.book import sheets_of

__all__ = ["sheets_of"]
