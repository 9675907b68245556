"""What is refused, as pages and programs have it: a name, what it means, and facts; and words for each in both
languages."""

import ast
import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import services.pages
from data import errors
from data.errors import LanternError, NoFace, SeveralFaces, WhichOfThem, as_json, from_json
from services.api import problems
from services.api.guarding import Guard, Limits
from services.api.problems import Problem

ROOT = Path(errors.__file__).parents[1]
ROOMS = ("data", "face", "orchestrator", "persona", "services", "voice")
WORDS = Path(next(iter(services.pages.__path__)), "words")
TOLD = re.compile(r'^  "problem\.([a-z-]+)":\s+"(.*)",$', re.MULTILINE)
OFTEN = {"detail", "file", "what"}  # whatever the problem is, or the page's own
OF_THE_PAGE = {"of", "other", "no-answer"}
FOR_PROGRAMS = {  # what no page of ours asks for
    "key-used", "still-answering", "unsupported-media-type", "range-not-satisfiable",
}  # fmt: skip
MAKERS = {"forbidden": 1, "conflict": 1, "Problem": 1}  # of problems, and where each is told the name


def words(language: str) -> dict[str, str]:
    return dict(TOLD.findall((WORDS / f"{language}.js").read_text()))


def below(kind: type[LanternError]) -> Iterator[type[LanternError]]:
    yield kind
    for each in kind.__subclasses__():
        if each.__module__ == errors.__name__:
            yield from below(each)


def calls(names: Collection[str], *rooms: str) -> Iterator[tuple[str, ast.Call]]:
    """Where one of these is called, and how."""
    called = re.compile(rf"\b({'|'.join(names)})\(")
    texts = (file.read_text() for room in rooms for file in Path(ROOT, room).rglob("*.py"))
    for tree in (ast.parse(text) for text in texts if called.search(text)):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                if name in names:
                    yield name, node


@cache
def problems_of_routes() -> set[str]:
    told = {"not-found", "forbidden", "request-timeout"}
    for name, call in calls(MAKERS, "services"):
        if len(call.args) > MAKERS[name]:
            argument = call.args[MAKERS[name]]
            told |= (
                {argument.value} if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else set()
            )
    return told - FOR_PROGRAMS


NAMES = {each.name for each in below(LanternError)}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_problem_that_a_page_can_meet_has_words(language: str) -> None:
    assert len(problems_of_routes()) > 20
    assert NAMES | problems_of_routes() | OF_THE_PAGE == words(language).keys()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_word_of_a_problem_is_of_the_command_line(language: str) -> None:
    for name, told in words(language).items():
        assert not re.search(r"\blantern [a-z]|`|--[a-z]|MEMORIAL", told), name


def test_whoever_raises_a_problem_tells_the_facts_that_its_words_hold() -> None:
    wanted = {name: set(re.findall(r"\{(\w+)\}", told)) - OFTEN for name, told in words("en").items()}
    holding = {kind.__name__: wanted[kind.name] for kind in below(LanternError) if wanted[kind.name]}
    met = set()
    for name, call in calls(holding, *ROOMS):
        met.add(name)
        assert {each.arg for each in call.keywords} >= holding[name], ast.unparse(call)
    assert met == holding.keys()


def test_a_class_says_what_it_means_in_its_first_line() -> None:
    titles = [problems.problem(each("")).title for each in below(LanternError)]
    assert all(titles)
    assert len(set(titles)) == len(titles)
    assert problems.problem(WhichOfThem("")).title == "Nobody has said who of the names in a chat the person is"


def test_the_tree_at_the_head_names_every_class() -> None:
    assert errors.__doc__ is not None
    assert {each.__name__ for each in below(LanternError)} <= set(re.findall(r"\w+", errors.__doc__))


def test_facts_are_members_that_hide_none_of_the_others() -> None:
    told = problems.body(problems.problem(SeveralFaces("2 faces found", faces=2, status=7)))
    assert told == {
        "type": "/problems/several-faces",
        "title": "Several faces are in a photo, and nobody has said which is meant",
        "status": 422,
        "detail": "2 faces found",
        "faces": 2,
    }


def test_an_error_is_the_same_in_another_process() -> None:
    again = from_json(as_json(WhichOfThem("who?", names=["Mum", "Joe"])))
    assert type(again) is WhichOfThem
    assert (str(again), again.facts) == ("who?", {"names": ["Mum", "Joe"]})
    assert type(from_json({"error": "Gone", "says": "of an older version"})) is LanternError


def test_an_error_that_is_said_of_a_file_keeps_its_class_and_its_facts() -> None:
    told = SeveralFaces("2 faces", faces=2).of("garden.jpg")
    assert (type(told), str(told), told.facts) == (
        SeveralFaces,
        "garden.jpg: 2 faces",
        {"faces": 2, "file": "garden.jpg"},
    )
    assert isinstance(NoFace("none").of("a.jpg"), NoFace)


@pytest.mark.parametrize("pieces", [[b"x" * 20], [b"x"] * 20], ids=["told", "as it comes"])
def test_a_body_that_is_too_large_is_refused_as_a_problem(pieces: list[bytes]) -> None:
    app = FastAPI(max_body_size=10)
    problems.install(app)

    @app.post("/letters")
    def letters(text: str = "") -> str:
        return text

    @app.post("/read")
    async def read(body: dict[str, str]) -> int:
        return len(body)

    client = TestClient(Guard(app, Limits()))
    content = pieces[0] if len(pieces) == 1 else iter(pieces)
    refused = client.post("/read", content=content)
    assert (refused.status_code, refused.headers["Content-Type"]) == (413, problems.MEDIA_TYPE)
    assert refused.json()["type"] == "/problems/too-large"
    unread = client.post("/letters", content=b"x" * 20)
    assert (unread.status_code, unread.json()["type"]) == (413, "/problems/too-large")


def test_a_problem_of_its_own_status_has_that_as_its_title() -> None:
    assert problems.body(Problem(421, "not-this-name", "ask elsewhere"))["title"] == "Misdirected Request"
