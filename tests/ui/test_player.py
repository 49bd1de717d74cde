from __future__ import annotations

import sys
import wave

import numpy as np
import pytest
from PySide6.QtCore import QObject

from ganstudio.ui import player as player_module
from ganstudio.ui.player import Player, write_wav

SOUND = np.array([0, 100, -100, 32767], np.int16)


@pytest.fixture
def owner(qtbot):
    parent = QObject()
    yield parent
    parent.deleteLater()


@pytest.fixture
def player(owner, monkeypatch):
    """One that plays with a program which does nothing but end."""
    monkeypatch.setattr(player_module, "_multimedia", lambda: None)
    monkeypatch.setattr("shutil.which", lambda name: sys.executable)
    made = Player(owner)
    yield made
    made.close()


def test_a_wav_file_holds_the_sound(tmp_path):
    write_wav(tmp_path / "a.wav", SOUND, 16000)
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16000)
        np.testing.assert_array_equal(np.frombuffer(file.readframes(9), "<i2"), SOUND)


def test_a_program_plays_and_is_ended(player, qtbot):
    with qtbot.waitSignal(player.ended, timeout=20_000):
        player.play(SOUND, 16000)  # Python cannot read a wav file as a program: it ends at once
    assert not player.busy
    player.play(SOUND, 16000)
    player.stop()
    assert not player.busy


def test_nothing_is_left_on_the_disk(player):
    player.play(SOUND, 16000)
    folder = player._folder.name
    player.close()
    import os

    assert not os.path.exists(folder)


def test_without_anything_to_play_with_it_says_why(owner, monkeypatch):
    monkeypatch.setattr(player_module, "_multimedia", lambda: None)
    monkeypatch.setattr("shutil.which", lambda name: None)
    silent = Player(owner)
    assert "aplay" in silent.why
    silent.play(SOUND, 16000)
    assert silent._folder is None


class Effect:
    """Stands in for Qt's player."""

    made: list = []  # noqa: RUF012

    def __init__(self, parent):
        self.source, self.playing = None, False
        Effect.made.append(self)

    def setSource(self, url):
        self.source = url.toLocalFile()

    def play(self):
        self.playing = True

    def stop(self):
        self.playing = False

    def deleteLater(self):
        self.source = None


def test_qt_plays_where_it_can(owner, monkeypatch):
    monkeypatch.setattr(player_module, "_multimedia", lambda: Effect)
    player = Player(owner)
    assert player.why == ""
    player.play(SOUND, 16000)
    effect = Effect.made[-1]
    assert effect.playing
    first = effect.source
    player.play(SOUND[::-1], 16000)
    again = Effect.made[-1].source
    assert again != first, "Qt plays what it has read under a name before"
    with wave.open(again) as file:
        np.testing.assert_array_equal(np.frombuffer(file.readframes(9), "<i2"), SOUND[::-1])
    effect = Effect.made[-1]
    player.close()
    assert not effect.playing
