"""Passages as clauses: what each is about, and whether it states a fact of the form's year.

People also write of last year, of June, of what would have been, of aims, of one batch of one project. Only a
clause about the whole year, or about a line or project that it names, can be compared with the table. The words
that may surround such a statement are in vocabulary/narrative.toml; with any other word the clause is doubtful and
is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

from msgspec import Struct

from perf_xlsx.domain import numerals
from perf_xlsx.domain.model import Entry, FundLine, Project, Rates, Scores, SelfEvaluation
from perf_xlsx.domain.quantity import normalise
from perf_xlsx.domain.text import is_footnote, is_fraction, is_raised
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import alternatives, any_of, vocabulary

NUMERAL = r"\d[\d,]*(?:\.\d+)?"
FIGURE = pattern(rf"{NUMERAL}[余多]?[万亿]?[余多]?(?:元|%)")
COMMA = pattern(r"(?<!\d),|,(?!\d{3}(?!\d))|:(?!约?近?\d)")  # not within a number
ITEM = pattern(rf"^\(?(?:\d{{1,2}}|{numerals.ITEM})[).、](?!\d)")  # "2.", "(一)", "三、"
YEAR = pattern(r"(?:19|20)\d\d年")
YEAR_TO_ITS_END, PAST, PART_OF_THE_YEAR, LATER, COMPARED = (
    pattern(alternatives("narrative", "times", key)) for key in ("to_its_end", "past", "part", "later", "compared")
)
SUPPOSED, AIMED_AT, WISHED = (
    pattern(alternatives("narrative", "moods", key)) for key in ("supposed", "aimed_at", "wished")
)
WHOLE, FUNCTION, NEXT_TO_A_NAME = (
    alternatives("narrative", "subjects", key) for key in ("whole", "function", "next_to_a_name")
)
UNTIL = alternatives("narrative", "times", "until")
BEFORE_A_TIME = pattern(f"^(?:{alternatives('narrative', 'times', 'before_a_time')})")
PLANS = pattern(alternatives("narrative", "claims", "plans"))
NARROWER = pattern(alternatives("narrative", "subjects", "narrower"))
LOOK_BACK = 8  # clauses that are searched for what a clause is about
LONGEST_CLAUSE = 500  # characters; more without a comma is a list, and is skipped


class ClauseSubject(Struct, frozen=True):
    """What a clause can be about: the whole form (its name is ""), or a fund line or project by its name."""

    name: str
    line: FundLine | Project
    rates: Rates
    whole: bool = False


class Clause(Struct, frozen=True):
    """One clause, and the passage that it is in as sentences of clauses."""

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


@lru_cache(1 << 4)  # the passages of a form, which are asked for again with each correction
def sentences(text: str) -> tuple[tuple[str, ...], ...]:
    """A passage as sentences of clauses, folded to half width and without spaces.

    Of a clause that is too long the end is kept: that is next to what follows.
    """
    folded = normalise(text)
    marked = folded.translate({ord(ch): ",," for ch in set(folded) if _numbers_an_item(ch)})
    parts = (ITEM.sub("", re.sub(r"\s", "", part).lstrip(",")) for part in re.split(r"[。;!?\n]", marked))
    return tuple(tuple(clause[-LONGEST_CLAUSE:] for clause in COMMA.split(part) if clause) for part in parts)


def _numbers_an_item(character: str) -> bool:
    """Whether it separates items, as ① does; 10⁴ stays as it is, and is no number."""
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
    whole: ClauseSubject
    names: Mapping[str, ClauseSubject]
    everyone: tuple[ClauseSubject, ...]
    own_names: tuple[str, ...]

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        own = sorted(map(re.escape, self.own_names), key=len, reverse=True)
        return re.compile("|".join((*own, rf"{self.year}年度?", WHOLE)))

    @cached_property
    def _named(self) -> re.Pattern[str]:
        return re.compile(any_of(self.names) or "(?!)")

    def states_a_fact(self, clause: Clause, start: int) -> bool:
        """Whether what begins there is said of this year, as a fact: of no other time, supposition or aim."""
        here = self._without_this_year(clause.text[:start])
        if self._is_of_other_time(here) or AIMED_AT.search(here) or WISHED.search(here):
            return False
        now_again = self._whole.search(clause.text[:start]) is not None
        earlier = [COMPARED.sub("", self._without_this_year(text)) for text in clause.before]
        if any(SUPPOSED.search(text) for text in (clause.text, *earlier)) or any(map(AIMED_AT.search, earlier)):
            return False
        return now_again or not any(self._is_of_other_time(text, at_start=True) for text in earlier)

    def _without_this_year(self, text: str) -> str:
        """The text without names ("上年结转资金" is no time) and without the words that mean this year."""
        text = self._named.sub("", text)
        if self.year is not None:
            text = re.sub(rf"(?:{UNTIL})?{self.year}(?:年度?|$)", "", text)  # "2024" of "2024年初预算"
        return YEAR_TO_ITS_END.sub("", text)

    def _is_of_other_time(self, text: str, at_start: bool = False) -> bool:
        bare = BEFORE_A_TIME.sub("", text) if at_start else text
        times = (YEAR, PAST, PART_OF_THE_YEAR, LATER)
        return any(words.match(bare) if at_start else words.search(bare) for words in times)

    def subjects(
        self, clause: Clause, said: str, across: bool = False, weak: bool = False
    ) -> tuple[ClauseSubject, ...]:
        """What a statement is about; () where that is in doubt. `said` are the words of the clause before it.

        Where the clause itself does not tell, the clauses before it do: those of the sentence, and with `across`
        those of the sentences before. A `weak` statement ("支出12万元") may be of anything: the clause before it
        must tell.
        """
        own = self._named_in(said)
        if own != ():
            return own or ()
        if weak:
            return self._said_before(clause)
        inherited = self._first_topic(clause.before)
        if inherited in ((), (self.whole,)) and (title := self._title(clause)):
            return title
        if inherited != ():
            return inherited or ()
        farther = self._first_topic(clause.earlier if across else ())
        return () if farther is None or farther not in ((), (self.whole,)) else (self.whole,)

    def _title(self, clause: Clause) -> tuple[ClauseSubject, ...]:
        """The line or project whose bare name is the last such sentence before: "(1)农田建设项目。"."""
        alone = (sentence[0] for sentence in reversed(clause.passage[: clause.sentence]) if len(sentence) == 1)
        names = (name for text in alone for name in (text, text.removesuffix("项目")) if name in self.names)
        return tuple(self.names[name] for name in names)[:1]

    def _first_topic(self, texts: Iterable[str]) -> tuple[ClauseSubject, ...] | None:
        """The topic of the first of these clauses that has one, or is in doubt (None); () where none has."""
        topics = (self._topic(text) for text in texts)
        return next((topic for topic in topics if topic is None or topic), ())

    def _said_before(self, clause: Clause) -> tuple[ClauseSubject, ...]:
        """What the clause right before names, or the one before where it only goes on ("调整后280万元")."""
        for text in clause.before:
            words, figure = _up_to_figure(text)
            named = self._named_in(words)
            if named or named is None or not figure:
                return named or ()
        return ()

    def _named_in(self, words: str) -> tuple[ClauseSubject, ...] | None:
        """The subjects that these words name; () where they name none, None where other words are left."""
        named = tuple(self.names[name] for name in self._named.findall(words))
        rest = re.sub(rf"{FIGURE.pattern}|\([^()]*\)", "", self._without_this_year(words))
        bare = self._whole.sub("", rest)
        if re.sub(rf"{NEXT_TO_A_NAME}|{FUNCTION}" if named else FUNCTION, "", bare):
            return None
        return named or ((self.whole,) if bare != rest else ())

    def _topic(self, text: str) -> tuple[ClauseSubject, ...] | None:
        """The topic that an earlier clause leaves for those that follow."""
        words, figure = _up_to_figure(text)
        topic = self._named_in(words) if figure else ()
        if topic is None or topic:
            return topic
        text = COMPARED.sub("", text)
        if named := self._named.findall(text):
            return tuple(self.names[name] for name in named)
        if not figure and re.search(r"\d", self._without_this_year(text)):
            return None  # something that was counted
        if self._whole.search(text):
            return (self.whole,)
        return None if NARROWER.search(text) else ()


def _up_to_figure(text: str) -> tuple[str, bool]:
    """The clause up to its first amount or rate, and whether it has one."""
    text = COMPARED.sub("", text)
    figure = FIGURE.search(text)
    return (text[: figure.start()], True) if figure else (text, False)


def speaker(evaluation: SelfEvaluation, scores: Scores) -> Speaker:
    """The form as the one who writes its passages."""
    total = evaluation.total_line
    lines = {
        key: ClauseSubject("" if key == total else line.name, line, scores.line_rates[key], key == total)
        for key, line in evaluation.funds.items()
    }
    projects = [
        (project.name.given, ClauseSubject(f"项目{project.display_name}", project, rates))
        for project, rates in zip(evaluation.projects, scores.project_rates, strict=True)
    ]
    named = [*projects, *((evaluation.funds[key].name, line) for key, line in lines.items() if key != total)]
    names = {_as_in_clause(name): subject for name, subject in named}
    return Speaker(
        evaluation.year,
        lines[total],
        {name: subject for name, subject in names.items() if re.search("[一-鿿]{2}", name)},  # not "1" or "-"
        (*lines.values(), *(project for _, project in projects)),
        tuple(filter(None, map(_as_in_clause, _own_names(evaluation)))),
    )


def _own_names(evaluation: SelfEvaluation) -> list[str]:
    """The names by which passages call the form's unit, its total and its project."""
    names = [evaluation.unit or "", evaluation.total_funds.name]
    if "project" in evaluation.boxes:
        names += [*vocabulary("narrative")["subjects"]["project"], evaluation.boxes["project"].given]
    return names


def _as_in_clause(name: str) -> str:
    return re.sub(r"\s", "", normalise(name))


def narrative(evaluation: SelfEvaluation) -> Iterator[tuple[Entry[str], Clause]]:
    """The clauses of every text that says how the year went, but not of what is planned."""
    texts = [(passage.title.given, passage.text) for passage in evaluation.passages]
    if achieved := evaluation.boxes.get("goal_achieved"):
        texts.append((achieved.field, achieved))
    for title, entry in texts:
        if not PLANS.search(title):
            yield from ((entry, clause) for clause in clauses(entry.given))
