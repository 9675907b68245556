"""Files that come a piece at a time, are gone on with after any break, and lie nowhere in the clear."""

import random
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.archive import Archive
from data.errors import UnknownNote
from data.uploads import LEAST_PIECE_BYTES
from orchestrator.jobs import Desk
from tests.services.api.conftest import Served
from tests.services.api.uploading import PIECE, begun, sent, uploaded

CONTENT = random.Random(7).randbytes(3 * LEAST_PIECE_BYTES + 17)
FIRST, REST = CONTENT[:LEAST_PIECE_BYTES], CONTENT[LEAST_PIECE_BYTES:]


def test_a_file_comes_in_pieces_and_says_how_far_it_is(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    made = begun(client, url, "letter.txt", len(CONTENT), sha256=sha256(CONTENT).hexdigest())
    assert made.status_code == 201
    assert made.headers["Upload-Offset"] == "0"
    upload_id = made.json()["id"]
    assert made.headers["Location"] == f"{url}/uploads/{upload_id}"
    assert sent(client, url, upload_id, 0, FIRST).headers["Upload-Offset"] == str(len(FIRST))
    asked = client.head(made.headers["Location"])
    assert (asked.status_code, asked.headers["Upload-Offset"]) == (200, str(len(FIRST)))
    assert client.get(made.headers["Location"]).json()["whole"] is False
    assert sent(client, url, upload_id, len(FIRST), REST).status_code == 204
    told = client.get(made.headers["Location"]).json()
    assert (told["offset"], told["whole"], told["name"]) == (len(CONTENT), True, "letter.txt")
    assert client.get(f"{url}/uploads").json()["items"] == [told]


def test_it_goes_on_after_a_restart(served: Served) -> None:
    client, url, home = served.client("contributor"), served.url(), served.lantern.archive.home.root
    upload_id = begun(client, url, "letter.txt", len(CONTENT)).json()["id"]
    sent(client, url, upload_id, 0, FIRST)
    with Archive.open(home) as archive:  # which sweeps what nobody speaks of
        uploads = archive.uploads(served.memorial.id)
        account_id = served.ids["contributor"]
        assert uploads.one(account_id, upload_id).offset == len(FIRST)
        whole = uploads.append(account_id, upload_id, len(FIRST), REST)
        with uploads.file(whole) as path:
            assert path.read_bytes() == CONTENT
        assert not path.exists()


def test_nothing_of_it_lies_in_the_clear(served: Served) -> None:
    client, url, words = served.client("contributor"), served.url(), b"the brass clock in the blue kitchen " * 40
    uploaded(client, url, "a-most-private-name.txt", words)
    for path in served.lantern.archive.home.root.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert b"brass clock" not in held, path
            assert b"a-most-private-name" not in held, path


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cuts=st.lists(st.integers(LEAST_PIECE_BYTES, 2 * LEAST_PIECE_BYTES), min_size=1, max_size=4),
    left=st.binary(max_size=99),
)
def test_however_it_is_cut_it_is_the_same_file(served: Served, cuts: list[int], left: bytes) -> None:
    content = random.Random(1).randbytes(sum(cuts)) + left
    uploads, account_id = served.lantern.archive.uploads(served.memorial.id), served.ids["contributor"]
    upload = uploads.begin(account_id, "a.bin", len(content), sha256(content).hexdigest())
    for size in (*cuts, len(left)):
        if size and not upload.is_whole:
            upload = uploads.append(account_id, upload.id, upload.offset, content[upload.offset :][:size])
    with uploads.file(upload) as path:
        assert path.read_bytes() == content


def test_a_piece_for_another_place_is_refused_and_moves_nothing(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    upload_id = begun(client, url, "letter.txt", len(CONTENT)).json()["id"]
    sent(client, url, upload_id, 0, FIRST)
    for offset in (0, 5, len(FIRST) + 1, len(CONTENT)):
        refused = sent(client, url, upload_id, offset, REST[:10])
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/out-of-step")
    assert client.get(f"{url}/uploads/{upload_id}").json()["offset"] == len(FIRST)


def test_what_is_not_as_it_was_told_is_not_kept(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    upload_id = begun(client, url, "letter.txt", len(CONTENT), sha256=sha256(b"else").hexdigest()).json()["id"]
    sent(client, url, upload_id, 0, FIRST)
    assert sent(client, url, upload_id, len(FIRST), REST).status_code == 422
    assert client.get(f"{url}/uploads/{upload_id}").status_code == 404
    archive = served.lantern.archive
    assert archive.jobs_with_papers(datetime.now(UTC)) == []


def test_another_person_finds_none_of_it(served: Served) -> None:
    url = served.url()
    upload_id = uploaded(served.client("contributor"), url, "letter.txt", CONTENT)
    for role in ("steward", "keeper"):
        client = served.client(role)
        assert client.get(f"{url}/uploads").json()["items"] == []
        for asked in (client.get, client.head, client.delete):
            assert asked(f"{url}/uploads/{upload_id}").status_code == 404
        assert sent(client, url, upload_id, 0, FIRST).status_code == 404
        assert client.post(f"{url}/sources", json={"uploads": [upload_id]}).status_code == 404
    assert served.client("visitor").get(f"{url}/uploads/{upload_id}").status_code == 403
    assert served.client("stranger").get(f"{url}/uploads/{upload_id}").status_code == 404
    elsewhere = served.url(memorial=served.other)
    assert served.client("keeper").get(f"{elsewhere}/uploads/{upload_id}").status_code == 404


def test_one_that_is_given_up_leaves_nothing(served: Served) -> None:
    client, url, archive = served.client("contributor"), served.url(), served.lantern.archive
    blobs = len(list((archive.home.vault / served.memorial.id).iterdir()))
    upload_id = uploaded(client, url, "letter.txt", CONTENT)
    assert client.delete(f"{url}/uploads/{upload_id}").status_code == 204
    assert client.get(f"{url}/uploads/{upload_id}").status_code == 404
    assert len(list((archive.home.vault / served.memorial.id).iterdir())) == blobs


def test_what_was_made_of_several_goes_with_the_first_of_them_that_goes(served: Served) -> None:
    client, url, archive = served.client("contributor"), served.url(), served.lantern.archive
    uploads, blobs = archive.uploads(served.memorial.id), archive.home.vault / served.memorial.id
    one, other = (uploaded(client, url, name, CONTENT) for name in ("a.ogg", "b.ogg"))
    uploads.keep_made([other], "rig", b"a rig")
    kept = len(list(blobs.iterdir()))
    uploads.keep_made([one, other], "voice", b"a voice")
    assert uploads.made(one, "voice") == uploads.made(other, "voice") == b"a voice"
    assert client.delete(f"{url}/uploads/{one}").status_code == 204
    assert (uploads.made(other, "voice"), uploads.made(other, "rig")) == (None, b"a rig")
    assert len(list(blobs.iterdir())) == kept
    with pytest.raises(UnknownNote):
        uploads.keep_made([other, one], "voice", b"a voice")


def test_one_is_swept_a_week_after_its_last_piece_and_not_before(served: Served) -> None:
    client, url, desk = served.client("contributor"), served.url(), served.lantern.desk
    upload_id = begun(client, url, "letter.txt", len(CONTENT)).json()["id"]
    sent(client, url, upload_id, 0, FIRST)
    desk.prune(datetime.now(UTC) + timedelta(days=6, hours=23))
    assert client.get(f"{url}/uploads/{upload_id}").json()["offset"] == len(FIRST)
    assert sent(client, url, upload_id, len(FIRST), REST).status_code == 204
    desk.prune(datetime.now(UTC) + timedelta(days=7, hours=1))
    assert client.get(f"{url}/uploads/{upload_id}").status_code == 404
    assert served.lantern.archive.jobs_with_papers(datetime.now(UTC)) == []


def test_uploads_of_an_account_that_is_gone_are_swept(served: Served) -> None:
    url, archive = served.url(), served.lantern.archive
    uploaded(served.client("contributor"), url, "letter.txt", CONTENT)
    account = served.accounts.account(served.ids["contributor"])
    assert account is not None
    served.accounts.remove(account)
    with Desk(archive) as desk:
        desk.prune(datetime.now(UTC) + timedelta(hours=2))
    assert archive.jobs_with_papers(datetime.now(UTC)) == []


def test_one_key_begins_one_upload(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    asked = [
        client.post(f"{url}/uploads", json={"name": "a.txt", "size": 5}, headers={"Idempotency-Key": "k1"})
        for _ in range(2)
    ]
    assert asked[0].json() == asked[1].json()
    assert asked[1].headers["Idempotency-Replayed"] == "true"
    assert len(client.get(f"{url}/uploads").json()["items"]) == 1


def test_a_piece_needs_its_offset_and_its_type(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    place = begun(client, url, "a.txt", 5).headers["Location"]
    assert client.patch(place, content=b"hello", headers=PIECE).status_code == 422
    assert client.patch(place, content=b"hello", headers={"Upload-Offset": "0"}).status_code == 415
    assert client.patch(place, content=b"hello", headers={**PIECE, "Upload-Offset": "-1"}).status_code == 422
    assert client.get(place).json()["offset"] == 0


def test_only_the_last_piece_may_be_small(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    upload_id = begun(client, url, "a.txt", len(CONTENT)).json()["id"]
    assert sent(client, url, upload_id, 0, b"").status_code == 422
    assert sent(client, url, upload_id, 0, CONTENT[: LEAST_PIECE_BYTES - 1]).status_code == 422
    assert sent(client, url, upload_id, 0, CONTENT[:-5]).status_code == 204
    assert sent(client, url, upload_id, len(CONTENT) - 5, CONTENT[-5:]).status_code == 204
