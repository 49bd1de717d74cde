"""Downloads from a real server that breaks off, lies, stalls, or leads elsewhere."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import random
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from filelock import FileLock

from ganstudio.data.base import DataError
from ganstudio.data.mnist import Mnist
from ganstudio.downloads import Download, DownloadError, fetch, gunzip, untar
from ganstudio.recipe import Recipe
from ganstudio.train.engine import Engine
from ganstudio.train.session import Outbox, Session

CONTENT = random.Random(3).randbytes(300_000)
PATIENCE_S = 0.3


class Web:
    """Serves ``content``; each request takes the next of ``ways``, the last of them for ever.

    Ways: ``whole``, ``half`` (then the line goes dead), ``drip`` (half, then closed in order),
    ``stall`` (half, then nothing), ``mute`` (not even an answer), ``wrong`` (other bytes),
    ``long`` (more than there should be), ``deaf`` (the whole file, whatever was asked for),
    ``shifted`` (another part than was asked for), a number (that status), or an address to
    lead on to.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.ways: list[str] = ["whole"]
        self.asked: list[str | None] = []  # the Range of each request
        self.over = threading.Event()
        self.files: dict[str, bytes] = {}  # by path, instead of ``content``
        self.url = ""

    @contextmanager
    def serve(self, certificate: tuple[Path, Path] | None = None) -> Iterator[Web]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        server.daemon_threads = False
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            scheme = "https"
        server.handle_error = lambda *_: None  # a client that hangs up is what is tested
        self.url = f"{scheme}://localhost:{server.server_port}/file.gz"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self.over.set()
            server.shutdown()
            server.server_close()
            thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        way = self.ways.pop(0) if len(self.ways) > 1 else self.ways[0]
        asked = to.headers.get("Range")
        self.asked.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        if way == "mute":
            self.over.wait(20)
            return
        if way.isdigit():
            to.send_error(int(way))
            return
        if ":" in way:
            to.send_response(302)
            to.send_header("Location", way)
            to.end_headers()
            return
        if way == "deaf":
            start = 0
        content = self.files.get(to.path, self.content)
        body = content[start:]
        if way == "wrong":
            body = bytes(255 - byte for byte in body)
        if way == "long":
            body += b"and so on" * 1000
        to.send_response(206 if start else 200)
        to.send_header("Content-Length", str(len(body)))
        if start:
            first = start + 7 if way == "shifted" else start
            end = len(content)
            to.send_header("Content-Range", f"bytes {first}-{end - 1}/{end}")
        to.end_headers()
        if way in ("half", "drip", "stall"):
            to.wfile.write(body[: len(body) // 2])
            to.wfile.flush()
            if way == "stall":
                self.over.wait(20)
            if way == "half":
                reset = struct.pack("ii", 1, 0)  # on, at once
                to.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            to.close_connection = True
            return
        to.wfile.write(body)


@pytest.fixture
def web():
    with Web(CONTENT).serve() as server:
        yield server


def file(*urls: str) -> Download:
    return Download(urls, len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


def get(web: Web, target: Path, *more: str, tell=lambda text: None) -> None:
    fetch(file(web.url, *more), target, tell, schemes=("http",), patience_s=PATIENCE_S)


def left(folder: Path) -> list[str]:
    """What a person would see there."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_a_file_comes_whole_and_tells_how_far_it_is(web, tmp_path):
    heard = []
    get(web, tmp_path / "deep" / "file.gz", tell=heard.append)
    assert (tmp_path / "deep" / "file.gz").read_bytes() == CONTENT
    assert left(tmp_path / "deep") == ["file.gz"]
    get(web, tmp_path / "deep" / "file.gz")
    assert len(web.asked) == 1, "what is there and whole is not fetched again"


@pytest.mark.parametrize("way", ["half", "drip", "stall"])
def test_a_connection_that_breaks_is_gone_on_with_where_it_was(web, tmp_path, way):
    web.ways = [way, way, "whole"]
    get(web, tmp_path / "file.gz")
    assert (tmp_path / "file.gz").read_bytes() == CONTENT
    assert web.asked[0] is None
    starts = [int(asked.removeprefix("bytes=").removesuffix("-")) for asked in web.asked[1:]]
    assert starts == sorted(starts)
    assert len(starts) == 2
    assert starts[0] > 0


def test_what_came_yesterday_is_not_fetched_again(web, tmp_path):
    web.ways = ["half", "503"]
    with pytest.raises(DownloadError, match="503"):
        get(web, tmp_path / "file.gz")
    assert left(tmp_path) == [".file.gz.part"]
    kept = (tmp_path / ".file.gz.part").stat().st_size
    assert 0 < kept < len(CONTENT)
    web.ways, web.asked = ["whole"], []
    get(web, tmp_path / "file.gz")
    assert web.asked == [f"bytes={kept}-"]
    assert (tmp_path / "file.gz").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("way", "why"),
    [
        ("wrong", "wrong checksum"),
        ("long", "longer than 300,000 bytes"),
        ("404", "404"),
        ("503", "503"),
        ("mute", "does not answer"),
        ("ftp://localhost/file.gz", "is not http"),
        ("file:///etc/passwd", "not allowed"),
    ],
)
def test_nothing_wrong_is_taken_for_whole(web, tmp_path, way, why):
    web.ways = [way]
    with pytest.raises(DownloadError, match=why) as caught:
        get(web, tmp_path / "file.gz")
    assert "localhost" in str(caught.value)
    assert left(tmp_path) == []


def test_an_old_part_that_is_spoilt_does_not_spoil_the_next_try(web, tmp_path):
    (tmp_path / ".file.gz.part").write_bytes(b"x" * 1000)
    get(web, tmp_path / "file.gz")
    assert (tmp_path / "file.gz").read_bytes() == CONTENT
    assert web.asked == ["bytes=1000-", None]


def test_a_file_that_is_there_but_cut_short_is_fetched_again(web, tmp_path):
    (tmp_path / "file.gz").write_bytes(CONTENT[:1000])
    get(web, tmp_path / "file.gz")
    assert (tmp_path / "file.gz").read_bytes() == CONTENT


@pytest.mark.parametrize("way", ["deaf", "416", "shifted"])
def test_servers_that_do_not_go_on_where_they_should(web, tmp_path, way):
    (tmp_path / ".file.gz.part").write_bytes(CONTENT[:1000])
    web.ways = [way, "whole"]
    get(web, tmp_path / "file.gz")
    assert (tmp_path / "file.gz").read_bytes() == CONTENT


def test_the_next_address_is_tried(web, tmp_path):
    with Web(CONTENT).serve() as other:
        web.ways = ["wrong"]
        get(web, tmp_path / "file.gz", other.url)
        assert len(web.asked) == len(other.asked) == 1
    assert (tmp_path / "file.gz").read_bytes() == CONTENT


class LeaveError(Exception):
    pass


@pytest.mark.parametrize("way", ["stall", "mute"])
def test_whoever_leaves_is_not_held_by_a_dead_connection(web, tmp_path, way):
    web.ways = [way]

    def leave(text):
        raise LeaveError

    with pytest.raises(LeaveError):
        fetch(file(web.url), tmp_path / "file.gz", leave, schemes=("http",), patience_s=10)
    (thread,) = (one for one in threading.enumerate() if one.name == "download")
    assert thread.daemon
    web.over.set()  # the server hangs up, and the thread ends by itself
    thread.join(5)
    assert not thread.is_alive()
    assert not (tmp_path / "file.gz").exists()


def test_two_that_want_the_same_file_fetch_it_once(web, tmp_path):
    web.ways = ["stall", "whole"]
    others = [threading.Thread(target=get, args=(web, tmp_path / "file.gz")) for _ in range(3)]
    for thread in others:
        thread.start()
    for thread in others:
        thread.join(20)
    assert (tmp_path / "file.gz").read_bytes() == CONTENT
    assert len(web.asked) == 2, "one that broke off, one that went on; nobody else asked"


KILLED = """
import hashlib, sys
from pathlib import Path
from ganstudio.data.base import DataError
from ganstudio.data.mnist import Mnist
from ganstudio.downloads import Download, fetch
url, size, checksum, target = sys.argv[1:]
print("begun", flush=True)
fetch(Download((url,), int(size), checksum), Path(target), schemes=("http",), patience_s=60)
"""


def test_a_killed_download_leaves_nothing_that_is_taken_for_whole(web, tmp_path):
    web.ways = ["stall", "whole"]
    wanted = file(web.url)
    arguments = [web.url, str(wanted.size_bytes), wanted.sha256, str(tmp_path / "file.gz")]
    child = subprocess.Popen([sys.executable, "-c", KILLED, *arguments], stdout=subprocess.PIPE)
    part = tmp_path / ".file.gz.part"
    with child:
        for _ in range(2000):
            if part.is_file() and part.stat().st_size:
                break
            web.over.wait(0.01)
        child.kill()
    assert left(tmp_path) == [".file.gz.part"]
    web.over.set()
    get(web, tmp_path / "file.gz")
    assert (tmp_path / "file.gz").read_bytes() == CONTENT


def test_plain_http_is_not_asked(web, tmp_path):
    with pytest.raises(DownloadError, match="is not https"):
        fetch(file(web.url), tmp_path / "file.gz")
    assert web.asked == []


# Over https -------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path):
    """A certificate for localhost, made now."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate")
    files = tmp_path / "own.pem", tmp_path / "own.key"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-out", files[0], "-keyout", files[1], "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    return files


def test_https_is_trusted_only_with_a_certificate(certificate, tmp_path, monkeypatch, web):
    target = tmp_path / "there" / "file.gz"
    with Web(CONTENT).serve(certificate) as safe:
        with pytest.raises(DownloadError, match=r"(?i)certificate"):
            fetch(file(safe.url), target, patience_s=PATIENCE_S)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        safe.ways = [web.url]
        with pytest.raises(DownloadError, match="is not https"):
            fetch(file(safe.url), target, patience_s=PATIENCE_S)
        assert web.asked == [], "no server leads from https to http"
        safe.ways = ["half", "whole"]
        fetch(file(safe.url), target, patience_s=PATIENCE_S)
    assert target.read_bytes() == CONTENT


def test_a_full_disk_is_an_error_of_the_disk(web):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("/dev/full refuses what is written")
    folder = Path("/dev/shm") / f"ganstudio-{os.getpid()}"
    folder.mkdir()
    try:
        (folder / ".file.gz.part").symlink_to(full)
        with pytest.raises(OSError, match="No space left"):
            get(web, folder / "file.gz")
        assert not (folder / "file.gz").exists()
    finally:
        shutil.rmtree(folder)


# Unpacking --------------------------------------------------------------------------------------


def test_a_packed_file_that_is_cut_short_leaves_nothing(tmp_path):
    archive = tmp_path / "file.gz"
    archive.write_bytes(gzip.compress(CONTENT)[:-1000])
    with pytest.raises(EOFError):
        gunzip(archive, tmp_path / "file")
    assert left(tmp_path) == ["file.gz"]
    archive.write_bytes(gzip.compress(CONTENT))
    (tmp_path / ".file.part").mkdir()  # of another program
    gunzip(archive, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT
    archive.unlink()
    gunzip(archive, tmp_path / "file")  # another program has done it all


def test_a_file_is_not_unpacked_while_another_holds_it(tmp_path):
    archive, done = tmp_path / "file.gz", threading.Event()
    archive.write_bytes(gzip.compress(CONTENT))

    def unpack() -> None:
        gunzip(archive, tmp_path / "file")
        done.set()

    other = threading.Thread(target=unpack)
    with FileLock(tmp_path / ".file.gz.lock"):
        other.start()
        assert not done.wait(0.2)
        (tmp_path / "file").write_bytes(b"theirs")
        archive.unlink()
    other.join(10)
    assert done.is_set()
    assert (tmp_path / "file").read_bytes() == b"theirs"


def test_two_programs_may_unpack_one_data_set(digits, tmp_path, monkeypatch):
    def unpacked_by_both(archive: Path, target: Path) -> None:
        gunzip(archive, target)
        archive.unlink()

    monkeypatch.setattr("ganstudio.data._torchvision.gunzip", unpacked_by_both)
    samples = Mnist(Mnist.Config(size=28), tmp_path).load()
    assert bytes(samples.x.flatten().tolist()) == IMAGES


def test_only_what_is_wanted_is_unpacked_and_never_outside(tmp_path):
    archive = tmp_path / "set.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        for name in ("../../wanted.bin", "other.bin", "set/second.bin"):
            entry = tarfile.TarInfo(name)
            entry.size = len(name)
            packed.addfile(entry, io.BytesIO(name.encode()))
        link = tarfile.TarInfo("third.bin")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        packed.addfile(link)
    untar(archive, tmp_path / "set", ["wanted.bin", "second.bin"])
    assert left(tmp_path / "set") == ["second.bin", "wanted.bin"]
    assert left(tmp_path) == ["set", "set.tar.gz"]
    with pytest.raises(OSError, match=r"third\.bin"):
        untar(archive, tmp_path / "set", ["third.bin"])


# Data sets --------------------------------------------------------------------------------------

IMAGES = random.Random(4).randbytes(12 * 784)
FILES = {
    "train-images-idx3-ubyte": struct.pack(">4i", 2051, 12, 28, 28) + IMAGES,
    "train-labels-idx1-ubyte": struct.pack(">2i", 2049, 12) + bytes(range(10)) + b"\0\1",
}


@pytest.fixture
def digits(monkeypatch):
    """MNIST, but of twelve pictures and from a server here."""
    packed = {name: gzip.compress(content) for name, content in FILES.items()}
    server = Web(b"")
    server.files = {f"/{name}.gz": content for name, content in packed.items()}
    with server.serve():
        monkeypatch.setattr(Mnist, "hosts", (server.url.rpartition("/")[0],))
        sizes = {n: (len(c), hashlib.sha256(c).hexdigest()) for n, c in packed.items()}
        monkeypatch.setattr(Mnist, "packed", sizes)
        plain = partial(fetch, schemes=("http",), patience_s=PATIENCE_S)
        monkeypatch.setattr("ganstudio.data._torchvision.fetch", plain)
        yield server


def test_a_data_set_is_downloaded_once_and_goes_on_after_a_failure(digits, tmp_path):
    digits.ways = ["whole", "half", "503"]
    told = []
    with pytest.raises(DataError, match="503"):
        Mnist(Mnist.Config(), tmp_path).load()
    digits.ways, digits.asked = ["whole"], []
    samples = Mnist(Mnist.Config(size=28), tmp_path, tell=told.append).load()
    assert bytes(samples.x.flatten().tolist()) == IMAGES
    assert samples.labels.tolist() == [*range(10), 0, 1]
    assert len(digits.asked) == 1, "the pictures were there already"
    assert left(tmp_path / "MNIST" / "raw") == sorted(FILES)
    Mnist(Mnist.Config(), tmp_path).load()
    assert len(digits.asked) == 1


def test_stop_ends_a_download_at_once(digits, tmp_path):
    """As the window's Stop and Ctrl+C in the terminal do: while the server says nothing."""
    digits.ways = ["mute"]
    outbox = Outbox()
    recipe = Recipe.make("gan", "mnist", {"batch": 8})

    def build(announce):
        runs = tmp_path / "runs"
        return Engine.build(recipe, announce, runs_root=runs, data_root=tmp_path, device="cpu")

    session = Session(build, outbox)
    session.start()
    told = []
    while not any("downloading" in text for text in told):
        told += [event.text for event in outbox.wait(10) if hasattr(event, "text")]
    assert session.close(10)
    assert session.state == "finished"
    assert not (tmp_path / "runs").exists()
    digits.over.set()
