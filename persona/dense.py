"""Finds sentences near in meaning with any sentence-transformers model, by path or hub name. Knows no words.

A model is a transformer, a way of pooling its tokens into one vector, and prompts that some were trained with
("query: "). Reimers and Gurevych, "Sentence-BERT", 2019. Imported only where a model is chosen: torch comes with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModel, AutoTokenizer
from transformers.utils.hub import cached_file

from data.errors import Missing

Pooling = Literal["mean", "cls"]
Vectors = NDArray[np.float32]  # (n, d), each of length 1

BATCH: Final = 64  # sentences
LONGEST: Final = 512  # tokens; many models know no more
_POOLINGS: Final[dict[str, Pooling]] = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}


class Model:
    """Turns sentences into vectors."""

    def __init__(self, name: str) -> None:
        """Read a model from a folder or the hub. Raises Missing where there is none."""
        try:
            modules = {each["type"].rsplit(".", 1)[-1]: each["path"] for each in _json(name, "modules.json") or []}
            folder = modules.get("Transformer", "")
            self._tokenizer = AutoTokenizer.from_pretrained(name, subfolder=folder)
            self._model = AutoModel.from_pretrained(name, subfolder=folder).eval()
            self._pooling = _pooling(_json(name, f"{modules.get('Pooling', '1_Pooling')}/config.json") or {})
            prompts = (_json(name, "config_sentence_transformers.json") or {}).get("prompts") or {}
        except (OSError, ValueError, KeyError) as err:
            raise Missing(
                f"{name} holds no sentence-transformers model that can be read: give a folder with one, or a name that "
                "is on the Hugging Face hub"
            ) from err
        self._query = prompts.get("query") or ""
        self._passage = prompts.get("passage") or prompts.get("document") or ""

    def query(self, line: str) -> Vectors:
        """One line that asks: (1, d)."""
        return self._encoded([self._query + line])

    def passages(self, texts: Iterable[str]) -> Iterator[Vectors]:
        """Sentences that may answer, some at a time: (n, d)."""
        left = iter(texts)
        while some := [self._passage + text for text in islice(left, BATCH)]:
            yield self._encoded(some)

    @torch.inference_mode()
    def _encoded(self, texts: Sequence[str]) -> Vectors:
        tokens = self._tokenizer(texts, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
        states = self._model(**tokens).last_hidden_state  # (n, tokens, d)
        mask = tokens["attention_mask"].unsqueeze(-1)
        pooled = states[:, 0] if self._pooling == "cls" else (states * mask).sum(1) / mask.sum(1)
        vectors: Vectors = torch.nn.functional.normalize(pooled.float(), dim=1).numpy()
        return vectors


class Dense:
    """Sentences by number, searched by meaning: a `Near` of recall.py."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._rows: dict[int, Vectors] = {}  # each (1, d)
        self._together: tuple[list[int], Vectors] | None = None

    def put(self, texts: Mapping[int, str]) -> None:
        """Take sentences in under their numbers, in place of those there were; an empty one is removed."""
        kept = {number: text for number, text in texts.items() if text}
        rows = (vector[None] for some in self._model.passages(kept.values()) for vector in some)
        self._rows.update(zip(kept, rows, strict=True))
        for number in texts.keys() - kept.keys():
            self._rows.pop(number, None)
        self._together = None

    def search(self, line: str, limit: int) -> Sequence[int]:
        """Numbers of the nearest sentences, the nearest first."""
        if not self._rows:
            return []
        if self._together is None:
            self._together = list(self._rows), np.concatenate(list(self._rows.values()))
        numbers, vectors = self._together
        nearness = vectors @ self._model.query(line)[0]
        return [numbers[at] for at in np.argsort(-nearness, kind="stable")[:limit]]


def _json(name: str, file: str) -> Any:
    """A file of the model; None where it has none."""
    path = cached_file(name, file, _raise_exceptions_for_missing_entries=False)
    if path is None:
        return None
    return json.loads(Path(path).read_text("utf-8"))


def _pooling(config: Mapping[str, Any]) -> Pooling:
    """How a model's tokens become one vector; the mean where it does not say."""
    chosen = [key for key, value in config.items() if key.startswith("pooling_mode_") and value]
    if not chosen:
        return "mean"
    if len(chosen) > 1 or chosen[0] not in _POOLINGS:
        raise ValueError(f"pooling by {', '.join(chosen)} is not known here")
    return _POOLINGS[chosen[0]]
