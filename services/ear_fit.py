"""Makes the weights of face/speech_sounds.py: `python -m services.ear_fit`. About an hour on two cores; not in service.

The weights that are kept were fitted in two goes of 2,600 and 2,300 batches, the first with fewer kinds of music.

The network learns on band powers. Rooms, telephones, other tracts, noise and music are put on there, anew for each
stretch that it is shown: powers of sounds that have nothing to do with each other add up, so that no two are alike.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.signal import lfilter
from torch import Tensor, nn

import face
from data.types import FPS
from face.speech_sounds import BAND_HZ, BANDS, COLUMNS, COLUMNS_PER_FRAME, LOOK_FRAMES, OUTPUTS, STEPS, UNITS, scaled
from services.ear_lessons import lessons, noises
from services.ear_tracks import Track, joined, silent, track, tracked

Array = NDArray[np.float32]

LESSONS: Final = 2_600  # clauses, about three hours
NOISE_S: Final = 240.0  # of each kind
SEED: Final = 1

CROP_FRAMES: Final = 200  # 8 s
BATCH: Final = 24
BATCHES: Final = 4_900
RATE_OF_LEARNING: Final = 2e-3
WIDTHS: Final = (48, 48, 64, 80, 48)  # of the three convolutions, the memory, the head
DROPOUT: Final = 0.1
SHAPES: Final = 5  # outputs that are lengths and shares, before the two that are odds
MOTION_WEIGHS: Final = 0.5  # of the loss: how a shape changes from frame to frame, beside the shape itself
ODDS_WEIGH: Final = 1.5
CLOSURES_WEIGH: Final = 2.5  # a frame with shut lips, against one without: there are few

GAIN_DB: Final = (-40.0, 0.0)
TRACT: Final = (0.84, 1.19)
COLOUR_DB: Final = 5.0  # of each of the waves that make up a room's colour
TELEPHONE_HZ: Final = (300.0, 3_400.0)
TELEPHONE_DB: Final = -45.0
REVERBERATION_S: Final = (0.15, 0.9)
REVERBERATION_DB: Final = (-14.0, 1.0)  # against the direct sound
NOISE_DB: Final = (-35.0, -3.0)  # against the speech
NOISES: Final = (0.15, 0.14, 0.14, 0.57)  # shares of noise, hum, clicks, music: the last is likest to a voice
CHANCES: Final = {"tract": 0.5, "colour": 0.7, "telephone": 0.2, "room": 0.35, "noise": 0.65, "no voice": 0.2}


class Network(nn.Module):
    """`Listener` of face/speech_sounds.py, over whole stretches."""

    def __init__(self) -> None:
        super().__init__()
        one, two, three, memory, head = WIDTHS
        self.conv1 = nn.Conv1d(BANDS, one, 5)
        self.conv2 = nn.Conv1d(one, two, 4, stride=2)
        self.conv3 = nn.Conv1d(two, three, 4, stride=2)
        self.gru = nn.GRU(three, memory, batch_first=True)
        self.head = nn.Linear(STEPS * three + memory, head)
        self.out = nn.Linear(head, len(OUTPUTS))
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, columns: Tensor) -> Tensor:  # (batch, 4 n, BANDS) -> (batch, n - LOOK_FRAMES, OUTPUTS)
        """A frame's outputs, in the network's own units."""
        silence = torch.full((len(columns), COLUMNS - COLUMNS_PER_FRAME, BANDS), float(scaled(np.float32(0.0))))
        x = torch.cat((silence, columns), dim=1).transpose(1, 2)
        for conv in (self.conv1, self.conv2, self.conv3):
            x = torch.relu(conv(x))
        steps = x.transpose(1, 2)
        states, _ = self.gru(steps)
        before = torch.cat((steps[:, :1].expand(-1, STEPS - LOOK_FRAMES - 1, -1), steps), dim=1)
        near = torch.cat([before[:, k : k + steps.shape[1] - LOOK_FRAMES] for k in range(STEPS)], dim=2)
        read = self.drop(torch.cat((near, states[:, LOOK_FRAMES:]), dim=2))
        out: Tensor = self.out(torch.relu(self.head(read)))
        return out

    def weights(self) -> dict[str, NDArray[np.float16]]:
        """As the package keeps them."""
        kept: dict[str, Tensor] = {}
        for name in ("conv1", "conv2", "conv3"):
            conv: nn.Conv1d = getattr(self, name)
            kept[name] = conv.weight.permute(2, 1, 0).reshape(-1, conv.out_channels)
            kept[f"{name}_bias"] = conv.bias if conv.bias is not None else torch.zeros(conv.out_channels)
        for part in ("ih", "hh"):
            kept[f"gru_{part}"] = getattr(self.gru, f"weight_{part}_l0")
            kept[f"gru_{part}_bias"] = getattr(self.gru, f"bias_{part}_l0")
        for name in ("head", "out"):
            kept[name], kept[f"{name}_bias"] = getattr(self, name).weight, getattr(self, name).bias
        return {name: value.detach().numpy().astype(np.float16) for name, value in kept.items()}


# --- what it is shown -----------------------------------------------------------------------------------------------


def taught(seed: int, count: int) -> Track:
    """All lessons, one after the other."""
    chance = np.random.default_rng((seed, 9))
    return joined(tracked(*track(lesson, chance)) for lesson in lessons(seed, count))


def unvoiced(seed: int, seconds: float) -> list[Array]:
    """Band powers of each kind of noise."""
    return [silent(wave).powers for _, wave in noises(seed, seconds)]


def batches(speech: Track, noise: list[Array], chance: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """For ever: what is heard (BATCH, 4 (n + LOOK_FRAMES), BANDS), and the mouths (BATCH, n, OUTPUTS)."""
    long = CROP_FRAMES + LOOK_FRAMES
    while True:
        heard, mouths = [], []
        for _ in range(BATCH):
            start = int(chance.integers(len(speech.mouths) - long))
            columns = speech.powers[start * COLUMNS_PER_FRAME : (start + long) * COLUMNS_PER_FRAME]
            mouth = speech.mouths[start : start + CROP_FRAMES]
            if chance.random() < CHANCES["no voice"]:
                columns, mouth = np.zeros_like(columns), np.zeros_like(mouth)
            heard.append(scaled(roughened(columns, noise, chance)))
            mouths.append(mouth)
        yield torch.from_numpy(np.stack(heard)), torch.from_numpy(np.stack(mouths))


def roughened(columns: Array, noise: list[Array], chance: np.random.Generator) -> Array:
    """As it may reach us: another tract, a room, what else sounds there, a telephone, a level."""

    def happens(what: str) -> bool:
        return bool(chance.random() < CHANCES[what])

    if happens("tract"):
        columns = columns @ _warped(float(chance.uniform(*TRACT)))
    if happens("room"):
        columns = _reverberated(columns, chance)
    if happens("noise") or not columns.any():
        bed = noise[int(chance.choice(len(noise), p=NOISES))]
        start = int(chance.integers(len(bed) - len(columns)))
        bed = bed[start : start + len(columns)]
        spoken = float(columns[columns.sum(axis=1) > 0].mean()) if columns.any() else 1e-3
        columns = columns + bed * spoken / (float(bed.mean()) + 1e-12) * _ratio(chance.uniform(*NOISE_DB))
    if happens("colour"):
        columns = columns * _colour(chance)
    if happens("telephone"):
        columns = columns * _telephone()
    return np.asarray(columns * _ratio(chance.uniform(*GAIN_DB)), np.float32)


def _ratio(decibels: float) -> np.float32:
    return np.float32(10.0 ** (decibels / 10.0))


def _hertz() -> NDArray[np.float64]:
    """The bands' middles."""
    low, high = (2595.0 * np.log10(1.0 + hertz / 700.0) for hertz in BAND_HZ)
    return np.asarray(700.0 * (10.0 ** (np.linspace(low, high, BANDS + 2)[1:-1] / 2595.0) - 1.0))


def _warped(factor: float) -> Array:  # (BANDS, BANDS)
    """Moves each band's power to where it lies in another tract."""
    places = np.interp(_hertz() / factor, _hertz(), np.arange(BANDS))
    away = np.abs(np.arange(BANDS)[:, None] - places)
    return np.asarray(np.maximum(0.0, 1.0 - away), np.float32)


def _colour(chance: np.random.Generator) -> Array:
    place = np.linspace(0.0, np.pi, BANDS)
    decibels = sum(COLOUR_DB * chance.standard_normal() * np.cos(k * place) / k for k in (1, 2, 3))
    return np.asarray(10.0 ** (decibels / 10.0), np.float32)


def _telephone() -> Array:
    low, high = TELEPHONE_HZ
    inside = (_hertz() > low) & (_hertz() < high)
    return np.where(inside, np.float32(1.0), _ratio(TELEPHONE_DB))


def _reverberated(columns: Array, chance: np.random.Generator) -> Array:
    """Powers that ring on: 60 dB down after the time of the room."""
    kept = 10.0 ** (-6.0 / (chance.uniform(*REVERBERATION_S) * FPS * COLUMNS_PER_FRAME))
    tail = lfilter([0.0, 1.0 - kept], [1.0, -kept], columns, axis=0)
    return np.asarray(columns + _ratio(chance.uniform(*REVERBERATION_DB)) * tail, np.float32)


# --- learning --------------------------------------------------------------------------------------------------------


def fit(speech: Track, noise: list[Array], count: int = BATCHES) -> Network:
    """Adam, its rate falling to nothing along a cosine."""
    torch.manual_seed(SEED)
    network = Network()
    shown = batches(speech, noise, np.random.default_rng(SEED))
    steps = torch.optim.AdamW(network.parameters(), RATE_OF_LEARNING, weight_decay=1e-3)
    rates = torch.optim.lr_scheduler.OneCycleLR(steps, RATE_OF_LEARNING, total_steps=count, pct_start=0.05)
    for done, (heard, mouths) in zip(range(count), shown, strict=False):
        loss = _loss(network(heard), mouths)
        steps.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        steps.step()
        rates.step()
        if done % 100 == 0:
            sys.stdout.write(f"{done} of {count}: loss {float(loss.detach()):.4f}\n")
            sys.stdout.flush()
    return network.eval()


def _loss(told: Tensor, mouths: Tensor) -> Tensor:
    wanted = mouths[..., :SHAPES] / torch.from_numpy(UNITS[:SHAPES])
    shapes = told[..., :SHAPES]
    still = nn.functional.mse_loss(shapes, wanted)
    moving = nn.functional.mse_loss(shapes.diff(dim=1), wanted.diff(dim=1))
    rare = torch.tensor((CLOSURES_WEIGH, 1.0))
    odds = nn.functional.binary_cross_entropy_with_logits(told[..., SHAPES:], mouths[..., SHAPES:], pos_weight=rare)
    return still + MOTION_WEIGHS * moving + ODDS_WEIGH * odds


def main() -> None:
    """Teach, and write the weights into the package."""
    network = fit(taught(SEED, LESSONS), unvoiced(SEED, NOISE_S))
    np.savez_compressed(Path(face.__file__).with_name("speech_sounds.npz"), **network.weights())


if __name__ == "__main__":
    main()
