"""What the program says to who runs commands, in the words of a page: there is no command to run again."""

from __future__ import annotations

PAGE_WORDS = (
    ("（--password-file，或在网页上输入）", "（在网页上输入）"),
    ("请先用 check 查看自评表的问题。", "请先在首页放入自评表，看它的问题。"),
    ("请用 --forms 指定它的文件（.toml），再运行一次", "请在“设置”中选它的文件（.toml），再评一次"),
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
    for command, words in PAGE_WORDS:
        text = text.replace(command, words)
    return text
