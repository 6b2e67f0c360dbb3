"""Damaged workbooks by the thousand: each is read or refused, in time, and no output is half written.

`make fuzz`, or `python -m tests.fuzz --count 10000 --first 0 --jobs 2`. Each number is the seed of one file. Seeds
that failed once stand in tests/fuzz_seeds.txt and are run with the tests.
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
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FrameType

from lxml import etree

from perf_xlsx import pipeline
from perf_xlsx.demo import case_text
from perf_xlsx.model import Result
from perf_xlsx.ooxml import Package
from tests.rich_workbook import rich

SEEDS = Path(__file__).parent / "fuzz_seeds.txt"
SECONDS, MEMORY = 10, 2 * 1024**3  # of processor time, of memory, for one file
NASTY = [
    "", "-1", "0", "1", "²", "99999999999999999999", "9" * 5000, "1e400", "NaN", "A0", "XFE1", "A1048577", "$A$1",
    "A1:XFD1048576", "rId999", "../../x", "/xl/workbook.xml", "http://127.0.0.1:9/x", "true", "_xD800__x001B_",
    "中文", "x" * 40_000, "=1+1",
]  # fmt: skip

Parts = dict[str, bytes]
Mutation = Callable[[random.Random, Parts], None]


class TooSlow(BaseException):
    """A file took longer than SECONDS. No Exception, so that nothing on the way takes it for damage."""


@cache
def bases() -> tuple[bytes, ...]:
    """The workbooks that are damaged: both forms, one with everything in it, and one that was scored before."""
    first, second = (pipeline.template_bytes(case=case_text(name)) for name in ("department-corrected", "project"))
    everything = rich(pipeline.template_bytes(case=case_text("department-as-filed")))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.xlsm").write_bytes(everything)
        pipeline.score(Path(folder) / "a.xlsm", Path(folder) / "b.xlsm")
        return first, second, everything, (Path(folder) / "b.xlsm").read_bytes()


@cache
def undamaged(base: int) -> str:
    """What scoring gives for a base."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(bases()[base])
        return outcome(pipeline.score(path))


def outcome(result: Result) -> str:
    """The figures and what was found in the form; findings on the whole file depend on its name and kind.

    What was written into our notes is told once (R23).
    """
    found = [
        (f.code, str(f.place.sheet), f.place.cell) for f in result.findings if f.place.cell and f.code != "R23"
    ]
    return f"{result.scores.total if result.scores else None} {found}"


def unzipped(data: bytes) -> Parts:
    """The parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def zipped(parts: Parts) -> bytes:
    """A workbook of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


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


def mutant(seed: int) -> tuple[bytes, int | None]:
    """The damaged workbook of a seed; with the number of its base where all that is read must be what it was."""
    chance = random.Random(seed)
    base = chance.randrange(len(bases()))
    data = bases()[base]
    kind = chance.random()
    if kind < 0.2:  # every part has a checksum: a workbook that is still read is the same workbook
        return flip(chance, data, 8), base
    if kind < 0.25:
        return data[: chance.randrange(len(data))], base
    parts = unzipped(data)
    for _ in range(chance.randint(1, 3)):
        if parts:
            chance.choice(MUTATIONS)(chance, parts)
    return zipped(parts), None


# ---- what must come of it ----


def problems(seed: int, folder: Path) -> Iterator[str]:
    """What is wrong with the outcome of one seed."""
    data, same_as = mutant(seed)
    source, output = folder / "a.xlsm", folder / "out.xlsm"
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
        if "\n" in found.message or not found.advice:
            yield f"not one line with advice: {found}"
    written = [path for path in folder.iterdir() if path != source]
    if result.output is None:
        if written or pipeline.unwritten(result):
            yield f"no output, but {written}"
        if not result.findings:
            yield "refused without a word"
        return
    if same_as is not None and outcome(result) != undamaged(same_as):
        yield f"read differently: {outcome(result)}"
    if [str(path) for path in written] != [result.output]:
        yield f"{written} written, {result.output} told"
        return
    again = pipeline.score(written[0])
    if outcome(again) != outcome(result):
        yield f"scored again: {outcome(again)} {[f.message for f in again.findings if not f.place.cell]}"
    if written[0].suffix != Package.open(written[0]).suffix():
        yield "suffix and content disagree"


def judge(seed: int) -> tuple[int, str, float]:
    """A seed, what is wrong ("" for nothing), and the seconds of processor time it took."""

    def too_slow(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    signal.signal(signal.SIGPROF, too_slow)
    signal.setitimer(signal.ITIMER_PROF, SECONDS * 3)
    started = time.process_time()
    try:
        with tempfile.TemporaryDirectory() as folder:
            said = "; ".join(problems(seed, Path(folder)))
    except TooSlow:
        said = f"stopped after {SECONDS * 3} s: {traceback.format_exc(limit=-3)}"
    except Exception:
        said = traceback.format_exc(limit=-4)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return seed, said, time.process_time() - started


def kept_seeds() -> list[int]:
    """The seeds that failed once."""
    lines = SEEDS.read_text("utf-8").splitlines() if SEEDS.exists() else []
    return [int(line.split("#")[0]) for line in lines if line.split("#")[0].strip()]


def bounded() -> None:
    """No worker gets more memory than one file may cost."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    bases()


def main() -> int:
    """Run the seeds asked for; a line a failure, the figures at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--keep", action="store_true", help="write the seeds that fail to tests/fuzz_seeds.txt")
    options = parser.parse_args()
    seeds = itertools.chain(kept_seeds(), range(options.first, options.first + options.count))
    failed: dict[int, str] = {}
    slowest, figures = 0.0, Counter[str]()
    with multiprocessing.Pool(options.jobs, bounded) as pool:
        for seed, said, seconds in pool.imap_unordered(judge, seeds, chunksize=20):
            slowest = max(slowest, seconds)
            figures["files"] += 1
            if said:
                failed[seed] = said
                print(f"{seed}: {said}", flush=True)
    if options.keep and failed:
        with SEEDS.open("a", encoding="utf-8") as file:
            file.writelines(f"{seed}  # {said.splitlines()[-1][:100]}\n" for seed, said in sorted(failed.items()))
    print(f"{figures['files']} files, {len(failed)} failures, slowest {slowest:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
