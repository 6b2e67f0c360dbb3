"""A folder of returns as a bureau gets them: both forms, every kind of damage, names and figures of their own."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from perf_xlsx.ooxml import Package
from perf_xlsx.ooxml.markup import parse_xml, to_xml
from tests.kit.damage import DAMAGES, damaged

KINDS = 500  # distinct workbooks; a count that this divides has each of them equally often
OWN = {  # what a unit fills in for itself: name, an indicator, an amount
    "department-as-filed": (
        "乌鲁木齐高新技术产业开发区（乌鲁木齐市新市区）机关事务管理中心", "公务用车运行维护费下降率", "2761.83",
    ),
    "project": ("示例县水利局", "改造农村供水工程", "786.36"),
}  # fmt: skip
STAMP = re.compile(r"<dcterms:modified[^>]*>[^<]*</dcterms:modified>")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SPOILT: tuple[Callable[[bytes], bytes], ...] = (  # files that are no workbook any more
    lambda data: data[: len(data) // 2],
    lambda data: b"",
    lambda data: OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
    lambda data: "<html><body>请登录</body></html>".encode(),
    lambda data: data.replace(b"PK\x03\x04", b"PK\x00\x00"),
)
SPOILT_EVERY = 20


@dataclass(frozen=True)
class Pattern:
    """A damaged workbook, and its parts that hold what each unit fills in for itself."""

    data: bytes
    parts: tuple[tuple[str, str], ...]
    own: tuple[str, str, str]

    def of(self, number: int) -> bytes:
        """This workbook as the unit of that number would have filled it in."""
        unit, indicator, amount = self.own
        package = Package.open(self.data)
        for name, text in self.parts:
            text = text.replace(unit, unit_name(number)).replace(indicator, f"{indicator}{number}")
            text = text.replace(f">{amount}<", f">{float(amount) - number % 997 / 10:.2f}<")
            package.write(name, text.encode())
        return package.to_bytes()


def unit_name(number: int) -> str:
    """A unit of its own for each return."""
    return f"示例{number // 40:04}县{number % 40:02}局"


def kinds() -> list[tuple[str, str | None]]:
    """Story and damage: each damage on both forms, the rest as their units meant them; in an order of its own."""
    found: list[tuple[str, str | None]] = [(story, name) for story in OWN for name in DAMAGES]
    stories = list(OWN)
    found += [(stories[n % 2], None) for n in range(KINDS - len(found))]
    random.Random(0).shuffle(found)
    return found


@cache
def pattern(story: str, name: str | None) -> Pattern:
    """The workbook of one kind."""
    data = damaged(story, *([name] if name else []))
    unit, indicator, amount = OWN[story]
    parts = []
    package = Package.open(data)
    for part in package.names():
        if part == "docProps/core.xml":  # openpyxl's clock
            parts.append((part, STAMP.sub("", package.read(part).decode())))
        elif part.startswith("xl/") and part.endswith(".xml"):
            text = to_xml(parse_xml(package.read(part), part)).decode()  # openpyxl writes Chinese as references
            if any(own in text for own in (unit, indicator, f">{amount}<")):
                parts.append((part, text))
    return Pattern(data, tuple(parts), OWN[story])


def returns(count: int) -> Iterator[tuple[str, bytes]]:
    """Path and content of each return."""
    order = kinds()
    for number in range(count):
        data = pattern(*order[number % KINDS]).of(number)
        if number % SPOILT_EVERY == SPOILT_EVERY - 1:
            data = SPOILT[number // SPOILT_EVERY % len(SPOILT)](data)
        yield f"区县{number % 23:02}/{('本级', '乡镇')[number % 2]}/{number:06}{unit_name(number)}.xlsx", data


def write_returns(folder: Path, count: int, more: int = 0) -> None:
    """Write `count` returns below the folder."""
    for path, data in islice(returns(count), more, None):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
