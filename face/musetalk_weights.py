"""The files of MuseTalk 1.5: which there must be, where they are had, and under which licences. Reads none of them.

They lie in one folder as its authors lay them out: the U-Net, the picture coder that it works inside, and Whisper.
"""

from __future__ import annotations

from pathlib import Path

from data.errors import Missing

NETWORK_CONFIG = "musetalkV15/musetalk.json"
NETWORK = "musetalkV15/unet.pth"
CODER = "sd-vae"
CODER_SAFE = "sd-vae/diffusion_pytorch_model.safetensors"
EAR = "whisper"
FILES = (  # of each line one
    (NETWORK_CONFIG,),
    (NETWORK,),
    ("sd-vae/config.json",),
    (CODER_SAFE, "sd-vae/diffusion_pytorch_model.bin"),
    ("whisper/config.json",),
    ("whisper/model.safetensors", "whisper/pytorch_model.bin"),
)
SIZE_GB = 4.0
SOURCES = (
    "musetalkV15 from https://huggingface.co/TMElyralab/MuseTalk (CreativeML Open RAIL-M, which forbids some uses), "
    "sd-vae from https://huggingface.co/stabilityai/sd-vae-ft-mse (MIT), "
    "whisper from https://huggingface.co/openai/whisper-tiny (Apache-2.0)"
)


def complete(folder: Path) -> Path:
    """The folder, if it holds all three models. Raises Missing, which names each file that is not there."""
    lacking = [" or ".join(names) for names in FILES if not any((folder / name).is_file() for name in names)]
    if lacking:
        raise Missing(f"{folder} lacks {', '.join(lacking)}: put there {SOURCES}, {SIZE_GB:.0f} GB in all")
    return folder
