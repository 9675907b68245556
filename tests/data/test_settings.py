from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import BadHome
from data.settings import Settings


def test_the_home_is_the_one_that_was_chosen() -> None:
    assert Settings.from_environment({"LANTERN_HOME": "/memories", "HOME": "/home/ann"}).home == Path("/memories")


def test_the_home_is_a_hidden_folder_of_the_user_else() -> None:
    for chosen in ({}, {"LANTERN_HOME": ""}, {"LANTERN_HOME": "  "}):
        assert Settings.from_environment({"HOME": "/home/ann", **chosen}).home == Path("/home/ann/.lantern")


def nobody(*_: object) -> None:
    raise KeyError("no such user")


def test_a_chosen_home_needs_no_folder_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", nobody)
    assert Settings.from_environment({"LANTERN_HOME": "/memories"}).home == Path("/memories")
    with pytest.raises(BadHome, match="LANTERN_HOME"):
        Settings.from_environment({})


def test_without_a_home_in_the_environment_the_system_knows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert Settings.from_environment({}).home == Path("/home/ann/.lantern")
    assert Settings.from_environment({"LANTERN_HOME": "~/memories"}).home == Path("/home/ann/memories")


def test_the_home_of_nobody_is_told() -> None:
    with pytest.raises(BadHome, match="nobody-of-that-name"):
        Settings.from_environment({"LANTERN_HOME": "~nobody-of-that-name/memories"})
