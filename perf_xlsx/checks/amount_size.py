"""F11: a form whose amounts are all in another unit agrees with itself; only their size shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from perf_xlsx.checks.diagnoses import Diagnoses
from perf_xlsx.checks.passages import tells_of_another_unit
from perf_xlsx.domain.model import Scores
from perf_xlsx.domain.quantity import MONEY_UNITS
from perf_xlsx.domain.rounding import half_up, plain
from perf_xlsx.findings.catalogue import Observation, check, observed
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.vocabulary import vocabulary

UNUSUAL: Mapping[str, int] = vocabulary("units")["unusual"]  # 元


@check("F11")
def amounts_are_of_a_usual_size(diagnoses: Diagnoses, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """A total that few forms have is more often typed in 元 throughout.

    Only the unit can tell, so it is asked, and nothing is held back; from a tenth of that on it is a notice. Where
    the passages show it, N03 says so.
    """
    evaluation = diagnoses.evaluation
    entry, unit = evaluation.total_funds.adjusted, evaluation.boxes["money_unit"].value
    if entry.value is None or unit not in MONEY_UNITS:
        return
    yuan, unusual = (
        entry.value * MONEY_UNITS[unit],
        UNUSUAL["department" if evaluation.project_line else "project"],
    )
    if yuan * 10 < unusual or tells_of_another_unit(diagnoses, scores, rulebook):
        return
    large = plain(half_up(yuan / MONEY_UNITS["亿元"]))
    yield observed(
        entry,
        f"{entry.field}填{plain(entry.value)}{unit}，即{large}亿元，数额少见。",
        f"请核对金额单位；按元填写的，请把全表金额换算成{unit}，确实是{unit}的，可以不改。",
        severity="warning" if yuan >= unusual else "notice",
    )
