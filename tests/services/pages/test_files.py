"""What the pages are made of, without a browser: what they name is there, and nothing else may be loaded or run."""

import re
from pathlib import Path

from services import pages
from services.api.pages import PLACE, Site, site

FOLDER = Path(pages.__file__).parent
SCRIPTS = sorted(FOLDER.rglob("*.js"))
PAGES = sorted(FOLDER.glob("*.html"))
NAMED = re.compile(r'(?:from|import) "(\.{1,2}/[^"]+)"')
WORDS = re.compile(r'^  "?([\w.-]+)"?:', re.MULTILINE)
USED = re.compile(r'(?<![a-z])(?:word|label|hint)(?:=|: \[?)"([a-z]+(?:[.-][a-z-]+)*)"')


def test_every_script_that_is_imported_is_there() -> None:
    for script in SCRIPTS:
        for name in NAMED.findall(script.read_text()):
            assert (script.parent / name).resolve().is_file(), f"{script.name} imports {name}"


def test_every_file_that_a_page_names_is_there() -> None:
    for page in PAGES:
        for name in re.findall(rf'"{PLACE}([^"]+)"', page.read_text()):
            assert name in site().files


def test_no_page_holds_a_script_or_a_style_of_its_own() -> None:
    for page in PAGES:
        text = page.read_text()
        assert not re.search(r"<style|\sstyle=|\son\w+=", text), page.name
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), page.name
        assert not re.search(r'(src|href)="(https?:)?//', text), page.name


def test_both_languages_have_the_same_words_and_what_they_hold() -> None:
    english, chinese = ((FOLDER / "words" / f"{each}.js").read_text() for each in ("en", "zh"))
    assert sorted(WORDS.findall(english)) == sorted(WORDS.findall(chinese))
    assert len(set(WORDS.findall(english))) == len(WORDS.findall(english))
    for name in WORDS.findall(english):
        told = [re.search(rf'^  "?{re.escape(name)}"?:\s*"([^"]*)"', text, re.MULTILINE) for text in (english, chinese)]
        values = [sorted(re.findall(r"\{\w+\}", each[1])) for each in told if each is not None]
        assert len(values) == 2
        assert values[0] == values[1], name


def test_every_word_that_is_asked_for_is_written() -> None:
    written = set(WORDS.findall((FOLDER / "words" / "en.js").read_text()))
    asked = {name for file in (*PAGES, *SCRIPTS) for name in USED.findall(file.read_text())}
    assert asked
    assert asked <= written


def test_the_digest_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    before = Site.read(tmp_path)
    (tmp_path / "a.js").write_text("2")
    assert Site.read(tmp_path).digest != before.digest
