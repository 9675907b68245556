"""The country that help lines are chosen for."""

from pathlib import Path

import pytest

from services.country import country

TABLE = "# a comment\nGB\t+513030-0000731\tEurope/London\nCN\t+3114+12128\tAsia/Shanghai\tBeijing Time\n"


@pytest.fixture
def zones(tmp_path: Path) -> Path:
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "London").touch()
    (tmp_path / "zone.tab").write_text(TABLE)
    return tmp_path


def test_the_country_is_that_of_the_time_zone(zones: Path) -> None:
    localtime = zones / "localtime"
    localtime.symlink_to(zones / "Europe" / "London")
    assert country({}, zones, localtime) == "GB"
    assert country({"TZ": "Asia/Shanghai"}, zones, localtime) == "CN"


def test_what_is_set_goes_first(zones: Path) -> None:
    assert country({"LANTERN_COUNTRY": " ie ", "TZ": "Europe/London"}, zones, zones / "none") == "IE"


def test_nothing_is_guessed(zones: Path, tmp_path: Path) -> None:
    assert country({"TZ": "UTC"}, zones, zones / "none") is None
    assert country({"LANG": "en_US.UTF-8"}, tmp_path / "nowhere", tmp_path / "nothing") is None
