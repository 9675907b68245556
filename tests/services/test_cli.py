"""The command line: what it prints, and that every refusal is one line that says what to do."""

import resource
import struct
import subprocess
import sys
import wave
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.samples import sample
from data.types import RATE, Picture, Wave
from tests.services.conftest import ANN, Lantern, Ran

HOPPER = "Grace Hopper"


def refused(ran: Ran, code: int, *words: str) -> None:
    lines = [line for line in ran.err.splitlines() if line.startswith("lantern: ")]
    assert ran.code == code, ran.err
    assert len(lines) == 1, ran.err
    assert "Traceback" not in ran.err
    assert "fault of ours" not in ran.err
    for word in words:
        assert word in lines[0]


@pytest.fixture
def photo() -> Picture:
    return np.asarray(Image.open(sample("hopper").portrait).convert("RGB"))


def saved(path: Path, picture: Picture) -> Path:
    Image.fromarray(picture).save(path)
    return path


def sound(path: Path, samples: Wave) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def test_an_answer_has_marks_and_sources(lantern: Lantern) -> None:
    ran = lantern("ask", HOPPER, sample("hopper").question, "--json")
    assert ran.code == 0, ran.err
    drawn = [phrase for phrase in ran.json["phrases"] if phrase["mark"] == "exhibit"]
    assert drawn
    letters = {path.name: path.read_text("utf-8") for path in (*sample("hopper").letters, *sample("hopper").messages)}
    for phrase in drawn:
        assert phrase["text"] in " ".join(letters[phrase["source"]["file"]].split())
    assert {phrase["mark"] for phrase in ran.json["phrases"]} <= {"exhibit", "imagined", "notice"}


def test_a_visitor_may_write_in_another_language_and_is_answered_in_theirs(lantern: Lantern) -> None:
    ran = lantern("ask", HOPPER, "你是怎么学数学的？", "--json")
    assert ran.code == 0
    assert ran.json["text"].isascii() or not any("\u4e00" <= char <= "\u9fff" for char in ran.json["text"])


def test_a_crisis_is_answered_by_the_product_alone_and_makes_no_clip(lantern: Lantern, tmp_path: Path) -> None:
    ran = lantern("ask", HOPPER, "I want to kill myself", "--clip", tmp_path / "a.mp4", "--json")
    assert ran.code == 0
    assert {phrase["mark"] for phrase in ran.json["phrases"]} == {"notice"}
    assert ran.json["guard"] == "notice"
    assert ran.json["clip"] is None
    assert not (tmp_path / "a.mp4").exists()


def test_a_memorial_grows_from_files(lantern: Lantern, tmp_path: Path, photo: Picture) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("3 May 1961\n\nDear Tom,\n\nThe pear tree is in blossom again.\n\nYours, Bea\n")
    assert lantern("new", "Bea Lee", "--born", "1920", "--died", "1999-02").code == 0
    ran = lantern("add", "bea lee", letter, "--preview", "--json")
    assert (ran.json["added"][0]["kept"], ran.json["passages"]) == (1, 0)
    ran = lantern("add", "bea lee", letter, letter, "--json")
    assert [each["kept"] for each in ran.json["added"]] == [1, 0]
    assert ran.json["added"][1]["reason"] == "already there"
    ran = lantern("ask", "Bea Lee", "How is the pear tree?", "--json")
    theirs = [phrase for phrase in ran.json["phrases"] if phrase["mark"] == "theirs"]
    assert [phrase["text"] for phrase in theirs] == ["The pear tree is in blossom again."]
    assert theirs[0]["source"]["date"] == "1961-05-03"
    refused(lantern("ask", "Bea Lee", "Hello?", "--clip", tmp_path / "a.mp4"), 2, "voice", "lantern add")


def test_what_another_wrote_is_never_spoken_as_theirs(lantern: Lantern, tmp_path: Path) -> None:
    own, other = tmp_path / "own.txt", tmp_path / "other.txt"
    own.write_text("The pear tree is in blossom again.")
    other.write_text("She never liked the pear tree in the yard.")
    assert lantern("add", ANN, other, "--author", "Tom").code == 0
    refused(lantern("ask", ANN, "How is the pear tree?"), 2, "no letters")
    assert lantern("add", ANN, own, "--author", "ann lee").code == 0
    ran = lantern("ask", ANN, "How is the pear tree?", "--json")
    theirs = [phrase["text"] for phrase in ran.json["phrases"] if phrase["mark"] == "theirs"]
    assert theirs == ["The pear tree is in blossom again."]


def test_a_sample_takes_nothing_of_a_family(lantern: Lantern, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("The pear tree is in blossom again.")
    refused(lantern("add", HOPPER, letter), 2, "sample", "lantern new")


def test_a_recording_of_another_is_not_learnt(lantern: Lantern) -> None:
    refused(lantern("add", ANN, sample("hopper").recording, "--author", "Tom"), 2, "--author")


def test_a_wrong_author_can_be_corrected(lantern: Lantern, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("The pear tree is in blossom again.")
    lantern("add", ANN, letter)
    assert "right author" in lantern("add", ANN, letter, "--author", "Tom", "--json").json["added"][0]["reason"]
    refused(lantern("ask", ANN, "How is the pear tree?"), 2, "no letters")


def test_a_childs_year_may_be_both_first_and_last(lantern: Lantern) -> None:
    assert lantern("new", "Tim", "--born", "1920-05-03", "--died", "1920").code == 0


def test_the_demo_touches_no_memorial_of_the_same_name(lantern: Lantern, tmp_path: Path) -> None:
    made = lantern("new", HOPPER, "--json").json["id"]
    assert lantern("demo", "--out", tmp_path / "out").code == 0
    assert made in [each["id"] for each in lantern("list", "--json").json["memorials"]]


def test_an_answer_without_a_clip_leaves_no_older_clip_beside_it(lantern: Lantern, tmp_path: Path) -> None:
    assert lantern("demo", "--out", tmp_path, "--say", "Tell me about the moth.").code == 0
    assert (tmp_path / "reply.mp4").exists()
    assert lantern("demo", "--out", tmp_path, "--say", "I want to kill myself").code == 0
    assert [path.name for path in tmp_path.glob("reply.*")] == ["reply.json"]


def test_a_farewell_does_not_speak_as_if_they_lived(lantern: Lantern, tmp_path: Path) -> None:
    script = tmp_path / "words.txt"
    script.write_text("Thank you for everything. I am still alive.")
    refused(lantern("farewell", HOPPER, script, "--out", tmp_path / "a.mp4"), 2, "I am still alive.", "reword")
    script.write_text("Thank you for everything. " * 1_000)
    refused(lantern("farewell", HOPPER, script, "--out", tmp_path / "a.mp4"), 2, "characters")


def test_a_strange_file_name_forges_no_line(lantern: Lantern, tmp_path: Path) -> None:
    path = tmp_path / "a\nlantern: all is well\x1b[2J.txt"
    path.write_bytes(b"")
    refused(lantern("add", ANN, path), 2)


def test_a_bad_file_among_good_ones_leaves_all_out(lantern: Lantern, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text("A new letter that was not here before.")
    bad.write_bytes(b"\x00\x01\x02" * 50)
    before = lantern("add", ANN, good, "--preview", "--json").json["passages"]
    refused(lantern("add", ANN, good, bad), 2, "bad.txt")
    assert lantern("add", ANN, good, "--preview", "--json").json["passages"] == before


@pytest.mark.parametrize("text", ["", "   ", "x" * 20_000, "hello\x00there", "\x1b[31m"], ids=repr)
def test_text_that_cannot_be_answered_is_refused(lantern: Lantern, text: str) -> None:
    refused(lantern("ask", HOPPER, text), 2)


def test_a_photo_without_a_face_is_refused(lantern: Lantern, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (400, 400, 3), dtype=np.uint8)
    refused(lantern("add", ANN, saved(tmp_path / "noise.png", noise)), 2, "no face")


def test_a_photo_of_several_asks_which(lantern: Lantern, tmp_path: Path, photo: Picture) -> None:
    pair = saved(tmp_path / "pair.png", np.concatenate([photo, photo], axis=1))
    refused(lantern("add", ANN, pair), 2, "2 faces", "--face")
    assert lantern("add", ANN, pair, "--face", "2").code == 0
    refused(lantern("add", ANN, pair, "--face", "3"), 2, "--face")


def test_a_small_face_is_kept_small_and_said_so(lantern: Lantern, tmp_path: Path, photo: Picture) -> None:
    small = Image.fromarray(photo).resize((photo.shape[1] // 2, photo.shape[0] // 2))
    path = saved(tmp_path / "small.png", np.asarray(small))
    ran = lantern("add", ANN, path, "--json")
    assert ran.code == 0, ran.err
    assert any("small.png" in warning for warning in ran.json["warnings"])


def huge_png() -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.jpg", sample("hopper").portrait.read_bytes()[:5_000]),
        ("huge.png", huge_png()),
        ("empty.jpg", b""),
        ("not.jpg", b"hello"),
        ("not.wav", b"hello"),
        ("empty.wav", b""),
        ("empty.txt", b""),
        ("what.xyz", b"hello"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(lantern: Lantern, tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refused(lantern("add", ANN, path), 2, name)


def test_a_file_that_is_not_there_is_refused(lantern: Lantern, tmp_path: Path) -> None:
    for name in ("a.txt", "a.jpg", "a.wav"):
        refused(lantern("add", ANN, tmp_path / name), 2, name)


def test_a_silent_recording_is_refused(lantern: Lantern, tmp_path: Path) -> None:
    refused(lantern("add", ANN, sound(tmp_path / "a.wav", np.zeros(RATE * 10, np.float32))), 2)


def test_a_hum_is_no_recording_of_somebody(lantern: Lantern, tmp_path: Path) -> None:
    hum = 0.3 * np.sin(2 * np.pi * 150 * np.arange(RATE) / RATE).astype(np.float32)
    refused(lantern("add", ANN, sound(tmp_path / "a.wav", hum)), 2, "a.wav", "no speech")


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "Nobody", "hello"),
        ("ask", HOPPER),
        ("ask", HOPPER, "hello", "--louder"),
        ("demo", "--sample", "nobody"),
        ("new", "Ann", "--born", "yesterday"),
        ("new", "Ann", "--born", "1990", "--died", "1980"),
        ("new", " "),
        ("ask", HOPPER, "hello", "--clip", "answer.avi"),
        ("farewell", HOPPER, "nothing.txt", "--out", "a.mp4"),
    ],
)
def test_what_makes_no_sense_is_refused(lantern: Lantern, arguments: tuple[str, ...]) -> None:
    refused(lantern(*arguments), 2)


def test_a_folder_that_cannot_be_written_is_named(lantern: Lantern) -> None:
    refused(lantern("ask", HOPPER, "hello", "--clip", "/proc/a.mp4"), 3, "/proc")
    refused(lantern("demo", "--out", "/proc/out"), 3, "/proc")


def test_a_farewell_says_the_familys_words(lantern: Lantern, tmp_path: Path) -> None:
    script = tmp_path / "words.txt"
    script.write_text("Thank you for everything. The harbour is calm tonight.")
    ran = lantern("farewell", HOPPER, script, "--out", tmp_path / "a.mp4", "--author", "Mary", "--json")
    assert ran.code == 0, ran.err
    assert [phrase["mark"] for phrase in ran.json["phrases"]] == ["told", "told"]
    assert {phrase["source"]["author"] for phrase in ran.json["phrases"]} == {"Mary"}
    assert (tmp_path / "a.mp4").stat().st_size > 10_000


def in_a_process(home: Path, arguments: list[str], before: str = "", limit_bytes: int | None = None) -> Ran:
    """Runs one command in a process of its own, after the Python line `before`."""
    code = f"import sys\n{before}\nfrom services.__main__ import main\nsys.exit(main(sys.argv[1:]))"

    def limit() -> None:
        if limit_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

    ran = subprocess.run(
        [sys.executable, "-B", "-c", code, *arguments],  # a cut-off .pyc would break every later start
        env={"PATH": "/usr/bin:/bin", "LANTERN_HOME": str(home), "HOME": str(home.parent)},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def test_a_full_disk_leaves_nothing_behind(home: Path, tmp_path: Path) -> None:
    clip = tmp_path / "clips" / "a.mp4"
    clip.parent.mkdir()
    refused(in_a_process(home, ["ask", HOPPER, "hello", "--clip", str(clip)], limit_bytes=40_000), 3, "full")
    assert list(clip.parent.iterdir()) == []


def test_a_missing_library_is_named(home: Path, tmp_path: Path) -> None:
    arguments = ["ask", HOPPER, "hello", "--clip", str(tmp_path / "a.mp4")]
    refused(in_a_process(home, arguments, "sys.modules['pyworld'] = None"), 3, "pyworld")


def test_a_library_that_makes_an_error_of_its_own_of_ctrl_c_is_not_called_missing(home: Path) -> None:
    before = """
import importlib.abc, os, signal
class Interrupted(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "tantivy":
            try:
                os.kill(os.getpid(), signal.SIGINT)
            except KeyboardInterrupt:
                raise ImportError("initialization failed") from None
sys.meta_path.insert(0, Interrupted())
"""
    ran = in_a_process(home, ["ask", HOPPER, "hello"], before)
    assert (ran.code, ran.err) == (130, "lantern: stopped; nothing half-done is left\n")


def test_answering_loads_no_neural_library_and_no_face_mesh(home: Path, tmp_path: Path) -> None:
    heavy = ("torch", "transformers", "peft", "TTS", "mediapipe", "jax", "matplotlib", "librosa", "alembic")
    arguments = ["ask", HOPPER, "hello", "--clip", str(tmp_path / "a.mp4")]
    before = f"import atexit; atexit.register(lambda: print('loaded', [n for n in {heavy} if n in sys.modules]))"
    ran = in_a_process(home, arguments, before)
    assert ran.code == 0, ran.err
    assert "loaded []" in ran.out


def test_the_doctor_finds_nothing_missing_where_the_tests_run(lantern: Lantern) -> None:
    ran = lantern("doctor", "--json")
    assert ran.code == 0
    assert ran.json["ok"]
    assert {"system", "home", "Chinese font"} <= {finding["name"] for finding in ran.json["findings"]}
