from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data import files
from data.errors import BadHome, NoRoom
from data.home import Home
from data.vault import CHUNK_BYTES, MAGIC, SALT_BYTES, TAG_BYTES, Vault
from tests.data.conftest import everything

HEADER_BYTES = len(MAGIC) + SALT_BYTES
CUT = CHUNK_BYTES + TAG_BYTES
SIZES = (0, 1, 17, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES)


@pytest.fixture
def home(root: Path) -> Iterator[Home]:
    with Home.open(root) as home:
        yield home


@pytest.fixture
def vault(home: Home) -> Vault:
    vault = Vault(home)
    vault.found("ann")
    vault.found("bob")
    return vault


def data_of(size: int) -> bytes:
    return bytes(index % 251 for index in range(size))


@pytest.mark.parametrize("size", SIZES)
def test_what_goes_in_comes_out(vault: Vault, home: Home, size: int) -> None:
    blob = vault.put("ann", data_of(size))
    assert vault.get("ann", blob) == data_of(size)
    assert Vault(home).get("ann", blob) == data_of(size)


@pytest.mark.parametrize("size", SIZES)
def test_a_file_is_kept_as_its_content_would_be(vault: Vault, home: Home, tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(data_of(size))
    assert vault.get("ann", vault.put("ann", path)) == data_of(size)
    assert vault.fingerprint("ann", b"blob", path) == vault.fingerprint("ann", b"blob", data_of(size))


def test_blobs_are_lent_as_one_file_of_the_homes(vault: Vault, home: Home) -> None:
    first, second = (vault.put("ann", data) for data in (data_of(CHUNK_BYTES + 3), b"end"))
    with vault.checkout("ann", first, second) as path:
        assert path.read_bytes() == data_of(CHUNK_BYTES + 3) + b"end"
        assert path.is_relative_to(home.root)
        assert path.stat().st_mode & 0o777 == 0o600
    assert not path.exists()


def test_the_same_content_never_looks_the_same(vault: Vault, home: Home) -> None:
    first, second = (home.vault / "ann" / vault.put("ann", b"x" * 100) for _ in range(2))
    assert first.read_bytes()[len(MAGIC) :] != second.read_bytes()[len(MAGIC) :]


@pytest.mark.parametrize("place", [0, len(MAGIC), HEADER_BYTES, HEADER_BYTES + CHUNK_BYTES, -1])
def test_one_changed_bit_is_told(vault: Vault, home: Home, place: int) -> None:
    blob = vault.put("ann", data_of(CHUNK_BYTES + 10))
    path = home.vault / "ann" / blob
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadHome, match="damaged"):
        vault.get("ann", blob)


@pytest.mark.parametrize("left", [0, 3, HEADER_BYTES, HEADER_BYTES + 5, HEADER_BYTES + CUT, HEADER_BYTES + CUT + 9])
def test_a_blob_cut_short_is_told_even_between_chunks(vault: Vault, home: Home, left: int) -> None:
    blob = vault.put("ann", data_of(2 * CHUNK_BYTES))
    path = home.vault / "ann" / blob
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(BadHome):
        vault.get("ann", blob)


def test_rearranged_repeated_and_added_chunks_are_told(vault: Vault, home: Home) -> None:
    blob = vault.put("ann", data_of(3 * CHUNK_BYTES))
    path = home.vault / "ann" / blob
    whole = path.read_bytes()
    header, chunks = (
        whole[:HEADER_BYTES],
        [whole[HEADER_BYTES + CUT * k : HEADER_BYTES + CUT * (k + 1)] for k in range(3)],
    )
    for order in ((1, 0, 2), (0, 0, 2), (0, 1), (0, 1, 2, 2), (2,)):
        path.write_bytes(header + b"".join(chunks[index] for index in order))
        with pytest.raises(BadHome):
            vault.get("ann", blob)
    path.write_bytes(whole)
    assert vault.get("ann", blob) == data_of(3 * CHUNK_BYTES)


def test_blobs_cannot_be_exchanged(vault: Vault, home: Home) -> None:
    one, two = vault.put("ann", b"one"), vault.put("ann", b"two")
    (home.vault / "ann" / two).replace(home.vault / "ann" / one)
    with pytest.raises(BadHome):
        vault.get("ann", one)


def test_blobs_and_keys_cannot_be_moved_to_another_memorial(vault: Vault, home: Home) -> None:
    blob = vault.put("ann", b"one")
    (home.vault / "bob" / blob).write_bytes((home.vault / "ann" / blob).read_bytes())
    with pytest.raises(BadHome):
        vault.get("bob", blob)
    (home.vault / "bob" / "key").write_bytes((home.vault / "ann" / "key").read_bytes())
    with pytest.raises(BadHome):
        Vault(home).get("bob", blob)


def test_a_missing_blob_is_told(vault: Vault) -> None:
    with pytest.raises(BadHome, match="missing"):
        vault.get("ann", "0" * 32)


def test_forgetting_makes_everything_of_one_memorial_unreadable(vault: Vault, home: Home, tmp_path: Path) -> None:
    blob, sealed = vault.put("ann", b"one"), vault.seal("ann", "one")
    others = vault.put("bob", b"two")
    (tmp_path / "copy").write_bytes((home.vault / "ann" / blob).read_bytes())
    vault.forget("ann")
    assert not (home.vault / "ann").exists()
    (home.vault / "ann").mkdir()
    (tmp_path / "copy").rename(home.vault / "ann" / blob)
    for attempt in (lambda: vault.get("ann", blob), lambda: vault.unseal("ann", sealed)):
        with pytest.raises(BadHome):
            attempt()
    vault.found("ann")
    for attempt in (lambda: vault.get("ann", blob), lambda: vault.unseal("ann", sealed)):
        with pytest.raises(BadHome):
            attempt()
    assert vault.get("bob", others) == b"two"


def test_a_half_written_blob_is_never_seen(
    vault: Vault, home: Home, full_disk: Callable[[int], AbstractContextManager[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with full_disk(CHUNK_BYTES), pytest.raises(NoRoom):
        vault.put("ann", data_of(2 * CHUNK_BYTES))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "publish", interrupted)
    with pytest.raises(KeyboardInterrupt):
        vault.put("ann", b"one")
    assert vault.blobs("ann") == set()
    assert [file.name for file in everything(home.root / "tmp")] == [".lock"]


def test_sealed_texts_open_only_in_their_own_place(vault: Vault) -> None:
    sealed = vault.seal("ann", "Mélanie 林", "sources.file.1")
    assert vault.unseal("ann", sealed, "sources.file.1") == "Mélanie 林"
    assert vault.seal("ann", "Mélanie 林", "sources.file.1") != sealed
    for memorial, cell, place in (
        ("bob", sealed, "sources.file.1"),
        ("ann", sealed, "sources.file.2"),
        ("ann", sealed[:-1], "sources.file.1"),
        ("ann", b"", "sources.file.1"),
    ):
        with pytest.raises(BadHome):
            vault.unseal(memorial, cell, place)


def test_fingerprints_find_the_same_and_differ_between_memorials(vault: Vault) -> None:
    assert vault.fingerprint("ann", b"ab", b"c") == vault.fingerprint("ann", b"ab", b"c")
    assert vault.fingerprint("ann", b"ab", b"c") != vault.fingerprint("ann", b"a", b"bc")
    assert vault.fingerprint("ann", b"ab", b"c") != vault.fingerprint("bob", b"ab", b"c")


@given(text=st.text(st.characters()))  # lone surrogates, too: file names may hold them
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_text_can_be_sealed(vault: Vault, text: str) -> None:
    assert vault.unseal("ann", vault.seal("ann", text)) == text


def test_what_belongs_to_no_memorial_is_sealed_by_the_homes_own_key(home: Home, vault: Vault) -> None:
    sealed = vault.seal_home("Kay", "accounts.name.1")
    assert b"Kay" not in sealed
    assert Vault(home).unseal_home(sealed, "accounts.name.1") == "Kay"
    with pytest.raises(BadHome):
        vault.unseal_home(sealed, "accounts.name.2")
    with pytest.raises(BadHome):
        vault.unseal("ann", sealed, "accounts.name.1")


def test_the_homes_fingerprints_are_not_a_memorials(home: Home, vault: Vault) -> None:
    found = vault.fingerprint_home(b"names", b"kay")
    assert Vault(home).fingerprint_home(b"names", b"kay") == found
    assert found not in (vault.fingerprint("ann", b"names", b"kay"), vault.fingerprint_home(b"name", b"skay"))
