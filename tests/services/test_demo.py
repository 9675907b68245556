"""The main job, whole: a memorial built, a question asked, a clip that answers."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.media import read_clip
from data.samples import sample
from data.types import RATE
from tests.services.conftest import Lantern, Ran

WITHOUT_NETWORK = """
import sys
def refuse(event, arguments):
    if event in ('socket.connect', 'socket.getaddrinfo'):
        raise OSError(f'network used: {arguments}')
sys.addaudithook(refuse)
from services.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def test_the_demo_writes_a_clip_its_data_and_a_contact_sheet(sample_home: tuple[Path, Ran]) -> None:
    folder, ran = sample_home
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["reply.json", "reply.mp4", "reply.png"]
    told = ran.json
    assert told == json.loads((folder / "out" / "reply.json").read_text())
    assert (told["fps"], told["width"], told["height"]) == (25, 512, 512)
    assert {phrase["mark"] for phrase in told["phrases"]} == {"exhibit"}
    clip = read_clip(folder / "out" / "reply.mp4")
    assert clip.sound is not None
    assert len(clip.sound) / RATE == pytest.approx(told["duration_s"], abs=0.05)
    assert sum(1 for _ in clip.frames()) == round(told["duration_s"] * 25)
    assert Image.open(folder / "out" / "reply.png").size[0] > 1_000


def test_nothing_personal_lies_in_the_home_in_the_clear(sample_home: tuple[Path, Ran]) -> None:
    given = sample("hopper")
    secrets = [given.person.name.encode(), given.portrait.read_bytes()[2_000:2_064], given.recording.read_bytes()[-64:]]
    for path in (*given.letters, *given.messages):
        sentences = [line for line in path.read_text("utf-8").splitlines() if len(line) > 30]
        secrets += [path.name.encode(), *(line[5:30].encode() for line in sentences)]
    secrets += [secret.decode("utf-8").encode("utf-16-le") for secret in secrets if secret.isascii()]
    kept = [path for path in (sample_home[0] / "home").rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        content = path.read_bytes()
        assert not any(secret in content for secret in secrets), path


def test_the_demo_needs_no_network_and_writes_to_no_other_place(tmp_path: Path) -> None:
    for name in ("user", "tmp", "work"):
        (tmp_path / name).mkdir()
    ran = subprocess.run(
        [sys.executable, "-B", "-c", WITHOUT_NETWORK, "demo", "--sample", "waigong", "--json"],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path / "user"), "TMPDIR": str(tmp_path / "tmp")},
        cwd=tmp_path / "work",
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    written = {path.relative_to(tmp_path).parts[:2] for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {("user", ".lantern"), ("work", "out")}
    assert any("\u4e00" <= char <= "\u9fff" for char in json.loads(ran.stdout)["text"])


def test_two_answers_to_one_line_are_the_same_clip(lantern: Lantern, tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        assert lantern("ask", "Grace Hopper", "Tell me about the moth.", "--clip", tmp_path / name).code == 0
    first, second = (read_clip(tmp_path / name) for name in ("a.mp4", "b.mp4"))
    assert first.sound is not None
    assert second.sound is not None
    assert np.array_equal(first.sound, second.sound)
    assert all(np.array_equal(a, b) for a, b in zip(first.frames(), second.frames(), strict=True))


@pytest.mark.parametrize("moment", range(5))
def test_stopping_at_any_moment_leaves_nothing_half_done(home: Path, tmp_path: Path, moment: int) -> None:
    out = tmp_path / "out"
    out.mkdir()
    before = {path for path in home.rglob("*") if path.is_file()}
    process = subprocess.Popen(
        [sys.executable, "-m", "services", "ask", "Grace Hopper", "Tell me about the moth.", "--clip", out / "a.mp4"],
        env={**os.environ, "LANTERN_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(random.Random(moment).uniform(0.3, 4.0))
    process.send_signal(signal.SIGINT if moment % 2 else signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    # CPython ends by the signal itself where Ctrl-C came inside an exec() of a string, even though it was caught.
    assert process.returncode in (0, 130, -signal.SIGINT), err
    assert "Traceback" not in err
    if process.returncode != 0:
        assert "nothing half-done" in err
        assert list(out.iterdir()) == []
    else:
        assert [path.name for path in out.iterdir()] == ["a.mp4"]
    after = {path for path in home.rglob("*") if path.is_file() and "caches" not in path.parts}
    beside = {
        "lantern.sqlite-wal",
        "lantern.sqlite-shm",
        "jobs.sqlite",
        "jobs.sqlite-wal",
        "jobs.sqlite-shm",
        "jobs.log",
        ".worker",
        ".talkers",
    }
    assert {path.name for path in after - before} <= beside
