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
│   ├── UnknownMemorial    no memorial of that name or id, or several
│   └── NotReady           the memorial lacks what this needs
├── Missing             3  something is missing on this machine
│   ├── NoRoom             a full disk
│   ├── NotWritable        a folder that cannot be written
│   ├── NoLibrary          a program or library that is not installed
│   └── BadHome            the home folder is damaged, lacks its key, or is newer than this program
└── Cancelled         130  somebody asked to stop
"""

from __future__ import annotations


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


class UnknownMemorial(Refused):
    pass


class NotReady(Refused):
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


class BadHome(Missing):
    pass


class Cancelled(LanternError):
    """Somebody asked to stop."""

    exit_code = 130
