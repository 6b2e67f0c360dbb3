"""The nouns of an outline (提纲): its parts, and what each holds."""

from __future__ import annotations

from msgspec import Struct

from perf_xlsx.domain.model import Trust
from perf_xlsx.report.condition import Comparison
from perf_xlsx.report.page_setup import PageSetup
from perf_xlsx.report.sentence import Node


class OutlineError(Exception):
    """There is no such outline, or its TOML is wrong; `problems` says each in Chinese. For the operator."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


class ConditionalSentence(Struct, frozen=True):
    """A sentence, or several, said when the condition holds."""

    nodes: tuple[Node, ...]
    when: tuple[Comparison, ...] = ()


class Hold(Struct, frozen=True):
    """One thing that a part holds, when its condition holds.

    One of these: `say`, a paragraph of clauses, with `each` one for each row of that table (`where` chooses rows;
    `heading` gives each a heading of its own, `numbered` a number); `passage`, the form's texts of any of these
    titles, else a `blank` if it has one; `blank` alone; `table`; `rest`, the passages that no part holds.
    """

    say: tuple[ConditionalSentence, ...] = ()
    each: str = ""
    where: tuple[Comparison, ...] = ()
    heading: tuple[Node, ...] = ()
    numbered: bool = False
    passage: tuple[str, ...] = ()
    blank: str = ""
    table: str = ""
    caption: str = ""
    rest: bool = False
    when: tuple[Comparison, ...] = ()


class OutlinePart(Struct, frozen=True):
    """A heading with what is below it. Where that comes to nothing, `blank` is asked for, or the part left out."""

    level: int
    heading: str
    holds: tuple[Hold, ...] = ()
    blank: str = ""
    optional: bool = False


class Outline(Struct, frozen=True):
    """One outline. `forms` are the kinds of form that it is for; `trust` is how far its `source` is known."""

    name: str
    title: str
    forms: tuple[str, ...]
    source: str
    trust: Trust
    heading: tuple[Node, ...]
    under_heading: tuple[tuple[Node, ...], ...]
    parts: tuple[OutlinePart, ...]
    page: PageSetup

    @property
    def passages(self) -> frozenset[str]:
        """The titles of all passages that some part holds."""
        return frozenset(title for part in self.parts for hold in part.holds for title in hold.passage)
