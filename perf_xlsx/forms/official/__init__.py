"""Official layouts, which did not come from our template: their labels, columns and lines, as data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.forms import Block, Box, Boxes, Choice, Form, Line, Lines, Rows, load_form

Words = Mapping[str, tuple[str, ...]]
Labelled = TypeVar("Labelled", Box, Line)


class OfficialForm(Struct, frozen=True):
    """One kind of form as the official layouts have it.

    `title_words` are words of which the title of any form holds one, `target_titles` those of a form of targets,
    `monitoring` those of a monitoring form. `target_goals` are labels of the goal on a form of targets.

    `implementing` are labels of the unit that does the work, of those of the unit.
    `form` is our own with the labels, lines, columns and boxes of those layouts added. `titles` are words of its
    title. `needs` names for a table the columns that it cannot be without, each group needing one member.
    `passages` are labels of texts outside the tables, by the titles that a rulebook uses; `quantities` are words
    for a sign without a direction. `execution` are names of an indicator that is budget execution. `totals`
    and `subtotals` begin rows of sums, `asides` remarks and signatures, `headings` parts of the form; `prompts`
    occur in texts left as printed. `into` names the line that takes the money of a line that our template lacks.
    `last_sources` are words of the line that ends a list of sources of money.
    """

    form: Form
    titles: tuple[str, ...]
    needs: Mapping[str, tuple[tuple[str, ...], ...]]
    passages: Words
    execution: tuple[str, ...]
    totals: tuple[str, ...]
    subtotals: tuple[str, ...]
    asides: tuple[str, ...]
    headings: tuple[str, ...]
    prompts: tuple[str, ...]
    implementing: tuple[str, ...]
    quantities: tuple[str, ...]
    into: Mapping[str, str]
    last_sources: tuple[str, ...]
    title_words: tuple[str, ...]
    target_titles: tuple[str, ...]
    target_goals: tuple[str, ...]
    monitoring: tuple[str, ...]


def official_form(name: str) -> OfficialForm:
    """The form kind of that name in official layouts. Raises FormError when there is none."""
    return _official(load_form(name))


@lru_cache(64)
def _official(form: Form) -> OfficialForm:
    name = form.kind
    raw = tomllib.loads(files("perf_xlsx.forms.official").joinpath("official.toml").read_text("utf-8"))
    words = raw["words"]
    return OfficialForm(
        form=_widened(form, raw),
        titles=tuple(raw["titles"].get(name, form.titles)),
        needs={block: tuple(tuple(group) for group in groups) for block, groups in raw["needs"].items()},
        passages=_words(raw["passages"]),
        execution=tuple(words["execution"]),
        totals=tuple(dict.fromkeys((*words["totals"], *_sums(**words["sums"])))),
        subtotals=tuple(words["subtotals"]),
        asides=tuple(words["asides"]),
        headings=tuple(words["headings"]),
        prompts=tuple(words["prompts"]),
        implementing=tuple(words["implementing"]),
        quantities=tuple(words["quantities"]),
        into={line["key"]: line["into"] for line in raw["lines"] if line["form"] == name},
        last_sources=tuple(words["last_sources"].get(name, ())),
        title_words=tuple(words["titles"]),
        target_titles=tuple(words["target_titles"]),
        target_goals=tuple(words["target_goals"]),
        monitoring=tuple(words["monitoring"]),
    )


def _sums(of: list[str], words: list[str], whole: list[str]) -> tuple[str, ...]:
    """Labels of the row of the total: each word of a sum before and after each of what is summed."""
    return (*whole, *(label for what in of for word in words for label in (what + word, word + what)))


def _words(raw: Mapping[str, list[str]]) -> Words:
    return {word: tuple(others) for word, others in raw.items()}


def _widened(form: Form, raw: dict[str, Any]) -> Form:
    sheets = (
        replace(sheet, blocks=tuple(_block(block, form.kind, raw) for block in sheet.blocks))
        for sheet in form.sheets
    )
    return replace(form, sheets=tuple(sheets))


def _block(block: Block, form: str, raw: dict[str, Any]) -> Block:
    match block:
        case Boxes():
            return replace(block, boxes=tuple(_called(box, form, "", raw) for box in block.boxes))
        case Lines():
            return replace(block, lines=_lines(block, form, raw), columns=_columns(block, form, raw))
        case Rows():
            return replace(block, columns=_twofold(_columns(block, form, raw), raw["words"]))


def _lines(block: Lines, form: str, raw: dict[str, Any]) -> tuple[Line, ...]:
    more = [Line(x["key"], x["label"], indent=1) for x in raw["lines"] if x["form"] == form]
    parts = tuple(line.key for line in more)
    lines = [_called(line, form, f"{block.key}.", raw) for line in (*block.lines, *more)]
    return tuple(replace(x, parts=(*x.parts, *parts)) if x.blank_part_is_zero else x for x in lines)


def _columns(block: Lines | Rows, form: str, raw: dict[str, Any]) -> tuple[Box, ...]:
    added = [_new(x) for x in raw["columns"] if x["block"] == block.key]
    return tuple(_called(box, form, f"{block.key}.", raw) for box in (*block.columns, *added))


def _called(item: Labelled, form: str, block: str, raw: dict[str, Any]) -> Labelled:
    """The item with the labels of every layout, then those of its form alone."""
    named: dict[str, list[str]] = raw["synonyms"]
    more: tuple[str, ...] = (*named.get(f"{block}{item.key}", ()), *named.get(f"{form}.{block}{item.key}", ()))
    item = replace(item, synonyms=tuple(dict.fromkeys((*item.synonyms, *more))))
    return replace(item, required=False) if isinstance(item, Box) and item.key in raw["optional"] else item


def _new(raw: Mapping[str, Any]) -> Box:
    return Box(raw["key"], raw["label"], raw.get("kind", "text"), synonyms=tuple(raw.get("synonyms", ())))


def _directed(box: Box, words: Mapping[str, Any]) -> Box:
    """The sign's choices, with one for a number without a direction."""
    if box.key != "sign":
        return box
    return replace(box, choices=(*box.choices, Choice(words["quantities"][0], tuple(words["quantities"]))))


def _twofold(columns: tuple[Box, ...], words: Mapping[str, Any]) -> tuple[Box, ...]:
    """The columns with the sign's choices, and those of a second column of signs the same."""
    directed = {box.key: _directed(box, words) for box in columns}
    choices = directed["sign"].choices if "sign" in directed else ()
    return tuple(
        replace(box, choices=choices, kind="choice") if key == "second_sign" else box
        for key, box in directed.items()
    )
