"""Whether a form has all that template, reader, scoring and checks rely on; each problem in Chinese."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cache
from importlib.resources import files
from typing import Any

from perf_xlsx.domain.quantity import same_label
from perf_xlsx.forms.form import BOXES as BOX_LABELS
from perf_xlsx.forms.form import LINES as LINE_LABELS
from perf_xlsx.forms.form import (
    NEXT_YEAR,
    OTHER,
    PASSAGES,
    Block,
    Box,
    Boxes,
    Form,
    FormSheet,
    Line,
    Lines,
    Rows,
    typed,
)
from perf_xlsx.rulebook import rulebook_names

LINES, TABLES = (
    "funds",
    ("indicators", "projects", "passages"),
)  # the tables that are read; there may be any single boxes
NEEDED_TABLES = ("indicators",)
NEEDED_BOXES = (
    "unit", "supervisor", "filled_on", "money_unit", "claimed_execution_points", "claimed_total", "claimed_grade",
    "reference_execution_points", "reference_total", "reference_grade",
)  # fmt: skip
NEEDED_FORMULAS = ("indicator_completion", "indicator_points")
TOGETHER = ("goal_expected", "goal_achieved")
WORDED = frozenset({"text", "long_text", "choice"})  # kinds that may replace each other
CHOSEN = ("sign", "method", "money_unit")  # whose choices mean something to scoring
SHEETS = frozenset({  # other sheets of our workbooks, and one that Excel keeps for itself
    "填报说明", "_perf_xlsx", "评分汇总", "自评表", "问题清单", "来源对照", "history",
})  # fmt: skip
RESERVED = frozenset({  # names that live formulas go by
    "points", "weights", "rate", "blanks", "signs", "methods", "levels", "totals", "remarks", "notes", "at_most",
    "percent_units", "unseen", "hard_space", "general", "asked", "grade_words", "fillers", "verdict",
    "claimed_sum", "not_applicable",
    # columns of official layouts
    "funds_execution_weight", "funds_execution_points", "funds_execution_reason", "indicators_second_sign",
    "indicators_actual_sign", "indicators_actual_unit", "indicators_adjusted_target",
    "indicators_score_coefficient",
})  # fmt: skip
RESERVED_BEGINNINGS = ("sign_", "method_", "level_", "counter_", "entries_", "owed_", "first_", "list_")
OURS = ("claimed_", "reference_")  # what the unit and the software say of its points
NOT_BOXES = ("form", "year")  # keys of a case that are no boxes
LONGEST_LIST = 255  # characters of all choices together: Excel takes no longer drop-down list

KnownBoxes = Mapping[tuple[str, str], Box]  # the boxes of the shipped forms by table ("" for single ones) and key
SharedKeys = Set[tuple[str, str]]  # those that every shipped form with their table has


def unfit(form: Form, shipped: Iterable[Form]) -> list[str]:
    """Every problem as a Chinese sentence with its keys, without the file's name; none where the form is fit."""
    shipped = tuple(shipped)
    known, shared = _known(shipped), _shared(shipped)
    return [
        *_blocks(form),
        *_boxes(form, known),
        *(problem for block in form.blocks for problem in _block(block, known, shared)),
        *_funds(form),
        *_names(form),
        *_sheets(form),
        *_twins(form),
        *_rulebook(form),
        *_original(form),
    ]


def _known(shipped: Iterable[Form]) -> KnownBoxes:
    return {(_table(block), box.key): box for form in shipped for block in form.blocks for box in block.fields}


def _shared(shipped: Sequence[Form]) -> SharedKeys:
    """What a form must have: a column that only one kind has is that kind's own matter."""
    tables: dict[str, list[set[tuple[str, str]]]] = {}
    for block in (block for form in shipped for block in form.blocks):
        tables.setdefault(_table(block), []).append({(_table(block), box.key) for box in block.fields})
    return {key for keys in tables.values() for key in set.intersection(*keys)}


def _table(block: Block) -> str:
    """The key of a table; "" for single boxes, whose own keys are unique."""
    return "" if isinstance(block, Boxes) else block.key


def _blocks(form: Form) -> Iterator[str]:
    keys = [block.key for block in form.blocks]
    yield from _repeated("blocks", keys)
    for block in form.blocks:
        if problem := _misnamed(block):
            yield f"blocks“{block.key}”：{problem}"
    for key, kind in ((LINES, "lines"), *((key, "rows") for key in NEEDED_TABLES)):
        if key not in keys:
            yield f'缺少 blocks“{key}”（kind = "{kind}"）。'


def _misnamed(block: Block) -> str:
    """What is wrong with a block's kind for its key."""
    match block:
        case Lines() if block.key != LINES:
            return f"kind 是 lines 的只能是 {LINES}。"
        case Rows() if block.key not in TABLES:
            return f"kind 是 rows 的只能是 {'、'.join(TABLES)}；其他内容请用 boxes 或加栏。"
        case Boxes() if block.key in (LINES, *TABLES):
            return f"kind 应为 {'lines' if block.key == LINES else 'rows'}。"
    return ""


def _repeated(path: str, keys: Sequence[str]) -> Iterator[str]:
    twice = [key for key in dict.fromkeys(keys) if keys.count(key) > 1]
    return (f"{path}“{key}”出现了不止一次，key 不能重复。" for key in twice)


def _boxes(form: Form, known: KnownBoxes) -> Iterator[str]:
    keys = {box.key for box in form.single_boxes}
    for key in NEEDED_BOXES:
        if key not in keys:
            yield f"缺少 boxes“{key}”（{known['', key].label}）。"
    if len(keys & {*TOGETHER}) == 1:
        yield f"boxes“{TOGETHER[0]}”和“{TOGETHER[1]}”应当都有，或者都没有。"
    yield from _alike("boxes", form.single_boxes)


def _block(block: Block, known: KnownBoxes, shared: SharedKeys) -> Iterator[str]:
    table = _table(block)
    for box in block.fields:
        path = f"{table}.columns“{box.key}”" if table else f"boxes“{box.key}”"
        yield from (f"{path}{problem}" for problem in _box(box, known.get((table, box.key))))
    if isinstance(block, Boxes):
        yield from (
            f"boxes“{box.key}”的 help 印在格旁，其中的 {{…}} 只能是 {NEXT_YEAR}。"
            for box in block.boxes
            if "{" in box.help.replace(NEXT_YEAR, "")
        )
    else:
        yield from _columns(block, known, shared)


def _columns(block: Lines | Rows, known: KnownBoxes, shared: SharedKeys) -> Iterator[str]:
    yield from _alike(f"{block.key}.columns", block.columns)
    have = {box.key for box in block.columns}
    yield from (
        f"{block.key} 缺少 columns“{key}”（{box.label}）。"
        for (table, key), box in known.items()
        if table == block.key and key not in have and (table, key) in shared
        if not box.may_lack
        if box.kind != "computed" or (table in NEEDED_TABLES and box.formula in NEEDED_FORMULAS)
    )
    yield from (f"{block.key}.columns{problem}" for problem in _dependent(block.columns))
    if isinstance(block, Rows) and any(len(row) > len(block.columns) for row in block.preset):
        yield f"{block.key} 的 preset 每行最多{len(block.columns)}项。"
    required = [box.key for box in block.columns if box.required and isinstance(block, Lines)]
    yield from (f"{block.key}.columns“{key}”不能有 required，请写在各行的 required 中。" for key in required)


def _box(box: Box, known: Box | None) -> Iterator[str]:
    """Problems of one box; `known` is what the shipped forms have under its key."""
    yield from _added(box) if known is None else _changed(box, known)
    yield from _choices(box)
    if box.preset and box.kind == "choice" and box.strict and box.preset not in _values(box):
        yield f"的 preset “{box.preset}”不在 choices 中。"
    if box.preset and box.kind not in WORDED:
        yield "的 preset 只能用于文字和选择。"


def _added(box: Box) -> Iterator[str]:
    """Problems of a box that no shipped form has."""
    if box.key.startswith(OURS):
        yield f"的 key 不能以 {' 或 '.join(OURS)} 开头，请换一个。"
    if box.kind == "computed":
        yield "的 kind 不能是 computed：自加的格没有公式，应为 text、number 等。"


def _changed(box: Box, known: Box) -> Iterator[str]:
    """Where a box means something else than the shipped one of its key."""
    if box.kind != known.kind and not {box.kind, known.kind} <= WORDED:
        yield f"的 kind 是 {box.kind}，应为 {known.kind}。"
    if box.formula != known.formula:
        yield f"的 formula 应为“{known.formula}”。" if known.formula else "不能有 formula。"
    if box.key in CHOSEN and (box.kind != "choice" or not {*_values(box)} <= {*_values(known)}):
        yield f"应为 choice，choices 只能是 {'、'.join(_values(known))}。"


def _choices(box: Box) -> Iterator[str]:
    values = _values(box)
    if box.kind == "choice" and not values:
        yield "的 kind 是 choice，缺少 choices。"
    if len({*values}) < len(values):
        yield "的 choices 有重复。"
    if box.depends_on:
        return
    if len(",".join(values)) > LONGEST_LIST or any("," in value for value in values):
        yield f"的 choices 合起来不能超过{LONGEST_LIST}个字，也不能有英文逗号。"
    if any(choice.under for choice in box.choices):
        yield "的 choices 有 under，应有 depends_on。"


def _values(box: Box) -> list[str]:
    return [choice.value for choice in box.choices]


def _dependent(columns: Sequence[Box]) -> Iterator[str]:
    """Choices that depend on another column's."""
    boxes = {box.key: box for box in columns}
    for box in columns:
        if not box.depends_on:
            continue
        above = boxes.get(box.depends_on)
        if above is None or above is box:
            yield f"“{box.key}”的 depends_on 是“{box.depends_on}”，应为同一张表中另一栏的 key。"
            continue
        values = {choice.value for choice in above.choices}
        for choice in box.choices:
            if choice.under not in values or not re.fullmatch(r"\w{1,40}", choice.under):
                allowed = f"“{above.key}”的 choices 之一，不带空格和标点"
                yield f"“{box.key}”的 choices“{choice.value}”：under 应为{allowed}。"


def _funds(form: Form) -> Iterator[str]:
    """Lines of money that are named somewhere, and are not there."""
    for block in form.blocks:
        if isinstance(block, Lines) and block.key == LINES:
            yield from _lines(form, block)
            return


def _lines(form: Form, block: Lines) -> Iterator[str]:
    keys = [line.key for line in block.lines]
    words = f"应为 {LINES}.lines 中的 key：{'、'.join(keys)}"
    if len({*keys}) < len(keys):
        yield f"{LINES}.lines 的 key 有重复。"
    for name, key in (("total_line", form.total_line), ("project_line", form.project_line)):
        if key is not None and key not in keys:
            yield f"{name} 是“{key}”，{words}。"
    columns = [box.key for box in typed(block.columns)]
    for line in block.lines:
        path = f"{LINES}.lines“{line.key}”"
        if not {*line.parts} <= {*keys}:
            yield f"{path} 的 parts {words}。"
        if not {*line.required} <= {*columns}:
            yield f"{path} 的 required 应为 {LINES}.columns 中的 key：{'、'.join(columns)}。"
    yield from _confused(block)


def _confused(block: Lines) -> Iterator[str]:
    """Lines that are parts of themselves, and two that have a label in common."""
    parts = {line.key: line.parts for line in block.lines}
    if any(_reaches(parts, key, key) for key in parts):
        yield f"{LINES}.lines 的 parts 绕成了圈。"
    labels = [same_label(label) for line in block.lines for label in {*line.labels}]
    if len({*labels}) < len(labels):
        yield f"{LINES}.lines 有两行的 label 或 synonyms 相同，读取时分不清。"


def _reaches(parts: Mapping[str, tuple[str, ...]], start: str, goal: str) -> bool:
    """Whether a line is, through its parts, a part of another."""
    visited: set[str] = set()
    todo = list(parts.get(start, ()))
    while todo:
        key = todo.pop()
        if key == goal:
            return True
        if key not in visited:
            visited.add(key)
            todo += parts.get(key, ())
    return False


def _alike(path: str, boxes: Sequence[Box]) -> Iterator[str]:
    """Boxes that share a key or a label."""
    yield from _repeated(path, [box.key for box in boxes])
    owner: dict[str, str] = {}
    for box in boxes:
        for label in {same_label(label): label for label in box.labels}:
            if not label:
                yield f"{path}“{box.key}”的 label、synonyms 中有一个只有标点。"
            elif owner.setdefault(label, box.key) != box.key:
                yield f"{path}“{owner[label]}”和“{box.key}”有相同的 label 或 synonyms“{label}”，读取时分不清。"


def _names(form: Form) -> Iterator[str]:
    """Keys that would give two cells one name, or a name that the software uses itself."""
    taken: dict[str, str] = {}
    for block in form.blocks:
        for box in block.fields:
            path = f"{_table(block) or 'boxes'}“{box.key}”"
            for name in _names_of(block, box):
                if _is_reserved(name) or (isinstance(block, Boxes) and name in NOT_BOXES):
                    yield f"{path}：key 不能用“{name}”，这是软件自用的名称，请换一个。"
                elif taken.setdefault(name, path) != path:
                    yield f"{path}和{taken[name]}的 key 会得到同一个名称“{name}”，请改其中一个。"
    tables = {_table(block) for block in form.blocks}
    yield from (f"boxes“{name}”：key 与表“{name}”相同，请换一个。" for name in sorted(tables & taken.keys()))


def _names_of(block: Block, box: Box) -> Iterator[str]:
    """The defined names that a template gives a box, without their px_."""
    yield f"{block.key}_{box.key}" if _table(block) else box.key
    for line in block.lines if isinstance(block, Lines) else ():
        yield f"{block.key}_{line.key}_{box.key}"


def _is_reserved(name: str) -> bool:
    return name in RESERVED or name.startswith(RESERVED_BEGINNINGS)


def _sheets(form: Form) -> Iterator[str]:
    names = [sheet.name.casefold() for sheet in form.sheets]
    for sheet in form.sheets:
        if sheet.name.casefold() in SHEETS or sheet.name != sheet.name.strip():
            yield f"sheets“{sheet.name}”：name 不能是本软件或 Excel 自用的表名，首尾不能有空格，请换一个。"
        if names.count(sheet.name.casefold()) > 1:
            yield f"sheets“{sheet.name}”：有两张表同名。"


def _twins(form: Form) -> Iterator[str]:
    """Blocks that have most of their labels on another sheet too: that would be taken for a copy of this one."""
    for sheet in form.sheets:
        others = [one for one in form.sheets if one is not sheet]
        yield from (
            f"“{block.title}”的 label 多半与“{other.name}”上的相同，读取时分不清，请改写。"
            for block in sheet.blocks
            for other in others
            if _is_like(block, other)
        )


def _is_like(block: Block, sheet: FormSheet) -> bool:
    """Whether a sheet has more than half of a block's labels."""
    words = {same_label(label) for other in sheet.blocks for labels in _labels(other) for label in labels}
    own = [{*map(same_label, labels)} for labels in _labels(block)]
    return sum(not words.isdisjoint(labels) for labels in own) > len(own) // 2


def _labels(block: Block) -> list[tuple[str, ...]]:
    """The labels by which a block is located."""
    labelled: Iterable[Line | Box] = block.lines if isinstance(block, Lines) else typed(block.fields)
    return [one.labels for one in labelled]


def _rulebook(form: Form) -> Iterator[str]:
    if form.rulebook not in rulebook_names():
        names = "、".join(rulebook_names())
        yield f"rulebook 是“{form.rulebook}”，应为自带的评分办法之一：{names}；自己的用 --rulebook 指定。"


def _original(form: Form) -> Iterator[str]:
    """Labels of an adopted form for boxes that it has not, and one label that means two things."""
    for block, labels in (form.original.labels if form.original else {}).items():
        keys = _keys_in(form, block)
        if unknown := [key for key in labels if keys is not None and key not in keys]:
            yield f"layout.{block} 不认识“{unknown[0]}”，应为：{'、'.join(sorted(keys or ()))}。"
        if block == OTHER:  # a heading may be called as a line of money is
            continue
        owner: dict[str, str] = {}
        for key, words in labels.items():
            for word in {same_label(word): word for word in words}.values():
                if owner.setdefault(same_label(word), key) != key:
                    yield f"layout.{block}“{owner[same_label(word)]}”和“{key}”都有“{word}”，读取时分不清。"


def _keys_in(form: Form, block: str) -> set[str] | None:
    """The keys that labels of a block may have, those of official layouts among them; None: any."""
    if block in (PASSAGES, OTHER):
        return None
    added = _official_layouts()
    if block == LINE_LABELS:
        lines = (line.key for one in form.blocks if isinstance(one, Lines) for line in one.lines)
        return {*lines, *(line["key"] for line in added["lines"])}
    if block == BOX_LABELS:
        return {box.key for box in typed(form.single_boxes)}
    more = {box["key"] for box in added["columns"] if box["block"] == block}
    return more | {box.key for one in form.blocks if one.key == block for box in typed(one.fields)}


@cache
def _official_layouts() -> Mapping[str, Any]:
    return tomllib.loads(files("perf_xlsx.forms.official").joinpath("official.toml").read_text("utf-8"))
