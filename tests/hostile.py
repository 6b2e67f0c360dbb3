"""Nasty texts in every place of a form: time grows with the length of a text, not with its square.

`make hostile`, or `python -m tests.hostile --share 1 --jobs 2`. Every cell, header, format, name and passage of our
template and of an official layout holds 32,000 characters of every shape in turn. What then takes much longer than
the form itself is measured at 8,000 and 16,000 too. Then come whole files that are small and once took minutes.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from lxml import etree

from perf_xlsx import pipeline
from tests.kit import layouts
from tests.kit.dense import DENSE
from tests.kit.filled import template_of
from tests.kit.parts import MAIN, unzipped, zipped

LENGTHS = (8_000, 16_000, 32_000)
GROWTH = 2.5  # of processor time, where a text is twice as long
FLOOR = 0.25  # seconds beyond the form's own: less is not worth measuring three times
SECONDS, MEGABYTES = 5.0, 500  # of processor time and memory, for one file
AGAIN = 2  # measured so often again where it took too long: a busy machine only adds
SLACK = 3 if "PYTEST_VERSION" in os.environ else 1  # beside other tests a processor is slower

SHAPES = {
    "左括号": "(", "全角左括号": "（", "右括号": ")", "括号对": "()", "方括号": "[", "双引号": '"', "单引号": "'",
    "组合符": "\u0301", "次序颠倒的组合符": "\u0301\u0323", "带组合符的字母": "a\u0301", "折开就长的字": "\ufdfa",
    "换行": "\n", "字和换行": "字\n", "空格": " ", "字和空格": "字 ", "全角空格": "\u3000", "看不见的": "\u200b",
    "数字": "1", "数字和逗号": "1,", "逗号": ",", "小数点": "1.", "加减号": "+-", "破折号": "—", "斜线": "1/",
    "其中": "其中", "中文数字": "一二三", "十": "十", "大写金额": "壹佰", "万亿": "万亿", "半个代理对": "_xD800_",
    "表情": "😀", "百分号": "1%", "符号": "≥", "大于等于": "大于等于", "年": "2023年", "月": "1月", "年月": "2023.1",
    "分号": ";", "句号": "完成。", "顿号": "甲、", "冒号": "甲：", "星号": "*", "等号": "=A1+", "反斜线": "\\",
    "及含": "及含", "累计": "累计", "年中全年": "年中全年", "等级": "等级优", "占位符": "0#", "下划线": "_",
}  # fmt: skip


@dataclass(frozen=True)
class Form:
    """A form as its parts, and what it takes to score it."""

    name: str
    parts: dict[str, bytes]


@cache
def forms() -> tuple[Form, ...]:
    """Our template and an official layout."""
    with tempfile.TemporaryDirectory() as folder:
        official = layouts.national().save(Path(folder) / "a.xlsx").read_bytes()
    ours = template_of("department-as-filed")
    return Form("模板", unzipped(ours)), Form("官方表", unzipped(official))


Edit = Callable[[str], dict[str, bytes]]


def places(form: Form) -> Iterator[tuple[str, Edit]]:
    """Where a text may stand in a form, and what makes a workbook with it."""
    for part in sorted(form.parts):
        if not part.startswith("xl/worksheets/sheet"):
            continue
        root = etree.fromstring(form.parts[part])
        for cell in root.iter(f"{{{MAIN}}}c"):
            if len(cell):
                address = cell.get("r", "")
                yield f"{part[14:]}!{address}", _in_cells(form, part, {address})
        yield f"{part[14:]} 全部", _in_cells(form, part, None)
        yield (
            f"{part[14:]} 页眉",
            _before(form, part, "</worksheet>", "<headerFooter><oddHeader>{}</oddHeader></headerFooter>"),
        )
    yield "数字格式", lambda text: form.parts | {"xl/styles.xml": _formats(form.parts["xl/styles.xml"], text)}
    book = "xl/workbook.xml"
    for what, pattern in (
        ("工作表名", r'(<sheet [^>]*?name=")[^"]*'),
        ("名称", r'(<definedName [^>]*?name=")[^"]*'),
        ("名称所指", r"(<definedName [^>]*>)[^<]*"),
    ):
        yield what, _in(form, book, pattern)
    yield "自定义属性", _in(form, "docProps/custom.xml", r"(<vt:lpwstr>)[^<]*")


@cache
def edits(number: int) -> dict[str, Edit]:
    """What makes a workbook with a text at each place of a form."""
    return dict(places(forms()[number]))


def _in(form: Form, part: str, pattern: str) -> Edit:
    """The text in the first place that the pattern finds."""

    def edit(text: str) -> dict[str, bytes]:
        xml = form.parts.get(part, b"").decode()
        put = escape(text, {'"': "&quot;"})
        return form.parts | ({part: re.sub(pattern, lambda m: m[1] + put, xml, count=1).encode()} if xml else {})

    return edit


def _before(form: Form, part: str, tag: str, what: str) -> Edit:
    def edit(text: str) -> dict[str, bytes]:
        return form.parts | {
            part: form.parts[part].decode().replace(tag, what.format(escape(text)) + tag).encode()
        }

    return edit


def _in_cells(form: Form, part: str, addresses: set[str] | None) -> Edit:
    def edit(text: str) -> dict[str, bytes]:
        root = etree.fromstring(form.parts[part])
        for cell in root.iter(f"{{{MAIN}}}c"):
            if not len(cell) or (addresses is not None and cell.get("r") not in addresses):
                continue
            for child in list(cell):
                cell.remove(child)
            cell.set("t", "inlineStr")
            inside = etree.SubElement(etree.SubElement(cell, f"{{{MAIN}}}is"), f"{{{MAIN}}}t")
            inside.text = text
        return form.parts | {part: etree.tostring(root)}

    return edit


def _formats(styles: bytes, text: str) -> bytes:
    """Every cell format shows its number by this text."""
    root = etree.fromstring(styles)
    space = f"{{{MAIN}}}"
    found = root.find(f"{space}numFmts")
    formats = etree.Element(f"{space}numFmts") if found is None else found
    if found is None:
        root.insert(0, formats)
    etree.SubElement(formats, f"{space}numFmt", numFmtId="999", formatCode=text)
    for xf in root.iter(f"{space}xf"):
        xf.set("numFmtId", "999")
    return etree.tostring(root)


def of_length(shape: str, length: int) -> str:
    """So many characters of a shape, between two that keep its ends."""
    return f"甲{shape * (length // len(shape))}"[: length - 1] + "乙"


def seconds(parts: dict[str, bytes], repeats: int = 1) -> float:
    """The least processor time that scoring the workbook takes."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "a.xlsx"
        source.write_bytes(zipped(parts))
        took = []
        for _ in range(repeats):
            before = time.process_time()
            result = pipeline.score(source, Path(folder) / "out.xlsx")
            took.append(time.process_time() - before)
    assert result.findings or result.evaluation
    assert not pipeline.unexpected(result), result.findings
    return min(took)


@cache
def usual(form: int) -> float:
    """What the form takes as it is."""
    return seconds(forms()[form].parts, 3)


def cases(share: float) -> list[tuple[int, str, str]]:
    """Form, place and shape of that share of all cases, the same ones each time."""
    every = [
        (number, place, shape)
        for number, form in enumerate(forms())
        for (place, _), shape in itertools.product(places(form), SHAPES)
    ]
    return [case for case in every if _lot(case) < share]


def _lot(case: tuple[int, str, str]) -> float:
    return int.from_bytes(hashlib.sha256(repr(case).encode()).digest()[:4], "big") / 2**32


def judge(case: tuple[int, str, str]) -> tuple[tuple[int, str, str], float, str]:
    """A case, the seconds at the full length, and what is wrong ("" for nothing)."""
    number, place, shape = case
    edit = edits(number)[place]
    try:
        longest = seconds(edit(of_length(SHAPES[shape], LENGTHS[-1])))
        if longest < usual(number) + FLOOR:
            return case, longest, ""
        took = [max(seconds(edit(of_length(SHAPES[shape], n)), 2), 0.02) for n in LENGTHS]
    except Exception as error:
        return case, 0.0, f"{type(error).__name__}: {error}"
    said = " ".join(f"{one:.2f} s" for one in took)
    grew = (
        took[-1] > GROWTH ** (len(took) - 1) * took[0]
    )  # over both doublings: one alone is shaken by the machine
    return case, took[-1], f"{said} at {LENGTHS} characters" if grew or took[-1] > SECONDS else ""


# ---- small files that take long ----

MEASURED = """
import json, sys, time
from perf_xlsx import pipeline
result = pipeline.score(sys.argv[1], sys.argv[2])
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({
    "seconds": time.process_time(), "mb": int(peak) // 1024,
    "total": result.scores and str(result.scores.total), "codes": sorted({found.code for found in result.findings}),
    "said": result.findings[0].message if result.findings else "",
}))
"""


def measured(data: bytes, folder: Path, suffix: str) -> dict[str, object]:
    """The outcome of scoring in a process of its own, with the processor time and memory it took."""
    source = folder / f"a{suffix}"
    source.write_bytes(data)
    words = [sys.executable, "-c", MEASURED, str(source), str(folder / f"out{suffix}")]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=20 * SECONDS)
    except subprocess.TimeoutExpired:
        return {"seconds": 20 * SECONDS, "mb": 0, "total": None, "codes": [], "said": "stopped"}
    if done.returncode:
        return {"seconds": 0.0, "mb": 0, "total": None, "codes": [], "said": done.stderr.strip()[-300:]}
    found: dict[str, object] = json.loads(done.stdout)
    return found


def _seconds(found: dict[str, object]) -> float:
    return float(str(found["seconds"]))


def dense(name: str) -> tuple[str, str, str]:
    """One of the small files: its name, what it took, and what is wrong."""
    make, suffix, outcome = DENSE[name]
    data = make()
    with tempfile.TemporaryDirectory() as folder:
        found = measured(data, Path(folder), suffix)
        for _ in range(AGAIN):
            if _seconds(found) > SECONDS * SLACK:
                found = min(found, measured(data, Path(folder), suffix), key=_seconds)
    said = (
        f"{len(data) / 1024:.0f} KB: {found['seconds']:.1f} s, {found['mb']} MB, {found['total']} {found['codes']}"
    )
    over = _seconds(found) > SECONDS * SLACK or int(str(found["mb"])) > MEGABYTES
    other = found["total"] is None and outcome not in list(found["codes"])  # type: ignore[call-overload]
    return name, said, f"{said} {found['said']}" if over or other else ""


def main() -> int:
    """Run the share asked for; a line a failure, the figures at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of all cases")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    options = parser.parse_args()
    failures = 0
    chosen, slowest = cases(options.share), 0.0
    with multiprocessing.Pool(options.jobs, maxtasksperchild=500) as pool:
        for name, said, wrong in pool.imap_unordered(dense, DENSE):
            failures += bool(wrong)
            print(f"{'FAILED ' if wrong else ''}{name}: {wrong or said}", flush=True)
        for case, took, wrong in pool.imap_unordered(judge, chosen, chunksize=10):
            slowest = max(slowest, took)
            if wrong:
                failures += 1
                print(f"{forms()[case[0]].name} {case[1]} {case[2]}: {wrong}", flush=True)
    print(f"{len(chosen)} texts and {len(DENSE)} files, {failures} failures, slowest text {slowest:.2f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
