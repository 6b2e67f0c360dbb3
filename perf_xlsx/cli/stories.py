"""The filled-in forms of the demonstration, and the years and names that they are published under."""

from __future__ import annotations

from importlib.resources import files

STORIES = {
    "department-as-filed": "部门整体-报送原稿.xlsx",
    "department-corrected": "部门整体-更正后.xlsx",
    "project": "项目支出.xlsx",
}
BLANK_YEAR = 2025


def case_text(story: str) -> str:
    """The JSON of one story's filled-in form."""
    return files("perf_xlsx.cli").joinpath("demo_cases", f"{story}.json").read_text("utf-8")
