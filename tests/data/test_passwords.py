from __future__ import annotations

import pytest
from argon2 import Parameters, Type

from data.errors import BadText
from data.passwords import Passwords

QUICK = Parameters(Type.ID, 19, salt_len=16, hash_len=32, time_cost=1, memory_cost=8, parallelism=1)
WORDS = "a lamp in the window"


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(QUICK)


def test_a_password_fits_what_was_kept_of_it(passwords: Passwords) -> None:
    kept = passwords.hashed(WORDS)
    assert passwords.fits(WORDS, kept)
    assert not passwords.fits(WORDS + ".", kept)
    assert WORDS not in kept


def test_two_people_with_one_password_are_not_seen_to_have_it(passwords: Passwords) -> None:
    assert passwords.hashed(WORDS) != passwords.hashed(WORDS)


def test_the_same_password_from_another_keyboard_fits(passwords: Passwords) -> None:
    assert passwords.fits("cafe\u0301 au lait", passwords.hashed("caf\u00e9 au lait"))


def test_nothing_fits_where_nothing_was_kept(passwords: Passwords) -> None:
    assert not passwords.fits(WORDS, None)
    assert not passwords.fits("", None)
    assert not passwords.fits(WORDS, "what is no hash")


@pytest.mark.parametrize("password", ["", "nine char", "x" * 1_001])
def test_a_password_that_is_too_short_or_endless_is_refused(passwords: Passwords, password: str) -> None:
    with pytest.raises(BadText, match="10 to 1,000 characters"):
        passwords.hashed(password)


def test_an_endless_guess_is_only_wrong(passwords: Passwords) -> None:
    assert not passwords.fits("x" * 10_000_000, passwords.hashed(WORDS))


def test_hashes_are_made_as_rfc_9106_recommends_where_memory_is_scarce() -> None:
    passwords = Passwords()
    kept = passwords.hashed(WORDS)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not passwords.is_old(kept)


def test_a_hash_of_other_parameters_is_old_and_still_fits(passwords: Passwords) -> None:
    kept = passwords.hashed(WORDS)
    assert Passwords().is_old(kept)
    assert Passwords().fits(WORDS, kept)
