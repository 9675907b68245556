"""espeak-ng's phoneme labels as IPA. Knows nothing of sound."""

from __future__ import annotations

STRESS = {"ˈ": 2, "ˌ": 1}

# The Mandarin voice writes some sounds in a notation of its own. Longer spellings stand first.
_SPELLINGS = (
    ("ts.h", "ʈʂʰ"),
    ("ts.", "ʈʂ"),
    ("s.", "ʂ"),
    ("z.", "ʐ"),
    ("i.", "ɨ"),
    ("i̪", "ɨ"),
    ("i[", "ɨ"),
    ("o-", "ɤ"),
    ("onɡ", "ʊŋ"),
    ("ər", "ɚ"),
    ("χ", "x"),
    ("tɕh", "tɕʰ"),
    ("tsh", "tsʰ"),
    ("th", "tʰ"),
    ("ph", "pʰ"),
    ("kh", "kʰ"),
)


def read_label(label: str) -> tuple[str, int]:
    """Split "ˈoʊ" into ("oʊ", 2); a label without a sound gives ("", 0)."""
    stress = max((STRESS.get(sign, 0) for sign in label), default=0)
    plain = "".join(sign for sign in label if sign not in STRESS)
    for spelling, ipa in _SPELLINGS:
        plain = plain.replace(spelling, ipa)
    sounding = "".join(sign for sign in plain if sign.isalpha() or sign in "ːʰ\u0329")
    return sounding, stress if sounding else 0
