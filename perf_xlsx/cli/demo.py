"""The demonstration: blanks, three filled-in forms, what scoring makes of them, and all in one workbook."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.forms import form_names, load_form
from perf_xlsx.results.report import as_record

STORIES = {
    "department-as-filed": "部门整体-报送原稿.xlsx",
    "department-corrected": "部门整体-更正后.xlsx",
    "project": "项目支出.xlsx",
}
BLANK_YEAR = 2025


def case_text(story: str) -> str:
    """The JSON of one story's filled-in form."""
    return files("perf_xlsx.cli").joinpath("demo_cases", f"{story}.json").read_text("utf-8")


def run(folder: Path) -> list[Result]:
    """Write blanks, filled-in forms, scored copies and 汇总 below the folder; give back the results."""
    from perf_xlsx.consolidated import DEFAULT_NAME, consolidate  # late: others want the cases alone

    for form in form_names():
        blank = folder / f"{load_form(form).title}-空白模板.xlsx"
        pipeline.write_template(blank, form=form, year=BLANK_YEAR)
    results = []
    for story, name in STORIES.items():
        returned = folder / "returned" / name
        pipeline.write_template(returned, case=case_text(story))
        results.append(pipeline.score(returned, folder / "scored" / name))
    consolidate(map(as_record, results), None, folder / "scored" / DEFAULT_NAME)
    return results
