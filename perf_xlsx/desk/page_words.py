"""What the program says to who runs commands, in the words of a page: no commands, and titles for names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from perf_xlsx.findings.office import ASK_PASSWORD
from perf_xlsx.rulebook import load_rulebook, rulebook_names

PAGE_WORDS = (
    (ASK_PASSWORD, "或向单位要密码，在网页上输入"),
    ("请先用 check 查看自评表的问题。", "请先在首页放入自评表，看它的问题。"),
    ("请先运行 perf-xlsx score", "请先评分"),
    ("请重新运行 perf-xlsx score，", "请再评一次，"),
    ("或用 --key 核对签名", "或在上面选公钥核对签名"),
    ("再运行一次同样的命令", "再评一次"),
    ("再运行一次", "再评一次"),
    ("另一个 perf-xlsx 正在", "另一个评分程序正在"),
    ("要评其中的工作簿，请在命令中直接写那个文件夹。", "要评其中的工作簿，请把它们放进来。"),
    ("要评其中的工作簿，请在命令中直接写这个文件夹。", "要评其中的工作簿，请把它们放进来。"),
)


def on_page(text: str) -> str:
    """A text of the program with its commands in the words of a page."""
    for command, words in (*PAGE_WORDS, *_titles()):
        text = text.replace(command, words)
    return text


@cache
def _titles() -> tuple[tuple[str, str], ...]:
    """The names of rulebooks, as commands take them, and their titles."""
    return tuple(_each_title())


def _each_title() -> Iterator[tuple[str, str]]:
    for name in sorted(rulebook_names(), key=len, reverse=True):  # one name may begin with another
        title = load_rulebook(name).title
        yield f"“{title}”（{name}）", f"“{title}”"
        yield f"“{name}”", f"“{title}”"
        yield f"评分办法 {name}", f"评分办法“{title}”"
