"""Whether the words of judgements (达成, …) mean the same to the template's formulas and to the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from perf_xlsx.rulebook.rulebook import Band, Rulebook, judgement_word
from perf_xlsx.vocabulary import vocabulary


def words_of_bands(rulebook: Rulebook) -> Mapping[Band, list[str]]:
    """The words that the template knows for each band, its own first."""
    return {band: [band.judgement, *rulebook.official_words(band)] for band in rulebook.bands}


def unshared_words(rulebook: Rulebook) -> Iterator[str]:
    """Words of published forms that template and engine would put in different bands, in Chinese.

    The engine knows a word by the rulebook's own names, then by its class in the vocabulary, whose name may be
    another band's own name.
    """
    shown = {judgement_word(word): band for band, words in words_of_bands(rulebook).items() for word in words}
    for name, known in vocabulary("judgements")["classes"].items():
        for word in known["official"]:
            scored = rulebook.named(word) or rulebook.named(name) or rulebook.of_class(name)
            there = shown.get(judgement_word(word))
            if there is not None and scored != there:
                other = f"“{scored.judgement}”" if scored else "哪一档都不是"
                yield (
                    f"qualitative.bands：填“{word}”时，模板按“{there.judgement}”显示得分，评分按{other}，两边不一致；"
                    f"请改“{there.judgement}”的名称，不要用另一档惯用的说法"
                )
