"""What is wrong with a command line, in the words of those who typed it."""

from __future__ import annotations

import click


def in_words(error: click.UsageError) -> str:
    """The error in Chinese, and where the command is explained."""
    where = error.ctx.command_path if error.ctx else "perf-xlsx"
    return f"{_wrong(error)}。用法见 {where} --help"


def _wrong(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            return f"没有 {error.option_name} 这个选项"
        case click.BadOptionUsage():
            return f"{error.option_name} 后面没有写内容，或者不该写"
        case click.MissingParameter(param=click.Parameter() as missing):
            return f"没有写明 {_name(missing)}"
        case click.BadParameter(param=click.Parameter(type=click.Path()) as wrong):
            return f"{_name(wrong)}：没有这个文件，或者该写文件的写了文件夹（或相反）"
        case click.BadParameter(param=click.Parameter() as wrong):
            return f"{_name(wrong)} 的写法不对"
        case click.UsageError(ctx=click.Context(command=click.Group() as group)):
            return f"没有这个命令，现有 {'、'.join(sorted(group.commands))}"
        case _:
            return f"命令的写法不对（{error.format_message()}）"


def _name(parameter: click.Parameter) -> str:
    """As it is typed: "-o 文件夹", or "文件或文件夹..."."""
    metavar = parameter.metavar or ""
    return f"{parameter.opts[0]} {metavar}".strip() if isinstance(parameter, click.Option) else metavar
