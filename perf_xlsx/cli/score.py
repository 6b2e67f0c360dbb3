"""`score`: score workbooks and write scored copies."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from perf_xlsx.batch import Roster, beside
from perf_xlsx.cli.batch_run import run_batch
from perf_xlsx.cli.group import Command, fail
from perf_xlsx.cli.letter_options import LetterOptions, letter_options, letters_writer, previous_run
from perf_xlsx.cli.options import FILE, JSON, PATHS, BatchOptions, batch_options
from perf_xlsx.cli.run_output import Outputs
from perf_xlsx.receipts.register import Sign

if TYPE_CHECKING:
    from perf_xlsx.consolidated import ConsolidatedFiles


@click.command(cls=Command)
@PATHS
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="文件夹",
    help="评分后的工作簿写到这里；不写时写在旁边的“…评分结果”文件夹。原文件不会改动。",
)
@JSON
@click.option("--force", is_flag=True, help="已经评过、没有变化的也重新评。")
@click.option(
    "--sign",
    "key",
    type=FILE,
    metavar="私钥",
    help="给回执签名（Ed25519）；一对钥匙由 perf-xlsx verify --new-key 生成。",
)
@letter_options
@batch_options
def score(
    paths: tuple[Path, ...],
    folder: Path | None,
    as_json: bool,
    force: bool,
    key: Path | None,
    options: BatchOptions,
    letter: LetterOptions,
    previous: Path | None,
) -> None:
    """读取、评分、标出问题，写出评分后的工作簿。

    给文件夹时连同子文件夹一起评；中途停下后再运行一次同样的命令，就接着做。用 -o 指定文件夹的，还写出给各单位的
    退回意见、催报通知和退回清单，在其中的“退回”文件夹里。
    """
    sent = letters_writer(letter, options.rulebook) if folder else None
    outputs = Outputs(
        partial(_consolidation, letter.sender), sent, previous_run(previous), _signer(key) if key else None
    )
    run_batch(paths, folder or beside(paths), options, as_json, force, outputs)


def _signer(key: Path) -> Sign:
    """A function that signs with the private key in a file; else wrong usage."""
    from perf_xlsx.receipts.signature import KeyFileError, signer  # cryptography, which is optional

    try:
        return signer(key)
    except KeyFileError as error:
        fail(str(error))


def _consolidation(sender: str) -> Callable[[Path, Roster | None], ConsolidatedFiles]:
    """A function that writes the consolidated workbook of a run into its folder."""
    from perf_xlsx import consolidated  # a single workbook has none

    def write(folder: Path, roster: Roster | None) -> ConsolidatedFiles:
        return consolidated.write_consolidated(folder, None, roster, sender=sender)

    return write
