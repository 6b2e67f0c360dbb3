"""Reading forms that did not come from our template: the official 自评表 layouts, by their words alone."""

from perf_xlsx.reading.official.boxes import known_labels
from perf_xlsx.reading.official.form import OfficialReading
from perf_xlsx.reading.official.layout import locate_official, other_forms
from perf_xlsx.reading.official.located import OfficialLayout
from perf_xlsx.reading.official.rows import says_nothing

__all__ = ["OfficialLayout", "OfficialReading", "known_labels", "locate_official", "other_forms", "says_nothing"]
