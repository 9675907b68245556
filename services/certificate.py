"""A certificate for the house: an authority of this home's own, and under it one for this machine's names.

A browser gives its microphone to pages that come over TLS alone, and no public authority vouches for a machine in a
living room. So the home has one of its own, which whoever wants to trusts on their phone once. It may vouch for this
machine's names and for addresses of houses (RFC 5280, name constraints), and for no other place in the world, should
its key ever be stolen. It lasts two years; what stands under it is renewed by itself, also when an address has changed.

    tls/authority.pem   key and certificate of the authority
    tls/served.pem      key and certificates that are served

Knows no server.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from data import files
from services.whereabouts import HOUSES, ITSELF, Whereabouts

FOLDER: Final = "tls"
AUTHORITY, SERVED = "authority.pem", "served.pem"
AUTHORITY_LASTS = timedelta(days=2 * 365)
SERVED_LASTS = timedelta(days=90)
RENEWED_BEFORE = timedelta(days=30)  # the end of either
CLOCKS_DIFFER = timedelta(days=1)
LABEL_BYTES = 64  # of a common name, at most


@dataclass(frozen=True)
class Pair:
    """A certificate with its key."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256, as devices show it."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    @cached_property
    def pem(self) -> bytes:
        """Key and certificate."""
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return key + self.certificate.public_bytes(Encoding.PEM)

    def lasts(self, now: datetime) -> bool:
        """Whether it need not be renewed yet."""
        return (
            self.certificate.not_valid_before_utc <= now and self.certificate.not_valid_after_utc - now > RENEWED_BEFORE
        )


@dataclass(frozen=True)
class Issued:
    """What is served: the file for the server, and the authority that a phone may trust."""

    authority: Pair
    served: Pair
    file: Path


def issued(home: Path, here: Whereabouts, now: datetime) -> Issued:
    """That of a home for this machine as it is known now; made anew where it is missing, near its end or unfit."""
    folder = files.folder(home / FOLDER)
    authority = _read(folder / AUTHORITY)
    if authority is None or not authority.lasts(now) or here.local_name not in _vouched_for(authority.certificate):
        authority = _authority(here, now)
        files.write(folder / AUTHORITY, authority.pem, files.PRIVATE)
    served, path = _read(folder / SERVED), folder / SERVED
    if served is None or not served.lasts(now) or not _fits(served.certificate, authority, here):
        served = _served(authority, here, now)
        chain = served.pem + authority.certificate.public_bytes(Encoding.PEM)
        files.write(path, chain, files.PRIVATE)
    return Issued(authority, served, path)


def standing(home: Path) -> Issued | None:
    """What there is, whatever its age."""
    folder = home / FOLDER
    authority, served = _read(folder / AUTHORITY), _read(folder / SERVED)
    return None if authority is None or served is None else Issued(authority, served, folder / SERVED)


def _read(path: Path) -> Pair | None:
    """The first of a file; None where there is none that can be used, for then it is made anew."""
    try:
        pem = path.read_bytes()
        key = load_pem_private_key(pem, None)
        certificate = x509.load_pem_x509_certificates(pem)[0]
    except (OSError, ValueError):
        return None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        return None
    return Pair(key, certificate)


def _authority(here: Whereabouts, now: datetime) -> Pair:
    key, name = ec.generate_private_key(ec.SECP256R1()), _name(f"Lantern in the house of {here.host}")
    allowed = [x509.DNSName(each) for each in ("localhost", here.host, here.local_name)]
    places = [x509.IPAddress(each) for each in (*HOUSES, ip_network(f"{ITSELF}/32"))]
    builder = (
        _begun(key, name, name, now, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints([*allowed, *places], None), critical=True)
    )
    return Pair(key, builder.sign(key, hashes.SHA256()))


def _served(authority: Pair, here: Whereabouts, now: datetime) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        _begun(key, _name(here.local_name), issuer.subject, now, SERVED_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_names(here)), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
    )
    return Pair(key, builder.sign(authority.key, hashes.SHA256()))


def _begun(
    key: ec.EllipticCurvePrivateKey, subject: x509.Name, issuer: x509.Name, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _names(here: Whereabouts) -> list[x509.GeneralName]:
    hosts = ("localhost", here.host, here.local_name)
    return [*map(x509.DNSName, hosts), *(x509.IPAddress(each) for each in (ITSELF, *here.addresses))]


def _fits(certificate: x509.Certificate, authority: Pair, here: Whereabouts) -> bool:
    """Whether this authority vouched for it, and for every name that the machine has now."""
    try:
        certificate.verify_directly_issued_by(authority.certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(_names(here)) <= set(names)


def _vouched_for(authority: x509.Certificate) -> set[str]:
    """The names that an authority may vouch for."""
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    return {each.value for each in constraints.permitted_subtrees or () if isinstance(each, x509.DNSName)}


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:LABEL_BYTES])])
