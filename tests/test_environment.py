"""The libraries that the design names fit together in one environment."""

import subprocess
import sys

LIBRARIES = "torch, torchaudio, transformers, peft, accelerate, TTS.api, librosa, cv2, mediapipe, fastapi, websockets"


def test_all_libraries_load_in_one_process() -> None:
    ran = subprocess.run([sys.executable, "-c", f"import {LIBRARIES}"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
