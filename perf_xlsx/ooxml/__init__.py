"""An .xlsx edited part by part. Knows nothing of budgets."""

from perf_xlsx.ooxml.book import Book
from perf_xlsx.ooxml.cells import Cell, Grid, read_grid
from perf_xlsx.ooxml.ledger import LEDGER, annotate, strip
from perf_xlsx.ooxml.marks import Mark
from perf_xlsx.ooxml.package import Limits, Package, PackageError, legal

__all__ = [
    "LEDGER",
    "Book",
    "Cell",
    "Grid",
    "Limits",
    "Mark",
    "Package",
    "PackageError",
    "annotate",
    "legal",
    "read_grid",
    "strip",
]
