"""How commands behave: loaded when called, errors of usage in Chinese, stopped by Ctrl-C with one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NoReturn

import click
from msgspec import Struct

from perf_xlsx import __version__
from perf_xlsx.cli import arguments
from perf_xlsx.cli.usage_errors import usage_error_in_words
from perf_xlsx.system import streams
from perf_xlsx.system.os_errors import why
from perf_xlsx.system.streams import say

ON_WINDOWS = os.name == "nt"
NOT_WRITTEN = 3  # the exit code where something could not be read or written
INTERRUPTED = 130  # as shells report Ctrl-C


class Launched(Struct, frozen=True):
    """This process has a parent that survives it; or (`ended`) it is the parent, whose child of that id ended."""

    ended: int | None = None


def fail(message: str) -> NoReturn:
    """Wrong usage: one line on stderr, exit code 2."""
    say(f"错误：{message}", err=True)
    sys.exit(2)


class Command(click.Command):
    """A command whose help replaces what the terminal's encoding lacks, as all output does."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return HELP


def _print_help(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        say(context.get_help())
        context.exit()


def _print_version(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        say(f"perf-xlsx {__version__}")
        context.exit()


def _flag(
    *names: str, text: str, callback: Callable[[click.Context, click.Parameter, bool], None]
) -> click.Option:
    """An option that prints something and ends. Click's own translate their help, which loads gettext."""
    return click.Option(names, is_flag=True, expose_value=False, is_eager=True, help=text, callback=callback)


HELP = _flag("-h", "--help", text="Show this message and exit.", callback=_print_help)
VERSION = _flag("--version", text="Show the version and exit.", callback=_print_version)


class LazyGroup(Command, click.Group):
    """Commands of which only name and first sentence are known; the module of one is loaded when it is called."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"perf_xlsx.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        click.Group(commands=self.commands).format_commands(ctx, formatter)

    def main(self, args: Sequence[str] | None = None, *more: Any, **options: Any) -> Any:
        streams.settle()
        if args is None and ON_WINDOWS:
            args = arguments.words_meant(sys.argv[1:])
        try:
            return super().main(args, *more, windows_expand_args=False, **options)
        except OSError as error:  # commands report their own files; click handles a pipe that nobody reads
            if error.filename is None:
                streams.give_up(sys.stdout)
            what = error.filename or "输出"
            say(f"错误：{what} 读写时出错（{why(error)}），没有做完。", err=True)
            sys.exit(NOT_WRITTEN)

    def make_context(self, *given: Any, **more: Any) -> click.Context:
        try:
            return super().make_context(*given, **more)
        except click.UsageError as error:
            fail(usage_error_in_words(error))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args:
            say(ctx.get_help(), err=True)
            ctx.exit(2)
        return super().parse_args(ctx, args)

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except click.UsageError as error:
            fail(usage_error_in_words(error))
        except KeyboardInterrupt:
            say("已停止。", err=True)
            context.exit(INTERRUPTED)
