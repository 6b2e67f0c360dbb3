"""What the commands say is true, and a word that was mistyped is answered with what was meant."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import batch
from perf_xlsx.batch.state import RunState, goes_on
from perf_xlsx.cli.stories import case_text
from tests.kit.batch_returns import put
from tests.kit.command import command


def test_what_was_saved_is_said_only_where_something_was(folder: Path, tmp_path: Path, monkeypatch: Any) -> None:
    for number in range(3):
        put(folder, f"{number}.xlsx", f"示例{number}局")
    (tmp_path / "file").write_text("in the way")
    assert goes_on(False) not in command("score", folder, "-o", tmp_path / "file").output
    note, full = RunState.note, OSError(errno.ENOSPC, "No space left on device")

    def failing(at: int) -> Callable[[RunState, tuple[bytes, ...]], None]:
        def one(state: RunState, lines: tuple[bytes, ...]) -> None:
            if f"示例{at}局".encode() in lines[0]:
                raise state._full(full)
            note(state, lines)

        return one

    for at, said in ((0, False), (2, True)):
        monkeypatch.setattr(RunState, "note", failing(at))
        done = command("score", folder, "-o", tmp_path / f"out{at}", "--jobs", "1")
        assert "磁盘空间不够" in done.output
        assert (goes_on(False) in done.output) is said
    assert not batch.saved(tmp_path / "nowhere")
    assert batch.saved(tmp_path / "out2")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("chek x", "是不是要 check？"),
        ("Score x", "是不是要 score？"),
        ("tempalte", "是不是要 template？"),
        ("check x --rooster y", "是不是要 --roster？"),
        ("check x --time-limt 3", "是不是要 --time-limit？"),
        ("score x --outptu y", "是不是要 --output？"),
        ("rules mof2020", "是不是要 mof-2020？"),
        ("rules hubie", "是不是要 hubei？"),
        ("rules 湖北", "是不是要 hubei？"),
        ("rules --diff mof-2020 platfrom", "是不是要 platform？"),
        ("check . --rulebook HUBEI", "是不是要 hubei？"),
        ("explain WO1", "是不是要 W01？"),
        ("explain 1I06", "是不是要 I06？"),
        ("explain T0", "是不是要 T0"),
        ("template --form 项目 --year 2025", "是不是要 project？"),
        ("template --form departmnet --year 2025", "是不是要 department？"),
        ("template --form project --year 25", "--year 年度 应为2000到2099的整数"),
        ("template --form project --year 二五", "--year 年度 应为2000到2099的整数"),
        ("check x --jobs 0", "--jobs N 应为不小于1的整数"),
        ("check x --time-limit 0", "--time-limit 秒 应为大于0的数字"),
        ("check x --memory-limit 1", "--memory-limit MB 应为不小于256的整数"),
        ("consolidate . --export xml", "--export 应为 csv、parquet 之一"),
    ],
)
def test_wrong_words_are_answered_with_what_was_meant(words: str, said: str) -> None:
    done = command(*words.split())
    assert done.exit_code == 2
    assert said in done.stderr
    assert "？。" not in done.stderr


@pytest.mark.parametrize(
    "words", ["zzz x", "rules qqqqqq", "explain Q", "check x --zzzzzz", "template --form zz --year 2025"]
)
def test_nothing_is_suggested_where_nothing_is_near(words: str) -> None:
    done = command(*words.split())
    assert (done.exit_code, "是不是要" in done.stderr) == (2, False)


def test_copies_go_beside_the_returns_where_no_folder_is_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "1.xlsx")
    put(folder, "乙/2.xlsx", "乙局")
    monkeypatch.chdir(tmp_path)
    assert "收回-评分结果" in command("score", "收回").stdout
    assert (tmp_path / "收回-评分结果" / "乙" / "2.xlsx").is_file()
    command("score", "收回/1.xlsx")
    assert (folder / "评分结果" / "1.xlsx").is_file()
    command("score", "收回/1.xlsx", "收回/乙/2.xlsx")
    monkeypatch.chdir(folder)
    done = command("score", ".", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(line["file"]).name for line in lines] == ["1.xlsx", "2.xlsx"], "results are no returns"
    assert Path(lines[0]["output"]).parent.name == "收回-评分结果"
    assert "没有读 评分结果：里面应是以前的评分结果" in done.stderr
    assert json.loads(command("check", "评分结果/1.xlsx", "--json").stdout)["unit"] == "甲局"


def test_templates_go_beside_their_data_where_no_place_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "数据").mkdir()
    (tmp_path / "数据" / "甲.json").write_text(case_text("project"), "utf-8")
    (tmp_path / "数据" / "名单.csv").write_text("单位,表种\n甲局,项目", "utf-8")
    assert command("template", "--data", "数据/甲.json").exit_code == 0
    assert command("template", "--roster", "数据/名单.csv", "--year", "2025").exit_code == 0
    assert command("template", "--form", "project", "--year", "2025").exit_code == 0
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.xlsx")}
    assert found == {"数据/甲.xlsx", "数据/名单-模板/甲局.xlsx", "自评表-project-2025.xlsx"}


def test_a_short_name_that_two_listed_units_have_names_none(folder: Path, tmp_path: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "教育局自评表.xlsx").write_bytes(b"PK\x03\x04")
    units = ("示例县教育局", "示例县水利局", "示例市教育局", "示例市水利局")
    (roster := tmp_path / "名单.csv").write_text("\n".join(("单位名称", *units)), "utf-8")
    done = command("check", folder, "--roster", roster, "--json")
    assert "文件名中有这个单位的" not in done.stdout


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("示例县水利局.xlsx", "示例县水利局"),
        ("2025 示例县水利局（更正）.xlsx", "示例县水利局"),
        ("示例县水利局/自评表.xlsx", "示例县水利局"),
        ("示例县.xlsx", "示例县"),
        ("水利局自评表.xlsx", "示例县水利局"),
        ("自评表.xlsx", None),
    ],
)
def test_who_sent_a_file_that_cannot_be_read_is_not_among_those_who_sent_none(
    name: str, unit: str | None, folder: Path, tmp_path: Path
) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"PK\x03\x04")
    put(folder, "丙.xlsx", "丙局")
    (roster := tmp_path / "名单.csv").write_text("单位名称,联系人\n示例县,\n示例县水利局,李四\n丙局,\n", "utf-8")
    done = command("check", folder, "--roster", roster, "--json")
    told = {
        record["unit"]: record["findings"][0]
        for record in map(json.loads, done.stdout.splitlines())
        if record["status"] == "outstanding"
    }
    assert set(told) == {"示例县", "示例县水利局"} - {unit}
    assert {found["code"] for found in told.values()} == {"B02"}
