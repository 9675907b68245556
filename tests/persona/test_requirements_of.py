"""What a base takes is told from its configuration, with nothing fetched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import GPT2Config, GPTJConfig, LlamaConfig, MambaConfig, PreTrainedConfig

from data.errors import Missing
from persona.adapter import ALL_LAYERS
from persona.requirements_of import CHECKPOINTS, SAVED_BYTES, measured_flop_per_s, needs
from persona.tune import Plan

GPT_J = "EleutherAI/gpt-j-6b"
GB = 10**9
H100 = 800e12  # products of bfloat16 matrices in a second, about
SMALL = GPTJConfig(vocab_size=500, n_positions=64, n_embd=32, n_layer=2, n_head=4, rotary_dim=8)


def saved(folder: Path, config: PreTrainedConfig) -> Path:
    config.save_pretrained(folder)
    return folder


def test_gpt_j_has_six_thousand_and_fifty_million_parameters() -> None:
    found = needs(GPT_J, flop_per_s=H100)
    assert found.parameters == pytest.approx(6.05e9, rel=0.01)
    assert found.disk_bytes == pytest.approx(24.2 * GB, rel=0.03)  # published in float32
    assert 13 * GB < found.gpu_memory_bytes < 24 * GB
    assert 25 * GB < found.memory_bytes < 40 * GB
    assert found.hours < 1


def test_the_name_is_known_however_it_is_written() -> None:
    assert needs("EleutherAI/gpt-j-6B", flop_per_s=H100) == needs(GPT_J, flop_per_s=H100)


def test_hours_grow_with_the_text_and_shrink_with_speed() -> None:
    once = needs(GPT_J, flop_per_s=H100, tokens=1_000)
    assert needs(GPT_J, flop_per_s=H100, tokens=2_000).hours == pytest.approx(2 * once.hours)
    assert needs(GPT_J, flop_per_s=H100 / 4, tokens=1_000).hours == pytest.approx(4 * once.hours)


@pytest.mark.parametrize(
    "config",
    [
        SMALL,
        GPT2Config(vocab_size=500, n_positions=64, n_embd=32, n_layer=2, n_head=4),
        LlamaConfig(vocab_size=500, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4),
    ],
    ids=["gptj", "gpt2", "llama"],
)
def test_the_adapter_is_counted_as_peft_makes_it(config: PreTrainedConfig, tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    make: Any = AutoModelForCausalLM.from_config
    model = make(config)
    parameters = model.num_parameters()
    made = get_peft_model(model, LoraConfig(r=Plan().rank, target_modules=ALL_LAYERS))
    trained, _ = made.get_nb_trainable_parameters()
    found = needs(saved(tmp_path, config), flop_per_s=H100)
    assert found.parameters == parameters
    assert found.disk_bytes == trained * SAVED_BYTES * CHECKPOINTS  # a folder's weights are there already


def test_a_configuration_alone_is_enough(tmp_path: Path) -> None:
    folder = saved(tmp_path, SMALL)
    assert [path.name for path in folder.iterdir()] == ["config.json"]
    alone, together = (needs(path, flop_per_s=H100) for path in (folder / "config.json", folder))
    assert alone.parameters == together.parameters
    assert alone.disk_bytes == together.disk_bytes + 4 * alone.parameters


@pytest.mark.parametrize("told", ["", "{", json.dumps({"model_type": "nobody knows"}), json.dumps({"a": 1})])
def test_what_is_no_configuration_is_told(told: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(told)
    with pytest.raises(Missing, match=r"config\.json"):
        needs(tmp_path, flop_per_s=H100)


def test_a_model_that_does_not_go_on_with_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "t5", "vocab_size": 100, "d_model": 16}))
    with pytest.raises(Missing, match="goes on with a text"):
        needs(tmp_path, flop_per_s=H100)


def test_a_model_without_attention_is_told(tmp_path: Path) -> None:
    config = MambaConfig(vocab_size=100, hidden_size=16, state_size=4, num_hidden_layers=2)
    with pytest.raises(Missing, match="choose another base"):
        needs(saved(tmp_path, config), flop_per_s=H100)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="give a folder"):
        needs(tmp_path, flop_per_s=H100)


def test_a_machine_multiplies_at_some_speed() -> None:
    assert 1e8 < measured_flop_per_s("cpu", torch.float32) < 1e15
