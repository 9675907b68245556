"""Measures a talking face on any clip: python -m tests.face.measure clip.mp4 [--phonemes reply.json] [--json].

Runs the face mesh over every frame. Lengths are in E, half the distance between the outer eye corners of the same
frame; pixels are brought to a picture of 512 px. Knows nothing of how a clip was made; given the phonemes, it also says
whether the mouth fits them, by a scale of openness of its own (vowel height on the IPA chart), not by our visemes.

The file with phonemes is a JSON list of {ipa, start_s, end_s, stress}, or an object that holds such a list
as "phonemes"; times are seconds from the clip's start. "aperture", a number a frame, may hold the intended one.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from data.errors import LanternError, NoFace
from data.types import RATE, Frames, Phoneme
from face.landmarks import aperture, eye_ratios, eye_unit, landmarks, person_mask
from tests.face.openness import BILABIALS, OPEN, Series, frames_of, openness, openness_of, silent

Faces = NDArray[np.float32]  # (n, 478, 3) pixels; NaN where no face was found

PICTURE_PX = 512.0
LAGS = 5  # frames tried to either side
RIM = 1.25  # E about a person that may move along with the head; background begins outside
SMALLEST_BACKGROUND = 0.01  # of the picture
NEARLY_SHUT = 0.025  # E above the mouth at rest: the mesh is not finer near closure
NARROWEST = 8.0  # percent
STRIP_SLACK = 3  # hundredths of E, up or down
INTERIOR_SHUT = 0.40  # of the change that the widest opening makes between the lips
BLINK_DIP = 0.60  # of the open ratio; what dips below is a blink
OPEN_ENOUGH = 0.12  # E above rest: about 5 mm, seen by anybody
SHORTEST_OPEN_S = 0.06  # stressed open vowels shorter than this are not asked to open


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip as it is played. `offset_s`: how much later the picture starts than the sound; None without sound."""

    frames: Frames
    fps: float
    offset_s: float | None
    end_offset_s: float | None


@dataclass(frozen=True, slots=True)
class Blink:
    frame: int  # where the eyes are narrowest
    closed: float  # eye aspect ratio there, as a share of the open one


@dataclass(frozen=True, slots=True)
class Measured:
    frames: int
    without_face: int
    eye_unit_px: float
    aperture_p95: float  # E
    largest_change: float  # E in one frame (40 ms at 25 fps)
    head_sd_px: float  # of the face's centre, at 512 px
    blinks: tuple[Blink, ...]
    background_deviation: float | None  # grey levels, over all the clip; None where no background shows
    background_change: float | None  # the same, from a frame to the next: a codec's key frames weigh little
    offset_s: float | None = None
    end_offset_s: float | None = None
    bilabials: int = 0
    bilabials_closed: int = 0
    open_vowels: int = 0
    open_vowels_open: int = 0
    aperture_in_silence: float | None = None  # E above the mouth at rest
    phoneme_r: float | None = None
    phoneme_lag_s: float | None = None  # positive: the mouth comes after the sound
    other_r: float | None = None  # at the same lag, against other sentences: the mean
    intended_r: float | None = None
    intended_lag_s: float | None = None


# --- reading --------------------------------------------------------------------------------------------------------


def read_clip(path: Path) -> Clip:
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        fps = float(video.average_rate or 25)
        pictures, times, sound_times = [], [], []
        for frame in container.decode(*container.streams.video[:1], *container.streams.audio[:1]):
            if isinstance(frame, av.VideoFrame):
                pictures.append(frame.to_ndarray(format="rgb24"))
                times.append(float(frame.time or 0.0))
            elif isinstance(frame, av.AudioFrame):
                start_s = float(frame.time or 0.0)
                sound_times.append((start_s, start_s + frame.samples / frame.sample_rate))
    if not sound_times:
        return Clip(np.stack(pictures), fps, None, None)
    end_offset_s = times[-1] + 1.0 / fps - sound_times[-1][1]
    return Clip(np.stack(pictures), fps, times[0] - sound_times[0][0], end_offset_s)


def read_faces(frames: Frames) -> Faces:
    faces = np.full((len(frames), 478, 3), np.nan, np.float32)
    for index, picture in enumerate(frames):
        try:
            faces[index] = landmarks(picture, detections=1)
        except NoFace:
            continue
    return faces


def read_phonemes(path: Path) -> tuple[tuple[Phoneme, ...], Series | None]:
    """Phonemes and, where the file has it, the intended aperture."""
    content = json.loads(path.read_text(encoding="utf-8"))
    rows = content if isinstance(content, list) else content["phonemes"]
    phonemes = tuple(
        Phoneme(r["ipa"], round(r["start_s"] * RATE), round(r["end_s"] * RATE), r.get("stress", 0)) for r in rows
    )
    aperture_row = content.get("aperture") if isinstance(content, dict) else None
    return phonemes, None if aperture_row is None else np.asarray(aperture_row, np.float64)


# --- series, one value a frame --------------------------------------------------------------------------------------


def apertures(faces: Faces) -> Series:
    """Between the inner lips, E."""
    return np.array([aperture(points) for points in faces], np.float64)


def eyes(faces: Faces) -> Series:
    """Eye aspect ratio, the mean of both eyes."""
    return np.array([np.mean(eye_ratios(points)) for points in faces], np.float64)


def interiors(frames: Frames, faces: Faces, at_rest: NDArray[np.bool_]) -> Series:
    """How much the strip between the lips differs from the frames at rest, as a share of the largest difference.

    A second witness for closure: where the lips nearly touch the mesh saturates, but teeth or darkness still show.
    """
    strips = np.stack([_strip(picture, points) for picture, points in zip(frames, faces, strict=True)])
    rest, rows = np.nanmedian(strips[at_rest], axis=0)[STRIP_SLACK:-STRIP_SLACK], strips.shape[1]
    away = [
        np.abs(strips[:, slack : rows - 2 * STRIP_SLACK + slack] - rest).mean(axis=(1, 2))
        for slack in range(2 * STRIP_SLACK + 1)  # the mesh is no surer of the seam's height than this
    ]
    nearest = np.min(away, axis=0)
    return np.asarray(nearest / max(float(np.nanpercentile(nearest, 98)), 1e-6), np.float64)


def _strip(picture: NDArray[np.uint8], points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Grey (24, 8) strip about the seam, 0.24 E high and 0.3 E wide, turned with the line of the eyes."""
    if not np.isfinite(points).all():
        return np.full((24, 8), np.nan, np.float32)
    unit = eye_unit(points)
    across = (points[263, :2] - points[33, :2]) / (2 * unit)
    down = np.array((-across[1], across[0]))
    centre = points[13, :2]
    corners = [centre + unit * (x * across + y * down) for x, y in ((-0.15, -0.06), (0.15, -0.06), (-0.15, 0.18))]
    onto = np.array(((0, 0), (7, 0), (0, 23)), np.float32)
    move = cv2.getAffineTransform(np.array(corners, np.float32), onto)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.warpAffine(grey, move, (8, 24), flags=cv2.INTER_AREA), np.float32)


# --- single figures -------------------------------------------------------------------------------------------------


def correlation(a: Series, b: Series, lag: int = 0) -> float:
    """Pearson's r of `a[t + lag]` with `b[t]`."""
    n = min(len(a), len(b))
    left, right = a[max(0, lag) : n + min(0, lag)], b[max(0, -lag) : n - max(0, lag)]
    known = np.isfinite(left) & np.isfinite(right)
    left, right = left[known], right[known]
    if len(left) < 3 or left.std() < 1e-9 or right.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(left, right)[0, 1])


def best_lag(a: Series, b: Series) -> tuple[float, float]:
    """Largest r over whole-frame lags, and that lag in frames refined by a parabola; positive: `a` comes later."""
    lags = list(range(-LAGS, LAGS + 1))
    r = [correlation(a, b, lag) for lag in lags]
    top = int(np.argmax(r))
    lag = float(lags[top])
    if 0 < top < len(r) - 1:
        bend = r[top - 1] - 2 * r[top] + r[top + 1]
        lag += 0.5 * (r[top - 1] - r[top + 1]) / bend if bend < 0 else 0.0
    return r[top], lag


def head_sd_px(faces: Faces, side_px: int) -> float:
    """Standard deviation of the face's centre (both axes together), at a picture of 512 px on its longer side."""
    centres = faces[:, :468, :2].mean(axis=1)
    return float(np.sqrt(np.nanvar(centres, axis=0).sum()) * PICTURE_PX / side_px)


def find_blinks(ratios: Series) -> tuple[Blink, ...]:
    """Runs of frames on which the eyes are narrower than `BLINK_DIP` of their open state (90th percentile)."""
    opened = float(np.nanpercentile(ratios, 90))
    low = np.nan_to_num(ratios / opened, nan=1.0)
    blinks, run = [], list[int]()
    for frame, dipped in enumerate([*(low < BLINK_DIP), False]):
        if dipped:
            run.append(frame)
        elif run:
            deepest = min(run, key=lambda each: low[each])
            blinks.append(Blink(deepest, float(low[deepest])))
            run = []
    return tuple(blinks)


def background(frames: Frames, faces: Faces) -> NDArray[np.float32] | None:
    """Grey levels (n, pixels) well outside head and shoulders; None where nothing is."""
    person = np.zeros(frames.shape[1:3], np.float32)
    for picture in frames[:: max(1, len(frames) // 6)]:
        person = np.maximum(person, person_mask(picture))
    reach = int(RIM * np.nanmedian([eye_unit(points) for points in faces]))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    outside = cv2.dilate((person > 0.1).astype(np.uint8), kernel) == 0
    outside[int(np.nanmax(faces[:, :, 1])) :] = False  # shoulders begin under the chin
    if outside.mean() < SMALLEST_BACKGROUND:
        return None
    grey = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[outside] for picture in frames]
    return np.asarray(grey, np.float32)


def deviation(grey: NDArray[np.float32]) -> float:
    """Mean over the pixels of each one's standard deviation in time: (n, pixels)."""
    return float(grey.std(axis=0).mean())


def change(grey: NDArray[np.float32]) -> float:
    """Mean over the pixels of how much each one changes from a frame to the next: (n, pixels)."""
    return float(np.abs(np.diff(grey, axis=0)).mean())


def _against(opening: Series, phonemes: Sequence[Phoneme], other: Sequence[Phoneme], lag: int, fps: float) -> float:
    """r against another sentence where both are spoken: shared silence at the ends would count as likeness."""
    meant = openness(other, len(opening), fps)
    own, foreign = openness(phonemes, len(opening), fps).nonzero()[0], meant.nonzero()[0]
    both = slice(max(own[0], foreign[0]), min(own[-1], foreign[-1]) + 1)
    return correlation(opening[both], meant[both], lag)


def closed_bilabials(phonemes: Sequence[Phoneme], opening: Series, interior: Series, fps: float) -> list[bool]:
    """For each p, b, m: whether on some frame within one of it the lips meet, by landmarks and by pixels."""
    rest = float(np.nanmedian(opening[at_rest(phonemes, opening, fps)]))
    shut = (opening - rest <= NEARLY_SHUT) & (interior <= INTERIOR_SHUT)
    return [bool(shut[frames_of(p, fps, len(shut))].any()) for p in phonemes if p.ipa[:1] in BILABIALS and p.ipa]


def opened_vowels(phonemes: Sequence[Phoneme], opening: Series, fps: float) -> list[float]:
    """For each stressed open vowel that is long enough: the widest opening within a frame of it, E."""
    return [
        float(np.nanmax(opening[frames_of(p, fps, len(opening))]))
        for p in phonemes
        if p.stress == 2 and openness_of(p.ipa) >= OPEN and p.end_samples - p.start_samples >= SHORTEST_OPEN_S * RATE
    ]


def at_rest(phonemes: Sequence[Phoneme], opening: Series, fps: float) -> NDArray[np.bool_]:
    """The silent frames; where nobody is ever silent, those on which the mouth is least open."""
    quiet = silent(phonemes, len(opening), fps)
    return quiet if quiet.any() else opening <= np.nanpercentile(opening, NARROWEST)


# --- everything at once ---------------------------------------------------------------------------------------------


def measure(
    clip: Clip,
    phonemes: Sequence[Phoneme] = (),
    intended: Series | None = None,
    others: Sequence[Sequence[Phoneme]] = (),
    faces: Faces | None = None,
) -> Measured:
    """All figures of a clip. `faces` may hand in the mesh where it has been run already."""
    found = read_faces(clip.frames) if faces is None else faces
    opening = apertures(found)
    changes = np.abs(np.diff(opening))
    behind = background(clip.frames, found)
    measured = Measured(
        frames=len(clip.frames),
        without_face=int((~np.isfinite(opening)).sum()),
        eye_unit_px=float(np.nanmedian([eye_unit(points) for points in found])),
        aperture_p95=float(np.nanpercentile(opening, 95)),
        largest_change=float(np.nanmax(changes)) if len(changes) else 0.0,
        head_sd_px=head_sd_px(found, max(clip.frames.shape[1:3])),
        blinks=find_blinks(eyes(found)),
        background_deviation=None if behind is None else deviation(behind),
        background_change=None if behind is None else change(behind),
        offset_s=clip.offset_s,
        end_offset_s=clip.end_offset_s,
    )
    if intended is not None:
        r, lag = best_lag(opening, intended)
        measured = replace(measured, intended_r=r, intended_lag_s=lag / clip.fps)
    return _fitted(measured, clip, found, phonemes, others) if phonemes else measured


def _fitted(
    measured: Measured, clip: Clip, faces: Faces, phonemes: Sequence[Phoneme], others: Sequence[Sequence[Phoneme]]
) -> Measured:
    """With the figures that say how well the mouth fits what is spoken."""
    opening, fps = apertures(faces), clip.fps
    resting, quiet = at_rest(phonemes, opening, fps), silent(phonemes, len(opening), fps)
    rest = float(np.nanmedian(opening[resting]))
    closed = closed_bilabials(phonemes, opening, interiors(clip.frames, faces, resting), fps)
    vowels = opened_vowels(phonemes, opening, fps)
    r, lag = best_lag(opening, openness(phonemes, len(opening), fps))
    against = [_against(opening, phonemes, other, round(lag), fps) for other in others]
    return replace(
        measured,
        bilabials=len(closed),
        bilabials_closed=sum(closed),
        open_vowels=len(vowels),
        open_vowels_open=sum(width >= rest + OPEN_ENOUGH for width in vowels),
        aperture_in_silence=float(np.nanmax(opening[quiet])) - rest if quiet.any() else None,
        phoneme_r=r,
        phoneme_lag_s=lag / fps,
        other_r=float(np.mean(against)) if against else None,
    )


# --- the command ----------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure a talking face on a clip.")
    parser.add_argument("clip", type=Path)
    parser.add_argument("--phonemes", type=Path, help="JSON with the phonemes that are spoken")
    parser.add_argument("--other", type=Path, nargs="*", default=[], help="the same of other sentences, as a control")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(arguments)
    phonemes, intended = read_phonemes(given.phonemes) if given.phonemes else ((), None)
    others = [read_phonemes(path)[0] for path in given.other]
    try:
        measured = measure(read_clip(given.clip), phonemes, intended, others)
    except (LanternError, OSError, av.FFmpegError) as err:
        print(f"{given.clip}: {err}", file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps(asdict(measured)))
    else:
        for field in fields(measured):
            print(f"{field.name:22} {_shown(getattr(measured, field.name))}")
    return 0


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, tuple):
        return ", ".join(f"{blink.closed:.2f} at frame {blink.frame}" for blink in value) or "none"
    return "-" if value is None else str(value)


if __name__ == "__main__":
    raise SystemExit(main())
