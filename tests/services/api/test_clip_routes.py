"""A clip says again what was said, is its owner's, and says nothing that was taken back."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from data.clips_kept import About
from data.conversations import KeptTurn
from data.errors import TakenBack, UnknownNote
from data.label import Label, Stamp
from data.media import read_clip
from data.types import Phrase, Source, Span
from orchestrator.job import Job
from services import answers
from services.api.jobs import JobBody
from tests.services.api.conftest import Served

LINE = "What of the moth?"
NOTICE = Phrase("I am a program.", "en", "notice")


@pytest.fixture
def vera(talking: Served) -> TestClient:
    return talking.client("visitor")


@pytest.fixture
def sten(talking: Served) -> TestClient:
    return talking.client("steward")


@pytest.fixture
def undone(talking: Served) -> Iterator[None]:
    """What is struck by a test counts no more after it."""
    yield
    memory = talking.lantern.archive.memory(talking.memorial.id)
    for each in memory.corrections():
        if each.undone is None:
            memory.undo(each.id)


def quoted(talking: Served, place: int = 0) -> Phrase:
    """A short sentence of one of the letters, as an answer quotes it."""
    letter = talking.lantern.archive.letters(talking.memorial.id, "Vera")[place]
    sentence = next(each.strip() + "." for each in letter.text.replace("\n", " ").split(".") if 20 < len(each) < 80)
    return Phrase(sentence, "en", "exhibit", Source(letter.file, letter.date, sentence))


def said(talking: Served, *phrases: Phrase) -> dict[str, Any]:
    """A conversation of Vera's in which this was said, as what is asked for."""
    conversations = talking.lantern.archive.conversations(talking.memorial.id)
    kept = conversations.create(talking.ids["visitor"], "Vera")
    conversations.add_turn(kept.id, KeptTurn(0, LINE, phrases, "said", datetime.now(UTC)))
    return {"conversation": kept.id, "turn": 0}


def made(talking: Served, job: Any) -> str:
    """Do the job here; gives its id."""
    job_id: str = JobBody(**job.json()).id
    answers.make_clip(Job(talking.lantern.archive, job_id, talking.memorial.id, lambda: False))
    return job_id


def test_an_answer_becomes_a_clip_that_is_its_owners(talking: Served, tmp_path: Path) -> None:
    vera, phrase = talking.client("visitor"), quoted(talking)
    job = vera.post(talking.url("/clips"), json=said(talking, NOTICE, phrase))
    assert job.status_code == 202, job.text
    place = talking.url(f"/clips/{made(talking, job)}")
    told = vera.get(place).json()
    assert (told["title"], told["mine"], told["kind"]) == (LINE, True, "answer")
    assert phrase.text in told["text"]
    assert [(each["mark"], each["source"] is None) for each in told["phrases"]] == [
        ("notice", True),
        ("exhibit", False),
    ]
    assert (told["outdated"], told["taken_back"]) == (False, [])

    file = vera.get(told["file"])
    (tmp_path / "clip.mp4").write_bytes(file.content)
    clip = read_clip(tmp_path / "clip.mp4")
    assert (len(file.content), clip.width, clip.height) == (told["size_bytes"], told["width"], told["height"])
    assert clip.has_sound
    assert "Grace%20Hopper%2C%20What%20of%20the%20moth.mp4" in file.headers["content-disposition"]
    part = vera.get(told["file"], headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert vera.head(told["file"]).headers["content-length"] == str(told["size_bytes"])
    assert vera.get(told["file"], headers={"If-None-Match": file.headers["etag"]}).status_code == 304

    paper = talking.lantern.archive.paper(talking.memorial.id, told["id"], "report")
    report = json.loads(paper or b"")
    assert (report["clip"], report.keys() & {"text", "phrases"}) == (told["id"], set())  # it stays when the clip goes
    cora, sten = talking.client("contributor"), talking.client("steward")
    assert cora.get(talking.url("/clips")).json()["items"] == []
    assert cora.get(place).status_code == cora.get(told["file"]).status_code == cora.delete(place).status_code == 404
    assert [each["id"] for each in sten.get(talking.url("/clips")).json()["items"]] == [told["id"]]
    assert vera.delete(place).status_code == 204
    assert vera.get(place).status_code == vera.get(told["file"]).status_code == 404


def test_a_farewell_is_said_as_the_family_wrote_it(
    talking: Served, sten: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, draw = set[str | None](), Label.drawn

    def seen(label: Label, width: int, height: int) -> Stamp:
        drawn.add(label.writer)
        return draw(label, width, height)

    monkeypatch.setattr(Label, "drawn", seen)
    job = sten.post(talking.url("/farewells"), json={"text": "Look after the garden.", "author": "Lucy"})
    assert job.status_code == 202, job.text
    told = sten.get(talking.url(f"/clips/{made(talking, job)}")).json()
    assert (told["kind"], told["author"], told["text"]) == ("farewell", "Lucy", "Look after the garden.")
    assert drawn == {"Lucy"}  # the pictures themselves say who wrote it


@pytest.mark.usefixtures("undone")
def test_what_was_struck_since_is_not_said_again(talking: Served, vera: TestClient) -> None:
    phrase = quoted(talking)
    wanted = said(talking, phrase)
    talking.lantern.archive.memory(talking.memorial.id).strike(phrase.text)
    refused = vera.post(talking.url("/clips"), json=wanted)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/taken-back")
    assert phrase.text not in refused.text


def kept(home: Served, *phrases: Phrase, marked: bool = True) -> str:
    """A clip of Vera's in which this is said, or one of before it was `marked` with that; gives its place."""
    archive, clip_id = home.lantern.archive, uuid4().hex
    text = " ".join(each.text for each in phrases)
    about = About(LINE, text, None, 1.0, 64, 64, 4, phrases if marked else (), "Vera" if marked else None)
    file = archive.home.temporary()
    file.write_bytes(b"film")
    with archive.adding(home.memorial.id) as adding:
        archive.clips(home.memorial.id).add(adding, clip_id, "answer", home.ids["visitor"], about, file)
    file.unlink()
    return home.url(f"/clips/{clip_id}")


def test_a_clip_in_which_a_struck_sentence_is_said_is_shown_to_stewards_alone(served: Served) -> None:
    vera, sten, phrase = served.client("visitor"), served.client("steward"), quoted(served)
    place, other = kept(served, phrase), kept(served, Phrase("I left no word about that.", "en", "imagined"))
    assert len(vera.get(served.url("/clips")).json()["items"]) == 2
    served.lantern.archive.memory(served.memorial.id).strike(phrase.text)
    told = sten.get(place).json()
    assert (told["outdated"], told["taken_back"]) == (True, [phrase.text])
    assert sten.get(told["file"]).content == b"film"
    assert vera.get(place).status_code == vera.get(told["file"]).status_code == 404
    assert vera.post(f"{place}/anew").status_code == 404
    assert [each["outdated"] for each in vera.get(served.url("/clips")).json()["items"]] == [False]
    for clip in (place, other):
        assert vera.delete(clip).status_code == 204


def test_what_is_not_for_its_owner_any_more_is_not_in_their_clips(served: Served) -> None:
    vera, phrase, memory = served.client("visitor"), quoted(served), served.lantern.archive.memory(served.memorial.id)
    assert phrase.source is not None
    place = kept(served, phrase)
    memory.set_audience(phrase.source.file, ["Vera"])
    assert vera.get(place).status_code == 404
    assert served.client("steward").get(place).json()["taken_back"] == [phrase.text]
    memory.set_audience(phrase.source.file, [])
    assert vera.get(place).json()["outdated"] is False


def test_a_clip_in_which_a_recording_is_heard_goes_with_the_recording(served: Served) -> None:
    vera, memory = served.client("visitor"), served.lantern.archive.memory(served.memorial.id)
    place = kept(served, replace(quoted(served), mark="their-voice", recording=Span("tapes/1962.wav", 0, 24_000)))
    assert vera.get(place).status_code == 200
    memory.set_audience("tapes", ["Vera"])
    assert vera.get(place).status_code == 404
    assert served.client("steward").get(place).json()["outdated"] is True
    memory.set_audience("tapes", [])
    assert vera.get(place).status_code == 200
    memory.leave_out("tapes/1962.wav")
    assert vera.get(place).status_code == 404


def test_a_clip_of_before_is_its_owners_until_anything_is_taken_back(served: Served) -> None:
    vera, sten = served.client("visitor"), served.client("steward")
    place = kept(served, quoted(served), marked=False)
    assert vera.get(place).json()["outdated"] is False
    served.lantern.archive.memory(served.memorial.id).strike(quoted(served, 1).text)
    assert vera.get(place).status_code == 404
    told = sten.get(place).json()
    assert (told["outdated"], told["taken_back"]) == (True, [])
    assert sten.post(f"{place}/anew").json()["type"] == "/problems/old-film"


def test_nothing_is_filmed_anew_where_nothing_of_theirs_is_left(served: Served) -> None:
    sten, phrase = served.client("steward"), quoted(served)
    place = kept(served, Phrase("This comes nearest:", "en", "imagined"), phrase)
    served.lantern.archive.memory(served.memorial.id).strike(phrase.text)
    refused = sten.post(f"{place}/anew")
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/nothing-left")
    assert phrase.text not in refused.text


@pytest.mark.usefixtures("undone")
def test_a_clip_is_filmed_anew_without_what_was_taken_back(talking: Served, vera: TestClient, sten: TestClient) -> None:
    phrase, left = quoted(talking), quoted(talking, 1)
    place = kept(talking, phrase, left)
    talking.lantern.archive.memory(talking.memorial.id).strike(phrase.text)
    job, again = sten.post(f"{place}/anew"), sten.post(f"{place}/anew")
    assert job.status_code == 202, job.text
    anew = talking.url(f"/clips/{made(talking, job)}")
    with pytest.raises(UnknownNote):  # nothing that its place could be taken of is there any more
        made(talking, again)
    assert [each["file"] for each in vera.get(talking.url("/clips")).json()["items"]] == [f"{anew}/file"]
    told = vera.get(anew).json()
    assert (told["title"], told["text"], told["mine"], told["outdated"]) == (LINE, left.text, True, False)
    assert sten.get(place).status_code == 404
    assert vera.delete(anew).status_code == 204


@pytest.mark.usefixtures("undone")
def test_what_was_left_out_after_the_order_is_not_filmed(talking: Served, vera: TestClient) -> None:
    phrase = quoted(talking)
    assert phrase.source is not None
    job = vera.post(talking.url("/clips"), json=said(talking, phrase))
    talking.lantern.archive.memory(talking.memorial.id).leave_out(phrase.source.file)
    with pytest.raises(TakenBack) as refused:
        made(talking, job)
    assert phrase.text not in f"{refused.value} {refused.value.facts}"
    assert vera.get(talking.url(f"/clips/{job.json()['id']}")).status_code == 404


def test_where_nobody_spoke_there_is_nothing_to_film(talking: Served, vera: TestClient) -> None:
    assert vera.post(talking.url("/clips"), json=said(talking, NOTICE)).status_code == 422


def test_nobody_films_what_was_said_to_another(talking: Served, sten: TestClient, vera: TestClient) -> None:
    wanted = said(talking, quoted(talking))
    assert sten.post(talking.url("/clips"), json=wanted).status_code == 404
    assert vera.post(talking.url("/clips"), json={**wanted, "turn": 7}).status_code == 404


def test_a_farewell_that_a_memorial_must_not_say_is_refused(talking: Served, sten: TestClient) -> None:
    for text in ("You should come and join me.", "\x00", " \n "):
        refused = sten.post(talking.url("/farewells"), json={"text": text})
        assert refused.status_code == 422, (text, refused.text)


def test_without_a_portrait_nothing_is_begun(served: Served) -> None:
    refused = served.client("steward").post(served.url("/farewells"), json={"text": "Look after the garden."})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/no-portrait")
    assert served.client("steward").get(served.url("/jobs")).json()["items"] == []
