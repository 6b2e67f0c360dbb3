"""Which roles a header may have by its words: a known label for certain, another one by what it is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.forms import Box, Line
from perf_xlsx.reading.official.labels import LONGEST, Labels, Leaf, core, under_heading
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import any_of, vocabulary

CERTAIN, WORDED, ALIKE = 1000.0, 500.0, 300.0  # of a known label, of one by its words, of one that is only similar
_SIMILAR = 0.6  # share of common pairs of characters from which on two labels are alike
_SENTENCE = pattern(r"[。；;！!？?]")  # no label has these
_NAME = "名称"  # below 一级指标 it is that level's
_SECOND = {"sign": "second_sign"}  # 指标性质 (正向) next to 指标方向 (等于)
PARTS = {"sign": 1, "unit": -1}  # of a number, in columns of their own: where the number is next to them
_MEASURED = ("actual", "midyear")  # values whose parts are not those of the row

_SAME_WORDS = {"projects": "funds"}  # their amounts are called the same
_REMEMBERED = 4096  # headers of which the roles are remembered


class HeaderRule(Struct, frozen=True):
    """The words by which a header belongs to a role; `title` is that of a role which the form has not."""

    role: str
    title: str
    words: tuple[str, ...]
    also: tuple[str, ...]
    none_of: tuple[str, ...]

    def fits(self, text: str) -> bool:
        """Whether a header has the words of the role and none that speak against it.

        A word of the role may hold one of the latter: 应得分 is no 得分.
        """
        has = [word for word in self.words if word in text]
        if not has or (self.also and not any(word in text for word in self.also)):
            return False
        against = [word for word in self.none_of if word in text]
        return all(any(word in own for own in has) for word in against)


class Roles:
    """The roles of the columns of one table; `boxes` are those that the form reads."""

    def __init__(self, block: str, boxes: Iterable[Box | Line]) -> None:
        boxes = tuple(boxes)
        self.labels, self.known = Labels(boxes), {box.key: tuple(map(core, box.labels)) for box in boxes}
        self.titles = {box.key: box.label for box in boxes}
        self.rules = [rule for rule in _rules(block) if rule.title or rule.role in self.known]
        self._any_word = pattern(any_of({word for rule in self.rules for word in rule.words}))
        self._alike = Alike(self.known)
        self._found: dict[tuple[str, str], Mapping[str, float]] = {}

    def certain(self, text: str, heading: str = "") -> tuple[int, str] | None:
        """The rank and role of a known label, by the heading above it where that is known; None of any other."""
        if heading and (known := self.labels.of(under_heading(heading, text))):
            return known
        above = self.labels.of(heading) if heading and core(text) == _NAME else None
        return (above[0] + 1, above[1]) if above else self.labels.of(text)

    def likely(self, text: str, heading: str = "") -> Mapping[str, float]:
        """The scores of the roles that a header may have, with the heading above it; "" is a role not read."""
        found = self._alone(text, heading)
        stated = not heading or self.labels.of(under_heading(heading, text)) is not None
        return found if stated else self._of_its_value(found, heading)

    def _of_its_value(self, found: Mapping[str, float], heading: str) -> Mapping[str, float]:
        """A sign or a unit below the heading of a value is of that value: 单位 below 实际完成值."""
        part = _best(found)
        own = self.part(part, heading)
        return found if own == part else {own: found[part]}

    def part(self, role: str, heading: str) -> str:
        """The role of a sign or a unit below the heading of a value that is not the row's; else the same."""
        value = _best(self._alone(heading)) if heading and role in PARTS else ""
        own = f"{value}_{role}"
        return role if value not in _MEASURED else own if own in self.known else ""

    def of_values(self, leaves: Sequence[Leaf]) -> list[Leaf]:
        """Labels of several signs or units, each with the value that it stands beside as its heading.

        性质 | 指标值 | 单位 | 性质 | 完成值 | 单位: a sign stands before its value, a unit behind it, or all of
        them on the other side (单位 | 目标值 | 单位 | 完成值). Where one stands beside no value
        (性质 | 方向 | 指标值), all are the row's.
        """
        best = [_best(self.likely(leaf.text, leaf.heading)) for leaf in leaves]
        found = list(leaves)
        for part, usual in PARTS.items():
            numbers = [n for n, role in enumerate(best) if role == part]
            step = next((step for step in (usual, -usual) if _is_each_beside(best, numbers, step)), 0)
            for n in numbers if step else ():
                if best[n + step] != "target" and not leaves[n].heading:
                    found[n] = replace(leaves[n], heading=leaves[n + step].text)
        return found

    def _alone(self, text: str, heading: str = "") -> Mapping[str, float]:
        """The same, where a sign and a unit are those of the row."""
        known, plain = self.certain(text, heading), self.labels.of(text)
        if known and (known != plain or not self._turned(core(heading), core(text))):
            rank, role = known
            return with_second({role: CERTAIN - rank})
        if heading and _is_generic(text) and (known := self.labels.of(heading)):
            return {known[1]: CERTAIN - known[0]}  # 值 below 年初目标值
        if not text or len(text) > LONGEST or _SENTENCE.search(text):
            return {}
        key = core(heading), core(text)
        if key not in self._found:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[key] = self._by_words(*key)
        return self._found[key]

    def _turned(self, heading: str, text: str) -> bool:
        """Whether a heading makes something else of a known label: 得分 below 财政复核."""
        both = heading + text
        return bool(heading) and any(rule.title and rule.fits(both) and not rule.fits(text) for rule in self.rules)

    def _by_words(self, heading: str, text: str) -> Mapping[str, float]:
        read = heading if heading and _is_generic(text) else text
        alike = self._alike.shares(read)
        fitting = [rule for rule in self.rules if rule.fits(read)] if self._any_word.search(read) else []
        scores: dict[str, float] = {}
        for rule in fitting:
            role = "" if rule.title else rule.role
            scores[role] = max(WORDED + 100 * alike.get(rule.role, 0.0), scores.get(role, 0.0))
        if scores:
            return with_second(scores)
        similar = {role: share for role in self.known if (share := alike.get(role, 0.0)) >= _SIMILAR}
        return with_second({role: ALIKE * share for role, share in similar.items()})


def _is_each_beside(roles: Sequence[str], numbers: Sequence[int], step: int) -> bool:
    """Whether each of several columns has a value of its own so many to its right, one of them the target."""
    beside = [roles[n + step] for n in numbers if 0 <= n + step < len(roles)]
    valued = len(beside) == len(numbers) > 1 and all(role in ("target", *_MEASURED) for role in beside)
    return valued and beside.count("target") == 1


class Alike:
    """How similar a text is to known labels: only those that share a pair of characters with it are compared."""

    def __init__(self, known: Mapping[str, Iterable[str]]) -> None:
        labels = {(role, label): _pairs(label) for role, words in known.items() for label in words}
        self._sizes = {item: len(pairs) for item, pairs in labels.items()}
        self._having: dict[str, list[tuple[str, str]]] = {}
        for item, pairs in labels.items():
            for pair in pairs:
                self._having.setdefault(pair, []).append(item)

    def shares(self, text: str) -> Mapping[str, float]:
        """The similarity to the nearest label of each role, where that is more than none."""
        pairs = _pairs(text)
        common = Counter(item for pair in pairs for item in self._having.get(pair, ()))
        shares: dict[str, float] = {}
        for item, count in common.items():
            share = 2 * count / (len(pairs) + self._sizes[item])
            shares[item[0]] = max(share, shares.get(item[0], 0.0))
        return shares


def _best(scores: Mapping[str, float]) -> str:
    """The likeliest role; "" where there is none."""
    return max(scores, key=scores.__getitem__, default="")


def _is_generic(text: str) -> bool:
    """Whether a label says nothing without the heading above it: 值, 数值, 内容."""
    return core(text) in vocabulary("roles")["generic"]["words"]


def with_second(scores: Mapping[str, float]) -> Mapping[str, float]:
    """A role that two columns may have: the surer one is the first."""
    return {**scores, **{_SECOND[role]: score / 2 for role, score in scores.items() if role in _SECOND}}


@lru_cache(32)
def roles_of(block: str, boxes: tuple[Box | Line, ...]) -> Roles:
    """The roles of a table's columns, made once for all sheets."""
    return Roles(block, boxes)


@lru_cache(1 << 12)
def similarity(one: str, other: str) -> float:
    """The share of pairs of characters that two texts have in common, from 0 to 1 (Dice's coefficient)."""
    pairs, others = _pairs(one), _pairs(other)
    return 2 * len(pairs & others) / (len(pairs) + len(others)) if pairs and others else 0.0


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


@lru_cache(8)
def _rules(block: str) -> tuple[HeaderRule, ...]:
    block = _SAME_WORDS.get(block, block)
    return tuple(
        HeaderRule(
            raw.get("role", role),
            raw.get("title", ""),
            *(tuple(raw.get(key, ())) for key in ("words", "with", "not")),
        )
        for role, raw in vocabulary("roles").get(block, {}).items()
    )
