"""Files of anybody are read within limits; what they say is shown in few words."""

from pathlib import Path

import pytest

from ganstudio.reading import (
    LONGEST_SHOWN,
    UnreadableError,
    parse_json,
    parse_toml,
    read_bytes,
    shown,
)


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 2048)
    assert read_bytes(path, 2048) == b"x" * 2048
    with pytest.raises(UnreadableError, match="larger than 1 kB"):
        read_bytes(path, 1024)
    with pytest.raises(UnreadableError, match="is no file"):
        read_bytes(tmp_path, 1024)
    with pytest.raises(FileNotFoundError):
        read_bytes(tmp_path / "none", 1024)


def test_tables_come_out_as_they_are() -> None:
    assert parse_toml(b'a = 1\n[b.c]\nd = "e"') == {"a": 1, "b": {"c": {"d": "e"}}}
    assert parse_json('{"a": [1, 2]}') == {"a": [1, 2]}


@pytest.mark.parametrize("parse", [parse_toml, parse_json])
def test_what_is_nested_without_end_is_refused(parse) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parse("a = " + "[" * 50_000 if parse is parse_toml else "[" * 500_000)


@pytest.mark.parametrize(
    "value", ids=["text", "number", "list"], argvalues=["x" * 1000, 16**20_000, [[1] * 500] * 20]
)
def test_long_values_are_cut(value: object) -> None:
    assert len(shown(value)) <= LONGEST_SHOWN + 3


def test_short_values_are_shown_whole() -> None:
    assert shown("a b") == "'a b'"
    assert shown(2.5) == "2.5"
