"""`demo`: blanks, three filled-in forms, what scoring makes of them, and all in one workbook."""

from __future__ import annotations

from pathlib import Path

import click
from msgspec.structs import replace

from perf_xlsx import pipeline
from perf_xlsx.batch.cross_checks import CrossChecks
from perf_xlsx.cli.console import Summary
from perf_xlsx.cli.group import Command
from perf_xlsx.cli.stories import BLANK_YEAR, STORIES, case_text
from perf_xlsx.consolidated import DEFAULT_NAME, consolidate
from perf_xlsx.forms import form_names, load_form
from perf_xlsx.results.record import Record
from perf_xlsx.results.recording import as_record
from perf_xlsx.system.streams import say


@click.command(cls=Command)
@click.option(
    "-o",
    "--output",
    "folder",
    default="demo-out",
    show_default=True,
    metavar="文件夹",
    type=click.Path(file_okay=False, path_type=Path),
)
def demo(folder: Path) -> None:
    """演示：用示例数据走一遍全过程。"""
    summary = Summary()
    for record in write_demo(folder):
        summary.add(record, record.output)
    summary.show()
    say(f"填好的自评表在 {folder / 'returned'}，评分后的和汇总工作簿在 {folder / 'scored'}，空白模板在 {folder}。")


def write_demo(folder: Path) -> list[Record]:
    """Write blanks, filled-in forms, scored copies and 汇总 below the folder; give back the records.

    They are compared with one another as `score` does: the form as filed and the corrected one are of one unit.
    """
    for form in form_names():
        blank = folder / f"{load_form(form).title}-空白模板.xlsx"
        pipeline.write_template(blank, form=form, year=BLANK_YEAR)
    with CrossChecks() as checks:
        records = [checks.compared(_scored(folder, story, name)) for story, name in STORIES.items()]
    consolidate(records, None, folder / "scored" / DEFAULT_NAME)
    return records


def _scored(folder: Path, story: str, name: str) -> Record:
    """The record of one filled-in form, which is written and scored."""
    returned = folder / "returned" / name
    pipeline.write_template(returned, case=case_text(story))
    return replace(as_record(pipeline.score(returned, folder / "scored" / name)), file=name)
