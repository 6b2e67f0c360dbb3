"""What stands around a figure: the words before it, what is named, and what the paragraph has spoken of so far."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from perf_xlsx.figures import Subject
from perf_xlsx.narrative.mentions import Mention
from perf_xlsx.narrative.names import Name
from perf_xlsx.narrative.scope import Scope
from perf_xlsx.narrative.turns import Turn, turns
from perf_xlsx.narrative.words import OTHER_BODY, OTHER_THING, OURS, RoleWord, rest_of
from perf_xlsx.system.pattern import pattern

STOPS, PAUSES = "。;!?", ",(:)"
_CALCULATED = pattern(r"^[=×÷*/+()≈]+$")
_OPERATORS = tuple("×÷*/+")


class Standing(Struct, frozen=True):
    """What money is spoken of: lines and projects, the likeliest first.

    `known`: nothing that the form does not know was named since. `role` is that of the last figure of money.
    """

    subjects: tuple[Subject, ...]
    known: bool
    role: RoleWord | None = None


class Context(Struct, frozen=True):
    """One figure with what stands around it. `said` are the words right before it, names taken out.

    `before` is the sentence up to the figure, `behind` what follows, `goes_on`: the figure before, in the same
    sentence, was one of the form. `bracketed`: it stands alone in brackets. `operand`: it is
    part of a sum, of which only what is `calculated` behind = has a role.
    """

    mention: Mention
    scope: Scope
    said: str
    names: tuple[Name, ...]
    sentence_names: tuple[Name, ...]
    before: str
    behind: str
    standing: Standing
    turn: Turn | None = None
    goes_on: bool = True
    last_role: str = ""
    bracketed: bool = False
    operand: bool = False
    calculated: bool = False

    @property
    def own(self) -> tuple[Subject, ...]:
        """The lines and projects named right before it, or those of a list in turn."""
        if self.turn and self.turn.subject and self.turn.subject.kind != "indicator":
            return (self.turn.subject,)
        return tuple(one for name in self.names for one in name.subjects if one.kind in ("line", "project"))

    @property
    def indicator(self) -> Subject | None:
        """The indicator named right before it, or that of a list in turn."""
        if self.turn and self.turn.subject and self.turn.subject.kind == "indicator":
            return self.turn.subject
        return _last_indicator(self.names)

    @property
    def near_indicator(self) -> Subject | None:
        """The indicator that the sentence named last, or that the paragraph is about."""
        return _last_indicator(self.sentence_names) or self.scope.topic


def _last_indicator(names: tuple[Name, ...]) -> Subject | None:
    found = [one for name in names for one in name.subjects if one.kind == "indicator"]
    return found[-1] if found else None


class Walk:
    """Goes through a paragraph from left to right and keeps what it speaks of."""

    def __init__(self, scope: Scope, mentions: tuple[Mention, ...], whole: Subject) -> None:
        self._scope, self._text = scope, scope.masked
        subject, known = scope.money_subject
        self._default = (subject or whole,)
        self._current: tuple[Subject, ...] = ()
        self._head: tuple[Subject, ...] = ()  # what was spoken of before 其中
        self._named: set[Subject] = set()  # in this sentence
        self._known = known
        self._role: RoleWord | None = None
        self._at = 0  # behind the last figure
        self._label_start = 0  # of the last figure
        self._last: tuple[int, str, bool] = (0, "", True)  # where its sentence began, its role, whether it is ours
        self._turns = dict(turns(scope, mentions))

    def context(self, mention: Mention) -> Context:
        """What stands around a figure; the figures must come in order."""
        self._pass_over(self._at, mention.start)
        sentence = self.sentence(mention.start)
        begin, end = self._label(mention)
        gap = self._text[self._at : mention.start]
        calculated = self._at > 0 and _CALCULATED.match(gap) is not None
        begin = self._label_start if calculated else begin
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
            bracketed=gap.endswith("(") and behind.startswith(")"),
            operand=behind.startswith(_OPERATORS) or (calculated and not gap.endswith("=")),
            calculated=calculated,
        )

    def went_past(self, context: Context, role: str, ours: bool, word: RoleWord | None) -> None:
        """Take in a figure that was bound; `ours`: the form has it, `word` is its role of money."""
        mention = context.mention
        self._last = (self.sentence(mention.start), role, ours)
        if not context.calculated:
            self._label_start = self._label(mention, ",:")[0]
        self._at = mention.end
        if word is not None:
            self._role = word
        if not context.own and rest_of(context.said, "money") and mention.unit_class == "money":
            self._known = False

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
        return max(begin, pause + 1), mention.start

    def _names(self, begin: int, end: int) -> tuple[Name, ...]:
        return tuple(name for name in self._scope.names if begin <= name.start and name.end <= end)

    def _standing(self, said: str) -> Standing:
        if OURS.search(said):
            return Standing(self._default, True, self._role)
        several = len(self._named) > 1  # what follows a list may be of the whole again
        found = (*self._current, *(() if "其中" in said else self._head), *(self._default if several else ()))
        return Standing(tuple(dict.fromkeys(found or self._default)), self._known, self._role)

    def _pass_over(self, start: int, end: int) -> None:
        begin = start
        for at in self._stops(start, end):
            self._take_in(begin, at)
            self._current, self._head, self._named = self._head or self._current, (), set()
            self._role = self._role if self._text[at] == ";" else None
            begin = at + 1
        self._take_in(begin, end)

    def _stops(self, start: int, end: int) -> Iterator[int]:
        return (at for at in range(start, end) if self._text[at] in STOPS)

    def _take_in(self, begin: int, end: int) -> None:
        """What a part of a sentence names: ours, the whole, or something that the form does not know."""
        said = self._text[begin:end]
        if "其中" in said and not self._head:
            self._head = self._current or self._default
        names = self._names(begin, end)
        money = [one for name in names for one in name.subjects if one.kind in ("line", "project")]
        ours = [found.end() for found in OURS.finditer(said)]
        other = _something_else(said)
        if money and names[-1].end - begin >= other:
            self._current, self._known = (money[-1],), True
            self._named |= set(money)
        elif ours and ours[-1] >= other:
            self._current, self._known = (), True
        elif other:
            self._known = False


def _something_else(said: str) -> int:
    """Where the clauses before the label name money or bodies that the form does not know; 0 where they do not."""
    pause = max(said.rfind(one) for one in PAUSES)
    before = said[: max(0, pause)]
    things = [one.end() for one in OTHER_THING.finditer(before) if rest_of(one[0], "money")]
    return max((*things, *(one.end() for one in OTHER_BODY.finditer(before))), default=0)
