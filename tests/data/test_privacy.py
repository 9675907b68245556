"""What lies in the home folder tells nobody without its key who is remembered there, or what they wrote."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from data.archive import Archive
from data.types import Letter, Person
from tests.data.conftest import everything, keep_letter, keep_portrait, keep_recording

NAME = "Wilhelmina Ostrander-邱"
AUTHOR = "Nephew Thaddeus"
FILE = "letter-to-Bartholomew-1944.txt"
TEXT = "The pomegranate tree behind the chapel bore nothing that year. 那年石榴树没有结果。"
BORN, DIED, WRITTEN = "1907-11-23", "1998-06-17", "1944-05-06"


def test_no_file_of_the_home_holds_a_name_a_text_a_date_or_a_face_in_the_clear(root: Path) -> None:
    random = np.random.default_rng(1)
    jpeg = io.BytesIO()
    Image.fromarray(random.integers(0, 255, (64, 64, 3), np.uint8)).save(jpeg, "JPEG")
    photo, recording = jpeg.getvalue(), b"RIFF" + random.bytes(5000)
    with Archive.open(root) as archive:
        memorial = archive.create(Person(NAME, BORN, DIED, "zh"))
        keep_letter(archive, memorial, Letter(FILE, TEXT, WRITTEN), TEXT.encode(), AUTHOR)
        keep_portrait(archive, memorial, "Wilhelmina.jpg", photo, b"rig of Wilhelmina")
        keep_recording(archive, memorial, "Wilhelmina.wav", recording, b"profile of Wilhelmina")
        leaving = archive.create(Person(NAME, BORN, DIED, "en"))
        keep_letter(archive, leaving, Letter(FILE, TEXT, WRITTEN), TEXT.encode(), AUTHOR)
        archive.remove(leaving.id)
        check(root, photo, recording)  # with the database's log
    check(root, photo, recording)


def check(root: Path, photo: bytes, recording: bytes) -> None:
    words = [
        NAME,
        "Wilhelmina",
        "Ostrander",
        "邱",
        AUTHOR,
        FILE,
        "Bartholomew",
        "pomegranate",
        "石榴",
        BORN,
        DIED,
        WRITTEN,
    ]
    secrets = [word.encode(encoding) for word in words for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")]
    secrets += [word.encode("gb18030") for word in words if len(word.encode("gb18030")) > 3]
    secrets += [word.encode("unicode-escape") for word in words]
    secrets += [photo[place : place + 24] for place in range(0, len(photo) - 24, 97)]
    secrets += [recording[place : place + 24] for place in range(4, len(recording) - 24, 97)]
    found = everything(root)
    assert len(found) > 8
    for path in found:
        content = path.read_bytes()
        name = str(path.relative_to(root)).encode()
        for secret in secrets:
            assert len(secret) < 3 or secret not in content, path
            assert secret not in name
