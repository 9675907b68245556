"""The only way in and out for pictures, sound and clips. What goes out takes a `Label` and cannot go without one.

PyAV and Pillow are known to the four files below alone, and imported when first used.
"""

from data.clips import Clip, ClipInfo, content_id, read_clip, write_clip
from data.excerpts import Excerpt, read_excerpts, sound_length_s
from data.label import Label
from data.pictures import LARGEST_BYTES as LARGEST_PICTURE_BYTES
from data.pictures import own_picture_bytes, read_picture, write_picture
from data.sound import LARGEST_BYTES as LARGEST_SOUND_BYTES
from data.sound import own_sound_bytes, read_sound, sound_bytes, sound_pieces, write_sound

__all__ = [
    "LARGEST_PICTURE_BYTES",
    "LARGEST_SOUND_BYTES",
    "Clip",
    "ClipInfo",
    "Excerpt",
    "Label",
    "content_id",
    "own_picture_bytes",
    "own_sound_bytes",
    "read_clip",
    "read_excerpts",
    "read_picture",
    "read_sound",
    "sound_bytes",
    "sound_length_s",
    "sound_pieces",
    "write_clip",
    "write_picture",
    "write_sound",
]
