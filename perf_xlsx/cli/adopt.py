"""`adopt`: a bureau's official workbook becomes a form of its own."""

from __future__ import annotations

from pathlib import Path

import click

from perf_xlsx.adoption.adopt import Adopted
from perf_xlsx.adoption.adopt import adopt as adopt_form
from perf_xlsx.adoption.source import AdoptionError
from perf_xlsx.adoption.surveyed_labels import SURE
from perf_xlsx.cli.group import Command, fail
from perf_xlsx.cli.options import FILE, not_done, refuse_device
from perf_xlsx.forms import FormError
from perf_xlsx.system.streams import say

MOST_SHOWN = 8
MOST_KEPT = 30


@click.command(cls=Command)
@click.argument("path", type=FILE, metavar="官方表样.xlsx|表样（核对）.xlsx")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="表样.toml",
    help="表种文件写到这里，两个工作簿写在它旁边；不写时写在官方表样旁边。",
)
@click.option("--blank", is_flag=True, help="表样已填有内容的，清空填报内容后作为空白表样。")
@click.option("--force", is_flag=True, help="输出文件已存在时覆盖它。")
def adopt(path: Path, output: Path | None, blank: bool, force: bool) -> None:
    """把本单位的官方表样变成自定的表种；对改好的“（核对）”工作簿再运行一次，就按更正重写。"""
    if output is not None:
        refuse_device(output)
        if output.suffix.lower() != ".toml":
            fail(f"-o 应为 .toml 文件，如 {output.stem}.toml。")
    try:
        _say_done(adopt_form(path, output, blank, force), blank)
    except AdoptionError as error:
        fail("\n  ".join(error.problems))
    except FormError as error:
        fail(str(error))
    except OSError as error:
        fail(not_done(error, output or path))


def _say_done(done: Adopted, blank: bool) -> None:
    sure = sum(label.sure == SURE for label in done.labels)
    unknown = done.open_labels
    say(f"表样上有{len(done.labels)}处文字：{sure}处含义确定，{len(unknown)}处没有含义（不读取），其余请核对。")
    if unknown:
        more = "等" if len(unknown) > MOST_SHOWN else ""
        say(f"没有含义的：{'、'.join(unknown[:MOST_SHOWN])}{more}。")
    if done.unread:
        shown = "；".join(done.unread[:MOST_SHOWN])
        say(f"注意：按这些含义，下列栏目读不到：{shown}。请在核对工作簿中更正。", err=True)
    if done.filled:
        shown = "、".join(done.filled[:MOST_SHOWN])
        say(
            f"注意：表样中已填有内容（{shown} 等{len(done.filled)}格），模板会带着它们。要清空，请加 --blank。",
            err=True,
        )
    if done.kept:
        more = f"等{len(done.kept)}处" if len(done.kept) > MOST_KEPT else ""
        say(
            f"清空后仍保留的内容：{'、'.join(done.kept[:MOST_KEPT])}{more}。"
            "其中有某个单位自己填的，请在官方表样中删去，再运行一次 adopt。"
        )
    if done.other_sheets:
        more = "，没有清空；填有内容的，请从官方表样中删去，再运行一次 adopt" if blank else ""
        say(f"没有读取的工作表：{'、'.join(done.other_sheets)}（在模板中原样保留{more}）。", err=blank)
    say(f"表种文件已写好：{done.form}。")
    if done.check:
        say(f"请打开 {done.check}，核对各栏的含义；有更正的，保存后再运行 perf-xlsx adopt {done.check}。")
    say(f"发模板：perf-xlsx template --form {done.form} --year 年度")
    say(f"评收回的表：perf-xlsx score 收回的文件夹 --forms {done.form}")
