"""`verify` on the command line: what it prints, its exit codes, and signatures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kit.batch_returns import put
from tests.kit.command import command
from tests.kit.filled import changed

NOT_PROVEN = (
    "核对只说明文件与回执是否一致；不能证明是谁、什么时候填报或修改的，也不能证明填报的数字真实。不是电子签章。"
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A scored copy, its receipt beside it."""
    command("score", put(tmp_path, "甲.xlsx"), "-o", tmp_path / "out")
    return tmp_path / "out" / "甲.xlsx"


def test_as_it_was_is_0_and_says_what_it_does_not_prove(copy: Path) -> None:
    done = command("verify", copy)
    first, second, third, *rest = done.stdout.splitlines()
    assert first == f"{copy}：原样"
    assert second == "  就是评分后的工作簿，一个字节都没有变。"
    assert third.startswith("  回执：甲.xlsx，总分")
    assert rest == [
        NOT_PROVEN,
        "没有核对签名：能改工作簿的人也可能改了回执。请用自己保存的回执，或用 --key 核对签名。",
    ]
    assert done.exit_code == 0


def test_changed_is_1_and_the_cell_is_named(copy: Path) -> None:
    copy.write_bytes(changed(copy.read_bytes(), lambda book: book["绩效指标"].__setitem__("I6", 7)))
    done = command("verify", copy)
    assert f"{copy}：评分后改过" in done.stdout
    assert "  绩效指标!I6（实际完成值）：原为“91.2345”，现为“7”" not in done.stdout  # it was 95
    assert "  绩效指标!I6（实际完成值）：原为“95”，现为“7”" in done.stdout
    assert done.exit_code == 1


def test_without_a_receipt_is_1_and_what_cannot_be_read_is_3(copy: Path, tmp_path: Path) -> None:
    alone = tmp_path / "他处" / "甲.xlsx"
    alone.parent.mkdir()
    alone.write_bytes(copy.read_bytes())
    done = command("verify", alone)
    assert (done.exit_code, "：没有回执" in done.stdout) == (1, True)
    assert command("verify", alone, "--receipt", copy.parent).exit_code == 0
    alone.write_bytes(b"no workbook")
    assert command("verify", copy, alone).exit_code == 3
    assert command("verify", copy, "--receipt", tmp_path / "没有.jsonl").exit_code == 3
    assert command("verify", tmp_path / "没有.xlsx").exit_code == 3
    assert command("verify").exit_code == 2


def test_a_line_that_is_no_receipt_is_told(copy: Path) -> None:
    with (copy.parent / "回执.jsonl").open("a") as file:
        file.write('{"schema": 7}\n')
    done = command("verify", copy)
    assert "第2行是其他版本的软件写的回执，共1行，没有使用" in done.stderr
    assert done.exit_code == 0


def test_a_signature_is_checked(tmp_path: Path) -> None:
    key, out = tmp_path / "钥匙", tmp_path / "out"
    made = command("verify", "--new-key", key)
    assert made.exit_code == 0
    assert key.stat().st_mode & 0o077 == 0
    assert command("verify", "--new-key", key).exit_code == 2  # never overwritten
    command("score", put(tmp_path, "甲.xlsx"), "-o", out, "--sign", key)
    signed = (out / "回执.jsonl").read_bytes()
    command("score", tmp_path / "甲.xlsx", "-o", out, "--sign", key)
    assert (out / "回执.jsonl").read_bytes() == signed
    good = command("verify", out / "甲.xlsx", "--key", f"{key}.pub")
    assert (good.exit_code, "  回执的签名有效。" in good.stdout) == (0, True)
    assert "没有核对签名" not in good.stdout
    receipt = json.loads(signed)
    forged = json.dumps(receipt | {"total": "99.99"}, ensure_ascii=False)
    (out / "回执.jsonl").write_text(forged, "utf-8")
    bad = command("verify", out / "甲.xlsx", "--key", f"{key}.pub")
    assert (bad.exit_code, "  回执的签名无效" in bad.stdout) == (1, True)
    del receipt["signature"]
    (out / "回执.jsonl").write_text(json.dumps(receipt, ensure_ascii=False), "utf-8")
    none = command("verify", out / "甲.xlsx", "--key", f"{key}.pub")
    assert (none.exit_code, "  回执没有签名。" in none.stdout) == (1, True)


def test_what_is_no_key_is_refused(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("no key")
    assert command("score", tmp_path / "甲.xlsx", "-o", tmp_path / "out", "--sign", tmp_path / "x").exit_code == 2
    assert command("verify", copy, "--key", tmp_path / "x").exit_code == 2
