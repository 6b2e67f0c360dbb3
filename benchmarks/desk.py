"""A shared desk: many units drop a return each at once, against `score` over a folder of the same.

    python -m benchmarks.desk [--units 200] [--rounds 3]

Each unit is a thread with a browser's cookies: it opens the page, drops its return, asks until it is scored, and
takes its copy away. The time is that of the last one. Peaks of memory are the kernel's high-water marks of the
desk, which is one process, and of its workers. Linux only.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import httpx

from benchmarks.many import SAMPLE, Run
from benchmarks.returns import returns

AGAIN = 1.5  # seconds after which a unit asks again, as the page's script does
PATIENCE = 600  # seconds


def unit(address: str, name: str, data: bytes) -> tuple[float, bool]:
    """One unit's visit: how long its upload took, and whether a copy came back."""
    with httpx.Client(base_url=address, timeout=PATIENCE, follow_redirects=True, verify=False) as client:
        token = re.search(r'data-token="([^"]+)"', client.get("/").text)
        assert token, "every page has one"
        begun = time.perf_counter()
        told = client.post("/drop", files={"files": (name, data)}, headers={"X-Token": token[1]}).json()
        took = time.perf_counter() - begun
        assert told[0]["taken"], told
        while client.get("/mine").json()["waiting"]:
            time.sleep(AGAIN)
        (arrival,) = set(re.findall(r'href="(/arrival/[^"/]+)"', client.get("/").text))
        return took, client.get(f"{arrival}/copy").status_code == 200


def watch(run: Run, over: threading.Event) -> None:
    """Take down the marks of a desk and of its workers until it is over."""
    while not over.wait(SAMPLE):
        run.sample(run.launcher)


def served(folder: Path, files: list[tuple[str, bytes]]) -> tuple[float, float, int, Run]:
    """Seconds until the last unit has its copy, the longest upload, how many copies, and what it cost."""
    words = [sys.executable, "-m", "perf_xlsx", "desk", "--share", "--no-browser", "--folder", str(folder)]
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
    )
    assert process.stdout is not None
    said = ""
    while not (found := re.search(r"http://[^:]+:(\d+)/", said)):
        said += process.stdout.readline()
    address = f"http://127.0.0.1:{found[1]}"
    run, over = Run(launcher=process.pid), threading.Event()
    watcher = threading.Thread(target=watch, args=(run, over))
    watcher.start()
    try:
        begun = time.perf_counter()
        with ThreadPoolExecutor(len(files)) as units:
            visits = list(units.map(lambda file: unit(address, *file), files))
        seconds = time.perf_counter() - begun
    finally:
        over.set()
        watcher.join()
        process.terminate()
        process.wait()
    return seconds, max(took for took, _ in visits), sum(came for _, came in visits), run


def scored(folder: Path, output: Path) -> float:
    """Seconds of `score` over a folder."""
    words = [sys.executable, "-m", "perf_xlsx", "score", str(folder), "-o", str(output)]
    begun = time.perf_counter()
    subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--units", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    files = [(path.rpartition("/")[2], data) for path, data in returns(asked.units)]
    ratios, waits = [], []
    for _ in range(asked.rounds):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "收回"
            folder.mkdir()
            for name, data in files:
                (folder / name).write_bytes(data)
            alone = scored(folder, Path(scratch) / "结果")
            copies = sum(path.suffix == ".xlsx" for path in (Path(scratch) / "结果").iterdir()) - 1  # 汇总
            seconds, longest, came, run = served(Path(scratch) / "网" / "收回", files)
            assert came == copies, f"{came} copies, not {copies}"
            ratios.append(seconds / alone)
            waits.append(longest / alone)
            worker = max(peak for process, peak in run.peaks.items() if process != run.launcher)
            memory = f"desk {run.peaks[run.launcher]:.0f} MB, a worker {worker:.0f} MB"
            print(f"score {alone:.1f} s, desk {seconds:.1f} s, upload {longest:.1f} s, {came} copies, {memory}")
    print(f"{asked.units} units at once ÷ `score` of the folder: {median(ratios):.2f}")
    print(f"longest upload ÷ `score` of the folder: {median(waits):.2f}")


if __name__ == "__main__":
    main()
