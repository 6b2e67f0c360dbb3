"""Every figure that a scored form knows, each with its role, its subject and its cell."""

from perf_xlsx.figures.bookmark import Bookmark, bookmark_name, parse_bookmark
from perf_xlsx.figures.figure import ROLES, Figure, FigureOrigin, FigureRole, Subject, shown
from perf_xlsx.figures.figures import ALL_INDICATORS, Figures, figures_of

__all__ = [
    "ALL_INDICATORS",
    "ROLES",
    "Bookmark",
    "Figure",
    "FigureOrigin",
    "FigureRole",
    "Figures",
    "Subject",
    "bookmark_name",
    "figures_of",
    "parse_bookmark",
    "shown",
]
