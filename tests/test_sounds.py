import contextlib
import struct
import wave as wav

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio import sounds
from ganstudio.sounds import HOP, LONGEST_S, RATE, fit, log_mel, read_wav


def tone(hz: float, seconds: float = 0.5, rate: int = RATE, height: float = 1.0) -> np.ndarray:
    t = np.arange(round(seconds * rate)) / rate
    return (height * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def save(path, values: bytes, rate: int = RATE, channels: int = 1, bits: int = 16):
    with wav.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(bits // 8)
        file.setframerate(rate)
        file.writeframes(values)
    return path


def pcm(values: np.ndarray, bits: int) -> bytes:
    if bits == 8:
        return np.round(values * 127 + 128).astype(np.uint8).tobytes()
    whole = np.round(values.astype(np.float64) * (2 ** (bits - 1) - 1)).astype("<i4")
    if bits == 24:
        return whole.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    return whole.astype(f"<i{bits // 8}").tobytes()


def riff(format_: bytes, content: bytes) -> bytes:
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(format_)) + format_
    body += b"data" + struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", len(body)) + body


def header(code: int, channels: int, rate: int, bits: int) -> bytes:
    block = channels * bits // 8
    return struct.pack("<HHIIHH", code, channels, rate, rate * block, block, bits)


@pytest.mark.parametrize(("bits", "close"), [(8, 0.012), (16, 1e-4), (24, 1e-6), (32, 1e-6)])
def test_every_width_of_whole_numbers_is_read(tmp_path, bits, close):
    sound = tone(440, 0.1, height=0.8)
    read = read_wav(save(tmp_path / "a.wav", pcm(sound, bits), bits=bits))
    assert read.dtype == np.float32
    np.testing.assert_allclose(read, sound, atol=close)


def test_floats_and_the_long_header_are_read(tmp_path):
    sound = tone(300, 0.05, height=0.5)
    plain = tmp_path / "plain.wav"
    plain.write_bytes(riff(header(3, 1, RATE, 32), sound.astype("<f4").tobytes()))
    np.testing.assert_array_equal(read_wav(plain), sound)
    long = header(0xFFFE, 1, RATE, 16) + struct.pack("<HHIH", 22, 16, 4, 1) + bytes(14)
    extended = tmp_path / "long.wav"
    extended.write_bytes(riff(long, pcm(sound, 16)))
    np.testing.assert_allclose(read_wav(extended), sound, atol=1e-4)


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 48_000])
def test_any_rate_becomes_ours(tmp_path, rate):
    read = read_wav(save(tmp_path / "a.wav", pcm(tone(500, 0.5, rate, 0.5), 16), rate))
    assert abs(len(read) - RATE // 2) <= 1
    middle = slice(RATE // 8, -RATE // 8)
    np.testing.assert_allclose(read[middle], tone(500, 0.5, height=0.5)[: len(read)][middle],
                               atol=0.01)  # fmt: skip


def test_a_stream_of_unknown_length_is_read_to_its_end(tmp_path):
    content = riff(header(1, 1, RATE, 16), pcm(tone(100, 0.01), 16))
    path = tmp_path / "a.wav"
    path.write_bytes(content[:40] + b"\xff" * 4 + content[44:])
    assert len(read_wav(path)) == 160


def test_channels_become_their_mean(tmp_path):
    both = np.stack([tone(200, 0.1, height=0.6), np.zeros(1600, np.float32)], axis=1)
    read = read_wav(save(tmp_path / "a.wav", pcm(both.ravel(), 16), channels=2))
    np.testing.assert_allclose(read, both[:, 0] / 2, atol=1e-4)


def test_other_chunks_are_passed_over(tmp_path):
    content = riff(header(1, 1, RATE, 16), pcm(tone(100, 0.01), 16))
    listed = content[:12] + b"LIST" + struct.pack("<I", 5) + b"hello\0" + content[12:]
    path = tmp_path / "a.wav"
    path.write_bytes(listed)
    assert len(read_wav(path)) == 160


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "no wav file"),
        (b"ID3 this is a song", "no wav file"),
        (riff(header(1, 1, RATE, 16), b"\0" * 100)[:-20], "cut short: 80 of 100"),
        (riff(header(1, 1, RATE, 16), b"")[:-8], "without format or sound"),
        (riff(header(1, 1, RATE, 16), b""), "holds no sound"),
        (riff(header(2, 1, RATE, 4), b"\0" * 10), "claims 0 bytes"),
        (riff(header(2, 1, RATE, 16), b"\0" * 10), "save it as plain 16 bit PCM"),
        (riff(header(1, 0, RATE, 16), b"\0" * 10), "0 channels"),
        (riff(header(1, 1, 0, 16), b"\0" * 10), "at 0 Hz"),
        (riff(b"\0" * 4, b"\0" * 10), "does not say"),
        (riff(header(3, 1, RATE, 32), b"\xff" * 8), "no numbers"),
    ],
)
def test_what_is_broken_is_refused_with_a_reason(tmp_path, content, complaint):
    path = tmp_path / "bad.wav"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=complaint) as caught:
        read_wav(path)
    assert "bad.wav" in str(caught.value)


def test_what_is_too_long_is_refused(tmp_path):
    seconds = LONGEST_S + 5
    path = save(tmp_path / "a.wav", bytes(round(seconds * 1000)), rate=1000, bits=8)
    with pytest.raises(ValueError, match="605 s, longer than 600 s"):
        read_wav(path)


def test_what_is_too_long_is_never_made_into_numbers(tmp_path, monkeypatch):
    path = save(tmp_path / "a.wav", bytes(round(LONGEST_S + 5) * 1000), rate=1000, bits=8)
    monkeypatch.setattr(sounds, "_values", lambda *_: pytest.fail("the values were read"))
    with pytest.raises(ValueError, match="longer than"):
        read_wav(path)


def test_only_so_many_seconds_are_made_into_numbers(tmp_path):
    sound = tone(500, 0.5)
    path = save(tmp_path / "a.wav", pcm(sound, 16))
    np.testing.assert_allclose(read_wav(path, 0.1), sound[:1600], atol=1e-4)
    assert len(read_wav(path, 3.0)) == len(sound)


@pytest.mark.parametrize("rate", [1009, 15_991, 44_101, 767_999])
def test_a_strange_rate_takes_no_filter_of_millions(tmp_path, monkeypatch, rate):
    asked = []

    def resample(wave, up, down):
        asked.append((up, down))
        return wave

    monkeypatch.setattr(sounds, "resample_poly", resample)
    read_wav(save(tmp_path / "a.wav", pcm(tone(100, 0.01, rate), 16), rate))
    ((up, down),) = asked
    assert max(up, down) <= 4096
    assert up / down == pytest.approx(RATE / rate, rel=1e-3)


@settings(max_examples=40, deadline=None)
@given(content=st.binary(max_size=80))
def test_garbage_is_refused_and_never_crashes(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "garbage.wav"
    path.write_bytes(riff(content, content))
    with contextlib.suppress(ValueError):
        assert np.isfinite(read_wav(path)).all()


@pytest.mark.parametrize("band", [8, 16, 24, 31])
def test_a_tone_lands_in_its_band(band):
    mel = (band + 1) / 33 * 2595 * np.log10(1 + RATE / 2 / 700)
    frames = log_mel(tone(700 * (10 ** (mel / 2595) - 1)), 32, 24)
    assert frames.shape == (32, 24)
    assert (frames.argmax(axis=0) == band).all()
    assert frames[band].min() > 0.9
    assert frames[0 if band > 16 else 31].max() < frames[band].min() - 0.5


def test_silence_is_the_floor_and_a_full_tone_the_top():
    assert (log_mel(np.zeros(8000, np.float32), 32, 20) == -1).all()
    loud = log_mel(tone(1000), 16, 20)
    assert 0.8 < loud.max() <= 1
    # half the height is 6 dB less, of 80 for the whole range from -1 to 1
    fainter = log_mel(tone(1000, height=0.5), 16, 20)
    np.testing.assert_allclose((loud - fainter).max(), 2 * 6.02 / 80, atol=0.002)


def test_a_spectrogram_has_a_fixed_length():
    short, long = tone(700, 0.1), tone(700, 2.0)
    held = log_mel(short, 24, 30)
    assert held.shape == log_mel(long, 24, 30).shape == (24, 30)
    last = len(short) // HOP
    assert (held[:, last + 2 :] == -1).all()
    assert held[:, :last].max() > 0.5
    assert held.dtype == np.float32


def test_many_waves_are_taken_at_once():
    waves = np.stack([tone(300), tone(2000)])
    both = log_mel(waves, 32, 16)
    np.testing.assert_array_equal(both[1], log_mel(waves[1], 32, 16))
    assert both.shape == (2, 32, 16)


def test_too_many_bands_are_refused():
    with pytest.raises(ValueError, match="400 mel bands are too many"):
        log_mel(tone(300), 400, 16)


def test_fitting_cuts_or_pads():
    sound = tone(100, 0.5)
    assert len(fit(sound, 0.2)) == 3200
    longer = fit(sound, 1.0)
    assert len(longer) == RATE
    assert not longer[8000:].any()
    np.testing.assert_array_equal(longer[:8000], sound)
