"""Which workbooks a run does, in which order, and where each scored copy goes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from perf_xlsx.pipeline import COPY_SUFFIXES, WORKBOOKS, Job, OutputError
from perf_xlsx.results.records import STATE
from perf_xlsx.system.growing import NumbersByText, Pairs
from perf_xlsx.system.os_errors import file_identity, for_windows, reachable, too_deep, why
from perf_xlsx.system.output_files import printable_path, reserved, unique_path

LEFT_BEHIND = ("~$", ".~", "._")  # prefixes of the files that Excel, WPS and Macs put next to a workbook
RESULTS = "评分结果"  # where copies go when no folder is named
SYSTEM = ("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r")  # and names with a dot first: nobody sent these
SYSTEM_FOLDERS = (
    "__macosx", ".trashes", ".spotlight-v100", ".fseventsd", "$recycle.bin", "system volume information",
)  # fmt: skip  # of archives made on a Mac, and of drives: what is in them was not sent, or thrown away


class Plan(Struct, frozen=True, dict=True):
    """The jobs of a run, as two short texts each: there may be a million.

    `rows` are a workbook's path below `base` and its copy's below `folder`, both with "/". `folder` None: nothing
    is written. `many`: a folder or several files were asked for. `passed` are files without a workbook's suffix,
    `skipped` folders with results of earlier runs, `outside` links to folders outside what was asked for.
    """

    base: Path
    folder: Path | None
    rows: Sequence[tuple[str, str]]
    many: bool
    passed: Sequence[str] = ()
    skipped: Sequence[str] = ()
    outside: Sequence[str] = ()

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Printable names, by row, of the files whose own name is not; no two are the same."""
        odd = [file for file, _ in self.rows if printable_path(Path(file)) != file]
        taken = _all(file for file, _ in self.rows) if odd else NumbersByText()
        found = {}
        for file in odd:
            name = plain = printable_path(Path(file))
            number = 1
            while name in taken:
                number += 1
                name = f"{plain}({number})"
            taken.add(name)
            found[file] = name
        return found

    def called(self, file: str) -> str:
        """The printable path of a row's file, for programs."""
        name = self.names.get(file)
        return printable_path(self.base / file) if name is None else str(Path(printable_path(self.base)) / name)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Job]:
        return (self[at] for at in range(len(self)))

    def __getitem__(self, at: int) -> Job:
        file, output = self.rows[at]
        return Job(reachable(self.base / file), reachable(self.folder / output) if self.folder else None)


def plan(paths: Iterable[str | Path], folder: str | Path | None) -> Plan:
    """The jobs for files and folders, in a stable order; subfolders are kept, owner files (~$) left out.

    Raises OutputError where a path does not exist or cannot be listed, or an output would be an input.
    """
    asked = [Path(path) for path in paths]
    target = Path(folder) if folder is not None else None
    _refuse_wrong_paths(asked, target)
    base = _base(asked)
    walk = _Walk(map(os.path.realpath, asked), file_identity(target) if target else None)
    wanted, known = Pairs(), NumbersByText()
    passed: dict[str, None] = {}
    for path in asked:
        for relative in walk.below(path):
            file = _below_base(base, path, relative)
            if _is_other_file(path, relative):
                passed[file] = None
            elif known.add(file):
                wanted.append(file, _copy_name(_copy_path(path, relative, several=len(asked) > 1)))
    many = len(asked) > 1 or any(map(os.path.isdir, asked))
    others = [file for file in passed if file not in known]
    found = Plan(base, target, _with_unique_outputs(wanted), many, others, walk.skipped, walk.outside)
    _refuse_overwriting(found)
    return found


def _below_base(base: Path, path: Path, relative: str) -> str:
    """The path below `base` of the file `relative` (or "") below `path`."""
    top = Path(os.path.relpath(path, base) if base.parts else path).as_posix()
    if not relative:
        return top
    return relative if top == "." else f"{top}/{relative}"


def _copy_path(path: Path, relative: str, several: bool) -> str:
    """Where the copy of a file below `path` goes: with several paths, below the name of its own."""
    return f"{path.name}/{relative}" if relative and several else relative or path.name


def _refuse_wrong_paths(asked: Sequence[Path], target: Path | None) -> None:
    for path in asked:
        if not os.path.exists(path):
            raise OutputError(f"没有这个文件或文件夹：{printable_path(path)}")
    if target is None:
        return
    if os.path.exists(target) and any(file_identity(path) == file_identity(target) for path in asked):
        raise OutputError(
            f"输出文件夹就是收回的文件夹：{printable_path(target)}。请换一个输出文件夹，原文件不会改动。"
        )
    if too_deep(target):
        raise OutputError(
            f"输出文件夹的路径太长，Excel 会打不开其中的文件：{printable_path(target)}。"
            "请用 -o 换一个浅一些的文件夹，或把收回的文件夹移到浅一些的地方。"
        )
    if _is_workbook(target.name) and not os.path.isdir(target):
        raise OutputError(f"-o 后面写的是文件夹，{printable_path(target)} 却像工作簿的名称。请改写一个文件夹。")


def beside(paths: Sequence[Path]) -> Path:
    """The output folder when none is named: next to the returns, never among them."""
    if len(paths) > 1:
        return _base(paths) / RESULTS
    whole = Path(os.path.abspath(paths[0]))
    if not os.path.isdir(whole):
        return paths[0].parent / RESULTS
    return whole.parent / f"{whole.name}-{RESULTS}" if whole.name else Path(RESULTS)


def _are_results(name: str) -> bool:
    return name == RESULTS or name.endswith(f"-{RESULTS}")


def others(jobs: Plan, written: Iterable[Path]) -> Iterator[str]:
    """Workbooks in the output folder that are neither copies of this run nor `written`: originals may be gone."""
    if jobs.folder is None or not os.path.isdir(jobs.folder):
        return
    kept = _all(reserved(Path(output)) for _, output in jobs.rows)
    for path in written:
        kept.add(reserved(Path(os.path.relpath(path, jobs.folder))))
    walk = _Walk([os.path.realpath(jobs.folder)], file_identity(jobs.base), of_results=True)
    for relative in walk.below(jobs.folder):
        if _is_workbook(relative) and reserved(Path(relative)) not in kept:
            yield relative


def _base(asked: Sequence[Path]) -> Path:
    """The folder that all lie in: with a single folder, itself; nothing where there is none in common."""
    if len(asked) == 1:
        return asked[0] if os.path.isdir(asked[0]) else asked[0].parent
    try:
        return Path(os.path.commonpath([path if os.path.isdir(path) else path.parent for path in asked]))
    except ValueError:  # absolute and relative, or two drives
        return Path()


class _Walk:
    """Lists the files below folders; notes the folders on the way that it does not enter.

    `roots` are the folders asked for, resolved. `excluded` identifies the output folder, which is not entered:
    results of an earlier run are no input. `of_results`: the folders to go through are themselves results.
    """

    def __init__(self, roots: Iterable[str], excluded: object, of_results: bool = False) -> None:
        self.roots, self.excluded, self.of_results = tuple(roots), excluded, of_results
        self.skipped: list[str] = []
        self.outside: list[str] = []

    def below(self, path: Path) -> Iterator[str]:
        """The files below a folder, as relative paths with "/"; for a file the empty text."""
        if os.path.isdir(path):
            yield from self._walk(path, "", {self.excluded} - {None})
        else:
            yield ""

    def _walk(self, folder: Path, prefix: str, seen: set[object]) -> Iterator[str]:
        """`seen` are folders not to enter again: links to folders inside are followed, but not in a ring.

        A folder below that cannot be listed is given like a file: scoring it reports that.
        """
        try:
            seen.add(file_identity(os.path.join(folder, prefix)))
            with os.scandir(reachable(folder / prefix)) as entries:
                found = sorted((entry.name, os.path.isdir(entry)) for entry in entries)
        except OSError as error:
            if not prefix:
                raise OutputError(f"文件夹打不开：{printable_path(folder)}（{why(error)}）") from None
            yield prefix.removesuffix("/")
            return
        for name, is_folder in found:
            relative = prefix + name
            if is_folder:
                if self._is_entered(folder, relative, name, seen):
                    yield from self._walk(folder, f"{relative}/", seen)
            elif not name.startswith(LEFT_BEHIND) and (_is_workbook(name) or not _of_the_system(relative)):
                yield relative

    def _is_entered(self, folder: Path, relative: str, name: str, seen: set[object]) -> bool:
        here = file_identity(reachable(folder / relative))
        if (here is not None and here in seen) or name.lower() in SYSTEM_FOLDERS:
            return False
        if not self._is_inside(reachable(folder / relative)):
            self.outside.append(relative)
            return False
        if not self.of_results and (_are_results(name) or os.path.isdir(folder / relative / STATE)):
            self.skipped.append(relative)
            return False
        return True

    def _is_inside(self, path: Path) -> bool:
        """Whether a folder lies, with links resolved, below what was asked for."""
        real = os.path.realpath(path)
        return any(real == root or real.startswith(os.path.join(root, "")) for root in self.roots)


def _is_workbook(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in WORKBOOKS


def _is_other_file(folder: Path, relative: str) -> bool:
    """Whether a path below a folder is a file, but no workbook."""
    return bool(relative) and not _is_workbook(relative) and not os.path.isdir(folder / relative)


def _of_the_system(relative: str) -> bool:
    parts = relative.lower().split("/")
    return parts[-1] in SYSTEM or any(part.startswith(".") for part in parts)


def _copy_name(name: str) -> str:
    """The name of the scored copy: its own, with .xlsx or .xlsm in place of a suffix that no copy has."""
    name = "/".join(for_windows(part) for part in printable_path(Path(name)).split("/"))
    stem, suffix = os.path.splitext(name)
    if suffix.lower() in COPY_SUFFIXES or suffix.lower() not in WORKBOOKS:
        return name
    return stem + (".xlsm" if suffix.lower() == ".xltm" else ".xlsx")


def _with_unique_outputs(wanted: Pairs) -> Pairs:
    """The rows, no two with one output. A file that keeps its name goes before one that is renamed."""
    taken, others = NumbersByText(), dict[int, str]()
    for is_renamed in (False, True):
        for at, (file, output) in enumerate(wanted):
            if (os.path.splitext(file)[1] != os.path.splitext(output)[1]) == is_renamed:
                unique = unique_path(Path(output), taken).as_posix()
                if unique != output:
                    others[at] = unique
    if not others:
        return wanted
    found = Pairs()
    for at, (file, output) in enumerate(wanted):
        found.append(file, others.get(at, output))
    return found


def _all(texts: Iterable[str]) -> NumbersByText:
    found = NumbersByText()
    for text in texts:
        found.add(text)
    return found


def _refuse_overwriting(jobs: Plan) -> None:
    if jobs.folder is None or not os.path.exists(jobs.folder):
        return
    inputs = _all(repr(file_identity(os.path.join(jobs.base, file))) for file, _ in jobs.rows)
    names = _all(reserved(Path(os.path.abspath(jobs.base / file))) for file, _ in jobs.rows)
    for _, output in jobs.rows:
        path = os.path.join(jobs.folder, output)
        there = file_identity(path)
        if (there and repr(there) in inputs) or reserved(Path(os.path.abspath(path))) in names:
            raise OutputError(f"输出文件会覆盖输入文件：{printable_path(Path(path))}。请换一个输出文件夹。")
