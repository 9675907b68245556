"""The pages that a family opens, and the files that they are made of. Knows nothing of what they ask the API for.

A page is asked for anew each time (304 where it is the same); the files that it names lie under a digest of all of
them, so that a browser keeps them for good and never mixes two versions. Nothing comes from elsewhere: the policy
allows neither a script nor a style that does not stand in a file here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.requests import Request

from services import pages
from services.api.access import Anybody, AnybodyAnyTime, MemorialId
from services.api.entrance import grant_of
from services.api.problems import not_found

router = APIRouter(include_in_schema=False)

PLACE: Final = "/pages/"  # where the files of a page lie; their digest follows
MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
DIGEST_CHARS: Final = 16
FOR_GOOD: Final = "public, max-age=31536000, immutable"
POLICY: Final = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "media-src 'self' blob:",  # an answer is played from pieces that the page was handed
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",  # no page makes markup of what somebody wrote
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Site:
    """All files by their path below the folder, and a digest over them."""

    digest: str
    files: Mapping[str, bytes]

    @classmethod
    def read(cls, folder: Path) -> Site:
        """What lies in a folder; the pages name the other files under the digest."""
        found = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.suffix in MEDIA_TYPES
        }
        told = hashlib.sha256()
        for name, content in found.items():
            told.update(f"{name}\0{len(content)}\0".encode())
            told.update(content)
        digest = told.hexdigest()[:DIGEST_CHARS]
        place, own = PLACE.encode(), f"{PLACE}{digest}/".encode()
        return cls(
            digest,
            {
                name: content.replace(place, own) if name.endswith(".html") else content
                for name, content in found.items()
            },
        )


@lru_cache(maxsize=1)
def site() -> Site:
    """That of this program, read once."""
    return Site.read(Path(pages.__file__).parent)


@router.get("/")
def first_page(request: Request, _: Anybody) -> Response:
    """The memorials to whoever is signed in, else the entrance."""
    return _page(request, "home" if grant_of(request) else "index")


@router.get("/enter")
def entrance_page(request: Request, _: Anybody) -> Response:
    """The entrance, for whoever is signed in too: an invitation may open a memorial more to them."""
    return _page(request, "index")


@router.get("/memorials/{memorial_id}")
def talk_page(request: Request, memorial_id: MemorialId, _: Anybody) -> Response:  # noqa: ARG001
    """The talk page. It holds nothing of the memorial: who may not see that learns nothing from it."""
    return _page(request, "talk")


@router.get("/memorials/{memorial_id}/tend")
def tend_page(request: Request, memorial_id: MemorialId, _: Anybody) -> Response:  # noqa: ARG001
    """The page of those who bring things and look after a memorial."""
    return _page(request, "tend")


@router.get("/account")
def account_page(request: Request, _: Anybody) -> Response:
    """One's sessions, tokens and password."""
    return _page(request, "account")


@router.get("/favicon.ico")
def icon(_: AnybodyAnyTime) -> Response:
    """What browsers ask for by themselves."""
    return _file("lantern.svg", FOR_GOOD)


@router.get(PLACE + "{digest}/{name:path}")
def file(digest: str, name: str, _: AnybodyAnyTime) -> Response:
    """A script, a style or a picture of the pages."""
    if digest != site().digest or name not in site().files:
        raise not_found()
    return _file(name, FOR_GOOD)


def _page(request: Request, name: str) -> Response:
    # a page and its files are one version, so that their digest names the page as well
    etag = f'"{site().digest}-{name}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Cookie", "Content-Security-Policy": POLICY}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(site().files[f"{name}.html"], headers=headers, media_type=MEDIA_TYPES[".html"])


def _file(name: str, kept: str) -> Response:
    headers = {"Cache-Control": kept, "X-Content-Type-Options": "nosniff"}
    return Response(site().files[name], headers=headers, media_type=MEDIA_TYPES[Path(name).suffix])
