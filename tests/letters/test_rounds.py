"""A second return is compared with the first: what was mended, what was not, what is new, what nobody asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.letters.conftest import Run, case_of, overclaimed, put, words

LETTER = "退回意见-水利局.docx"


def in_summary(out: Path, unit: str) -> dict[str, Any]:
    sheet = openpyxl.load_workbook(out / "汇总.xlsx")["单位得分"]
    heads = [cell.value for cell in sheet[3]]
    rows = [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=4)]
    (found,) = [row for row in rows if row["单位"] == unit]
    return found


def in_list(letters: Path, unit: str) -> tuple[int, str]:
    """报送次数 and letter of a unit in 退回清单."""
    heads, *rows = openpyxl.load_workbook(letters / "退回清单.xlsx").active.iter_rows(values_only=True)
    (row,) = (dict(zip(heads, row, strict=True)) for row in rows if unit in row)
    return row["报送次数"], row["信函"]


def record_of(out: Path, unit: str) -> dict[str, Any]:
    lines = (out / ".perf_xlsx" / "records.jsonl").read_text("utf-8").splitlines()
    (found,) = [record for record in map(json.loads, lines) if record["unit"] == unit]
    return found


def second(**changes: Any) -> dict[str, Any]:
    """The first row claimed rightly and the total not; another row changed, which nobody asked for."""
    case = overclaimed("水利局", claimed_points=15)
    case["indicators"][1] |= changes
    return case


def test_the_first_time_nothing_is_compared(returns: Path, run: Run, letters: Path) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    record = record_of(letters.parent, "水利局")
    assert "round" not in record
    assert "since" not in record
    assert not [text for text in words(letters / LETTER) if "上次" in text]
    assert in_summary(letters.parent, "水利局")["报送次数"] == 1


def test_each_finding_is_mended_left_or_new_and_the_round_is_counted(
    returns: Path, run: Run, letters: Path
) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    case = second(actual=11111111)
    case["claimed"] = case["claimed"] | {"execution_points": 9.99}
    put(returns, "水利局.xlsx", case)
    run()
    found = words(letters / LETTER)
    assert "（文件“水利局.xlsx”，第2次报送）" in found[2]
    assert found[3].startswith("与上次报送的“水利局.xlsx”相比，上次指出的问题已改1项，未改1项，新增")
    rows = [text for text in found if text.startswith(("1 | ", "2 | "))]
    assert any("自评结论 C7" in row and "［未改］" in row for row in rows)
    assert any("［新增］" in row for row in rows)
    row = in_summary(letters.parent, "水利局")
    assert (row["报送次数"], row["状态"]) == (2, "退回（完整）")
    assert row["与上次比"].startswith("已改1，未改1，新增")


def test_a_change_that_nobody_asked_for_is_named_with_both_values(returns: Path, run: Run, letters: Path) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    put(returns, "水利局(更正).xlsx", second(target=1))
    (returns / "水利局.xlsx").unlink()
    run()
    found = words(letters / LETTER)
    assert any(text.endswith("上次没有要求更正、这次有改动的，请说明") for text in found)
    (changed,) = [text for text in found if "年度指标值 | " in text]
    assert changed.startswith("1 | 绩效指标第7行“")
    assert changed.endswith("年度指标值 | 98 | 100")
    told = in_summary(letters.parent, "水利局")["与上次比"]
    assert told.endswith("，另有改动1")


def test_of_many_changes_the_first_are_named_on_the_terminal(returns: Path, run: Run, letters: Path) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    case = second(target=1, unit="个" * 30)
    for row in case["indicators"][2:5]:
        row["level2"] = f"{row['level2']}一"
    put(returns, "水利局.xlsx", case)
    (told,) = [line for line in run().output.splitlines() if "处上次没有要求的改动：" in line]
    assert told.count("→") == 3
    assert told.endswith("等")
    assert f"→{'个' * 19}…" in told
    assert in_summary(letters.parent, "水利局")["与上次比"].endswith("，另有改动5")


def test_whoever_does_as_told_is_accused_of_nothing(returns: Path, run: Run, letters: Path) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    case = overclaimed("水利局", claimed_points=15)
    case["claimed"] = case["claimed"] | {"total": 93.03}
    put(returns, "水利局.xlsx", case)
    run()
    record = record_of(letters.parent, "水利局")
    assert record["round"] == 2
    assert (len(record["since"]["fixed"]), record["since"]["kept"], record["since"]["changes"]) == (2, [], 0)
    assert not (letters / LETTER).exists()
    assert in_summary(letters.parent, "水利局")["与上次比"] == "已改2"


def test_the_comparison_stays_when_the_run_is_repeated_and_counts_on(
    returns: Path, run: Run, letters: Path
) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    put(returns, "水利局.xlsx", second())
    run()
    before, letter = record_of(letters.parent, "水利局"), (letters / LETTER).read_bytes()
    run()
    run("--force")
    assert record_of(letters.parent, "水利局") == before
    assert (letters / LETTER).read_bytes() == letter
    put(returns, "水利局.xlsx", second(midyear=1))
    run()
    assert record_of(letters.parent, "水利局")["round"] == 3


def test_the_first_returns_may_be_in_another_folder(returns: Path, run: Run, tmp_path: Path) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    (again := tmp_path / "第二次").mkdir()
    put(again, "改好的.xlsx", second())
    put(again, "民政局.xlsx", case_of("民政局"))
    run("--previous", tmp_path / "结果", out="结果2", source=again)
    assert record_of(tmp_path / "结果2", "水利局")["round"] == 2
    assert record_of(tmp_path / "结果2", "水利局")["since"]["file"] == "水利局.xlsx"
    assert "round" not in record_of(tmp_path / "结果2", "民政局")
    run("--previous", tmp_path / "结果", out="结果2", source=again)
    assert record_of(tmp_path / "结果2", "水利局")["round"] == 2


def test_a_folder_without_records_is_wrong_usage(returns: Path, run: Run, tmp_path: Path) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    done = run("--previous", returns)
    assert done.exit_code == 2
    assert "没有做完的评分记录" in done.output


def rounds(out: Path) -> dict[str, int]:
    lines = (out / ".perf_xlsx" / "records.jsonl").read_text("utf-8").splitlines()
    return {one["file"]: one.get("round", 1) for one in map(json.loads, lines) if one["file"]}


@pytest.mark.parametrize("kept", ["a.xlsx", "b.xlsx"])
def test_of_two_that_came_at_once_the_other_is_no_former_round(
    kept: str, returns: Path, run: Run, letters: Path
) -> None:
    """The letter said 第2次报送, and compared it with a file that had never been sent back."""
    put(returns, "a.xlsx", overclaimed("水利局"))
    put(returns, "b.xlsx", overclaimed("水利局", claimed_points=15) | {"claimed": {"total": 91}})
    for _ in range(2):
        run()
        assert rounds(letters.parent) == {"a.xlsx": 1, "b.xlsx": 1}
    (returns / ({"a.xlsx", "b.xlsx"} - {kept}).pop()).unlink()
    for _ in range(2):
        run()
        assert not [text for text in words(letters / LETTER) if "上次" in text or "次报送" in text]
        assert in_summary(letters.parent, "水利局")["报送次数"] == 1
    put(returns, kept, second(target=1))
    run()
    assert record_of(letters.parent, "水利局")["round"] == 2


@pytest.mark.parametrize("other", ["z.xlsx", "0.xlsx"])
def test_one_that_was_scored_alone_stays_the_former_round_of_those_after_it(
    other: str, returns: Path, run: Run, letters: Path
) -> None:
    put(returns, "a.xlsx", overclaimed("水利局"))
    run()
    put(returns, other, second())
    run()
    assert rounds(letters.parent) == {"a.xlsx": 1, other: 2}
    put(returns, "c.xlsx", second(target=1))
    (returns / other).unlink()
    (returns / "a.xlsx").unlink()
    run()
    record = record_of(letters.parent, "水利局")
    assert (record["round"], record["since"]["file"], record["since"]["changes"]) == (2, "a.xlsx", 1)


def test_of_two_that_come_after_a_letter_the_chosen_is_compared_with_what_was_sent_back(
    returns: Path, run: Run, letters: Path
) -> None:
    put(returns, "a.xlsx", overclaimed("水利局"))
    run()
    (returns / "a.xlsx").unlink()
    put(returns, "b.xlsx", second())
    put(returns, "c.xlsx", second(target=1))
    run()
    assert rounds(letters.parent) == {"b.xlsx": 2, "c.xlsx": 2}
    (returns / "b.xlsx").unlink()
    run()
    record = record_of(letters.parent, "水利局")
    assert (record["round"], record["since"]["file"], record["since"]["changes"]) == (2, "a.xlsx", 1)


@pytest.mark.parametrize("name", ["水利局.xlsx", "水利局（重报）.xlsx"])
def test_a_return_after_one_that_could_not_be_read_is_the_second(
    name: str, returns: Path, run: Run, letters: Path
) -> None:
    """It was taken for the first: the file before has no unit within."""
    (returns / "水利局.xlsx").write_bytes(b"PK\3\4")
    run()
    assert in_list(letters, "水利局") == (1, "退回意见-水利局.docx")
    (returns / "水利局.xlsx").unlink()
    put(returns, name, overclaimed("水利局"))
    put(returns, "教育局.xlsx", overclaimed("教育局"))
    for _ in range(2):  # again it is the same return
        run()
        assert in_list(letters, "水利局")[0] == 2
        assert f"（文件“{name}”，第2次报送）" in words(letters / LETTER)[2]
        assert in_list(letters, "教育局")[0] == 1
    assert in_summary(letters.parent, "水利局")["报送次数"] == 2


def test_a_file_that_again_cannot_be_read_is_the_second(returns: Path, run: Run, letters: Path) -> None:
    (returns / "水利局.xlsx").write_bytes(b"PK\3\4")
    run()
    run()
    assert in_list(letters, "水利局")[0] == 1
    (returns / "水利局.xlsx").write_bytes(b"PK\3\4 again")
    run()
    assert in_list(letters, "水利局")[0] == 2
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    assert in_list(letters, "水利局")[0] == 3
