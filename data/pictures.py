"""Reads photos as families have them, and writes labelled ones. Knows Pillow and its HEIC plug-in; knows no faces.

Whatever the file holds (palette, grey, 16 bits, transparency, CMYK, a wide colour space, a camera turned on its side)
comes out as upright sRGB, and every way in which it can be broken as `BadPicture`.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data import files
from data.errors import BadPicture, LargePicture
from data.label import Label, xmp
from data.types import Picture

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.PngImagePlugin import PngInfo

LARGEST_BYTES = 200_000_000
LARGEST_PIXELS = 100_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "HEIF")
# What Pillow and libheif say by turns.
BROKEN = (OSError, ValueError, SyntaxError, EOFError, OverflowError, TypeError, LookupError, RuntimeError)
PICTURE_BRANDS = frozenset((b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"))
PAPER = (255, 255, 255)  # lies under transparent parts
SIXTEEN_BITS = 65_535
JPEG_QUALITY = 95

EXIF_DESCRIPTION, EXIF_SOFTWARE, EXIF_IFD, EXIF_COMMENT = 0x010E, 0x0131, 0x8769, 0x9286
UNICODE_COMMENT = b"UNICODE\x00"  # says how an EXIF comment is written; UTF-16 follows


def read_picture(path: Path, content: bytes | None = None) -> Picture:
    """The photo as (H, W, 3) RGB, upright. Where `content` is given, the path only names it. Raises `BadPicture`."""
    from pi_heif import register_heif_opener
    from PIL import Image, ImageOps, UnidentifiedImageError

    register_heif_opener()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Pillow's own, lower limit, and of odd metadata
            with Image.open(path if content is None else io.BytesIO(content), formats=FORMATS) as image:
                _check_size(path, image)
                image.load()
                return np.array(_rgb(ImageOps.exif_transpose(image)))
    except FileNotFoundError as err:
        raise BadPicture(f"{path.name}: there is no such file: check its name", file=path.name) from err
    except IsADirectoryError as err:
        raise BadPicture(f"{path.name} is a folder: give one photo out of it", file=path.name) from err
    except UnidentifiedImageError as err:
        if _is_video(path, content):
            raise BadPicture(
                f"{path.name} is a video: `lantern portrait read MEMORIAL {path.name}` takes its best frame"
            ) from err
        raise BadPicture(
            f"{path.name} is not a picture that can be read: save it as JPEG or PNG", file=path.name
        ) from err
    except Image.DecompressionBombError as err:
        raise LargePicture(_too_large(path), file=path.name) from err
    except MemoryError as err:
        raise LargePicture(f"{path.name} does not fit into memory: make it smaller", file=path.name) from err
    except BROKEN as err:
        raise BadPicture(f"{path.name} is damaged or cut short: save it anew as JPEG or PNG", file=path.name) from err


def own_picture_bytes(picture: Picture) -> bytes:
    """A PNG without a label, for a picture of the family's own in which nothing is ours. (H, W, 3) RGB."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return out.getvalue()


def write_picture(path: Path, picture: Picture, label: Label) -> None:
    """A PNG or JPEG, after the name's ending, with the label on it and in it. (H, W, 3) RGB."""
    from PIL import Image

    kind = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}.get(path.suffix.lower())
    if kind is None:
        raise ValueError(f"{path.name}: pictures are written as .png or .jpg")
    marked = picture.copy()
    label.drawn(marked.shape[1], marked.shape[0]).lay_over(marked[None])
    fields = label.fields()
    out = io.BytesIO()
    if kind == "PNG":
        Image.fromarray(marked).save(out, "PNG", pnginfo=_png_fields(fields))
    else:
        image = Image.fromarray(marked)
        extra: dict[str, Any] = {"comment": f"{fields['comment']} AIGC={fields['AIGC']}".encode(), "xmp": xmp(fields)}
        image.save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0, exif=_exif(fields), **extra)
    files.write(path, out.getvalue())


def _is_video(path: Path, content: bytes | None) -> bool:
    """By its first bytes: MP4 and QuickTime, Matroska, AVI. HEIC and AVIF begin as MP4 does, with another brand."""
    if content is None:
        with path.open("rb") as file:
            content = file.read(12)
    kind, brand = content[4:8], content[8:12]
    if kind == b"ftyp":
        return brand not in PICTURE_BRANDS
    return kind == b"moov" or content[:4] == b"\x1aE\xdf\xa3" or brand == b"AVI "


def _check_size(path: Path, image: Image) -> None:
    if image.width * image.height > LARGEST_PIXELS:
        raise LargePicture(_too_large(path), file=path.name)
    if not image.width * image.height:
        raise BadPicture(f"{path.name} is empty: choose another file", file=path.name)


def _too_large(path: Path) -> str:
    return f"{path.name} has more than {LARGEST_PIXELS // 1_000_000} megapixels: make it smaller"


def _rgb(image: Image) -> Image:
    """To 8-bit sRGB."""
    from PIL import Image

    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep_grey(image)
    if image.mode == "P" or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"}:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, (*PAPER, 255))
        profile = image.info.get("icc_profile")
        image = Image.alpha_composite(paper, image).convert("RGB")
        image.info["icc_profile"] = profile
    return _to_srgb(image).convert("RGB")


def _to_srgb(image: Image) -> Image:
    """Follow the colour profile inside: without it, photos of newer telephones look dull. A broken one is ignored."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "CMYK", "L"}:
        return image
    from PIL import ImageCms

    try:
        theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, theirs, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return converted or image


def _from_deep_grey(image: Image) -> Image:
    """Grey with more than 8 bits: 16 bits fill the range; floats are 0 … 1, or 0 … 255 where they exceed it."""
    from PIL import Image

    values = np.asarray(image).astype(np.float64)
    if image.mode == "F":
        values = np.nan_to_num(values)
        scale = 255.0 if values.max() <= 1.0 else 1.0
    else:
        scale = 255.0 / SIXTEEN_BITS if values.max() > 255 else 1.0
    grey = np.clip(np.round(values * scale), 0, 255).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")


def _png_fields(fields: dict[str, str]) -> PngInfo:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("AIGC", fields["AIGC"])
    info.add_itxt("Comment", fields["comment"])
    info.add_itxt("Description", fields["description"])
    info.add_itxt("Details", fields["details"])
    info.add_text("Software", fields["software"])
    info.add_itxt("XML:com.adobe.xmp", xmp(fields).decode())
    return info


def _exif(fields: dict[str, str]) -> bytes:
    from PIL.Image import Exif

    exif = Exif()
    exif[EXIF_DESCRIPTION] = fields["description"].encode()
    exif[EXIF_SOFTWARE] = fields["software"]
    comment = f"{fields['AIGC']} {fields['details']}".encode("utf-16-le")
    exif.get_ifd(EXIF_IFD)[EXIF_COMMENT] = UNICODE_COMMENT + comment
    return exif.tobytes()
