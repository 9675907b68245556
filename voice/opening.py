"""Opens a kept voice to speak with it. Knows which engine reads which part, and loads no more than that one needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from data.types import Language
from voice.formant import FormantVoice
from voice.profile import VoiceProfile
from voice.pronunciation import NONE, Pronunciations
from voice.sources import named

if TYPE_CHECKING:
    from voice.xtts import XttsVoice

Engine = Literal["formant", "xtts"]


def opened(
    kept: Mapping[str, bytes],
    engine: Engine,
    source: str | None,
    weights: str | None,
    language: Language,
    pronunciations: Pronunciations = NONE,
) -> FormantVoice | XttsVoice:
    """The voice of these parts, ready to speak. `source` is of `formant`, `weights` are a folder, of `xtts`.

    Raises Missing where what it needs is not here.
    """
    if engine == "xtts":
        from voice.xtts import XttsVoice
        from voice.xtts_latents import Latents
        from voice.xtts_model import XttsModel

        model = XttsModel.load(Path(weights or ""))
        return XttsVoice(model, Latents.from_bytes(kept["xtts"]), language, pronunciations)
    profile = VoiceProfile.from_bytes(kept["matched"])
    if "exemplar" not in kept:
        return FormantVoice(profile, language, source=named(source), pronunciations=pronunciations)
    from voice.exemplar import Exemplar
    from voice.regrain import ExemplarConverter

    own = ExemplarConverter(Exemplar.from_bytes(kept["exemplar"]))
    return FormantVoice(profile, language, source=named(source), exemplar=own, pronunciations=pronunciations)
