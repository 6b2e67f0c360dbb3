"""The check code of a score: twelve characters that a person compares between paper, letter and receipt.

It covers what was scored and how: the digest of the inputs, the total, the digest of the rulebook, the version of
the program. It cannot cover the scored copy, which prints it.
"""

from __future__ import annotations

import hashlib

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 and O, 1 and I, which look alike
LENGTH = 12


def check_code(content: str, total: str | None, rules: str, version: str) -> str:
    """The code of a total (None: the form gets no points)."""
    text = "\n".join(("perf_xlsx check code 1", content, total or "-", rules, version))
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH))
