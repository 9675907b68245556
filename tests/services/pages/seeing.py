"""Looks at what really plays in the browser: pictures are read back from a canvas, sound from the element's stream."""

from typing import Any

from playwright.sync_api import Page

PLAYED_S = 1.2

WATCH = """
async (until) => {
  const video = document.querySelector("#answer");
  const canvas = new OffscreenCanvas(64, 64).getContext("2d", { willReadFrequently: true });
  const sound = new AudioContext();
  const analyser = sound.createAnalyser();
  const pictures = [], levels = [], times = [];
  const began = performance.now();
  let source = null;
  while (times.length === 0 || times.at(-1) < until) {
    if (performance.now() - began > 30000) break;
    await new Promise((done) => setTimeout(done, 100));
    if (video.readyState < 2 || video.paused) continue;
    const tracks = video.captureStream().getAudioTracks();
    if (!source && tracks.length) {
      source = sound.createMediaStreamSource(new MediaStream(tracks));
      source.connect(analyser);
    }
    canvas.drawImage(video, 0, 0, 64, 64);
    const bytes = canvas.getImageData(0, 0, 64, 64).data;
    pictures.push(bytes.reduce((sum, each, place) => (sum * 31 + each * (place + 1)) % 1e9, 7));
    const wave = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(wave);
    levels.push(Math.sqrt(wave.reduce((sum, each) => sum + each * each, 0) / wave.length));
    times.push(video.currentTime);
  }
  await sound.close();
  return {
    error: video.error && video.error.message,
    pictures: new Set(pictures).size,
    loudest: Math.max(0, ...levels),
    times,
    muted: video.muted,
    width: video.videoWidth,
  };
}
"""


def watched(page: Page, until_s: float = PLAYED_S) -> Any:
    """What the answer's video showed and sounded like until it had played so far."""
    return page.evaluate(WATCH, until_s)


def assert_plays(seen: Any) -> None:
    """Pictures that differ, time that moves, sound, and no decoding error."""
    assert seen["error"] is None
    assert seen["pictures"] > 3
    assert seen["times"] == sorted(seen["times"])
    assert seen["times"][-1] >= PLAYED_S
    assert seen["loudest"] > 0.001
    assert seen["width"] == 512


def say(page: Page, text: str) -> None:
    """Write a line and send it."""
    before = page.locator(".exchange").count()
    page.fill("#field", text)
    page.keyboard.press("Enter")
    page.locator(".exchange").nth(before).wait_for()


def said(page: Page) -> list[str]:
    """The sentences of the last answer."""
    return page.locator(".exchange").last.locator(".phrase .text, .phrase.notice p").all_inner_texts()
