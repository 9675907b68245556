"""Everything that can go wrong, as one tree. A message is one line: what is wrong, and what to do about it.

A class is a name of its own for what somebody would do differently: `name` is how programs and pages know it, and the
first line of its docstring is what it means. `facts` are what they need to say it in words of their own.

LanternError                1  a fault of ours
├── Refused                 2  what was given cannot be used
│   ├── BadText                text that cannot be used
│   │   ├── BadLength, OneLine, BadName, WeakPassword, BadPronunciation
│   │   └── BadFile            a file that cannot be read
│   │       ├── Empty, Damaged, Locked, TooMuch, UnknownKind, NoWriting, PicturesOnly, NoChat
│   │       └── WhichOfThem, UnknownVoice
│   ├── BadPicture             not a picture that can be read
│   │   ├── NoFace             FaceTooSmall, NoSuchFace
│   │   └── SeveralFaces, FaceTurned, FaceCutOff, BadMarks, LargePicture
│   ├── BadRecording           not a sound or a film that can be read
│   │   └── LongRecording, NoSpeech, LittleSpeech
│   ├── BadDate                DateAhead, DatesReversed
│   ├── Taken                  NameTaken, SignInTaken, KeeperThere
│   ├── UnknownMemorial, UnknownJob
│   ├── UnknownNote            UnknownSentence
│   ├── TooLarge               more than is taken at once
│   ├── OutOfStep              what was given does not go on from where things stand
│   ├── IsSample, NothingOfUse, OtherAuthor, OnePhoto, NotTogether
│   ├── MustNotSay, OnlyNotice, IsFarewell, OldFilm, NotTheirPiece, TooManyWords
│   ├── TakenBack              NothingLeft
│   ├── SignInFailed, LastWayIn, KeeperStays, ManyTokens, NoConsent
│   └── NotReady               the memorial lacks what this needs
│       ├── NoWords, NoPortrait, NoRecording, NotTuned, FewWords, OneFaceOnly
│       ├── NoVoice            NoVoiceWaits, NotListened, Unheard
│       ├── NothingShared, Withdrawn, NotForSome, HeldBack
│       └── Outdated           what was made of its sources is of another version of this program
├── Missing                 3  something is missing on this machine
│   ├── NoRoom, NotWritable, NoLibrary, Busy, Unreachable
│   └── BadHome                the home folder is damaged, lacks its key, or is newer than this program
└── Cancelled             130  somebody asked to stop
"""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

Fact = str | int | float | list[str]


class LanternError(Exception):
    """Something went wrong that is no fault of whoever asked."""

    exit_code = 1
    name = "lantern-error"

    def __init__(self, message: object = "", **facts: Fact) -> None:
        super().__init__(message)
        self.facts: Mapping[str, Fact] = facts

    def __init_subclass__(cls) -> None:
        cls.name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", cls.__name__).lower()

    def of(self, file: str) -> Self:
        """The same, said of a file."""
        return type(self)(f"{file}: {self}", **{**self.facts, "file": file})


class Refused(LanternError):
    """What was given cannot be used."""

    exit_code = 2


class BadText(Refused):
    """This text cannot be used."""


class BadLength(BadText):
    """A text is empty, or longer than is taken; `most` is how many characters are."""


class OneLine(BadText):
    """A text has several lines where one is taken."""


class BadName(BadText):
    """A name is empty, too long or cannot be shown; `most` is how many characters are taken."""


class WeakPassword(BadText):
    """A password is too short, too long or easy to guess; `fewest` is how many characters are needed."""


class BadPronunciation(BadText):
    """How a word is said cannot be read."""


class BadFile(BadText):
    """A file cannot be read."""


class Empty(BadFile):
    """A file holds nothing."""


class Damaged(BadFile):
    """A file is damaged or cut short."""


class Locked(BadFile):
    """A file opens with a password alone."""


class TooMuch(BadFile):
    """A file is larger than is read at once."""


class UnknownKind(BadFile):
    """A file is of a kind that cannot be read here."""


class NoWriting(BadFile):
    """No writing was found on a picture."""


class PicturesOnly(BadFile):
    """A document holds pictures of its pages, and no text."""


class NoChat(BadFile):
    """A file is not the chat, or the backup of messages, that it seems to be."""


class WhichOfThem(BadFile):
    """Nobody has said who of the `names` in a chat the `person` is."""


class UnknownVoice(BadFile):
    """A recording does not say who speaks in it."""


class BadPicture(Refused):
    """A picture cannot be read or used."""


class NoFace(BadPicture):
    """No face that can be moved is in a photo."""


class FaceTooSmall(NoFace):
    """A face is too small to be moved."""


class NoSuchFace(NoFace):
    """A photo has fewer `faces` than the one that was asked for."""


class SeveralFaces(BadPicture):
    """Several `faces` are in a photo, and nobody has said which is meant."""


class FaceTurned(BadPicture):
    """A face is turned away too far to be moved."""


class FaceCutOff(BadPicture):
    """The edge of a photo cuts off the face."""


class BadMarks(BadPicture):
    """Eyes and mouth are not marked where they can be."""


class LargePicture(BadPicture):
    """A picture is larger than can be read."""


class BadRecording(Refused):
    """A recording or a film cannot be read or used."""


class LongRecording(BadRecording):
    """A recording is longer than is heard at once."""


class NoSpeech(BadRecording):
    """Nobody is heard to speak in a recording."""


class LittleSpeech(BadRecording):
    """Only `seconds` of speech were heard, and at least `least` are needed."""


class BadDate(Refused):
    """A date cannot be read."""


class DateAhead(BadDate):
    """A date lies ahead."""


class DatesReversed(BadDate):
    """A death is dated before the birth."""


class Taken(Refused):
    """Somebody else has that already."""


class NameTaken(Taken):
    """Somebody else has that name."""


class SignInTaken(Taken):
    """That sign-in belongs to another account."""


class KeeperThere(Taken):
    """This home has its keeper already."""


class UnknownMemorial(Refused):
    """No memorial has that name or id, or several have."""


class UnknownJob(Refused):
    """No job has that id, or several have."""


class UnknownNote(Refused):
    """There is no such memory, correction, line or file, or several."""


class UnknownSentence(UnknownNote):
    """No sentence that is kept says this, or several do."""


class TooLarge(Refused):
    """This is more than is taken at once."""


class OutOfStep(Refused):
    """What was given does not go on from where things stand."""


class IsSample(Refused):
    """A sample stays as it is."""


class NothingOfUse(Refused):
    """None of the files can be used."""


class OtherAuthor(Refused):
    """Somebody else can be named as the writer of letters alone."""


class OnePhoto(Refused):
    """This takes one photo."""


class NotTogether(Refused):
    """Two choices exclude each other."""


class MustNotSay(Refused):
    """A memorial must not say these `words`."""


class TakenBack(Refused):
    """The family has taken back something since it was said."""


class NothingLeft(TakenBack):
    """The family has taken back all of theirs that is said in a film."""


class IsFarewell(Refused):
    """A farewell is filmed anew from its text alone."""


class OldFilm(Refused):
    """A film is from before it was kept with each whose words are said in it."""


class OnlyNotice(Refused):
    """Nobody spoke in this answer: it is the program's own."""


class NotTheirPiece(Refused):
    """A piece of a recording is somebody else's."""


class TooManyWords(Refused):
    """Nobody says so much in so short a piece of a recording."""


class SignInFailed(Refused):
    """The other service did not sign anybody in."""


class LastWayIn(Refused):
    """An account without a password could not be signed in to any more."""


class KeeperStays(Refused):
    """The keeper's account stays as long as the home."""


class ManyTokens(Refused):
    """An account has as many tokens as it may; `most` is how many."""


class NoConsent(Refused):
    """Nobody has consented that words of theirs go to another machine, or it is not safe."""


class NotReady(Refused):
    """The memorial lacks what this needs."""


class NoWords(NotReady):
    """The memorial holds no words of theirs yet."""


class NoPortrait(NotReady):
    """The memorial has no portrait yet."""


class NoRecording(NotReady):
    """The memorial has no recording yet."""


class NotTuned(NotReady):
    """Nothing was tuned for the memorial yet."""


class FewWords(NotReady):
    """The memorial holds too few words of theirs to learn from."""


class OneFaceOnly(NotReady):
    """The chosen engine moves one face, and the portrait has several."""


class NoVoice(NotReady):
    """The memorial has no voice yet."""


class NoVoiceWaits(NoVoice):
    """No new voice waits to be heard."""


class NotListened(NoVoice):
    """Nobody has listened to the recordings yet."""


class Unheard(NoVoice):
    """Nobody has heard the new voice yet."""


class NothingShared(NotReady):
    """What the memorial holds is not for whoever asks."""


class Withdrawn(NotReady):
    """The family has withdrawn what this needs."""


class NotForSome(NotReady):
    """More than this file is not for some people; `names` are theirs."""


class HeldBack(NotReady):
    """Something has been held back since the model learnt."""


class Outdated(NotReady):
    """What was made of the sources is of another version of this program."""


class Missing(LanternError):
    """Something is missing on this machine."""

    exit_code = 3


class NoRoom(Missing):
    """The disk is full."""


class NotWritable(Missing):
    """A folder cannot be written."""


class NoLibrary(Missing):
    """A program or library is not installed."""


class Busy(Missing):
    """Something else has what this needs, for the moment."""


class Unreachable(Missing):
    """Another service does not answer, or not as it should."""


class BadHome(Missing):
    """The home folder is damaged, lacks its key, or is newer than this program."""


class Cancelled(LanternError):
    """Somebody asked to stop."""

    exit_code = 130


OUR_PACKAGES = ("data", "face", "orchestrator", "persona", "services", "voice")


def in_our_words(error: Exception) -> LanternError:
    """The same failure in our words, whatever raised it: nobody who grieves is shown a traceback."""
    if isinstance(error, LanternError):
        return error
    if isinstance(error, ImportError) and (error.name or "").split(".")[0] not in OUR_PACKAGES:
        return NoLibrary(f"a library is missing here ({error}): `lantern doctor` says how to get it")
    if isinstance(error, MemoryError):
        return Missing("this machine has too little memory for that: close other programs, or give smaller files")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NoRoom("the disk is full: make room there")
    return LanternError(f"a fault of ours ({type(error).__name__} at {where(error)}); LANTERN_DEBUG=1 shows all of it")


def as_json(error: LanternError) -> dict[str, Any]:
    """An error as JSON, for another process."""
    return {"error": type(error).__name__, "says": str(error), "facts": dict(error.facts)}


def from_json(given: Mapping[str, Any]) -> LanternError:
    """The error that another process had."""
    found = globals().get(given["error"])
    kind = found if isinstance(found, type) and issubclass(found, LanternError) else LanternError
    return kind(given["says"], **given.get("facts", {}))


def where(error: BaseException) -> str:
    """The file and line that raised it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
