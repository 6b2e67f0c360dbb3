"""A workbook that cannot be written back losslessly, carried over into a filled template of ours, cell by cell.

The original is read by the same code as any return, be it a template of ours or an official layout. What was read
is typed into a new template, and entries and findings are moved there: so the findings are those of the original,
and their places are cells of the workbook that the unit gets back.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.conversion.merged_lines import join
from perf_xlsx.conversion.not_carried import left_behind, other_sheets
from perf_xlsx.conversion.transfer import Transcript
from perf_xlsx.domain.model import Finding, SelfEvaluation
from perf_xlsx.domain.place import Place
from perf_xlsx.findings.catalogue import Observation, finding
from perf_xlsx.foreign import Original
from perf_xlsx.forms import Form, load_form
from perf_xlsx.ooxml import Grid, Limits
from perf_xlsx.ooxml.contents import codes_of_grid
from perf_xlsx.ooxml.note_text import Recorded, answer_in
from perf_xlsx.ooxml.record import Record, find_ledger
from perf_xlsx.reading.earlier_answers import in_notes
from perf_xlsx.reading.earlier_run import claims_of, reports
from perf_xlsx.reading.form import Reading
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.identity import Identity, identify
from perf_xlsx.reading.layout import Layout
from perf_xlsx.reading.official import OfficialReading, locate_official
from perf_xlsx.reading.read import find_other_forms
from perf_xlsx.reading.unsupported import other_rulebook, refuse
from perf_xlsx.rulebook import Rulebook, load_rulebook, rulebook_names
from perf_xlsx.sheets.fixed_texts import HIDDEN_SHEET
from perf_xlsx.sheets.origin import Origin

DEFAULTS = Limits()


class Carried(Struct, frozen=True):
    """What became of the original: its reading, where everything came from, and a template filled in with it.

    `typed` is the form as the template has it, which joins lines of money that it does not tell apart; `workbook`
    is that template as a file.
    """

    evaluation: SelfEvaluation
    typed: SelfEvaluation
    findings: tuple[Finding, ...]
    origin: Origin
    workbook: bytes


def carry(
    original: Original, workbook: str, rulebook: str | None = None, limits: Limits = DEFAULTS
) -> Carried | Finding:
    """Carry a workbook over. A Finding (R04, R05) where it is no form that can be read."""
    ours = _ours(original)
    told = [name for name in reports(original, original.grids) if name not in ours]
    sheets = Sheets(original, original.grids, (HIDDEN_SHEET, *ours), told)
    identity = identify(original, sheets)
    if identity.form is None and (layout := locate_official(sheets)) is not None:
        outside = OfficialReading(layout, sheets, workbook, limits)
        evaluation = outside.evaluation(layout.year, rulebook or layout.form.rulebook)
        rules = load_rulebook(rulebook or layout.form.rulebook).on(layout.form.name)
        return _carried(original, outside, Transcript(join(evaluation, layout.kind.into), sheets, rules, True))
    if refusal := refuse(identity, Place(workbook), rulebook):
        return refusal
    form = load_form(identity.form or "")
    rules = _own_rulebook(identity, rulebook, form)
    reading = Reading(form, sheets, workbook, limits=limits)
    find_other_forms(sheets, reading.layout)
    evaluation = reading.evaluation(identity.year, rulebook or identity.rulebook or form.rulebook)
    reading.intake.findings += other_rulebook(identity, workbook, rulebook)
    return _carried(original, reading, Transcript(join(evaluation, {}), sheets, rules, False))


def _carried(original: Original, reading: Reading, transcript: Transcript) -> Carried:
    layout, workbook = reading.layout, reading.workbook
    record = _record(original)
    recorded = None if record is None else record.notes
    left = tuple(left_behind(original, transcript, layout, recorded))
    no_place = tuple(claims_of(reading.form, transcript.evaluation.absent).values())
    origin = Origin(workbook, original.format, tuple(transcript.traces), left, no_place)
    said = (
        *(transcript.retold(found) for found in reading.intake.findings),
        *_beside(original, reading.sheets, layout, workbook),
        *_answered(original, transcript, recorded),
        _told(origin, Place(workbook)),
    )
    return Carried(transcript.evaluation, transcript.typed, said, origin, transcript.template.data)


def _own_rulebook(identity: Identity, asked: str | None, form: Form) -> Rulebook:
    own = identity.rulebook if identity.rulebook in rulebook_names() else None
    return load_rulebook(own or asked or form.rulebook).on(form.name)


def _ours(original: Original) -> set[str]:
    """The sheets that an earlier scoring added and nobody wrote on, and its ledger."""
    grids = _grids(original)
    ledger = find_ledger(grids.items())
    if ledger is None:
        return set()
    its_name, record = ledger
    areas = {name.name: area for name in original.defined_names() if (area := name.area())}
    found = {its_name}
    for name, added in record.sheets.items():
        title = areas[name][0] if name in areas else added.name
        if title in grids and (added.codes is None or added.codes == codes_of_grid(grids[title], added.codes)):
            found.add(title)
    return found


def _record(original: Original) -> Record | None:
    """What the ledger of an earlier scoring says."""
    ledger = find_ledger(_grids(original).items())
    return None if ledger is None else ledger[1]


def _grids(original: Original) -> dict[str, Grid]:
    return {sheet.name: grid for sheet, grid in zip(original.sheets, original.grids, strict=True)}


def _answered(original: Original, transcript: Transcript, recorded: Recorded | None) -> Iterator[Finding]:
    """R23: what was written into notes of ours, at its place in the new workbook."""
    notes = (answer_in(extra.sheet, extra.cell, extra.text, recorded) for extra in original.extras)
    index = {sheet.name: sheet.index for sheet in original.sheets}
    for title, written in groupby((note for note in notes if note), key=lambda note: note.sheet):
        found = in_notes(Place(transcript.workbook, index[title], sheet=title), list(written), carried=True)
        yield replace(found, place=transcript.retold(found).place)


def _told(origin: Origin, place: Place) -> Finding:
    """R18: that it was carried over, how much, and what was not."""
    rest = f"另有{len(origin.left)}处没有带入，列在该表末尾。" if origin.left else ""
    message = (
        f"报送的是{origin.format}，不能原样写回，{len(origin.traces)}格内容已逐格带入新的 .xlsx 工作簿"
        f"（见“来源对照”），各项问题的位置均指新工作簿。{rest}"
    )
    advice = "请核对“来源对照”，并在新工作簿中更正、报送。"
    return finding(
        "R18", Observation(place, "文件格式", origin.format, message, advice, "Excel 工作簿（.xlsx）"), None
    )


def _beside(original: Original, was: Sheets, layout: Layout, workbook: str) -> Iterator[Finding]:
    """R16: sheets, macros and signatures that are not of the form and stay behind in the original."""
    advice = "评分不受影响，原文件不变；如是误带的请删去后重新报送。"
    copies = {was.names[sheet] for sheet in layout.copies() | {at[0] for at in layout.forms}}
    for title in (title for title, _ in other_sheets(was, layout) if title not in copies):
        message = f"工作表“{title}”不属于自评表，没有读取，也没有带入新的工作簿。"
        yield finding("R16", Observation(Place(workbook), "工作表", title, message, advice), None)
    for what in dict.fromkeys(extra.what for extra in original.extras if extra.what in ("宏", "数字签名")):
        message = f"工作簿含有{what}，没有运行，也没有带入新的工作簿。"
        yield finding("R16", Observation(Place(workbook), what, None, message, advice), None)
