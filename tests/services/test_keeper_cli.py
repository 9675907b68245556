"""The keeper who forgot the password comes in again by the machine that the home lies on."""

import getpass
from collections.abc import Callable
from pathlib import Path

import pytest

from data.accounts import Accounts
from data.archive import Archive
from tests.data.test_passwords import QUICK
from tests.services.conftest import Lantern

FORGOTTEN, NEW = "a lamp in the window", "four apples and a pear"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """What somebody types where a password is asked for."""
    return lambda text: monkeypatch.setattr(getpass, "getpass", lambda _prompt: text)


def accounts(archive: Archive) -> Accounts:
    return archive.accounts(QUICK)


def test_the_keeper_is_let_in_with_a_new_password_and_signed_out_everywhere(
    home: Path, lantern: Lantern, typed: Callable[[str], None]
) -> None:
    with Archive.open(home) as archive:
        kay = accounts(archive).found("Kay", FORGOTTEN)
        secret = accounts(archive).begin_session(kay.id, None)
    typed(NEW)
    ran = lantern("keeper")
    assert (ran.code, "Kay" in ran.out, NEW in ran.out + ran.err) == (0, True, False), ran.err
    with Archive.open(home) as archive:
        assert accounts(archive).sign_in("Kay", NEW) is not None
        assert accounts(archive).sign_in("Kay", FORGOTTEN) is None
        assert accounts(archive).by_session(secret) is None


@pytest.mark.parametrize("password", ["short", "KAY IN THE HALL"])
def test_a_password_that_will_not_do_changes_nothing(
    home: Path, lantern: Lantern, typed: Callable[[str], None], password: str
) -> None:
    with Archive.open(home) as archive:
        accounts(archive).found("Kay in the hall", FORGOTTEN)
    typed(password)
    assert lantern("keeper").code != 0
    with Archive.open(home) as archive:
        assert accounts(archive).sign_in("Kay in the hall", FORGOTTEN) is not None


def test_where_nobody_keeps_the_home_it_says_how_somebody_comes_to(lantern: Lantern) -> None:
    ran = lantern("keeper")
    assert ran.code != 0
    assert "lantern serve" in ran.err
