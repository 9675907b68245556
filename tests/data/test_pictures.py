from __future__ import annotations

import inspect
import io
import json
import struct
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from data.errors import BadPicture, NoRoom
from data.label import AIGC_NAMESPACE, SOURCE_TYPE, Label
from data.media import read_picture, write_clip, write_picture, write_sound
from data.types import Picture

LABEL = Label("en", {"engine": "portrait"})


def four_corners() -> Picture:
    """Red, green, blue and white quarters, taller than wide, so that every turn can be told."""
    picture = np.zeros((120, 80, 3), np.uint8)
    picture[:60, :40], picture[:60, 40:] = (220, 20, 20), (20, 200, 20)
    picture[60:, :40], picture[60:, 40:] = (20, 20, 220), (250, 250, 250)
    return picture


def corners(picture: Picture) -> Picture:
    high, wide = picture.shape[:2]
    return np.stack([picture[y, x] for y in (high // 4, 3 * high // 4) for x in (wide // 4, 3 * wide // 4)])


def nearly(one: Picture, other: Picture, within: int = 8) -> bool:
    return one.shape == other.shape and int(np.abs(one.astype(int) - other.astype(int)).max()) <= within


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tiff", "bmp", "gif"])
def test_photos_of_every_kind_are_read(tmp_path: Path, ending: str) -> None:
    Image.fromarray(four_corners()).save(tmp_path / f"a.{ending}")
    picture = read_picture(tmp_path / f"a.{ending}")
    assert picture.dtype == np.uint8
    assert picture.shape == (120, 80, 3)
    assert nearly(corners(picture), corners(four_corners()))


HEIC = Path(__file__).parent  # quarters of red, green, blue and white, as telephones write them


@pytest.mark.parametrize(("file", "order"), [("quarters.heic", (0, 1, 2, 3)), ("turned.heic", (2, 0, 3, 1))])
def test_the_photos_of_newer_telephones_are_read_and_stand_upright(file: str, order: tuple[int, ...]) -> None:
    colours = np.array([(220, 30, 30), (30, 200, 40), (40, 60, 220), (240, 240, 240)], np.uint8)
    assert nearly(corners(read_picture(HEIC / file)), colours[list(order)])


@given(st.data())
def test_no_damage_to_a_heic_escapes_as_another_error(data: st.DataObject) -> None:
    content = bytearray((HEIC / "quarters.heic").read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(BadPicture):
        assert read_picture(Path("a.heic"), bytes(content[: data.draw(st.integers(0, len(content)))])).ndim == 3


def test_a_wrong_ending_does_not_matter(tmp_path: Path) -> None:
    Image.fromarray(four_corners()).save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a.jpg")
    assert np.array_equal(read_picture(tmp_path / "a.jpg"), four_corners())


@pytest.mark.parametrize(
    ("mode", "within"), [("P", 8), ("RGBA", 8), ("CMYK", 8), ("YCbCr", 8), ("LAB", 40), ("RGBX", 8)]
)
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str, within: int) -> None:
    if mode == "LAB":
        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        image = ImageCms.profileToProfile(Image.fromarray(four_corners()), *profiles, outputMode="LAB")
        assert image is not None
    elif mode == "P":
        image = Image.fromarray(four_corners()).quantize(8)
    else:
        image = Image.fromarray(four_corners()).convert(mode)
    image.save(tmp_path / ("a.png" if mode in {"P", "RGBA"} else "a.tiff"))
    picture = read_picture(next(tmp_path.iterdir()))
    assert nearly(corners(picture), corners(four_corners()), within)


def test_grey_of_8_and_16_bits_looks_the_same(tmp_path: Path) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (10, 1))
    Image.fromarray(ramp).save(tmp_path / "8.png")
    Image.fromarray(ramp.astype(np.uint16) * 257).save(tmp_path / "16.png")
    Image.fromarray(ramp.astype(np.uint16) * 257).save(tmp_path / "16.tiff")
    Image.fromarray(ramp.astype(np.float32) / 255).save(tmp_path / "float.tiff")
    for path in tmp_path.iterdir():
        assert np.array_equal(read_picture(path), np.repeat(ramp[..., None], 3, 2)), path.name


def test_black_and_white_is_read(tmp_path: Path) -> None:
    Image.fromarray(four_corners()).convert("1", dither=Image.Dither.NONE).save(tmp_path / "a.png")
    assert set(np.unique(read_picture(tmp_path / "a.png"))) == {0, 255}


def test_transparent_parts_lie_on_white(tmp_path: Path) -> None:
    image = np.zeros((10, 10, 4), np.uint8)
    image[:5] = (10, 20, 30, 255)
    Image.fromarray(image).save(tmp_path / "a.png")
    palette = Image.fromarray(image[..., :3]).quantize(4)
    palette.save(tmp_path / "b.png", transparency=palette.getpixel((0, 9)))
    for name in ("a.png", "b.png"):
        picture = read_picture(tmp_path / name)
        assert nearly(picture[0, 0], np.array((10, 20, 30), np.uint8))
        assert tuple(picture[9, 9]) == (255, 255, 255)


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_camera_turned_on_its_side_is_turned_back(tmp_path: Path, turn: int) -> None:
    upright = four_corners()
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright),
        7: upright.transpose(1, 0, 2)[::-1, ::-1],
        8: np.rot90(upright, -1),
    }[turn]
    exif = Image.Exif()
    exif[0x0112] = turn
    Image.fromarray(np.ascontiguousarray(stored)).save(tmp_path / "a.jpg", exif=exif, quality=95)
    picture = read_picture(tmp_path / "a.jpg")
    assert nearly(corners(picture), corners(upright), 12)


def test_a_wide_colour_space_is_followed_and_a_broken_profile_ignored(tmp_path: Path) -> None:
    grey_green = np.full((8, 8, 3), (100, 180, 90), np.uint8)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    Image.fromarray(grey_green).save(tmp_path / "a.png", icc_profile=b"no profile")
    Image.fromarray(grey_green).save(tmp_path / "b.png", icc_profile=profile.tobytes())
    assert np.array_equal(read_picture(tmp_path / "a.png"), grey_green)
    assert np.array_equal(read_picture(tmp_path / "b.png"), grey_green)
    swapped = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = swapped.index(b"rXYZ"), swapped.index(b"gXYZ")
    swapped[red : red + 4], swapped[green : green + 4] = b"gXYZ", b"rXYZ"
    Image.fromarray(grey_green).save(tmp_path / "c.png", icc_profile=bytes(swapped))
    turned = read_picture(tmp_path / "c.png")[0, 0]
    assert turned[0] > turned[1]


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tiff", "bmp", "gif"])
def test_a_photo_cut_short_or_damaged_is_refused_or_read_whole(tmp_path: Path, ending: str) -> None:
    random = np.random.default_rng(0)
    Image.fromarray(random.integers(0, 255, (120, 80, 3), np.uint8)).save(tmp_path / f"a.{ending}")
    whole = (tmp_path / f"a.{ending}").read_bytes()
    for length in (1, 10, 30, len(whole) // 2, len(whole) * 9 // 10):
        (tmp_path / f"a.{ending}").write_bytes(whole[:length])
        with pytest.raises(BadPicture, match=f"a.{ending}"):
            read_picture(tmp_path / f"a.{ending}")


@given(st.data())
@settings(deadline=None)
def test_no_damage_escapes_as_another_error(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged"
    out = io.BytesIO()
    Image.fromarray(four_corners()).save(out, data.draw(st.sampled_from(["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"])))
    content = bytearray(out.getvalue())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, min(len(content) - 1, 400)))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with suppress(BadPicture):
        assert read_picture(path).shape[2] == 3


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7", b"\x00" * 100, b"<svg/>", b"GIF89a", b"\xff\xd8\xff"])
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(BadPicture, match=r"a\.jpg"):
        read_picture(tmp_path / "a.jpg")


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
def test_a_picture_that_cannot_be_read_is_not_called_a_video(tmp_path: Path, brand: bytes) -> None:
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftyp" + brand + bytes(80))
    for content in (None, (tmp_path / "a.heic").read_bytes()):
        with pytest.raises(BadPicture) as refused:
            read_picture(tmp_path / "a.heic", content)
        assert "a video" not in str(refused.value)


@pytest.mark.parametrize("head", [b"\0\0\0\x18ftypisom", b"\0\0\0\x18ftypqt  ", b"\x1aE\xdf\xa3", b"RIFF\0\0\0\0AVI "])
def test_a_video_is_called_one(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(head + bytes(80))
    with pytest.raises(BadPicture, match=r"a\.jpg is a video"):
        read_picture(tmp_path / "a.jpg")


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.jpg", tmp_path):
        with pytest.raises(BadPicture, match=path.name):
            read_picture(path)


def png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    shape = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", shape) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(10_001, 10_000), (30_000, 30_000), (100_000, 100_000)])
def test_huge_pictures_are_refused_by_their_header(tmp_path: Path, width: int, height: int) -> None:
    (tmp_path / "a.png").write_bytes(png_header(width, height))
    with pytest.raises(BadPicture, match="megapixels"):
        read_picture(tmp_path / "a.png")


def test_a_written_png_carries_the_label(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png", np.full((256, 256, 3), 128, np.uint8), LABEL)
    with Image.open(tmp_path / "a.png") as image:
        image.load()
        fields = dict(image.info)
    assert json.loads(fields["AIGC"])["Label"] == "1"
    assert fields["Comment"] == "AI-generated likeness"
    assert json.loads(fields["Details"]) == {"engine": "portrait"}
    assert AIGC_NAMESPACE in fields["XML:com.adobe.xmp"]
    assert SOURCE_TYPE in fields["XML:com.adobe.xmp"]


def test_a_written_jpeg_carries_the_label(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.jpg", np.full((256, 256, 3), 128, np.uint8), LABEL)
    with Image.open(tmp_path / "a.jpg") as image:
        comment, exif, packet = image.info["comment"], image.getexif(), image.info["xmp"]
    assert b"AI-generated likeness" in comment
    assert b'"Label":"1"' in comment
    assert exif[0x0131] == "Lantern"
    assert '"Label":"1"' in exif.get_ifd(0x8769)[0x9286][8:].decode("utf-16-le")
    assert AIGC_NAMESPACE.encode() in packet


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_the_label_can_be_seen_and_the_rest_is_the_picture(tmp_path: Path, ending: str) -> None:
    plain = np.full((512, 512, 3), 200, np.uint8)
    kept = plain.copy()
    write_picture(tmp_path / f"a.{ending}", plain, LABEL)
    changed = np.abs(read_picture(tmp_path / f"a.{ending}").astype(int) - 200).max(axis=2) > 24
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert rows.min() > 450
    assert columns.min() > 250
    assert 0.01 < changed.mean() < 0.05
    assert np.array_equal(plain, kept)  # what was handed over is not drawn on


def test_a_picture_that_finds_no_room_leaves_nothing(
    tmp_path: Path, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (128, 128, 3), np.uint8)
    with full_disk(1000), pytest.raises(NoRoom):
        write_picture(tmp_path / "a.png", noise, LABEL)
    assert list(tmp_path.iterdir()) == []


def test_a_picture_of_an_unknown_kind_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="png"):
        write_picture(tmp_path / "a.gif", four_corners(), LABEL)


@pytest.mark.parametrize("write", [write_picture, write_sound, write_clip])
def test_nothing_can_be_written_without_a_label(write: Callable[..., object]) -> None:
    label = inspect.signature(write).parameters["label"]
    assert label.default is inspect.Parameter.empty
    assert label.annotation == "Label"


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tiff"])
def test_a_photo_in_memory_is_read_as_its_file_is(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    Image.fromarray(four_corners()).save(path)
    from_file, content = read_picture(path), path.read_bytes()
    path.unlink()
    assert np.array_equal(read_picture(path, content), from_file)
    for broken in (b"", b"hello", content[: len(content) // 2], png_header(30_000, 30_000)):
        with pytest.raises(BadPicture, match=path.name):
            read_picture(path, broken)
