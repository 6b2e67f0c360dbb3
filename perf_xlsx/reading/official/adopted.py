"""Forms that a bureau adopted from its own workbook: what their labels mean comes before every other layout."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from perf_xlsx.forms import Block, Box, Boxes, Form, Lines, OfficialOriginal, form_names, load_form
from perf_xlsx.forms.form import ASIDES, BOXES, HEADINGS, LINES, OTHER, PASSAGES, TOTALS
from perf_xlsx.forms.official import Labelled, OfficialForm, Words, official_form
from perf_xlsx.reading.official.labels import TextRow, core

UNMATCHED = "未对应的"  # before our own label where that means another box
FITTING = 0.7  # the share of an original's labels that speaks for its form


def adopted_kind(rows: Mapping[int, TextRow]) -> OfficialForm | None:
    """The adopted form that most of a sheet's texts belong to, by the texts of its rows; None where none fits."""
    adopted = [form for form in map(load_form, form_names()) if form.original]
    if not adopted:
        return None
    there = {core(text) for texts in rows.values() for text in texts.values()}
    best = max(adopted, key=lambda form: _fit(form.original, there))
    return adopted_form(best.name) if _fit(best.original, there) >= FITTING else None


def adopted_form(name: str) -> OfficialForm:
    """An adopted form in official layouts, its own labels first."""
    return _laid_out(load_form(name))


def unread(kind: OfficialForm, block: str) -> list[Box]:
    """The labels of a table of an adopted form that a person left without a meaning, as a box without a key."""
    original = kind.form.original
    words = original.unread.get(block, ()) if original else ()
    return [Box("", words[0], synonyms=words[1:])] if words else []


def left_unread(kind: OfficialForm) -> frozenset[str]:
    """Every label of an adopted form that a person left without a meaning."""
    original = kind.form.original
    return frozenset(core(word) for words in (original.unread if original else {}).values() for word in words)


def has_label(form: Form, block: str, key: str) -> bool:
    """Whether a form may be expected to have a box or column: an adopted one only what its original has."""
    return form.original is None or key in form.original.labels.get(block, {})


def has_block(form: Form, block: str) -> bool:
    """The same of a whole table."""
    return form.original is None or bool(form.original.labels.get(block))


def _fit(original: OfficialOriginal | None, there: Collection[str]) -> float:
    """The share of the labels of boxes and columns that are there."""
    blocks = (original.labels if original else {}).items()
    wanted = [core(word) for block, keys in blocks if block != OTHER for words in keys.values() for word in words]
    return sum(_is_there(word, there) for word in wanted) / len(wanted) if wanted else 0


def _is_there(word: str, there: Collection[str]) -> bool:
    """Whether a label is on the sheet, perhaps below its heading: 一级指标·名称."""
    return word in there or all(part in there for part in word.split("·"))


@lru_cache(64)
def _laid_out(form: Form) -> OfficialForm:
    kind, original = official_form(form.name), form.original
    if original is None:
        return kind
    sheets = [
        replace(sheet, blocks=tuple(_block(block, original) for block in sheet.blocks))
        for sheet in kind.form.sheets
    ]
    other = {key: tuple(map(core, words)) for key, words in original.labels.get(OTHER, {}).items()}
    return replace(
        kind,
        form=replace(kind.form, sheets=tuple(sheets)),
        passages=_passages(kind.passages, original),
        needs=_needs(kind.needs, original),
        totals=(*other.get(TOTALS, ()), *kind.totals),
        headings=(*other.get(HEADINGS, ()), *kind.headings),
        asides=(*other.get(ASIDES, ()), *_nameless(original), *kind.asides),
    )


def _needs(known: Mapping[str, tuple[tuple[str, ...], ...]], original: OfficialOriginal) -> Mapping[str, Any]:
    """The columns that tables cannot be without, of those that the original has; where it has none, any one."""
    needs = dict(known)
    for block in ("indicators", "funds", "projects"):
        own = tuple(original.labels.get(block, {}))
        groups = tuple(group for group in known[block] if not {*group}.isdisjoint(own))
        if own:
            needs[block] = groups or (own,)
    return needs


def _block(block: Block, original: OfficialOriginal) -> Block:
    match block:
        case Boxes():
            return replace(block, boxes=_named(block.boxes, original, BOXES))
        case Lines():
            lines = _named(block.lines, original, LINES)
            return replace(block, lines=lines, columns=_named(block.columns, original, block.key))
    return replace(block, columns=_named(block.columns, original, block.key))


def _named(items: tuple[Labelled, ...], original: OfficialOriginal, block: str) -> tuple[Labelled, ...]:
    """The items with the labels that the original has for them, and without those that mean something else."""
    labels = original.labels.get(block, {})
    owner = {core(word): key for key, words in labels.items() for word in words}
    unread = _unread(original, block) - owner.keys()
    return tuple(_item(item, labels.get(item.key, ()), owner, unread) for item in items)


def _nameless(original: OfficialOriginal) -> set[str]:
    """The labels outside the tables that are no box, so that their values are not taken for one."""
    boxes = (word for words in original.labels.get(BOXES, {}).values() for word in words)
    return {core(word) for word in original.unread.get(BOXES, ())} - set(map(core, boxes))


def _unread(original: OfficialOriginal, block: str) -> set[str]:
    """The labels that are no box of this block: nobody knows them, or they head others, are remarks, or texts."""
    other = original.labels.get(OTHER, {}) if block in (BOXES, PASSAGES) else {}
    known = BOXES if block == PASSAGES else block
    words = (*original.unread.get(known, ()), *other.get(HEADINGS, ()), *other.get(ASIDES, ()))
    apart = {BOXES: PASSAGES, PASSAGES: BOXES}  # a label outside the tables is one or the other
    theirs = original.labels.get(apart.get(block, ""), {}).values()
    return {core(word) for word in (*words, *(word for labels in theirs for word in labels))}


def _item(item: Labelled, own: tuple[str, ...], owner: Mapping[str, str], unread: Collection[str]) -> Labelled:
    def is_others(label: str) -> bool:
        word = core(label)
        return word in unread or owner.get(word, item.key) != item.key

    synonyms = dict.fromkeys((*own, *(word for word in item.synonyms if not is_others(word))))
    label = (
        f"{UNMATCHED}{item.label}" if is_others(item.label) else item.label
    )  # a label of ours means another box
    return replace(item, label=label, synonyms=tuple(synonyms))


def _passages(known: Words, original: OfficialOriginal) -> Words:
    """The titled texts by the titles of a rulebook, with the labels that the original has for them."""
    own = original.labels.get(PASSAGES, {})
    owner = {core(word): title for title, words in own.items() for word in words}
    others = _unread(original, PASSAGES) - owner.keys()
    kept = {
        title: tuple(w for w in words if core(w) not in others and owner.get(core(w), title) == title)
        for title, words in known.items()
    }
    return kept | {title: (*words, *kept.get(title, ())) for title, words in own.items()}
