"""Workbooks with a password to open (ECMA-376 encryption in an OLE file), decrypted in memory."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path

from perf_xlsx.ooxml.limits import Limits
from perf_xlsx.ooxml.zip_archive import OLE, PackageError

USUAL_SPINS = 100_000  # what Office writes: with these any number of passwords is tried
STANDARD_INPUT = Path("-")
_MARK = "EncryptedPackage".encode("utf-16-le")  # the name of the stream in the OLE directory


def is_encrypted(data: bytes) -> bool:
    """Whether it is a workbook with a password to open."""
    return data.startswith(OLE) and _MARK in data


def read_passwords(path: Path) -> tuple[str, ...]:
    """The passwords of a file, or of the standard input ("-"): one a line, blanks within a line kept.

    Raises OSError and UnicodeDecodeError.
    """
    data = sys.stdin.buffer.read() if path == STANDARD_INPUT else path.read_bytes()
    return tuple(dict.fromkeys(line for line in data.decode("utf-8-sig").splitlines() if line))


def decrypt(data: bytes, passwords: Sequence[str], limits: Limits) -> bytes:
    """The workbook inside, opened with the first password that fits.

    Raises PackageError: "no_decryption" where msoffcrypto-tool is not installed, else "encrypted".
    """
    try:
        from msoffcrypto.format.ooxml import OOXMLFile
    except ImportError as error:
        raise PackageError("no_decryption", "设置了打开密码，而本机没有安装解密组件") from error
    try:
        file = OOXMLFile(io.BytesIO(data))
    except MemoryError:
        raise
    except Exception as error:  # each damage and each unknown kind of encryption has exceptions of its own
        raise PackageError("damaged", "文件已损坏（设置了打开密码，而加密信息读不出来）") from error
    most = max(limits.spins // max(len(passwords), 1), min(USUAL_SPINS, limits.spins))
    if (file.info or {}).get("spinValue", 0) > most:
        raise PackageError("too_large", f"打开密码的散列次数超过上限 {most} 次")
    for password in passwords:
        opened = io.BytesIO()
        try:
            file.load_key(password=password, verify_password=True)
            file.decrypt(opened)
        except MemoryError:
            raise
        except Exception:  # as above, and a wrong password
            continue
        return opened.getvalue()
    raise PackageError("encrypted", f"设置了打开密码，给出的 {len(passwords)} 个打开密码都不对")
