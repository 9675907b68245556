"""From the visitor's Enter to the first sound of the answer, in a real browser: what somebody waits who talks.

The page marks when the line is said, when the first phrase stands there, when the first picture is presented and when
the playing position passes the beginning of the first word. Beside them, the sound itself is listened to in the
browser, as it leaves the video element.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.services.conftest import sample_home  # noqa: F401 — a fixture
from tests.services.pages.conftest import CHROMIUM, KEEPER, LOOPS_MS, House, served

ROUNDS = 20
LINES = ("What did you find in the relay?", "How was your time at Vassar?", "Tell me about the Navy.", "my work")
AUDIBLE = 0.003  # root mean square of a block, of full scale
QUIET_MS = 700  # between two turns
MARKS = ("first-phrase", "first-picture", "first-word")

LISTEN = """
() => {
  const sound = new AudioContext({ latencyHint: "interactive" });
  const analyser = new AnalyserNode(sound, { fftSize: 256 });
  const answer = sound.createMediaElementSource(document.querySelector("#answer"));
  answer.connect(analyser).connect(sound.destination);
  const wave = new Float32Array(analyser.fftSize);
  const listen = () => {
    analyser.getFloatTimeDomainData(wave);
    const level = Math.sqrt(wave.reduce((sum, each) => sum + each * each, 0) / wave.length);
    if (level > AUDIBLE) performance.mark("heard");
    setTimeout(listen, 4);
  };
  listen();
}
""".replace("AUDIBLE", str(AUDIBLE))

TIMES = """
() => {
  const said = performance.getEntriesByName("lantern:said").at(-1).startTime;
  const after = (name) => performance.getEntriesByName(name).find((each) => each.startTime > said)?.startTime - said;
  return { ...Object.fromEntries(MARKS.map((each) => [each, after(`lantern:${each}`)])), heard: after("heard") };
}
""".replace("MARKS", str(list(MARKS)))


@pytest.fixture(scope="module")
def page(sample_home: tuple[Path, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:  # noqa: F811
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    home = tmp_path_factory.mktemp("house") / "home"
    shutil.copytree(sample_home[0] / "home", home)
    with served(home) as house, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(locale="en-GB")
        _come_in(page, house)
        yield page
        browser.close()


def test_from_enter_to_the_first_word(page: Page) -> None:
    page.evaluate(LISTEN)
    rounds = [_turn(page, LINES[each % len(LINES)]) for each in range(ROUNDS + 1)][1:]  # the first warms up
    print(f"\nfrom Enter, in Chromium, of {ROUNDS} turns on {os.cpu_count()} cores, ms:")
    for name in (*MARKS, "heard"):
        times = [each[name] for each in rounds]
        print(f"  {name:14} median {median(times):5.0f}   90th percentile {quantiles(times, n=10)[-1]:5.0f}")


def _come_in(page: Page, house: House) -> None:
    page.goto(house.first_start)
    for name, value in KEEPER.items():
        page.fill(f"[name={name}]", value)
    page.click("button[type=submit]")
    page.locator(".memorial", has_text="Grace Hopper").get_by_role("link", name="Come in").click()
    page.wait_for_selector("#field:enabled")
    page.wait_for_selector("[data-showing=idle]", timeout=LOOPS_MS)


def _turn(page: Page, line: str) -> dict[str, float]:
    before = page.locator(".exchange").count()
    page.fill("#field", line)
    page.keyboard.press("Enter")
    exchange = page.locator(".exchange").nth(before)
    exchange.locator(".foot button").first.wait_for(timeout=120_000)
    page.wait_for_timeout(QUIET_MS)
    times: dict[str, float] = page.evaluate(TIMES)
    return times
