"""The officer's password: only its scrypt hash is kept, and guessing is slowed down."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

NAME = "口令.json"
N, R, P = 2**15, 8, 1  # 32 MB and a tenth of a second for each guess
MEMORY = 64 << 20
SHORTEST, LONGEST = 8, 200  # characters
PASSWORD_TRIES, TRIES_OF_ALL, WINDOW = 5, 60, 300  # wrong passwords of one address, and of all, in so many seconds
ADDRESSES = 10_000  # that are remembered


class PasswordError(Exception):
    """A password cannot be used; the Chinese message says why."""


class Hashed(Struct, frozen=True):
    """A password as it is kept."""

    salt: bytes
    key: bytes
    n: int = N

    def fits(self, password: str) -> bool:
        """Whether this is the password."""
        return hmac.compare_digest(_key(password, self.salt, self.n), self.key)


def _key(password: str, salt: bytes, n: int) -> bytes:
    text = password[:LONGEST].encode("utf-8", "surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=n, r=R, p=P, maxmem=MEMORY, dklen=32)


def hashed(password: str, n: int = N) -> Hashed:
    """The hash of a password."""
    salt = secrets.token_bytes(16)
    return Hashed(salt, _key(password, salt, n), n)


def made_password() -> str:
    """A password to print, easy to type: 60 bits."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))


def read_password(path: Path) -> str:
    """The first line of a file. Raises PasswordError."""
    try:
        text = path.read_text("utf-8-sig").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError):
        raise PasswordError(f"{path} 读不出来，应是 UTF-8 文本，第一行是口令。") from None
    if not SHORTEST <= len(text) <= LONGEST:
        raise PasswordError(f"{path} 第一行的口令应有{SHORTEST}至{LONGEST}个字符。")
    return text


def saved_hash(folder: Path) -> Hashed | None:
    """The hash that a folder keeps; None where there is none."""
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=Hashed)
    except (OSError, ValueError):
        return None


def save_hash(folder: Path, value: Hashed) -> None:
    """Keep a hash, readable by its owner alone. Raises OSError."""
    path = folder / NAME
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(value))


class SignIn:
    """Takes passwords: a few wrong ones from one address, or many from anywhere, and it waits."""

    def __init__(self, kept: Hashed, clock: Callable[[], float] = time.monotonic) -> None:
        self.kept, self.clock = kept, clock
        self.one_at_a_time = threading.Lock()  # so that guesses cannot take the machine's memory
        self.wrong: dict[str, deque[float]] = {}
        self.all_wrong: deque[float] = deque(maxlen=TRIES_OF_ALL)

    def wait(self, address: str) -> int:
        """Seconds until this address may try again; 0 where it may."""
        now, mine = self.clock(), self.wrong.get(address)
        left = [
            tries[0] + WINDOW - now
            for tries, most in ((mine, PASSWORD_TRIES), (self.all_wrong, TRIES_OF_ALL))
            if tries is not None and len(tries) >= most
        ]
        return max(0, *(round(seconds + 0.5) for seconds in left)) if left else 0

    def accepts(self, address: str, password: str) -> bool:
        """Whether the password is right. Ask `wait` first: here every wrong one counts."""
        with self.one_at_a_time:
            if self.wait(address):
                return False
            if self.kept.fits(password):
                self.wrong.pop(address, None)
                return True
            while len(self.wrong) >= ADDRESSES:
                self.wrong.pop(next(iter(self.wrong)))
            self.wrong.setdefault(address, deque(maxlen=PASSWORD_TRIES)).append(self.clock())
            self.all_wrong.append(self.clock())
            return False
