from __future__ import annotations

from pathlib import Path

from data.settings import Settings


def test_the_home_is_the_one_that_was_chosen() -> None:
    assert Settings.from_environment({"LANTERN_HOME": "/memories", "HOME": "/home/ann"}).home == Path("/memories")


def test_the_home_is_a_hidden_folder_of_the_user_else() -> None:
    for chosen in ({}, {"LANTERN_HOME": ""}, {"LANTERN_HOME": "  "}):
        assert Settings.from_environment({"HOME": "/home/ann", **chosen}).home == Path("/home/ann/.lantern")
