"""From a synthesiser's WAV to what a telephone carries: 8 kHz, mono, 16 bits, one loudness."""

import io
import math
import wave

import numpy as np
from numpy.typing import NDArray

RATE = 8000  # Hz
# Speech on a telephone network lies about 20 dB below full scale (ITU-T P.56, G.223 loading); peaks keep 3 dB of room.
_LOUDNESS, _PEAK = 10 ** (-20 / 20), 10 ** (-3 / 20)
_TAPS = 32  # a side of the filter, in samples of the slower rate
_BLOCK = 400  # samples that count as speech or pause together


class SoundError(ValueError):
    """What should be a WAV file is none that can be used."""


def telephone_samples(wav: bytes) -> bytes:
    """The sound of `wav` (PCM, 8 or 16 bits, any rate) as 16-bit samples at 8 kHz. Raises SoundError."""
    samples, rate = _read(wav)
    return to_bytes(_level(_resample(_trim(samples, rate), rate)))


def to_bytes(samples: NDArray[np.float64]) -> bytes:
    """Samples from -1 to 1 as 16-bit little-endian integers."""
    return np.clip(np.round(samples * 32767), -32768, 32767).astype("<i2").tobytes()


def _read(wav: bytes) -> tuple[NDArray[np.float64], int]:
    try:
        with wave.open(io.BytesIO(wav)) as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            # A synthesiser that writes to a pipe cannot know the length: what is there is read.
            data = file.readframes(len(wav))
    except (wave.Error, EOFError) as error:
        raise SoundError(f"the synthesiser's output is no WAV file: {error}") from error
    if width not in (1, 2) or not 4000 <= rate <= 192000:
        raise SoundError(f"a WAV file of {8 * width} bits at {rate} Hz cannot be used")
    data = data[: len(data) // (width * channels) * width * channels]
    if width == 1:
        values = np.frombuffer(data, np.uint8).astype(np.float64) / 128 - 1
    else:
        values = np.frombuffer(data, "<i2").astype(np.float64) / 32768
    samples = values.reshape(-1, channels).mean(axis=1)
    if not samples.size or not np.abs(samples).max() > 1e-4:
        raise SoundError("the synthesiser said nothing")
    return samples, rate


def _trim(samples: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """Without the silence before and after, but for 40 ms."""
    loud = np.flatnonzero(np.abs(samples) > 0.005 * np.abs(samples).max())
    margin = rate // 25
    return samples[max(0, loud[0] - margin) : loud[-1] + margin]


def _resample(samples: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """`samples` at 8 kHz, by a windowed sinc that lets nothing above half the slower rate through."""
    if rate == RATE:
        return samples
    cutoff = min(1.0, RATE / rate) * 0.95
    reach = int(np.ceil(_TAPS / cutoff))
    padded = np.concatenate([np.zeros(reach), samples, np.zeros(reach + 1)])
    surroundings = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach)
    places = np.arange(int(len(samples) * RATE / rate)) * rate
    resampled = np.empty(len(places))
    # Places that lie alike between two samples share a filter: 160 of them from 22,050 Hz.
    for phase in range(min(RATE // math.gcd(RATE, rate), len(places))):
        alike = places[phase :: RATE // math.gcd(RATE, rate)]
        distance = alike[0] % RATE / RATE - np.arange(-reach + 1, reach + 1)
        window = 0.5 + 0.5 * np.cos(np.pi * np.clip(distance / reach, -1, 1))
        taps = cutoff * np.sinc(cutoff * distance) * window
        # einsum and not @: no threads for so little, they would hold up the packets of other calls.
        resampled[phase :: RATE // math.gcd(RATE, rate)] = np.einsum("ij,j", surroundings[alike // RATE + 1], taps)
    return resampled


def _level(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """`samples` with the loudness of telephone speech, measured where somebody speaks."""
    blocks = samples[: len(samples) // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    powers = (blocks**2).mean(axis=1) if len(blocks) else np.array([(samples**2).mean()])
    speech = np.sqrt(powers[powers > powers.max() / 100].mean())
    gain = float(min(_LOUDNESS / speech, _PEAK / np.abs(samples).max()))
    return samples * gain
