"""Damaged workbooks by the thousand: each is read or refused, in time, and no output is half written.

`make fuzz`, or `python -m tests.fuzz --count 10000 --first 0 --jobs 2`, and a fifth as many of each other format. Each
number is the seed of one file of a kind. Seeds that failed once stand in tests/fuzz_seeds.txt and are run with the
tests.
"""

from __future__ import annotations

import argparse
import copy
import io
import itertools
import multiprocessing
import random
import re
import resource
import signal
import struct
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FrameType

from lxml import etree

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.ooxml import Package
from tests.kit.filled import template_of
from tests.kit.foreign_workbooks import biff5, record, xlsb
from tests.kit.parts import unzipped, zipped
from tests.kit.rich_workbook import rich

SEEDS = Path(__file__).parent / "fuzz_seeds.txt"
SECONDS, MEMORY = 10, 2 * 1024**3  # of processor time, of memory, for one file
NASTY = [
    "", "-1", "0", "1", "²", "99999999999999999999", "9" * 5000, "1e400", "NaN", "A0", "XFE1", "A1048577", "$A$1",
    "A1:XFD1048576", "rId999", "../../x", "/xl/workbook.xml", "http://127.0.0.1:9/x", "true", "_xD800__x001B_",
    "中文", "x" * 40_000, "=1+1",
]  # fmt: skip

KINDS = ("xlsx", "xls", "xlsb", "ods")
FIXTURES = Path(__file__).parent / "fixtures"

Parts = dict[str, bytes]
Seed = tuple[str, int]  # of a kind
Mutation = Callable[[random.Random, Parts], None]


class TooSlow(BaseException):
    """A file took longer than SECONDS. No Exception, so that nothing on the way takes it for damage."""


@cache
def bases() -> tuple[bytes, ...]:
    """The workbooks that are damaged: both forms, one with everything in it, and one that was scored before."""
    first, second = (template_of(name) for name in ("department-corrected", "project"))
    everything = rich(template_of("department-as-filed"))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.xlsm").write_bytes(everything)
        pipeline.score(Path(folder) / "a.xlsm", Path(folder) / "b.xlsm")
        return first, second, everything, (Path(folder) / "b.xlsm").read_bytes()


@cache
def foreign(kind: str) -> tuple[bytes, ...]:
    """The workbooks of another format that are damaged."""
    match kind:
        case "xls":
            return (FIXTURES / "部门整体.xls").read_bytes(), biff5(bases()[0]), biff5(bases()[1])
        case "xlsb":
            return xlsb(bases()[0]), xlsb(bases()[1])
        case "ods":
            return ((FIXTURES / "部门整体.ods").read_bytes(),)
    return bases()


@cache
def undamaged(kind: str, base: int) -> str:
    """What scoring gives for a base."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{kind}"
        path.write_bytes(foreign(kind)[base])
        return outcome(pipeline.score(path))


def outcome(result: Result) -> str:
    """The figures and what was found in the form; findings on the whole file depend on its name and kind.

    What was written into our notes is told once (R23).
    """
    found = [
        (f.code, str(f.place.sheet), f.place.cell) for f in result.findings if f.place.cell and f.code != "R23"
    ]
    return f"{result.scores.total if result.scores else None} {found}"


# ---- what is done to a workbook ----


def some_xml(chance: random.Random, parts: Parts) -> str:
    """One of the parts that are read."""
    return chance.choice(sorted(name for name in parts if name.endswith((".xml", ".rels", ".vml"))))


def flip(chance: random.Random, data: bytes, most: int) -> bytes:
    """Some bytes, or bits, other than they were."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, most) if changed else 0):
        at = chance.randrange(len(changed))
        changed[at] = changed[at] ^ 1 << chance.randrange(8) if chance.random() < 0.5 else chance.randrange(256)
    return bytes(changed)


def flip_xml(chance: random.Random, parts: Parts) -> None:
    """Bits within a part of a valid zip."""
    name = some_xml(chance, parts)
    parts[name] = flip(chance, parts[name], 4)


def cut_part(chance: random.Random, parts: Parts) -> None:
    """A part that ends early."""
    name = some_xml(chance, parts)
    parts[name] = parts[name][: chance.randrange(len(parts[name]) + 1)]


def nasty_attribute(chance: random.Random, parts: Parts) -> None:
    """An attribute, or an element's text, that is anything but what belongs there."""
    name = some_xml(chance, parts)
    places = list(re.finditer(rb'(?<==")[^"<>]*(?=")|(?<=>)[^<>]+(?=<)', parts[name]))
    if places:
        found = chance.choice(places)
        new = chance.choice(NASTY).encode()
        parts[name] = parts[name][: found.start()] + new + parts[name][found.end() :]


def shuffle_elements(chance: random.Random, parts: Parts) -> None:
    """An element gone, twice, or elsewhere."""
    name = some_xml(chance, parts)
    try:
        root = etree.fromstring(parts[name])
    except etree.XMLSyntaxError:
        return
    elements = [element for element in root.iter() if element is not root]
    if not elements:
        return
    element, kind = chance.choice(elements), chance.randrange(3)
    if kind == 0 and (parent := element.getparent()) is not None:
        parent.remove(element)
    elif kind == 1:
        element.addnext(copy.deepcopy(element))
    else:
        other = chance.choice(elements)
        if element not in other.iterancestors() and element is not other:
            other.append(element)
    parts[name] = etree.tostring(root)


def remove_part(chance: random.Random, parts: Parts) -> None:
    """A part that is not there."""
    del parts[chance.choice(sorted(parts))]


def swap_part(chance: random.Random, parts: Parts) -> None:
    """A part of another workbook in its place."""
    others = unzipped(chance.choice(bases()))
    mine, theirs = chance.choice(sorted(parts)), chance.choice(sorted(others))
    parts[mine] = others[mine if mine in others and chance.random() < 0.7 else theirs]


MUTATIONS: list[Mutation] = [
    flip_xml,
    cut_part,
    nasty_attribute,
    nasty_attribute,
    shuffle_elements,
    remove_part,
    swap_part,
]


def mutant(kind: str, seed: int) -> tuple[bytes, int | None]:
    """The damaged workbook of a seed; with the number of its base where all that is read must be what it was."""
    chance = random.Random(seed)
    base = chance.randrange(len(foreign(kind)))
    data = foreign(kind)[base]
    how = chance.random()
    if how < 0.2:  # every part of a zip has a checksum: a workbook that is still read is the same workbook
        return flip(chance, data, 8), None if kind == "xls" else base
    if how < 0.25:
        return data[: chance.randrange(len(data))], None if kind == "xls" else base
    if kind == "xls":
        return damaged_stream(chance, data), None
    parts = unzipped(data)
    for _ in range(chance.randint(1, 3)):
        if not parts:
            break
        binary = sorted(name for name in parts if name.endswith(".bin"))
        if kind == "xlsb" and binary and chance.random() < 0.7:
            name = chance.choice(binary)
            parts[name] = joined(chance, records_of(parts[name]), record)
        else:
            chance.choice(MUTATIONS)(chance, parts)
    return zipped(parts, level=1), None


# ---- records of binary formats ----

Record = tuple[int, bytes]


def damaged_stream(chance: random.Random, data: bytes) -> bytes:
    """An .xls whose records are damaged, as a bare stream, which Excel reads too."""
    from xlrd.compdoc import CompDoc

    inside = CompDoc(data, logfile=io.StringIO())
    mem, base, size = next(
        found for name in ("Workbook", "Book") if (found := inside.locate_named_stream(name))[0] is not None
    )
    stream, found, at = mem[base : base + size], list[Record](), 0
    while at + 4 <= len(stream):
        code, length = struct.unpack_from("<HH", stream, at)
        found.append((code, stream[at + 4 : at + 4 + length]))
        at += 4 + length
    return joined(chance, found, lambda code, body: struct.pack("<HH", code & 0xFFFF, len(body) & 0xFFFF) + body)


def records_of(data: bytes) -> list[Record]:
    """The records of a part of an .xlsb."""
    found, at = list[Record](), 0
    while at < len(data):
        code, at = data[at], at + 1
        if code & 0x80 and at < len(data):
            code, at = code & 0x7F | data[at] << 7, at + 1
        size = shift = 0
        while at < len(data):
            byte, at = data[at], at + 1
            size, shift = size | (byte & 0x7F) << shift, shift + 7
            if not byte & 0x80:
                break
        found.append((code, data[at : at + size]))
        at += size
    return found


def joined(chance: random.Random, found: list[Record], write: Callable[[int, bytes], bytes]) -> bytes:
    """The records, some of them damaged, as bytes; perhaps a few of these too."""
    for _ in range(chance.randint(1, 4)):
        if not found:
            break
        at, how = chance.randrange(len(found)), chance.randrange(8)
        code, body = found[at]
        if how < 3:
            found[at] = code, flip(chance, body, 3)
        elif how == 3:
            found[at] = code, body[: chance.randrange(len(body) + 1)]
        elif how == 4:
            found[at] = code, body + bytes(chance.choice((0, 255)) for _ in range(chance.randint(1, 50)))
        elif how == 5:
            found[at] = chance.choice(found)[0], body
        elif how == 6:
            del found[at]
        else:
            found.insert(chance.randrange(len(found)), found[at])
    out = b"".join(write(code, body) for code, body in found)
    return flip(chance, out, 2) if chance.random() < 0.2 else out


# ---- what must come of it ----


def problems(kind: str, seed: int, folder: Path) -> Iterator[str]:
    """What is wrong with the outcome of one seed."""
    data, same_as = mutant(kind, seed)
    suffix = ".xlsm" if kind == "xlsx" else f".{kind}"
    source, output = folder / f"a{suffix}", folder / f"out{suffix}"
    for old in folder.iterdir():
        old.unlink()
    source.write_bytes(data)
    started = time.process_time()
    result = pipeline.score(source, output)
    if (seconds := time.process_time() - started) > SECONDS:
        yield f"{seconds:.0f} s"
    for found in result.findings:
        if pipeline.UNEXPECTED in found.message:
            yield found.message
        if "内存不够" in found.message:
            yield f"over {MEMORY >> 20} MB"
        if "\n" in found.message or not found.advice:
            yield f"not one line with advice: {found}"
    written = [path for path in folder.iterdir() if path != source]
    if result.output is None:
        if written or pipeline.unwritten(result):
            yield f"no output, but {written}"
        if not result.findings:
            yield "refused without a word"
        return
    if same_as is not None and outcome(result) != undamaged(kind, same_as):
        yield f"read differently: {outcome(result)}"
    if [str(path) for path in written] != [result.output]:
        yield f"{written} written, {result.output} told"
        return
    again = pipeline.score(written[0])
    if kind == "xlsx" and outcome(again) != outcome(result):
        yield f"scored again: {outcome(again)} {[f.message for f in again.findings if not f.place.cell]}"
    if written[0].suffix != Package.open(written[0]).suffix():
        yield "suffix and content disagree"


def judge(one: Seed) -> tuple[Seed, str, float]:
    """A seed of a kind, what is wrong ("" for nothing), and the seconds of processor time it took."""

    def too_slow(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    signal.signal(signal.SIGPROF, too_slow)
    signal.setitimer(signal.ITIMER_PROF, SECONDS * 3)
    started = time.process_time()
    try:
        with tempfile.TemporaryDirectory() as folder:
            said = "; ".join(problems(*one, Path(folder)))
    except TooSlow:
        said = f"stopped after {SECONDS * 3} s: {traceback.format_exc(limit=-3)}"
    except Exception:
        said = traceback.format_exc(limit=-4)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return one, said, time.process_time() - started


def kept_seeds() -> list[Seed]:
    """The seeds that failed once, as "17" for an .xlsx, or "xls 17"."""
    lines = SEEDS.read_text("utf-8").splitlines() if SEEDS.exists() else []
    words = [line.split("#")[0].split() for line in lines]
    return [("xlsx" if len(word) == 1 else word[0], int(word[-1])) for word in words if word]


def bounded() -> None:
    """No worker gets more memory than one file may cost."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    bases()


def main() -> int:
    """Run the seeds asked for; a line a failure, the figures at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="of .xlsx; a fifth of it of every other kind")
    parser.add_argument("--kind", choices=KINDS, help="only this one, and --count of it")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--keep", action="store_true", help="write the seeds that fail to tests/fuzz_seeds.txt")
    options = parser.parse_args()
    counts = {options.kind: options.count} if options.kind else dict.fromkeys(KINDS, options.count // 5)
    if not options.kind:
        counts["xlsx"] = options.count
    seeds = itertools.chain(
        kept_seeds(),
        ((kind, options.first + n) for kind, count in counts.items() for n in range(count)),
    )
    failed: dict[Seed, str] = {}
    slowest, figures = 0.0, Counter[str]()
    with multiprocessing.Pool(options.jobs, bounded) as pool:
        for seed, said, seconds in pool.imap_unordered(judge, seeds, chunksize=20):
            slowest = max(slowest, seconds)
            figures["files"] += 1
            if said:
                failed[seed] = said
                print(f"{' '.join(map(str, seed))}: {said}", flush=True)
    if options.keep and failed:
        with SEEDS.open("a", encoding="utf-8") as file:
            file.writelines(
                f"{kind} {seed}  # {said.splitlines()[-1][:100]}\n"
                for (kind, seed), said in sorted(failed.items())
            )
    print(f"{figures['files']} files, {len(failed)} failures, slowest {slowest:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
