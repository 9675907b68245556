"""The only way in and out for pictures, sound and clips. What goes out takes a `Label` and cannot go without one.

PyAV and Pillow are known to the three files below alone, and imported when first used.
"""

from data.clips import Clip, ClipInfo, read_clip, write_clip
from data.label import Label
from data.pictures import LARGEST_BYTES as LARGEST_PICTURE_BYTES
from data.pictures import read_picture, write_picture
from data.sound import LARGEST_BYTES as LARGEST_SOUND_BYTES
from data.sound import read_sound, write_sound

__all__ = [
    "LARGEST_PICTURE_BYTES",
    "LARGEST_SOUND_BYTES",
    "Clip",
    "ClipInfo",
    "Label",
    "read_clip",
    "read_picture",
    "read_sound",
    "write_clip",
    "write_picture",
    "write_sound",
]
