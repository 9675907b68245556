"""What the family gave: looked through, added, listed, read, left out, and kept from those whom it is not for."""

import io
from collections.abc import Sequence
from typing import Any
from zipfile import ZipFile

import pytest
from starlette.testclient import TestClient

from data.archive import Archive
from data.errors import Refused
from data.identity import Passage
from data.importers.imported import File
from data.samples import sample
from data.types import Letter, Picture, Visitor
from services import bringing, build, letters
from services.build import Made
from services.jobs import see_through
from services.live import loops
from services.progress import Quiet
from tests.services.api.conftest import LETTERS, Served
from tests.services.api.uploading import begun, done, sent, uploaded

LETTER = b"Ann,\nThe brass clock stopped on Sunday, and nobody wound it.\nYour Grace\n"
CHAT = (
    b"[01.05.19, 10:00:00] Grace: Bring the blue coat.\n"
    b"[01.05.19, 10:01:00] Tom: I will, and the cake.\n"
    b"[01.05.19, 10:02:00] Grace: And wind the clock.\n"
)


def added(served: Served, name: str, content: bytes, **said: Any) -> dict[str, Any]:
    client, url = served.client("contributor"), served.url()
    wish = {"uploads": [uploaded(client, url, name, content)], **said}
    answer = client.post(f"{url}/sources", json=wish)
    assert answer.status_code == 202
    return done(served, answer.json())


def listed(client: TestClient, served: Served) -> dict[str, dict[str, Any]]:
    return {each["file"]: each for each in client.get(served.url("/sources")).json()["items"]}


def test_what_was_given_is_listed_with_what_is_known_of_it(served: Served) -> None:
    found = listed(served.client("contributor"), served)
    assert list(found) == list(LETTERS)
    told = found["1947-a-moth.txt"]
    assert (told["kinds"], told["theirs"], told["first"]) == ({"letter": 1}, 1, "1947-09-09")
    assert (told["left_out"], told["not_for"]) == (False, [])
    assert served.client("visitor").get(served.url("/sources")).status_code == 403


def test_an_upload_becomes_a_source_and_is_gone(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    upload_id = uploaded(client, url, "sunday.txt", LETTER)
    answer = client.post(f"{url}/sources", json={"uploads": [upload_id]})
    assert (answer.status_code, answer.json()["kind"], answer.json()["state"]) == (202, "add", "queued")
    assert answer.headers["Location"] == f"{url}/jobs/{answer.json()['id']}"
    assert client.get(f"{url}/uploads/{upload_id}").json()["whole"] is True  # until it is done
    report = done(served, answer.json())
    assert [(each["file"], each["kept"]) for each in report["added"]] == [("sunday.txt", 1)]
    assert client.get(f"{url}/uploads").json()["items"] == []
    told = listed(client, served)["sunday.txt"]
    place = f"{url}/sources/{told['id']}"
    assert client.get(place).json() == told
    assert client.get(f"{place}/original").content == LETTER
    assert done(served, answer.json()) == report  # begun again, it does nothing more


def test_a_worker_adds_what_was_handed_in(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    wish = {"uploads": [uploaded(client, url, "sunday.txt", LETTER)]}
    job = client.post(f"{url}/sources", json=wish).json()
    see_through(served.lantern.desk, job["id"], Quiet())
    told = client.get(f"{url}/jobs/{job['id']}").json()
    assert (told["state"], told["report"]["passages"]) == ("done", len(LETTERS) + 1)
    assert "sunday.txt" in listed(client, served)


def test_an_upload_of_which_a_part_is_missing_is_not_added(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    upload_id = begun(client, url, "sunday.txt", len(LETTER)).json()["id"]
    wish = {"uploads": [upload_id]}
    assert client.post(f"{url}/sources", json=wish).status_code == 409
    sent(client, url, upload_id, 0, LETTER)
    assert client.post(f"{url}/sources", json=wish).status_code == 202
    others: list[dict[str, object]] = [
        {"uploads": []},
        {"uploads": ["x"]},
        {**wish, "kind": "song"},
        {**wish, "face": 0},
    ]
    for other in others:
        assert client.post(f"{url}/sources", json=other).status_code in {404, 422}


def test_a_preview_says_who_speaks_and_keeps_nothing(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    wish = {"uploads": [uploaded(client, url, "chat.txt", CHAT)]}
    before = list(served.lantern.archive.sources(served.memorial.id))
    seen = client.post(f"{url}/sources/preview", json=wish)
    assert (seen.status_code, seen.json()["job"]) == (200, None)
    (row,) = seen.json()["report"]["added"]
    assert {each["name"]: each["count"] for each in row["speakers"]} == {"Grace": 2, "Tom": 1}
    assert list(served.lantern.archive.sources(served.memorial.id)) == before
    assert client.get(f"{url}/uploads/{wish['uploads'][0]}").json()["whole"] is True


def test_what_a_preview_made_is_not_made_again_to_be_added(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    made = list[int | None]()

    def portrait(_: Picture, face: int | None, __: int) -> Made:
        made.append(face)
        return Made(b"a rig", ("it is dim",))

    ready = list[str]()
    monkeypatch.setattr(build, "portrait", portrait)
    monkeypatch.setattr(loops, "make_ready", lambda job: ready.append(job.id))
    client, url = served.client("contributor"), served.url()
    photo = sample("hopper").portrait.read_bytes()
    wish: dict[str, Any] = {"uploads": [uploaded(client, url, "her.jpg", photo)], "kind": "portrait"}
    seen = client.post(f"{url}/sources/preview", json=wish).json()
    assert done(served, seen["job"])["warnings"] == ["her.jpg: it is dim"]
    wish["face"] = 1  # which makes another
    done(served, client.post(f"{url}/sources/preview", json=wish).json()["job"])
    job = client.post(f"{url}/sources", json=wish).json()
    report = done(served, job)
    assert (made, report["warnings"], ready) == ([None, 1], ["her.jpg: it is dim"], [job["id"]])
    assert served.lantern.archive.rig(served.memorial.id) == b"a rig"


def test_of_two_files_of_one_name_in_a_zip_each_is_looked_at_by_itself(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_pages(files: Sequence[File]) -> Letter:
        with files[0].opened() as stream:
            return Letter(files[0].name, f"The moth flew in {stream.read().decode()}.", None)

    monkeypatch.setattr(bringing, "read_pages", read_pages)
    packed = io.BytesIO()
    with ZipFile(packed, "w") as zipped:
        for year in ("1960", "1970"):
            zipped.writestr(f"{year}/scan.png", year)
    report = added(served, "letters.zip", packed.getvalue(), kind="scan")
    assert [each["kept"] for each in report["added"]] == [1, 1]
    said = {each.file: each.text for each in served.lantern.archive.letters(served.memorial.id)}
    for year in ("1960", "1970"):
        assert said[f"letters.zip/{year}/scan.png"] == f"The moth flew in {year}."


def test_what_the_family_says_of_a_chat_is_heeded(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    wish = {"uploads": [uploaded(client, url, "chat.txt", CHAT.replace(b"Grace", b"Granny"))]}
    refused = client.post(f"{url}/sources", json=wish)
    with pytest.raises(Refused, match="who of them is Grace Murray"):
        done(served, refused.json())
    report = done(served, client.post(f"{url}/sources", json={**wish, "person": ["Granny"]}).json())
    assert report["added"][0]["kept"] == 3
    place = f"{url}/sources/{listed(client, served)['chat.txt']['id']}/passages"
    told = client.get(place).json()["items"]
    assert [(each["author"], each["text"]) for each in told] == [
        (None, "Bring the blue coat."),
        ("Tom", "I will, and the cake."),
        (None, "And wind the clock."),
    ]


def test_a_damaged_file_among_others_is_left_out_with_its_reason(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    damaged = {"torn.zip": b"PK\x03\x04 torn", "face.jpg": b"\xff\xd8\xff torn", "song.mp3": b"ID3\x03 torn"}
    names = {**damaged, "sunday.txt": LETTER}
    wish = {"uploads": [uploaded(client, url, name, content) for name, content in names.items()]}
    seen = client.post(f"{url}/sources/preview", json=wish).json()
    report = done(served, seen["job"]) if seen["report"] is None else seen["report"]
    for told in (report, done(served, client.post(f"{url}/sources", json=wish).json())):
        assert {each["file"]: each["kept"] for each in told["added"]} == {
            "sunday.txt": 1,
            "face.jpg": 0,
            "song.mp3": 0,
            "torn.zip": 0,
        }
        assert all(each["reason"] for each in told["added"] if not each["kept"])
        problem = next(each["problem"] for each in told["added"] if each["file"] == "torn.zip")
        assert problem == {"type": "damaged", "file": "torn.zip"}
        assert told["left_out"] == []
    assert "sunday.txt" in listed(client, served)


@pytest.mark.parametrize(("name", "torn"), [(".jpg", b"\xff\xd8\xff torn"), (".zip", b"PK\x03\x04 torn")])
def test_where_every_file_is_damaged_nothing_is_added_and_the_uploads_stay(
    served: Served, name: str, torn: bytes
) -> None:
    client, url = served.client("contributor"), served.url()
    wish = {"uploads": [uploaded(client, url, f"{number}{name}", torn) for number in (1, 2)]}
    job = client.post(f"{url}/sources", json=wish).json()
    with pytest.raises(Refused, match="none of these files"):
        done(served, job)
    assert len(client.get(f"{url}/uploads").json()["items"]) == 2


def test_passages_come_a_page_at_a_time_in_their_order(served: Served) -> None:
    lines = "".join(f"[01.05.19, 10:{minute:02}:00] Grace: Line {minute}.\n" for minute in range(50))
    added(served, "chat.txt", lines.encode(), person=["Grace"])
    client = served.client("contributor")
    place = served.url(f"/sources/{listed(client, served)['chat.txt']['id']}/passages")
    found, after = list[str](), None
    while not found or after:
        page = client.get(place, params={"limit": 7} | ({"after": after} if after else {})).json()
        found += [each["text"] for each in page["items"]]
        after = page["next"]
    assert found == [f"Line {minute}." for minute in range(50)]


def test_two_uploads_of_one_name_are_two_files(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    wish = {
        "uploads": [uploaded(client, url, "a.txt", LETTER), uploaded(client, url, "a.txt", LETTER + b"PS. Wind it.\n")]
    }
    done(served, client.post(f"{url}/sources", json=wish).json())
    assert {"a.txt", "a 2.txt"} <= listed(client, served).keys()


def test_a_file_that_is_left_out_is_drawn_on_no_more_until_it_is_again(served: Served) -> None:
    steward, archive = served.client("steward"), served.lantern.archive
    told = listed(steward, served)["1947-a-moth.txt"]
    place = served.url(f"/sources/{told['id']}")
    assert served.client("contributor").patch(place, json={"left_out": True}).status_code == 403
    assert steward.patch(place, json={"left_out": True}).json()["left_out"] is True
    assert "1947-a-moth.txt" not in {each.file for each in archive.letters(served.memorial.id)}
    assert archive.memory(served.memorial.id).corrections()[-1].by == "Sten"
    assert steward.patch(place, json={"left_out": False}).json()["left_out"] is False
    assert "1947-a-moth.txt" in {each.file for each in archive.letters(served.memorial.id)}


def test_a_change_of_what_somebody_else_changed_is_refused(served: Served) -> None:
    steward = served.client("steward")
    place = served.url(f"/sources/{listed(steward, served)['1947-a-moth.txt']['id']}")
    seen = steward.get(place)
    assert steward.get(place, headers={"If-None-Match": seen.headers["ETag"]}).status_code == 304
    assert (
        steward.patch(place, json={"not_for": ["Tom"]}, headers={"If-Match": seen.headers["ETag"]}).status_code == 200
    )
    late = steward.patch(place, json={"not_for": []}, headers={"If-Match": seen.headers["ETag"]})
    assert late.status_code == 412
    assert steward.get(place).json()["not_for"] == ["Tom"]


def test_a_file_that_is_not_for_somebody_is_not_there_for_them(served: Served) -> None:
    steward, contributor = served.client("steward"), served.client("contributor")
    archive = served.lantern.archive
    archive.memory(served.memorial.id).add_visitor(Visitor("Cora"))
    archive.memory(served.memorial.id).add_visitor(Visitor("Vera"))
    file_id = listed(contributor, served)["1961-to-vera.txt"]["id"]
    assert steward.patch(served.url(f"/sources/{file_id}"), json={"not_for": ["Cora"]}).json()["not_for"] == ["Cora"]
    assert "1961-to-vera.txt" not in listed(contributor, served)
    for place in ("", "/passages", "/original"):
        assert contributor.get(served.url(f"/sources/{file_id}{place}")).status_code == 404
        assert steward.get(served.url(f"/sources/{file_id}{place}")).status_code == 200
    for visitor, hears in (("Vera", True), ("Cora", False)):
        heard, _ = letters.heard(archive, served.memorial.id, visitor)
        assert any("blue coat" in each.text for each in heard) is hears
    assert steward.patch(served.url(f"/sources/{file_id}"), json={"not_for": []}).json()["not_for"] == []
    assert "1961-to-vera.txt" in listed(contributor, served)


def test_what_holds_for_a_folder_is_not_undone_for_a_file_of_it(served: Served) -> None:
    archive, memorial_id = served.lantern.archive, served.memorial.id
    with archive.adding(memorial_id) as adding:
        adding.add_passages([Passage(Letter("box/a.txt", "Dear Tom,\nhello.", None))], b"box")
    memory = archive.memory(memorial_id)
    memory.leave_out("box")
    memory.set_audience("box", ["Tom"])
    steward = served.client("steward")
    told = listed(steward, served)["a.txt"]
    assert (told["left_out"], told["not_for"]) == (True, ["Tom"])
    place = served.url(f"/sources/{told['id']}")
    assert steward.patch(place, json={"left_out": False}).status_code == 409
    assert steward.patch(place, json={"not_for": []}).status_code == 409
    assert steward.patch(place, json={"not_for": ["Tom", "Ann"]}).json()["not_for"] == ["Tom", "Ann"]


def test_an_id_names_the_same_file_for_good_and_tells_nothing(served: Served) -> None:
    archive: Archive = served.lantern.archive
    mine = archive.file_id(served.memorial.id, "1947-a-moth.txt")
    assert mine == archive.file_id(served.memorial.id, "1947-a-moth.txt")
    assert mine != archive.file_id(served.other.id, "1947-a-moth.txt")
    for wrong in ("0" * 32, archive.file_id(served.memorial.id, "nothing.txt")):
        assert served.client("steward").get(served.url(f"/sources/{wrong}")).status_code == 404
    assert served.client("steward").get(served.url("/sources/..%2f..%2fetc")).status_code in {404, 422}


def test_a_sample_takes_nothing(talking: Served) -> None:
    client, url = talking.client("contributor"), talking.url()
    wish = {"uploads": [uploaded(client, url, "a.txt", LETTER)]}
    for place in ("/sources", "/sources/preview"):
        assert client.post(f"{url}{place}", json=wish).status_code == 422
