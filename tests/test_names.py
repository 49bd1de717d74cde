import pytest

from ganstudio.names import fault


@pytest.mark.parametrize(
    "name",
    ["chairs", "2026-11-22-1530-dcgan-digits", "Größe 3 — 猫", "console", "com", "a.b", "com10",
     "x" * 200, "nulls", "I", "İstanbul"],
)  # fmt: skip
def test_names_that_every_system_keeps(name):
    assert fault(name) == ""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "space"), (" a", "space"), ("a ", "space"), ("a\u3000", "space"),
        ("a/b", "none of"), ("..\\b", "none of"), ("10:30", "none of"), ("what?", "none of"),
        ("a\tb", "cannot be seen"), ("a\x00b", "cannot be seen"), ("a\u202eb", "cannot be seen"),
        (".hidden", "dot"), ("..", "dot"), ("run.", "dot"),
        ("CON", "Windows"), ("nul.txt", "Windows"), ("Com1", "Windows"), ("LPT9.tar.gz", "Windows"),
        ("ö" * 101, "202"),
    ],
)  # fmt: skip
def test_names_that_some_system_does_not_keep(name, why):
    assert why in fault(name)
