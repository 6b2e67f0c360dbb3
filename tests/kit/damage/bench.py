"""A workbook under treatment, and the registry of what is done to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from lxml import etree
from msgspec.structs import asdict
from openpyxl.formatting.formatting import ConditionalFormattingList

from perf_xlsx.domain.model import Entry, SelfEvaluation
from perf_xlsx.forms import load_form
from perf_xlsx.ooxml import Package
from perf_xlsx.reading.read import read
from tests.kit.filled import opened, saved, template_of
from tests.kit.parts import MAIN, unzipped, zipped

CELLS, MERGED, STRUCTURE, SHEETS, NAMES = 0, 1, 2, 3, 4
REFERENCE = re.compile(r"\$([A-Z]{1,3})\$(\d+)")
INDICATORS = "绩效指标"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "5a4d7ff80000000049454e44ae426082"
)


@cache
def trimmed(story: str) -> bytes:
    """The story's form as the unit saved it, without what costs time at every load and says nothing to reading."""
    book = opened(template_of(story))
    for sheet in book.worksheets:
        if sheet.title in ("项目明细", INDICATORS):
            sheet.delete_rows(19, 60)
        sheet.data_validations.dataValidation = []
        sheet.conditional_formatting = ConditionalFormattingList()
    return saved(book)


@cache
def undamaged(story: str) -> SelfEvaluation:
    """What is read from it."""
    evaluation = read(Package.open(trimmed(story)), "returned.xlsx")[0].evaluation
    assert evaluation is not None
    return evaluation


def entries(evaluation: SelfEvaluation) -> dict[str, Entry[Any]]:
    """Every value of a form by its path: boxes.unit, funds.total.executed, indicators.0.actual."""
    found = {f"boxes.{key}": entry for key, entry in evaluation.boxes.items()}
    rows: dict[str, Any] = {f"funds.{key}": line for key, line in evaluation.funds.items()} | {
        "claimed": evaluation.claimed
    }
    for table in ("projects", "indicators", "passages"):
        rows |= {f"{table}.{number}": row for number, row in enumerate(getattr(evaluation, table))}
    for path, row in rows.items():
        found |= {f"{path}.{key}": entry for key, entry in asdict(row).items() if isinstance(entry, Entry)}
    return found


@dataclass
class Bench:
    """One workbook under treatment: the book, where the boxes stood, and what is put in after saving."""

    story: str
    book: Any
    raw: dict[str, tuple[str, str]] = field(default_factory=dict)
    later: list[Callable[[dict[str, bytes]], None]] = field(default_factory=list)

    @property
    def funds(self) -> Any:
        """The sheet of the money."""
        return self.book["预算执行" if "预算执行" in self.book else "项目资金"]

    def value(self, path: str) -> Any:
        """What is read in a box of the undamaged form."""
        return entries(undamaged(self.story))[path].value

    def cell(self, path: str) -> Any:
        """The cell of a box."""
        place = entries(undamaged(self.story))[path].place
        return self.book[place.sheet].cell(place.row, place.column)

    def numbers(self) -> Iterable[tuple[str, Any]]:
        """Paths and cells of the amounts, weights and points that are typed as numbers."""
        for path, entry in entries(undamaged(self.story)).items():
            last = path.rsplit(".", 1)[1]
            if isinstance(entry.value, Decimal) and last not in ("claimed_rate", "claimed_completion"):
                cell = self.cell(path)
                if isinstance(cell.value, int | float):
                    yield path, cell

    def put(self, path: str, inner: str, kind: str = "n") -> None:
        """Write a cell's XML after saving."""
        mark = f"⟦{len(self.raw)}⟧"
        self.raw[mark] = (kind, inner)
        self.cell(path).value = mark

    def finish(self) -> bytes:
        """Save, and put in what openpyxl cannot write."""
        parts = unzipped(saved(self.book))
        if self.raw:
            shared = self._shared(parts)
            for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
                parts[name] = self._written(parts[name], shared)
        for change in self.later:
            change(parts)
        return zipped(parts, level=1)

    def _shared(self, parts: dict[str, bytes]) -> list[str]:
        """The shared strings, if there are any."""
        if "xl/sharedStrings.xml" not in parts:
            return []
        return ["".join(map(str, item.itertext())) for item in etree.fromstring(parts["xl/sharedStrings.xml"])]

    def _written(self, sheet: bytes, shared: list[str]) -> bytes:
        """A sheet with the cells that were put in as XML."""
        root = etree.fromstring(sheet)
        for cell in root.iter(f"{{{MAIN}}}c"):
            text = "".join(map(str, cell.itertext()))
            mark = shared[int(text)] if cell.get("t") == "s" else text
            if mark in self.raw:
                kind, inner = self.raw[mark]
                for child in list(cell):
                    cell.remove(child)
                cell.set("t", kind)
                cell.extend(etree.fromstring(f'<c xmlns="{MAIN}">{inner}</c>'))
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


@dataclass(frozen=True)
class Damage:
    """One kind. `reads`: every value is read as if nothing had happened; else some are lost, and told.

    `tells`: codes of findings that must be there.
    """

    name: str
    stage: int
    reads: bool
    tells: tuple[str, ...]
    apply: Callable[[Bench], None]


DAMAGES: dict[str, Damage] = {}


def damage(
    name: str, stage: int = CELLS, reads: bool = True, tells: tuple[str, ...] = ()
) -> Callable[[Callable[[Bench], None]], Callable[[Bench], None]]:
    """Register a damage."""

    def register(function: Callable[[Bench], None]) -> Callable[[Bench], None]:
        assert name not in DAMAGES
        DAMAGES[name] = Damage(name, stage, reads, tells, function)
        return function

    return register


@lru_cache(maxsize=600)  # each damage of each story is asked for by more than one test
def damaged(story: str, *names: str) -> bytes:
    """The story's workbook after these damages, those of cells first."""
    bench = Bench(story, opened(trimmed(story)))
    for name in sorted(names, key=lambda name: DAMAGES[name].stage):
        DAMAGES[name].apply(bench)
    return bench.finish()


def labels_of_path(form: str, path: str) -> set[str]:
    """How a finding on lost structure may name the box at a path: the block, or the block with a label."""
    parts = path.split(".")
    key = {"claimed": lambda: f"claimed_{parts[1]}"}.get(parts[0], lambda: parts[-1])()
    found = {"自评表"}
    for block in (block for sheet in load_form(form).sheets for block in sheet.blocks):
        if parts[0] in ("boxes", "claimed") and hasattr(block, "boxes"):
            found |= {t for b in block.boxes if b.key == key for t in (block.title, f"{block.title}·{b.label}")}
        elif block.key == parts[0]:
            found |= {block.title, *(f"{block.title}·{b.label}" for b in block.columns if b.key == key)}
            found |= {f"{block.title}·{x.label}" for x in getattr(block, "lines", ()) if x.key == parts[1]}
    return found
