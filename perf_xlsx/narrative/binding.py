"""Every figure of a report bound to its role: by the words before it, what is named, and where it stands.

A binding is `sure` where nothing else stands before the figure than its role and what it is of. Only then may a
figure differ; else it may agree, and is left alone where it does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.figures import Figure, Figures, Subject
from perf_xlsx.narrative.mentions import Mention
from perf_xlsx.narrative.names import Name
from perf_xlsx.narrative.scope import Scope
from perf_xlsx.narrative.turns import turns
from perf_xlsx.narrative.words import (
    ADDED,
    CHANGE,
    CHANGING,
    LATER,
    PART,
    PAST,
    SHARE,
    SUPPOSED,
    RoleWord,
    Said,
    rest_of,
    roles_in,
)
from perf_xlsx.system.pattern import pattern

NOT_CHECKED = frozenset((
    "income", "change", "share", "plan", "received_rate", "outside", "date", "document_number", "ordinal", "other",
))  # fmt: skip  # roles that no form has
OF_PROJECT = {
    "initial": "project_initial", "adjusted": "project_budget", "executed": "project_executed",
    "execution_rate": "project_rate", "balance": "balance",
}  # fmt: skip
WEAK = {
    "unnamed": ("executed", "adjusted", "initial"),
    "amount": ("adjusted", "initial", "executed"),
    "received": ("adjusted", "initial", "executed"),
    "plan": ("initial", "adjusted"),
}
OF_INDICATOR = frozenset((
    "indicator_target", "indicator_midyear", "indicator_actual", "indicator_completion", "indicator_weight",
    "indicator_points", "indicator_lost_points",
))  # fmt: skip
_THIS_YEAR = pattern(r"本年度?|今年|当年|全年|年末|年底")
_TITLES = pattern(r"《[^》]{0,80}》")
_YEAR = pattern(r"(?:19|20)\d\d")
_OWN_THING = pattern(
    r"[一-鿿]{1,8}(?:经费|费用?|补贴|补助|专项|工程|贷款|债券|基金|奖金|罚款|支出|收入)(?=$|[一-鿿])"
)
_STOPS, _PAUSES = "。;!?", ",(:)"


UNNAMED = RoleWord("unnamed", ("money",), (), weak=True)  # an amount right behind the name of a line or project
INITIALLY = RoleWord("initial", ("money",), (), weak=True)
RATE = RoleWord("execution_rate", ("share",), ())
NEAR = 6  # letters


class Bound(Struct, frozen=True):
    """A mention with its role. `figures` are those of the form that it may be, the likeliest first.

    `names` is what it is of, as the report calls it; `of` as the form does. `other_year`: it is said of another.
    """

    mention: Mention
    role: str
    of: Subject | None = None
    names: str = ""
    figures: tuple[Figure, ...] = ()
    sure: bool = False
    sign: str = ""
    other_year: bool = False


class State(Struct):
    """What a paragraph has said so far."""

    current: tuple[Subject, ...] = ()  # lines and projects that were named last
    head: tuple[Subject, ...] = ()  # those before 其中
    unknown: bool = False  # something that the form does not know was named last
    role: RoleWord | None = None  # of the last figure of money or share
    last: Bound | None = None


def bind(scope: Scope, mentions: tuple[Mention, ...], figures: Figures, whole: Subject) -> Iterator[Bound]:
    """The mentions of a paragraph with their roles, in order."""
    binder = _Binder(scope, mentions, figures, whole)
    for mention in mentions:
        yield binder.bound(mention)


class _Binder:
    """Goes through the mentions of one paragraph, from left to right."""

    def __init__(self, scope: Scope, mentions: tuple[Mention, ...], figures: Figures, whole: Subject) -> None:
        self.scope, self.mentions, self.figures, self.whole = scope, mentions, figures, whole
        self.text = scope.masked
        subject, known = scope.money_subject
        self.default: tuple[Subject, ...] = (subject or whole,)
        self.state = State(unknown=not known)
        self.section_unknown = not known
        self.at = 0  # behind the last mention
        self.turns = dict(turns(scope, mentions))

    # ---- the words before a mention

    def bound(self, mention: Mention) -> Bound:
        """The mention with its role."""
        found = self._bound(mention)
        if mention.kind not in ("date", "document_number"):  # these stand among the words before a figure
            self.at = mention.end
            self.state.last = found
        return found

    def _bound(self, mention: Mention) -> Bound:
        if mention.kind != "number":
            return _no_figure(mention, self.figures, self._label(mention), self.scope)
        self._pass_over(self.at, mention.start)
        label = self._label(mention)
        compared = self._compared(mention, label)
        if compared:
            return Bound(mention, compared)
        found = self._by_unit(mention, label)
        if found.role == "unbound" and mention.in_words:  # 两个村: a manner of speaking
            return Bound(mention, "outside")
        if not found.figures and mention.unit_class in ("share", "points"):
            found = self._with_the_amount_of_a_line(mention, label) or found
        turn = self.turns.get(mention.start)
        known = turn is None or turn.subject is not None or turn.role is not None
        found = replace(found, sure=found.sure and known and self._is_stated(mention))
        if self._is_of_another_time(mention, label):
            return replace(found, role="outside", other_year=True)
        return found

    def _by_unit(self, mention: Mention, label: tuple[int, int]) -> Bound:
        units = mention.unit_class
        if units == "none":
            return self._bare(mention, label)
        return {
            "money": self._of_money, "share": self._of_share, "points": self._of_points, "count": self._of_count,
        }[self._unit_meant(units, self._said(label))](mention, label)  # fmt: skip

    def _with_the_amount_of_a_line(self, mention: Mention, label: tuple[int, int]) -> Bound | None:
        """The binding as money where exactly that amount stands in the form: 人员经费1829.47%."""
        role = self.state.role
        found = self._of_money(mention, label)
        self.state.role = role
        same = tuple(
            one for one in found.figures if not isinstance(one.value, str) and one.value == mention.number
        )
        return replace(found, figures=same, sure=True) if same and is_telling(mention) else None

    def _unit_meant(self, units: str, said: str) -> str:
        """The kind of unit that the words before a figure ask for, where it is written with another: 预算数8%."""
        own = roles_in(said, units)
        reach = own[-1].end if own else 0
        for other, nouns in _NOUNS.items():
            last = _asks_for(said, other)
            if other == units or last is None or units in last.word.units or last.end <= reach:
                continue
            noun = said[: last.end].endswith(nouns) or said == "得"
            if noun or (units, other) == ("points", "money"):
                return other if not rest_of(said, other) else units
        return units

    def _sentence(self, at: int) -> int:
        """Where the sentence of a place begins."""
        return max((self.text.rfind(stop, 0, at) for stop in _STOPS), default=-1) + 1

    def _label(self, mention: Mention) -> tuple[int, int]:
        """The words right before a mention: back to a pause, or to the mention before."""
        begin = max(self.at, self._sentence(mention.start))
        end = mention.start
        while end > begin and self.text[end - 1] in ":,":
            end -= 1
        pause = max((self.text.rfind(one, begin, end) for one in _PAUSES), default=-1)
        return max(begin, pause + 1), mention.start

    def _said(self, label: tuple[int, int]) -> str:
        return self.text[label[0] : label[1]]

    def _names(self, label: tuple[int, int], *kinds: str) -> list[Name]:
        return [
            name
            for name in self.scope.names
            if label[0] <= name.start and name.end <= label[1] and (not kinds or name.kinds & set(kinds))
        ]

    def _pass_over(self, start: int, end: int) -> None:
        """Take in what is named between two mentions, sentence by sentence."""
        begin = start
        for at in range(start, end):
            if self.text[at] in _STOPS:
                self._take_in(begin, at)
                self._end_sentence(self.text[at])
                begin = at + 1
        self._take_in(begin, end)

    def _end_sentence(self, stop: str) -> None:
        state = self.state
        state.current = state.head or state.current
        state.unknown = self.section_unknown and not state.current
        state.head = ()
        if stop != ";":
            state.role = None

    def _take_in(self, begin: int, end: int) -> None:
        """What a part of a sentence names."""
        state = self.state
        if "其中" in self.text[begin:end] and not state.head:
            state.head = state.current or self.default
        named = [one for name in self._names((begin, end)) for one in name.subjects]
        money = [one for one in named if one.kind in ("line", "project")]
        if money:
            state.current, state.unknown = (money[-1],), False
        elif self._names_something_else(begin, end):
            state.unknown = True

    def _names_something_else(self, begin: int, end: int) -> bool:
        """Whether a clause before the label speaks of money that the form does not know."""
        pause = max(self.text.rfind(one, begin, end) for one in ",:(")
        before = self.text[begin : max(begin, pause)]
        return any(rest_of(one[0], "money") for one in _OWN_THING.finditer(before))

    def _compared(self, mention: Mention, label: tuple[int, int]) -> str:
        """The role of a figure that no form has: a comparison, a share; "" for all others."""
        said = self._said(label)
        if SHARE.search(said) and mention.unit_class == "share":
            return "share"
        if CHANGE.search(said):
            return "change"
        last = self.state.last
        if (
            last
            and last.role == "change"
            and CHANGING.search(said)
            and not rest_of(CHANGING.sub("", said), "money")
        ):
            return "change"
        return ""

    def _is_of_another_time(self, mention: Mention, label: tuple[int, int]) -> bool:
        begin = self._sentence(mention.start)
        before = _TITLES.sub(lambda title: " " * len(title[0]), self.text[begin : mention.start])
        other = max((m.end() for words in (PAST, LATER) for m in words.finditer(before)), default=0)
        this = max((m.end() for m in _THIS_YEAR.finditer(before)), default=0)
        for date in self.mentions:
            if date.kind == "date" and begin <= date.start and date.end <= mention.start:
                year = _YEAR.match(self.text, date.start)
                if year and before[date.start - begin : date.end - begin].strip():
                    ours = int(year[0]) == self.figures.year
                    this, other = (date.end - begin, other) if ours else (this, date.end - begin)
        return other > this or PART.search(self._said(label)) is not None

    def _is_stated(self, mention: Mention) -> bool:
        """Whether it is said as a fact of this year."""
        before = self.text[self._sentence(mention.start) : mention.start]
        return not (self.scope.plans or mention.bound or SUPPOSED.search(before))

    # ---- by kind of unit

    def _of_money(self, mention: Mention, label: tuple[int, int]) -> Bound:
        said = self._said(label)
        found = roles_in(said, "money")
        indicator = self._indicator(label, "money")
        last = found[-1] if found else None
        if indicator and (last is None or last.word.role in OF_INDICATOR):
            return self._of_an_indicator(mention, label, last, indicator)
        words = [one for one in found if one.word.role not in OF_INDICATOR]
        own = self._own(mention, label)
        word = self._turn_role(mention) or self._role_word(words, said, own)
        if word is None or (word.role == "amount" and not own):
            word = self._role_behind(mention) or word
        if word is None and own:
            word = UNNAMED
        if word is None:
            return Bound(mention, "outside" if rest_of(said, "money") else "unbound")
        self.state.role = None if word is UNNAMED else word
        return self._amount(mention, label, word, own)

    def _own(self, mention: Mention, label: tuple[int, int]) -> list[Subject]:
        """The lines and projects that are named right before a figure, or in a list for it."""
        turn = self.turns.get(mention.start)
        if turn and turn.subject and turn.subject.kind != "indicator":
            return [turn.subject]
        names = self._names(label, "line", "project")
        return [one for name in names for one in name.subjects if one.kind != "indicator"]

    def _turn_role(self, mention: Mention) -> RoleWord | None:
        turn = self.turns.get(mention.start)
        return turn.role if turn else None

    def _role_behind(self, mention: Mention) -> RoleWord | None:
        """The role that is said behind an amount: 200万元已全部支出."""
        ends = [self.text.find(one, mention.end) for one in (*_STOPS, *_PAUSES)]
        end = min((one for one in ends if one >= 0), default=len(self.text))
        found = roles_in(self.text[mention.end : end], "money")
        return replace(found[0].word, weak=True) if found and found[0].start < NEAR else None

    def _role_word(self, words: list[Said], said: str, own: list[Subject]) -> RoleWord | None:
        """The role that is said, or that of the figure before where this one only goes on."""
        strong = [one.word for one in words if not one.word.weak]
        if strong:
            return strong[-1]
        if words and words[-1].word.role == "amount" and "年初" in said:
            return INITIALLY
        goes_on = self.state.role is not None and (own or "其中" in said or not words)
        if goes_on and not (words and words[-1].word.role in ("received", "plan")):
            return self.state.role
        told = [one.word for one in words if one.word.role != "amount"]
        return told[-1] if told else words[-1].word if words else None

    def _amount(self, mention: Mention, label: tuple[int, int], word: RoleWord, own: list[Subject]) -> Bound:
        """An amount in a role of money."""
        said = self._said(label)
        rest = rest_of(said, "money")
        subjects = self._subjects(own, said)
        roles = WEAK.get(word.role, (word.role,))
        figures = self._figures(roles, subjects)
        sure = not rest and (bool(own) or not self.state.unknown)
        if word.weak:
            sure = sure and word.role in ("amount", "unnamed") and subjects[0] != self.whole and bool(figures)
        role = roles[0] if word.role in ("amount", "unnamed") else word.role
        if rest and not own:
            role = "outside" if word.role == "amount" and "其中" not in said else role
            return Bound(mention, role, None, rest, figures, False, word.sign)
        shown = OF_PROJECT.get(role, role) if subjects[0].kind == "project" else role
        return Bound(mention, shown, subjects[0], subjects[0].name, figures, sure, word.sign)

    def _subjects(self, own: list[Subject], said: str) -> tuple[Subject, ...]:
        """What an amount may be of, the likeliest first."""
        if own:
            return (own[-1],)
        state = self.state
        found = (*state.current, *(() if "其中" in said else state.head)) or self.default
        return tuple(dict.fromkeys(found))

    def _figures(self, roles: tuple[str, ...], subjects: tuple[Subject, ...]) -> tuple[Figure, ...]:
        found: list[Figure] = []
        for subject in subjects:
            for role in roles:
                key = OF_PROJECT.get(role, "") if subject.kind == "project" else role
                found += self.figures.of(key, subject)  # type: ignore[arg-type]  # roles that no form has give none
        return tuple(found)

    def _of_share(self, mention: Mention, label: tuple[int, int]) -> Bound:
        said = self._said(label)
        found = roles_in(said, "share")
        indicator = self._indicator(label, "share")
        last = found[-1] if found else None
        if indicator and (last is None or last.word.role in OF_INDICATOR or not self._is_of_money(last, label)):
            return self._of_an_indicator(mention, label, last, indicator)
        spent = _asks_for(said, "money")
        if last is None and spent and spent.word.role == "executed" and not rest_of(said, "money"):
            last = Said(RATE, spent.start, spent.end)  # 执行86.80%
        if last is None or last.word.role in OF_INDICATOR:
            return self._without_a_name(mention, label, last)
        own = self._own(mention, label)
        subjects = self._subjects(own, said)
        figures = self._figures((last.word.role,), subjects)
        rest = rest_of(said, "money" if last.word is RATE else "share")
        role = OF_PROJECT.get(last.word.role, last.word.role) if subjects[0].kind == "project" else last.word.role
        sure = not rest and (bool(own) or not self.state.unknown) and last.word.role not in NOT_CHECKED
        return Bound(mention, role, None if rest else subjects[0], rest or subjects[0].name, figures, sure)

    def _is_of_money(self, last: Said, label: tuple[int, int]) -> bool:
        """Whether a rate is one of a line, although an indicator is near."""
        return last.word.role in ("execution_rate", "adjustment_rate") and not self._names(label, "indicator")

    def _of_points(self, mention: Mention, label: tuple[int, int]) -> Bound:
        said = self._said(label)
        found = roles_in(said, "points")
        indicator = self._indicator(label, "points")
        last = found[-1] if found else None
        rest = rest_of(said, "points")
        if last is None and indicator and not said and self.text[mention.start - 1 : mention.start] == "(":
            figures = self.figures.of("indicator_weight", indicator)
            return Bound(mention, "indicator_weight", indicator, indicator.name, figures, True)
        if last is None:
            return Bound(mention, "unbound" if not rest else "outside")
        role = last.word.role
        if role in ("total", "execution_weight", "execution_points"):
            return self._of_the_form(mention, role, not rest)
        if indicator:
            return self._of_an_indicator(mention, label, last, indicator)
        return self._points_of_the_form(mention, said, role, not rest)

    def _points_of_the_form(self, mention: Mention, said: str, role: str, sure: bool) -> Bound:
        """Points that no indicator is named for: of budget execution, or all."""
        before = self.state.last
        sentence = self.text[self._sentence(mention.start) : mention.start]
        if "执行率" in sentence or (
            before and before.role in ("execution_rate", "execution_weight", "execution_points")
        ):
            key = "execution_weight" if role == "indicator_weight" else "execution_points"
            return self._of_the_form(mention, key, sure)
        if role == "indicator_points":
            overall = any(word in sentence for word in ("自评", "综合", "整体", "总体", "评价"))
            return self._of_the_form(mention, "total", sure and overall)
        return Bound(mention, role)

    def _of_the_form(self, mention: Mention, role: str, sure: bool, key: str = "") -> Bound:
        subject = next((one for one in self.figures.subjects if one.kind == "form" and one.key == key), None)
        figures = self.figures.of(role, subject) if subject else ()  # type: ignore[arg-type]
        scale = (
            role == "total" and mention.number == Decimal(100) and figures and figures[0].value != mention.number
        )
        return Bound(
            mention, "outside" if scale else role, subject, "", () if scale else figures, sure and not scale
        )

    def _of_count(self, mention: Mention, label: tuple[int, int]) -> Bound:
        said, behind = self._said(label), self.text[mention.end : mention.end + 10]
        indicator = self._indicator(label, "count", mention.unit)
        found = roles_in(said, "count")
        last = found[-1] if found else None
        if indicator:
            return self._of_an_indicator(mention, label, last, indicator)
        counted = _counted(mention, said, behind)
        if counted:
            return self._count_of(mention, label, counted)
        if last is not None and last.word.role.startswith("staff"):
            return self._staff(mention, last.word.role, rest_of(said, "count"))
        return self._without_a_name(mention, label, last)

    def _staff(self, mention: Mention, role: str, rest: str) -> Bound:
        countable = mention.unit in ("名", "人") or mention.unit_class != "count"
        if not countable or role == "staff_part":
            return Bound(mention, "staff" if mention.unit in ("名", "人") else "outside")
        found = self._of_the_form(mention, "staff", not rest, role.removeprefix("staff_"))
        return found if found.of else replace(found, role="staff")

    def _count_of(self, mention: Mention, label: tuple[int, int], role: str) -> Bound:
        said = self._said(label)
        key = next(
            (
                name
                for name in ("一级", "二级")
                if name in said or name in self.text[mention.end : mention.end + 6]
            ),
            "",
        )
        level = {"一级": "level1", "二级": "level2"}.get(key, "")
        rest = rest_of(said, "count")
        complete = role != "indicator_count" or bool(self.figures.of("weights"))  # else the form may be an extract
        sure = not rest and not ADDED.search(said) and not mention.in_words and complete
        if level and role == "indicator_count":
            return self._of_the_form(mention, role, False, level)
        found = self._of_the_form(mention, role, sure)
        sources = [
            one for one in self.figures.subjects if one.kind == "form" and one.name and one.name in self.text
        ]
        if role == "project_count" and sources:
            more = tuple(figure for one in sources for figure in self.figures.of("project_count", one))
            found = replace(found, figures=(*found.figures, *more))
        return found

    def _bare(self, mention: Mention, label: tuple[int, int]) -> Bound:
        """A number without a unit: it may agree as an amount, or with its indicator."""
        said = self._said(label)
        money = [one for one in roles_in(said, "money") if not one.word.weak and one.word.role not in OF_INDICATOR]
        indicator = self._indicator(label, "")
        if indicator and not money:
            found = roles_in(said, "none")
            return replace(
                self._of_an_indicator(mention, label, found[-1] if found else None, indicator), sure=False
            )
        if money:
            return replace(self._amount(mention, label, money[-1].word, []), sure=False)
        return Bound(mention, "outside" if rest_of(said, "count") else "unbound")

    # ---- indicators

    def _indicator(self, label: tuple[int, int], units: str, unit: str = "") -> Subject | None:
        """The indicator that a figure is of: named before it, or what the paragraph is about."""
        turn = self.turns.get(label[1])
        if turn and turn.subject and turn.subject.kind == "indicator":
            return turn.subject
        named = self._names(label, "indicator")
        if named:
            found = [one for one in named[-1].subjects if one.kind == "indicator"]
            return found[0]
        topic = self._listed_indicator(label) or self.scope.topic
        if topic is None:
            return None
        said = roles_in(self._said(label), units or "none")
        if (
            said
            and said[-1].word.role in OF_INDICATOR
            and self._said(label)[said[-1].start : said[-1].end] not in _VERBS
        ):
            return topic
        if units == "money" and not self._has_money(topic):
            return None
        return None if units == "count" and not self._counts_in(topic, unit) else topic

    def _listed_indicator(self, label: tuple[int, int]) -> Subject | None:
        """The indicator that the sentence named last."""
        begin = self._sentence(label[1])
        named = self._names((begin, label[1]), "indicator")
        found = [one for one in named[-1].subjects if one.kind == "indicator"] if named else []
        return found[0] if found else None

    def _has_money(self, indicator: Subject) -> bool:
        return any(
            figure.unit in ("元", "万元", "亿元") for figure in self.figures.of("indicator_target", indicator)
        )

    def _counts_in(self, indicator: Subject, unit: str) -> bool:
        """Whether an indicator has this unit."""
        known = (*self.figures.of("indicator_target", indicator), *self.figures.of("indicator_actual", indicator))
        return any(figure.unit == unit or not figure.unit or figure.unit.endswith(unit) for figure in known)

    def _of_an_indicator(
        self, mention: Mention, label: tuple[int, int], last: Said | None, indicator: Subject
    ) -> Bound:
        said = self._said(label)
        named = bool(self._names(label, "indicator")) or mention.start in self.turns
        role = last.word.role if last and last.word.role in OF_INDICATOR else "indicator_actual"
        rest = rest_of(said, self._unit_meant(mention.unit_class, said))
        said_so = last is not None and last.word.role in OF_INDICATOR
        roles = [role]
        if not said_so or (last and said[last.start : last.end] in _VERBS):
            roles = ["indicator_actual", "indicator_target", "indicator_midyear"]
            planned = _PLANNED.search(self.text[self._sentence(mention.start) : mention.start])
            role = roles[1] if planned else roles[0]
        figures = tuple(one for key in roles for one in self.figures.of(key, indicator))  # type: ignore[arg-type]
        sure = not rest and (said_so or named)
        return Bound(mention, role, indicator, indicator.name, figures, sure)

    def _without_a_name(self, mention: Mention, label: tuple[int, int], last: Said | None) -> Bound:
        """A share or count that names no indicator of the form exactly: it may be one with a like name."""
        said = self._said(label)
        clause = self.scope.letters.text[self._sentence(mention.start) : mention.end + 20]
        role = last.word.role if last and last.word.role in OF_INDICATOR else "indicator_actual"
        alike = [
            figure
            for figure in self.figures.everything
            if figure.of.kind == "indicator" and figure.role == role and _same_unit(figure.unit, mention.unit)
        ]
        shared = [figure for figure in alike if _share_words(figure.of.name, clause)]
        if shared or (last and alike):
            found = shared or alike
            return Bound(mention, role, found[0].of if shared else None, "", tuple(found), False)
        return Bound(mention, "outside" if rest_of(said, mention.unit_class) or last else "unbound")


_NOUNS = {  # how a label ends that asks for a kind of unit
    "money": ("数", "额", "资金"),
    "share": ("率", "进度", "比例", "度"),
    "points": ("分", "分值", "权重", "自评得", "率得"),
    "count": ("编制", "编制数", "人数", "人员", "职工"),
}


def _asks_for(said: str, units: str) -> Said | None:
    """The last role word of a label that has to have a unit of this kind."""
    found = [one for one in roles_in(said, units) if "any" not in one.word.units]
    return found[-1] if found and (not found[-1].word.weak or found[-1].word.role == "amount") else None


_PLANNED = pattern(r"计划|拟(?!定)|目标|任务")
TELLING = 3  # digits


def is_telling(mention: Mention) -> bool:
    """Whether a number is no round one, that may be anything: 100%, 5万元."""
    return len(str(mention.number or "").replace(".", "").strip("0-")) >= TELLING


_VERBS = ("完成", "实现", "达到", "达")


def _same_unit(one: str, other: str) -> bool:
    return one == other


def _share_words(name: str, text: str) -> bool:
    """Whether a text holds a good part of a name: four letters in a row."""
    return any(name[at : at + 4] in text for at in range(max(1, len(name) - 3)))


_PROJECTS = pattern(r"^(?:本级|财政|部门|重点|预算|专项|支出|单位)*项目")
_INDICATORS = pattern(r"^(?:三级|二级|一级|绩效|目标|评价|具体|细化|考核|产出|效益)*指标")


def _counted(mention: Mention, said: str, behind: str) -> str:
    """Whether projects or indicators are counted."""
    if mention.unit not in ("个", "项"):
        return ""
    if said.endswith(("指标", "项目")):
        return "indicator_count" if said.endswith("指标") else "project_count"
    if _PROJECTS.match(behind):
        return "project_count"
    return "indicator_count" if _INDICATORS.match(behind) else ""


def _no_figure(mention: Mention, figures: Figures, label: tuple[int, int], scope: Scope) -> Bound:
    """A date, a document number, an ordinal, a grade."""
    if mention.kind == "grade":
        form = next((one for one in figures.subjects if one.kind == "form" and not one.key), None)
        found = figures.of("grade", form) if form else ()
        return Bound(mention, "grade", form, "", found, bool(found) and scope.topic is None and not scope.plans)
    if mention.kind == "date":
        return Bound(mention, "date", figures=_date(mention, figures, label, scope.letters.text))
    return Bound(mention, "outside" if mention.kind in ("range", "code") else mention.kind)


_WHOLE_YEAR = pattern(r"((?:19|20)\d\d)年[度初末底]?$")
_FILLED_ON = pattern(r"(?:填报|填表|报告|自评)(?:时间|日期):?$")
_DAY = pattern(r"(\d{4})年(\d{1,2})月(\d{1,2})日$")


def _date(mention: Mention, figures: Figures, label: tuple[int, int], text: str) -> tuple[Figure, ...]:
    """The year of the form, or the day on which it was filled in, where the report says it so."""
    written = text[mention.start : mention.end]
    year, day = _WHOLE_YEAR.match(written), _DAY.match(written)
    if year and int(year[1]) == figures.year:
        return tuple(one for one in figures.everything if one.role == "year")
    if day and _FILLED_ON.search(text[: mention.start]):
        said = f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"
        return tuple(one for one in figures.everything if one.role == "filled_on" and one.value == said)
    return ()
