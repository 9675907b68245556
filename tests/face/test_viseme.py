from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from face.viseme import NEUTRAL, SHUT, Viseme, is_pause, parts

# What espeak-ng writes for en-us and cmn, as it comes and as the voice spells it.
LABELS = """
    m b d s ð ə f t v ʃ h ɹ z n k ŋ l w ɡ θ ʒ tʃ dʒ j ɾ ʔ p n̩ əl aɪ aɪɚ aɪə ɪɹ ɔɪ ɜː ʊ i æ ɚ ɛ uː
    oʊ ɐ ɑː ʌ ɔː ɔːɹ oːɹ ɑːɹ ɛɹ ʊɹ eɪ aʊ ɪ iː ᵻ iə χ x ai ts tɕ tɕh tɕʰ tsh tsʰ ts. ts.h ʈʂ ʈʂʰ s.
    ʂ ʐ ɕ th tʰ kh kʰ ph pʰ i̪ i. ɨ y yɛ yæ iɛ iɑ iɑu iou ɑu ou uo uə uei uai ua ei o o- ɤ onɡ ʊŋ
    iʊŋ ər ɚ a ɑ u yŋ
""".split()  # noqa: SIM905 - a list would be a hundred lines


def shape(label: str) -> Viseme:
    """The most open of a label's shapes."""
    return max((part.viseme for part in parts(label)), key=lambda viseme: viseme.aperture)


@pytest.mark.parametrize("label", LABELS)
def test_every_label_of_the_source_of_speech_is_known(label: str) -> None:
    assert all(part.viseme not in (NEUTRAL, SHUT) for part in parts(label))


@given(st.text(max_size=8))
def test_any_text_at_all_is_some_mouth_that_a_face_can_make(label: str) -> None:
    read = parts(label)
    assert sum(part.share for part in read) == pytest.approx(1.0)
    for viseme in (part.viseme for part in read):
        assert 0.0 <= viseme.aperture <= 0.5
        assert -0.3 <= viseme.spread <= 0.2
        assert all(0.0 <= share <= 1.0 for share in (viseme.protrusion, viseme.tuck, viseme.tongue))


@pytest.mark.parametrize("label", ["", " ", "ˈ", "˥˩", "5", "ː"])
def test_a_label_without_a_sound_is_a_pause(label: str) -> None:
    assert is_pause(label)


def test_only_p_b_m_shut_the_lips() -> None:
    shutting = {label for label in LABELS if any(part.viseme.closure != "none" for part in parts(label))}
    assert shutting == {"m", "b", "p", "ph", "pʰ"}


def test_vowels_open_in_the_order_of_the_chart() -> None:
    apertures = [shape(label).aperture for label in ("i", "e", "ɛ", "æ", "a")]
    assert apertures == sorted(apertures)
    assert len(set(apertures)) == len(apertures)


def test_rounding_narrows_and_pushes_forward() -> None:
    for rounded, plain in (("u", "ɯ"), ("y", "i"), ("o", "ɤ"), ("ɔ", "ʌ")):
        assert shape(rounded).aperture < shape(plain).aperture
        assert shape(rounded).spread < shape(plain).spread
        assert shape(rounded).protrusion > 0.3 > shape(plain).protrusion


def test_lips_that_f_and_v_tuck_no_other_sound_tucks() -> None:
    assert {label for label in LABELS if shape(label).tuck > 0} == {"f", "v"}


def test_a_diphthong_goes_from_one_shape_to_the_other() -> None:
    opened, closing = parts("aɪ")
    assert opened.viseme.aperture > 2 * closing.viseme.aperture
    assert opened.share > closing.share
    assert [part.viseme.protrusion > 0.5 for part in parts("uei")] == [True, False, False]


def test_length_stress_and_tone_change_no_shape() -> None:
    assert parts("ɑː") == parts("ɑ") == parts("ˈɑ") == parts("ɑ5") == parts("ɑ˥˩")


def test_marks_change_the_shape_they_stand_on() -> None:
    assert shape("tʷ").protrusion > shape("t").protrusion
    assert shape("tʲ").spread > shape("t").spread
    assert shape("ã") == shape("a")  # a nasal vowel looks like its plain one
    assert shape("e̞").aperture > shape("e").aperture


def test_spellings_of_the_same_sound_agree() -> None:
    for ours, theirs in (("ʂ", "s."), ("tʂ", "ts."), ("oŋ", "onɡ")):
        assert [part.viseme for part in parts(ours)] == [part.viseme for part in parts(theirs)]


def test_an_unknown_symbol_is_a_mouth_at_ease() -> None:
    (part,) = parts("ꟻ")
    assert part.viseme is NEUTRAL
