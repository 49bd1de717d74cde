"""Recipes that ask for the absurd: refused with every fault at once, before room is made for it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

from ganstudio import registry
from ganstudio.knobs import knobs_of
from ganstudio.reading import DEEPEST_KEY, UnreadableError, parse_toml, read_bytes
from ganstudio.recipe import Basics, Recipe, RecipeError

ROOMS = ("gans", "data")
CONFIGS = [("recipe", Basics)] + [
    (f"{room}/{key}", registry.find(room, key).Config)
    for room in ROOMS
    for key in registry.keys(room)
]


def refused(path: Path, text: str | bytes) -> list[str]:
    """The faults of a recipe with this content, found in little memory."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    tracemalloc.start()
    try:
        with pytest.raises(RecipeError) as caught:
            Recipe.load(path)
        assert tracemalloc.get_traced_memory()[1] < 50 << 20
    finally:
        tracemalloc.stop()
    return caught.value.faults


@pytest.mark.parametrize(("name", "config"), CONFIGS, ids=lambda value: str(value)[:30])
def test_every_number_of_every_recipe_has_limits(name: str, config: type) -> None:
    for knob in knobs_of(config).values():
        if knob.type in ("int", "float"):
            assert knob.low is not None, f"{name}: {knob.name} may be as small as one likes"
            assert knob.high is not None, f"{name}: {knob.name} may be as large as one likes"


def test_every_absurd_value_is_named_at_once(tmp_path: Path) -> None:
    faults = refused(
        tmp_path / "r.toml",
        """
        variant = "dcgan"
        data = "digits"
        seed = -1
        kimg = 1e308
        timeline_mb = 99999999999999999999
        measure_kimg = nan
        [gan]
        batch = 1000000000000
        z_dim = 1000000000
        width = "large"
        g_lr = inf
        d_lr = -1e308
        beta1 = true
        [dataset]
        nothing = 1
        """,
    )
    for name in (
        "seed", "kimg", "timeline_mb", "measure_kimg", "batch", "z_dim", "width", "g_lr", "d_lr",
        "nothing",
    ):  # fmt: skip
        assert any(f"{name} " in line for line in faults), f"nothing is said of {name}"
    assert all(len(line) < 1000 for line in faults)


@pytest.mark.parametrize(
    "text",
    [
        'variant = "../../etc/passwd"',
        'variant = "os.system"',
        'data = "../points"',
        "variant = 3",
        'variant = ["gan"]',
        "gan = 3",
        'dataset = "points"',
        "[variant.x]\ny = 1",
        "seed = 0x" + "f" * 20_000,
        "variant = '" + "x" * 100_000 + "'",
    ],
)
def test_other_things_in_the_place_of_names_and_tables(tmp_path: Path, text: str) -> None:
    faults = refused(tmp_path / "r.toml", text)
    assert sum(map(len, faults)) < 5000


def test_a_key_of_many_parts_takes_no_memory(tmp_path: Path) -> None:
    """Such a key takes tomllib tens of gigabytes; here the whole program has 100 MB more."""
    path = tmp_path / "r.toml"
    path.write_bytes(b"a" + b".a" * 100_000 + b" = 1")
    program = (
        "import resource, sys; from pathlib import Path; from ganstudio.recipe import Recipe\n"
        "taken = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (taken + (100 << 20),) * 2)\n"
        "try: Recipe.load(Path(sys.argv[1]))\n"
        "except ValueError as error: print(error)"
    )
    if not sys.platform.startswith("linux"):
        pytest.skip("the limit is set through /proc")
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert f"a key of more than {DEEPEST_KEY} parts" in done.stdout


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 20 + " = 1",
        '"a"' + ' . "b,="' * 20 + " = 1",
        "'#'" + ".'b'" * 20 + " = 1",
        "[a" + ".a" * 20 + "]",
        "x = {a" + ".a" * 20 + " = 1}",
        'x = """\n\'"""\na' + ".a" * 20 + " = 1",
        "x = '''\n\"'''\na" + ".a" * 20 + " = 1",
        'x = "\\""\na' + ".a" * 20 + " = 1",
        "# '\na" + ".a" * 20 + " = 1",
    ],
)
def test_deep_keys_hide_nowhere(text: str) -> None:
    with pytest.raises(ValueError, match="parts"):
        parse_toml(text)


def test_what_only_looks_like_a_deep_key_is_read() -> None:
    dots = "a" + ".a" * 40
    assert (
        parse_toml(f'x = "{dots}"\n# {dots}\ny = """\n{dots} = 1"""\nz = \'{dots}\'')["x"] == dots
    )
    assert len(parse_toml("x = [" + "0.25, " * 1000 + "]")["x"]) == 1000


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    with path.open("wb") as file:
        file.truncate(100 << 20)
    began = time.process_time()
    with pytest.raises(RecipeError, match="larger than"):
        Recipe.load(path)
    assert time.process_time() - began < 5


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_and_devices_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "r.toml")
    with pytest.raises(RecipeError, match="is no file"):
        Recipe.load(tmp_path / "r.toml")
    (tmp_path / "zero").symlink_to("/dev/zero")
    with pytest.raises(UnreadableError, match="is no file"):
        read_bytes(tmp_path / "zero", 1 << 20)
