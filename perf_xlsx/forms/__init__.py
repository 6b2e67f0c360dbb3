"""Form kinds as data: which boxes stand where, their labels, synonyms, choices and help. One TOML a kind."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

from perf_xlsx.meant import meant
from perf_xlsx.vocabulary import vocabulary

BoxKind = Literal["text", "long_text", "number", "percent", "date", "choice", "value", "computed"]
NEXT_YEAR = "{next_year}"  # in a help or error: the year after the form's, in which it is filled in
_YEARS = range(2000, 2101)  # the years that may stand there
BOX_KINDS = ("text", "long_text", "number", "percent", "date", "choice", "value", "computed")


class FormError(Exception):
    """A form's TOML is wrong; the message names file, key and what would be right. For the operator."""


@dataclass(frozen=True)
class Choice:
    """One allowed value; `same` are other ways people write it; `under` the choice of the level above."""

    value: str
    same: tuple[str, ...] = ()
    under: str = ""


@dataclass(frozen=True, eq=False)  # a key of many look-ups: one object a box
class Box:
    """One value to be typed (or shown, kind "computed").

    `key` names it in code and in the defined name; `required` is counted by the template and reported as R07;
    `strict` choices are refused when another word stands there, others are suggestions. As the template's
    validation `minimum` bounds a number, and `points` by the rulebook's full score, which {total} stands for in
    `help` (of columns of rows) and `error`; {next_year} may stand in both, too. `formula` names the live formula
    of a computed box.
    """

    key: str
    label: str
    kind: BoxKind = "text"
    required: bool = False
    help: str = ""
    error: str = ""
    synonyms: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    strict: bool = True
    depends_on: str = ""
    minimum: Decimal | None = None
    points: bool = False
    preset: str = ""
    width: float = 12.0
    formula: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """Every text under which a person may know this box."""
        return (self.label, *self.synonyms)

    @cached_property
    def helps(self) -> tuple[str, ...]:
        """The help as templates print it, whatever their year."""
        if NEXT_YEAR not in self.help:
            return (self.help,) if self.help else ()
        return tuple(self.help.replace(NEXT_YEAR, str(year)) for year in _YEARS)


def typed(boxes: Iterable[Box]) -> list[Box]:
    """The boxes that a person fills."""
    return [box for box in boxes if box.kind != "computed"]


@dataclass(frozen=True)
class Line:
    """A fixed row of a Lines block. `parts` are the keys of the lines that it is the sum of.

    `sources` are keys of lines of which some are its parts, where a layout does not say which.
    """

    key: str
    label: str
    synonyms: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    blank_part_is_zero: bool = False
    indent: int = 0
    required: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Every text under which a person may know this line."""
        return (self.label, *self.synonyms)


@dataclass(frozen=True)
class Boxes:
    """Single boxes one below another: label, box, help. Defined names `px_{box}`."""

    key: str
    title: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class Lines:
    """Fixed lines by columns (资金). Names: `px_{key}_{line}_{column}` a cell, `px_{key}_{column}` a column."""

    key: str
    title: str
    head: str
    head_width: float
    lines: tuple[Line, ...]
    columns: tuple[Box, ...]


@dataclass(frozen=True)
class Rows:
    """Free rows by columns (项目, 指标). Names: `px_{key}_{column}`, a column's cells below its header.

    `totals` are the words by which people call a row that sums up others; such a row is none of them.
    """

    key: str
    title: str
    rows: int
    columns: tuple[Box, ...]
    preset: tuple[tuple[str, ...], ...] = ()
    totals: tuple[str, ...] = ()


Block = Boxes | Lines | Rows


@dataclass(frozen=True)
class Sheet:
    """One sheet of the template: its blocks from top to bottom."""

    name: str
    title: str
    hint: str
    landscape: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Form:
    """One kind of form. `versions` are the template versions that can be read; the last is the one written.

    `asides` are the words that remarks and signatures begin with where people write them into a table.
    """

    name: str
    title: str
    official: str
    versions: tuple[str, ...]
    rulebook: str
    total_line: str
    project_line: str | None
    source: str
    guide: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    asides: tuple[str, ...] = ()
    guide_before: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The version that a template made today carries."""
        return self.versions[-1]

    def block(self, key: str) -> Block:
        """The block with this key; KeyError where the form has none."""
        for sheet in self.sheets:
            for block in sheet.blocks:
                if block.key == key:
                    return block
        raise KeyError(key)

    def has(self, key: str) -> bool:
        """Whether the form has a block with this key."""
        return any(block.key == key for sheet in self.sheets for block in sheet.blocks)


def _take(raw: dict[str, Any], where: str, allowed: dict[str, type | tuple[type, ...]]) -> dict[str, Any]:
    for key, value in raw.items():
        if key not in allowed:
            raise FormError(f"{where}: unknown key {key!r}; known are {', '.join(allowed)}")
        if not isinstance(value, allowed[key]):
            raise FormError(f"{where}: {key} is {value!r}, which is of the wrong type")
    return {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}


def _choice(raw: Any, where: str) -> Choice:
    if isinstance(raw, str):
        return Choice(raw)
    return Choice(**_take(raw, where, {"value": str, "same": list, "under": str}))


def _in_other_words(sign: Choice) -> Choice:
    """A sign with every way to write it."""
    known = vocabulary("signs").get(sign.value, {})
    return replace(sign, same=(*sign.same, *known.get("words", ()), *known.get("directions", ())))


_NUMBER = (int, Decimal)
_BOX: dict[str, type | tuple[type, ...]] = {
    "key": str, "label": str, "kind": str, "required": bool, "help": str, "error": str, "synonyms": list,
    "choices": list, "strict": bool, "depends_on": str, "minimum": _NUMBER, "points": bool, "preset": str,
    "width": _NUMBER, "formula": str,
}  # fmt: skip


def _box(raw: dict[str, Any], where: str) -> Box:
    taken = _take(raw, f"{where}.{raw.get('key')}", _BOX)
    if taken.get("kind", "text") not in BOX_KINDS:
        raise FormError(f"{where}.{taken['key']}: kind {taken['kind']!r}; known are {', '.join(BOX_KINDS)}")
    choices = tuple(_choice(c, f"{where}.{taken['key']}.choices") for c in taken.get("choices", ()))
    taken["choices"] = tuple(map(_in_other_words, choices)) if taken["key"] == "sign" else choices
    if "minimum" in taken:
        taken["minimum"] = Decimal(taken["minimum"])
    if "width" in taken:
        taken["width"] = float(taken["width"])
    return Box(**taken)


def _line(raw: dict[str, Any], where: str) -> Line:
    allowed: dict[str, type | tuple[type, ...]] = {
        "key": str, "label": str, "synonyms": list, "parts": list, "blank_part_is_zero": bool, "indent": int,
        "required": list,
    }  # fmt: skip
    return Line(**_take(raw, where, allowed))


def _block(raw: dict[str, Any], where: str) -> Block:
    where = f"{where}.{raw.get('key')}"
    match raw.pop("kind", None):
        case "boxes":
            taken = _take(raw, where, {"key": str, "title": str, "boxes": list})
            return Boxes(**taken | {"boxes": tuple(_box(b, where) for b in taken["boxes"])})
        case "lines":
            allowed: dict[str, type | tuple[type, ...]] = {
                "key": str, "title": str, "head": str, "head_width": _NUMBER, "lines": list, "columns": list,
            }  # fmt: skip
            taken = _take(raw, where, allowed)
            taken["lines"] = tuple(_line(x, where) for x in taken["lines"])
            taken["columns"] = tuple(_box(x, where) for x in taken["columns"])
            return Lines(**taken | {"head_width": float(taken["head_width"])})
        case "rows":
            known: dict[str, type | tuple[type, ...]] = {
                "key": str, "title": str, "rows": int, "columns": list, "preset": list, "totals": list,
            }  # fmt: skip
            taken = _take(raw, where, known)
            taken["columns"] = tuple(_box(x, where) for x in taken["columns"])
            taken["preset"] = tuple(tuple(row) for row in taken.get("preset", ()))
            taken["totals"] = tuple(taken.get("totals", ()))
            return Rows(**taken)
        case other:
            raise FormError(f"{where}: kind {other!r}; known are boxes, lines, rows")


def _sheet(raw: dict[str, Any], where: str) -> Sheet:
    allowed: dict[str, type | tuple[type, ...]] = {
        "name": str, "title": str, "hint": str, "landscape": bool, "blocks": list,
    }  # fmt: skip
    taken = _take(raw, f"{where}.{raw.get('name')}", allowed)
    return Sheet(**taken | {"blocks": tuple(_block(b, f"{where}.{raw['name']}") for b in taken["blocks"])})


def parse_form(text: str, where: str) -> Form:
    """Build a form from its TOML. Raises FormError with file and key on anything unknown."""
    raw = tomllib.loads(text, parse_float=Decimal)
    allowed: dict[str, type | tuple[type, ...]] = {
        "name": str, "title": str, "official": str, "versions": list, "rulebook": str, "total_line": str,
        "project_line": str, "source": str, "guide": list, "guide_before": list, "sheets": list, "asides": list,
    }  # fmt: skip
    taken = _take(raw, where, allowed)
    taken["sheets"] = tuple(_sheet(sheet, where) for sheet in taken["sheets"])
    return Form(**{"project_line": None} | taken)


def form_names() -> tuple[str, ...]:
    """Every form kind that is shipped, sorted."""
    return tuple(sorted(f.name[:-5] for f in files("perf_xlsx.forms").iterdir() if f.name.endswith(".toml")))


@cache
def load_form(name: str) -> Form:
    """The form kind of that name. Raises FormError when there is none."""
    if name not in form_names():
        titles = {load_form(form).title: form for form in form_names()}
        near = meant(name, form_names(), titles) or "。"
        raise FormError(f"没有表种 {name}，现有 {'、'.join(form_names())}{near}")
    return parse_form(files("perf_xlsx.forms").joinpath(f"{name}.toml").read_text("utf-8"), f"{name}.toml")
