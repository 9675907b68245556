"""Meaning by a model: a tiny BERT, made here from its config, with a tokenizer of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data.errors import Missing
from persona.passages import Said
from persona.recall import Recall
from persona.topics import family_topics

WORDS = [
    "query",
    ":",
    "i",
    "grew",
    "beans",
    "along",
    "the",
    "wall",
    "never",
    "saw",
    "sea",
    "my",
    "father",
    "sold",
    "clocks",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("model"))


def saved(root: Path) -> Path:
    """A sentence-transformers model: transformer, pooling, prompts."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    vocabulary = root / "vocab.txt"
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]))
    BertTokenizer(vocab=str(vocabulary), do_lower_case=True).save_pretrained(root)
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(WORDS) + 5, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    BertModel(config).save_pretrained(root)
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ]
    (root / "modules.json").write_text(json.dumps(modules))
    (root / "1_Pooling").mkdir()
    pool(root, "mean_tokens")
    return root


def pool(root: Path, mode: str) -> None:
    (root / "1_Pooling" / "config.json").write_text(json.dumps({f"pooling_mode_{mode}": True}))


def test_vectors_have_length_one_and_do_not_hang_on_what_stands_beside_them(folder: Path) -> None:
    from persona.dense import Model

    model = Model(str(folder))
    short, long = "I grew beans.", "I never saw the sea along the wall."
    (together,) = model.passages([short, long])
    (alone,) = model.passages([short])
    assert np.linalg.norm(together, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert together[0] == pytest.approx(alone[0], abs=1e-5)


def test_pooling_and_prompts_are_those_of_the_model(folder: Path, tmp_path: Path) -> None:
    from shutil import copytree

    from persona.dense import Model

    other = copytree(folder, tmp_path / "other")
    pool(other, "cls_token")
    line = "What did you plant?"
    mean, first = Model(str(folder)).query(line), Model(str(other)).query(line)
    assert not np.allclose(mean, first, atol=1e-3)
    prompts = {"prompts": {"query": "query: ", "passage": "passage: "}}
    (other / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    prompted = Model(str(other))
    assert not np.allclose(prompted.query(line), first, atol=1e-4)
    assert prompted.query(line) == pytest.approx(Model(str(folder.parent / other)).query(line))
    pool(other, "weightedmean_tokens")
    with pytest.raises(Missing):
        Model(str(other))


def test_what_was_said_itself_is_nearest(folder: Path) -> None:
    from persona.dense import Dense, Model

    dense = Dense(Model(str(folder)))
    texts = {3: "I grew beans along the wall.", 5: "I never saw the sea.", 9: "My father sold clocks."}
    dense.put(texts)
    assert [dense.search(text, 1)[0] for text in texts.values()] == list(texts)
    dense.put({5: "", 9: "I never saw the sea."})
    assert dense.search("I never saw the sea.", 3)[0] == 9
    assert 5 not in dense.search("I never saw the sea.", 3)


def test_recall_finds_what_shares_no_word_with_the_line(folder: Path) -> None:
    from persona.dense import Dense, Model

    texts = ["I grew beans along the wall.", "I never saw the sea.", "My father sold clocks."]
    said = [Said(text, "a.txt", None, at, 0, 0, True, "letter") for at, text in enumerate(texts)]
    line = "Zebra?"
    assert not Recall(said, "en", family_topics()).find(line, lambda _: False)
    assert Recall(said, "en", family_topics(), near=Dense(Model(str(folder)))).find(line, lambda _: False)


def test_a_missing_model_is_said_in_one_line(tmp_path: Path) -> None:
    from persona.dense import Model

    with pytest.raises(Missing) as caught:
        Model(str(tmp_path / "nothing"))
    assert "\n" not in str(caught.value)


def test_recall_without_a_model_imports_no_torch() -> None:
    code = (
        "import sys, persona.recall, persona.timing, persona.evaluation; "
        "assert not {'torch', 'transformers'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
