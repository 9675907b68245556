"""A neural mouth of published size, to measure ours against: the generator of Prajwal et al. 2020, "A Lip Sync Expert
Is All You Need for Speech to Lip Generation In the Wild" (ACM Multimedia), with weights by chance.

It draws a face of 96 × 96 px, to be cut out and put back by somebody else. Knows nothing of ours.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

FACE_PX, MEL_BANDS, MEL_STEPS = 96, 80, 16
SOUND_WIDTH = 512  # channels of the sound's code
# Of the faces' encoder: channels, kernel, stride, padding, and the blocks of equal size that follow.
FACE = (
    (16, 7, 1, 3, 0),
    (32, 3, 2, 1, 2),
    (64, 3, 2, 1, 3),
    (128, 3, 2, 1, 2),
    (256, 3, 2, 1, 2),
    (512, 3, 2, 1, 1),
    (512, 3, 1, 0, 0),
)
# Of the sound's: channels, stride down and across, padding, blocks.
SOUND = ((32, (1, 1), 1, 2), (64, (3, 1), 1, 2), (128, (3, 3), 1, 2), (256, (3, 2), 1, 1), (512, (1, 1), 0, 0))
# Of the decoder, from 1 px to 96: channels, stride, blocks.
DRAWN = ((512, 1, 1), (512, 2, 2), (384, 2, 2), (256, 2, 2), (128, 2, 2), (64, 2, 2))


class Block(nn.Module):
    """A convolution that keeps size and channels, added to what it was given."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1), nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(cast(Tensor, self.layers(x)) + x)


def stage(first: nn.Module, channels: int, blocks: int) -> nn.Sequential:
    """A layer that changes size or channels, and blocks after it."""
    return nn.Sequential(first, nn.BatchNorm2d(channels), nn.ReLU(), *(Block(channels) for _ in range(blocks)))


class MouthNetwork(nn.Module):
    """(n, 1, 80, 16) sound and (n, 6, 96, 96), a face without its mouth beside another -> (n, 3, 96, 96)."""

    def __init__(self) -> None:
        super().__init__()
        before, down, skips = 6, [], []
        for channels, kernel, stride, padding, blocks in FACE:
            down.append(stage(nn.Conv2d(before, channels, kernel, stride, padding), channels, blocks))
            before = channels
            skips.append(channels)
        down[-1].append(stage(nn.Conv2d(before, before, 1), before, 0))
        self.face = nn.ModuleList(down)
        hear, before = [], 1
        for channels, strides, padding, blocks in SOUND:
            hear.append(stage(nn.Conv2d(before, channels, 3, strides, padding), channels, blocks))
            before = channels
        self.sound = nn.Sequential(*hear, stage(nn.Conv2d(before, SOUND_WIDTH, 1), SOUND_WIDTH, 0))
        up, before = [stage(nn.Conv2d(SOUND_WIDTH, SOUND_WIDTH, 1), SOUND_WIDTH, 0)], SOUND_WIDTH
        for (channels, stride, blocks), skip in zip(DRAWN, skips[::-1], strict=False):
            larger = nn.ConvTranspose2d(before + skip, channels, 3, stride, stride - 1, stride - 1)
            up.append(stage(larger, channels, blocks))
            before = channels
        self.drawn = nn.ModuleList(up)
        self.out = nn.Sequential(stage(nn.Conv2d(before + skips[0], 32, 3, 1, 1), 32, 0), nn.Conv2d(32, 3, 1))

    def forward(self, sound: Tensor, faces: Tensor) -> Tensor:
        seen = []
        for layer in self.face:
            faces = layer(faces)
            seen.append(faces)
        x = cast(Tensor, self.sound(sound))
        for layer in self.drawn:
            x = torch.cat((layer(x), seen.pop()), dim=1)
        return torch.sigmoid(self.out(x))
