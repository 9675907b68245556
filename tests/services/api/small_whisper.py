"""A Whisper laid out as published ones are, whose few weights are made so that it always hears the same word."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import WhisperForConditionalGeneration

END = "<|endoftext|>"
SPECIAL = (
    END,
    "<|startoftranscript|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)
PROMPT = ("<|startoftranscript|>", "<|notimestamps|>")  # of a model that knows English alone
LOUD = 50.0  # that the place in the sentence decides what comes, and nothing else


def small_whisper(folder: Path, says: str) -> Path:
    """Writes it, and gives the folder that faster-whisper reads. `says`: letters alone."""
    import torch
    from ctranslate2.converters import TransformersConverter
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, WhisperConfig, WhisperForConditionalGeneration

    torch.manual_seed(1)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({each: number for number, each in enumerate(letters)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(list(SPECIAL))
    number = tokenizer.get_vocab().__getitem__
    config = WhisperConfig(
        vocab_size=tokenizer.get_vocab_size() + 1_501,  # time stamps
        d_model=64,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        pad_token_id=number(END),
        bos_token_id=number(END),
        eos_token_id=number(END),
        decoder_start_token_id=number(PROMPT[0]),
        suppress_tokens=[],
        begin_suppress_tokens=[],
    )
    model = WhisperForConditionalGeneration(config)
    prompt = [0] * (len(PROMPT) - 1)  # what it makes of all of the prompt but the last is not looked at
    _teach(model, [*prompt, *tokenizer.encode(says).ids, number(END)])
    source, made = folder / "source", folder / "model"
    model.save_pretrained(source)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer).save_pretrained(source)  # type: ignore[no-untyped-call]
    (source / "preprocessor_config.json").write_text(json.dumps({"feature_size": 80}))
    TransformersConverter(str(source), copy_files=["tokenizer.json", "preprocessor_config.json"]).convert(str(made))
    return made


def _teach(model: "WhisperForConditionalGeneration", told: list[int]) -> None:
    """At each place the next token of these, whatever it hears; the last of them for good."""
    import torch

    decoder = model.model.decoder
    with torch.no_grad():
        tokens = torch.nn.functional.normalize(torch.randn_like(decoder.embed_tokens.weight), dim=1)
        decoder.embed_tokens.weight.copy_(tokens)
        places = [told[min(place, len(told) - 1)] for place in range(decoder.embed_positions.weight.shape[0])]
        decoder.embed_positions.weight.copy_(LOUD * tokens[places])
