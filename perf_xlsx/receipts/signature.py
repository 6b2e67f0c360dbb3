"""Ed25519 signatures of receipts: made with a private key that its owner keeps, checked with the public one.

A signature tells that whoever has the private key wrote the receipt. It is no seal, and it has no date.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import UNSET
from msgspec.structs import replace

from perf_xlsx.receipts.receipt import Receipt, encode_receipt
from perf_xlsx.receipts.register import Sign
from perf_xlsx.system.os_errors import is_special, why

if TYPE_CHECKING:  # optional, and loaded late
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PUBLIC = ".pub"  # behind the name of the private key
LARGEST = 64 << 10  # bytes of a key's file
MISSING = '签名需要 cryptography：pip install "perf-xlsx[sign]"。'

Signed = Literal["good", "bad", "none"]


class KeyFileError(Exception):
    """A key cannot be used, made or written; the Chinese message says why."""


def signer(path: Path) -> Sign:
    """A function that signs with the private key in a file. Raises KeyFileError."""
    key = _private(path)
    return lambda line: key.sign(line).hex()


def verifier(path: Path) -> Ed25519PublicKey:
    """The public key in a file, derived if the file holds the private one. Raises KeyFileError."""
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ImportError:
        raise KeyFileError(MISSING) from None
    data = _read(path)
    if b"PRIVATE" in data:
        return _private(path).public_key()
    try:
        key = load_pem_public_key(data)
    except Exception:  # whatever a damaged file makes it raise
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(f"{path} 不是 Ed25519 公钥。")
    return key


def signed(receipt: Receipt, key: Ed25519PublicKey) -> Signed:
    """Whether a receipt has a signature that the key made."""
    from cryptography.exceptions import InvalidSignature

    if not receipt.signature:
        return "none"
    try:
        key.verify(bytes.fromhex(receipt.signature), encode_receipt(replace(receipt, signature=UNSET)))
    except InvalidSignature:
        return "bad"
    return "good"


def new_key(path: Path) -> Path:
    """Make a key pair: the private key in that file, which only its owner may read, the public one beside it.

    Gives the path of the public key. Raises KeyFileError, also where one of the files exists.
    """
    try:
        from cryptography.hazmat.primitives import serialization as s
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError:
        raise KeyFileError(MISSING) from None
    key, public = Ed25519PrivateKey.generate(), path.with_name(path.name + PUBLIC)
    if os.path.lexists(public):
        raise KeyFileError(f"{public} 已经存在，没有覆盖。")
    _create(path, key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()), 0o600)
    open_text = key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
    _create(public, open_text, 0o644)
    return public


def _create(path: Path, data: bytes, mode: int) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
    except FileExistsError:
        raise KeyFileError(f"{path} 已经存在，没有覆盖。") from None
    except OSError as error:
        raise KeyFileError(f"{path} 写不进去（{why(error)}）。") from None


def _private(path: Path) -> Ed25519PrivateKey:
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError:
        raise KeyFileError(MISSING) from None
    try:
        key = load_pem_private_key(_read(path), None)
    except KeyFileError:
        raise
    except Exception:  # whatever a damaged file, or one with a password, makes it raise
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path} 不是没有密码的 Ed25519 私钥；可用 perf-xlsx verify --new-key 文件 生成一对。")
    return key


def _read(path: Path) -> bytes:
    try:
        if is_special(path):
            raise KeyFileError(f"{path} 不是文件。")
        with path.open("rb") as file:
            return file.read(LARGEST)
    except OSError as error:
        raise KeyFileError(f"{path} 读不出来（{why(error)}）。") from None
