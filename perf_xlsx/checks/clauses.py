"""Passages taken apart: what a clause speaks of, and whether it states a fact of this year.

People write of last year, of June, of what would have been, of what is aimed at, of one batch of one project. Only
a clause about the year's whole, or about a line or project that it names, can be held against the table. So the
words that may stand around a statement are listed, whatever else stands there leaves it alone: in doubt, silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from perf_xlsx.domain.model import FundLine, Project, Rates, Scores, SelfEvaluation
from perf_xlsx.domain.quantity import normalise
from perf_xlsx.domain.text import is_footnote, is_fraction, is_raised
from perf_xlsx.system.pattern import pattern

NUMERAL = r"\d[\d,]*(?:\.\d+)?"
FIGURE = pattern(rf"{NUMERAL}[余多]?[万亿]?[余多]?(?:元|%)")

COMMA = pattern(r"(?<!\d),|,(?!\d{3}(?!\d))|:(?!约?近?\d)")

ITEM = pattern(r"^\(?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[).、](?!\d)")  # "2.", "(一)", "三、"

YEAR = pattern(r"(?:19|20)\d\d年")
YEAR_TO_ITS_END = pattern("(?:截至|截止到?)?(?:年|12月)(?:末|底)|(?:截至|截止到?)?12月31日|1月?[-—~至到]12月")
ASIDE = pattern("同比.*|(?:比|较|与|同|和|低于|高于)(?:上年|上一年|去年|往年|前年|同期|年初|预期).*")
PAST = pattern("上年|上一年|去年|往年|前年|历年|近[两二三四五]年|同期|上期|此前|以前年度")
PART_OF_THE_YEAR = pattern(
    "[上下]半年|前?第?[一二三四1-4](?:、[一二三四])?个?季度|(?<!\\d)(?:[1-9]|1[0-2])月|[一二三四五六七八九十]月|"
    "年中(?=监控|执行|支出|预算执行|实际|完成)|月均"
)
LATER = pattern("下年|下一年|次年|明年|来年|今后|下一步|未来|后续")
SUPPOSED = pattern("剔除|扣除|如果|如不|假如|假设|若(?!干)|还原|不含|不包括|不计|不考虑|口径|除(?=.*外)")
AIMED_AT = pattern("力争|争取|拟|预计|有望|应当|应该|必须|(?:目标|指标值|计划)$")
WISHED = pattern(
    "确保|保证|努力|提高|提升|加强|加快|完善|推动|避免|防止|杜绝|进一步|不断|继续|将|尚需|要求|预期|目标|考核|不够|不尽"
)

# By these a clause calls the whole that the form is about, ...
WHOLE = (
    "全年|本?年度|本年|当年|今年|整体|总体|综合|合计|总计|本级|"
    "本?部门|本?单位|我[局委办院馆站校厅所队]|我(?:单位|部门|中心)"
)
# ... these say nothing of what it speaks of, ...
FUNCTION = (
    "[一二三四五六七八九]是|累计|实际|截至|截止|因此|导致|致使|造成|使得|从而|目前|年内|"
    "年初|年中|过程中|中|各项|财政|资金|预算|收入|支出|安排|编制|执行|使用|完成|批复|下达|调整后?|结余|结转|未支出|到位|增长|增加|减少|下降|提高|"
    "降低|净?追加|净?调[增减]|约|主要|情况|设定|设置|制定|既定|预定|管理|科学|合理|规范|较?好|良好|[的了数率为是由共总已均都也并其各按至到在于()+-]"
)
BESIDE_A_NAME = "其中|项目|经费|以?及|[和与、]"
# ... and these say that it is something narrower.
NARROWER = pattern(
    "其中|该|此项|某|第[一二三四五]批|批次|项目(?!支出)|工程|课题|标段|资产|设备|设施|仪器|车|房|土地|场地|上年结转|专项|专户|账户"
)
LOOK_BACK = 8  # clauses: further back nobody looks for what a clause is about
LONGEST_CLAUSE = 500  # characters; what goes on longer without a comma is a list, and is let be


class Subject(Struct, frozen=True):
    """What a clause can speak of: the whole (its name is ""), or a line of money or a project by its name."""

    name: str
    line: FundLine | Project
    rates: Rates
    whole: bool = False


class Clause(Struct, frozen=True):
    """One clause of a passage, with the passage that it stands in."""

    text: str
    passage: tuple[tuple[str, ...], ...]
    sentence: int
    number: int

    @property
    def before(self) -> tuple[str, ...]:
        """The clauses before it in the same sentence, the nearest first."""
        return self.passage[self.sentence][max(0, self.number - LOOK_BACK) : self.number][::-1]

    @property
    def earlier(self) -> tuple[str, ...]:
        """The clauses of the sentences before, the nearest first."""
        found: list[str] = []
        for sentence in reversed(self.passage[: self.sentence]):
            found += reversed(sentence)
            if len(found) >= LOOK_BACK:
                break
        return tuple(found[:LOOK_BACK])

    @property
    def after(self) -> str:
        """The rest of the sentence."""
        return ",".join(self.passage[self.sentence][self.number + 1 :][:LOOK_BACK])


def sentences(text: str) -> tuple[tuple[str, ...], ...]:
    """A passage as sentences of clauses, folded (half-width) and without spaces; commas within numbers stay.

    Of a clause that is too long the end is kept, next to what follows it.
    """
    folded = normalise(text)
    marked = folded.translate({ord(ch): ",," for ch in set(folded) if _numbers_an_item(ch)})
    parts = (ITEM.sub("", re.sub(r"\s", "", part).lstrip(",")) for part in re.split(r"[。;!?\n]", marked))
    return tuple(tuple(clause[-LONGEST_CLAUSE:] for clause in COMMA.split(part) if clause) for part in parts)


def _numbers_an_item(character: str) -> bool:
    """Whether it parts what stands around it, as ① does; 10⁴ stays, and is then no figure."""
    return is_footnote(character) and not is_raised(character) and not is_fraction(character)


def clauses(text: str) -> Iterator[Clause]:
    """The clauses of a passage, in order."""
    passage = sentences(text)
    for number, sentence in enumerate(passage):
        for position, clause in enumerate(sentence):
            if len(clause) < LONGEST_CLAUSE:
                yield Clause(clause, passage, number, position)


class Speaker(Struct, frozen=True, dict=True):
    """Who writes: the year of the form, the whole, and the lines and projects that a clause may name."""

    year: int | None
    whole: Subject
    names: Mapping[str, Subject]
    everyone: tuple[Subject, ...]
    own_names: tuple[str, ...]

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        own = sorted(map(re.escape, self.own_names), key=len, reverse=True)
        return re.compile("|".join((*own, rf"{self.year}年度?", WHOLE)))

    @cached_property
    def _named(self) -> re.Pattern[str] | None:
        longest_first = sorted(map(re.escape, self.names), key=len, reverse=True)
        return re.compile("|".join(longest_first)) if longest_first else None

    def states_a_fact(self, clause: Clause, start: int) -> bool:
        """Whether what stands there is said of this year, as a fact: no other time, supposition or aim."""
        here = self._of_this_year(clause.text[:start])
        if self._elsewhen(here) or SUPPOSED.search(clause.text) or AIMED_AT.search(here) or WISHED.search(here):
            return False
        now_again = self._whole.search(clause.text[:start]) is not None
        for earlier in clause.before:
            said = ASIDE.sub("", self._of_this_year(earlier))
            if SUPPOSED.search(said) or AIMED_AT.search(said):
                return False
            if not now_again and self._elsewhen(said, at_start=True):
                return False
        return True

    def _of_this_year(self, text: str) -> str:
        """The text without the words that mean this year, up to its end; a name ("上年结转资金") is no time."""
        text = self._named.sub("", text) if self._named else text
        if self.year is not None:
            text = re.sub(rf"(?:截至|截止到?)?{self.year}(?:年度?|$)", "", text)  # "2024" of "2024年初预算"
        return YEAR_TO_ITS_END.sub("", text)

    def _elsewhen(self, text: str, at_start: bool = False) -> bool:
        bare = re.sub("^(?:截至|截止|到|至|在|其中)", "", text) if at_start else text
        times = (YEAR, PAST, PART_OF_THE_YEAR, LATER)
        return any(words.match(bare) if at_start else words.search(bare) for words in times)

    def subjects(self, clause: Clause, said: str, across: bool = False, weak: bool = False) -> tuple[Subject, ...]:
        """What a statement is about, `said` being the words of the clause before it; () where that is in doubt.

        Where the clause itself does not say, the clauses before it do: of the sentence, and with `across` of the
        sentences before. What is `weak` ("支出12万元") may be of anything: the clause right before must say it.
        """
        own = self._called(said)
        if own is None or own:
            return own or ()
        if weak:
            return self._said_before(clause)
        for text in clause.before:
            inherited = self._topic(text)
            if inherited is None or inherited:
                return inherited or ()
        for text in clause.earlier if across else ():
            inherited = self._topic(text)
            if inherited is None or inherited:
                return (self.whole,) if inherited == (self.whole,) else ()
        return (self.whole,)

    def _said_before(self, clause: Clause) -> tuple[Subject, ...]:
        """What the clause right before names, or the one before where it only goes on ("调整后280万元")."""
        for text in clause.before:
            text = ASIDE.sub("", text)
            figure = FIGURE.search(text)
            called = self._called(text[: figure.start()] if figure else text)
            if called or called is None or figure is None:
                return called or ()
        return ()

    def _called(self, words: str) -> tuple[Subject, ...] | None:
        """The subjects that these words name; () where they name nothing, None where something else is left."""
        named = tuple(self.names[name] for name in self._named.findall(words)) if self._named else ()
        rest = re.sub(rf"{FIGURE.pattern}|\([^()]*\)", "", self._of_this_year(words))
        bare = self._whole.sub("", rest)
        if re.sub(rf"{BESIDE_A_NAME}|{FUNCTION}" if named else FUNCTION, "", bare):
            return None
        return named or ((self.whole,) if bare != rest else ())

    def _topic(self, text: str) -> tuple[Subject, ...] | None:
        """What an earlier clause leaves as the topic for those that follow."""
        text = ASIDE.sub("", text)
        figure = FIGURE.search(text)
        called = self._called(text[: figure.start()]) if figure else ()
        if called is None or called:
            return called
        if self._named and (named := self._named.findall(text)):
            return tuple(self.names[name] for name in named)
        if figure is None and re.search(r"\d", self._of_this_year(text)):
            return None  # something that was counted
        if self._whole.search(text):
            return (self.whole,)
        return None if NARROWER.search(text) else ()


def speaker(form: SelfEvaluation, scores: Scores) -> Speaker:
    """The form as the one who writes its passages."""
    total = form.total_line
    lines = {
        key: Subject("" if key == total else line.name, line, scores.line_rates[key], key == total)
        for key, line in form.funds.items()
    }
    projects = tuple(
        Subject(f"项目{project.called}", project, rates)
        for project, rates in zip(form.projects, scores.project_rates, strict=True)
    )
    names = {folded(project.name.given): subject for project, subject in zip(form.projects, projects, strict=True)}
    names |= {folded(line.name): line for key, line in lines.items() if key != total}
    names = {name: subject for name, subject in names.items() if re.search("[一-鿿]{2}", name)}  # not "1" or "-"
    own = [form.unit or "", form.total_funds.name]
    if "project" in form.boxes:
        own += ["项目", "该项目", "本项目", form.boxes["project"].given]
    everyone = (*lines.values(), *projects)
    return Speaker(form.year, lines[total], names, everyone, tuple(filter(None, map(folded, own))))


def folded(name: str) -> str:
    """A name as it stands in a clause."""
    return re.sub(r"\s", "", normalise(name))
