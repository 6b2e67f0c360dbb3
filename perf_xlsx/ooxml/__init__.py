"""An .xlsx edited part by part. Knows nothing of budgets."""

from perf_xlsx.ooxml.bar_chart import BarChart, Series
from perf_xlsx.ooxml.book import Book, cell_name
from perf_xlsx.ooxml.cells import Cell, Grid, read_grid
from perf_xlsx.ooxml.encryption import decrypt, is_encrypted, read_passwords
from perf_xlsx.ooxml.ledger import Altered, ReferringFormula, RetainedSheet, Stripped, annotate, strip
from perf_xlsx.ooxml.ledger_contents import LEDGER
from perf_xlsx.ooxml.limits import MIB, Limits, LimitsError, load_limits
from perf_xlsx.ooxml.look import Look
from perf_xlsx.ooxml.macros import drop_stray_macros
from perf_xlsx.ooxml.marks import Mark
from perf_xlsx.ooxml.markup import legal
from perf_xlsx.ooxml.note_text import NoteAnswer
from perf_xlsx.ooxml.package import Package, read_file
from perf_xlsx.ooxml.renaming import RETAINED
from perf_xlsx.ooxml.seen import SeenCells
from perf_xlsx.ooxml.sheet_draft import MAX_TEXT, DataBar, SheetDraft
from perf_xlsx.ooxml.styles import type_size
from perf_xlsx.ooxml.zip_archive import PackageError, directory

__all__ = [
    "LEDGER",
    "MAX_TEXT",
    "MIB",
    "RETAINED",
    "Altered",
    "BarChart",
    "Book",
    "Cell",
    "DataBar",
    "Grid",
    "Limits",
    "LimitsError",
    "Look",
    "Mark",
    "NoteAnswer",
    "Package",
    "PackageError",
    "ReferringFormula",
    "RetainedSheet",
    "SeenCells",
    "Series",
    "SheetDraft",
    "Stripped",
    "annotate",
    "cell_name",
    "decrypt",
    "directory",
    "drop_stray_macros",
    "is_encrypted",
    "legal",
    "load_limits",
    "read_file",
    "read_grid",
    "read_passwords",
    "strip",
    "type_size",
]
