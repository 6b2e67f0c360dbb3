"""Compares workbooks with their receipts: each form gets one verdict, and what it rests on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from enum import StrEnum
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx import __version__, pipeline
from perf_xlsx.domain.inputs import inputs_of
from perf_xlsx.domain.model import Result, Stamp
from perf_xlsx.domain.rounding import points
from perf_xlsx.foreign import open_original
from perf_xlsx.forms import with_forms
from perf_xlsx.ooxml import (
    RETAINED,
    Book,
    Grid,
    Package,
    PackageError,
    decrypt,
    is_encrypted,
    read_file,
    read_grid,
)
from perf_xlsx.pipeline import Terms
from perf_xlsx.reading.earlier_run import is_ours
from perf_xlsx.receipts.agreement import codes_in, disagreements
from perf_xlsx.receipts.changes import Change, alike, changes_of, figures_changed, totals_in
from perf_xlsx.receipts.computed_cells import overwritten
from perf_xlsx.receipts.receipt import Receipt, name_in_short
from perf_xlsx.receipts.register import Register, receipt_identity
from perf_xlsx.rulebook import rulebook_names
from perf_xlsx.scored.added_sheets import scored_sheets
from perf_xlsx.scored.summary.tiles import COUNT_OF_ERRORS
from perf_xlsx.sheets.fixed_texts import SUMMARY
from perf_xlsx.system.os_errors import why
from perf_xlsx.system.pattern import pattern

ALTERED = "R25"
ADDED = "R23"
LISTED = 50  # changed cells of one form that are named
KIN = 0.5  # part of the inputs that make a workbook another state of the same
_DONE = pattern("。(?:没有读取|改动没有采用)")


class Match(StrEnum):
    """What a comparison comes to."""

    INTACT = "原样"
    RESAVED = "另存过，内容未变"
    EDITED = "评分后改过"
    SHEETS = "评分表改过"
    RECEIPT = "回执与评分表不符"
    OTHER = "不是这份"
    NONE = "没有回执"
    UNREAD = "读不出来"


PROVEN = (Match.INTACT, Match.RESAVED)


class Verdict(Struct, frozen=True):
    """What came of one form: the kind, sentences, changed cells, and the receipt that it was held against."""

    match: Match
    part: str = ""
    told: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    receipt: Receipt | None = None


class _Seen(Struct, frozen=True):
    """A workbook that was read: our sheets in it, the check codes and totals that they state, and the cells of its
    template that were overwritten."""

    sheets: Mapping[str, Grid]
    codes: tuple[str, ...]
    totals: tuple[str, ...]
    lines: tuple[str, ...]  # that state a check code
    overwritten: tuple[Change, ...] = ()


def verify(path: Path, register: Register | None, terms: Terms | None = None) -> tuple[Verdict, ...]:
    """A verdict a form of the workbook, at least one. Never raises because of what the workbook holds.

    Raises RulebookError, and OSError where the register cannot be read any more.
    """
    terms = terms or Terms()
    try:
        data = read_file(path, terms.limits)
    except PackageError as error:
        return (Verdict(Match.UNREAD, told=(f"{error.detail}。",)),)
    except OSError as error:
        return (Verdict(Match.UNREAD, told=(f"文件读不出来（{why(error)}）。",)),)
    digest = hashlib.sha256(data).hexdigest()
    if register and (same := register.of(digest)):
        return tuple(_intact(digest, same, data, terms))
    with with_forms(terms.forms):
        return _opened(path, data, register, terms)


def _opened(path: Path, data: bytes, register: Register | None, terms: Terms) -> tuple[Verdict, ...]:
    """The verdicts of a workbook that has to be read."""
    result = pipeline.score(path, None, terms=terms)
    if result.evaluation is None:
        return (Verdict(Match.UNREAD, told=tuple(found.message for found in result.findings)),)
    seen = _seen(result, data, terms)
    again = None if terms.rulebook else partial(_again, path, terms)
    verdicts = (_verdict(one, seen, register, again) for one in result.forms)
    return tuple(_as_the_copy_says(one, seen.lines) for one in verdicts)


def _seen(result: Result, data: bytes, terms: Terms) -> _Seen:
    """What a workbook that was read holds of ours."""
    grids, formulas = _sheets(data, terms)
    sheets = _ours(grids)
    lines = [text for grid in sheets.values() for text in _lines(grid)]
    codes = dict.fromkeys(code for text in lines for code in codes_in(text))
    totals = dict.fromkeys(total for text in lines for total in totals_in(text))
    forms = (one.evaluation for one in result.forms if one.evaluation)
    places = (entered.place for form in forms for entered in inputs_of(form))
    typed = {(place.sheet, place.row, place.column) for place in places}
    computed = tuple(overwritten(grids, typed)) if formulas and sheets else ()
    return _Seen(sheets, tuple(codes), tuple(totals), tuple(lines), computed)


def _intact(digest: str, same: list[Receipt], data: bytes, terms: Terms) -> Iterator[Verdict]:
    """The verdicts of a workbook that is a receipt's, byte by byte; of a scored copy what it states is read."""
    lines: list[str] = []
    if any(digest == receipt.output_sha256 for receipt in same):
        with suppress(PackageError):  # one with a password that is not known here
            lines = [text for grid in _ours(_sheets(data, terms)[0]).values() for text in _lines(grid)]
    latest = {receipt.part: receipt for receipt in reversed(same) if receipt.file == same[0].file}
    for part, receipt in latest.items():
        what = "评分后的工作簿" if digest == receipt.output_sha256 else "报送时的工作簿"
        told = (f"就是{what}，一个字节都没有变。",)
        yield _as_the_copy_says(Verdict(Match.INTACT, part or "", told, receipt=receipt), lines)


def _as_the_copy_says(verdict: Verdict, lines: Iterable[str]) -> Verdict:
    """The verdict, with what of its receipt does not agree with itself or with the scored copy."""
    if verdict.receipt is None or not (wrong := tuple(disagreements(verdict.receipt, lines))):
        return verdict
    match = Match.RECEIPT if verdict.match in PROVEN else verdict.match
    return replace(verdict, match=match, told=(*verdict.told, *wrong))


def _again(path: Path, terms: Terms, rulebook: str) -> Result:
    return pipeline.score(path, None, terms=replace(terms, rulebook=rulebook))


# ---- the workbook ----------------------------------------------------------------------------------------------


def _sheets(data: bytes, terms: Terms) -> tuple[dict[str, Grid], bool]:
    """All sheets by name, and whether they hold formulas; `data` has been scored, so that it opens."""
    if terms.passwords and is_encrypted(data):
        data = decrypt(data, terms.passwords, terms.limits)
    original = open_original(data, terms.limits)
    if original is not None:
        return {sheet.name: grid for sheet, grid in zip(original.sheets, original.grids, strict=True)}, False
    return dict(_grids(Book(Package.open(data, terms.limits)))), True


def _ours(grids: Mapping[str, Grid]) -> dict[str, Grid]:
    """The sheets that scoring added."""
    return {name: grid for name, grid in grids.items() if RETAINED not in name and is_ours(name, grid)}


def _grids(book: Book) -> Iterator[tuple[str, Grid]]:
    """The sheets that can be read whole; of another large one scoring has read no more than a cell."""
    for sheet in book.sheets:
        with suppress(PackageError):
            yield sheet.name, read_grid(book, sheet)


def _lines(grid: Grid) -> list[str]:
    """The texts of a sheet of ours that state a check code."""
    texts = (cell.value for cell in grid.cells.values() if isinstance(cell.value, str))
    return [text for text in texts if codes_in(text)]


# ---- one form --------------------------------------------------------------------------------------------------


def _verdict(
    one: Result, seen: _Seen, register: Register | None, again: Callable[[str], Result] | None
) -> Verdict:
    """The verdict of one form; `again` scores the workbook by another rulebook, None where one was asked for."""
    if register is None:
        return _without(one, seen)
    receipt = _receipt(one, seen, register)
    if receipt is None:
        return Verdict(Match.OTHER, one.part, ("回执里没有这份：指纹、内容、校验码、单位和年度都对不上。",))
    if again and receipt.rulebook != one.rulebook and receipt.rulebook in rulebook_names():
        others = {other.part: other for other in again(receipt.rulebook).forms}
        one = others.get(one.part, one)
    if receipt.content == _stamp(one).content:
        return _same_inputs(one, seen, receipt)
    return _other_inputs(one, seen, receipt)


def _stamp(one: Result) -> Stamp:
    assert one.stamp is not None
    return one.stamp


def _receipt(one: Result, seen: _Seen, register: Register) -> Receipt | None:
    """The receipt of a form: by its content, else by a code on its sheets, else by whose it is."""
    assert one.evaluation is not None
    evaluation, stamp = one.evaluation, _stamp(one)
    if same := _of_part(register.of(stamp.content), one.part):
        return next((receipt for receipt in same if receipt.check_code in seen.codes), same[0])
    project = evaluation.boxes["project"].value if "project" in evaluation.boxes else None
    whose = receipt_identity(
        evaluation.form, name_in_short(evaluation.unit), evaluation.year, name_in_short(project)
    )
    inputs = inputs_of(evaluation)
    coded = [receipt for code in seen.codes for receipt in register.of(code)]
    candidates = _of_part([*coded, *register.of(whose)], one.part)
    likely = [(alike(inputs, receipt.inputs or {}), receipt) for receipt in candidates]
    share, best = max(likely, key=lambda pair: pair[0], default=(0.0, None))
    known = best is not None and (share >= KIN or best.check_code in seen.codes)
    return best if known else None


def _of_part(receipts: list[Receipt], part: str) -> list[Receipt]:
    return [receipt for receipt in receipts if (receipt.part or "") == part]


def _same_inputs(one: Result, seen: _Seen, receipt: Receipt) -> Verdict:
    comparable = receipt.check_code == _stamp(one).code  # the same rules and version would write the same now
    changes = tuple(_figures(one, seen)) if comparable else ()
    told = _edits(one, changes)
    if changes or told or (seen.codes and receipt.check_code not in seen.codes):
        told = (*told, "填报内容没有变，改的是评分写出的表。", *_computed(seen))
        return Verdict(Match.SHEETS, one.part, told, (*changes, *seen.overwritten)[:LISTED], receipt)
    if seen.overwritten:
        told = ("填报内容和评分写出的表没有变。", *_computed(seen))
        return Verdict(Match.SHEETS, one.part, told, seen.overwritten[:LISTED], receipt)
    told = ("填报内容与评分时相同；格式、列宽、存盘的程序不同，不算改动。", *_told(one, ADDED))
    if not seen.sheets:
        told = (*told, "其中没有评分写出的表。")
    elif not comparable:
        told = (*told, "评分办法或软件版本与评分时不同，评分表上的数字没有逐格重算，只看有没有改动的痕迹。")
    return Verdict(Match.RESAVED, one.part, told, receipt=receipt)


def _computed(seen: _Seen) -> Iterator[str]:
    """That cells of the template were overwritten; a receipt does not know whether before scoring."""
    if seen.overwritten:
        what = f"模板中自动计算的格有{len(seen.overwritten)}格没有了公式，内容与计算的不同"
        yield f"{what}（评分前改写的也在内）；核定得分不取自这些格。"


def _figures(one: Result, seen: _Seen) -> Iterator[Change]:
    drafts = scored_sheets(replace(one, more=()))[:-1]  # 问题清单 is the last, and holds no figures of its own
    for change in figures_changed(drafts, seen.sheets, _stamp(one).code):
        if not (change.sheet.startswith(SUMMARY) and change.cell == COUNT_OF_ERRORS):  # waivers change it
            yield change


def _told(one: Result, code: str) -> tuple[str, ...]:
    """What was found under a code, without what scoring would do about it."""
    messages = (found.message for found in one.findings if found.code == code)
    return tuple(_DONE.split(message)[0] + "。" for message in messages)


def _edits(one: Result, changes: tuple[Change, ...]) -> tuple[str, ...]:
    """What the ledger in the workbook tells of our sheets, where no figure tells it better."""
    better = {change.sheet for change in changes}
    return tuple(text for text in _told(one, ALTERED) if not any(f"“{sheet}”" in text for sheet in better))


def _other_inputs(one: Result, seen: _Seen, receipt: Receipt) -> Verdict:
    assert one.evaluation is not None
    if not receipt.inputs:
        much = "填报内容与评分时不同；这份内容太多，回执没有逐格记录。"
        return Verdict(Match.EDITED, one.part, (much, *_effect(one, receipt)), receipt=receipt)
    changes = tuple(changes_of(inputs_of(one.evaluation), receipt.inputs))
    what = f"填报内容改了{len(changes)}格" + (f"，下面列出前{LISTED}格。" if len(changes) > LISTED else "。")
    if not changes and _stamp(one).inputs == receipt.inputs:
        what = "填报内容与评分时不同，逐格的记录分不出是哪一格。"
    elif not changes:
        what = "逐格的内容都相同，只是移动了行，或改了工作表的名称。"
    told = (what, *_effect(one, receipt), *_edits(one, ()), *_computed(seen))
    return Verdict(Match.EDITED, one.part, told, (*changes[:LISTED], *seen.overwritten)[:LISTED], receipt)


def _effect(one: Result, receipt: Receipt) -> Iterator[str]:
    """What the changes do to the points."""
    scores, stamp = one.scores, _stamp(one)
    assert scores is not None
    now = _points(None if scores.total is None else points(scores.total), scores.grade)
    then = _points(receipt.total, receipt.grade)
    yield f"评分时{then}，按现在的填报内容是{now}" + ("，分数没有变。" if now == then else "。")
    if receipt.rules != stamp.rules:
        yield f"现在用的评分办法与评分时的（{receipt.rulebook}）不同，分数不能直接比较；可用 --rulebook 指定。"
    if receipt.version != __version__:
        yield f"评分时的软件是 {receipt.version} 版，现在是 {__version__} 版。"


def _points(total: str | None, grade: str | None) -> str:
    if total is None:
        return "不计分"
    return f"总分{total}（{f'等级{grade}' if grade else '不评等级'}）"


def _without(one: Result, seen: _Seen) -> Verdict:
    """What a workbook says of itself, where there is no receipt."""
    scores, stamp = one.scores, _stamp(one)
    assert scores is not None
    told = [f"重新计算：{_points(None if scores.total is None else points(scores.total), scores.grade)}。"]
    changes: tuple[Change, ...] = ()
    if stamp.code in seen.codes:
        changes = tuple(_figures(one, seen))
        told.append(f"自评表上的校验码 {stamp.code} 与重新计算的相符。")
    elif seen.codes:
        told.append(f"自评表上的校验码是 {'、'.join(seen.codes)}，重新计算的是 {stamp.code}，不相符。")
        told.append("填报内容、评分办法或软件版本与评分时不同，或者校验码改过。")
        told += [f"自评表上的总分是{total}。" for total in seen.totals]
    else:
        told.append("没有评分写出的表，或表上没有校验码。")
    told += (*_edits(one, changes), *_computed(seen))
    if stamp.code in seen.codes and not changes and len(told) == 2:
        told.append("评分表上的分数与重新计算的一致。")
    return Verdict(Match.NONE, one.part, tuple(told), (*changes, *seen.overwritten)[:LISTED])
