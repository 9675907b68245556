"""How a phone in the house comes to trust this home: its authority's certificate, and what to compare it by.

There is something to trust only where Lantern is served in the house (`lantern serve --lan`).
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import APIRouter, Request, Response

from services import certificate
from services.api.access import Anybody
from services.api.context import of_request
from services.api.entrance import is_secure
from services.api.pages import MEDIA_TYPES, POLICY, site
from services.api.problems import not_found
from services.certificate import Issued

router = APIRouter(include_in_schema=False)

FINGERPRINT: Final = b"{fingerprint}"  # where it stands in the page
CERTIFICATE_TYPE: Final = "application/x-x509-ca-cert"  # on which phones offer to install it


@router.get("/trust")
def trust_page(request: Request, _: Anybody) -> Response:
    """Why a phone asks, how to check, and what to tap; in both languages."""
    page = site().files["trust.html"].replace(FINGERPRINT, _issued(request).authority.fingerprint.encode())
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return Response(page, headers=headers, media_type=MEDIA_TYPES[".html"])


@router.get("/trust/lantern.crt")
def authority(request: Request, _: Anybody) -> Response:
    """The certificate itself."""
    found = _issued(request).authority.certificate.public_bytes(Encoding.DER)
    headers = {"Content-Disposition": 'attachment; filename="lantern.crt"'}
    return Response(found, headers=headers, media_type=CERTIFICATE_TYPE)


def _issued(request: Request) -> Issued:
    found = certificate.standing(of_request(request).archive.home.root) if is_secure(request) else None
    if found is None:
        raise not_found()
    return found
