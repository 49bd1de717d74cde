"""Fetches files over https: resumed where they broke off, and there only if they are whole."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import os
import shutil
import socket
import tarfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from ganstudio.disk import temporary

if TYPE_CHECKING:
    from _typeshed import SupportsRead

CHUNK_BYTES = 1 << 16
PATIENCE_S = 20.0  # without a byte: then the connection is tried anew
TRIES = 4  # in a row that bring nothing new
LOOK_S = 0.2

Tell = Callable[[str], None]


class DownloadError(RuntimeError):
    """A file could not be fetched; the message says why."""


@dataclass(frozen=True)
class Download:
    """One file on the internet, and how to know that it is whole.

    Attributes:
        urls: where it is, all https; the next is tried when one fails.
        size_bytes: how long it is; not one byte more is taken.
        sha256: of its content.
    """

    urls: tuple[str, ...]
    size_bytes: int
    sha256: str


class _StoppedError(Exception):
    """Nobody waits for the file any more."""


class _BrokenError(Exception):
    """The connection is no good; another one may be."""


class _UnreachableError(_BrokenError):
    """There is no connection at all."""


def fetch(
    file: Download,
    target: Path,
    tell: Tell = lambda text: None,
    *,
    schemes: tuple[str, ...] = ("https",),
    patience_s: float = PATIENCE_S,
) -> None:
    """Fetch a file, going on with what an earlier try left; nothing if it is there and whole.

    What has come lies beside ``target`` as ``.NAME.part`` and becomes ``target`` once its
    checksum agrees. The work is done on a thread, so that a dead connection holds nobody who
    wants to leave.

    Args:
        file: what to fetch.
        target: where it shall be.
        tell: hears how far it is, five times a second; whatever it raises ends the download.
        schemes: of the addresses that may be asked, also where a server leads on to others.
        patience_s: how long to wait for the next byte.

    Raises:
        DownloadError: if it cannot be had from anywhere, or comes with the wrong content.
        OSError: if the disk will not take it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    work = _Work(file, target, schemes, patience_s)
    thread = threading.Thread(target=work.run, name="download", daemon=True)
    thread.start()
    try:
        while not work.done.wait(LOOK_S):
            tell(work.status)  # also what was told already: whoever hears it may want to leave
    finally:
        work.stopped.set()
    thread.join()
    if work.error is not None:
        raise work.error


def gunzip(archive: Path, target: Path) -> None:
    """Unpack one file, whole or not at all; nothing if it is there.

    Nobody fetches the archive meanwhile, nor unpacks it twice: two programs may want it.

    Raises:
        OSError: if it cannot be read or written.
        EOFError: if it ends too soon.
    """
    with _lock(archive):
        if not target.is_file():
            with gzip.open(archive) as packed:
                _keep(packed, target)


def untar(archive: Path, folder: Path, names: Collection[str]) -> None:
    """Unpack these files of an archive into a folder, each whole or not at all.

    Args:
        archive: a tar file, packed or not.
        folder: where they shall lie, without the folders that they have in there.
        names: their names, without folders.

    Raises:
        OSError: if one is not in there, or cannot be written.
        tarfile.TarError: if this is no tar file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    left = set(names)
    with tarfile.open(archive) as packed:
        for member in packed:
            name = Path(member.name).name
            content = packed.extractfile(member) if name in left and member.isfile() else None
            if content is not None:
                _keep(content, folder / name)
                left.discard(name)
    if left:
        raise OSError(f"{archive} does not hold {', '.join(sorted(left))}")


def sha256(path: Path) -> str:
    """The checksum of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Work:
    """One download on its thread."""

    def __init__(
        self, file: Download, target: Path, schemes: tuple[str, ...], patience_s: float
    ) -> None:
        self.file, self.target = file, target
        self.part = target.with_name(f".{target.name}.part")
        self.schemes, self.patience_s = schemes, patience_s
        self.opener = urllib.request.build_opener(_Redirects(schemes))
        self.done, self.stopped = threading.Event(), threading.Event()
        self.error: Exception | None = None
        self.status = "connecting"

    def run(self) -> None:
        try:
            with self._alone():
                if not self._is_whole(self.target):
                    self._fetch()
        except Exception as error:
            self.error = error
        self.done.set()

    def _alone(self) -> AbstractContextManager[object]:
        """Two programs, or two windows, may want the same file."""
        lock = _lock(self.target)
        while True:
            self._look()
            try:
                return lock.acquire(timeout=LOOK_S)
            except Timeout:
                self.status = "another program downloads it"

    def _fetch(self) -> None:
        """From the first address that has it; twice from one where an old part may be wrong."""
        reasons = {}
        urls = self.file.urls
        for url in (urls[0], *urls) if self._size() else urls:
            try:
                self._fetch_from(url)
                self._check()
                return
            except DownloadError as error:
                reasons[urlsplit(url).netloc] = str(error)
        raise DownloadError("; ".join(f"{host}: {why}" for host, why in reasons.items()))

    def _fetch_from(self, url: str) -> None:
        """Go on until all is there; a connection that breaks is made again."""
        first, fruitless = self._size(), 0
        while (before := self._size()) < self.file.size_bytes:
            why = "the connection broke off"
            try:
                self._receive(url, before)
            except _UnreachableError as error:
                if before == first:  # offline, or no such server: nothing to wait for
                    raise DownloadError(str(error)) from error
                why = str(error)
            except _BrokenError as error:
                why = str(error)
            fruitless = 0 if self._size() > before else fruitless + 1
            if fruitless >= TRIES:
                whole = in_mb(self.file.size_bytes)
                raise DownloadError(f"{why}, after {in_mb(self._size())} of {whole}")
            self.stopped.wait(self.patience_s / 20 * fruitless)

    def _receive(self, url: str, start: int) -> None:
        """Append what the server sends."""
        with self._ask(url, start) as answer:
            ranged = answer.status == HTTPStatus.PARTIAL_CONTENT
            sent = answer.headers.get("Content-Range", "")
            if ranged and not sent.startswith(f"bytes {start}-"):
                raise DownloadError(f"the server sent another part than was asked for: {sent}")
            size = start if ranged else 0
            with self.part.open("ab" if ranged else "wb") as file:
                while content := _next(answer):
                    self._look()
                    size += len(content)
                    if size > self.file.size_bytes:
                        break
                    file.write(content)
                    self.status = f"{size / 1e6:.1f} of {in_mb(self.file.size_bytes)}"
        if size > self.file.size_bytes:
            self.part.unlink(missing_ok=True)
            raise DownloadError(f"it is longer than {self.file.size_bytes:,} bytes")

    def _ask(self, url: str, start: int) -> Any:
        self._look()
        check_scheme(url, self.schemes)
        request = urllib.request.Request(url, headers={"User-Agent": "ganstudio"})
        if start:
            request.add_header("Range", f"bytes={start}-")
        try:
            return self.opener.open(request, timeout=self.patience_s)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                self.part.unlink(missing_ok=True)
            why = f"the server answers {error.code} {error.reason}"
            if error.code < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise DownloadError(why) from None
            raise _BrokenError(why) from None
        except (OSError, http.client.HTTPException) as error:
            cause = getattr(error, "reason", error)
            away = isinstance(cause, (ConnectionRefusedError, socket.gaierror))
            raise (_UnreachableError if away else _BrokenError)(_reason(error)) from error

    def _check(self) -> None:
        self.status = "checking it"
        if not self._is_whole(self.part):
            self.part.unlink(missing_ok=True)
            raise DownloadError("what came has a wrong checksum and was thrown away")
        _flush(self.part)
        self.part.replace(self.target)

    def _is_whole(self, path: Path) -> bool:
        return (
            path.is_file()
            and path.stat().st_size == self.file.size_bytes
            and sha256(path) == self.file.sha256
        )

    def _size(self) -> int:
        return self.part.stat().st_size if self.part.is_file() else 0

    def _look(self) -> None:
        if self.stopped.is_set():
            raise _StoppedError


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a server to other addresses of the same schemes only."""

    def __init__(self, schemes: tuple[str, ...]) -> None:
        self.schemes = schemes

    def redirect_request(self, *arguments: Any) -> urllib.request.Request | None:
        check_scheme(arguments[-1], self.schemes)
        return super().redirect_request(*arguments)


def check_scheme(url: str, schemes: tuple[str, ...] = ("https",)) -> None:
    """See that an address is asked in a way that nobody can listen to or change.

    Raises:
        DownloadError: if it is not.
    """
    if urlsplit(url).scheme not in schemes:
        raise DownloadError(f"{url} is not {' or '.join(schemes)}: nothing is fetched from there")


def in_mb(size_bytes: int) -> str:
    """A size as it is told."""
    return f"{size_bytes / 1e6:.1f} MB"


def _next(answer: Any) -> bytes:
    try:
        content: bytes = answer.read1(CHUNK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise _BrokenError(_reason(error)) from error
    return content


def _lock(target: Path) -> FileLock:
    """Held by whoever fetches a file, or unpacks it."""
    return FileLock(target.with_name(f".{target.name}.lock"), thread_local=False)


def _keep(content: SupportsRead[bytes], target: Path) -> None:
    """Write a file, whole or not at all."""
    part = temporary(target)
    try:
        with part.open("wb") as file:
            shutil.copyfileobj(content, file, 1 << 20)
        _flush(part)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _flush(path: Path) -> None:
    """Wait until it is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _reason(error: Exception) -> str:
    """What a person can do something with."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return "the server does not answer"
    text = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return text or type(cause).__name__
