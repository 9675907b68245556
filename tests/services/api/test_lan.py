"""Served in the house: a certificate that only this machine can use, and a phone that comes to trust it."""

import shutil
import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from starlette.testclient import TestClient

from services.certificate import AUTHORITY, FOLDER, SERVED, Issued, Pair, issued, standing
from services.whereabouts import HOUSES, Whereabouts
from tests.services.api.conftest import Served
from tests.services.api.test_serving import serving

HERE = Whereabouts("attic", (IPv4Address("192.168.1.7"), IPv4Address("10.0.0.3")))
NOW = datetime(2026, 11, 1, tzinfo=UTC)
NAMES = ("attic.local", "attic", "localhost")
ADDRESSES = ("192.168.1.7", "10.0.0.3", "127.0.0.1")


@pytest.fixture
def made(tmp_path: Path) -> Issued:
    return issued(tmp_path, HERE, NOW)


def verify(made: Issued, subject: x509.DNSName | x509.IPAddress, leaf: x509.Certificate | None = None) -> None:
    """As a browser that trusts the authority does."""
    policy = PolicyBuilder().store(Store([made.authority.certificate])).time(NOW)
    policy.build_server_verifier(subject).verify(leaf or made.served.certificate, [])


@pytest.mark.parametrize("name", NAMES)
def test_whoever_trusts_the_authority_trusts_every_name_of_the_machine(made: Issued, name: str) -> None:
    verify(made, x509.DNSName(name))


@pytest.mark.parametrize("address", ADDRESSES)
def test_and_every_address(made: Issued, address: str) -> None:
    verify(made, x509.IPAddress(ip_address(address)))


@pytest.mark.parametrize("subject", [x509.DNSName("bank.example"), x509.IPAddress(IPv4Address("8.8.8.8"))])
def test_the_authority_is_believed_of_no_other_place(made: Issued, subject: x509.DNSName | x509.IPAddress) -> None:
    with pytest.raises(VerificationError):
        verify(made, subject, forged(made.authority, subject))


def forged(authority: Pair, subject: x509.GeneralName) -> x509.Certificate:
    """What somebody could make who stole the authority's key."""
    identifier = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "forged")]))
        .issuer_name(authority.certificate.subject)
        .public_key(authority.key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([subject]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
    )
    return builder.sign(authority.key, hashes.SHA256())


def test_the_authority_may_vouch_for_this_machine_and_for_addresses_of_houses_alone(made: Issued) -> None:
    found = made.authority.certificate.extensions.get_extension_for_oid(ExtensionOID.NAME_CONSTRAINTS)
    assert found.critical
    assert isinstance(found.value, x509.NameConstraints)
    permitted = {str(each.value) for each in found.value.permitted_subtrees or ()}
    assert permitted == {*NAMES, *map(str, HOUSES), "127.0.0.1/32"}
    assert all(ip_network(each).is_private for each in permitted - set(NAMES))


def test_the_keys_are_for_their_owner_alone(made: Issued, tmp_path: Path) -> None:
    assert {(tmp_path / FOLDER / name).stat().st_mode & 0o777 for name in (AUTHORITY, SERVED)} == {0o600}
    assert (tmp_path / FOLDER).stat().st_mode & 0o777 == 0o700


def test_it_is_made_once(made: Issued, tmp_path: Path) -> None:
    assert issued(tmp_path, HERE, NOW + timedelta(days=30)).served.pem == made.served.pem
    found = standing(tmp_path)
    assert found is not None
    assert found.served.pem == made.served.pem


def test_it_is_renewed_before_its_end_under_the_same_authority(made: Issued, tmp_path: Path) -> None:
    later = issued(tmp_path, HERE, NOW + timedelta(days=61))
    assert later.served.certificate != made.served.certificate
    assert later.authority.pem == made.authority.pem


def test_it_is_renewed_for_another_address_under_the_same_authority(made: Issued, tmp_path: Path) -> None:
    later = issued(tmp_path, Whereabouts("attic", (IPv4Address("192.168.7.7"),)), NOW)
    verify(later, x509.IPAddress(IPv4Address("192.168.7.7")))
    assert later.authority.pem == made.authority.pem


@pytest.mark.parametrize(("host", "days"), [("attic", 701), ("cellar", 0)])
def test_the_authority_is_made_anew_before_its_end_and_for_another_machine(
    made: Issued, tmp_path: Path, host: str, days: int
) -> None:
    later = issued(tmp_path, Whereabouts(host, ()), NOW + timedelta(days=days))
    assert later.authority.fingerprint != made.authority.fingerprint


def test_a_damaged_certificate_is_made_anew(made: Issued, tmp_path: Path) -> None:
    (tmp_path / FOLDER / SERVED).write_bytes(b"-----BEGIN")
    later = issued(tmp_path, HERE, NOW)
    verify(later, x509.DNSName("attic.local"))
    assert later.authority.pem == made.authority.pem


def test_the_page_of_trust_has_the_certificate_and_its_fingerprint(served: Served) -> None:
    made = issued(served.lantern.archive.home.root, HERE, datetime.now(UTC))
    phone = TestClient(served.app, base_url="https://attic.local")
    page = phone.get("/trust")
    assert page.status_code == 200
    assert made.authority.fingerprint in page.text
    given = phone.get("/trust/lantern.crt")
    assert given.headers["Content-Type"] == "application/x-x509-ca-cert"
    assert x509.load_der_x509_certificate(given.content) == made.authority.certificate


def test_without_tls_there_is_nothing_to_trust(served: Served) -> None:
    assert [served.client().get(path).status_code for path in ("/trust", "/trust/lantern.crt")] == [404, 404]


def reached(trusted: x509.Certificate | None, port: int) -> bytes:
    """How the service answers a browser that trusts an authority beside those of the system."""
    context = ssl.create_default_context()
    if trusted is not None:
        context.load_verify_locations(cadata=trusted.public_bytes(Encoding.PEM).decode())
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return connection.recv(65_536)


def test_the_house_is_served_over_tls(small_home: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(small_home, tmp_path / "home"))
    with serving(home, "--lan") as service:
        port = int(service.address.rpartition(":")[2])
        told = standing(home)
        assert told is not None
        assert any(told.authority.fingerprint in line for line in service.lines)
        assert reached(told.authority.certificate, port).startswith(b"HTTP/1.1 200 ")
        with pytest.raises(ssl.SSLCertVerificationError):
            reached(None, port)
