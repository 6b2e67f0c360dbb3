"""Written reports as paragraphs: Word, plain text, PDF. Knows nothing of budgets."""

from perf_xlsx.documents.comments import Comment, with_comments
from perf_xlsx.documents.document import CellPlace, Document, DocumentError, HiddenBookmark, Paragraph
from perf_xlsx.documents.opening import SUFFIXES, open_document

__all__ = [
    "SUFFIXES",
    "CellPlace",
    "Comment",
    "Document",
    "DocumentError",
    "HiddenBookmark",
    "Paragraph",
    "open_document",
    "with_comments",
]
