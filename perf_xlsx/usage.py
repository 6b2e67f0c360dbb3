"""What is wrong with a command line, in the words of those who typed it."""

from __future__ import annotations

import re

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
            return f"{_name(wrong)}：{_path(error.message)}"
        case click.BadParameter(param=click.Parameter() as wrong):
            return f"{_name(wrong)} 的写法不对"
        case click.UsageError(ctx=click.Context(command=click.Group() as group)):
            return f"没有这个命令，现有 {'、'.join(sorted(group.commands))}"
        case _:
            return f"命令的写法不对（{error.format_message()}）"


def _path(message: str) -> str:
    """What click says of a path: its name in quotes, and what is wrong with it."""
    found = re.search(r"""(['"])(.*)\1""", message)
    path = found[2] if found else ""
    if "is a file" in message:
        return f"{path} 是文件，这里要写文件夹"
    if "is a directory" in message:
        return f"{path} 是文件夹，这里要写文件"
    return f"没有这个文件：{path}" if "does not exist" in message else f"{path} 不能读写"


def _name(parameter: click.Parameter) -> str:
    """As it is typed: "-o 文件夹", or "文件或文件夹..."."""
    metavar = parameter.metavar or ""
    return f"{parameter.opts[0]} {metavar}".strip() if isinstance(parameter, click.Option) else metavar
