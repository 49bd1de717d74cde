"""Any bytes, any reader: a value or a sentence, soon and in little memory; crashes of old as well.

The readers stand in ``fuzz/readers.py``. A coverage-guided campaign is run by hand with
``fuzz/campaign.py``; what it found lies in ``corpus/``.
"""

from __future__ import annotations

import time
import tracemalloc
import warnings
from pathlib import Path

import pytest
from fuzz.readers import LONGEST_TOLD, MEGABYTES, READERS, SECONDS, Reader
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*/*.bin"))
FEW = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
OVERWRITE, INSERT, DELETE, CUT = range(4)
EDITS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from((OVERWRITE, INSERT, DELETE, CUT)),
        st.binary(min_size=1, max_size=9)
        | st.sampled_from((b"\xff" * 4, b"\0" * 8, b"999999999", b"-1", b"nan", b"1e308", b"../")),
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


def answered(reader: Reader, scratch: Path, content: bytes) -> bool:
    """Whether the reader took the bytes; if not it must have said why, as it is documented to."""
    told = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader.read(scratch, content)
    except reader.refuses as error:
        told = str(error)
    assert told is None or (len(told.split()) >= 2 and len(told) < LONGEST_TOLD)
    return told is None


def damaged(content: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    for share, kind, piece in edits:
        at = int(share * len(content))
        if kind == CUT:
            content = content[:at]
        else:
            dropped = {OVERWRITE: len(piece), INSERT: 0, DELETE: len(piece)}[kind]
            content = content[:at] + (b"" if kind == DELETE else piece) + content[at + dropped :]
    return content


@pytest.mark.parametrize("name", READERS)
def test_damaged_files_are_taken_or_refused_in_words(name: str, scratch: Path) -> None:
    reader = READERS[name]

    @FEW
    @given(st.sampled_from(reader.seeds()), EDITS)
    def attempt(seed: bytes, edits: list[tuple[float, int, bytes]]) -> None:
        answered(reader, scratch, damaged(seed, edits))

    attempt()


@pytest.mark.parametrize("name", READERS)
def test_bytes_of_chance_are_taken_or_refused_in_words(name: str, scratch: Path) -> None:
    reader = READERS[name]

    @FEW
    @given(st.binary(max_size=300))
    def attempt(content: bytes) -> None:
        answered(reader, scratch, content)

    attempt()


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_broke_a_reader_once_is_answered_now(path: Path, scratch: Path) -> None:
    reader, content = READERS[path.parent.name], path.read_bytes()
    began = time.process_time()
    tracemalloc.start()
    try:
        answered(reader, scratch, content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MEGABYTES << 20
    assert time.process_time() - began < 5 * SECONDS  # traced, so slower


def test_the_corpus_is_there() -> None:
    assert len(CORPUS) >= 10
    assert {path.parent.name for path in CORPUS} <= READERS.keys()
