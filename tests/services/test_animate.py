"""Photos brought to life from the command line: one, a folder, a montage; by gestures, a sound, a film, by hand."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from data.label import Label
from data.media import content_id, read_clip, read_picture, write_clip, write_sound
from data.types import FPS, RATE, SAMPLES_PER_FRAME, Picture, Shot, Wave
from face.chosen import Chosen
from face.gestures import gesture
from face.landmarks import aperture, landmarks
from services import animating, sitter
from services.__main__ import main
from services.montage import Scene, Title, montage, titles
from services.movers import ByGestures, BySound, shots
from services.sitter import Sitter
from tests.face.portraits import photo
from tests.services.conftest import Lantern, Ran

LABEL = Label("en", {})
PLAIN = Chosen()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Lantern:
    def command(*arguments: str | Path) -> Ran:
        with monkeypatch.context() as patch:
            for name, value in os.environ.items():
                patch.setenv(name, value)
            patch.setenv("LANTERN_HOME", str(home))
            capsys.readouterr()
            code = main([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return Ran(code, written.out, written.err)

    return command


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "Eileen.png"
    Image.fromarray(photo("astronaut")).save(path)
    return path


def tone(seconds: float) -> Wave:
    time_s = np.arange(round(seconds * RATE)) / RATE
    swelling = (1 + np.sin(2 * np.pi * 4 * time_s)) / 2
    return np.asarray(0.3 * np.sin(2 * np.pi * 180 * time_s) * swelling, np.float32)


# --- one photo -----------------------------------------------------------------------------------------------------


def test_a_photo_becomes_a_labelled_clip(run: Lantern, portrait: Path, tmp_path: Path) -> None:
    clip = tmp_path / "wink.mp4"
    told = run("animate", portrait, "--gesture", "wink", "--out", clip, "--json").json["clips"][0]
    assert told["motion"] == "wink"
    written = read_clip(clip)
    assert len(list(written.frames())) == told["frames"] == round(told["duration_s"] * FPS)
    assert (written.width, written.height) == (told["width"], told["height"])
    assert content_id(clip) is not None
    assert b"animated from one photo" in clip.read_bytes()


def test_a_loop_is_the_gesture_again_and_again(run: Lantern, portrait: Path, tmp_path: Path) -> None:
    once, thrice = (
        run("animate", portrait, "--gesture", "nod", "--loop", str(loop), "--out", tmp_path / f"{loop}.mp4", "--json")
        for loop in (1, 3)
    )
    assert 2.4 < thrice.json["clips"][0]["frames"] / once.json["clips"][0]["frames"] <= 3


def test_a_laugh_that_the_photo_shows_stays_on_it_unless_the_lips_do_something(portrait: Path) -> None:
    sitting = sitter.only(sitter.read(read_picture(portrait), PLAIN))
    laughing = aperture(landmarks(sitting.photo))
    nod, kiss = (next(ByGestures.named([name]).take(sitting).shots).frames[0] for name in ("nod", "kiss"))
    assert np.array_equal(nod, sitting.photo)
    assert aperture(landmarks(kiss)) < laughing / 2


def test_the_mouth_follows_a_sound_which_is_heard_in_the_clip(run: Lantern, portrait: Path, tmp_path: Path) -> None:
    sound, clip = tmp_path / "voicemail.wav", tmp_path / "said.mp4"
    write_sound(sound, tone(1.5), LABEL)
    told = run("animate", portrait, "--audio", sound, "--out", clip, "--json").json["clips"][0]
    assert 1.5 <= told["duration_s"] < 3
    heard = read_clip(clip).sound
    assert heard is not None
    assert np.sqrt(np.mean(heard[: RATE * 3 // 2] ** 2)) == pytest.approx(np.sqrt(np.mean(tone(1.5) ** 2)), rel=0.1)


def test_a_sound_is_cut_into_chunks_that_hold_all_of_it(portrait: Path, tmp_path: Path) -> None:
    sound = tmp_path / "voicemail.wav"
    write_sound(sound, tone(1.03), LABEL)
    take = BySound.of(sound).take(sitter.read(read_picture(portrait), PLAIN))
    spoken = [shot for shot in take.shots if shot.sentence is not None]
    assert sum(len(shot.frames) for shot in spoken) == pytest.approx(1.03 * FPS, abs=5)
    whole = np.concatenate([shot.audio for shot in spoken])
    assert np.abs(whole[: round(1.03 * RATE)] - tone(1.03)).max() < 1e-3


@pytest.mark.parametrize("with_sound", [False, True])
def test_a_film_moves_the_photo_and_its_sound_is_kept_when_asked(
    run: Lantern, portrait: Path, tmp_path: Path, *, with_sound: bool
) -> None:
    film, clip = tmp_path / "film.mp4", tmp_path / "driven.mp4"
    take = ByGestures.named(["nod"]).take(sitter.read(read_picture(portrait), PLAIN))
    silent = list(take.shots)[:10]
    spoken = [Shot(tone(1)[: len(shot.audio)], shot.frames, None) for shot in silent]
    write_clip(film, iter(spoken), LABEL)
    asked = ["--sound"] if with_sound else []
    told = run("animate", portrait, "--drive", film, "--out", clip, *asked, "--json").json["clips"][0]
    assert told["frames"] == pytest.approx(50, abs=1)
    heard = read_clip(clip).sound
    assert heard is not None
    assert (np.abs(heard).max() > 0.05) == with_sound


def late_film(path: Path, late_s: float) -> Path:
    """Two seconds of pictures that begin so much later than their sound, with a click where they begin."""
    click = np.zeros(3 * RATE, np.float32)
    click[round(late_s * RATE) :][:96] = 0.8
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        heard = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for number in range(2 * FPS):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 40, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number + round(late_s * FPS), Fraction(1, FPS)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        sound = av.AudioFrame.from_ndarray((click[None] * 32767).astype(np.int16), format="s16", layout="mono")
        sound.sample_rate = RATE
        container.mux(heard.encode(sound))
        container.mux(heard.encode(None))
    return path


def test_a_films_sound_is_heard_when_its_picture_is_seen(tmp_path: Path) -> None:
    film = read_clip(late_film(tmp_path / "late.mkv", 1.0))
    made = shots(lambda _: np.zeros((2, 2, 3), np.uint8), range(2 * FPS), film)
    heard = np.concatenate([shot.audio for shot in made])
    assert len(heard) == 2 * RATE
    assert np.flatnonzero(np.abs(heard) > 0.4)[0] < 0.02 * RATE


def test_a_film_is_closed_when_its_shots_are_no_longer_wanted(tmp_path: Path) -> None:
    path = late_film(tmp_path / "late.mkv", 0.0)

    def is_open() -> bool:
        return str(path) in {str(each.resolve()) for each in Path("/proc/self/fd").iterdir()}

    made = shots(lambda _: np.zeros((2, 2, 3), np.uint8), range(2 * FPS), read_clip(path))
    next(made)
    was_open = is_open()
    made.close()
    assert (was_open, is_open()) == (True, False)


def test_a_photo_is_looked_at_before_a_film_is_followed(run: Lantern, tmp_path: Path) -> None:
    empty = tmp_path / "empty.png"
    Image.fromarray(np.full((400, 400, 3), 90, np.uint8)).save(empty)
    film = late_film(tmp_path / "late.mkv", 0.0)  # nobody is in it
    ran = run("animate", empty, "--drive", film, "--out", tmp_path / "a.mp4")
    assert "Following" not in ran.err
    assert "in this photo" in ran.err or "no face" in ran.err


def test_everybody_takes_as_long_as_is_told() -> None:
    take = ByGestures.named(["nod"]).take(sitter.read(two_heads(), PLAIN, everybody=True))
    assert sum(len(shot.frames) for shot in take.shots) == take.frames


def test_a_gesture_written_anew_is_another_way_to_move(monkeypatch: pytest.MonkeyPatch) -> None:
    nod, chosen = gesture("nod"), ByGestures.named(["nod"])
    slower = replace(chosen, chosen=(replace(nod, length_s=nod.length_s + 1),))
    assert chosen.fingerprint == ByGestures.named(["nod"]).fingerprint != slower.fingerprint
    by_itself = ByGestures().fingerprint
    monkeypatch.setattr("face.gestures.gestures", lambda: {"nod": nod})
    assert ByGestures().fingerprint != by_itself


def two_heads() -> Picture:
    one = photo("astronaut")[:300, 60:380]
    return np.concatenate((one, one[:, ::-1]), axis=1)


def test_everybody_in_a_photo_can_move_at_once(run: Lantern, tmp_path: Path) -> None:
    both, clip = tmp_path / "both.png", tmp_path / "both.mp4"
    Image.fromarray(two_heads()).save(both)
    assert "--face all" in run("animate", both, "--out", clip).err
    told = run("animate", both, "--face", "all", "--gesture", "nod", "--out", clip, "--json").json["clips"][0]
    assert told["motion"] == "everybody"
    still, *_, moved = list(read_clip(clip).frames())[:24]
    changed = np.abs(still.astype(int) - moved).mean(axis=(0, 2))
    assert min(half.max() for half in np.array_split(changed, 2)) > 1


def test_somebody_alone_is_framed_as_a_portrait_though_everybody_is_wanted() -> None:
    alone = sitter.read(photo("hopper"), Chosen(size_px=300), everybody=True)
    assert isinstance(alone, Sitter)
    assert alone.rig.size == (300, 300)


def test_what_no_detector_sees_can_be_marked_by_hand(run: Lantern, tmp_path: Path) -> None:
    statue, clip = tmp_path / "statue.png", tmp_path / "statue.mp4"
    Image.fromarray(np.full((400, 400, 3), 90, np.uint8)).save(statue)
    assert "no face" in run("animate", statue, "--out", clip).err
    marks = ("--eyes", "150,150", "250,150", "--mouth", "165,260", "235,260")
    told = run("animate", statue, *marks, "--gesture", "wink", "--out", clip, "--json").json["clips"][0]
    assert any("by hand" in warning for warning in told["warnings"])
    assert clip.exists()


# --- many photos ---------------------------------------------------------------------------------------------------


@pytest.fixture
def family(portrait: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "family"
    folder.mkdir()
    shutil.copy(portrait, folder / "Anna Berg 1921-1999.png")
    (folder / "damaged.jpg").write_bytes(b"\xff\xd8\xff" + b"1" * 100)
    (folder / "letter.txt").write_text("Dear Tom")
    return folder


def test_one_bad_photo_does_not_stop_the_others(run: Lantern, family: Path, tmp_path: Path) -> None:
    ran = run("animate", family, "--gesture", "nod", "--out", tmp_path / "clips", "--json")
    assert ran.code == 0
    assert [Path(each["clip"]).name for each in ran.json["clips"]] == ["Anna Berg 1921-1999.mp4"]
    assert [Path(each["photo"]).name for each in ran.json["refused"]] == ["damaged.jpg"]
    assert sorted(path.name for path in (tmp_path / "clips").iterdir()) == ["Anna Berg 1921-1999.mp4"]


def test_what_is_done_is_not_done_again_unless_photo_or_wish_changed(
    run: Lantern, family: Path, tmp_path: Path
) -> None:
    (family / "damaged.jpg").unlink()

    def is_new(*more: str) -> bool:
        told = run("animate", family, "--out", tmp_path / "clips", *more, "--json").json
        return bool(told["clips"][0]["is_new"])

    assert is_new("--gesture", "nod")
    assert not is_new("--gesture", "nod")
    assert is_new("--gesture", "wink")
    assert not is_new("--gesture", "wink")
    assert is_new("--gesture", "wink", "--language", "zh")
    Image.fromarray(photo("astronaut")[:, 10:]).save(family / "Anna Berg 1921-1999.png")
    assert is_new("--gesture", "wink", "--language", "zh")


def test_a_film_of_the_familys_in_a_clips_place_stays_as_it_is(run: Lantern, family: Path) -> None:
    film = family / "Anna Berg 1921-1999.mp4"
    write_clip(film, iter([Shot(tone(1)[:SAMPLES_PER_FRAME], np.zeros((1, 64, 64, 3), np.uint8), None)]), LABEL)
    theirs = film.read_bytes().replace(b"Lantern", b"Telefon")
    film.write_bytes(theirs)
    ran = run("animate", family, "--gesture", "nod", "--out", family)
    assert ran.code == 2
    assert "was not made here" in ran.err.splitlines()[-1]
    shutil.copy(family / "Anna Berg 1921-1999.png", family / "Bert.png")
    ran = run("animate", family, "--gesture", "nod", "--out", family, "--montage", family / "all.mp4", "--json")
    assert [Path(each["clip"]).name for each in ran.json["clips"]] == ["Bert.mp4"]
    assert sorted(Path(each["photo"]).name for each in ran.json["refused"]) == [
        "Anna Berg 1921-1999.png",
        "damaged.jpg",
    ]
    assert ran.json["montage"]["people"] == 2
    assert film.read_bytes() == theirs


def test_nothing_takes_the_place_of_what_it_is_made_of(run: Lantern, family: Path, portrait: Path) -> None:
    film = family / "Anna Berg 1921-1999.mp4"
    write_clip(film, iter([Shot(tone(1)[:SAMPLES_PER_FRAME], np.zeros((1, 64, 64, 3), np.uint8), None)]), LABEL)
    before = film.read_bytes()
    for photos, out in ((portrait, film), (family, family)):
        for way in ("--drive", "--audio"):
            ran = run("animate", photos, way, film, "--out", out)
            assert (ran.code, "would be lost" in ran.err.splitlines()[-1]) == (2, True)
    assert film.read_bytes() == before


def test_what_is_called_a_photo_and_is_none_is_not_passed_over_in_silence(family: Path) -> None:
    (family / "note.jpg").write_text("Dear Tom")
    (family / "empty.jpg").touch()
    found = [path.name for path in animating.photos_in(family)]
    assert found == ["Anna Berg 1921-1999.png", "damaged.jpg", "empty.jpg", "note.jpg"]


def test_photos_of_the_same_name_become_two_clips(tmp_path: Path) -> None:
    found = animating.places([Path("a.jpg"), Path("A.png"), Path("b.jpg")], tmp_path)
    assert [clip.name for clip in found.values()] == ["a.jpg.mp4", "A.png.mp4", "b.mp4"]


def test_a_folder_without_one_usable_photo_is_refused(run: Lantern, family: Path, tmp_path: Path) -> None:
    (family / "Anna Berg 1921-1999.png").unlink()
    for asked in (("--out", tmp_path / "clips"), ("--montage", tmp_path / "all.mp4")):
        ran = run("animate", family, *asked)
        assert ran.code == 2
        assert "damaged.jpg" in ran.err.splitlines()[-1]
    assert not (tmp_path / "all.mp4").exists()


def test_a_montage_shows_everybody_for_some_seconds(run: Lantern, family: Path, portrait: Path, tmp_path: Path) -> None:
    shutil.copy(portrait, family / "Bert.png")
    ran = run("animate", family, "--montage", tmp_path / "all.mp4", "--json")
    film = ran.json["montage"]
    assert film["people"] == 2
    assert 2 * 4 < film["duration_s"] < 2 * 12
    frames = list(read_clip(tmp_path / "all.mp4").frames())
    assert frames[0][:256].mean() < 20
    assert frames[-1][:256].mean() < 20
    assert min(frame.mean() for frame in frames[20:-20]) > 40


# --- montage -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "name", "years"),
    [
        ("Anna Berg 1921-1999", "Anna Berg", "1921 – 1999"),
        ("Anna_Berg_1921–1999", "Anna Berg", "1921 – 1999"),
        ("Anna Berg (1921 - 1999)", "Anna Berg", "1921 – 1999"),
        ("Anna Berg, 1921-", "Anna Berg", "1921 –"),
        ("Anna Berg -1999", "Anna Berg", "– 1999"),
        ("Anna 1950", "Anna", "1950"),
        ("Zoë Müller geb. 1950", "Zoë Müller", "1950"),
        ("外公 1930-2012", "外公", "1930 – 2012"),
        ("外公（1930－2012）", "外公", "1930 – 2012"),
        ("Anna-Lena Berg", "Anna-Lena Berg", ""),
        ("IMG_2034", "", ""),
        ("IMG_20190512_123456", "", ""),
        ("DSC00017", "", ""),
        ("20190512-1999", "", ""),
        ("WhatsApp Image 2020-01-01 at 10.00.00", "", ""),
        ("Image", "", ""),
    ],
)
def test_a_name_and_years_are_read_from_a_photos_own_name(words: str, name: str, years: str) -> None:
    assert Title.of(words) == Title(name, years)


def test_names_are_taken_from_a_table_of_the_familys(tmp_path: Path) -> None:
    (tmp_path / "names.tsv").write_text("\ufeffa.jpg\tAnna Berg\t1921–1999\nb.jpg\tBert\n\n", "utf-8")
    assert titles(tmp_path) == {"a.jpg": Title("Anna Berg", "1921–1999"), "b.jpg": Title("Bert")}
    (tmp_path / "names.toml").write_text('"a.jpg" = "Anna Berg 1921-1999"\n')
    assert titles(tmp_path) == {"a.jpg": Title("Anna Berg", "1921 – 1999")}


def test_a_name_that_no_photo_has_is_told(tmp_path: Path) -> None:
    (tmp_path / "names.tsv").write_text("a.jpg\tAnna Berg\nzoe.jpg\tZoe\n")
    titled, told = animating.named([tmp_path / "a.jpg", tmp_path / "b.jpg"])
    assert [title.name for title in titled.values()] == ["Anna Berg", "b"]
    assert told == ["zoe.jpg has a name written down, but no photo here is called so"]


@pytest.mark.parametrize("written", ['"a.jpg" = 3', "a.jpg = Anna", "[a]\nname = 1"])
def test_a_table_that_cannot_be_read_is_refused(run: Lantern, family: Path, tmp_path: Path, written: str) -> None:
    (family / "names.toml").write_text(written)
    ran = run("animate", family, "--montage", tmp_path / "all.mp4")
    assert ran.code == 2
    assert "names.toml" in ran.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "letters"), [("Anna Åberg", "en"), ("外公", "zh"), ("さくら", "zh"), ("サクラ", "zh"), ("김영희", "zh")]
)
def test_names_of_east_asia_are_drawn_in_a_font_that_has_them(name: str, letters: str) -> None:
    assert Title(name).letters == letters


def test_a_font_that_lacks_is_said_before_anything_is_filmed(
    run: Lantern, family: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (family / "names.tsv").write_text("zoe.jpg\tZoe\n")
    (family / "外公 1930-2012.jpg").write_bytes((family / "Anna Berg 1921-1999.png").read_bytes())
    monkeypatch.setattr("services.montage.label_font", lambda _: None)
    monkeypatch.setattr("services.animating.Sat.of", lambda *_: pytest.fail("a photo was read"))
    ran = run("animate", family, "--out", tmp_path / "clips", "--montage", tmp_path / "all.mp4")
    assert ran.code == 3
    assert "fonts-noto-cjk" in ran.err.splitlines()[-1]


def test_a_latin_name_needs_no_font_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.label._latin_font", lambda: None)
    assert Title("Anna").stamp(512, 512) is not None


def test_a_title_hides_neither_the_label_nor_in_a_wide_frame_the_person() -> None:
    for width, height in ((910, 512), (512, 512), (384, 512)):
        title, label = Title("Anna Maria Theresia Berg", "1921 – 1999").stamp(width, height), LABEL.drawn(width, height)
        assert title is not None
        high, wide = title.keep.shape[:2]
        assert title.left + wide < label.left or title.top + high < label.top
        assert title.left + wide <= width
        assert width < height * 1.2 or title.left + wide < 0.4 * width


def test_a_scene_fades_into_the_next_and_its_title_comes_and_goes() -> None:
    def scene(grey: int, size: tuple[int, int], name: str) -> Scene:
        picture = np.full((*size, 3), grey, np.uint8)
        return Scene(Title(name), 100, shots(lambda _: picture, range(100)))

    made = list(montage([scene(100, (64, 64), "Anna"), scene(200, (32, 16), "")], (128, 128)))
    frames = np.concatenate([shot.frames for shot in made])
    assert len(frames) == 20 + 60 + 20 + 60 + 20
    assert all(len(shot.audio) == len(shot.frames) * SAMPLES_PER_FRAME for shot in made)
    middle = frames[:, 40, 64, 0].astype(int)
    assert middle[0] < 5
    assert middle[-1] < 5
    assert np.abs(np.diff(middle)).max() <= 15
    assert (middle[50], middle[130]) == (100, 200)
    lettered = (frames[:, 80:120] != frames[:, 40:41]).any(axis=(1, 2, 3))
    assert lettered[40:70].all()
    assert not lettered[[10, 99]].any()


# --- by hand -------------------------------------------------------------------------------------------------------


def test_sliders_make_a_still(run: Lantern, portrait: Path, tmp_path: Path) -> None:
    told = run("portrait", "edit", portrait, "--turn", "-.8", "--out", tmp_path / "turned.jpg", "--json").json
    turned = read_picture(tmp_path / "turned.jpg")
    assert turned.shape == (told["height"], told["width"], 3)
    before = landmarks(sitter.only(sitter.read(read_picture(portrait), PLAIN)).photo)
    assert landmarks(turned)[1, 0] < before[1, 0] - 4  # the nose goes to the left


def test_sliders_with_times_make_a_clip(run: Lantern, portrait: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"turn": [[0, 0], [1, 0.8]]}))
    clip = tmp_path / "smile.mp4"
    told = run("portrait", "edit", portrait, "--smile", "0:0,1:.8", "--keys", keys, "--out", clip, "--json").json
    assert told["frames"] == FPS + 1
    assert len(list(read_clip(clip).frames())) == FPS + 1


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("animate", "{photo}"), "--out"),
        (("animate", "{photo}", "--gesture", "dance", "--out", "{dir}/a.mp4"), "blink_and_smile"),
        (("animate", "{photo}", "--out", "{dir}/a.gif"), ".mp4"),
        (("animate", "{photo}", "--gesture", "nod", "--audio", "{photo}", "--out", "{dir}/a.mp4"), "choose one"),
        (("animate", "{photo}", "--audio", "{photo}", "--out", "{dir}/a.mp4"), "Eileen.png"),
        (("animate", "{photo}", "--audio", "{dir}/none.wav", "--out", "{dir}/a.mp4"), "there is no such file"),
        (("animate", "{photo}", "--drive", "{photo}", "--out", "{dir}/a.mp4"), "Eileen.png"),
        (("animate", "{photo}", "--audio", "{photo}", "--loop", "2", "--out", "{dir}/a.mp4"), "--loop"),
        (("animate", "{photo}", "--sound", "--out", "{dir}/a.mp4"), "--drive"),
        (("animate", "{photo}", "--montage", "{dir}/a.mp4"), "folder"),
        (("animate", "{photo}", "--face", "0", "--out", "{dir}/a.mp4"), "counted from the left"),
        (("animate", "{photo}", "--face", "7", "--out", "{dir}/a.mp4"), "there is no face 7"),
        (("animate", "{photo}", "--size", "99", "--out", "{dir}/a.mp4"), "--size 99: choose from 256 to 1080 pixels"),
        (("portrait", "edit", "{photo}", "--smile", "1", "--size", "2000", "--out", "{dir}/a.jpg"), "--size 2000"),
        (("animate", "{dir}/none.jpg", "--out", "{dir}/a.mp4"), "there is no such file"),
        (("animate", "{dir}", "--out", "{dir}/clips"), "holds no photo"),
        (("animate", "{photo}", "--face", "all", "--drive", "{photo}", "--out", "{dir}/a.mp4"), "one face"),
        (("animate", "{photo}", "--eyes", "1,2", "3,4", "--out", "{dir}/a.mp4"), "mark both eyes"),
        (("animate", "{dir}", "--face", "1", "--out", "{dir}/clips"), "by itself"),
        (("animate", "{photo}", "--face", "all", "--frame", "square", "--out", "{dir}/a.mp4"), "--frame"),
        (
            ("animate", "{photo}", "--face", "1", "--speaker", "1", "--audio", "{photo}", "--out", "{dir}/a.mp4"),
            "alone",
        ),
        (("animate", "{photo}", "--face", "all", "--speaker", "1", "--out", "{dir}/a.mp4"), "--audio"),
        (
            (
                "animate",
                "{photo}",
                "--face",
                "1",
                "--eyes",
                "1,2",
                "3,4",
                "--mouth",
                "1,5",
                "3,5",
                "--out",
                "{dir}/a.mp4",
            ),
            "leave --face out",
        ),
        (("animate",), "give a photo"),
        (("portrait", "edit", "{photo}", "--out", "{dir}/a.jpg"), "no slider"),
        (("portrait", "edit", "{photo}", "--smile", "3", "--out", "{dir}/a.jpg"), "lies outside"),
        (("portrait", "edit", "{photo}", "--smile", "1", "--out", "{dir}/a.mp4"), "times"),
        (("portrait", "edit", "{photo}", "--smile", "0:0,1:1", "--out", "{dir}/a.jpg"), ".mp4"),
        (("portrait", "edit", "{photo}", "--smile", "1", "--out", "{dir}/a.gif"), ".jpg"),
        (("portrait", "edit", "{photo}", "--smile", "1", "--out", "{photo}"), "would be lost"),
        (("portrait", "faces", "{photo}", "--out", "{photo}"), "would be lost"),
        (("portrait", "faces", "{dir}"), "out is a folder: give one photo out of it"),
        (("portrait", "edit", "{photo}", "--keys", "{photo}", "--out", "{dir}/a.mp4"), "TOML or JSON"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_and_leaves_nothing(
    run: Lantern, portrait: Path, tmp_path: Path, asked: tuple[str, ...], said: str
) -> None:
    (tmp_path / "out").mkdir()
    ran = run(*(word.format(photo=portrait, dir=tmp_path / "out") for word in asked))
    assert ran.code == 2
    assert said in ran.err.splitlines()[-1]
    assert not [path for path in (tmp_path / "out").iterdir() if path.is_file()]


def test_where_faces_cannot_be_written_is_said_before_they_are_looked_for(run: Lantern, tmp_path: Path) -> None:
    ran = run("portrait", "faces", tmp_path / "none.jpg", "--out", tmp_path / "none" / "faces.png")
    assert "make the folder first" in ran.err


@pytest.mark.parametrize("written", ["[" * 100_000, '{"smile": [[0, 1' + "0" * 400 + "]]}"])
def test_keys_beyond_all_measure_are_refused(run: Lantern, portrait: Path, tmp_path: Path, written: str) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(written)
    assert run("portrait", "edit", portrait, "--keys", keys, "--out", tmp_path / "a.jpg").code == 2


def test_a_clip_that_is_broken_off_leaves_nothing(portrait: Path, tmp_path: Path) -> None:
    take = ByGestures.named(["nod"]).take(sitter.read(read_picture(portrait), PLAIN))

    def advance(frames: int) -> None:
        if frames > 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        animating.filmed(take.shots, tmp_path / "nod.mp4", LABEL, advance)
    assert not list(tmp_path.iterdir())


def test_the_gestures_are_listed_with_what_they_do(run: Lantern) -> None:
    told = run("animate", "--gestures", "--json").json["gestures"]
    assert "winks" in told["wink"]
    assert len(run("animate", "--gestures").out.splitlines()) == len(told)
