"""How ten faces speak ten sentences, read back by the face mesh: python -m tests.face.faces_report [FACE …].

A quarter of an hour. Frames as they are drawn, before any encoder; lengths in E.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import cv2
import numpy as np

from data.types import FPS, Language, Picture
from face.engine import PortraitFace
from face.landmarks import OVAL, Landmarks, landmarks
from face.motion import Motion
from tests.face.measure import Clip, Measured, measure, read_faces
from tests.face.portraits import FACES, rig_of
from tests.face.speech import chunks, said, sentence
from tests.face.test_clip import OTHERS

SENTENCES: tuple[tuple[Language, str], ...] = (
    ("en", "My dear boy, the best answer to a bad map is a better map. Never be afraid of asking people."),
    ("en", "I have a map of the moon, and my father bought me a boat before I was five."),
    ("en", "Peter and Barbara made a pumpkin pie for the whole family."),
    ("en", "Who would have thought that you would move to the old blue house?"),
    ("en", "Remember to phone your mother, she worries more than she says."),
    ("zh", "孩子，外公每天早上都去湖边散步。你妈妈做的鱼没有味道。"),
    ("zh", "爸爸买了一包苹果，妈妈泡了一壶茶。"),
    ("zh", "明年春天我们一起去北京看朋友，好不好？"),
    ("zh", "不要怕困难，慢慢来，每一步都算数。"),
    ("zh", "我屋里有五幅画，都是你外婆画的。"),
)
NAMES = ("hopper", "astronaut", "waigong", *FACES)
SHIFTS = ((1, 0), (0, 1), (-1, 0), (0, -1), (1, 1))  # pixels; what the mesh makes of these is its noise
BUT_FACE = 0.75  # of the oval, within which sharpness is told


def speak(name: str, language: Language, text: str) -> tuple[Measured, float]:
    """The clip's figures, and the sharpness of its face against the photo's, the mouth left out."""
    samples, phonemes = said(text, language)
    of = sentence(text, language)
    rig = rig_of(name)
    frames = np.concatenate([shot.frames for shot in PortraitFace(rig, 4).animate(chunks(samples, phonemes, of))])
    motion = Motion(4, rig.manner)
    poses = [pose for chunk in chunks(samples, phonemes, of) for pose in motion.poses(chunk)] + motion.settle()
    others = [said(other, language)[1] for other in OTHERS[language]]
    faces = read_faces(frames)
    intended = np.array([pose.aperture for pose in poses])
    at_rest = sharpness(rig.photo, faces[-1])
    sharp = [sharpness(frame, points) / at_rest for frame, points in zip(frames[::5], faces[::5], strict=True)]
    return measure(Clip(frames, FPS, None, None), phonemes, intended, others, faces), float(np.mean(sharp))


def sharpness(picture: Picture, points: Landmarks) -> float:
    """Root mean square of the Laplacian over the upper face: brows, eyes, nose and cheeks."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    centre = points[list(OVAL), :2].mean(axis=0)
    oval = np.rint(centre + BUT_FACE * (points[list(OVAL), :2] - centre)).astype(np.int32)
    mask = cv2.fillConvexPoly(np.zeros(grey.shape, np.uint8), cv2.convexHull(oval), (1,))
    mask[round(float(points[2, 1])) :] = 0  # from the nose's base down
    return float(np.sqrt((cv2.Laplacian(grey, -1)[mask > 0] ** 2).mean()))


def identity(name: str) -> tuple[float, float]:
    """How far the mesh moves when a clip has come back to rest, and when the photo is shifted by a pixel, pixels."""
    photo = rig_of(name).photo
    samples, phonemes = said("Good night.", "en")
    shots = PortraitFace(rig_of(name), 4).animate(chunks(samples, phonemes, sentence("Good night.", "en")))
    last = list(shots)[-1].frames[-1]
    of_photo = landmarks(photo)[:, :2]
    noise = [np.abs(landmarks(np.roll(photo, shift, axis=(1, 0)))[:, :2] - of_photo - shift).mean() for shift in SHIFTS]
    return float(np.abs(landmarks(last)[:, :2] - of_photo).mean()), float(np.mean(noise))


def row(name: str) -> str:
    """One face's figures over all sentences."""
    told = [speak(name, language, text) for language, text in SENTENCES]
    seen = [each for each, _ in told]
    shut, asked = sum(each.bilabials_closed for each in seen), sum(each.bilabials for each in seen)
    wide, vowels = sum(each.open_vowels_open for each in seen), sum(each.open_vowels for each in seen)
    blinks = [blink.closed for each in seen for blink in each.blinks]
    back = [each.background_deviation for each in seen if each.background_deviation is not None]
    moved, noise = identity(name)
    return " | ".join((
        f"| {name}",
        f"{np.mean([each.intended_r or 0 for each in seen]):.2f}",
        f"{np.mean([each.phoneme_r or 0 for each in seen]):.2f}"
        f" ({1000 * np.median([each.phoneme_lag_s or 0 for each in seen]):+.0f})",
        f"{np.mean([each.other_r or 0 for each in seen]):.2f}",
        f"{shut} of {asked}",
        f"{wide} of {vowels}",
        f"{np.median([each.aperture_p95 for each in seen]):.2f}",
        f"{max(each.largest_change for each in seen):.2f}",
        f"{np.median(blinks):.2f}" if blinks else "",
        f"{np.median([each.head_sd_px for each in seen]):.1f}",
        f"{max(back):.3f}" if back else "none seen",
        f"{np.mean([sharp for _, sharp in told]):.2f}",
        f"{moved:.2f} / {noise:.2f} |",
    ))  # fmt: skip


def main(names: Sequence[str]) -> None:
    """The table."""
    heads = "face, aperture r, phonemes r (lag ms), others r, p b m shut, open vowels, p95, largest change, blink"
    print(f"| {heads}, head sd px, background, sharpness, at rest / noise px |".replace(", ", " | "))
    print("| --- " * 13 + "|")
    for name in names:
        print(row(name), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or NAMES)
