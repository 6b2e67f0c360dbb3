"""One receipt: what was received, what was scored and how, and what was given back.

It holds the inputs, because only so it can say which cell was changed, from what to what: numbers, choices and
names as they are, which 汇总 shows too; of free texts and of what only a bureau's own form asks, which may be
about persons, a code of 24 bits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from perf_xlsx.results.record import CheckCode, Code, Digest, Points, Record, Year
from perf_xlsx.system.output_files import printable_path

SCHEMA: Literal[1] = 1  # another number where keys come to mean something else
MOST = 20_000  # cells with inputs that a receipt holds; of a larger form it tells that it was changed, not where

LONGEST_PATH, LONGEST_NAME = 4_000, 200  # characters

ReceiptText = Annotated[str, Meta(max_length=LONGEST_PATH)]
Signature = Annotated[str, Meta(pattern=r"^[0-9a-f]{128}\Z")]


class Receipt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The receipt of one form. `file`, `part` and `output` are as in its record.

    `content` is the digest of all inputs, `inputs` what is disclosed of them by sheet and cell (UNSET: too many).
    `findings` counts them by code; `rules` is the digest of the rulebook. `check_code` covers content, total,
    rulebook and version; `signature` all other fields.
    """

    schema: Literal[1] = SCHEMA
    check_code: CheckCode
    file: ReceiptText
    part: ReceiptText | UnsetType = UNSET
    sha256: Digest
    output: ReceiptText
    output_sha256: Digest
    form: ReceiptText
    unit: ReceiptText | None
    year: Year | None
    project: ReceiptText | None = None
    content: Digest
    total: Points | None
    grade: ReceiptText | None
    findings: Mapping[Code, int]
    rulebook: ReceiptText
    rules: Digest
    version: ReceiptText
    inputs: Mapping[str, Mapping[str, str]] | UnsetType = UNSET
    signature: Signature | UnsetType = UNSET

    @property
    def name(self) -> str:
        """The file, and which of its forms."""
        return f"{self.file}（{self.part}）" if self.part else self.file


def receipt_of(record: Record) -> Receipt | None:
    """The receipt of a record of a run; None where no scored copy was written."""
    key = record.key
    if not record.output or not record.output_sha256 or not key or not record.check_code or not record.content:
        return None
    inputs = record.inputs or {}
    return Receipt(
        check_code=record.check_code,
        file=printable_path(Path(record.file or ""))[:LONGEST_PATH],
        part=record.part,
        sha256=record.sha256 or "",
        output=printable_path(Path(record.output))[:LONGEST_PATH],
        output_sha256=record.output_sha256,
        form=record.form or "",
        unit=name_in_short(record.unit),
        year=record.year,
        project=name_in_short(record.project),
        content=record.content,
        total=record.total,
        grade=record.grade,
        findings=dict(sorted(Counter(found.code for found in record.findings).items())),
        rulebook=record.rulebook or "",
        rules=key.rules or "",
        version=key.version or "",
        inputs=inputs if sum(map(len, inputs.values())) <= MOST else UNSET,
    )


def name_in_short(name: str | None) -> str | None:
    """A name of a unit or project as a receipt holds it."""
    return None if name is None else name[:LONGEST_NAME]


def encode_receipt(receipt: Receipt) -> bytes:
    """The receipt as a line of JSON, without its end: the bytes that a signature is of."""
    return msgspec.json.encode(receipt)


def decode_receipt(line: bytes) -> Receipt:
    """The receipt that a line holds. Raises ValueError or RecursionError where it is none."""
    return msgspec.json.decode(line, type=Receipt)
