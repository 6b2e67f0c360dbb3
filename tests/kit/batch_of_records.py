"""Records of a whole batch: real scored forms, and variations of them as a bureau would get."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import STORIES
from perf_xlsx.domain.model import Result
from perf_xlsx.results import record as results
from perf_xlsx.results.recording import as_record
from tests.kit.filled import template_of

Record = dict[str, Any]
HOSTILE = (
    "=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "<r><t>注入</t></r></is></c>", "坏\x00字\ud800符", "{=1}", "长" * 300,
)  # fmt: skip
NAMES = [
    "教育局",
    "水利局",
    "卫生健康委员会",
    "农业农村局",
    "交通运输局",
    "民政局",
    "文化和旅游局",
    "科学技术局",
    "应急管理局",
    "统计局",
]
PROJECTS = [
    "农村饮水安全巩固提升",
    "义务教育薄弱环节改善",
    "基层医疗能力建设",
    "高标准农田",
    "农村公路养护",
    "困难群众救助",
]


@cache
def scored_once() -> tuple[str, ...]:
    """The stories of the demonstration and a damaged file, really scored, as JSON."""
    import tempfile

    found = []
    with tempfile.TemporaryDirectory() as scratch:
        for story in STORIES:
            returned = Path(scratch) / "returned.xlsx"
            returned.write_bytes(template_of(story))
            found.append(plain(pipeline.score(returned)))
        returned.write_bytes(b"PK\x03\x04 no zip")
        found.append(plain(pipeline.score(returned)))
    return tuple(json.dumps(record | {"file": "returned.xlsx"}) for record in found)


def batch(count: int, seed: int = 7, hostile: bool = True) -> Iterator[Record]:
    """That many records, the same ones for the same seed."""
    chance = random.Random(seed)
    *good, damaged = map(json.loads, scored_once())
    for number in range(count):
        if chance.random() < 0.05:
            yield copy.deepcopy(damaged) | {"file": f"in/区县{number % 7}/损坏{number}.xlsx"}
            continue
        record = copy.deepcopy(chance.choice(good))
        _vary(record, number, chance)
        if hostile and number % 9 == 4:
            record["unit"] = HOSTILE[number // 9 % len(HOSTILE)]
            record["findings"] = [*record["findings"], _finding(HOSTILE[(number // 9 + 1) % len(HOSTILE)])]
        yield record


def _vary(record: Record, number: int, chance: random.Random) -> None:
    name = NAMES[number % len(NAMES)]
    record["file"] = f"in/区县{number % 7}/{number:05}{name}.xlsx"
    record["unit"] = None if number % 23 == 11 else f"示例{number // len(NAMES) + 1}县{name}"
    record["supervisor"] = f"示例市{name}" if number % 3 else None
    if record["form"] == "project":
        record["project"] = f"{chance.choice(PROJECTS)}项目"
    cents = chance.randrange(4500, 10001)
    record["total"] = f"{cents // 100}.{cents % 100:02}"
    record["grade"] = "优" if cents >= 9000 else "良" if cents >= 8000 else "中" if cents >= 6000 else "差"
    record["claimed_total"] = (
        None if number % 17 == 5 else f"{min(100, cents / 100 + chance.choice((0, 0, 2, 5.5)))}"
    )
    record["claimed_grade"] = chance.choice(("优", "良", None))
    record["complete"] = number % 13 != 6
    record["grade"] = record["grade"] if record["complete"] else None
    executed = chance.randrange(4000, 10500)
    record["execution"]["rate"] = (
        None if number % 29 == 9 else f"0.{executed:04}"[:6] if executed < 10000 else "1.0123"
    )
    record["findings"] = [f for f in record["findings"] if chance.random() < 0.7]
    record["money_unit"] = "元" if number % 5 == 2 else "万元"
    for fund in record["funds"]:
        for key in ("initial", "adjustment", "adjusted", "executed"):
            if fund[key] is not None and fund[key] != "0":
                cents = chance.randrange(1, 90_000_000)
                fund[key] = f"{cents // 100}.{cents % 100:02}"


def plain(result: Result) -> Record:
    """The record of a result as plain data, to be changed at will."""
    data: Record = msgspec.json.decode(msgspec.json.encode(as_record(result)))
    return data


def typed(record: Record) -> results.Record:
    """The record that plain data is."""
    return msgspec.convert(record, results.Record)


def again(record: Record) -> Record:
    """The record as its batch gives it where the unit has returned the same form before."""
    return record | {"findings": [*record["findings"], _finding("甲局") | {"code": "B01", "severity": "warning"}]}


def _finding(text: str) -> Record:
    return {
        "code": "R08", "severity": "error", "place": f"[x.xlsx]{text}", "sheet": "绩效指标", "cell": "H9",
        "field": "实际完成值", "given": text, "expected": None, "difference": None, "message": f"“{text}”不是数字",
        "advice": "请填写数字。", "basis": "",
    }  # fmt: skip


def json_lines(records: list[Record]) -> str:
    """As the state of a run holds them."""
    return "".join(json.dumps(record, ensure_ascii=True) + "\n" for record in records)
