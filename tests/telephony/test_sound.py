"""From WAV to telephone samples: rate, loudness, and what is refused."""

import contextlib
import io
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from telephony.sound import RATE, SoundError, telephone_samples


def _wav(samples: NDArray[np.float64], rate: int, channels: int = 1, width: int = 2) -> bytes:
    output = io.BytesIO()
    with wave.open(output, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        repeated = np.repeat(samples, channels)
        if width == 2:
            file.writeframes((repeated * 32767).astype("<i2").tobytes())
        else:
            file.writeframes((repeated * 127 + 128).astype(np.uint8).tobytes())
    return output.getvalue()


def _tone(frequency: float, rate: int, seconds: float = 1.0, amplitude: float = 0.3) -> NDArray[np.float64]:
    tone: NDArray[np.float64] = amplitude * np.sin(2 * np.pi * frequency * np.arange(int(rate * seconds)) / rate)
    return tone


def _made(wav: bytes) -> NDArray[np.float64]:
    return np.frombuffer(telephone_samples(wav), "<i2") / 32768


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 24000, 44100, 48000])
@pytest.mark.parametrize(("channels", "width"), [(1, 2), (2, 2), (1, 1)])
def test_a_tone_keeps_its_pitch_and_length(rate: int, channels: int, width: int) -> None:
    samples = _made(_wav(_tone(1000, rate), rate, channels, width))
    assert len(samples) == pytest.approx(RATE, rel=0.02)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    assert np.argmax(spectrum) * RATE / len(samples) == pytest.approx(1000, abs=3)


@pytest.mark.parametrize("frequency", [5000, 6500, 9000])
def test_what_a_telephone_cannot_carry_does_not_come_back_as_something_else(frequency: int) -> None:
    both = _tone(700, 22050) + _tone(frequency, 22050)
    samples = _made(_wav(both, 22050))
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    frequencies = np.arange(len(spectrum)) * RATE / len(samples)
    beside = spectrum[np.abs(frequencies - 700) > 50].max()
    assert beside < spectrum.max() / 500


@pytest.mark.parametrize("amplitude", [0.01, 0.1, 0.9])
def test_all_prompts_are_equally_loud(amplitude: float) -> None:
    samples = _made(_wav(_tone(500, 16000, amplitude=amplitude), 16000))
    assert 20 * np.log10(np.sqrt((samples**2).mean())) == pytest.approx(-20, abs=0.5)
    assert np.abs(samples).max() < 1


def test_silence_before_and_after_is_left_out() -> None:
    silence = np.zeros(22050)
    samples = _made(_wav(np.concatenate([silence, _tone(500, 22050), silence]), 22050))
    assert 1.0 <= len(samples) / RATE <= 1.1


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"not a wav file at all" * 10, _wav(np.zeros(4000), 8000), _wav(np.zeros(0), 8000)]
)
def test_what_is_no_speech_is_refused(data: bytes) -> None:
    with pytest.raises(SoundError):
        telephone_samples(data)


@given(st.binary(max_size=400))
def test_no_output_of_a_synthesiser_raises_anything_else(data: bytes) -> None:
    for candidate in (data, _wav(_tone(500, 8000, 0.1), 8000)[:44] + data):
        with contextlib.suppress(SoundError):
            assert len(telephone_samples(candidate)) % 2 == 0
