"""Two pages for a family's ears: their recordings beside the voice made of them, and their recordings piece by piece to
be written down. Each is one file without anything to fetch. Knows no archive and no engine.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import numpy as np

from data.media import Label, own_sound_bytes, sound_bytes
from data.types import RATE, Language, Wave

WINDOW, HOP = 1024, 240  # of a spectrogram, in samples
HIGHEST_HZ = 8_000.0
RANGE_DB = 70.0
HEIGHT_PX = 160

_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #222;
  background: #fff } h2 { margin-top: 2rem } figure { margin: 1rem 0 } audio { width: 100% }
img { width: 100%; height: 7rem; border-radius: .3rem } figcaption { font-weight: 600 }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .3rem .6rem;
  border-bottom: 1px solid #ddd } textarea { width: 100%; font: inherit; box-sizing: border-box } .label { color: #666 }
button { font: inherit; padding: .5rem 1.2rem; position: sticky; bottom: 1rem }
@media (prefers-color-scheme: dark) { body { background: #181818; color: #ddd } th, td { border-color: #444 }
  .label { color: #aaa } textarea { background: #222; color: #ddd } }
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """A sound with its caption; `label` is None for a recording of the family's own."""

    caption: str
    wave: Wave
    label: Label | None


@dataclass(frozen=True, slots=True)
class ToWrite:
    """A piece of a recording, and what is known to be said in it. `id` names it to the program.

    `text` is None for what somebody else says, which is to be heard alone.
    """

    id: str
    caption: str
    wave: Wave
    text: str | None


def comparison(title: str, language: Language, heard: Sequence[Heard], lines: Sequence[str]) -> bytes:
    """Players with spectrograms, and what is to be said of the voice."""
    says = _WORDS[language]
    figures = "".join(
        f"<figure><figcaption>{escape(each.caption)}</figcaption>"
        + (f'<p class="label">{escape(says["made"])}</p>' if each.label else "")
        + f'{_player(each.wave, each.label)}<img alt="{escape(says["spectrogram"])}" src="{_spectrogram(each.wave)}">'
        "</figure>"
        for each in heard
    )
    told = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return _page(title, language, f"<ul>{told}</ul>{figures}")


def transcription(title: str, language: Language, pieces: Sequence[ToWrite]) -> bytes:
    """Each piece with a player and room for its words; a button saves all of them as a file for the program."""
    says = _WORDS[language]
    rows = "".join(
        f"<figure><figcaption>{escape(each.caption)}</figcaption>{_player(each.wave, None)}{_field(each)}</figure>"
        for each in pieces
    )
    button = f'<button id="save">{escape(says["save"])}</button>'
    return _page(title, language, f"<p>{escape(says['write'])}</p>{rows}{button}{_SAVING}")


def _field(piece: ToWrite) -> str:
    if piece.text is None:
        return ""
    named = f'aria-label="{escape(piece.caption)}" data-id="{escape(piece.id)}"'
    return f'<textarea rows="2" {named}>{escape(piece.text)}</textarea>'


def _page(title: str, language: Language, body: str) -> bytes:
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>{body}</html>\n"
    ).encode()


def _player(wave: Wave, label: Label | None) -> str:
    sound = own_sound_bytes(wave) if label is None else sound_bytes(wave, label)
    return f'<audio controls preload="none" src="{_inline(sound, "audio/wav")}"></audio>'


def _inline(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _spectrogram(wave: Wave) -> str:
    """Up to 8 kHz, the lower half of the hearing scale stretched."""
    from PIL import Image

    sound = np.pad(wave, (0, max(0, WINDOW - len(wave)))).astype(np.float64)
    windows = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP] * np.hanning(WINDOW)
    level_db = 20 * np.log10(np.abs(np.fft.rfft(windows, axis=1)) + 1e-9)
    rows_hz = np.expm1(np.linspace(np.log1p(HIGHEST_HZ / 700), 0, HEIGHT_PX)) * 700  # O'Shaughnessy's mel scale
    rows = np.minimum((rows_hz * WINDOW / RATE).round().astype(int), WINDOW // 2)
    bright = np.clip(1 + (level_db[:, rows].T - level_db.max()) / RANGE_DB, 0, 1)[..., None]
    colours = 255 * bright ** np.array([1.0, 1.6, 3.2])  # from black over amber to white
    written = io.BytesIO()
    Image.fromarray(colours.astype(np.uint8)).save(written, "PNG")
    return _inline(written.getvalue(), "image/png")


_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "made": "AI-generated likeness of a voice",
        "spectrogram": "Spectrogram",
        "write": "Play each piece and write down exactly what is said in it. Leave empty what you cannot make out. "
        "Nothing leaves this machine: the button saves a file, which the program then reads.",
        "save": "Save what is written",
    },
    "zh": {
        "made": "AI生成的声音",
        "spectrogram": "声谱图",
        "write": "请逐段播放，把听到的话原样写下来。听不清的就空着。"
        "内容不会离开这台电脑：按钮会保存一个文件，再由程序读取。",
        "save": "保存",
    },
}
_SAVING: Final = """<script>
document.getElementById("save").onclick = () => {
  const said = {};
  for (const field of document.querySelectorAll("textarea")) said[field.dataset.id] = field.value.trim();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(said)], {type: "application/json"}));
  link.download = "said.json";
  link.click();
};
</script>"""


def read_said(content: bytes) -> dict[str, str]:
    """What the button of a transcription saved. Raises ValueError."""
    said = json.loads(content)
    if not isinstance(said, dict) or not all(isinstance(each, str) for pair in said.items() for each in pair):
        raise ValueError("no transcription")
    return {str(piece): " ".join(text.split()) for piece, text in said.items()}
