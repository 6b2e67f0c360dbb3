"""`check`: score workbooks without writing anything."""

from __future__ import annotations

from pathlib import Path

import click

from perf_xlsx.cli.batch_run import run_batch
from perf_xlsx.cli.group import Command
from perf_xlsx.cli.options import JSON, PATHS, BatchOptions, batch_options


@click.command(cls=Command)
@PATHS
@JSON
@batch_options
def check(paths: tuple[Path, ...], as_json: bool, options: BatchOptions) -> None:
    """与 score 相同地读取、评分、查找问题，但不写出任何文件。"""
    run_batch(paths, None, options, as_json)
