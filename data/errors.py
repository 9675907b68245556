"""Everything that can go wrong, as one tree. A message is one line: what is wrong, and what to do about it.

LanternError            1  a fault of ours
├── Refused             2  what was given cannot be used
│   ├── BadText            empty, too long, or not text
│   ├── BadPicture         not a picture that can be read, or too large
│   │   ├── NoFace
│   │   ├── SeveralFaces
│   │   └── FaceTurned
│   ├── BadRecording       not a sound that can be read, too short, or silent
│   ├── BadDate
│   ├── Taken              somebody else has that name
│   ├── UnknownMemorial    no memorial of that name or id, or several
│   ├── UnknownJob         no job of that id, or several
│   ├── UnknownNote        no memory, correction or doubtful line of that id, or several
│   ├── TooLarge           more than is taken at once
│   ├── OutOfStep          what was given does not go on from where things stand
│   └── NotReady           the memorial lacks what this needs
│       ├── Unheard        a voice that nobody has listened to yet
│       ├── NothingShared  what it holds is not for whoever asks
│       └── Outdated       what was made of its sources is of another version of this program
├── Missing             3  something is missing on this machine
│   ├── NoRoom             a full disk
│   ├── NotWritable        a folder that cannot be written
│   ├── NoLibrary          a program or library that is not installed
│   ├── Busy               another process has what this needs, for the moment
│   └── BadHome            the home folder is damaged, lacks its key, or is newer than this program
└── Cancelled         130  somebody asked to stop
"""

from __future__ import annotations

import errno
from pathlib import Path


class LanternError(Exception):
    """A fault of ours, or the base of a failure that has a better name below."""

    exit_code = 1


class Refused(LanternError):
    """What was given cannot be used; the message says how to mend it."""

    exit_code = 2


class BadText(Refused):
    pass


class BadPicture(Refused):
    pass


class NoFace(BadPicture):
    pass


class SeveralFaces(BadPicture):
    pass


class FaceTurned(BadPicture):
    pass


class BadRecording(Refused):
    pass


class BadDate(Refused):
    pass


class Taken(Refused):
    pass


class UnknownMemorial(Refused):
    pass


class UnknownJob(Refused):
    pass


class UnknownNote(Refused):
    pass


class TooLarge(Refused):
    pass


class OutOfStep(Refused):
    pass


class NotReady(Refused):
    pass


class Unheard(NotReady):
    pass


class NothingShared(NotReady):
    pass


class Outdated(NotReady):
    pass


class Missing(LanternError):
    """Something is missing on this machine; the message says what and how to get it."""

    exit_code = 3


class NoRoom(Missing):
    pass


class NotWritable(Missing):
    pass


class NoLibrary(Missing):
    pass


class Busy(Missing):
    pass


class BadHome(Missing):
    pass


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


def named(name: str, message: str) -> LanternError:
    """The error of that class, as another process had it."""
    found = globals().get(name)
    return found(message) if isinstance(found, type) and issubclass(found, LanternError) else LanternError(message)


def where(error: BaseException) -> str:
    """The file and line that raised it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
