"""How a memorial sounds: heard before it is accepted, and chosen by its stewards."""

import pytest
from starlette.testclient import TestClient

from services import voices
from tests.services.api.conftest import Served


@pytest.fixture
def sten(talking: Served) -> TestClient:
    return talking.client("steward")


def waits(talking: Served) -> None:
    """A voice that was learnt waits to be heard: here the one that speaks, once more."""
    archive, memorial_id = talking.lantern.archive, talking.memorial.id
    with archive.adding(memorial_id) as adding:
        voice, heard = archive.voice_profile(memorial_id), archive.model_file(memorial_id, voices.HEARD)
        assert voice is not None
        assert heard is not None
        assert voices.keep(archive, adding, voice, heard, must_wait=True)


def test_what_is_known_of_a_voice_is_told_without_where_things_lie(talking: Served, sten: TestClient) -> None:
    told = sten.get(talking.url("/voice")).json()
    assert (told["mode"], told["speaks"], told["waiting"]) == ("cloned", True, False)
    assert told["says"]
    assert told["report"]["speech_s"] > 0
    assert not {"source", "weights"} & told["report"].keys()


def test_without_recordings_there_is_no_voice_and_none_to_learn(served: Served) -> None:
    sten = served.client("steward")
    told = sten.get(served.url("/voice")).json()
    assert (told["speaks"], told["says"], told["report"]) == (False, [], None)
    refused = sten.post(served.url("/voice/learn"), json={})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/no-recording")
    assert sten.get(served.url("/voice/sample")).status_code == 409


def test_a_choice_holds_unless_somebody_chose_meanwhile(served: Served) -> None:
    sten = served.client("steward")
    tag = sten.get(served.url("/voice")).headers["etag"]
    chosen = sten.put(served.url("/voice"), json={"mode": "off"}, headers={"If-Match": tag})
    assert (chosen.json()["mode"], chosen.json()["is_chosen"]) == ("off", True)
    assert sten.put(served.url("/voice"), json={"mode": "narrator"}, headers={"If-Match": tag}).status_code == 412


def test_the_sample_is_labelled_and_the_same_each_time(talking: Served, sten: TestClient) -> None:
    whole = sten.get(talking.url("/voice/sample"))
    assert (whole.status_code, whole.headers["content-type"]) == (200, "audio/wav")
    assert b"AIGC" in whole.content
    part = sten.get(talking.url("/voice/sample"), headers={"Range": "bytes=0-3"})
    assert (part.content, part.headers["etag"]) == (b"RIFF", whole.headers["etag"])


def test_a_voice_is_heard_before_it_is_accepted(talking: Served, sten: TestClient) -> None:
    waits(talking)
    refused = sten.post(talking.url("/voice/waiting/accept"))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/unheard")
    assert sten.get(talking.url("/voice/sample"), params={"which": "waiting"}).status_code == 200
    assert sten.get(talking.url("/voice")).json()["waiting_was_heard"]
    accepted = sten.post(talking.url("/voice/waiting/accept")).json()
    assert (accepted["waiting"], accepted["speaks"]) == (False, True)


def test_a_voice_that_waits_can_be_dropped(talking: Served, sten: TestClient) -> None:
    waits(talking)
    assert sten.delete(talking.url("/voice/waiting")).status_code == 204
    assert not sten.get(talking.url("/voice")).json()["waiting"]
    assert sten.delete(talking.url("/voice/waiting")).status_code == 409
    assert sten.get(talking.url("/voice/sample"), params={"which": "waiting"}).status_code == 409


def test_a_piece_is_played_and_written_down(talking: Served) -> None:
    cora = talking.client("contributor")
    pieces = cora.get(talking.url("/voice/pieces")).json()["items"]
    mine = next(each for each in pieces if each["theirs"])
    sound = cora.get(talking.url(f"/voice/pieces/{mine['number']}/sound"))
    assert sound.headers["content-type"] == "audio/wav"
    assert b"AIGC" not in sound.content  # nothing of it was made here
    written = cora.put(talking.url(f"/voice/pieces/{mine['number']}"), json={"text": "A moth."})
    assert written.json()["written"] > 0, written.text
    again = cora.get(talking.url("/voice/pieces")).json()["items"]
    assert next(each["text"] for each in again if each["number"] == mine["number"]) == "A moth."
    assert cora.get(talking.url("/voice/pieces/99999/sound")).status_code == 404


def test_a_recording_that_is_not_for_somebody_is_not_played_to_them(talking: Served) -> None:
    cora, memory = talking.client("contributor"), talking.lantern.archive.memory(talking.memorial.id)
    piece = cora.get(talking.url("/voice/pieces")).json()["items"][0]
    one = talking.url(f"/voice/pieces/{piece['number']}")
    memory.set_audience(piece["file"], ["Cora"])
    try:
        seen = cora.get(talking.url("/voice/pieces")).json()["items"]
        assert piece["file"] not in {each["file"] for each in seen}
        assert cora.get(f"{one}/sound").status_code == 404
        assert cora.put(one, json={"text": "A moth."}).status_code == 404
        assert talking.client("steward").get(f"{one}/sound").status_code == 200
    finally:
        memory.set_audience(piece["file"], [])


def test_a_name_is_taught_and_forgotten(served: Served) -> None:
    cora = served.client("contributor")
    name = served.url("/voice/names/Nietzsche")
    assert cora.put(name, json={"said": "neecha"}).json() == {"word": "Nietzsche", "said": "neecha"}
    assert cora.get(served.url("/voice/names")).json()["items"] == [{"word": "Nietzsche", "said": "neecha"}]
    assert cora.delete(name).status_code == 204
    assert cora.get(served.url("/voice/names")).json()["items"] == []
