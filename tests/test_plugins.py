"""Plug-ins of a package that is really installed, in a folder of its own on the path."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from ganstudio import cli, plugins, registry
from ganstudio.recipe import Recipe, RecipeError

POINTS = """
[ganstudio.data]
stripes = studio_stripes:Stripes
digits = studio_stripes:Stripes
broken = studio_broken:Broken
wrong = studio_stripes:NUMBER
empty = studio_stripes:Nothing
leaving = studio_leaving:Leaving

[console_scripts]
other = studio_stripes:main
"""
STRIPES = """
import os
from pathlib import Path

import torch

from ganstudio.data.base import Dataset, Samples
from ganstudio.samples import SampleSpec

Path(os.environ["IMPORTED"]).touch()
NUMBER = 7


class Stripes(Dataset):
    '''Stripes.'''

    title = "Stripes"

    @classmethod
    def spec(cls, config):
        return SampleSpec("image", (1, 16, 16))

    def load(self):
        return Samples(torch.zeros(32, 1, 16, 16, dtype=torch.uint8))
"""


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A package with plug-ins; a file that is there as soon as any of its code has run."""
    place = tmp_path / "site"
    place.mkdir()
    (place / "studio_stripes.py").write_text(STRIPES)
    (place / "studio_broken.py").write_text("raise RuntimeError('no luck today')")
    (place / "studio_leaving.py").write_text("import sys; sys.exit(3)")
    install(place, "studio-stripes", "1.2", POINTS)
    monkeypatch.syspath_prepend(place)
    monkeypatch.setenv("IMPORTED", str(tmp_path / "imported"))
    monkeypatch.setenv("PYTHONPATH", f"{place}:{Path.cwd()}")
    monkeypatch.setattr(plugins, "settings_path", lambda: tmp_path / "plugins.toml")
    monkeypatch.setattr(plugins, "failures", {})
    plugins.found.cache_clear()
    yield tmp_path / "imported"
    plugins.found.cache_clear()
    for name in ("studio_stripes", "studio_broken", "studio_leaving"):
        sys.modules.pop(name, None)


def install(place: Path, name: str, version: str, points: str) -> None:
    info = place / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(points)
    importlib.invalidate_caches()


def test_plugins_are_listed_and_nothing_of_them_is_imported(imported, capsys):
    assert cli.main(["list", "plugins"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        [f"data/{key}", "off"]
        for key in ("broken", "digits", "empty", "leaving", "stripes", "wrong")
    ]
    assert all("studio-stripes 1.2" in line for line in lines)
    assert "stripes" not in registry.keys("data")
    registry.discover("data")
    assert not imported.exists()


def test_one_that_is_off_says_how_it_is_allowed(imported):
    with pytest.raises(RecipeError, match="ganstudio plugins allow data/stripes"):
        Recipe.make("gan", "stripes")
    with pytest.raises(PermissionError, match="switched off"):
        registry.find("data", "stripes")
    assert not imported.exists()


def test_once_allowed_it_is_a_member_and_stays_one(imported, capsys):
    assert cli.main(["plugins", "allow", "data/stripes"]) == 0
    assert registry.find("data", "stripes").title == "Stripes"
    assert "stripes" in registry.discover("data")
    assert Recipe.make("gan", "stripes").data == "stripes"
    assert imported.exists()
    assert [plugins.state(one) for one in plugins.named("data/stripes")] == ["on"]
    assert "broken" not in registry.keys("data"), "its neighbour was not allowed"
    cli.main(["plugins", "forbid", "studio-stripes"])
    assert "stripes" not in registry.keys("data")


def test_another_process_remembers(imported):
    command = [sys.executable, "-m", "ganstudio", "list", "plugins"]
    plugins.allow(plugins.named("data/stripes"))
    settings = plugins.settings_path()
    there = subprocess.run(
        [sys.executable, "-c", "from ganstudio import plugins; print(plugins.settings_path())"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    Path(there).parent.mkdir(parents=True, exist_ok=True)
    Path(there).write_bytes(settings.read_bytes())
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "data/stripes  on" in shown
    assert "data/broken   off" in shown
    assert not imported.exists()


def test_another_class_under_an_allowed_key_is_asked_about_anew(imported, tmp_path):
    plugins.allow(plugins.named("studio-stripes"))
    points = tmp_path / "site" / "studio_stripes-1.2.dist-info" / "entry_points.txt"
    points.write_text("[ganstudio.data]\nstripes = studio_stripes:Other\n")
    plugins.found.cache_clear()
    assert [plugins.state(one) for one in plugins.found()] == ["off"]


def test_an_update_of_an_allowed_package_stays_allowed(imported, tmp_path):
    plugins.allow(plugins.named("studio-stripes"))
    old = tmp_path / "site" / "studio_stripes-1.2.dist-info"
    (old / "METADATA").write_text("Metadata-Version: 2.1\nName: studio-stripes\nVersion: 1.3\n")
    plugins.found.cache_clear()
    assert {plugins.state(one) for one in plugins.found()} == {"on"}


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("broken", "no luck today"), ("wrong", "must be a Dataset"), ("empty", "Nothing"),
        ("leaving", "would end the program: SystemExit 3"),
    ],
)  # fmt: skip
def test_one_that_fails_is_shown_and_the_rest_works(imported, key, why, caplog):
    plugins.allow(plugins.named("studio-stripes"))
    found = registry.discover("data")
    assert key not in found
    assert {"stripes", "digits"} <= set(found)
    (plugin,) = plugins.named(f"data/{key}")
    assert plugins.state(plugin) == "failed"
    assert why in plugins.failures[plugin]
    assert "Error" in plugins.failures[plugin]
    assert key not in registry.keys("data"), "it is not tried again and again"
    with pytest.raises(RecipeError, match=why):
        Recipe.make("gan", key)


def test_one_that_failed_is_not_imported_again_to_say_why(imported, tmp_path, caplog):
    plugins.allow(plugins.named("data/broken"))
    assert "no luck today" in registry.hindrance("data", "broken")
    (tmp_path / "site" / "studio_broken.py").write_text("raise RuntimeError('tried again')")
    why = registry.hindrance("data", "broken")
    assert why.endswith("does not load: RuntimeError: no luck today")
    plugins.forbid(plugins.named("data/broken"))
    assert "switched off" in registry.hindrance("data", "broken")


@pytest.mark.parametrize("points", [b"[ganstudio.data]\nno equals sign", b"\xff[ganstudio.data]"])
def test_a_package_with_broken_metadata_is_passed_over(imported, tmp_path, points, caplog):
    install(tmp_path / "site", "a-ruin", "1", "")
    (tmp_path / "site" / "a_ruin-1.dist-info" / "entry_points.txt").write_bytes(points)
    plugins.found.cache_clear()
    assert {one.distribution for one in plugins.found()} == {"studio-stripes"}
    assert "is passed over" in caplog.text


def test_a_package_without_a_name_is_passed_over(imported, tmp_path, caplog):
    nameless = tmp_path / "site" / "nameless-1.dist-info"
    nameless.mkdir()
    (nameless / "entry_points.txt").write_text(POINTS)
    plugins.found.cache_clear()
    assert {one.distribution for one in plugins.found()} == {"studio-stripes"}
    assert "is passed over" in caplog.text


def test_none_takes_the_place_of_a_member_of_ours(imported):
    plugins.allow(plugins.named("studio-stripes"))
    assert registry.find("data", "digits").__module__ == "ganstudio.data.digits"


def test_of_two_packages_with_one_key_the_first_has_it(imported, tmp_path):
    install(
        tmp_path / "site", "a-rival", "9", "[ganstudio.data]\nstripes = studio_broken:Stripes\n"
    )
    plugins.found.cache_clear()
    (kept,) = plugins.named("data/stripes")
    assert kept.distribution == "a-rival"


def test_none_is_used_where_the_environment_says_so(imported, monkeypatch):
    plugins.allow(plugins.named("studio-stripes"))
    monkeypatch.setenv(plugins.OFF, "1")
    assert "stripes" not in registry.keys("data")
    plugins.found.cache_clear()
    assert plugins.found() == ()


@pytest.mark.parametrize(
    "content",
    [b"allowed = ", b"\xff\xfe\0", b"allowed = 7", b'allowed = {a = 1}', b"x = " + b"[" * 5000],
)  # fmt: skip
def test_settings_that_are_broken_allow_nothing_and_are_kept(imported, content, caplog):
    plugins.allow(plugins.named("studio-stripes"))
    plugins.settings_path().write_bytes(content)
    assert "stripes" not in registry.keys("data")
    plugins.allow(plugins.named("data/stripes"))
    assert "stripes" in registry.keys("data")
    assert plugins.settings_path().with_name("plugins.toml.bak").read_bytes() == content


def test_a_wrong_name_changes_nothing(imported, capsys):
    assert cli.main(["plugins", "allow", "data/stripes", "data/nothing"]) == 2
    assert "data/nothing" in capsys.readouterr().err
    assert not plugins.settings_path().exists()


def test_a_person_is_told_of_each_once(imported):
    assert len(plugins.unnoticed()) == 6
    plugins.notice(plugins.unnoticed())
    assert plugins.unnoticed() == []
    assert {plugins.state(one) for one in plugins.found()} == {"off"}
