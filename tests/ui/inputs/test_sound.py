from __future__ import annotations

import numpy as np
import pytest

from ganstudio.samples import ConditionSpec
from ganstudio.sounds import HOP, RATE
from ganstudio.ui.player import Player, write_wav

from .conftest import SPECS, known


class Heard(Player):
    """Notes what would be heard."""

    def __init__(self, parent):
        super().__init__(parent)
        self.why, self.played = "", []

    def play(self, sound, rate):
        self.played.append((sound, rate))


@pytest.fixture
def asked(build, monkeypatch):
    monkeypatch.setattr("ganstudio.ui.inputs.sound.Player", Heard)
    return build("sound", waves=np.arange(12, dtype=np.int16).reshape(3, 4))


def test_sounds_of_the_data_are_heard(asked, heard):
    told = heard(asked)
    asked.strip.after.click()
    np.testing.assert_array_equal(told[-1], known("sound")[1:2])
    asked.play.click()
    sound, rate = asked.player.played[0]
    assert (sound.tolist(), rate) == ([4, 5, 6, 7], RATE)
    asked.easel.resize(120, 120)
    asked.easel.grab()


def test_a_wav_file_is_heard_as_far_as_it_counts(asked, heard, qtbot, tmp_path):
    told = heard(asked)
    wave = (np.sin(np.arange(RATE) / 5) * 20000).astype(np.int16)
    write_wav(tmp_path / "tone.wav", wave, RATE)
    with qtbot.waitSignal(asked.changed):
        asked.open_file(tmp_path / "tone.wav")
        assert told == [], "it is read beside the window"
    assert told[-1].shape == (1, *SPECS["sound"].shape)
    assert told[-1].max() > -1
    asked.play.click()
    sound, _ = asked.player.played[0]
    assert len(sound) == SPECS["sound"].shape[2] * HOP
    np.testing.assert_allclose(sound, wave[: len(sound)], atol=2)
    assert asked.strip.index == -1


def test_a_file_read_for_another_model_is_dropped(asked, heard, qtbot, tmp_path):
    told = heard(asked)
    write_wav(tmp_path / "tone.wav", np.ones(RATE, np.int16), RATE)
    with qtbot.waitSignal(asked._reader.done):
        asked.open_file(tmp_path / "tone.wav")
        asked.spec = ConditionSpec("sound", (), (1, 4, 3))
    assert told == []


def test_what_is_no_sound_is_refused(asked, heard, qtbot, tmp_path):
    told, why = heard(asked), []
    asked.refused.connect(why.append)
    (tmp_path / "a.wav").write_text("silence")
    for name in ("a.wav", "b.wav"):
        with qtbot.waitSignal(asked.refused):
            asked.open_file(tmp_path / name)
    assert [text.partition(" ")[0] for text in why] == ["a.wav", "b.wav"]
    assert told == []


def test_a_sound_without_its_wave_stays_silent(asked):
    asked.show_told(np.zeros((1, *SPECS["sound"].shape), np.float32))
    assert not asked.play.isEnabled()
    assert "spectrogram" in asked.play.toolTip()


def test_where_nothing_can_play_the_button_says_so(build, monkeypatch):
    monkeypatch.setattr("ganstudio.ui.player._multimedia", lambda: None)
    monkeypatch.setattr("shutil.which", lambda name: None)
    asked = build("sound", waves=np.zeros((3, 4), np.int16))
    assert not asked.play.isEnabled()
    assert "aplay" in asked.play.toolTip()
