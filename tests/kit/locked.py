"""Workbooks with a password to open, encrypted as Office does it (AES-256, SHA-512, 100,000 rounds)."""

from __future__ import annotations

import io


def locked(data: bytes, password: str) -> bytes:
    """The workbook with this password."""
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, out)
    return out.getvalue()
