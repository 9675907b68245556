"""A language model for a memorial: tuned as a durable job or on a borrowed machine, chosen, judged, and taken away."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.archive import Archive
from data.samples import sample
from persona.patterns import table
from persona.sentences import even
from services import bundle, engines
from tests.services.conftest import ANN, Lantern, Ran

HOPPER = "Grace Hopper"
ASKED = "Tell me about the clocks."


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def base(sample_home: tuple[Path, Ran]) -> Path:
    """The small GPT-J that the demonstration made."""
    (found,) = (sample_home[0] / "home" / "caches" / "small-base-hopper").iterdir()
    return found


def files(home: Path) -> dict[str, bytes | None]:
    with Archive.open(home) as archive:
        memorial = archive.find(HOPPER)
        return {name: archive.model_file(memorial.id, name) for name in ("adapter", "verdict", "report", "page")}


def sure(home: Path, **choosing_and_judging: Any) -> None:
    """Give the memorial the verdict of a model that did better."""
    with Archive.open(home) as archive:
        memorial = archive.find(HOPPER)
        verdict = json.loads(archive.model_file(memorial.id, engines.VERDICT) or b"")
        for each in choosing_and_judging:
            verdict[each] |= {"items": 300, "ours": 0.9, "rival": 0.5, "low": 0.3, "high": 0.5}
        with archive.adding(memorial.id) as adding:
            adding.set_model_files({engines.VERDICT: json.dumps(verdict).encode()})


def test_the_demonstration_tunes_a_small_model_and_tells_what_came_of_it(sample_home: tuple[Path, Ran]) -> None:
    tuning = sample_home[1].json["tuning"]
    assert set(tuning) == {"base", "parameters", "heldout_before", "heldout_after", "swap_nats", "verdict"}
    assert tuning["heldout_after"] < tuning["heldout_before"]
    assert tuning["swap_nats"]["own"] > max(0.0, tuning["swap_nats"]["other"])
    assert "writes nothing of its own" in tuning["verdict"]


def test_tuning_keeps_a_new_adapter_with_its_verdict_and_report(lantern: Lantern, home: Path, base: Path) -> None:
    before = files(home)
    page = home.parent / "page.html"
    told = lantern("tune", HOPPER, "--base", base, "--page", page, "--json").json
    after = files(home)
    assert after["adapter"] not in (None, before["adapter"])
    assert told["base"] == str(base)
    assert told["heldout_after"] < told["heldout_before"]
    assert json.loads(after["report"] or b"") == told
    assert page.read_bytes() == after["page"]
    with Archive.open(home) as archive:
        (job,) = (told for told in lantern("jobs", "--json").json["jobs"] if told["kind"] == "tune")
        assert archive.paper(archive.find(HOPPER).id, job["id"], "lesson") is None


def test_a_borrowed_machine_brings_home_what_it_learnt(
    lantern: Lantern, home: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson, learnt = tmp_path / "lesson", tmp_path / "learnt"
    key = lantern("tune", HOPPER, "--base", base, "--pack", lesson, "--json").json["key"]
    assert b"clock" in bundle.unpack(lesson, "lesson", key)
    assert not any(word in lesson.read_bytes() for word in (b"clock", key.encode()))
    assert lantern("tune", HOPPER, "--base", base, "--pack", tmp_path / "another").code == 0
    other = "A" * 43 + "="
    assert lantern("learn", lesson, "--out", learnt, "--key", other).code == 2
    assert lantern("tune", HOPPER, "--adopt", lesson).code == 2
    before = files(home)
    told = lantern("learn", lesson, "--out", learnt, "--key", key, "--json").json
    assert files(home) == before
    assert lantern("tune", HOPPER, "--adopt", learnt, "--json").json == told
    assert files(home)["adapter"] != before["adapter"]


def test_base_and_adapter_are_written_as_one_model(lantern: Lantern, tmp_path: Path) -> None:
    folder = tmp_path / "whole"
    assert lantern("tune", HOPPER, "--merge", folder).code == 0
    assert (folder / "config.json").is_file()
    assert not list(tmp_path.glob("*.part"))
    assert lantern("tune", HOPPER, "--merge", folder).code == 2


def test_a_model_that_earned_nothing_changes_no_answer(lantern: Lantern) -> None:
    built_in = lantern("ask", HOPPER, ASKED, "--json").json
    assert (built_in["engine"], built_in["verdict"]) == ("recollection", None)
    chosen = lantern("engine", HOPPER, "gptj", "--json").json
    answered = lantern("ask", HOPPER, ASKED, "--json").json
    assert answered["phrases"] == built_in["phrases"]
    assert answered["engine"] == "gptj"
    assert answered["verdict"] == chosen["verdict"]
    assert lantern("engine", HOPPER, "recollection", "--json").json["engine"] == "recollection"


def test_a_model_that_earned_a_say_still_says_their_sentences_alone(lantern: Lantern, home: Path) -> None:
    sure(home, choosing=True, judging=True)
    assert "may help to choose" in lantern("engine", HOPPER, "gptj", "--json").json["verdict"]
    answered = lantern("ask", HOPPER, ASKED, "--json").json
    given = sample("hopper")
    written = {path.name: even(path.read_text("utf-8")) for path in (*given.letters, *given.messages)}
    quoted = [phrase for phrase in answered["phrases"] if phrase["mark"] == "exhibit"]
    assert quoted
    assert all(even(phrase["text"]) in written[phrase["source"]["file"]] for phrase in quoted)
    ours = [phrase["text"] for phrase in answered["phrases"] if phrase["mark"] != "exhibit"]
    assert all(text.endswith(":") or text in table("connectives.toml")["en"]["between"] for text in ours)


def test_free_writing_takes_somebody_who_saw_it(lantern: Lantern) -> None:
    assert lantern("engine", HOPPER, "gptj", "--let-write", "Anna").code == 2
    told = lantern("engine", HOPPER, "gptj", "--let-write", "Anna", "--yes", "--json").json
    assert "Anna turned that on" in told["verdict"]
    assert lantern("ask", HOPPER, ASKED).code == 0


def test_leave_to_write_is_for_the_model_that_was_seen(lantern: Lantern, home: Path) -> None:
    assert lantern("engine", HOPPER, "gptj", "--let-write", " ", "--yes").code == 2
    assert lantern("engine", HOPPER, "gptj", "--let-write", "Anna", "--yes").code == 0
    assert lantern("memory", HOPPER, "strike", "Mostly the clocks.").code == 0
    told = lantern("engine", HOPPER, "--json").json["verdict"]
    assert "writes nothing of its own" in told
    assert "look at samples again" in told
    again = lantern("engine", HOPPER, "gptj", "--let-write", "Anna", "--yes")
    assert again.code == 2
    assert "lantern tune" in again.err


def test_a_verdict_gives_no_leave_to_write_by_itself(lantern: Lantern, home: Path) -> None:
    with Archive.open(home) as archive:
        memorial = archive.find(HOPPER)
        verdict = json.loads(archive.model_file(memorial.id, engines.VERDICT) or b"")
        with archive.adding(memorial.id) as adding:
            adding.set_model_files({engines.VERDICT: json.dumps(verdict | {"writing_allowed_by": "Eve"}).encode()})
    assert "writes nothing of its own" in lantern("engine", HOPPER, "gptj", "--json").json["verdict"]


def test_words_leave_the_machine_only_for_a_host_that_was_named(lantern: Lantern) -> None:
    server = ("engine", HOPPER, "openai", "--url", "https://api.example.com/v1", "--model", "m", "--let-write", "Anna")
    refused = lantern(*server, "--yes")
    assert refused.code == 2
    assert "api.example.com" in refused.err
    assert lantern(*server, "--yes", "--send-to", "api.example.com").code == 0
    assert lantern("engine", HOPPER, "--json").json["engine"] == "openai"


def test_no_other_engine_takes_the_place_of_a_server_that_is_away(lantern: Lantern) -> None:
    server = ("--url", "http://localhost:9/v1", "--model", "m", "--let-write", "Anna", "--yes")
    assert lantern("engine", HOPPER, "openai", *server).code == 0
    ran = lantern("ask", HOPPER, ASKED)
    assert ran.code == 3
    assert "localhost:9" in ran.err


def test_what_is_not_there_is_said_in_one_line(lantern: Lantern, tmp_path: Path) -> None:
    letter = tmp_path / "1951-05-03 garden.txt"
    letter.write_text("Dear Tom,\n\nWe planted the beans.\n")
    assert lantern("add", ANN, letter).code == 0
    for refused, code in (
        (("engine", ANN, "gptj"), 2),
        (("tune", ANN, "--adopt", letter), 2),
        (("tune", ANN, "--merge", tmp_path / "m"), 2),
        (("tune", ANN, "--base", tmp_path), 2),  # one letter is no corpus
        (("tune", HOPPER, "--base", tmp_path), 3),
        (("tune", HOPPER, "--pack", tmp_path / "a", "--adopt", letter), 2),
        (("engine", HOPPER, "--base", tmp_path), 2),
        (("engine", HOPPER, "openai"), 2),
        (("engine", HOPPER, "recollection", "--let-write", "Anna"), 2),
        (("learn", letter, "--out", tmp_path / "b", "--key", "k"), 2),
        (("doctor", "--tune", tmp_path), 3),
    ):
        ran = lantern(*refused)
        told = [line for line in ran.err.splitlines() if line.startswith("lantern: ")]
        assert (ran.code, len(told)) == (code, 1), (refused, ran.err)
        assert "fault of ours" not in ran.err


def test_doctor_tells_what_tuning_takes_before_anything_is_fetched(lantern: Lantern) -> None:
    ran = lantern("doctor", "--tune", "EleutherAI/gpt-j-6b", "--json")
    told = {each["name"]: each for each in ran.json["findings"]}
    assert "6,050,882,784" in told["base"]["text"]
    assert "24.6 GB needed" in told["disk"]["text"]
    assert told["time"]["text"].startswith("at most")
