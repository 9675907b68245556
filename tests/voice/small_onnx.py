"""A Piper voice of a few hundred bytes, written by hand: each sign is 256 samples of a tone, as loud as its id.

ONNX files are protocol buffers; the field numbers are those of onnx.proto. Only what this one network needs is here.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

SIGNS = "_^$ ,.?ˈˌːabdefhijklmnopstuvwxzðŋɐɑɔəɚɛɜɡɪɹɾʃʊʌʒθᵻæ"
HOP, RATE = 256, 22_050
FLOAT, INT64, INT = 1, 7, 2


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    payload = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _node(kind: str, given: tuple[str, ...], made: str, attribute: bytes = b"") -> bytes:
    ports = b"".join(_field(1, name) for name in given) + _field(2, made)
    return _field(1, ports + _field(4, kind) + (_field(5, attribute) if attribute else b""))


def _constant(name: str, values: np.ndarray, kind: int) -> bytes:  # type: ignore[type-arg]
    dims = b"".join(_field(1, size) for size in values.shape)
    return _field(5, dims + _field(2, kind) + _field(8, name) + _field(9, values.tobytes()))


def _port(number: int, name: str, kind: int, rank: int) -> bytes:
    shape = b"".join(_field(1, _field(2, f"{name}{axis}")) for axis in range(rank))
    return _field(number, _field(1, name) + _field(2, _field(1, _field(1, kind) + _field(2, shape))))


def network(*, durations: bool) -> bytes:
    """The file; with `durations` the ids are told as lengths too."""
    tone = np.sin(np.arange(HOP) / 8).astype(np.float32).reshape(1, 1, HOP) / 100
    graph = _node("Cast", ("input",), "loud", _field(1, "to") + _field(3, FLOAT) + _field(20, INT))
    graph += _node("Reshape", ("loud", "column"), "columns") + _node("Mul", ("columns", "tone"), "tones")
    graph += _node("Reshape", ("tones", "row"), "output") + _field(2, "voice")
    graph += _constant("column", np.array([1, -1, 1], np.int64), INT64) + _constant("tone", tone, FLOAT)
    graph += _constant("row", np.array([1, 1, -1], np.int64), INT64)
    graph += _port(11, "input", INT64, 2) + _port(11, "input_lengths", INT64, 1) + _port(11, "scales", FLOAT, 1)
    graph += _port(12, "output", FLOAT, 3) + (_port(12, "loud", FLOAT, 2) if durations else b"")
    return _field(1, 8) + _field(8, _field(1, "") + _field(2, 13)) + _field(7, graph)


def settings(**changed: object) -> dict[str, object]:
    """What stands beside it, as Piper writes it."""
    return {
        "audio": {"sample_rate": RATE},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "num_speakers": 1,
        "phoneme_id_map": {sign: [place] for place, sign in enumerate(SIGNS)},
        **changed,
    }


def write(folder: Path, *, durations: bool = True, **changed: object) -> Path:
    """Both files; gives the network's path."""
    path = folder / "tiny.onnx"
    path.write_bytes(network(durations=durations))
    Path(f"{path}.json").write_text(json.dumps(settings(**changed)), "utf-8")
    return path
