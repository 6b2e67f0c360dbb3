"""The command line. Each command is a module of this package, loaded when it is called.

Exit codes: 0 nothing of severity error, 1 some error finding, 2 wrong usage,
3 some file could not be read or some copy not be written, 130 interrupted.
"""

from __future__ import annotations

import click

from perf_xlsx.cli.group import VERSION, LazyGroup

COMMANDS = {  # in help, without loading them: the first sentence of each command's own help
    "adopt": "把本单位的官方表样变成自定的表种；对改好的“（核对）”工作簿再运行一次，就按更正重写。",
    "check": "与 score 相同地读取、评分、查找问题，但不写出任何文件。",
    "check-report": "把绩效自评报告（Word、文本、PDF）与自评表逐个数字核对，列出不一致的地方。",
    "consolidate": "把一批评分结果汇总成一个工作簿。",
    "demo": "演示：用示例数据走一遍全过程。",
    "desk": "打开网页：拖入自评表，看问题，下载评分后的工作簿和汇总；不必再用命令。",
    "dump": "把工作簿显示为文字，一格一行。",
    "explain": "说明一种问题：是什么、为什么要紧、对和错的例子、依据。不写编号则列出全部。",
    "letters": "写出退回意见和催报通知的模板，供本单位用 Word 修改。",
    "report": "按提纲写出绩效自评报告（Word），数字都取自自评表。",
    "rules": "用文字列出评分办法，或写成工作簿；检查或比较评分办法。",
    "score": "读取、评分、标出问题，写出评分后的工作簿。",
    "template": "生成自评表模板，可预先填好，或从上年、批复的目标带入；用 --roster 给名单中的每个单位生成一份。",
    "verify": "核对工作簿与评分回执：是否原样、改了哪些格、对分数有什么影响。",
}


main = LazyGroup(
    "main",
    params=[VERSION],
    commands={name: click.Command(name, help=first) for name, first in COMMANDS.items()},
    help="预算绩效自评：生成模板，读取填报的自评表，按评分办法评分，标出问题并写回。",
)
