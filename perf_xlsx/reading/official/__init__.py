"""Reads the official 自评表 layouts, which did not come from our template: their words are all that is known."""

from perf_xlsx.reading.official.boxes import known_labels
from perf_xlsx.reading.official.indicator_entries import official_indicator
from perf_xlsx.reading.official.layout import locate_official, other_forms
from perf_xlsx.reading.official.layout_additions import completed
from perf_xlsx.reading.official.nearest import Nearest, nearest_header
from perf_xlsx.reading.official.rows import says_nothing
from perf_xlsx.reading.official.windows import official_forms

__all__ = [
    "Nearest",
    "completed",
    "known_labels",
    "locate_official",
    "nearest_header",
    "official_forms",
    "official_indicator",
    "other_forms",
    "says_nothing",
]
