"""The functions for whoever works in Python take a path as a text or as a Path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from perf_xlsx import batch, pipeline
from perf_xlsx.cli.stories import case_text
from perf_xlsx.consolidated import write_consolidated
from perf_xlsx.forms import read_forms
from tests.kit.own_forms import own_form


@pytest.mark.parametrize("given", [str, Path])
def test_a_path_may_be_a_text(given: Callable[[Path], str | Path], tmp_path: Path) -> None:
    form, returned, scored = tmp_path / "表.toml", tmp_path / "收回" / "a.xlsx", tmp_path / "结果"
    form.write_text(own_form(), "utf-8")
    assert [one.form.name for one in read_forms([given(form)])] == ["transfer"]

    returned.parent.mkdir()
    pipeline.write_template(given(returned), case=case_text("project"))
    readings = pipeline.readings(given(returned), pipeline.Terms())
    assert isinstance(readings, tuple)
    result = pipeline.score(given(returned), given(tmp_path / "b.xlsx"))
    assert result.scores

    list(batch.run(batch.plan([given(returned.parent)], given(scored))))
    written = write_consolidated(given(scored), given(tmp_path / "汇总.xlsx"))
    assert written.workbook.exists()
