"""R: what was typed where, as far as it takes the whole form to judge (the rest is said on reading)."""

from __future__ import annotations

from collections.abc import Iterator

from perf_xlsx.catalogue import Noticed, check, noticed
from perf_xlsx.model import Scores, SelfEvaluation
from perf_xlsx.rulebook import Rulebook


@check("R13")
def qualitative_in_words_of_the_bands(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Noticed]:
    """定性指标: judged by one of the bands' words, and not by ratio.

    Good: 定性, 实际完成值“部分达成”.  Bad: 定性, 实际完成值“效果较好”; 定性 with 计分方法“按比例”.
    """
    words = [band.judgement for band in rulebook.bands]
    for row, score in zip(form.indicators, scores.indicators, strict=True):
        if not row.qualitative or score.method == "按执行率":
            continue
        if score.method == "按比例":
            message = f"“{row.name.given}”是定性指标，计分方法不能选“按比例”。"
            yield noticed(row.method, message, "请改选“定性”或“达标法”，或者不填。", expected="定性")
        elif not row.actual.empty and row.actual.value not in words:
            message = f"“{row.name.given}”是定性指标，实际完成值“{row.actual.given}”不能确定属于哪一档。"
            advice = f"请填写 {'、'.join(words)} 之一，具体情况写在“{row.reason.field}”中。"
            yield noticed(row.actual, message, advice, expected="、".join(words))
