"""What can move a portrait: written gestures, a sound, or somebody's film. Knows no photo's file and no clip.

Each makes shots of any sitter, one after the other: of a long clip the poses are in memory, but no pictures and no
sound.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar
from zlib import crc32

import numpy as np

from data.errors import BadRecording
from data.media import Clip, read_clip, sound_length_s, sound_pieces
from data.types import FPS, RATE, Phrase, Picture, Sentence, Shot, Span, Wave
from services.progress import Steps
from services.sitter import Sitter, Sitters, facing, only

if TYPE_CHECKING:
    from face.gestures import Gesture
    from face.pose import Pose
    from face.rig import Rig

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Take:
    """What is to be filmed of one photo: about how many frames, what moves it in words, and the shots."""

    frames: int
    motion: str
    shots: Iterator[Shot]


class Mover(Protocol):
    """What makes a portrait move."""

    @property
    def fingerprint(self) -> str:
        """The same for whatever would give the same motion."""
        ...

    def take(self, sitter: Sitter | Sitters) -> Take:
        """The motion of this face, or of everybody."""
        ...


@dataclass(frozen=True, slots=True)
class ByGestures:
    """Written gestures, or `several` that suit how the face is turned where none is chosen, `rounds` times."""

    chosen: tuple[Gesture, ...] = ()
    rounds: int = 1
    several: int = 1

    @classmethod
    def named(cls, names: Iterable[str], rounds: int = 1, several: int = 1) -> ByGestures:
        """Raises `Refused` for a gesture that is none."""
        from face.gestures import gesture

        return cls(tuple(map(gesture, names)), rounds, several)

    @property
    def fingerprint(self) -> str:
        """The courses themselves, those of all gestures where the photo decides between them."""
        from face.gestures import gestures

        courses = repr(self.chosen or (self.several, *gestures().values()))
        return f"{self.rounds} of {hashlib.sha256(courses.encode()).hexdigest()}"

    def take(self, sitter: Sitter | Sitters) -> Take:
        """One after the other, without a sound; everybody in turn, and then together."""
        from face.gestures import performed

        if not isinstance(sitter, Sitter):
            return self._of_all(sitter)
        chosen, seed = self._fitted(sitter.rig)
        lips_move = any(each.lips for each in chosen)
        rig, poses = sitter.posing(performed(chosen, self.rounds, seed), lips_move=lips_move)
        return Take(len(poses), ", ".join(each.name for each in chosen), posed(rig, poses))

    def _of_all(self, sitters: Sitters) -> Take:
        from face.gestures import performed
        from face.group_face import BACK_FRAMES, GroupRenderer, in_turn_and_together

        fitted = [self._fitted(member.rig) for member in sitters.group.members]
        courses = [performed(chosen, self.rounds, seed) for chosen, seed in fitted]
        lips_move = any(each.lips for chosen, _ in fitted for each in chosen)
        group, courses_shown = sitters.posing(courses, lips_move=lips_move)
        lengths = [len(course) for course in courses_shown]
        poses = in_turn_and_together(courses_shown, crc32(group.photo.tobytes()))
        frames = sum(lengths) + BACK_FRAMES + max(lengths)
        return Take(frames, "everybody", shots(GroupRenderer(group).render, poses))

    def _fitted(self, rig: Rig) -> tuple[list[Gesture], int]:
        """What this face does, and the seed of the life under it: the same photo always does the same."""
        from face.gestures import suited

        seed = crc32(rig.photo.tobytes())
        yaw, pitch = facing(rig)
        return [each.fitted(yaw) for each in self.chosen or suited(yaw, pitch, seed, self.several)], seed


@dataclass(frozen=True, slots=True)
class BySound:
    """A recording of any kind: the mouth follows what is heard, and it is heard in the clip."""

    path: Path
    length_s: float
    fingerprint: str

    @classmethod
    def of(cls, path: Path) -> BySound:
        """Raises `BadRecording` where it cannot be read."""
        return cls(path, sound_length_s(path), f"sound {_digest(path)}")

    def take(self, sitter: Sitter | Sitters) -> Take:
        """As long as the recording, and the way back to rest; of everybody the largest face speaks."""
        from face.engine import PortraitFace
        from face.group_face import GroupFace
        from face.sound import chunks

        face = PortraitFace(sitter.rig) if isinstance(sitter, Sitter) else GroupFace(sitter.group)
        return Take(round(self.length_s * FPS), "a sound", face.animate(chunks(_heard(self.path), self._unsaid)))

    @property
    def _unsaid(self) -> Sentence:
        """The recording as what is said: nobody has written its words down."""
        heard = Span(self.path.name, 0, round(self.length_s * RATE))
        return Sentence(0, (Phrase("", "en", "their-voice", recording=heard),))


@dataclass(frozen=True, slots=True)
class ByFilm:
    """Somebody's film: the portrait does what the face in it does. Its sound is kept where that is asked for."""

    poses: Sequence[Pose]
    heard: Clip | None
    fingerprint: str

    @classmethod
    def following(cls, path: Path, steps: Steps, say: Callable[[str], None], *, with_sound: bool) -> ByFilm:
        """Follows the face of the film, once for however many photos; `say` is told what the family should know.

        Raises `BadRecording` and `NoFace`.
        """
        from face.drive import follow_timed

        film = read_clip(path)
        if with_sound and not film.has_sound:
            raise BadRecording(f"{path.name} holds no sound: leave --sound out")
        with steps.step("follow"):
            poses = follow_timed(film.timed_frames(), say)
        return cls(poses, film if with_sound else None, f"film {_digest(path)} {with_sound}")

    def take(self, sitter: Sitter | Sitters) -> Take:
        """As long as the film."""
        return Take(len(self.poses), "a film", posed(only(sitter).rig, self.poses, self.heard))


def posed(rig: Rig, poses: Iterable[Pose], heard: Clip | None = None) -> Generator[Shot]:
    """The poses of one portrait as shots."""
    from face.renderer import Renderer

    return shots(Renderer(rig).render, poses, heard)


def shots(render: Callable[[P], Picture], poses: Iterable[P], heard: Clip | None = None) -> Generator[Shot]:
    """What is rendered of the poses as shots, with a clip's sound from its beginning on, or in silence."""
    from face.renderer import silent
    from face.sound import blocks

    nothing = np.zeros(0, np.float32)
    with closing(blocks(() if heard is None else heard.sound_pieces())) as sound:
        for shot in silent(render, poses):
            block = next(sound, nothing)[: len(shot.audio)]
            yield replace(shot, audio=np.pad(block, (0, len(shot.audio) - len(block))))


def _heard(path: Path) -> Iterator[Wave]:
    is_empty = True
    for piece in sound_pieces(path):
        is_empty = is_empty and not len(piece)
        yield piece
    if is_empty:
        raise BadRecording(f"{path.name} is empty: choose another recording")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
