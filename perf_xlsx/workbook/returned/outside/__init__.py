"""Reading forms that did not come from our template: the official 自评表 layouts, by their words alone."""

from perf_xlsx.workbook.returned.outside.boxes import known_labels
from perf_xlsx.workbook.returned.outside.entries import OutsideRow, weights_from_claims
from perf_xlsx.workbook.returned.outside.found import OutsideLayout
from perf_xlsx.workbook.returned.outside.layout import locate_outside
from perf_xlsx.workbook.returned.outside.notice import absent, outside_findings
from perf_xlsx.workbook.returned.outside.rows import says_nothing

__all__ = [
    "OutsideLayout",
    "OutsideRow",
    "absent",
    "known_labels",
    "locate_outside",
    "outside_findings",
    "says_nothing",
    "weights_from_claims",
]
