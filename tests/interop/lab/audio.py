"""Finding a tone in a recording or in PCMU payloads."""

import math
import pathlib
import struct
import wave

RATE = 8000
WINDOW = 800  # samples: 100 ms, a whole number of periods of 440 and 1000 Hz


def _expand(code: int) -> int:
    """One octet of G.711 mu-law as a 16-bit sample (ITU-T G.711)."""
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)
    return 0x84 - magnitude if code & 0x80 else magnitude - 0x84


MU_LAW = [_expand(code) for code in range(256)]


def compress(sample: int) -> int:
    """The mu-law code whose value is nearest."""
    return min(range(256), key=lambda code: abs(MU_LAW[code] - sample))


def tone_in_pcmu(frequency: int) -> bytes:
    """One WINDOW of it, to be played over and over."""
    return bytes(compress(int(8000 * math.sin(2 * math.pi * frequency * n / RATE))) for n in range(WINDOW))


def decode_pcmu(payload: bytes) -> list[int]:
    return [MU_LAW[octet] for octet in payload]


def read_wav(path: pathlib.Path) -> tuple[list[int], int]:
    """Samples of the first channel and the rate; nothing when there is no usable file."""
    try:
        with wave.open(str(path), "rb") as recording:
            frames = recording.readframes(recording.getnframes())
            channels, rate = recording.getnchannels(), recording.getframerate()
    except (OSError, EOFError, wave.Error):
        return [], RATE
    samples = struct.unpack(f"<{len(frames) // 2}h", frames[: len(frames) // 2 * 2])
    return list(samples[::channels]), rate


def share(window: list[int], frequency: float, rate: int) -> float:
    """How much of the window's energy is at `frequency`, 0 to 1 (Goertzel)."""
    energy = sum(sample * sample for sample in window)
    if energy == 0:
        return 0.0
    factor = 2.0 * math.cos(2.0 * math.pi * frequency / rate)
    before, last = 0.0, 0.0
    for sample in window:
        before, last = last, sample + factor * last - before
    power = last * last + before * before - factor * last * before
    return min(1.0, 2.0 * power / (len(window) * energy))


def seconds_of_tone(samples: list[int], frequency: float, rate: int = RATE) -> float:
    """For how long the tone fills the recording: windows in which it is most of a loud enough signal."""
    size = WINDOW * rate // RATE
    windows = [samples[start:start + size] for start in range(0, len(samples) - size + 1, size)]
    loud = [window for window in windows if max(map(abs, window)) > 500]
    return sum(share(window, frequency, rate) > 0.8 for window in loud) * size / rate
