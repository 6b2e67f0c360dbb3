"""I22, I23: the indicators against the approved targets (批复的绩效目标) that the template was made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from perf_xlsx.domain.approval import approved_number, approved_value, is_unchanged, meaning_of
from perf_xlsx.domain.model import Approved, Correction, Entry, Indicator, SelfEvaluation
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import same_name
from perf_xlsx.findings.catalogue import Observation, check, observed

OWN_CODES = ("name", "sign", "target", "weight")  # an empty one is reported as missing
ORDER = "确经批准调整的，由财政部门重新下发模板，或登记豁免。"

ApprovedPair = tuple[Approved, Indicator]
Listed = TypeVar("Listed")


class Matched(Struct, frozen=True):
    """Approved indicators with their rows: by name, by place or values where the name changed; the rest."""

    named: tuple[ApprovedPair, ...]
    renamed: tuple[ApprovedPair, ...]
    removed: tuple[Approved, ...]
    added: tuple[Indicator, ...]


@check("I22")
def approved_targets_unchanged(evaluation: SelfEvaluation) -> Iterator[Observation]:
    """批复的目标不能改: every approved indicator is there, with its sign, target, unit, weight, levels.

    A cell that is empty or unreadable and has its own finding is passed over.
    """
    if not evaluation.approved or not evaluation.indicators:
        return
    found = matched(evaluation.approved, evaluation.indicators)
    for approved, row in found.named:
        for key in (key for key in approved.values if key != "name"):
            yield from _changed(key, approved, row)
    for approved, row in found.renamed:
        yield _renamed(approved, row)
    for approved in found.removed:
        yield _removed(approved, evaluation.indicators[0].name)


@check("I23")
def nothing_beyond_the_approved_targets(evaluation: SelfEvaluation) -> Iterator[Observation]:
    """没有批复的指标: an indicator that is none of the approved ones."""
    for row in matched(evaluation.approved, evaluation.indicators).added if evaluation.approved else ():
        message = f"{row.display_name}不在批复的绩效目标中（批复{len(evaluation.approved)}项）。"
        yield observed(row.name, message, f"请删去这一行，分值按批复填写；{ORDER}")


def matched(approved: Sequence[Approved], rows: Sequence[Indicator]) -> Matched:
    """Match what was approved with the rows, wherever these were moved."""
    pairs = _by_name(approved, rows)
    gone, new = _without(approved, pairs), [row for row in _without(rows, pairs) if not row.name.empty]
    renamed = _by_values(gone, new)
    gone, new = _without(gone, renamed), _without(new, renamed)
    renamed += _by_place(approved, rows, [*pairs, *renamed], gone, new)
    return Matched(tuple(pairs), tuple(renamed), tuple(_without(gone, renamed)), tuple(_without(new, renamed)))


def _without(some: Sequence[Listed], pairs: Sequence[ApprovedPair]) -> list[Listed]:
    """Those that are in none of the pairs."""
    known = {id(one) for pair in pairs for one in pair}
    return [one for one in some if id(one) not in known]


def _by_name(approved: Sequence[Approved], rows: Sequence[Indicator]) -> list[ApprovedPair]:
    """Those of the same name; of several, each with one that is as approved, else in their order."""
    named: dict[str, list[Indicator]] = defaultdict(list)
    for row in rows:
        named[same_name(row.name.value or row.name.given)].append(row)
    groups: dict[str, list[Approved]] = defaultdict(list)
    for one in approved:
        groups[same_name(one.values["name"])].append(one)
    pairs: list[ApprovedPair] = []
    for name, group in groups.items():
        same = _by_meanings(group, named[name], ())
        pairs += [*same, *zip(_without(group, same), _without(named[name], same), strict=False)]
    return pairs


def _by_values(gone: Sequence[Approved], new: Sequence[Indicator]) -> list[ApprovedPair]:
    """Rows that hold everything approved but the name, where no other does."""
    return [pair for pair in _by_meanings(gone, new, ("name",)) if pair[0].values.keys() != {"name"}]


def _by_meanings(
    approved: Sequence[Approved], rows: Sequence[Indicator], but: tuple[str, ...]
) -> list[ApprovedPair]:
    """Pairs that mean the same in all columns but these; none where several do."""
    pairs: list[ApprovedPair] = []
    for keys in dict.fromkeys(tuple(key for key in one.values if key not in but) for one in approved):
        alike = [one for one in approved if one.values.keys() - but == {*keys}]
        known = _alone((tuple(approved_value(key, one.values[key]) for key in keys), one) for one in alike)
        found = _alone(
            (tuple(meaning_of(key, row.entry(key)) for key in keys), row) for row in _without(rows, pairs)
        )
        pairs += [(known[meant], found[meant]) for meant in known if meant in found]
    return pairs


def _alone(pairs: Iterable[tuple[Hashable, Listed]]) -> dict[Hashable, Listed]:
    """Things by what they mean, without those that mean the same as another."""
    found: dict[Hashable, list[Listed]] = defaultdict(list)
    for meant, one in pairs:
        found[meant].append(one)
    return {meant: ones[0] for meant, ones in found.items() if len(ones) == 1}


def _by_place(
    approved: Sequence[Approved], rows: Sequence[Indicator], pairs: Sequence[ApprovedPair],
    gone: Sequence[Approved], new: Sequence[Indicator],
) -> Iterator[ApprovedPair]:  # fmt: skip
    """Rows that stand between the same two indicators as others did, as many as these."""
    number = {id(one): at for at, pair in enumerate(pairs) for one in pair}
    before, after = _gaps(approved, number, gone), _gaps(rows, number, new)
    for gap, missing in before.items():
        if len(missing) == len(after.get(gap, ())):
            yield from zip(missing, after[gap], strict=True)


def _gaps(
    whole: Sequence[Listed], number: dict[int, int], rest: Sequence[Listed]
) -> dict[tuple[int, int], list[Listed]]:
    """Those of the rest by the numbers of the matched ones before and behind them."""
    left, previous = {id(one) for one in rest}, -1
    open_: list[Listed] = []
    gaps: dict[tuple[int, int], list[Listed]] = {}
    for one in whole:
        if id(one) in number:
            gaps[previous, number[id(one)]] = open_
            previous, open_ = number[id(one)], []
        elif id(one) in left:
            open_.append(one)
    return {gap: some for gap, some in {**gaps, (previous, -1): open_}.items() if some}


def _kept(approved: Approved, row: Indicator) -> list[str]:
    """The columns that still say what was approved."""
    return [key for key, text in approved.values.items() if is_unchanged(key, text, row.entry(key))]


def _changed(key: str, approved: Approved, row: Indicator) -> Iterator[Observation]:
    """A value that is another than the approved one."""
    entry, text = row.entry(key), approved.values[key]
    if is_unchanged(key, text, entry) or entry.unreadable or (entry.empty and key in OWN_CODES):
        return
    given = entry.given or ("" if entry.value is None else str(entry.value)) or "空着"
    message = f"{row.display_name}的{entry.field}批复为{text}，填报{given}。"
    advice = f"请改回批复的{text}；{ORDER}"
    yield observed(entry, message, advice, expected=text, correction=_restored(key, entry, text))


def _restored(key: str, entry: Entry[Any], text: str) -> Correction | None:
    """The correction of an entry to what was approved."""
    number = approved_number(key, text)
    value = text if number is None else number
    return Correction(entry.place, entry.field, text, value) if entry.place.cell else None


def _renamed(approved: Approved, row: Indicator) -> Observation:
    """A row in the place of an approved indicator that has another name, and perhaps other values."""
    name = approved.values["name"]
    others = [key for key in approved.values if key not in ("name", *_kept(approved, row))]
    if not others:
        message = f"批复的指标“{name}”在这里写成{row.display_name}，其余与批复相同。"
        right = _restored("name", row.name, name)
        return observed(row.name, message, f"请改回批复的名称；{ORDER}", expected=name, correction=right)
    fields = "、".join(row.entry(key).field for key in others)
    message = f"批复的指标“{name}”{_described(approved)}不在了，这个位置是{row.display_name}，{fields}也不同。"
    return observed(row.name, message, f"请按批复恢复这一项；{ORDER}", expected=name)


def _removed(approved: Approved, first: Entry[str]) -> Observation:
    """An approved indicator without a row: told of the sheet, because it has no cell."""
    name, place = approved.values["name"], first.place
    sheet = Place(place.workbook, place.sheet_index, sheet=place.sheet)
    message = f"批复的指标“{name}”{_described(approved)}没有填报。"
    return Observation(sheet, first.field, None, message, f"请按批复补上这一项；{ORDER}", expected=name)


def _described(approved: Approved) -> str:
    values = approved.values
    target = "".join(values.get(key, "") for key in ("sign", "target", "unit"))
    weight = f"{values['weight']}分" if "weight" in values else ""
    inside = "，".join(filter(None, (target, weight)))
    return f"（{inside}）" if inside else ""
