"""Tells what a file is by what it holds, whatever its name says: letters, a recording, a video, a photo, or a scan.

Pictures and sounds are told by their first bytes, texts by whoever reads them. Whether a picture is a photo of a person
or of a page of writing is asked of those who read scans, and only then is it opened.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from data import media
from data.errors import BadPicture, BadText
from data.importers import importer_for
from data.importers.imported import File
from data.importers.scans import Scans, looks_like_text
from data.importers.text import UNREADABLE, whole

Medium = Literal["recording", "video", "photo"]
Kind = Literal["letters", "recording", "video", "photo", "scan", "unknown"]

HEAD_BYTES = 65_536  # in which the containers of Matroska and Windows name what they hold
LARGEST_INDEX_BYTES = 64_000_000  # of an MP4: some hours of video have one of a few megabytes

_PICTURE = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF.{4}WEBP|II\*\0|MM\0\*|BM.{4}\0{4}|"
    rb".{4}ftyp(?:heic|heix|hevc|heim|heis|mif1|msf1|avif)|\0\0\0\x0cJXL |\0\0\0\x0cjP  ",
    re.DOTALL,
)
_SOUND = re.compile(
    rb"RIFF.{4}WAVE|RF64.{4}WAVE|ID3[\x02-\x04]|fLaC|FORM.{4}AIF[FC]|#!AMR|caff\0|\.snd\0|MAC |wvpk|TTA1|DSD |"
    rb"Creative Voice File|\xff[\xe2-\xe7\xf1-\xfd]|\x0b\x77|.{4}ftypM4[AB] ",  # all but FF FE, which begins a text
    re.DOTALL,
)
_VIDEO = re.compile(rb"RIFF.{4}AVI |FLV\x01|\0\0\x01[\xba\xb3]|G.{187}G.{187}G", re.DOTALL)
_OGG_VIDEO = re.compile(rb"OggS.{23,300}?(?:\x80theora|BBCD\0|OVP80|\x01video)", re.DOTALL)
_MATROSKA = re.compile(rb"V_(?:MPEG|VP[89]|AV1|THEORA|MS/|REAL|UNCOMPRESSED|FFV1|PRORES|QUICKTIME|MJPEG)")
_WINDOWS = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_WINDOWS_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
_BOX = re.compile(rb".{4}(?:ftyp|moov|mdat|wide|free|skip|pnot)", re.DOTALL)  # an MP4 or QuickTime file begins with one
_SHOWS = re.compile(rb"hdlr.{8}vide", re.DOTALL)


def kind_of(file: File) -> Kind:
    """What it is; never raises. A damaged file is of the kind that it seems to be: who reads it says what is wrong."""
    try:
        if medium := medium_of(file):
            return "scan" if medium == "photo" and _shows_writing(file) else medium
        importer = importer_for(file)
    except (BadText, *UNREADABLE):
        return "unknown"
    return "scan" if isinstance(importer, Scans) else "letters"


def medium_of(file: File) -> Medium | None:
    """What a picture or a sound is by its first bytes, whatever the picture shows; None for anything else."""
    try:
        head = file.head(HEAD_BYTES)
        return "photo" if _PICTURE.match(head) else _sound_or_video(file, head)
    except (BadText, *UNREADABLE):
        return None


def _shows_writing(file: File) -> bool:
    """Whether a picture is one of a page; one that cannot be opened is a photo, and whoever reads it says why."""
    try:
        content = whole(file, media.LARGEST_PICTURE_BYTES)
        return looks_like_text(media.read_picture(Path(file.name), content))
    except (BadPicture, BadText):
        return False


def _sound_or_video(file: File, head: bytes) -> Literal["recording", "video"] | None:
    if _SOUND.match(head):
        return "recording"
    if _VIDEO.match(head):
        return "video"
    if head.startswith(b"OggS"):
        return "video" if _OGG_VIDEO.match(head) else "recording"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video" if _MATROSKA.search(head) else "recording"
    if head.startswith(_WINDOWS):
        return "video" if _WINDOWS_VIDEO in head else "recording"
    if _BOX.match(head):
        with file.opened() as stream:
            return "video" if any(map(_SHOWS.search, _indexes(stream))) else "recording"
    return None


def _indexes(stream: BinaryIO) -> Iterator[bytes]:
    """The boxes of an MP4 that say what it holds; cameras write them last."""
    while len(header := stream.read(8)) == 8:
        size, name = struct.unpack(">I4s", header)
        held = size - 8
        if size == 1:
            held = int.from_bytes(stream.read(8), "big") - 16
        if name == b"moov":
            yield stream.read(min(max(held, 0), LARGEST_INDEX_BYTES))
            return
        if held < 0 or size == 0:  # damaged, or up to the end
            return
        stream.seek(held, 1)
