"""What takes seconds goes on a few times at once."""

from contextlib import ExitStack

import pytest

from services.api import voice
from services.api.few import AT_ONCE
from tests.services.api.conftest import Served

NOTHING = "0" * 32


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", f"/conversations/{NOTHING}/turns", {"text": "Hello"}),
        ("POST", "/sources/preview", {"uploads": [NOTHING]}),
        ("GET", "/doubtful/0123456789ab-1/scan", None),
        ("GET", "/portrait/photo", None),
        ("GET", f"/photos/{NOTHING}", None),
        ("GET", "/voice/sample", None),
    ],
)
def test_who_comes_when_all_places_are_taken_is_told_so(served: Served, method: str, path: str, body: object) -> None:
    with served.client("steward") as client, ExitStack() as taken:
        for _ in range(AT_ONCE):
            taken.enter_context(served.lantern.few.place())
        assert client.request(method, served.url(path), json=body).status_code == 503
        taken.close()
        assert client.request(method, served.url(path), json=body).status_code in (404, 409, 422)


def test_no_voice_of_a_memorial_that_was_removed_stays_in_memory(served: Served) -> None:
    kept = voice.samples._kept
    for memorial in (served.memorial, served.other):
        kept.get((memorial.id, "its key"), None, lambda: b"RIFF")
    with served.client("steward") as client:
        assert client.delete(served.url()).status_code == 204
    assert not kept.holds((served.memorial.id, "its key"), None)
    assert kept.holds((served.other.id, "its key"), None)
    voice.samples.forget(served.other.id)
