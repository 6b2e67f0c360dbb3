"""The desk's secret, and what is made with it: unguessable ids of things that have a name of their own."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from pathlib import Path

NAME = "密钥"
LENGTH = 32  # bytes
ID_LENGTH = 18  # bytes: 144 bits, 24 characters


def load_secret(folder: Path) -> bytes:
    """The secret in a folder; made, readable by its owner alone, where there is none. Raises OSError."""
    path = folder / NAME
    try:
        found = path.read_bytes()
        if len(found) == LENGTH:
            return found
    except FileNotFoundError:
        pass
    made = secrets.token_bytes(LENGTH)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(made)
    return made


def made_id(secret: bytes, prefix: str, *names: str) -> str:
    """The id of something by its names: always the same, and not to be guessed without the secret."""
    text = "\0".join((prefix, *names)).encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(hashlib.blake2b(text, key=secret, digest_size=ID_LENGTH).digest()).decode()
