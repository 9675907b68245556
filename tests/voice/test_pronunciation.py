from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadText
from data.types import Language
from voice.espeak import SourceVoice, Speech, speak
from voice.markup import ssml
from voice.polyphones import mended
from voice.pronunciation import MOST_ENTRIES, NONE, Pronunciations, pronounced
from voice.text import Run, clauses

VOICE = SourceVoice()


def heard(text: str, language: Language) -> str:
    """The phonemes of markup, with no stress and no pauses."""
    return "".join(one.ipa for one in speak(text, language, VOICE, marked_up=True).phonemes)


def read(text: str, language: Language, listed: Pronunciations = NONE) -> str:
    """The phonemes of a text as the built-in voice is given it."""
    found = list(clauses(text, language, listed))
    return "".join(heard(ssml(run, clause.melody), run.language) for clause in found for run in clause.runs)


def ipa(word: str) -> str:
    """How espeak-ng itself says an English word, as it would be written between slashes."""
    marks = {0: "", 1: "ˌ", 2: "ˈ"}
    return "".join(marks[one.stress] + one.ipa for one in speak(word, "en", VOICE).phonemes)


@pytest.mark.parametrize(
    ("said", "phonemes"),
    [
        ("/ˈniːtʃə/", "niːtʃə"),
        ("/niːtʃə/", "niːtʃə"),
        ("/ˈɡɜːtə/", "ɡɜːɾə"),
        ("/bax/", "bɑːx"),
        ("/ʃɪˈvɔːn/", "ʃɪvɔːn"),
        ("/ˌælɪɡˈzændə/", "ælɪɡzændə"),
        ("/ˈdʒoʊ ˈjuː/", "dʒoʊjuː"),
    ],
)
def test_ipa_is_said_as_it_is_written(said: str, phonemes: str) -> None:
    assert heard(pronounced("x", said).espeak, "en") == phonemes


@pytest.mark.parametrize(
    "word", ["mother", "shipyard", "judge", "voyage", "thing", "yellow", "church", "house", "pleasure", "boy", "now"]
)
def test_the_ipa_of_a_word_sounds_as_the_word(word: str) -> None:
    assert heard(pronounced("x", f"/{ipa(word)}/").espeak, "en") == heard(word, "en")


@pytest.mark.parametrize(
    ("word", "said", "text", "same"),
    [
        ("Nietzsche", "/ˈniːtʃə/", "I read NIETZSCHE’s book", "I read neecha's book"),
        ("Nietzsche", "neecha", "nietzsche, again", "neecha, again"),
        ("Goethe", "GUR-tuh", "Goethe’s Faust", "gur-tuh's Faust"),
        ("Hu Shih", "hu2 shi4", "Hu  Shih", "胡适"),
        ("Lee", "lay", "Leeward Lee", "Leeward lay"),
        ("st", "sant", "St. John", "sant. John"),
    ],
)
def test_a_listed_word_is_said_as_the_family_says_it(word: str, said: str, text: str, same: str) -> None:
    assert read(text, "en", Pronunciations({word: said})) == read(same, "en")


@pytest.mark.parametrize(
    ("said", "pinyin"), [("shan4 lao3 shi1", "shan4lao3shi1"), ("shàn lǎo shī", "shan4lao3shi1"), ("善老师", "善老师")]
)
def test_a_chinese_name_is_said_by_its_pinyin(said: str, pinyin: str) -> None:
    listed = Pronunciations({"单老师": said})
    assert read("我们单老师", "zh", listed) == heard(f"我们{pinyin}", "zh")


def test_the_longest_listed_word_wins() -> None:
    listed = Pronunciations({"Lee": "lay", "Lee Ann": "/liːˈæn/"})
    assert [run.text for clause in clauses("Lee Ann and Lee", "en", listed) for run in clause.runs] == ["leean and lay"]


def test_a_listed_word_is_read_in_the_other_script_too() -> None:
    listed = Pronunciations({"Nietzsche": "/ˈniːtʃə/"})
    (clause,) = clauses("我读Nietzsche的书", "zh", listed)
    assert [(run.text, run.language) for run in clause.runs] == [("我读", "zh"), ("neechuh", "en"), ("的书", "zh")]


def test_a_list_grows_and_shrinks_without_changing() -> None:
    one = NONE.adding("Nietzsche", "neecha")
    assert one.adding("Lee", "lay").without("NIETZSCHE").entries == {"Lee": "lay"}
    assert one.entries == {"Nietzsche": "neecha"}


@pytest.mark.parametrize(
    ("word", "said", "reason"),
    [
        ("", "x", "not a word"),
        ("B2", "bee", "not a word"),
        ("x" * 61, "ex", "not a word"),
        ("Lee", "", "1 to 80"),
        ("Lee", "x" * 81, "1 to 80"),
        ("Lee", "l€€", "plain letters"),
        ("Lee", "/ʘi/", "'ʘ'"),
        ("Lee", "/nt/", "no vowel"),
        ("Lee", "//", "no vowel"),
        ("Lee", "li9", "not pinyin"),
        ("Lee", "xyz2", "'xyz'"),
        ("重庆", "chong2", "1 syllables for 2"),
        ("重庆", "/ʃiː/", "pinyin"),
    ],
)
def test_a_bad_entry_is_refused_in_one_line(word: str, said: str, reason: str) -> None:
    with pytest.raises(BadText, match=reason) as refusal:
        NONE.adding(word, said)
    assert "\n" not in str(refusal.value)


def test_a_list_has_an_end() -> None:
    with pytest.raises(BadText, match=f"at most {MOST_ENTRIES}"):
        Pronunciations(
            {f"{'a' * (place % 60 + 1)} {chr(97 + place % 26) * (place // 60 + 1)}": "x" for place in range(900)}
        )


@given(st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_entry_is_taken_or_refused(word: str, said: str) -> None:
    try:
        listed = NONE.adding(word, said)
    except BadText:
        return
    assert list(clauses(f"we met {word} there", "en", listed))


@pytest.mark.parametrize(
    ("text", "pinyin"),
    [
        ("很便宜", "hen3 pian2yi5"),
        ("孩子长大了", "hai2zi5 zhang3da4 le5"),
        ("他演主角的角色", "ta1 yan3 zhu3jue2 de5 jue2se4"),
        ("学长", "xue2zhang3"),
        ("出去玩儿", "chu1 qu4 wan2 er5"),
        ("佛祖", "fo2zu3"),
        ("女儿", "nv3 er2"),
        ("重庆的银行", "chong2qing4 de5 yin2hang2"),
    ],
)
def test_words_with_several_readings_are_read_rightly(text: str, pinyin: str) -> None:
    assert read(text, "zh") == heard(pinyin, "zh")


def test_only_what_would_be_misread_has_its_pinyin() -> None:
    assert mended("女儿在银行，便宜的花儿") == [(6, 8, "pian2yi5"), (10, 11, "er5")]


def test_the_family_s_word_goes_before_ours() -> None:
    (clause,) = clauses("真便宜", "zh", Pronunciations({"便宜": "bian4 yi2"}))
    assert [one.espeak for one in clause.runs[0].sounds] == ["bian4yi2"]


def spoken_span(speech: Speech, first: int, last: int) -> tuple[int, float]:
    """How long the phonemes from `first` to `last` are, and how loud, pauses not counted."""
    heard_ones = [one for one in speech.phonemes if one.ipa][first : last + 1]
    start, end = heard_ones[0].start_samples, heard_ones[-1].end_samples
    return end - start, float(np.sqrt(np.mean(np.square(speech.samples[start:end]))))


@pytest.mark.parametrize(
    ("text", "language", "span"), [("I never said so", "en", (2, 7)), ("我真的很想你", "zh", (1, 3))]
)
def test_a_stressed_word_is_longer_and_louder(text: str, language: Language, span: tuple[int, int]) -> None:
    calm = speak(ssml(Run(text, language), "."), language, VOICE, marked_up=True)
    firm = speak(ssml(Run(text, language, (span,)), "."), language, VOICE, marked_up=True)
    assert [one.ipa for one in calm.phonemes if one.ipa] == [one.ipa for one in firm.phonemes if one.ipa]
    (samples, loud), (more_samples, louder) = spoken_span(calm, 2, 4), spoken_span(firm, 2, 4)
    assert more_samples > samples
    assert louder > loud


def test_markup_holds_the_text_and_nothing_is_read_aloud_of_it() -> None:
    run = Run("this & that", "en", stressed=((0, 4),))
    assert heard(ssml(run, "."), "en") == heard("this and that.", "en")
