"""Reading forms that did not come from our template: the official 自评表 layouts, by their words alone."""

from perf_xlsx.workbook.returned.outside.boxes import known_labels
from perf_xlsx.workbook.returned.outside.found import OutsideLayout
from perf_xlsx.workbook.returned.outside.layout import locate_outside, other_forms
from perf_xlsx.workbook.returned.outside.reader import OutsideReading
from perf_xlsx.workbook.returned.outside.rows import says_nothing

__all__ = ["OutsideLayout", "OutsideReading", "known_labels", "locate_outside", "other_forms", "says_nothing"]
