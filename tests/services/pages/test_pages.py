"""The pages around the conversation, and all of them for those who see, hear or move otherwise."""

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.services.pages.conftest import PHONE, House, Visiting
from tests.services.pages.seeing import assert_plays, said, say, watched

pytestmark = pytest.mark.browser

SERIOUS = ("serious", "critical")
JOB_MS = 240_000
LETTER = "My dear Tom,\nthe apple tree by the gate came into flower on Sunday.\nYour Ann\n"


def faults(page: Page) -> list[Any]:
    """What axe-core finds that keeps somebody from using a page."""
    found = Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in SERIOUS]


def test_somebody_invited_comes_in_and_sees_that_memorial_alone(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state) as steward:
        page = steward.page
        page.goto(f"{opened.talk}/tend")
        page.click("text=Who may come")
        page.fill("[name=visitor]", "Vera")
        page.click("text=Make a link")
        link = page.inner_text(".secret")
    with visiting() as guest:
        page = guest.page
        page.goto(link)
        assert page.url.endswith("/enter") or page.url == opened.address
        page.wait_for_selector("text=You are invited to the memorial of Grace Hopper")
        page.fill("[name=name]", "Vera")
        page.fill("[name=password]", "too short")
        page.click("text=Come in")
        assert "/memorials/" not in page.url
        page.fill("[name=password]", "a boat on the lake")
        page.click("text=Come in")
        page.wait_for_url(opened.talk)
        page.wait_for_selector("#field:enabled")
        page.click("text=Menu")
        assert page.is_hidden("#tend")
        page.goto(opened.address)
        page.wait_for_selector(".memorial")
        assert page.locator(".memorial").count() == 1
        assert page.locator("text=Make a memorial").count() == 0
    with visiting() as late:
        late.page.goto(link)
        late.page.wait_for_selector("text=This link opens nothing any more")


def test_a_wrong_password_is_told_and_the_right_one_leads_back(opened: House, visiting: Visiting) -> None:
    with visiting() as visit:
        page = visit.page
        page.goto(f"{opened.address}account")
        page.fill("[name=name]", "Kay")
        page.fill("[name=password]", "another lamp")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=do not belong together")
        page.fill("[name=password]", "a lamp in the window")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{opened.address}account")
        page.wait_for_selector("text=Where you are signed in")


def test_what_a_family_brings_is_sent_looked_through_and_added(
    opened: House, visiting: Visiting, tmp_path: Path
) -> None:
    letter = tmp_path / "1961-to-tom.txt"
    letter.write_text(LETTER)
    with visiting(opened.state) as visit:
        page = visit.page
        page.goto(opened.address)
        page.fill("[name=name]", "Ann Tree")
        page.click("text=Make it")
        page.wait_for_selector("text=Bring something")
        page.set_input_files("input[type=file]", letter)
        page.click("text=Look through it")
        page.wait_for_selector("text=This would come in")
        assert page.is_visible("text=1961-to-tom.txt")
        page.click("button:text('Add it')")
        page.wait_for_selector("text=It is added.", timeout=JOB_MS)
        page.click("text=What is here")
        page.click("button:text('Read')")
        page.wait_for_selector("text=the apple tree by the gate")
        page.click("a:text('To the conversation')")
        say(page, "How is the apple tree?")
        page.wait_for_selector(".phrase[data-mark=theirs]")
        assert any("apple tree" in each for each in said(page))


def test_deleting_takes_the_whole_name(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state) as visit:
        page = visit.page
        page.goto(opened.address)
        page.fill("[name=name]", "Bob Reed")
        page.click("text=Make it")
        page.click("text=The end of this memorial")
        page.fill("[name=typed]", "Bob")
        page.click("text=Delete this memorial")
        page.wait_for_selector("text=That is not the name.")
        page.fill("[name=typed]", "Bob Reed")
        page.click("text=Delete this memorial")
        page.wait_for_url(opened.address)
        page.wait_for_selector(".memorial")
        assert page.locator("text=Bob Reed").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_fault_of_accessibility(opened: House, visiting: Visiting, scheme: str) -> None:
    with visiting(color_scheme=scheme) as visit:
        page = visit.page
        page.goto(opened.address)
        page.wait_for_selector("[name=password]")
        assert faults(page) == []
    with visiting(opened.state, color_scheme=scheme) as visit:
        page = visit.page
        page.goto(opened.address)
        page.wait_for_selector(".memorial")
        assert faults(page) == []
        page.goto(f"{opened.address}account")
        page.wait_for_selector("text=Where you are signed in")
        assert faults(page) == []
        page.goto(f"{opened.talk}/tend")
        page.wait_for_selector("details")
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        page.wait_for_selector("text=Learn the voice anew")
        page.wait_for_selector("text=1944-the-machine.txt")
        assert faults(page) == []
        visit.begin(opened)
        say(page, "How was your time at Vassar?")
        page.wait_for_selector(".phrase")
        assert faults(page) == []
        page.click("text=Menu")
        assert faults(page) == []
        page.keyboard.press("Escape")
        page.locator(".phrase").first.click()
        page.wait_for_selector("#letter .page > *")
        assert faults(page) == []


def test_the_keyboard_alone_is_enough(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state) as visit:
        page = visit.begin(opened)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.keyboard.type("How was your time at Vassar?")
        page.keyboard.press("Enter")
        page.wait_for_selector("button.phrase")
        for _ in range(20):
            page.keyboard.press("Shift+Tab")
            if page.evaluate("document.activeElement.className").startswith("phrase"):
                break
        page.keyboard.press("Enter")
        page.wait_for_selector("#letter", state="visible")
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.className").startswith("phrase")


@pytest.mark.slow
def test_a_chinese_grandfather_is_built_and_answers_in_chinese(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state, locale="zh-CN", **PHONE) as visit:
        page = visit.page
        page.goto(opened.address)
        page.wait_for_selector("text=先用样本试试")
        page.tap("button:text('杭州的外公')")
        page.wait_for_selector("a:text('好了')", timeout=JOB_MS)
        page.tap("a:text('好了')")
        page.wait_for_selector("[data-showing=idle]", timeout=JOB_MS)
        assert page.get_attribute("html", "lang") == "zh-CN"
        assert "这是一个程序" in page.inner_text("#notice")
        say(page, "外公，鱼好吃吗？")
        assert_plays(watched(page))
        assert re.search(r"[\u4e00-\u9fff]", "".join(said(page)))
        assert page.inner_text(".exchange .mark >> nth=-1") == "为展示而写"
        assert faults(page) == []
