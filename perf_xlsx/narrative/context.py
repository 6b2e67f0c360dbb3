"""What stands around a figure: the words before it, what is named, and what the paragraph has spoken of so far."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from perf_xlsx.figures import Subject
from perf_xlsx.narrative.mentions import Mention
from perf_xlsx.narrative.names import HOLE, Name, Names
from perf_xlsx.narrative.scope import Scope
from perf_xlsx.narrative.turns import Turn, turns
from perf_xlsx.narrative.words import (
    CONTRACT,
    OTHER_BODY,
    OTHER_THING,
    OURS,
    WHY,
    RoleWord,
    rest_of,
    rest_of_heading,
    roles_in,
)
from perf_xlsx.system.pattern import pattern

_ASIDES = pattern(  # 全年预算数（A）1000万元; 以县财预〔2024〕18号文批复
    r"\((?![^()]*[含括])[^()\d]{0,30}\)|(?:以|按照?|根据)?[一-鿿]{1,8}〔\d{4}〕\d{1,5}号(?:等?文件?)?"
    r"|因[^,。;\d\ue000]{1,30}?(?=(?:年中|相应|净)?(?:追加|调增|调减|核减|压减))"  # 因调资追加118万元
)
_DEFINES = pattern(
    r"是指?|指|主要|用于|包括|反映"
)  # behind a name: what it is, and nothing else that is spoken of
STOPS, PAUSES = "。;!?", ",(:)"
_PAUSE = pattern(r"[,;。(、\d]")
_NUMBERED = pattern(r"(?:[(]?[一二三四五六七八九十\d]{1,3}[)、.])([一-鿿“”\"]{4,25})$")
_TITLE = pattern(  # a sentence that is only a name: 一是应急救援队伍建设项目。
    r"(?:[一二三四五六七八九十]是|[(]?[一二三四五六七八九十\d]{1,3}[)、.])?[一-鿿“”\"]{2,25}(?:项目|经费|资金|费|补助|补贴|工程|专项)$"
)
_LOOSELY = pattern(r"(?:实际|共|本|该|项目|预算|支出|执行|投入|使用|安排|金额|资金|经费)*(?:了|为)?$")
_CALLED = pattern(r"(?:是|为|系|属于?|用于|列入|来自|来源于|的)(?=\ue000)")
_ENDS = pattern(r"[,。;)!]|、(?!\ue000)|[和及与](?=\d)|构成|组成|$")
_BESIDE = pattern(r"(?:占|低于|高于|[比较]|超过)[^,。;、]*$")  # 占基本支出的88%: a whole, of which nothing is told
_WITHIN = pattern(r"(?:预算|总额|支出|执行数)*中,?占")  # 在基本支出中占88%
_LAST_PART = pattern(r"[^、,;:()]+$")
_ONLY_AMOUNTS = pattern(r"(?:高?达到?|为|仅为?|只有|共计?|约为?|计)$")
_AMONG = pattern(r"[^,。;\d]{0,6}项目[之当]?中")  # 是六个项目中最低的
_CALCULATED = pattern(r"^[=×÷*/+()≈]+$")
LONGEST_CLAUSE = 40
SHORTEST_TOPIC, SHORTEST_TITLE = 3, 4  # letters
LONGEST_LABEL, LONGEST_SENTENCE = 120, 600  # letters before a figure that are read
_OPERATORS = tuple("×÷*/+")


class MoneySpokenOf(Struct, frozen=True):
    """What money is spoken of: lines and projects, the likeliest first.

    `known`: nothing that the form does not know was named since. `role` is that of the last figure of money,
    `before` that of the last one of the sentence before, where 其中 begins with its parts.
    """

    subjects: tuple[Subject, ...]
    known: bool
    role: RoleWord | None = None
    before: RoleWord | None = None


class Context(Struct, frozen=True):
    """One figure with what stands around it. `said` are the words right before it, names taken out.

    `before` is the sentence up to the figure, `behind` what follows, `goes_on`: the figure before, in the same
    sentence, was one of the form. `bracketed`: it stands alone in brackets. `other_topic`: its clause of a list
    begins with something else than the paragraph's indicator. `operand`: it is part of a sum, of which only what
    is `calculated` behind = has a role.
    """

    mention: Mention
    scope: Scope
    said: str
    names: tuple[Name, ...]
    sentence_names: tuple[Name, ...]
    before: str
    behind: str
    standing: MoneySpokenOf
    turn: Turn | None = None
    goes_on: bool = True
    other_topic: bool = False
    last_role: str = ""
    last_of: Subject | None = None
    bracketed: bool = False
    operand: bool = False
    calculated: bool = False

    @property
    def clause(self) -> str:
        """The words before the figure from the last ; on, or up to 40 letters: the figures of one thing."""
        return self.before[max(self.before.rfind(mark) for mark in ";、") + 1 :][-LONGEST_CLAUSE:]

    @property
    def own(self) -> tuple[Subject, ...]:
        """The lines and projects named right before it, or those of a list in turn."""
        if self.turn and self.turn.subject and self.turn.subject.type in ("line", "project"):
            return (self.turn.subject,)
        before = self._called(self.mention.start - len(self.said), self.said)  # by the figure before
        named = (one for name in self.names if name != before for one in name.subjects)
        money = tuple(one for one in named if one.type in ("line", "project"))
        behind = self._called(self.mention.end, self.behind)
        called = behind.subjects if behind else ()
        return money or tuple(one for one in called if one.type in ("line", "project"))

    @property
    def called_vaguely(self) -> bool:
        """Whether the words behind an amount say that it is of something else, or of several names."""
        return _CALLED.match(self.behind) is not None and self._called(self.mention.end, self.behind) is None

    def _called(self, start: int, text: str) -> Name | None:
        """What an amount that ends here is said to be of, in the text behind it: 1598.63万元为基本支出."""
        called = _CALLED.match(text)
        at = start + called.end() if called else -1
        name = next((one for one in self.scope.names if one.start == at), None)
        return name if name and _ENDS.match(self.scope.masked, name.end) else None

    @property
    def in_brackets_of_another(self) -> bool:
        """Whether it stands in brackets behind something else than a name: 油茶改造(扣0.9分)."""
        before = self.before[: len(self.before) - len(self.said)]
        if not before.endswith("("):
            return False
        named = _LAST_PART.search(before[:-1])
        return named is not None and HOLE not in named[0] and bool(rest_of(named[0], "none"))

    @property
    def head(self) -> str:
        """The clause right before that a list is part of (结余资金中，甲3万元、乙5万元), or ""."""
        before = self.before[: len(self.before) - len(self.said)]
        return before[:-2].rpartition(",")[2] if before.endswith("中,") else ""

    @property
    def follows_a_count(self) -> bool:
        """Whether it follows what an indicator counts, which may have money of its own: 新建公厕支出50万元."""
        if any(name.types == {"indicator"} for name in self.names):
            return True
        ours = self.scope.topic is None or self.standing.subjects[0].type == "project"
        return not ours and not self.last_role and _LOOSELY.match(self.said) is not None

    @property
    def indicator(self) -> Subject | None:
        """The indicator named right before it, or that of a list in turn."""
        if self.turn and self.turn.subject and self.turn.subject.type == "indicator":
            return self.turn.subject
        return _last_indicator(self.names)

    @property
    def near_indicator(self) -> Subject | None:
        """The indicator that the sentence named last, or that the paragraph is about."""
        return _last_indicator(self.sentence_names) or (None if self.other_topic else self.scope.topic)


def until_a_pause(behind: str) -> str:
    """What follows a figure, up to a pause or the next figure."""
    return behind[: found.start()] if (found := _PAUSE.search(behind)) else behind


def _last_indicator(names: tuple[Name, ...]) -> Subject | None:
    found = [one for name in names for one in name.subjects if one.type == "indicator"]
    return found[-1] if found else None


class Went(NamedTuple):
    """What a figure turned out to be: its role, whether the form has it, its role of money, what it is of.

    `amount_of`: its amount, which is no round one, is that of this line or project.
    """

    role: str
    ours: bool
    word: RoleWord | None
    of: Subject | None
    amount_of: Subject | None


class Walk:
    """Goes through a paragraph from left to right and keeps what it speaks of."""

    def __init__(self, scope: Scope, mentions: tuple[Mention, ...], names: Names) -> None:
        self._scope, self._text = scope, _ASIDES.sub(lambda aside: HOLE * len(aside[0]), scope.masked)
        subject, known = scope.money_subject
        self._default = (subject, names.whole) if subject else (names.whole,)
        self._projects, self._single = names.projects, names.single
        self._current: tuple[Subject, ...] = ()
        self._head: tuple[Subject, ...] = ()  # what was spoken of before 其中
        self._named: set[Subject] = set()  # in this sentence
        self._known = known  # nothing else is the topic
        self._aside = False  # a figure of this sentence was of something else
        self._role: RoleWord | None = None
        self._before: RoleWord | None = None  # the role of the last figure of the sentence before
        self._at = 0  # behind the last figure
        self._label_start = 0  # of the last figure
        self._last: tuple[int, str, bool] = (0, "", True)  # where its sentence began, its role, whether it is ours
        self._last_of: Subject | None = None  # the indicator of the last figure
        self._outside: tuple[tuple[Subject, ...], tuple[Subject, ...], bool] | None = None  # before a bracket
        self._turns = dict(turns(scope, mentions))

    def context(self, mention: Mention) -> Context:
        """What stands around a figure; the figures must come in order."""
        self._pass_over(self._at, mention.start)
        sentence = self.sentence(mention.start)
        begin, end = self._label(mention)
        gap = self._text[self._at : mention.start]
        calculated = self._at > 0 and _CALCULATED.match(gap) is not None
        goes_on = calculated or (self._last[1] == "project_count" and gap.strip(HOLE) in ("", "项目"))
        begin = max(self._label_start if goes_on else begin, end - LONGEST_LABEL)
        sentence = max(sentence, end - LONGEST_SENTENCE)
        behind = self._text[mention.end : mention.end + 40]
        said = self._text[begin:end]
        started, last_role, ours = self._last
        return Context(
            mention=mention,
            scope=self._scope,
            said=said,
            names=self._names(begin, end),
            sentence_names=self._names(sentence, end),
            before=self._text[sentence:end],
            behind=behind,
            standing=self._standing(said),
            turn=self._turns.get(mention.start),
            goes_on=started != sentence or ours,
            last_role=last_role if started == sentence else "",
            last_of=self._last_of if started == sentence else None,
            other_topic=self._is_of_another_topic(sentence, end),
            bracketed=gap.endswith("(") and behind.startswith(")"),
            operand=behind.startswith(_OPERATORS) or (calculated and not gap.endswith("=")),
            calculated=calculated,
        )

    def went_past(self, context: Context, went: Went) -> None:
        """Take in a figure that was bound."""
        self._last_of = went.of if went.of and went.of.type == "indicator" else None
        mention = context.mention
        self._last = (self.sentence(mention.start), went.role, went.ours)
        if not context.calculated:
            self._label_start = self._label(mention, ",:")[0]
        self._at = mention.end
        if went.word is not None:
            self._role = went.word
        self._go_on_about(context, went)

    def _go_on_about(self, context: Context, went: Went) -> None:
        """What money is spoken of behind a figure: the projects that it counts, or something of unknown amount."""
        if went.role == "project_count" and not _AMONG.match(context.behind):
            self._current = (self._projects,) if self._projects else self._current
            self._known = went.ours and self._projects is not None
        if went.amount_of == context.standing.subjects[0]:
            self._known, self._aside = True, False
            return
        contract = CONTRACT.search(context.said) is not None
        else_named = contract or rest_of(context.said, "money") or context.follows_a_count
        if not context.own and else_named and context.mention.unit_class == "money":
            self._aside = True

    def sentence(self, at: int) -> int:
        """Where the sentence of a place begins."""
        return max((self._text.rfind(stop, 0, at) for stop in STOPS), default=-1) + 1

    def _label(self, mention: Mention, pauses: str = PAUSES) -> tuple[int, int]:
        """The words right before a figure: back to a pause, or to the figure before."""
        begin = max(self._at, self.sentence(mention.start))
        end = mention.start
        while end > begin and self._text[end - 1] in ":,":
            end -= 1
        pause = max((self._text.rfind(one, begin, end) for one in pauses), default=-1)
        while pause >= begin and self._text[pause] == ":" and self._says_nothing(pause + 1, end):
            pause = max((self._text.rfind(one, begin, pause) for one in pauses), default=-1)
        only = pause > begin and self._text[pause] == "," and _ONLY_AMOUNTS.fullmatch(self._text, pause + 1, end)
        if only:  # 结余最多，达193万元
            pause = max((self._text.rfind(one, begin, pause) for one in pauses), default=-1)
        return max(begin, pause + 1), mention.start

    def _is_of_another_topic(self, begin: int, end: int) -> bool:
        """Whether the clauses behind a ; begin with the name of something else: 甲≥5件，得10分；乙率≥90%。"""
        if not begin or self._text[begin - 1] != ";" or self._names(begin, end):
            return False
        head = until_a_pause(self._text[begin:end])
        return len(rest_of(head, "none")) >= SHORTEST_TOPIC and not WHY.search(head)

    def _says_nothing(self, begin: int, end: int) -> bool:
        """Whether only a sign or the like stands between a colon and the figure: 指标值：≥95%."""
        said = self._text[begin:end]
        return HOLE not in said and not roles_in(said, "share") and not rest_of(said, "money")

    def _names(self, begin: int, end: int) -> tuple[Name, ...]:
        return tuple(name for name in self._scope.names if begin <= name.start and name.end <= end)

    def _standing(self, said: str) -> MoneySpokenOf:
        if OURS.search(said) or (self._single and "本项目" in said):
            return MoneySpokenOf(self._default, "其中" not in said, self._role)  # 全县1.2亿元，其中我局执行
        again = len(self._named) != 1  # behind a list, and in a new sentence, it may be of the whole again
        found = (*self._current, *(() if "其中" in said else self._head), *(self._default if again else ()))
        known, goes_on = self._known and not self._aside, self._head and self._role is None
        return MoneySpokenOf(
            tuple(dict.fromkeys(found or self._default)), known, self._role, self._before if goes_on else None
        )

    def _pass_over(self, start: int, end: int) -> None:
        """Take in what stands between two figures; what is named in brackets counts only inside them."""
        begin = start
        for at in range(start, end):
            mark = self._text[at]
            if mark in "()" or mark in STOPS:
                ended = mark == "(" or _TITLE.match(self._text, begin, at) is not None
                self._take_in(begin, at, ended)
                if begin == 0 and mark == "。" and self._is_an_unknown_title(at):
                    self._known = False
                self._pass_mark(mark)
                begin = at + 1
        self._take_in(begin, end)

    def _is_an_unknown_title(self, end: int) -> bool:
        """Whether the paragraph begins with a number and a name that the form does not know: 2.库房改造。"""
        title = _NUMBERED.match(self._text, 0, end)
        return title is not None and len(rest_of_heading(title[1])) >= SHORTEST_TITLE and not self._names(0, end)

    def _pass_mark(self, mark: str) -> None:
        if mark == "(":
            self._outside = (self._current, self._head, self._known)
        elif mark == ")" and self._outside:
            self._current, self._head, self._known = self._outside
            self._outside = None
        elif mark in STOPS:
            self._current, self._head, self._named = self._head or self._current, (), set()
            self._before, self._role = (self._before, self._role) if mark == ";" else (self._role, None)
            self._aside = self._aside and mark == ";"

    def _is_beside(self, begin: int, name: Name) -> bool:
        """Whether a name is only what something is compared with, or a part of."""
        return bool(_BESIDE.search(self._text, begin, name.start) or _WITHIN.match(self._text, name.end))

    def _take_in(self, begin: int, end: int, ended: bool = False) -> None:
        """What a part of a sentence names: ours, the whole, or something that the form does not know.

        `ended`: it is what the figures behind are of, and no label of one.
        """
        said = self._text[begin:end]
        if "其中" in said and not self._head:
            self._head = self._current or self._default
        names = tuple(one for one in self._names(begin, end) if not self._is_beside(begin, one))
        money = [one for name in names for one in name.subjects if one.type in ("line", "project")]
        other, ours = _something_else(said, ended), max((found.end() for found in OURS.finditer(said)), default=0)
        if money and self._is_the_topic(names[-1].end, begin + other):
            self._current, self._known, self._aside = (money[-1],), True, False
            self._named |= set(money)
        elif ours and ours >= other:
            self._current, self._known, self._aside = (), True, False
        elif other:
            self._known = False

    def _is_the_topic(self, named: int, other: int) -> bool:
        """Whether a name that ends here is what is spoken of: nothing else follows, or only what it means."""
        return named >= other or _DEFINES.match(self._text, named) is not None


def _something_else(said: str, ended: bool) -> int:
    """Where the clauses before the label name money or bodies that the form does not know; 0 where they do not."""
    pause = max(said.rfind(one) for one in PAUSES)
    before = said if ended else said[: max(0, pause)]
    things = [one.end() for one in OTHER_THING.finditer(before) if rest_of(one[0], "money")]
    return max((*things, *(one.end() for one in OTHER_BODY.finditer(said))), default=0)
