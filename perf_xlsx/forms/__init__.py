"""Form kinds as data: their boxes with labels, synonyms, choices and help. One TOML a kind."""

from perf_xlsx.forms.form import (
    BOX_KINDS,
    NEXT_YEAR,
    Block,
    Box,
    Boxes,
    BoxKind,
    Choice,
    Form,
    FormError,
    Line,
    Lines,
    Original,
    Rows,
    Sheet,
    typed,
)
from perf_xlsx.forms.parsing import parse_form
from perf_xlsx.forms.registry import FormFile, folder_of, form_names, load_form, read_forms, shipped_names, with_forms

__all__ = [
    "BOX_KINDS",
    "NEXT_YEAR",
    "Block",
    "Box",
    "BoxKind",
    "Boxes",
    "Choice",
    "Form",
    "FormError",
    "FormFile",
    "Line",
    "Lines",
    "Original",
    "Rows",
    "Sheet",
    "folder_of",
    "form_names",
    "load_form",
    "parse_form",
    "read_forms",
    "shipped_names",
    "typed",
    "with_forms",
]
