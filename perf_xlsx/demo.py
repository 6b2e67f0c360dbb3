"""The demonstration: blanks, three filled-in forms, and what scoring makes of them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from perf_xlsx import pipeline
from perf_xlsx.forms import form_names, load_form
from perf_xlsx.model import Result

STORIES = {
    "department-as-filed": "部门整体-报送原稿.xlsx",
    "department-corrected": "部门整体-更正后.xlsx",
    "project": "项目支出.xlsx",
}
BLANK_YEAR = 2025


def case_text(story: str) -> str:
    """The JSON of one story's filled-in form."""
    return files("perf_xlsx").joinpath("demo_cases", f"{story}.json").read_text("utf-8")


def run(folder: Path) -> list[Result]:
    """Write blanks, filled-in forms and scored copies below the folder; give back the results."""
    for form in form_names():
        blank = folder / f"{load_form(form).title}-空白模板.xlsx"
        pipeline.write_template(blank, form=form, year=BLANK_YEAR)
    results = []
    for story, name in STORIES.items():
        returned = folder / "returned" / name
        pipeline.write_template(returned, case=case_text(story))
        results.append(pipeline.score(returned, folder / "scored" / name))
    return results
