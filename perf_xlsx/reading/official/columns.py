"""The role of each column of a header: by its words, by its contents, and by what the other columns are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from perf_xlsx.domain.place import column_name
from perf_xlsx.reading.grids import Address
from perf_xlsx.reading.layout import Header
from perf_xlsx.reading.official.assignment import best_assignment
from perf_xlsx.reading.official.column_contents import (
    ColumnContents,
    contradicts,
    is_percent_column,
    shown_by_contents,
)
from perf_xlsx.reading.official.labels import Leaf, TextRow, core
from perf_xlsx.reading.official.leaves import MOST_ROWS, HeaderRows
from perf_xlsx.reading.official.likeness import ALIKE, CERTAIN, with_second
from perf_xlsx.reading.official.partners import (
    are_points,
    columns_by_rate,
    measure_beside,
    measures_pair,
    names,
    points_pair,
    sums_up,
)
from perf_xlsx.vocabulary import vocabulary

LIKELY = 100  # rank of a role that no known label gives
LEAST = 3  # columns of a table whose labels are not known
_CLOSE = 60.0  # scores of two roles that are nearly as good
_PROVEN = 700.0  # score of a role that the contents prove
_HALF = 0.5
_LEVELS = ("level1", "level2")
_COUNTED = {"weight", "claimed_points"}
RoleScores = Sequence[Mapping[str, float]]
Rivals = Callable[[], Iterator[ColumnContents | None]]


def unknown(scores: RoleScores) -> bool:
    """Whether the label of any column is not known for certain."""
    return any(max(found.values(), default=0.0) <= CERTAIN - LIKELY for found in scores)


def certain_roles(scores: RoleScores) -> set[str]:
    """The roles that known labels give."""
    return {role for found in scores for role, score in found.items() if score > CERTAIN - LIKELY}


class Columns:
    """Makes a header of columns and their roles."""

    def __init__(
        self, sheet: int, rows: HeaderRows, kinds: Mapping[str, str], leaves: Sequence[Leaf],
        scores: Sequence[dict[str, float]], contents: Mapping[int, ColumnContents],
    ) -> None:  # fmt: skip
        self.sheet, self.rows, self.known, self.kinds = sheet, rows, rows.roles, kinds
        self.top, self.contents = min(leaf.row for leaf in leaves), contents
        amounts = [_is_amount(found, kinds) for found in scores]
        named = [
            leaf for leaf, amount in zip(leaves, amounts, strict=True) if amount and _has_names(leaf, contents)
        ]
        blank = named if len(named) > 1 else []
        self.leaves = [leaf.over(_value_column(leaf, contents, leaf in blank)) for leaf in leaves]
        if "name" in kinds:
            scores = self._beside(scores)
        _drop_contradicted(scores, self.leaves, contents, kinds)
        self._take_proven(scores)
        self.scores, self.roles = scores, _best_roles(scores)
        self.doubts: list[tuple[Address, str, str]] = []
        self.level_weights: Mapping[str, int] = {}

    def _beside(self, scores: Sequence[dict[str, float]]) -> Sequence[dict[str, float]]:
        """Add the other filled columns that a label is merged over, each as a column of its own: ≥ | 20 | 所."""
        columns = [
            leaf if column == leaf.values else Leaf(leaf.row, column, column, _lettered(column), leaf.text, column)
            for leaf in self.leaves
            for column in range(leaf.column, leaf.right + 1)
            if column == leaf.values or (self._is_filled(column) and column not in self._below(leaf))
        ]
        own = {leaf.values: found for leaf, found in zip(self.leaves, scores, strict=True)}
        self.leaves = columns
        return [own.get(leaf.values, {}) for leaf in columns]

    def _is_filled(self, column: int) -> bool:
        return column in self.contents and bool(self.contents[column].texts)

    def _below(self, leaf: Leaf) -> TextRow:
        """The labels right below one that others are merged down beside: they are named by themselves."""
        low = max(self.rows.bottom_of(other) for other in self.leaves)
        return self.rows.rows.get(leaf.row + 1, {}) if low > leaf.row else {}

    def _take_proven(self, scores: Sequence[dict[str, float]]) -> None:
        """Give a column the role that its contents prove, whatever its words say; known labels keep theirs.

        Percents are a rate of the year unless the words say that they are of a part of it.
        """
        for found, leaf in zip(scores, self.leaves, strict=True):
            column = self.contents.get(leaf.values)
            if column is None or max(found.values(), default=0.0) > CERTAIN - LIKELY:
                continue
            if found.keys() & _COUNTED and sums_up(column):
                for other in found.keys() - {*_COUNTED, ""}:
                    del found[other]
            role = self.known.part(shown_by_contents(column) or "", leaf.heading)
            if role in self.kinds and not (role == "claimed_rate" and "" in found):
                worded = found.get(role, 0.0)
                found.clear()
                found.update(with_second({role: _PROVEN + worded / 10}))

    def header(self) -> Header | None:
        self._weights_of_levels()
        self._fourth_level()
        if "target" not in self.kinds or sum(role is not None for role in self.roles) >= LEAST:
            self._by_contents()
        self._denied_below()
        used = {role: number for number, role in enumerate(self.roles) if role}
        if not used:
            return None
        self._close_calls()
        columns = {role: self.leaves[number].values for role, number in used.items()}
        bottom = self._bottom(used.values())
        titles = {role: self._read_as(number, bottom) for role, number in used.items()}
        ranks = {role: self._rank(role, number) for role, number in used.items()}
        doubled, rest = self._rest(used)
        beneath = self._beneath(bottom)
        unread = [core(self._title(number)) for number in rest] + beneath
        unknown = [core(self._title(number)) for number in rest if "" not in self.scores[number]]
        return Header(
            self.sheet, self.top, bottom, columns, titles, ranks, tuple(doubled), tuple(unread),
            tuple(unknown), doubts=tuple(self.doubts), level_weights=self.level_weights,
            unlabelled=sum(_is_lettered(self.leaves[number]) for number in used.values()),
            nameless=sum(map(_is_lettered, self.leaves)) + len(beneath),
            spans=tuple((leaf.column, max(leaf.right, leaf.values)) for leaf in self.leaves),
        )  # fmt: skip

    def _denied_below(self) -> None:
        """A heading has no role where the label below it, above the values, is of a column that is not read."""
        bottom = self._bottom(number for number, role in enumerate(self.roles) if role) if any(self.roles) else 0
        for number, leaf in enumerate(self.leaves):
            below = (self.rows.rows.get(row, {}).get(leaf.values, "") for row in range(leaf.row + 1, bottom + 1))
            likely = [found for text in below if (found := self.known.likely(text))]
            if self.roles[number] and any(max(found, key=found.__getitem__) == "" for found in likely):
                self.roles[number] = None

    def _weights_of_levels(self) -> None:
        """Of several columns of weights the one right of the name is the indicator's; others are of levels."""
        named = [
            n
            for n, leaf in enumerate(self.leaves)
            if (self.known.certain(leaf.text, leaf.heading) or ("", ""))[1] == "weight"
        ]
        after = {self.roles[n - 1]: n for n in named if n > 0}
        if len(named) < 2 or not after.keys() & {*_LEVELS}:
            return
        last = next((n for n in named if n not in after.values() or self.roles[n - 1] not in _LEVELS), None)
        for number in named:
            self.roles[number] = "weight" if number == last else None
        self.level_weights = {level: self.leaves[after[level]].values for level in _LEVELS if level in after}

    def _fourth_level(self) -> None:
        """Where there is a fourth level, it names the indicators; the third is told and left unread."""
        words = vocabulary("roles")["level_names"]["fourth"]
        found = [n for n, leaf in enumerate(self.leaves) if core(leaf.text) in words and self.roles[n] is None]
        third, column = self._column("name"), self.contents.get(self.leaves[found[0]].values) if found else None
        if not third or not column or not column.texts.keys() >= third.texts.keys():
            return
        above = self.roles.index("name")
        self.roles[above], self.roles[found[0]] = None, "name"
        names = core(self.leaves[found[0]].text), core(self.leaves[above].text)
        message = f"“{names[0]}”按“{self.known.titles['name']}”读取，“{names[1]}”一栏没有读取。"
        self.doubts.append((self._at(found[0]), names[0], message))

    def _bottom(self, used: Iterable[int]) -> int:
        """The last row of the labels, merged cells included."""
        ends = (min(self.rows.bottom_of(self.leaves[number]), self.top + MOST_ROWS - 1) for number in used)
        return max(*ends, *(leaf.row for leaf in self.leaves))

    def _title(self, number: int) -> str:
        leaf = self.leaves[number]
        generic = leaf.heading and not self.known.certain(leaf.text)
        return f"{leaf.heading}·{leaf.text}" if generic else leaf.text

    def _read_as(self, number: int, bottom: int) -> str:
        """The label of a column, with what stands below it in the header: 预算数·总额."""
        leaf, labels = self.leaves[number], {(leaf.row, leaf.column) for leaf in self.leaves}
        below = (self.rows.rows.get(row, {}).get(leaf.values) for row in range(leaf.row + 1, bottom + 1))
        more = () if (leaf.row + 1, leaf.values) in labels else map(core, filter(None, below))
        return "·".join((core(self._title(number)), *more))

    def _rank(self, role: str, number: int) -> int:
        score = self.scores[number].get(role, 0.0)
        return round(CERTAIN - score) if score > CERTAIN - LIKELY else LIKELY

    def _by_contents(self) -> None:
        """Roles that no word gives, and that the contents prove beside those of other columns."""
        if "target" in self.kinds:
            self._points()
            self._name()
            self._measures()
        else:
            self._base()

    def _points(self) -> None:
        weight, points = self._column("weight"), self._column("claimed_points")
        if weight and not points:
            fits = [n for n, column in self._open("claimed_points").items() if are_points(weight, column)]
        elif points and not weight:
            fits = [n for n, column in self._open("weight").items() if are_points(column, points)]
        else:
            pair = None if weight else points_pair(self._open("weight", "claimed_points"))
            self._take_pair(pair, "weight", "claimed_points")
            return
        if len(fits) == 1:
            self._take(fits[0], "claimed_points" if weight else "weight")

    def _name(self) -> None:
        beside = [column for key in ("target", "weight", "claimed_points") if (column := self._column(key))]
        if self._lacks("name") and beside:
            self._take_if(names(self._open("name"), beside), "name")

    def _measures(self) -> None:
        """Targets and actual values; a column whose words fit both is what the other leaves over."""
        target, actual = self._column("target"), self._column("actual")
        if target is None and actual is None:
            self._take_pair(measures_pair(self._open("target", "actual")), "target", "actual")
        elif target is None and actual and self._lacks("target"):
            self._take_left_over("target", "actual", actual)
        elif actual is None and target and self._lacks("actual"):
            self._take_left_over("actual", "target", target)

    def _take_left_over(self, role: str, other: str, partner: ColumnContents) -> None:
        found = measure_beside(self._open(role), partner)
        if found is None:
            return
        taken = self.roles.index(other)
        first, second = (found, taken) if role == "target" else (taken, found)
        if first > second and self.scores[found] and self.scores[taken].get(other, 0.0) < CERTAIN - LIKELY:
            self.roles[taken] = None  # both are called what was achieved: the left one is the target
            self._take_pair((second, first), "target", "actual")
        else:
            self._take(found, role)

    def _base(self) -> None:
        """The budget, or what was executed, by which the rates are right, where no word tells it."""
        executed, rate = self._column("executed"), self._column("claimed_rate")
        base = self._column("adjusted") or self._column("initial")
        if rate and executed and not base and self._lacks("adjusted"):
            found = columns_by_rate(self._open("adjusted"), rate, executed=executed)
            self._take_if(self._total_of(found), "adjusted")
        elif rate and base and not executed and self._lacks("executed"):
            self._take_if(self._total_of(columns_by_rate(self._open("executed"), rate, base=base)), "executed")

    def _total_of(self, found: Sequence[int]) -> int | None:
        """Of columns of the same amounts the only one, or the only one called a sum: 本级 | 其他 | 合计."""
        sums = vocabulary("roles")["level_names"]["sums"]
        called = [n for n in found if core(self.leaves[n].text) in sums] if len(found) > 1 else found
        return called[0] if len(called) == 1 else None

    def _take_if(self, number: int | None, role: str) -> None:
        if number is not None:
            self._take(number, role)

    def _column(self, role: str) -> ColumnContents | None:
        """The contents of the column that has a role."""
        return self.contents.get(self.leaves[self.roles.index(role)].values) if role in self.roles else None

    def _lacks(self, role: str) -> bool:
        return role in self.kinds and role not in self.roles

    def _open(self, *roles: str) -> Mapping[int, ColumnContents]:
        """The columns whose words say nothing, or only what another column is or one of these roles."""
        return {
            number: column
            for number, role in enumerate(self.roles)
            if role is None
            and self.leaves[number].values not in self.level_weights.values()
            and all(other in roles or (other and other in self.roles) for other in self.scores[number])
            and (column := self.contents.get(self.leaves[number].values))
            and column.texts
        }

    def _take_pair(self, pair: tuple[int, int] | None, first: str, second: str) -> None:
        if pair and self._lacks(first) and self._lacks(second):
            self._take(pair[0], first)
            self._take(pair[1], second)

    def _take(self, number: int, role: str) -> None:
        self.roles[number] = role
        own, text = self.known.titles[role], " ".join(self._title(number).split())
        message = f"没有认出“{text}”一栏的名称，按其中的内容作为“{own}”读取。"
        self.doubts.append((self._at(number), text, message))

    def _close_calls(self) -> None:
        """Tell where another role is nearly as likely as the one taken."""
        for number, role in enumerate(self.roles):
            found = self.scores[number]
            score = found.get(role or "", 0.0)
            if role is None or score > CERTAIN - LIKELY or not score:
                continue
            close = [
                other
                for other, rival in found.items()
                if other not in ("", role) and rival > score - _CLOSE and other not in self.roles
            ]
            if close:
                titles, text = self.known.titles, self._title(number)
                others = "、".join(f"“{titles[other]}”" for other in close)
                message = f"“{text}”一栏按“{titles[role]}”读取，也可能是{others}。"
                self.doubts.append((self._at(number), text, message))

    def _at(self, number: int) -> Address:
        return self.sheet, self.leaves[number].row, self.leaves[number].column

    def _rest(self, used: Mapping[str, int]) -> tuple[list[tuple[str, Address]], list[int]]:
        """Labels of a role that another column has with the same right, and the numbers of columns left unread."""
        doubled: list[tuple[str, Address]] = []
        unread: list[int] = []
        first = min(self.leaves[number].column for number in used.values())
        for number, leaf in enumerate(self.leaves):
            if self.roles[number] is not None or leaf.values in self.level_weights.values():
                continue
            known = self.known.certain(leaf.text, leaf.heading)
            rival = used.get(known[1]) if known else None
            if known and rival is not None and self._rank(known[1], rival) == known[0]:
                doubled.append((core(leaf.text), self._at(number)))
            elif known or leaf.column > first:  # a text before the first column is a heading of the table
                unread.append(number)
        return doubled, unread

    def _beneath(self, bottom: int) -> list[str]:
        """Texts in the rows of the header that are no labels, below none of its columns."""
        used = {leaf.values for leaf, role in zip(self.leaves, self.roles, strict=True) if role}
        labels = {(leaf.row, leaf.column) for leaf in self.leaves}
        rows = self.rows.rows
        return [
            core(text)
            for row in range(self.top + 1, bottom + 1)
            for column, text in rows.get(row, {}).items()
            if column not in used and (row, column) not in labels
        ]


def _best_roles(scores: Sequence[Mapping[str, float]]) -> list[str | None]:
    """The roles of all columns together; of equals the left one first. "" is no role of the form, and none."""
    ranked: list[dict[str, float]] = [
        {role: score - number / 1000 for role, score in found.items() if role}
        for number, found in enumerate(scores)
    ]
    return [
        role if role is None or found[role] > found.get("", 0.0) else None
        for role, found in zip(best_assignment(ranked), scores, strict=True)
    ]


def _is_amount(found: Mapping[str, float], kinds: Mapping[str, str]) -> bool:
    """Whether the likeliest role of a label is that of a number."""
    return kinds.get(max(found, key=lambda role: found[role], default=""), "") in ("number", "percent")


def _has_names(leaf: Leaf, contents: Mapping[int, ColumnContents]) -> bool:
    """Whether the first of the columns below a label holds texts alone: names of what is next to them."""
    first = contents.get(leaf.column)
    return leaf.right > leaf.column and first is not None and bool(first.texts) and not first.numbers


def _value_column(leaf: Leaf, contents: Mapping[int, ColumnContents], blank: bool) -> int:
    """Of the columns that a label is merged over the one with its numbers: 预算数 | 6.84 below one heading.

    Of one that is still `blank` it is the one without names.
    """
    if not _has_names(leaf, contents):
        return leaf.column
    spanned = [column for column in range(leaf.column, leaf.right + 1) if column in contents]
    counted = [column for column in spanned if contents[column].number_share > _HALF]
    unfilled = [column for column in spanned if blank and not contents[column].texts]
    return next(iter((*counted, *unfilled)), leaf.column)


def _drop_contradicted(
    scores: Sequence[dict[str, float]], leaves: Sequence[Leaf], contents: Mapping[int, ColumnContents],
    kinds: Mapping[str, str],
) -> None:  # fmt: skip
    """Take away roles that the words allow and the contents do not.

    Known labels keep theirs, unless another column may have the role and they have no number at all, or percents.
    """
    for found, leaf in zip(scores, leaves, strict=True):
        column = contents.get(leaf.values)
        for role, score in list(found.items()) if column else ():
            rivals = partial(_having, role, leaves, scores, contents)
            if role and column and _is_contradicted(role, score, column, kinds[role], rivals):
                del found[role]


def _is_contradicted(role: str, score: float, column: ColumnContents, kind: str, rivals: Rivals) -> bool:
    """Whether contents deny a role."""
    if role in _LEVELS and score <= ALIKE and not any(column.shares[level] for level in _LEVELS):
        return True
    if role == "actual" and _is_outdone(column, rivals()):
        return True
    if not contradicts(role, kind, column):
        return False
    return score <= CERTAIN - LIKELY or is_percent_column(column) or (not column.numbers and len([*rivals()]) > 1)


def _having(
    role: str, leaves: Sequence[Leaf], scores: RoleScores, contents: Mapping[int, ColumnContents]
) -> Iterator[ColumnContents | None]:
    """The contents of all columns that may have a role, looked for when they are asked for."""
    return (contents.get(leaf.values) for leaf, found in zip(leaves, scores, strict=True) if role in found)


def _is_outdone(column: ColumnContents, others: Iterable[ColumnContents | None]) -> bool:
    """Whether a column of what was achieved holds texts alone, where another one that may be it holds numbers."""
    return len(column.texts) > 1 and not column.measured and any(one and one.measured > _HALF for one in others)


def _lettered(column: int) -> str:
    """What a column without a label of its own is called: E列."""
    return f"{column_name(column)}列"


def _is_lettered(leaf: Leaf) -> bool:
    return leaf.text == _lettered(leaf.values)
