"""Looks over this machine and says what works here, what does not, and how to mend it. Changes nothing."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from data.errors import LanternError
from data.label import label_font
from data.settings import Settings

Standing = Literal["ok", "note", "missing"]

LIBRARIES = {  # what each is for; the module that is looked for, the distribution that is named
    "av": ("clips and sound", "av"),
    "cv2": ("moving the portrait", "opencv-python"),
    "mediapipe": ("reading a portrait", "mediapipe"),
    "pyworld": ("converting the voice", "pyworld-prebuilt"),
    "espeakng_loader": ("speaking", "espeakng-loader"),
    "resemblyzer": ("telling voices apart", "resemblyzer"),
    "pocketsphinx": ("their own sounds, in English", "pocketsphinx"),
    "tantivy": ("remembering", "tantivy"),
    "rjieba": ("Chinese words", "rjieba"),
    "cryptography": ("the vault", "cryptography"),
    "sqlalchemy": ("the store", "SQLAlchemy"),
}
NEURAL_LIBRARIES = ("torch", "transformers", "peft", "accelerate", "diffusers", "coqui-tts")
FREE_MB = 500  # for a home with a few memorials and clips
MEMORY_MB = 2_000  # the demo's peak, with room


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `missing` means that Lantern cannot work so; `note` that something is less good."""

    name: str
    standing: Standing
    text: str


def examine(settings: Settings) -> list[Finding]:
    """Everything that was looked at, in the order of importance."""
    return [
        _system(),
        *(_library(module, *told) for module, told in LIBRARIES.items()),
        _loads("OpenCV", "cv2", "sudo apt-get install libgl1 libglib2.0-0"),
        _chinese_font(),
        _home(settings.home),
        _memory(),
        _port(),
        _certificate(settings.home),
        _speech(settings),
        *_neural(),
    ]


def has_gpu() -> bool:
    """Whether there is a GPU that torch could use, told without loading torch."""
    return shutil.which("nvidia-smi") is not None


def _system() -> Finding:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    text = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {cores} cores"
    return Finding("system", "ok", text)


def _library(module: str, purpose: str, distribution: str) -> Finding:
    if importlib.util.find_spec(module) is None:
        return Finding(distribution, "missing", f"needed for {purpose}: run `make install` again")
    version = importlib.metadata.version(distribution) if _installed(distribution) else "another build"
    return Finding(distribution, "ok", f"{version}, for {purpose}")


def _loads(name: str, module: str, mend: str) -> Finding:
    try:
        importlib.import_module(module)
    except ImportError as err:
        return Finding(f"{name} starts", "missing", f"{err}: {mend}")
    return Finding(f"{name} starts", "ok", "its system libraries are there")


def _chinese_font() -> Finding:
    font = label_font("zh")
    if font is None:
        text = "none found, so Chinese clips are labelled in English: sudo apt-get install fonts-noto-cjk"
        return Finding("Chinese font", "note", text)
    return Finding("Chinese font", "ok", str(font))


def _home(home: Path) -> Finding:
    from data.home import KEY, Home

    try:
        there = next(folder for folder in [home.absolute(), *home.absolute().parents] if folder.exists())
        free_mb = shutil.disk_usage(there).free // 2**20
        if home.exists() and any(home.iterdir()):
            Home.peek(home)
            text = f"{home}: in order, {free_mb:,} MiB free; keep a copy of {home / KEY}"
        elif not os.access(there, os.W_OK):
            return Finding("home", "missing", f"{there} cannot be written: set LANTERN_HOME to a folder of yours")
        else:
            text = f"{home}: made at the first use, {free_mb:,} MiB free"
    except (LanternError, OSError) as err:
        return Finding("home", "missing", str(err))
    if free_mb < FREE_MB:
        return Finding("home", "missing", f"{text}: make room, {FREE_MB} MiB are needed")
    return Finding("home", "ok", text)


def _memory() -> Finding:
    total_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    if total_mb < MEMORY_MB:
        return Finding("memory", "note", f"{total_mb:,} MiB; {MEMORY_MB:,} MiB are advised: close other programs")
    return Finding("memory", "ok", f"{total_mb:,} MiB")


def _port() -> Finding:
    from services.serve_cli import PORT

    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", PORT)):
            return Finding("lantern serve", "ok", f"port {PORT} is free")
    return Finding("lantern serve", "note", f"port {PORT} is taken: Lantern is open, or give another one with --port")


def _certificate(home: Path) -> Finding:
    from services import certificate

    found = certificate.standing(home)
    if found is None:
        return Finding("certificate", "ok", "made by the first `lantern serve --lan`; this machine alone needs none")
    ends = found.authority.certificate.not_valid_after_utc
    return Finding("certificate", "ok", f"for phones in the house until {ends:%Y-%m-%d}: {found.authority.fingerprint}")


def _speech(settings: Settings) -> Finding:
    from services import dictation

    try:
        found = dictation.folder(settings)
    except LanternError as err:
        return Finding("speech model", "missing", str(err))
    if found is None:
        text = f"none, so that visitors write, or their browser hears: {dictation.how(settings)}"
        return Finding("speech model", "note", text)
    return Finding("speech model", "ok", str(found))


def _neural() -> Iterator[Finding]:
    """What the neural engines need; their weights are not part of it."""
    there = [name for name in NEURAL_LIBRARIES if _installed(name)]
    lacking = [name for name in NEURAL_LIBRARIES if name not in there]
    if lacking:
        yield Finding("neural libraries", "note", f"not installed: {', '.join(lacking)}; run `make install` again")
    else:
        yield Finding(
            "neural libraries", "ok", ", ".join(f"{name} {importlib.metadata.version(name)}" for name in there)
        )
    lacking_gpu = "none found; the built-in engines need none, XTTS and MuseTalk do"
    yield Finding("GPU", "ok", "found" if has_gpu() else lacking_gpu)
    smoother = "found" if shutil.which("flite") else "not here; it reads English more smoothly: apt-get install flite"
    yield Finding("flite", "ok" if shutil.which("flite") else "note", smoother)


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
