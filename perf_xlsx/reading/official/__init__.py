"""Reading forms that did not come from our template: the official 自评表 layouts, by their words alone."""

from perf_xlsx.reading.official.boxes import known_labels
from perf_xlsx.reading.official.form import OutsideReading
from perf_xlsx.reading.official.layout import locate_outside, other_forms
from perf_xlsx.reading.official.located import OutsideLayout
from perf_xlsx.reading.official.rows import says_nothing

__all__ = ["OutsideLayout", "OutsideReading", "known_labels", "locate_outside", "other_forms", "says_nothing"]
