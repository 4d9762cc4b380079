"""The file a backup is: a tar of the database's dump, the attached files and a manifest with every checksum."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sosei.gateway.project.safekeeping.faults import SafekeepingError

FORMAT = 1
DUMP, MANIFEST, SEAL, SECRET, FILES = (
    "database.dump",
    "manifest.json",
    "manifest.sha256",
    "secret-key",
    "files",
)
BLOCK = 1 << 20


@dataclass
class Manifest:
    """What a backup holds; written last, when all of it is known."""

    sosei: str
    made: str
    postgresql: int
    migrations: list[tuple[str, str]]
    tables: dict[str, int]
    """Rows by table, as the dump's own snapshot had them."""
    roles: list[str]
    """Roles that are granted something and belong to the server, not to the dump."""
    members: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Bytes and SHA-256 of everything else in the archive."""
    format: int = FORMAT


class Writer:
    """Writes members and remembers their checksums."""

    def __init__(self, stream: IO[bytes], manifest: Manifest) -> None:
        self._tar = tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._manifest = manifest

    def add(self, name: str, path: Path) -> None:
        """Adds a file under `name`; it must not change meanwhile, or the tar's own length check fails."""
        with path.open("rb") as source:
            information = tarfile.TarInfo(name)
            information.size = os.fstat(source.fileno()).st_size
            information.mode = 0o600
            information.mtime = int(os.fstat(source.fileno()).st_mtime)
            reader = _Hashing(source)
            self._tar.addfile(information, reader)
        self._manifest.members[name] = (information.size, reader.digest())

    def close(self) -> None:
        """Writes the manifest and the end of the archive."""
        content = json.dumps(asdict(self._manifest), ensure_ascii=False, indent=1).encode()
        for name, value in ((MANIFEST, content), (SEAL, hashlib.sha256(content).hexdigest().encode())):
            information = tarfile.TarInfo(name)
            information.size, information.mode = len(value), 0o600
            self._tar.addfile(information, io.BytesIO(value))
        self._tar.close()


class _Hashing:
    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._hash = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self._hash.update(block)
        return block

    def digest(self) -> str:
        return self._hash.hexdigest()


def unpack(archive: Path, into: Path | None) -> Manifest:
    """Reads the whole archive, compares every checksum, and writes the members into the folder `into` if given.

    Raises:
        SafekeepingError: it is no backup, is cut short, was changed, or holds a name that leads elsewhere.
    """
    found: dict[str, tuple[int, str]] = {}
    content: dict[str, bytes] = {}
    try:
        with tarfile.open(archive, mode="r|") as tar:
            for member in tar:
                source = tar.extractfile(member) if member.isreg() else None
                if source is None or not _is_expected(member.name) or member.name in found:
                    raise _damaged(archive, f"予期しないもの {member.name!r}", f"unexpected {member.name!r}")
                if member.name in {MANIFEST, SEAL}:
                    content[member.name] = source.read()
                    continue
                found[member.name] = _copy(source, into / member.name if into else None)
    except (tarfile.TarError, EOFError) as error:
        raise _damaged(archive, f"読めない（{error}）", f"it cannot be read ({error})") from error
    manifest = _manifest(archive, content)
    for name in sorted(found.keys() | manifest.members.keys()):
        if found.get(name) != manifest.members.get(name):
            raise _damaged(archive, f"{name} が目録と違う", f"{name} differs from the manifest")
    return manifest


def _manifest(archive: Path, content: dict[str, bytes]) -> Manifest:
    if (
        MANIFEST not in content
        or content.get(SEAL, b"") != hashlib.sha256(content[MANIFEST]).hexdigest().encode()
    ):
        raise _damaged(
            archive, "目録がないか、途中で切れている", "the manifest is missing or the file is cut short"
        )
    read: dict[str, Any] = json.loads(content[MANIFEST])
    if read.get("format") != FORMAT:
        raise SafekeepingError(
            f"{archive} は、この版では読めない形式 {read.get('format')!r} です。対処: 新しい版の Sosei で復元してください。",
            f"{archive} has the form {read.get('format')!r}, which this version does not read. "
            "Remedy: restore it with a newer version of Sosei.",
        )
    read["migrations"] = [(app, name) for app, name in read["migrations"]]
    read["members"] = {name: (size, digest) for name, (size, digest) in read["members"].items()}
    return Manifest(**read)


def _is_expected(name: str) -> bool:
    path = PurePosixPath(name)
    if name in {DUMP, MANIFEST, SEAL, SECRET}:
        return True
    return len(path.parts) > 1 and path.parts[0] == FILES and ".." not in path.parts and str(path) == name


def _copy(source: IO[bytes], target: Path | None) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    write: Callable[[bytes], object] = lambda block: None  # noqa: E731
    out = None
    if target:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        out = os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        write = out.write
    try:
        while block := source.read(BLOCK):
            digest.update(block)
            size += len(block)
            write(block)
    finally:
        if out:
            out.close()
    return size, digest.hexdigest()


def _damaged(archive: Path, japanese: str, english: str) -> SafekeepingError:
    return SafekeepingError(
        f"{archive} は正しいバックアップではありません: {japanese}。対処: 別のバックアップを使ってください。",
        f"{archive} is not a sound backup: {english}. Remedy: use another backup.",
    )
