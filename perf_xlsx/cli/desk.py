"""`desk`: the pages, on this machine or for an office."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from perf_xlsx.cli.group import NOT_WRITTEN, Command, fail
from perf_xlsx.cli.options import FILE, not_done, refuse_device
from perf_xlsx.system.lock import HeldError
from perf_xlsx.system.os_errors import why
from perf_xlsx.system.streams import say

if TYPE_CHECKING:
    from socket import socket

    from perf_xlsx.desk.desk import Desk
    from perf_xlsx.desk.password import Hashed

RETURNS = Path("收回")
EXTRA = ("starlette", "uvicorn", "jinja2", "python_multipart", "anyio", "h11")
MISSING = 'desk 须先安装：pip install "perf-xlsx[desk]"'


class Sharing(Struct, frozen=True):
    """The options of a shared desk."""

    password_file: Path | None = None
    new_password: bool = False
    certificate: Path | None = None
    certificate_key: Path | None = None
    names: tuple[str, ...] = ()


@click.command(cls=Command)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=RETURNS,
    metavar="文件夹",
    help="收回的自评表在这里（没有就新建），不写时为当前文件夹下的“收回”；结果写在它旁边，与 score 文件夹 相同。",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="端口", help="不写时自动选一个空闲的。")
@click.option("--no-browser", is_flag=True, help="不自动打开浏览器，只显示地址。")
@click.option("--share", is_flag=True, help="供本单位网络中的人使用：各单位报送并看自己的结果，经办人凭口令登录。")
@click.option(
    "--password-file", type=FILE, metavar="文件", help="经办人的口令在这个文件的第一行；只保存它的散列值。"
)
@click.option("--new-password", is_flag=True, help="换一个口令，显示在这里。")
@click.option(
    "--certificate", type=FILE, metavar="文件.pem", help="HTTPS 的证书；没有时网页上会提示网络中可能有人看到。"
)
@click.option("--certificate-key", type=FILE, metavar="文件.pem", help="证书的私钥；不写时在证书文件里。")
@click.option("--name", "names", multiple=True, metavar="主机名", help="还可以用这个主机名访问；可以写多次。")
def desk(folder: Path, port: int, no_browser: bool, share: bool, **shared: Any) -> None:
    """打开网页：拖入自评表，看问题，下载评分后的工作簿和汇总；不必再用命令。"""
    _need_the_extra()
    sharing = Sharing(**shared)
    if not share and sharing != Sharing():
        fail("--password-file、--new-password、--certificate、--name 只和 --share 一起用。")
    refuse_device(folder)
    if sharing.certificate:
        _refuse_useless(sharing.certificate, sharing.certificate_key)
    opened = _opened(folder, sharing if share else None)
    with _listening(port, share) as socket:
        say(f"收回的自评表：{opened.folders.returns}")
        say(f"结果：{opened.folders.results}")
        if opened.warns:
            say(
                "没有证书：网络中可能有人看到报送的内容。请只在可信的内网使用，或用 --certificate 指定证书。",
                err=True,
            )
        from perf_xlsx.desk.serve import Served, serve

        at = Served(sharing.names, sharing.certificate, sharing.certificate_key)
        serve(opened, at, socket, _tell, not no_browser)


def _need_the_extra() -> None:
    """Wrong usage where what the pages are made with is not installed."""
    try:
        from perf_xlsx.desk import app  # noqa: F401  # half a second, for this command alone
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA:
            raise
        fail(MISSING)


def _refuse_useless(certificate: Path, key: Path | None) -> None:
    """Wrong usage where the certificate and its key cannot be used, or only with a password."""
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError):
        fail(f"证书 {certificate} 或它的私钥用不了：应是 PEM 格式，私钥不设密码。")


def _opened(folder: Path, sharing: Sharing | None) -> Desk:
    """The desk of a folder; shared, if asked for, with its password."""
    from perf_xlsx.desk.desk import Desk
    from perf_xlsx.desk.folders import Folders

    try:
        folders = Folders.of(folder)
        password = _password(folders.own, sharing.password_file, sharing.new_password) if sharing else None
        plain = sharing is None or sharing.certificate is None
        return Desk(folders, password=password, key=secrets.token_urlsafe(24), plain=plain)
    except HeldError:
        fail(
            f"{folder} 已经在另一个网页中打开。请用那个网页；网页关了的，地址在先前打开的窗口里；"
            "或先关掉那个窗口，再打开一次。"
        )
    except OSError as error:
        say(f"错误：{not_done(error, folder)}", err=True)
        sys.exit(NOT_WRITTEN)


def _listening(port: int, share: bool) -> socket:
    from perf_xlsx.desk.serve import listen

    try:
        return listen(port, share)
    except OSError as error:
        fail(f"端口 {port} 用不了（{why(error)}）。请用 --port 换一个。")


def _tell(addresses: Sequence[str]) -> None:
    """Say where to go."""
    *units, officer = addresses
    if units:
        say(f"各单位报送：{' 或 '.join(units)}")
    say(f"请用浏览器打开：{officer}（按 Ctrl-C 结束）")


def _password(own: Path, file: Path | None, new: bool) -> Hashed:
    """The officer's password, as it is kept: from a file, from before, or made and shown."""
    from perf_xlsx.desk.password import PasswordError, hashed, made_password, read_password, save_hash, saved_hash

    kept = saved_hash(own)
    if kept and not file and not new:
        say("经办人的口令与上次相同；要换一个请加 --new-password。")
        return kept
    try:
        password = read_password(file) if file else made_password()
    except PasswordError as error:
        fail(str(error))
    found = hashed(password)
    save_hash(own, found)
    if not file:
        say(f"经办人的口令：{password}（只显示这一次，请记下）")
    return found
