"""The letter behind a sentence, as the one who asks may see it."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from data.identity import Passage
from data.types import Letter, Visitor
from services import answers
from services.build import Asker
from services.letters import behind
from tests.services.api.conftest import Served

MOTH = "1947-a-moth.txt"
QUOTE = "Today we found a moth in relay seventy."


def asked(client: TestClient, served: Served, file: str = MOTH, quote: str = QUOTE) -> tuple[int, dict[str, Any]]:
    answer = client.get(served.url("/letters"), params={"file": file, "quote": quote})
    return answer.status_code, answer.json()


def test_it_is_cut_around_the_sentence(served: Served) -> None:
    status, told = asked(served.client("visitor"), served)
    assert status == 200
    assert (told["before"], told["quote"], told["after"]) == ("Dear Mary,\n", QUOTE, " I taped it into the book.\n")
    assert (told["file"], told["date"], told["author"]) == (MOTH, "1947-09-09", None)


def test_every_sentence_that_an_answer_draws_on_has_its_letter(talking: Served) -> None:
    client = talking.client("visitor")
    told = answers.ask(talking.lantern.archive, talking.memorial, "What did you find in the relay?", Asker("Vera"))
    sources = [each["source"] for each in told["phrases"] if each["source"] is not None]
    assert sources
    for source in sources:
        status, letter = asked(client, talking, source["file"], source["quote"])
        assert status == 200
        assert "".join(letter["quote"].split()) == "".join(source["quote"].split())


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Dear Ann,\nthe clock\nstands still. Wind it.", "the clock stands still."),
        ("爷爷：\n今天我们\n去了西湖。明天再去。", "今天我们去了西湖。"),
        ("Yes, yesterday. Yes.", "Yes."),
    ],
)
def test_line_breaks_do_not_hide_it(served: Served, text: str, quote: str) -> None:
    archive, memorial_id = served.lantern.archive, served.memorial.id
    with archive.adding(memorial_id) as adding:
        adding.add_passages([Passage(Letter("box/a.txt", text, None))], text.encode())
    for name in ("a.txt", "box/a.txt"):
        status, told = asked(served.client("visitor"), served, name, quote)
        assert status == 200
        assert told["before"] + told["quote"] + told["after"] == text
        assert "".join(told["quote"].split()) == "".join(quote.split())


def test_what_is_not_there_is_not_found(served: Served) -> None:
    client = served.client("visitor")
    for file, quote in ((MOTH, "We never said that."), ("other.txt", QUOTE), (MOTH, " "), ("", QUOTE), ("txt", QUOTE)):
        assert asked(client, served, file, quote)[0] == 404
    assert asked(served.client("stranger"), served)[0] == 404
    assert asked(served.client(), served)[0] == 401


def test_what_is_not_for_somebody_is_not_there_for_them(served: Served) -> None:
    archive = served.lantern.archive
    memory = archive.memory(served.memorial.id)
    memory.add_visitor(Visitor("Vera"))
    memory.add_visitor(Visitor("Cora"))
    memory.set_audience(MOTH, ["Vera"])
    assert asked(served.client("visitor"), served)[0] == 404
    assert asked(served.client("contributor"), served)[0] == 200
    assert asked(served.client("keeper"), served)[0] == 200  # whoever has an account here is known
    assert behind(archive, served.memorial, None, MOTH, QUOTE) is None


def test_what_was_left_out_is_not_there(served: Served) -> None:
    served.lantern.archive.memory(served.memorial.id).leave_out(MOTH)
    assert asked(served.client("visitor"), served)[0] == 404


def test_what_they_never_said_is_neither_found_nor_shown_beside_another(served: Served) -> None:
    served.lantern.archive.memory(served.memorial.id).strike("I taped it into the book.")
    client = served.client("visitor")
    assert asked(client, served, quote="I taped it into the book.")[0] == 404
    assert asked(client, served)[1]["after"] == " […]\n"


def test_what_others_wrote_is_shown_under_their_name(served: Served) -> None:
    archive, memorial_id = served.lantern.archive, served.memorial.id
    letter = Letter("mary.txt", "Grace never slept before a launch.", None, "told", "Mary")
    with archive.adding(memorial_id) as adding:
        adding.add_passages([Passage(letter)], b"mary")
    _, told = asked(served.client("visitor"), served, "mary.txt", letter.text)
    assert (told["author"], told["kind"]) == ("Mary", "told")
