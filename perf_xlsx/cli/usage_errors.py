"""What is wrong with a command line, in the words of those who typed it."""

from __future__ import annotations

import re

import click

from perf_xlsx.system.suggestion import meant


def usage_error_in_words(error: click.UsageError) -> str:
    """The error in Chinese, and where the command is explained."""
    where = error.ctx.command_path if error.ctx else "perf-xlsx"
    wrong = _wrong(error)
    return f"{wrong}{'' if wrong.endswith('？') else '。'}用法见 {where} --help"


def _wrong(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            return f"没有 {error.option_name} 这个选项{meant(error.option_name, _options(error.ctx))}"
        case click.BadOptionUsage():
            return f"{error.option_name} 后面没有写内容，或者不该写"
        case click.MissingParameter(param=click.Parameter() as missing):
            return f"没有写明 {_name(missing)}"
        case click.BadParameter(param=click.Parameter(type=click.Path()) as wrong):
            return f"{_name(wrong)}：{_path(error.message)}"
        case click.BadParameter(param=click.Parameter() as wrong):
            return f"{_name(wrong)} {_range(wrong.type)}"
        case click.UsageError(ctx=click.Context(command=click.Group() as group)):
            typed = re.search(r"""(['"])(.*)\1""", error.message)
            near = meant(typed[2], group.commands) if typed else ""
            return f"没有这个命令，现有 {'、'.join(sorted(group.commands))}{near}"
        case _:
            return "命令的写法不对，可能多写了内容"


def _options(context: click.Context | None) -> list[str]:
    """The options of a command."""
    return (
        [name for parameter in context.command.get_params(context) for name in parameter.opts] if context else []
    )


def _range(kind: object) -> str:
    """What may be written for a value."""
    match kind:
        case click.IntRange(min=int() as low, max=int() as high):
            return f"应为{low}到{high}的整数"
        case click.IntRange(min=int() as low):
            return f"应为不小于{low}的整数"
        case click.FloatRange():
            return f"应为大于{kind.min or 0:g}的数字"
        case click.Choice():
            return f"应为 {'、'.join(map(str, kind.choices))} 之一"
    return "的写法不对"


def _path(message: str) -> str:
    """What click says of a path: its name in quotes, and what is wrong with it."""
    found = re.search(r"""(['"])(.*)\1""", message)
    path = found[2] if found else ""
    if "is a file" in message:
        return f"{path} 是文件，这里要写文件夹"
    if "is a directory" in message:
        return f"{path} 是文件夹，这里要写文件"
    if "is a device" in message:
        return f"{path} 是管道或设备，不是文件"
    return f"没有这个文件：{path}" if "does not exist" in message else f"{path} 不能读写"


def _name(parameter: click.Parameter) -> str:
    """As it is typed: "-o 文件夹", or "文件或文件夹..."."""
    metavar = parameter.metavar or ""
    return f"{parameter.opts[0]} {metavar}".strip() if isinstance(parameter, click.Option) else metavar
