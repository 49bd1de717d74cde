"""Throw bytes at one reader, guided by coverage, and keep what it does not answer properly.

    python tests/faults/fuzz/campaign.py READER --minutes 10 --out DIR

needs ``atheris`` (Linux, ``pip install atheris``). Findings lie in ``DIR/found/READER``, one file
for each place that raised, the shortest; what reached new code in ``DIR/corpus/READER``; a line
of figures is added to ``DIR/campaigns.jsonl``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HERE = Path(__file__).parent
LONGEST = 4096  # bytes
ROOM_BYTES = 512 << 20  # of address space for one input; what it takes of it is measured after
STOP_S = 5.0  # of the processor, until a reader is stopped in the middle; too slow is sooner
INSTRUMENTED = ["ganstudio", "tomllib", "zipfile", "json", "numpy.lib.format", "numpy.lib._format"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    (_fuzz if asked.child else _watch)(asked)


def _watch(asked: argparse.Namespace) -> None:
    """Run the fuzzer in a process of its own, for it ends by leaving, and write down figures."""
    command = [sys.executable, __file__, asked.reader, "--out", str(asked.out), "--child"]
    began = time.monotonic()
    done = subprocess.run(
        [*command, "--minutes", str(asked.minutes)], capture_output=True, text=True, check=False
    )
    lines = done.stderr.splitlines()
    figures = [line for line in lines if re.match(r"#\d+\s", line)]
    runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", done.stderr)
    covered = re.search(r"cov: (\d+) ft: (\d+)", figures[-1] if figures else "")
    found = asked.out / "found" / asked.reader
    record = {
        "reader": asked.reader,
        "minutes": round((time.monotonic() - began) / 60, 1),
        "inputs": int(runs[1]) if runs else None,
        "coverage": int(covered[1]) if covered else None,
        "features": int(covered[2]) if covered else None,
        "found": sorted(path.name for path in found.glob("*.bin")),
        "ended": done.returncode,
    }
    with (asked.out / "campaigns.jsonl").open("a") as file:
        file.write(json.dumps(record) + "\n")
    (asked.out / f"{asked.reader}.log").write_text("\n".join(lines[-400:]))
    print(json.dumps(record))


def _fuzz(asked: argparse.Namespace) -> None:
    import atheris

    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.path[:0] = [str(HERE.parent), str(HERE.parents[2])]
    with atheris.instrument_imports(include=INSTRUMENTED):
        from fuzz import readers
    reader = readers.READERS[asked.reader]
    found = asked.out / "found" / asked.reader
    corpus = asked.out / "corpus" / asked.reader
    for folder in (found, corpus):
        folder.mkdir(parents=True, exist_ok=True)
    for content in reader.seeds():
        (corpus / hashlib.sha1(content).hexdigest()).write_bytes(content)
    warnings.simplefilter("ignore")
    scratch = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    for content in reader.seeds():  # what is imported late belongs to nobody's input
        with suppress(*reader.refuses):
            reader.read(scratch, content)
    signal.signal(signal.SIGVTALRM, _too_long)

    def attempt(content: bytes) -> None:
        before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        try:
            with _bounded():
                reader.read(scratch, content)
        except TooLongError:
            _keep(found, content, "slow", traceback.format_exc())
        except reader.refuses as error:
            if len(str(error).split()) < 2 or len(str(error)) > readers.LONGEST_TOLD:
                _keep(found, content, f"wordless-{type(error).__name__}", repr(error)[:2000])
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            ours = [
                f for f in traceback.extract_tb(error.__traceback__) if "ganstudio" in f.filename
            ]
            place = ours[-1] if ours else frame
            key = f"{type(error).__name__}-{Path(place.filename).stem}-{place.lineno}"
            _keep(found, content, key, traceback.format_exc())
        seconds = time.process_time() - began
        if seconds > readers.SECONDS:
            _keep(found, content, "slow", f"{seconds:.1f} s")
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024
        if grown > readers.MEGABYTES:
            _keep(found, content, "large", f"{grown:.0f} MB")

    options = [f"-max_total_time={round(asked.minutes * 60)}", f"-max_len={LONGEST}"]
    options += ["-print_final_stats=1", "-timeout=60", "-rss_limit_mb=0", "-verbosity=1"]
    dictionary = HERE / f"{asked.reader}.dict"
    options += [f"-dict={dictionary}"] if dictionary.is_file() else []
    atheris.Setup([sys.argv[0], *options, str(corpus)], attempt)
    atheris.Fuzz()


class TooLongError(BaseException):
    """A reader took longer than it may; nothing in the program catches this."""


def _too_long(number: int, frame: object) -> None:
    raise TooLongError


@contextmanager
def _bounded() -> Iterator[None]:
    """While a reader reads: so much address space more, and so much of the processor."""
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + ROOM_BYTES, resource.RLIM_INFINITY))
    signal.setitimer(signal.ITIMER_VIRTUAL, STOP_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _keep(folder: Path, content: bytes, key: str, told: str) -> None:
    """The shortest input for each place."""
    path = folder / f"{key}.bin"
    if not path.exists() or path.stat().st_size > len(content):
        path.write_bytes(content)
        path.with_suffix(".txt").write_text(told)


if __name__ == "__main__":
    main()
