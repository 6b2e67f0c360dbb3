"""`explain`: what a finding means."""

from __future__ import annotations

import re

import click

from perf_xlsx import pipeline
from perf_xlsx.cli.group import Command, fail
from perf_xlsx.findings.catalogue import catalogue
from perf_xlsx.results import explain as words
from perf_xlsx.rulebook import RulebookError
from perf_xlsx.system.streams import say
from perf_xlsx.system.suggestion import meant

DIGITS = str.maketrans("OLS", "015")  # letters that are typed for digits


@click.command(cls=Command)
@click.argument("codes", nargs=-1, metavar="[编号...]")
@click.option("--rulebook", default="mof-2020", metavar="评分办法", help="按哪个评分办法说明依据，默认 mof-2020。")
def explain(codes: tuple[str, ...], rulebook: str) -> None:
    """说明一种问题：是什么、为什么要紧、对和错的例子、依据。不写编号则列出全部。"""
    codes = tuple(re.sub(r"^([A-Z])(\d)$", r"\g<1>0\2", code.upper()) for code in codes)  # I6 is I06
    unknown = [code for code in codes if code not in catalogue()]
    if unknown:
        near = meant(unknown[0].translate(DIGITS), catalogue())
        fail(f"没有编号 {'、'.join(unknown)}，现有 {'、'.join(catalogue())}{near or '。'}")
    try:
        rules = pipeline.usable_rulebook(rulebook)
    except RulebookError as error:
        fail("\n  ".join(error.problems))
    blocks = ["\n".join(words.describe_finding(code, rules)) for code in codes]
    say("\n\n".join(blocks or ["\n".join(words.list_findings())]))
