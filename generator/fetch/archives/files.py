"""What a path holds, as plain bytes: a file, a folder, a zip or tar file, each also compressed, one in another.

Only files whose names say that they may be read are opened. Nothing is ever written where an archive says: what cannot
be read in place (a zip file in a zip file, a member of a tar file, standard input) is copied to a temporary file.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, cast

import zstandard

from generator.model.errors import RecordError, TrendingError

STANDARD_INPUT = "-"
HEAD = 65_536
"""Bytes of a file that are enough to recognise its format."""
CHUNK = 262_144
NOTHING = (
    "holds no tweets.js, tweet.js, like.js, outbox.json, .car file or JSON Lines: give an archive as its service made "
    "it, its folder, or one of these files"
)
BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, zstandard.ZstdError, EOFError, OSError,
    RuntimeError,
)  # fmt: skip
"""What reading a damaged file raises."""
_WANTED = re.compile(
    r"(?:(?:tweets?|community-tweet|note-tweet|like|account|manifest)(?:-part[0-9]{1,4})?"
    r"(?: ?\([0-9]{1,3}\))?\.js"
    r"|tweets?\.json|user_details\.js|[0-9]{4}_[0-9]{2}\.js|outbox\.json|actor\.json|arxiv-metadata[^/]*\.json"
    r"|[^/]+\.(?:jsonl|ndjson|car|zip|tar|tgz))(?:\.(?:gz|xz|zst|bz2))?",
    re.IGNORECASE,
)
_NEIGHBOURS = {
    ".js": ("account.js", "manifest.js", "user_details.js", "note-tweet*.js"),
    ".json": ("actor.json",),
}
_DEPTH = 4
_ENCRYPTED = 0x1
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA})
_BOMB_FROM = 67_108_864
"""Bytes; smaller members are no bomb."""
_BOMB_RATIO = 150
"""Posts shrink to a tenth or a twentieth; deflate can do a thousandth."""
_COPY_MAX = 8 * 1_073_741_824
_NO_ZIP = "{}: cannot be read as a zip file ({}); download it again"
_NOT_READ = {
    b"7z\xbc\xaf": "packed by 7-Zip", b"rar!": "packed by RAR", b"%pdf": "a PDF",
    b"<!doctype html": "a page of HTML", b"<html": "a page of HTML",
}  # fmt: skip
"""First bytes in lower case -> what has them."""
_ZSTD_STEP = 512
"""Packed bytes at a time: each can become 32,000."""
_TAR_MARK = (257, b"ustar")


@dataclass(frozen=True, slots=True)
class File:
    """One file with its bytes unpacked."""

    where: str
    """Its name in messages: `archive.zip:data/tweets.js`."""
    path: PurePosixPath
    """Inside what was named, with forward slashes."""
    size: int
    """Bytes; packed ones where it is compressed alone; 0 where unknown."""
    open: Callable[[], BinaryIO]

    @property
    def folder(self) -> str:
        """Names the archive that it belongs to: what it lies in, and where in it."""
        return self.where.removesuffix(self.path.name)

    def head(self) -> bytes:
        """Its first bytes. Raises RecordError."""
        head = b""
        for chunk in chunks(self):
            head += chunk
            if len(head) >= HEAD:
                break
        return head[:HEAD]


def chunks(file: File) -> Iterator[bytes]:
    """The bytes of a file in pieces: all that can be read of a damaged one, then an error.

    Raises:
        RecordError: it cannot be read on.
    """
    try:
        with file.open() as stream:
            # `read1`, because `read` loses what came before the damage
            while chunk := cast("io.BufferedReader", stream).read1(CHUNK):
                yield chunk
    except BROKEN as error:
        raise RecordError(file.where, f"cannot be read on ({reason(error)}); download it again") from None


def until_broken(
    file: File, failures: list[RecordError], on_bytes: Callable[[int], None] = lambda _: None
) -> Iterator[bytes]:
    """The bytes of a file in pieces, until damage ends them; the damage is added to `failures`.

    Args:
        file: what to read.
        failures: where damage is noted.
        on_bytes: told how many bytes were read, again and again.
    """
    try:
        for chunk in chunks(file):
            on_bytes(len(chunk))
            yield chunk
    except RecordError as error:
        failures.append(error)


def reason(error: BaseException) -> str:
    """Why a file cannot be read, in words."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, EOFError):
        return "it is cut off"
    return "it is damaged"


def find_files(paths: Iterable[str]) -> list[File]:
    """Everything that may be read in what was named; `-` is standard input.

    Raises:
        TrendingError: there is no such file, an archive cannot be opened, or it is one that must not be.
    """
    files: dict[str, File] = {}
    for path in paths:
        files_there = list(_files_at(path))
        if not files_there:
            raise TrendingError(f"{path}: {NOTHING}")
        for file in files_there:
            files.setdefault(file.where, file)
    return list(files.values())


def _files_at(path: str) -> Iterator[File]:
    if path == STANDARD_INPUT:
        copy = _copied(sys.stdin.buffer, "standard input")
        yield from _unpacked(replace(copy, path=PurePosixPath(STANDARD_INPUT)), 0)
    elif Path(path).is_dir():
        yield from _in_folder(Path(path))
    else:
        yield from _unpacked(_on_disk(Path(path), Path(path).name), 0)
        yield from _beside(Path(path))


def _beside(path: Path) -> Iterator[File]:
    """What says whose posts a single file of an export holds, and how long ones go on."""
    neighbours = _NEIGHBOURS.get(path.suffix.lower(), ())
    for folder in (path.parent, path.parent.parent):
        for pattern in neighbours:
            for neighbour in sorted(folder.glob(pattern)):
                yield _on_disk(neighbour, neighbour.name)


def _in_folder(folder: Path) -> Iterator[File]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and len(inside.parts) <= _DEPTH and _WANTED.fullmatch(path.name):
            yield from _unpacked(_on_disk(path, inside.as_posix()), 0)


def _on_disk(path: Path, name: str) -> File:
    try:
        size = path.stat().st_size
        path.open("rb").close()
    except FileNotFoundError:
        raise TrendingError(f"{path}: there is no such file") from None
    except OSError as error:
        raise TrendingError(f"{path}: cannot be read: {error.strerror or error}") from None
    return File(str(path), PurePosixPath(name), size, lambda: path.open("rb"))


def _unpacked(file: File, depth: int) -> Iterator[File]:
    """The file itself, or the files in it."""
    if depth > _DEPTH:
        raise TrendingError(f"{file.where}: archives lie in archives more than {_DEPTH} deep; unpack them first")
    try:
        head = file.head()
    except RecordError as error:
        raise TrendingError(str(error)) from None
    for mark, kind in _NOT_READ.items():
        if head.lstrip()[: len(mark)].lower() == mark:
            raise TrendingError(f"{file.where}: is {kind}; give the archive as its service made it, or its folder")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _in_zip(file, depth)
    elif file.path.suffix.lower() == ".zip":
        raise TrendingError(_NO_ZIP.format(file.where, "it is damaged or cut off"))
    elif head[_TAR_MARK[0] :].startswith(_TAR_MARK[1]):
        yield from _in_tar(file, depth)
    elif any(head.startswith(mark) for mark in _DECOMPRESSORS):
        opener = next(opener for mark, opener in _DECOMPRESSORS.items() if head.startswith(mark))
        name = re.sub(r"\.(gz|xz|zst|bz2|tgz)$", "", file.path.name, flags=re.IGNORECASE)
        yield from _unpacked(
            replace(file, path=file.path.with_name(name or "-"), open=partial(opener, file)), depth + 1
        )
    else:
        yield file


def _gunzip(file: File) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(gzip.GzipFile(fileobj=file.open())))


def _unxz(file: File) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(lzma.LZMAFile(file.open())))


def _unbz2(file: File) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(bz2.BZ2File(file.open())))


def _unzstd(file: File) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_ZstdReader(file.open())))


class _ZstdReader(io.RawIOBase):
    """Unpacks zstd; raises EOFError for a frame that is cut off, which the library's own reader takes for whole."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._waiting = b""
        """Packed bytes behind the end of a frame."""
        self._plain = b""

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Unpack some bytes. Raises EOFError, zstandard.ZstdError."""
        while not self._plain:
            packed = self._waiting or self._packed.read(_ZSTD_STEP)
            if self._frame.eof and packed:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            if not packed:
                if not self._frame.eof:
                    raise EOFError
                return 0
            self._plain = self._frame.decompress(packed)
            self._waiting = self._frame.unused_data
        size = min(len(buffer), len(self._plain))
        buffer[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        return size

    def close(self) -> None:
        """Close the file, too."""
        self._packed.close()
        super().close()


def _from_utf16(file: File) -> BinaryIO:
    """As UTF-8: PowerShell and editors on Windows save text as UTF-16."""
    return cast("BinaryIO", io.BufferedReader(_Utf16Reader(file.open())))


class _Utf16Reader(io.RawIOBase):
    """Turns UTF-16 with a byte order mark into UTF-8; half a surrogate pair costs a letter."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        self._plain = b""

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes."""
        while not self._plain:
            block = self._stream.read(CHUNK)
            self._plain = self._decoder.decode(block, final=not block).encode()
            if not block:
                break
        size = min(len(buffer), len(self._plain))
        buffer[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        return size

    def close(self) -> None:
        """Close the file, too."""
        self._stream.close()
        super().close()


_DECOMPRESSORS: dict[bytes, Callable[[File], BinaryIO]] = {
    b"\x1f\x8b": _gunzip,
    b"\xfd7zXZ\x00": _unxz,
    b"BZh": _unbz2,
    b"\x28\xb5\x2f\xfd": _unzstd,
    codecs.BOM_UTF16_LE: _from_utf16,
    codecs.BOM_UTF16_BE: _from_utf16,
}


def _in_zip(file: File, depth: int) -> Iterator[File]:
    if depth:
        file = replace(file, open=_copied(file.open(), file.where).open)  # places in it are jumped to
    try:
        archive = zipfile.ZipFile(file.open())
    except BROKEN as error:
        cause = reason(error) if isinstance(error, OSError) else "it is damaged or cut off"
        raise TrendingError(_NO_ZIP.format(file.where, cause)) from None
    for member in sorted(archive.infolist(), key=lambda info: info.filename):
        # Windows writes backslashes, which the format does not allow
        path = PurePosixPath(member.orig_filename.replace("\\", "/"))
        if member.is_dir() or "__MACOSX" in path.parts or not _WANTED.fullmatch(path.name):
            continue
        where = f"{file.where}:{path}"
        _check_member(member, path, where)
        opened = cast("Callable[[], BinaryIO]", partial(archive.open, member))
        yield from _unpacked(File(where, path, member.file_size, opened), depth + 1)


def _check_member(member: zipfile.ZipInfo, path: PurePosixPath, where: str) -> None:
    """Refuse what no archive of posts has."""
    if ".." in path.parts or path.is_absolute() or ":" in path.parts[0]:
        raise TrendingError(f"{where}: this zip file names places outside of itself, which no archive of posts does")
    if member.flag_bits & _ENCRYPTED:
        raise TrendingError(f"{where}: is encrypted; unpack it with its password and give the folder")
    if member.compress_type not in _METHODS:
        raise TrendingError(f"{where}: is compressed in a way that is not read here; unpack it and give the folder")
    if member.file_size > _BOMB_FROM and member.file_size > _BOMB_RATIO * member.compress_size:
        raise TrendingError(
            f"{where}: would unpack to {member.file_size:,} bytes from {member.compress_size:,}, which no list of "
            "posts does; unpack it and give the folder if you trust it"
        )


def _in_tar(file: File, depth: int) -> Iterator[File]:
    """The members that may be read, each copied: a tar file is read in one go."""
    files: list[File] = []
    try:
        with file.open() as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                path = PurePosixPath(member.name)
                if not member.isfile() or not _WANTED.fullmatch(path.name):
                    continue
                content = archive.extractfile(member)
                if content is not None:
                    where = f"{file.where}:{path}"
                    files.append(replace(_copied(content, where), where=where, path=path))
    except BROKEN as error:
        if not files:
            raise TrendingError(f"{file.where}: cannot be read as a tar file ({reason(error)})") from None
    for member_file in files:
        yield from _unpacked(member_file, depth + 1)


def _copied(stream: IO[bytes], where: str) -> File:
    """A temporary copy, which is gone when nothing names it any more."""
    copy = tempfile.NamedTemporaryFile(prefix="trending-arxiv-")  # noqa: SIM115 (it lives as long as the file is read)
    size = 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > _COPY_MAX:
            raise TrendingError(f"{where}: is larger than {_COPY_MAX:,} bytes; unpack it and give the folder")
        copy.write(chunk)
    copy.flush()

    def reopened() -> BinaryIO:
        return Path(copy.name).open("rb")

    return File(where, PurePosixPath(Path(where).name), size, reopened)
