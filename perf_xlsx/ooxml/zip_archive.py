"""A zip of parts. The directory is judged before anything is unpacked; parts are copied still packed.

Nothing is ever unpacked to disk.
"""

from __future__ import annotations

import copy
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import IO, Literal

from msgspec import Struct

from perf_xlsx.ooxml.limits import MIB, Limits

Fault = Literal[
    "empty", "not_a_workbook", "damaged", "encrypted", "no_decryption", "legacy", "foreign", "pointer", "too_large"
]

Packed = tuple[zipfile.ZipInfo, "bytes | memoryview"]  # a part's entry in the directory, and the part as it lies

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCAL, _ENTRY, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_LARGE = b"PK\x06\x07"  # zip64: the position of the directory is in a record of its own
_LOCAL_SIZE, _END_SIZE, _LONGEST_REMARK = 30, 22, 65_535
_PIECE = 256 * 1024  # bytes that are unpacked at a time
_LEVEL = 3  # of compression: half the time of zlib's own choice, the parts some 7% larger
_WRITTEN_AT = (1980, 1, 1, 0, 0, 0)  # the same input gives the same bytes


class PackageError(Exception):
    """A file that cannot be read as a workbook. `detail` is one short Chinese clause for people."""

    def __init__(self, fault: Fault, detail: str) -> None:
        # it may quote a part's name, which may have any length, control characters and line ends
        shown = "".join(ch if unicodedata.category(ch)[0] != "C" else " " for ch in detail[:1000])
        self.detail = shown if len(shown) <= 200 else f"{shown[:199]}…"
        super().__init__(f"{fault}: {self.detail}")
        self.fault: Fault = fault


class Archive(Struct, frozen=True):
    """The parts of a zip by name, folders left out. Use `Archive.open`."""

    data: bytes
    infos: dict[str, zipfile.ZipInfo]

    @classmethod
    def open(cls, data: bytes, limits: Limits) -> Archive:
        """Judge the directory. Raises PackageError, and nothing else for whatever the bytes are."""
        if bytes(directory(data)).count(_ENTRY) > limits.parts:  # before the directory is read into objects
            raise PackageError("too_large", f"内含的部件超过上限 {limits.parts} 个")
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                infos = archive.infolist()
        except MemoryError:
            raise
        except Exception as error:  # zipfile raises a dozen kinds on damaged directories
            raise PackageError("damaged", "文件已损坏或不完整，压缩包目录读不出来") from error
        for info in infos:
            info.filename = info.orig_filename.replace("\\", "/")  # as Windows zip libraries write names
        _judge_directory(infos, len(data), limits)
        return cls(data, {info.filename: info for info in infos if not info.is_dir()})

    def packed(self, name: str) -> memoryview:
        """A part, still packed. Raises PackageError if its own header contradicts the directory."""
        info = self.infos[name]
        start = info.header_offset
        head = self.data[start : start + _LOCAL_SIZE]
        named, extra = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
        begin = start + _LOCAL_SIZE + named
        encoding = "utf-8" if info.flag_bits & 0x800 else "cp437"
        own_name = self.data[begin - named : begin].decode(encoding, "replace")
        found = memoryview(self.data)[begin + extra : begin + extra + info.compress_size]
        if head[:4] != _LOCAL or own_name != info.orig_filename or len(found) != info.compress_size:
            raise PackageError("damaged", f"文件已损坏（{name} 不完整）")
        return found

    def unpack(self, name: str) -> bytes:
        """A part, unpacked. Raises PackageError if it does not match the directory."""
        return b"".join(self._pieces(name))

    def verify(self, names: Iterable[str]) -> None:
        """Raise PackageError if a part does not match the directory. Nothing is kept in memory."""
        for name in names:
            for _ in self._pieces(name):
                pass

    def _pieces(self, name: str) -> Iterator[bytes | memoryview]:
        """A part in pieces, unpacked only as far as its stated size: a longer stream costs nothing."""
        info, packed = self.infos[name], self.packed(name)
        size = check = 0
        try:
            plain = info.compress_type == zipfile.ZIP_STORED or not packed  # an empty part has no stream to end
            for piece in [packed] if plain else _inflated(packed):
                size, check = size + len(piece), zlib.crc32(piece, check)
                if size > info.file_size:
                    break
                yield piece
        except zlib.error as error:
            raise PackageError("damaged", f"文件已损坏（{name} 解压失败）") from error
        if size != info.file_size or check != info.CRC:
            raise PackageError("damaged", f"文件已损坏（{name} 解压失败）")


def _inflated(packed: memoryview) -> Iterator[bytes]:
    """A deflated part in pieces. Raises zlib.error where it is damaged or cut short."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    for start in range(0, len(packed), _PIECE):
        rest: bytes | memoryview = packed[start : start + _PIECE]
        while rest and not stream.eof:
            yield stream.decompress(rest, _PIECE)
            rest = stream.unconsumed_tail
    while not stream.eof:
        piece = stream.decompress(b"", _PIECE)  # what the last of the input still gives
        if not piece and not stream.eof:
            raise zlib.error("cut short")
        yield piece


def directory(data: bytes) -> memoryview:
    """The bytes of the zip's directory, which holds all names; all bytes if it is not found."""
    end = len(data) - _END_SIZE
    if data[end : end + 4] != _END or data[-2:] != b"\0\0":
        end = data.rfind(_END, max(0, end - _LONGEST_REMARK))
    size, large = int.from_bytes(data[end + 12 : end + 16], "little"), data[end - 20 : end - 16] == _LARGE
    return memoryview(data)[end - size : end] if 0 < size <= end and not large else memoryview(data)


def deflated(name: str, data: bytes) -> Packed:
    """A part of our own."""
    stream = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = stream.compress(data) + stream.flush()
    info = zipfile.ZipInfo(name, _WRITTEN_AT)
    info.compress_type, info.CRC = zipfile.ZIP_DEFLATED, zlib.crc32(data)
    info.file_size, info.compress_size = len(data), len(packed)
    info.external_attr = 0o600 << 16
    return info, packed


class ZipWriter:
    """Writes a zip: packed parts in the order in which they are added, then the directory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._entries: dict[str, zipfile.ZipInfo] = {}

    def add(self, info: zipfile.ZipInfo, packed: bytes | memoryview) -> None:
        """Append a part. If a name is added twice, the last one counts."""
        entry = copy.copy(info)
        entry.header_offset = self._file.tell()
        entry.flag_bits &= ~0x08  # the sizes are in the header, not behind the data
        entry.extra = b""
        self._file.write(entry.FileHeader(zip64=False))
        self._file.write(packed)
        self._entries[entry.filename] = entry

    def finish(self, rest: Iterable[Packed], names: Iterable[str]) -> None:
        """Append the other parts, then the directory in the order of these names."""
        for info, packed in rest:
            self.add(info, packed)
        with zipfile.ZipFile(self._file, "w") as archive:  # begins where the last part ended
            archive.filelist = [self._entries[name] for name in names]


def _judge_directory(infos: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    packed = sum(info.compress_size for info in infos)
    _judge_sizes(infos, packed, limits)
    if packed > size:
        raise PackageError("damaged", "文件已损坏（部件相互重叠）")
    _judge_names([info.filename for info in infos])
    if any(info.flag_bits & 1 for info in infos):
        raise PackageError("encrypted", "压缩包设置了密码，读不出来")
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos):
        raise PackageError("damaged", "文件不合规范（压缩方式不是 Excel 所用的）")


def _judge_sizes(infos: list[zipfile.ZipInfo], packed: int, limits: Limits) -> None:
    unpacked = sum(info.file_size for info in infos)
    largest, ratio = max((info.file_size for info in infos), default=0), unpacked // max(packed, 1)
    sizes = (
        (len(infos), limits.parts, f"内含 {len(infos)} 个部件，超过上限 {limits.parts} 个"),
        (unpacked, limits.unpacked_mb * MIB, f"解压后 {unpacked // MIB} MB，超过上限 {limits.unpacked_mb} MB"),
        (largest, limits.part_mb * MIB, f"有一个部件解压后 {largest // MIB} MB，超过上限 {limits.part_mb} MB"),
        (unpacked, max(MIB, limits.ratio * max(packed, 1)), f"压缩比 {ratio}，超过上限 {limits.ratio}"),
    )
    for found, limit, detail in sizes:
        if found > limit:
            raise PackageError("too_large", detail)


def _judge_names(names: list[str]) -> None:
    if len({name.lower() for name in names}) != len(names):
        raise PackageError("damaged", "文件不合规范（有重名的部件）")
    if any(re.search(r"(^|/)\.\.?(/|$)|^/|^[A-Za-z]:|\0", name) for name in names):
        raise PackageError("damaged", "文件不合规范（部件名带有路径）")
    if not all(names):
        raise PackageError("damaged", "文件不合规范（有没有名称的部件）")
