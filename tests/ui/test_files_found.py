"""What is told of somebody's own files before a training."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ganstudio.data import image_folder
from ganstudio.recipe import Recipe
from ganstudio.train.examples import load_samples
from ganstudio.ui.files_found import FilesFound

SOON = 10_000


@pytest.fixture
def found(studio, qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    made = FilesFound(studio, holder)
    made._settling.setInterval(0)
    made._telling.setInterval(1)
    QVBoxLayout(holder).addWidget(made)
    holder.show()
    yield made
    made.close_down()


def pictures(folder: Path, count: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        Image.new("RGB", (8, 8), (index, 0, 0)).save(folder / f"{index:03}.png")
    return folder


def recipe(folder: Path, **dataset) -> Recipe:
    return Recipe.make("dcgan", "image_folder", {"folder": str(folder), **dataset})


def rows(found: FilesFound, role=Qt.ItemDataRole.DisplayRole) -> list[str]:
    model = found.faults
    return [model.data(model.index(row), role) for row in range(model.rowCount())]


def test_every_faulty_file_is_listed_with_what_is_done(found, qtbot, tmp_path) -> None:
    own = pictures(tmp_path / "own", 5)
    (own / "sub").mkdir()
    (own / "sub" / "void.png").touch()
    (own / "cut.png").write_bytes((own / "000.png").read_bytes()[:40])
    Image.new("CMYK", (8, 8)).save(own / "inks.jpg")
    found.follow(recipe(own, size=16))
    qtbot.waitUntil(lambda: bool(rows(found)), timeout=SOON)
    assert found.fold.header.text() == "2 of 8 files left out, 1 converted"
    first, second, third = rows(found)
    assert first == "Left out: cut.png\nis no picture that can be read"
    assert second == "Left out: sub/void.png\nis empty"
    assert third.startswith("Converted: inks.jpg\nholds inks")
    assert rows(found, Qt.ItemDataRole.ToolTipRole)[1].startswith(str(own / "sub" / "void.png"))
    assert all(not icon.isNull() for icon in rows(found, Qt.ItemDataRole.DecorationRole))
    assert found.line.isHidden()
    found.copy.click()
    assert QGuiApplication.clipboard().text().splitlines()[1].endswith("void.png is empty")


def test_a_folder_without_faults_is_one_calm_line(found, qtbot, tmp_path) -> None:
    found.follow(recipe(pictures(tmp_path / "own", 3), size=16))
    qtbot.waitUntil(lambda: found.line.text().startswith("All 3 files can"), timeout=SOON)
    assert found.fold.isHidden()
    assert found.line.property("tone") == "small"


@pytest.mark.parametrize(("count", "told"), [(0, "there are none"), (1, "1 of 1 can be used")])
def test_none_and_one_stop_the_training_and_say_so(found, qtbot, tmp_path, count, told) -> None:
    found.follow(recipe(pictures(tmp_path / "own", count), size=16))
    qtbot.waitUntil(lambda: told in found.line.text(), timeout=SOON)
    assert found.line.text().startswith("Training cannot start: pictures in ")
    assert found.line.property("tone") == "warned"


def test_faults_of_a_folder_that_stops_the_training_are_not_called_all_of_it(
    found, qtbot, tmp_path
) -> None:
    own = pictures(tmp_path / "own", 1)
    for name in "abc":
        (own / f"{name}.png").touch()
    found.follow(recipe(own, size=16))
    qtbot.waitUntil(lambda: "1 of 4 can be used" in found.line.text(), timeout=SOON)
    assert found.fold.header.text() == "3 files left out"


def test_what_breaks_the_reading_is_told_and_stays(found, qtbot, tmp_path, monkeypatch) -> None:
    def broken(*_):
        raise RuntimeError("of a plug-in")

    monkeypatch.setattr("ganstudio.train.files_told.load_samples", broken)
    found.follow(recipe(pictures(tmp_path / "own", 3), size=16))
    qtbot.waitUntil(lambda: "RuntimeError of a plug-in" in found.line.text(), timeout=SOON)
    assert not found._telling.isActive()
    assert not found.again.isHidden()
    assert found.line.property("tone") == "warned"


def test_a_reading_goes_on_for_the_training_that_starts_meanwhile(
    found, qtbot, tmp_path, monkeypatch
) -> None:
    held, reading, count = threading.Event(), threading.Event(), []
    read = image_folder._folder.read_square

    def slow(path, *rest):
        count.append(path)
        reading.set()
        held.wait(30)
        return read(path, *rest)

    monkeypatch.setattr(image_folder._folder, "read_square", slow)
    own = pictures(tmp_path / "own", 3)
    (own / "void.png").touch()
    wanted = recipe(own, size=16)
    found.follow(wanted)
    qtbot.waitUntil(reading.is_set, timeout=SOON)
    found.follow(None)
    held.set()
    with ThreadPoolExecutor(1) as training:
        samples = training.submit(load_samples, wanted, tmp_path).result(30)
    assert (len(samples.x), len(count)) == (3, 4), "each file is read once"
    qtbot.waitUntil(lambda: bool(rows(found)), timeout=SOON)
    assert found.isHidden()
    found.follow(wanted)
    assert not found.isHidden()
    assert rows(found)[0].startswith("Left out: void.png")


def test_what_is_known_is_not_read_again_when_one_comes_back_to_it(found, qtbot, tmp_path) -> None:
    one = recipe(pictures(tmp_path / "one", 3), size=16)
    found.follow(one)
    qtbot.waitUntil(lambda: found.line.text().startswith("All 3"), timeout=SOON)
    found._settling.setInterval(60_000)
    found.follow(recipe(pictures(tmp_path / "two", 4), size=16))
    assert found._settling.isActive()
    found.follow(one)
    assert not found._settling.isActive()
    assert not found.isHidden()


def test_files_that_were_mended_are_read_again_when_asked(found, qtbot, tmp_path) -> None:
    own = pictures(tmp_path / "own", 3)
    (own / "void.png").touch()
    found.follow(recipe(own, size=16))
    qtbot.waitUntil(lambda: bool(rows(found)), timeout=SOON)
    (own / "void.png").unlink()
    found.again.click()
    qtbot.waitUntil(lambda: found.line.text().startswith("All 3"), timeout=SOON)
    assert rows(found) == []


def test_reading_ends_when_another_folder_is_chosen_and_never_waits_in_the_window(
    found, qtbot, tmp_path, monkeypatch
) -> None:
    held, reading, threads = threading.Event(), threading.Event(), set()
    read = image_folder._folder.read_square

    def slow(path, *rest):
        threads.add(threading.current_thread())
        if path.parent.name == "large":
            reading.set()
            held.wait(30)
        return read(path, *rest)

    monkeypatch.setattr(image_folder._folder, "read_square", slow)
    found.follow(recipe(pictures(tmp_path / "large", 200), size=16))
    qtbot.waitUntil(reading.is_set, timeout=SOON)
    qtbot.waitUntil(lambda: "0 of 200" in found.line.text(), timeout=SOON)
    found.follow(recipe(pictures(tmp_path / "small", 4), size=16))
    assert found.isHidden()
    held.set()
    qtbot.waitUntil(lambda: found.line.text().startswith("All 4"), timeout=SOON)
    assert threading.main_thread() not in threads


def test_nothing_is_read_while_nobody_can_see_it_or_for_samples_of_nobody(
    found, qtbot, tmp_path
) -> None:
    found.follow(Recipe.make("dcgan", "digits"))
    assert not found._settling.isActive()
    found.parentWidget().hide()
    found.follow(recipe(pictures(tmp_path / "own", 3), size=16))
    assert not found._settling.isActive()
    found.parentWidget().show()
    found.look_again()
    qtbot.waitUntil(lambda: found.line.text().startswith("All 3"), timeout=SOON)
    found.follow(None)
    assert found.isHidden()
    found.look_again()
    assert not found._settling.isActive()
