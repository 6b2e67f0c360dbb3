"""Builds dist/perf-xlsx-windows.zip: a folder that runs on Windows, with nothing installed and no network.

In it: the product and every wheel of requirements.txt (checked against its sum), unpacked; the batch files; and
an embeddable Python where PYTHON_EMBED names its zip, checked against PYTHON_EMBED_SHA256 where that is given.
Without one, the batch files use a Python that is installed there. The same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
OUTPUT = ROOT / "dist" / "perf-xlsx-windows.zip"
FOLDER = "perf-xlsx"  # the one folder in the zip
PACKAGES, RUNTIME = "program/packages", "program/python"
DEFAULT_VERSION = "3.12"  # of the Python that is looked for where none is brought along
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "perf_xlsx")  # what our wheel is made of
TEXTS = ("开始.bat", "评分.bat", "perf-xlsx.cmd", "安装说明.txt")
NOT_RUN = (".c", ".h", ".pxd", ".pxi", ".pyi", ".pyx")  # for compilers and editors, a tenth of the wheels
DATE = (2020, 1, 1, 0, 0, 0)
UNIX = 3  # the system a zip is from: of others, some programs take UTF-8 names for those of a code page
AMD64 = b"PE\0\0\x64\x86"
# Where the batch files find Python. %~dp0 is their own folder.
BROUGHT = '"%~dp0program\\python\\python.exe"'
INSTALLED = "py -{version}"
LOOK_FOR_IT = """\
rem Neither py.exe nor a module is taken from the current folder: returned files may lie there.
set "NoDefaultCurrentDirectoryInExePath=1"
set "PYTHONSAFEPATH=1"
set "PYTHONPATH=%~dp0program\\packages"
{python} -c "import sys; sys.exit(sys.maxsize < 2**32)" >nul 2>nul
if errorlevel 1 goto no_python
"""
NEEDED = {True: "不用安装 Python：文件夹里已经带了。", False: "要先装有 Python {version}（64 位，带 py 启动器）。"}


class BuildError(Exception):
    """The folder cannot be built; the message says why."""


@dataclass(frozen=True)
class Runtime:
    """The Python of the folder: its version, as 3.12, and its files; none where an installed one is used."""

    version: str = DEFAULT_VERSION
    files: Mapping[str, bytes] = field(default_factory=dict)


def embedded(archive: Path, expected: str | None = None) -> Runtime:
    """The embeddable distribution in a zip, told to find our packages. Raises BuildError and OSError."""
    data = archive.read_bytes()
    computed = hashlib.sha256(data).hexdigest()
    if expected and computed != expected.strip().lower():
        raise BuildError(f"{archive.name} has the sha256 {computed}, and PYTHON_EMBED_SHA256 is {expected}")
    print(f"{archive.name}: sha256 {computed}, {'as expected' if expected else 'compared with nothing'}")
    try:
        with zipfile.ZipFile(archive) as unpacked:
            files = {name: unpacked.read(name) for name in unpacked.namelist() if not name.endswith("/")}
    except zipfile.BadZipFile:
        raise BuildError(f"{archive.name} is no zip") from None
    paths = [name for name in files if re.fullmatch(r"python3\d+\._pth", name)]
    if len(paths) != 1 or AMD64 not in files.get("python.exe", b"")[:1024]:
        raise BuildError(
            f"{archive.name} is no embeddable Python 3 for 64-bit Windows (python-3.x.y-embed-amd64.zip)"
        )
    stem = paths[0].removesuffix("._pth")
    # Only these are searched, from where the file lies: no registry, no PYTHONPATH, no folder of workbooks.
    files[paths[0]] = f"{stem}.zip\n.\n../packages\n".encode()
    return Runtime(f"3.{stem.removeprefix('python3')}", files)


def wheels(version: str, folder: Path) -> list[Path]:
    """Our wheel and the pinned ones for Windows, fetched into a folder. Raises CalledProcessError."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    ours, source = folder / "ours", folder / "source"
    source.mkdir()
    for name in SOURCES:  # a copy, because a build leaves its own folders beside the sources
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, source / name)
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", ours, source], check=True)
    for_windows = ["--platform", "win_amd64", "--python-version", version, "--implementation", "cp"]
    pinned = ["--require-hashes", "--no-deps", "--only-binary=:all:", "-r", HERE / "requirements.txt"]
    subprocess.run([*pip, "download", "--dest", folder, *for_windows, *pinned], check=True)
    return sorted([*ours.glob("*.whl"), *folder.glob("*.whl")], key=lambda path: path.name)


def unpacked(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """What a wheel puts among the packages, as path and content."""
    with zipfile.ZipFile(wheel) as archive:
        for path in archive.namelist():
            name = placed(path)
            if name and not name.endswith(("/", *NOT_RUN)):
                yield name, archive.read(path)


def placed(path: str) -> str:
    """Where a file of a wheel lies among the packages; "" for scripts and headers, which do not."""
    first, _, rest = path.partition("/")
    if not first.endswith(".data"):
        return path
    kind, _, name = rest.partition("/")
    return name if kind in ("purelib", "platlib") else ""


def text(name: str, runtime: Runtime) -> bytes:
    """A batch file or the manual: with the way to Python in it, and as Windows and its Notepad read texts."""
    python = BROUGHT if runtime.files else INSTALLED.format(version=runtime.version)
    words = {
        "@PYTHON@": python,
        "@FIND@\n": "" if runtime.files else LOOK_FOR_IT.format(python=python),
        "@VERSION@": runtime.version,
        "@NEEDED@": NEEDED[bool(runtime.files)].format(version=runtime.version),
    }
    content = (HERE / name).read_text(encoding="utf-8")
    for word, meant in words.items():
        content = content.replace(word, meant)
    return content.replace("\n", "\r\n").encode("utf-8-sig" if name.endswith(".txt") else "utf-8")


def contents(runtime: Runtime, found: list[Path]) -> dict[str, bytes]:
    """Every file of the folder. Raises BuildError where two wheels bring different files of one name."""
    files = {name: text(name, runtime) for name in TEXTS}
    files["program/dropped.py"] = (HERE / "dropped.py").read_bytes()
    files |= {f"{RUNTIME}/{name}": data for name, data in runtime.files.items()}
    for wheel in found:
        for name, data in unpacked(wheel):
            if files.setdefault(f"{PACKAGES}/{name}", data) != data:
                raise BuildError(f"{wheel.name} brings another {name}")
    return files


def write(files: Mapping[str, bytes], output: Path) -> None:
    """The zip: in the order of names and of one date, so that the same files give the same bytes."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{FOLDER}/{name}", DATE)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, UNIX, 0o644 << 16
            archive.writestr(entry, files[name])


def main() -> None:
    """Build it, and say what it weighs."""
    given = os.environ.get("PYTHON_EMBED")
    try:
        runtime = embedded(Path(given), os.environ.get("PYTHON_EMBED_SHA256")) if given else Runtime()
        with tempfile.TemporaryDirectory() as scratch:
            files = contents(runtime, wheels(runtime.version, Path(scratch)))
    except (BuildError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"error: {error}")
    write(files, OUTPUT)
    brought = "with" if runtime.files else "without"
    print(
        f"{OUTPUT.relative_to(ROOT)}: {OUTPUT.stat().st_size / 1e6:.1f} MB, "
        f"{sum(map(len, files.values())) / 1e6:.1f} MB unpacked in {len(files)} files, "
        f"{brought} Python {runtime.version}\nsha256 {hashlib.sha256(OUTPUT.read_bytes()).hexdigest()}"
    )


if __name__ == "__main__":
    main()
