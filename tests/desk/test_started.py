"""The command `desk`: started, killed and started again; and what it costs the other commands."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from perf_xlsx.desk.serve import own_addresses
from tests.kit.batch_returns import a_return, write_returns
from tests.kit.command import command
from tests.kit.desk import Visitor, links, started, wait

SIGKILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def test_units_are_told_an_address_that_needs_no_name(tmp_path: Path) -> None:
    """Where the machine is in a network, its address stands beside its name."""
    with started(tmp_path / "收回", "--share") as (_, _, said):
        (line,) = (line for line in said.splitlines() if line.startswith("各单位报送："))
    assert all(f"http://{address}:" in line for address in own_addresses())


def test_without_the_key_a_page_says_how_to_open_it(tmp_path: Path) -> None:
    """The same for a form that a page of an earlier start sends."""
    with started(tmp_path / "收回") as (_, address, _):
        origin = address.partition("/start")[0]
        for path in ("/", "/settings", "/start?key=x"):
            answered = httpx.get(origin + path)
            assert (answered.status_code, "desk.css" in answered.text, "开始.bat" in answered.text) == (
                403,
                True,
                True,
            )
        assert httpx.get(f"{origin}/static/desk.css").status_code == 200
        sent = {"headers": {"Origin": origin}, "files": {"files": ("甲.xlsx", b"PK")}}
        assert "重新启动过" in httpx.post(f"{origin}/drop", **sent).text
        by_script = httpx.post(f"{origin}/drop", headers={"Origin": origin, "X-Token": "x"}, files=sent["files"])
        assert by_script.text.startswith("网页重新启动过")


def test_it_opens_the_folder_and_ends_by_ctrl_c(tmp_path: Path) -> None:
    with started(tmp_path / "收回") as (process, address, said):
        officer = Visitor(address)
        assert officer.get(address).status_code == 200
        assert f"结果：{tmp_path / '收回-评分结果'}" in said
    assert process.returncode == 130, "as after every Ctrl-C"


def test_killed_while_it_scores_nothing_is_lost(tmp_path: Path) -> None:
    """The run ends with it, and the next start goes on from there."""
    write_returns(tmp_path / "收回", 24)
    with started(tmp_path / "收回") as (process, address, _):
        officer = Visitor(address)
        officer.get(address)
        officer.post("/score")
        wait(lambda: officer.get("/progress").json()["done"] > 4)
        process.send_signal(SIGKILL)
        process.wait()
    with started(tmp_path / "收回") as (_, address, _):
        officer = Visitor(address)
        assert "上次没有评完" in officer.get(address).text
        wait(lambda: _goes_on(officer))
        assert len(links(officer.scored(), "/return/")) == 24
    told = command("score", tmp_path / "收回", "-o", tmp_path / "收回-评分结果").output
    assert "（本次处理1份，其余23份没有变化，沿用上次的评分）" in told, "an encrypted one is always tried again"


def _goes_on(officer: Visitor) -> bool:
    """Start the run; the one of the killed desk may hold the folder for another moment."""
    officer.post("/score")
    officer.scored()
    return bool(officer.get("/progress").json()["stage"] == "done")


def test_killed_while_units_send_nothing_is_lost(tmp_path: Path) -> None:
    """What was taken is scored after the restart, for the same visitors."""
    visitors: list[Visitor] = []
    with started(tmp_path / "收回", "--share", "--port", "0") as (process, address, _):
        for n in range(12):
            visitors.append(Visitor(address))
            assert visitors[-1].drop((f"{n}.xlsx", a_return("project", f"示例{n}局"))).status_code == 200
        process.send_signal(SIGKILL)
        process.wait()
        port = address.rstrip("/").rpartition(":")[2]
    with started(tmp_path / "收回", "--share", "--port", port) as (_, address, said):
        assert "与上次相同" in said
        for n, visitor in enumerate(visitors):
            again = Visitor(address, visitor.client.cookies)
            page = again.mine()
            assert f"示例{n}局" in page
            assert len(links(page, "/arrival/")) == 1


def test_a_password_is_printed_once_or_read_from_a_file(tmp_path: Path) -> None:
    with started(tmp_path / "收回", "--share") as (_, address, said):
        password = re.search(r"口令：(\S+)（", said)
        assert password
        officer = Visitor(address)
        assert officer.sign_in(password[1]).history
    (tmp_path / "口令.txt").write_text("另一个很长的口令\n", "utf-8")
    with started(tmp_path / "收回", "--share", "--password-file", str(tmp_path / "口令.txt")) as (
        _,
        address,
        said,
    ):
        assert "另一个很长的口令" not in said
        officer = Visitor(address)
        assert officer.sign_in(password[1]).status_code == 403
        assert officer.sign_in("另一个很长的口令").history
    kept = b"".join(path.read_bytes() for path in (tmp_path / "收回-网页").iterdir() if path.is_file())
    assert password[1].encode() not in kept
    assert "另一个很长的口令".encode() not in kept


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--new-password"], "只和 --share 一起用"),
        (["--share", "--password-file", "短.txt"], "应有8至200个字符"),
        (["--share", "--certificate", "短.txt"], "证书 短.txt 或它的私钥用不了"),
    ],
)
def test_wrong_usage_is_told(words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "短.txt").write_text("abc\n")
    result = command("desk", "--folder", tmp_path / "收回", *words)
    assert result.exit_code == 2
    assert told in result.output


def test_without_its_extra_it_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['starlette'] = None\n"
        "from perf_xlsx.cli.main import main; main(['desk', '--folder', sys.argv[1]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "收回"], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 2
    assert done.stderr == '错误：desk 须先安装：pip install "perf-xlsx[desk]"\n'


def test_scoring_loads_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "甲.xlsx").write_bytes(a_return("project", "甲局"))
    code = (
        "import sys\nfrom perf_xlsx.cli.main import main\n"
        "try: main(['score', sys.argv[1]])\n"
        "except SystemExit: pass\n"
        "print(sorted(name for name in sys.modules if name.startswith(('perf_xlsx.desk', 'starlette', 'uvicorn', 'jinja2', 'asyncio'))))"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "甲.xlsx"], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with started(tmp_path / "收回") as (_, address, _):
        port = re.search(r":(\d+)/", address)
        assert port
        result = command("desk", "--folder", tmp_path / "另", "--port", port[1])
    assert result.exit_code == 2
    assert "用不了" in result.output


def test_with_a_certificate_it_is_served_over_tls(tmp_path: Path) -> None:
    """And the page needs no warning."""
    certificate = self_signed(tmp_path / "证书.pem")
    with started(tmp_path / "收回", "--share", "--certificate", str(certificate)) as (_, address, said):
        assert address.startswith("https://")
        origin = f"https://127.0.0.1{address.removesuffix('/')[address.rindex(':') :]}"
        answered = httpx.get(origin, verify=False)
        assert answered.status_code == 200
        assert "没有加密" not in answered.text
        cookie = answered.headers["set-cookie"]
        assert cookie.startswith("__Host-perf_xlsx_")
        assert cookie.endswith("; Secure")
        with pytest.raises(httpx.HTTPError):
            httpx.get(origin.replace("https", "http"))
    assert "没有证书" not in said


def self_signed(path: Path) -> Path:
    """A certificate for this machine, with its key in the same file."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(1)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + private)
    return path


def test_two_desks_cannot_have_one_folder(tmp_path: Path) -> None:
    with started(tmp_path / "收回"):
        result = command("desk", "--folder", tmp_path / "收回", "--no-browser")
    assert result.exit_code == 2
    assert "已经在另一个网页中打开" in result.output
