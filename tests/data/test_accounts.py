"""Accounts, what proves that somebody is one, and what they may do in which memorial."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.accounts import IDLE, LONGEST, MOST_TOKENS, ROLES, SEEN_EVERY, Account, Accounts, Role
from data.archive import Archive, Memorial
from data.errors import BadText, Refused, Taken
from data.home import Home
from data.members import INVITED, Members, Membership
from data.passwords import Passwords
from data.store import Store
from data.vault import Vault
from tests.data.conftest import PERSON, everything
from tests.data.test_passwords import QUICK, WORDS

AGENT = "Mozilla/5.0 of a tablet in the kitchen"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


class House:
    """One home with its accounts and one memorial, and a clock of its own."""

    def __init__(self, root: Path) -> None:
        self.home = Home.open(root)
        self.store = Store.at(self.home.database)
        self.vault = Vault(self.home)
        self.clock = Clock()
        self.accounts = self.accounts_with(Passwords(QUICK))
        with Archive.open(root) as archive:
            self.memorial, self.second = archive.memorials()

    def accounts_with(self, passwords: Passwords) -> Accounts:
        return Accounts(self.vault, self.store, passwords, self.clock)

    def members(self, memorial: Memorial | None = None) -> Members:
        return Members(self.vault, self.store, (memorial or self.memorial).id, self.clock)

    def invited(self, name: str, role: Role = "visitor", memorial: Memorial | None = None) -> Account:
        """A new account with that role, known to the family by the same name."""
        secret, _ = self.members(memorial).invite(role, name)
        joined = self.accounts.join(secret, name, WORDS)
        assert joined is not None
        return joined[0]

    def close(self) -> None:
        self.store.close()
        self.home.close()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of two memorials in which nobody has an account yet."""
    root = tmp_path_factory.mktemp("template") / "home"
    with Archive.open(root) as archive:
        archive.create(PERSON)
        archive.create(PERSON)
    return root


@pytest.fixture
def house(template: Path, root: Path) -> Iterator[House]:
    shutil.copytree(template, root)
    house = House(root)
    yield house
    house.close()


@pytest.fixture
def accounts(house: House) -> Accounts:
    return house.accounts


@pytest.fixture
def keeper(accounts: Accounts) -> Account:
    return accounts.found("Kay", WORDS)


# Names and passwords


def test_the_first_account_keeps_the_home_and_there_is_only_one_first(accounts: Accounts) -> None:
    assert accounts.are_none()
    keeper = accounts.found("Kay", WORDS)
    assert keeper.keeper
    assert not accounts.are_none()
    with pytest.raises(Taken):
        accounts.found("Somebody quicker", WORDS)


@pytest.mark.parametrize("typed", ["Zoë Hale", "zoë  hale", " ZOË HALE ", "Zoe\u0308 Hale"])
def test_a_name_signs_in_however_it_is_typed(accounts: Accounts, typed: str) -> None:
    zoe = accounts.found("Zoë Hale", WORDS)
    assert accounts.sign_in(typed, WORDS) == zoe


def test_a_wrong_password_signs_nobody_in_and_neither_does_a_name_that_nobody_has(
    accounts: Accounts, keeper: Account
) -> None:
    assert accounts.sign_in(keeper.name, "a lamp in the hall") is None
    assert accounts.sign_in("Nobody", WORDS) is None
    assert accounts.sign_in("", "") is None


def test_an_older_hash_is_made_anew_when_its_password_is_given(house: House, keeper: Account) -> None:
    stronger = house.accounts_with(Passwords())
    assert stronger.sign_in(keeper.name, WORDS) == keeper
    with house.store.reading() as rows:
        [row] = rows.accounts.all()
    assert row.password is not None
    assert not Passwords().is_old(row.password)
    assert stronger.sign_in(keeper.name, WORDS) == keeper


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "line\x00end", "right\u202eleft"])
def test_a_name_is_one_that_can_be_read(accounts: Accounts, name: str) -> None:
    with pytest.raises(BadText):
        accounts.found(name, WORDS)


def test_a_password_is_not_the_name(accounts: Accounts) -> None:
    with pytest.raises(Refused, match="the password is the name"):
        accounts.found("Mary Louise Hale", "mary louise hale")


def test_two_accounts_never_have_one_name(house: House, keeper: Account) -> None:
    vera = house.invited("Vera")
    with pytest.raises(Taken):
        house.accounts.rename(vera.id, "KAY")
    house.accounts.rename(vera.id, "vera")  # one's own, otherwise written
    assert house.accounts.sign_in("VERA", WORDS) is not None
    secret, _ = house.members().invite("visitor", "Another")
    with pytest.raises(Taken):
        house.accounts.join(secret, "Kay", WORDS)
    assert house.accounts.invitation(secret) is not None  # it was not used up


def test_another_password_ends_every_other_session(house: House, keeper: Account) -> None:
    accounts = house.accounts
    here, there = accounts.begin_session(keeper.id, AGENT), accounts.begin_session(keeper.id, None)
    grant = accounts.by_session(here)
    assert grant is not None
    accounts.set_password(keeper.id, "four apples and a pear", grant.id)
    assert accounts.by_session(here) == grant
    assert accounts.by_session(there) is None
    assert accounts.sign_in(keeper.name, WORDS) is None
    assert accounts.sign_in(keeper.name, "four apples and a pear") is not None


def test_an_account_goes_with_all_that_proves_it(house: House, keeper: Account) -> None:
    accounts, vera = house.accounts, house.invited("Vera")
    session = accounts.begin_session(vera.id, AGENT)
    token, _ = accounts.add_token(vera.id, "lamp", "visitor", None, None)
    accounts.remove(vera)
    assert accounts.by_session(session) is None
    assert accounts.by_token(token) is None
    assert accounts.sign_in("Vera", WORDS) is None
    assert house.members().all() == []
    assert house.invited("Vera") != vera  # the name is free again


def test_the_keepers_account_stays(accounts: Accounts, keeper: Account) -> None:
    with pytest.raises(Refused, match="remove its folder"):
        accounts.remove(keeper)


# Sessions and tokens


def test_a_session_lasts_while_it_is_used(house: House, keeper: Account) -> None:
    secret, began = house.accounts.begin_session(keeper.id, AGENT), house.clock()
    while house.clock.at - began < LONGEST - IDLE:
        house.clock.at += IDLE - timedelta(hours=2)
        assert house.accounts.by_session(secret)
    house.clock.at = began + LONGEST
    assert house.accounts.by_session(secret) is None


def test_a_session_that_nobody_uses_ends(house: House, keeper: Account) -> None:
    secret = house.accounts.begin_session(keeper.id, AGENT)
    house.clock.at += IDLE
    assert house.accounts.by_session(secret) is None
    assert house.accounts.sessions(keeper.id) == []


def test_when_a_session_was_used_is_told_to_the_hour(house: House, keeper: Account) -> None:
    secret, began = house.accounts.begin_session(keeper.id, AGENT), house.clock()
    for later, seen in ((SEEN_EVERY / 2, began), (SEEN_EVERY, began + SEEN_EVERY)):
        house.clock.at = began + later
        house.accounts.by_session(secret)
        [session] = house.accounts.sessions(keeper.id)
        assert (session.agent, session.seen_at) == (AGENT, seen)


def test_a_token_lasts_as_long_as_it_was_made_for(house: House, keeper: Account) -> None:
    secret, token = house.accounts.add_token(keeper.id, "lamp", "visitor", None, timedelta(days=3))
    assert secret.startswith("lantern_")
    house.clock.at += timedelta(days=3) - timedelta(seconds=1)
    assert house.accounts.by_token(secret)
    [listed] = house.accounts.tokens(keeper.id)
    assert (listed.id, listed.name, listed.seen_at) == (token.id, "lamp", house.clock())
    house.clock.at += timedelta(seconds=1)
    assert house.accounts.by_token(secret) is None


def test_nobody_ends_what_is_anothers(house: House, keeper: Account) -> None:
    accounts, vera = house.accounts, house.invited("Vera")
    accounts.begin_session(keeper.id, AGENT)
    [session] = accounts.sessions(keeper.id)
    _, token = accounts.add_token(keeper.id, "lamp", "visitor", None, None)
    assert not accounts.end_session(vera.id, session.id)
    assert not accounts.remove_token(vera.id, token.id)
    assert accounts.end_session(keeper.id, session.id)
    assert accounts.remove_token(keeper.id, token.id)


def test_a_session_is_no_token_and_a_token_no_session(accounts: Accounts, keeper: Account) -> None:
    session = accounts.begin_session(keeper.id, None)
    token, _ = accounts.add_token(keeper.id, "lamp", "steward", None, None)
    assert accounts.by_token(session) is None
    assert accounts.by_session(token) is None


def test_an_account_has_no_endless_tokens(accounts: Accounts, keeper: Account) -> None:
    for number in range(MOST_TOKENS):
        accounts.add_token(keeper.id, f"lamp {number}", "visitor", None, None)
    with pytest.raises(Refused, match="at most"):
        accounts.add_token(keeper.id, "one more", "visitor", None, None)


# Memorials


def test_the_keeper_is_a_steward_of_every_memorial_and_known_by_name(house: House, keeper: Account) -> None:
    grant = house.accounts.by_session(house.accounts.begin_session(keeper.id, None))
    assert grant is not None
    steward = Membership("steward", "Kay")
    assert house.accounts.memberships(grant) == {house.memorial.id: steward, house.second.id: steward}
    house.members().put(keeper.id, Membership("visitor", "Aunt Kay"))
    assert house.accounts.membership(grant, house.memorial.id) == Membership("steward", "Aunt Kay")


def test_a_stranger_sees_no_memorial(house: House, keeper: Account) -> None:
    vera = house.invited("Vera")
    house.members().remove(vera.id)
    grant = house.accounts.by_session(house.accounts.begin_session(vera.id, None))
    assert grant is not None
    assert house.accounts.memberships(grant) == {}


@given(role=st.sampled_from(ROLES), scope=st.sampled_from(ROLES), other=st.booleans())
def test_a_token_never_may_more_than_its_account_or_its_scope(
    shared_house: House, role: Role, scope: Role, other: bool
) -> None:
    accounts, vera = shared_house.accounts, next(each for each in shared_house.accounts.all() if not each.keeper)
    shared_house.members().put(vera.id, Membership(role, "Vera"))
    only = (shared_house.second if other else shared_house.memorial).id
    secret, token = accounts.add_token(vera.id, "lamp", scope, only, None)
    grant = accounts.by_token(secret)
    accounts.remove_token(vera.id, token.id)
    assert grant is not None
    lesser = min(role, scope, key=ROLES.index)
    assert accounts.membership(grant, shared_house.second.id) is None
    assert accounts.membership(grant, shared_house.memorial.id) == (None if other else Membership(lesser, "Vera"))


@pytest.fixture(scope="module")
def shared_house(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    root = tmp_path_factory.mktemp("house") / "home"
    shutil.copytree(template, root)
    house = House(root)
    house.accounts.found("Kay", WORDS)
    house.invited("Vera")
    yield house
    house.close()


# Invitations


def test_an_invitation_opens_once(house: House, keeper: Account) -> None:
    secret, invited = house.members().invite("contributor", "Vera")
    waiting = house.accounts.invitation(secret)
    assert waiting == invited
    assert house.members().invitations() == [invited]
    vera, _ = house.accounts.join(secret, "vera", WORDS) or (None, None)
    assert vera is not None
    assert house.members().membership(vera.id) == Membership("contributor", "Vera")
    assert house.accounts.invitation(secret) is None
    assert house.accounts.join(secret, "Somebody else", WORDS) is None
    assert house.accounts.accept(secret, keeper.id) is None
    assert house.members().invitations() == []
    assert {each.name for each in house.accounts.all()} == {"Kay", "vera"}  # whoever came late has no account


def test_an_invitation_ends(house: House, keeper: Account) -> None:
    secret, _ = house.members().invite("visitor", "Vera")
    house.clock.at += INVITED
    assert house.accounts.invitation(secret) is None
    assert house.accounts.join(secret, "Vera", WORDS) is None


def test_an_invitation_that_is_withdrawn_opens_nothing(house: House, keeper: Account) -> None:
    secret, invited = house.members().invite("visitor", "Vera")
    assert not house.members(house.second).withdraw(invited.id)
    assert house.members().withdraw(invited.id)
    assert house.accounts.accept(secret, keeper.id) is None


def test_an_invitation_never_takes_a_role_or_a_name_away(house: House, keeper: Account) -> None:
    vera = house.invited("Vera", "contributor")
    for role, after in (("visitor", "contributor"), ("steward", "steward")):
        secret, _ = house.members().invite(role, "Grandma")  # type: ignore[arg-type]
        assert house.accounts.accept(secret, vera.id)
        membership = house.members().membership(vera.id)
        assert membership == Membership(after, "Vera")  # type: ignore[arg-type]


def test_no_two_members_are_known_by_one_name(house: House, keeper: Account) -> None:
    vera, tom = house.invited("Vera"), house.invited("Tom")
    with pytest.raises(Taken):
        house.members().put(tom.id, Membership("visitor", "VERA"))
    with pytest.raises(Taken):
        house.members().invite("visitor", "vera")
    with pytest.raises(Taken):
        house.members().invite("visitor", "kay")  # the keeper is known by the account's name
    house.members().put(vera.id, Membership("contributor", "Vera"))
    assert house.invited("Vera two", memorial=house.second)


def test_what_is_kept_of_people_is_not_in_the_clear(house: House, keeper: Account) -> None:
    vera = house.invited("Vera Kestrel", "contributor")
    secret, _ = house.members().invite("visitor", "Uncle Bartholomew")
    session = house.accounts.begin_session(vera.id, AGENT)
    token, _ = house.accounts.add_token(vera.id, "the lamp in the hall", "visitor", None, None)
    house.store.close()
    kept = b"".join(path.read_bytes() for path in everything(house.home.root))
    assert vera.id.encode() in kept  # so that what is kept was looked at
    for word in ("Kestrel", "kestrel", "Bartholomew", "Mozilla", "lamp in the", secret, session, token, WORDS):
        assert word.encode() not in kept


# Another provider's sign-in


def test_somebody_who_is_invited_may_come_by_another_provider(house: House, keeper: Account) -> None:
    secret, _ = house.members().invite("visitor", "Vera")
    vera, invitation = house.accounts.join_by_openid(secret, "Kay", "https://id.example", "7") or (None, None)
    assert vera is not None
    assert invitation is not None
    assert (vera.name, vera.has_password) == ("Kay 2", False)  # the first one keeps the name
    assert house.accounts.of_openid("https://id.example", "7") == house.accounts.account(vera.id)
    assert house.accounts.of_openid("https://id.example", "8") is None
    assert house.accounts.of_openid("https://other.example", "7") is None
    assert house.accounts.sign_in("Kay 2", "") is None
    assert house.accounts.join_by_openid(secret, "Vera", "https://id.example", "9") is None


def test_one_sign_in_elsewhere_is_one_account_here(house: House, keeper: Account) -> None:
    vera = house.invited("Vera")
    house.accounts.link(vera.id, "https://id.example", "7")
    house.accounts.link(vera.id, "https://id.example", "7")
    with pytest.raises(Taken):
        house.accounts.link(keeper.id, "https://id.example", "7")
    house.accounts.unlink(vera.id)
    assert house.accounts.of_openid("https://id.example", "7") is None


def test_who_has_no_password_keeps_the_sign_in_that_they_have(house: House, keeper: Account) -> None:
    secret, _ = house.members().invite("visitor", "Vera")
    vera, _ = house.accounts.join_by_openid(secret, "Vera", "https://id.example", "7") or (None, None)
    assert vera is not None
    with pytest.raises(Refused, match="set one first"):
        house.accounts.unlink(vera.id)
    house.accounts.set_password(vera.id, WORDS)
    house.accounts.unlink(vera.id)
    assert house.accounts.sign_in("Vera", WORDS) is not None
