"""Listening to a recording: where a prompt is in it, how loud it is, whether a tone sounds."""

import numpy as np
from numpy.typing import NDArray

RATE = 8000  # Hz
Samples = NDArray[np.float64]
# Of a prompt, enough to tell it from every other; longer pieces suffer from a softphone's own clock.
_PIECE_SECONDS = 1.0
_CERTAIN = 0.75
SILENT_DB = -60.0


def as_samples(pcm: bytes) -> Samples:
    """16-bit samples as numbers from -1 to 1."""
    return np.frombuffer(pcm, "<i2").astype(np.float64) / 32768


def likeness(recording: Samples, prompt: Samples) -> tuple[float, float]:
    """How like the beginning of `prompt` (1: the same) the most similar place of `recording` is, and its second."""
    return _best(recording, prompt[: int(_PIECE_SECONDS * RATE)])


def likeness_of_end(recording: Samples, prompt: Samples) -> tuple[float, float]:
    """The same for the end of `prompt`; the second is where the prompt ends."""
    piece = prompt[-int(_PIECE_SECONDS * RATE) :]
    alike, second = _best(recording, piece)
    return alike, second + len(piece) / RATE


def _best(recording: Samples, piece: Samples) -> tuple[float, float]:
    if len(recording) < len(piece):
        return 0.0, 0.0
    size = 1 << (len(recording) + len(piece)).bit_length()
    product = np.fft.irfft(np.fft.rfft(recording, size) * np.conj(np.fft.rfft(piece, size)), size)
    places = len(recording) - len(piece) + 1
    sums = np.concatenate([[0.0], np.cumsum(recording**2)])
    energy = np.maximum(sums[len(piece) :] - sums[:places], 1e-6)
    alike = product[:places] / np.sqrt(energy * (piece**2).sum())
    best = int(np.argmax(alike))
    return float(alike[best]), best / RATE


def hears(recording: Samples, prompt: Samples) -> bool:
    """Whether the beginning of `prompt` is in `recording`."""
    return likeness(recording, prompt)[0] > _CERTAIN


def hears_end(recording: Samples, prompt: Samples) -> bool:
    """Whether the end of `prompt` is in `recording`."""
    return likeness_of_end(recording, prompt)[0] > _CERTAIN


def loudness(samples: Samples) -> float:
    """Loudness in dB below full scale; -120 for nothing at all."""
    return float(20 * np.log10(max(np.sqrt((samples**2).mean()), 1e-6))) if len(samples) else -120.0


def share_of_tone(samples: Samples, frequency: float) -> float:
    """Which share of the energy lies within 20 Hz of `frequency`, from 0 to 1."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
    total = spectrum.sum()
    return float(spectrum[np.abs(frequencies - frequency) < 20].sum() / total) if total > 1e-6 else 0.0
