from __future__ import annotations

from data.errors import LanternError, NoLibrary, in_our_words


def test_a_library_that_is_missing_is_told_from_a_fault_of_ours() -> None:
    assert isinstance(in_our_words(ImportError("no module named 'piper'", name="piper")), NoLibrary)
    ours = in_our_words(ImportError("cannot import name 'oval'", name="face.landmarks"))
    assert type(ours) is LanternError
    assert ours.exit_code == 1
