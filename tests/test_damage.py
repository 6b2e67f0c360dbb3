"""Damage that people do: what is read is the undamaged form, or a finding names the place. No third outcome."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perf_xlsx import pipeline
from perf_xlsx.demo import STORIES
from perf_xlsx.model import Finding, Result, SelfEvaluation
from tests.damage import DAMAGES, damaged, entries, labels_of_path, undamaged

PAIRS = int(os.environ.get("DAMAGE_PAIRS", "60"))
OWN_CODES = ("I01", "I02", "I03", "W03")  # an empty cell of an indicator has a finding of its own


def scored(data: bytes, folder: Path) -> Result:
    path = folder / "returned.xlsx"
    path.write_bytes(data)
    return pipeline.score(path)


def differences(form: SelfEvaluation, other: SelfEvaluation) -> list[str]:
    """The paths of the boxes in which two readings differ."""
    one, two = entries(form), entries(other)
    return [path for path in one | two if (path in one and one[path].value) != (path in two and two[path].value)]


def is_told(path: str, form: SelfEvaluation, findings: tuple[Finding, ...]) -> bool:
    """Whether a finding louder than a notice says that this box could not be read as it was meant."""
    entry, names = entries(form).get(path), labels_of_path(form.form, path)
    return any(
        (entry is not None and entry.place.cell and found.place == entry.place)
        or (found.code == "R06" and found.field in names)
        for found in findings
        if found.severity != "notice" and (found.code.startswith("R") or found.code in OWN_CODES)
    )


def silent(story: str, result: Result) -> list[str]:
    """What was read otherwise than in the undamaged form, and is not told."""
    form, base = result.evaluation, undamaged(story)
    if form is None:
        return ["not read: " + "".join(found.message for found in result.findings)]
    lost = [path for path in differences(base, form) if not is_told(path, form, result.findings)]
    kinds = (form.form, form.year, form.rulebook), (base.form, base.year, base.rulebook)
    return [f"{p}: {shown(base, p)} → {shown(form, p)}" for p in lost] + [str(kinds)] * (kinds[0] != kinds[1])


def shown(form: SelfEvaluation, path: str) -> str:
    entry = entries(form).get(path)
    return f"{entry.value!r} at {entry.place.sheet}!{entry.place.cell}" if entry else "no such row"


def said(result: Result) -> list[tuple[str, str, str | None, str]]:
    return [(f.code, f.severity, f.place.cell, f.message) for f in result.findings if f.code.startswith("R")]


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_alone(name: str, story: str, tmp_path: Path) -> None:
    damage = DAMAGES[name]
    result = scored(damaged(story, name), tmp_path)
    assert not silent(story, result), said(result)
    assert set(damage.tells) <= {found.code for found in result.findings}, said(result)
    assert result.evaluation is not None
    if damage.reads:
        assert not differences(undamaged(story), result.evaluation), said(result)
        assert not [f for f in result.findings if f.code == "R06" and "R06" not in damage.tells], said(result)


PAIR = st.sampled_from(sorted(itertools.combinations(DAMAGES, 2)))


@given(PAIR, st.sampled_from(sorted(STORIES)))
@settings(max_examples=PAIRS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_damages_at_once(tmp_path: Path, pair: tuple[str, str], story: str) -> None:
    result = scored(damaged(story, *pair), tmp_path)
    assert not silent(story, result), said(result)
