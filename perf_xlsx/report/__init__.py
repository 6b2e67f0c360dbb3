"""The narrative report (绩效自评报告), written from a scored form: an outline filled in and laid out as Word."""

from perf_xlsx.report.compose import compose
from perf_xlsx.report.facts import Facts, facts_of
from perf_xlsx.report.known_outlines import default_outline, load_outline, outline_names
from perf_xlsx.report.outline import Outline, OutlineError
from perf_xlsx.report.word_document import WordTemplateError, docx_bytes

__all__ = [
    "Facts",
    "Outline",
    "OutlineError",
    "WordTemplateError",
    "compose",
    "default_outline",
    "docx_bytes",
    "facts_of",
    "load_outline",
    "outline_names",
]
