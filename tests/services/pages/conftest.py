"""A home as `lantern serve` serves it, and a real browser to come in with."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright

CHROMIUM = shutil.which("chromium")
KEEPER = {"name": "Kay", "password": "a lamp in the window"}
LOOPS_MS = 120_000  # they are rendered once, when a portrait is first seen
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
QUIET = (401, 404)  # of answers that a page expects: nobody is signed in, there is no portrait


@dataclass
class House:
    """Where Lantern is open, and the link of its first start; once that was used, how somebody is known."""

    address: str
    first_start: str
    state: dict[str, Any] | None = None
    memorial: str = ""

    @property
    def talk(self) -> str:
        return f"{self.address}memorials/{self.memorial}"


@dataclass
class Visit:
    """One browser window; what went wrong in it is told at its end."""

    context: BrowserContext
    page: Page
    wrong: list[str]

    def watch(self) -> None:
        self.page.on("pageerror", lambda error: self.wrong.append(f"{error}"))
        self.page.on("console", lambda told: self.wrong.append(told.text) if _is_wrong(told.type, told.text) else None)
        self.page.on("response", self._answered)

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in QUIET:
            self.wrong.append(f"{response.status} {response.request.method} {response.url}")

    def begin(self, house: House) -> Page:
        """On the talk page, with its loop going."""
        self.page.goto(house.talk)
        self.page.wait_for_selector("#field:enabled")
        self.page.wait_for_selector("[data-showing=idle]", timeout=LOOPS_MS)
        return self.page


Visiting = Callable[..., Any]


@contextmanager
def served(home: Path) -> Iterator[House]:
    """`lantern serve` on a free port, with its worker, until the block ends."""
    environment = {**os.environ, "LANTERN_HOME": str(home)}
    command = [sys.executable, "-m", "services", "serve", "--port", "0"]
    errors = home.parent / "serve.log"
    with errors.open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout is not None
    try:
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, errors.read_text()
            said += line
        address, *first = re.findall(r"http://\S+", said)
        yield House(address, first[0] if first else "")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


@pytest.fixture(scope="module")
def house(sample_home: tuple[Path, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A home with the sample memorial, and nobody in it yet. A module's tests share it, as a family does."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(sample_home[0] / "home", folder / "home")
    with served(folder / "home") as house:
        yield house


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, with its own rules of what may sound by itself.

    Until it is closed an event loop runs in this thread: no other module could start one.
    """
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--autoplay-policy=document-user-activation-required",
                "--use-fake-device-for-media-stream",  # a microphone that beeps
                "--use-fake-ui-for-media-stream",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def visiting(browser: Browser) -> Visiting:
    """Opens windows, and fails where a page had an error."""

    @contextmanager
    def visit(state: dict[str, Any] | None = None, **options: Any) -> Iterator[Visit]:
        given = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, **options}
        context = browser.new_context(storage_state=state, **given)  # type: ignore[arg-type]
        visit = Visit(context, context.new_page(), [])
        visit.watch()
        yield visit
        context.close()
        assert visit.wrong == []

    return visit


@pytest.fixture(scope="module")
def opened(house: House, browser: Browser) -> House:
    """The same after its first start, with the memorial that the sample home has."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(house.first_start)
    for name, value in KEEPER.items():
        page.fill(f"[name={name}]", value)
    page.click("button[type=submit]")
    page.wait_for_selector(".memorial")
    hopper = page.locator(".memorial", has_text="Grace Hopper").get_by_role("link", name="Come in")
    house.memorial = (hopper.get_attribute("href") or "").split("/")[-1]
    house.state = context.storage_state()  # type: ignore[assignment]
    context.close()
    return house


def _is_wrong(kind: str, text: str) -> bool:
    """What a browser writes of an answer that a page expects is no error of the page's."""
    return kind in ("error", "warning") and not re.search(r"status of (401|404)|WebSocket", text)
