"""A model of meanings helps recall where the family names one in the home folder; else nothing is loaded for it."""

from pathlib import Path

from data.home import RECALL_MODEL
from tests.persona.test_dense import saved
from tests.services.conftest import Lantern
from tests.services.test_cli import refused


def test_a_model_named_in_the_home_is_used(lantern: Lantern, home: Path, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (home / RECALL_MODEL).write_text(f"{saved(tmp_path / 'model')}\n")
    ran = lantern("ask", "Grace Hopper", "Tell me about the moth.", "--json")
    assert ran.code == 0, ran.err
    assert any(phrase["mark"] == "exhibit" for phrase in ran.json["phrases"])


def test_a_model_that_is_not_there_is_said_and_not_passed_over(lantern: Lantern, home: Path, tmp_path: Path) -> None:
    (home / RECALL_MODEL).write_text(str(tmp_path / "nowhere"))
    refused(lantern("ask", "Grace Hopper", "Hello"), 3, "nowhere holds no sentence-transformers model")
