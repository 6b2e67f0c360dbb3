"""`verify`: hold workbooks against the receipts of their scoring."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from perf_xlsx.batch.backends import MEGABYTES, SECONDS
from perf_xlsx.batch.worker import within
from perf_xlsx.cli.batch_run import passwords_of
from perf_xlsx.cli.group import NOT_WRITTEN, Command, Launched, fail
from perf_xlsx.cli.options import FILE, FILE_OR_INPUT, FORMS, not_done
from perf_xlsx.forms import FormFile
from perf_xlsx.ooxml import MIB
from perf_xlsx.pipeline import Terms, usable_rulebook
from perf_xlsx.receipts.receipt import Receipt
from perf_xlsx.receipts.register import Register, RegisterError, register_of
from perf_xlsx.receipts.verdict_words import LIMITS, UNSIGNED, verdict_in_words
from perf_xlsx.receipts.verification import PROVEN, Match, Verdict
from perf_xlsx.receipts.verification import verify as verified
from perf_xlsx.rulebook import RulebookError
from perf_xlsx.system.memory_cap import cap_memory
from perf_xlsx.system.output_files import printable_path
from perf_xlsx.system.safe_text import one_line
from perf_xlsx.system.streams import say

SignatureCheck = Callable[[Receipt], str]


@click.command(cls=Command)
@click.argument("paths", nargs=-1, metavar="工作簿...", type=click.Path(path_type=Path))
@click.option(
    "--receipt",
    type=click.Path(path_type=Path),
    metavar="回执.jsonl|文件夹",
    help="评分时写在输出文件夹里的回执；不写时在工作簿旁边和上层文件夹里找。",
)
@click.option("--key", type=FILE, metavar="公钥", help="同时核对回执的签名。")
@click.option(
    "--new-key",
    type=click.Path(path_type=Path),
    metavar="文件",
    help="生成一对钥匙：私钥写入这个文件（给 score --sign 用，请自己保管），公钥写入同名的 .pub。",
)
@click.option("--rulebook", metavar="评分办法", help="评分时用的评分办法；不写时用回执中的，或模板自带的。")
@click.option(
    "--password-file", type=FILE_OR_INPUT, metavar="文件", help="打开密码，一行一个；写 - 时从标准输入读。"
)
@FORMS
def verify(
    paths: tuple[Path, ...],
    receipt: Path | None,
    key: Path | None,
    new_key: Path | None,
    rulebook: str | None,
    password_file: Path | None,
    forms: tuple[FormFile, ...],
) -> None:
    """核对工作簿与评分回执：是否原样、改了哪些格、对分数有什么影响。

    退出码：0 全部原样或内容未变，1 有改动、对不上或没有回执，3 有读不出来的。
    """
    if new_key is not None:
        _make_key(new_key)
    if not paths:
        sys.exit(0) if new_key else fail("请写出要核对的工作簿。")
    launched = click.get_current_context().find_object(Launched)
    if launched and launched.ended is not None:
        say("核对进程意外中止：有工作簿用时或所需内存过多，或读取程序出错。请逐个核对。", err=True)
        sys.exit(NOT_WRITTEN)
    if launched:
        cap_memory(MEGABYTES * MIB)
    try:
        if rulebook:
            usable_rulebook(rulebook)
        terms = Terms(rulebook, passwords=passwords_of(password_file), forms=forms)
        code = _each(paths, receipt, _signed(key), terms, SECONDS if launched else None)
    except RulebookError as error:
        fail("\n  ".join(error.problems))
    except RegisterError as error:
        say(f"错误：{error}", err=True)
        sys.exit(NOT_WRITTEN)
    sys.exit(code)


def _make_key(path: Path) -> None:
    from perf_xlsx.receipts.signature import KeyFileError, new_key  # cryptography, which is optional

    try:
        public = new_key(path)
    except KeyFileError as error:
        fail(str(error))
    say(f"私钥：{printable_path(path)}（没有密码，请自己保管，不要外传）")
    say(f"公钥：{printable_path(public)}（可以公开，给 verify --key 用）")


def _signed(key: Path | None) -> SignatureCheck | None:
    """A function that says of a receipt's signature whether it is good; None where no key was given."""
    if key is None:
        return None
    from perf_xlsx.receipts.signature import KeyFileError, signed, verifier

    try:
        public = verifier(key)
    except KeyFileError as error:
        fail(str(error))
    return lambda receipt: signed(receipt, public)


def _each(
    paths: Sequence[Path], asked: Path | None, signed: SignatureCheck | None, terms: Terms, seconds: float | None
) -> int:
    """Verify and show each workbook, each within that time; gives the exit code."""
    registers: dict[Path, Register] = {}
    code = 0
    for path in paths:
        register = register_of(asked, path, registers)
        try:
            with within(seconds):
                verdicts = verified(path, register, terms)
        except OSError as error:
            say(f"错误：{not_done(error, path)}", err=True)
            return NOT_WRITTEN
        code = max(code, *(_show(path, one, signed) for one in verdicts))
    for register in registers.values():
        for problem in register.problems:
            say(f"{printable_path(register.path)} {problem}。", err=True)
    say(LIMITS if signed or not registers else f"{LIMITS}\n{UNSIGNED}")
    return code


def _show(path: Path, one: Verdict, signed: SignatureCheck | None) -> int:
    """Show one verdict; gives its exit code."""
    part = f"（{one.part}）" if one.part else ""
    say(f"{printable_path(path)}{part}：{one.match}")
    state = signed(one.receipt) if signed and one.receipt else ""
    for line in verdict_in_words(one, state):
        say(f"  {one_line(line)}")
    if one.match is Match.UNREAD:
        return NOT_WRITTEN
    return int(one.match not in PROVEN or state in ("bad", "none"))
