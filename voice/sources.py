"""Sources of speech by their names. The only place that knows all of them; one is loaded only when it is named."""

from __future__ import annotations

from voice.source import Espeak, Source

BUILT_IN, FLITE = "espeak", "flite"


def named(name: str | None) -> Source:
    """`espeak` where nothing is said, `flite`, or the path of a Piper voice. Raises LanternError without it."""
    if name in (None, BUILT_IN):
        return Espeak()
    if name == FLITE:
        from voice.flite import Flite

        return Flite()
    from voice.piper import Piper

    return Piper.load(str(name))
