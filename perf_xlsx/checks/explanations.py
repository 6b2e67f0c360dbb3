"""Whether a form explains what was adjusted (F08) or not spent (F09)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from perf_xlsx.checks.clauses import COMPARED, PAST, sentences
from perf_xlsx.domain.model import Entry, SelfEvaluation
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import alternatives

_ADJUSTED, _UNSPENT, WHY, OF_WHAT, MONEY, DENIED = (
    pattern(alternatives("narrative", "explained", *keys))
    for keys in (("adjusted",), ("unspent",), ("why",), ("of_what", "why"), ("money",), ("denied",))
)
SHARE = pattern(r"\d%")
NOTHING = pattern(r"\D{0,4}0(?:\.0+)?(?:[万亿]?元|%|[,。;]|$)")  # 结余0万元 is none


class Topic(Struct, frozen=True):
    """Something to explain: a word in the titles of its passages, its passage in our template, words of it."""

    title: str
    passage: str
    words: re.Pattern[str]

    def is_explained(self, evaluation: SelfEvaluation) -> bool:
        """Whether its own passage gives a reason, or any passage tells of it with a sum or a reason.

        What is denied (“没有结余”) or said of an earlier year explains nothing.
        """
        passages = [(self.title in passage.title.given, passage.text.given) for passage in evaluation.passages]
        others = (
            [(False, entry.given) for entry in _other_texts(evaluation)] if self._has_no_place(evaluation) else []
        )
        return any(
            self._explains(sentence, own) for own, text in (*passages, *others) for sentence in sentences(text)
        )

    def where(self, evaluation: SelfEvaluation) -> str:
        """Where to explain it, in words: its own passage, or the box that a form without it has room in; or ""."""
        room = evaluation.boxes.get("goal_achieved")
        if not self._has_no_place(evaluation):
            return f"在“{self.passage}”中"
        return f"在“{room.field}”中" if room and room.place.cell else ""

    def _has_no_place(self, evaluation: SelfEvaluation) -> bool:
        return any(self.title in absent for absent in evaluation.absent)

    def _explains(self, sentence: tuple[str, ...], own: bool) -> bool:
        """Whether a sentence explains it; `own`: it is in the topic's own passage."""
        text = "，".join(sentence)
        if own and WHY.search(text):
            return True
        money = MONEY.search(text) or (own and SHARE.search(text))
        return bool(money and OF_WHAT.search(text)) and any(map(self._is_told_in, sentence))

    def _is_told_in(self, clause: str) -> bool:
        clause = COMPARED.sub("", clause)
        told = ((clause[: said.start()], clause[said.end() :]) for said in self.words.finditer(clause))
        return any(
            not (PAST.search(before) or DENIED.search(before) or NOTHING.match(after)) for before, after in told
        )


ADJUSTMENT = Topic("调整", "年中调整说明", _ADJUSTED)
EXECUTION = Topic("执行", "执行情况说明", _UNSPENT)


def _other_texts(evaluation: SelfEvaluation) -> Iterator[Entry[str]]:
    """The texts of a form without passages: what was achieved, and the reasons of indicators."""
    if room := evaluation.boxes.get("goal_achieved"):
        yield room
    yield from (row.reason for row in evaluation.indicators)
