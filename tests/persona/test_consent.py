"""Their words stay on this machine, or go to a host that the family named."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import Refused
from persona.consent import Consent, is_this_machine
from persona.server import Server


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "[::1]", "LOCALHOST"])
def test_this_machine_needs_no_consent(host: str) -> None:
    Consent().require(f"http://{host}:8000/v1")


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.org/v1",
        "http://0.0.0.0:8000/v1",
        "http://192.168.1.5:8000/v1",
        "http://localhost.example.org/v1",
        "http://127.0.0.1.example.org/v1",
        "http://2130706433/v1",
        "http://localhost@example.org/v1",
        "http://example.org\\@localhost/v1",
        "http://localhost:key@localhost/v1",
        "http://localhost/v1?key=abc",
        "http://localhost/v1#abc",
        "http://local\nhost/v1",
        "ftp://localhost/v1",
        "file:///etc/passwd",
        "localhost:8000/v1",
        "http:///v1",
        "",
        "http://localhost:99999/v1",
    ],
)
def test_any_other_place_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        Server(url, "anna")


def test_a_host_that_the_family_named_is_allowed_and_no_other() -> None:
    consent = Consent(frozenset(["GPU.example.org"]))
    consent.require("https://gpu.example.org/v1")
    with pytest.raises(Refused, match=r"example\.com"):
        consent.require("https://gpu.example.com/v1")
    with pytest.raises(Refused, match="sub"):
        consent.require("https://sub.gpu.example.org/v1")


def test_their_words_do_not_cross_the_net_in_the_clear() -> None:
    with pytest.raises(Refused, match="in the clear"):
        Consent(frozenset(["gpu.example.org"])).require("http://gpu.example.org/v1")
    with pytest.raises(Refused, match="in the clear"):
        Consent(frozenset(["8.8.8.8"])).require("http://8.8.8.8/v1")
    Consent(frozenset(["192.168.1.5"])).require("http://192.168.1.5:8000/v1")


@pytest.mark.parametrize("model", ["gpt-oss:120b-cloud", "glm-4.6:cloud"])
def test_a_server_here_that_hands_on_to_a_cloud_needs_consent_to_that(model: str) -> None:
    with pytest.raises(Refused, match=r"ollama\.com"):
        Server("http://localhost:11434/v1", model)
    Server("http://localhost:11434/v1", model, consent=Consent(frozenset(["ollama.com"]))).close()


@given(st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z0-9]{1,20}){0,3}", fullmatch=True))
def test_no_name_but_one_is_this_machine(host: str) -> None:
    assert is_this_machine(host) == (host == "localhost")


@given(st.ip_addresses())
def test_only_loopback_addresses_are_this_machine(address: IPv4Address | IPv6Address) -> None:
    assert is_this_machine(str(address)) == (address in ip_network("127.0.0.0/8") or str(address) == "::1")
