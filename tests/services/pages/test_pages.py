"""The pages around the conversation, and all of them for those who see, hear or move otherwise."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page, Request, Route

from data.samples import sample
from tests.services.conftest import ANN
from tests.services.pages.conftest import KEEPER, PHONE, House, Visiting
from tests.services.pages.seeing import assert_plays, said, say, watched

pytestmark = pytest.mark.browser

SERIOUS = ("serious", "critical")
JOB_MS = 240_000
LETTER = "My dear Tom,\nthe apple tree by the gate came into flower on Sunday.\nYour Ann\n"


def faults(page: Page) -> list[Any]:
    """What axe-core finds that keeps somebody from using a page: as it is, and on a phone in the dark."""
    before = page.viewport_size
    assert before is not None
    page.emulate_media(reduced_motion="reduce")  # no colour on its way to another
    found = Axe().run(page).response["violations"]
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE["viewport"])  # type: ignore[arg-type]
    found += Axe().run(page).response["violations"]
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    page.set_viewport_size(before)
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


def test_a_family_says_who_somebody_is_and_how_names_are_said(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state) as visit:
        page = visit.page
        page.goto(f"{opened.talk}/tend")
        page.click("text=Who may come")
        page.get_by_role("button", name="Say who this is: Kay").click()
        page.keyboard.type("granddaughter")
        page.keyboard.press("Tab")
        page.keyboard.type("my dear Kay")
        page.keyboard.press("Enter")
        page.wait_for_selector("li:has-text('Kay') >> text=granddaughter · “my dear Kay”")
        page.click("text=How names are said")
        for said_so in ("eye ken", "ay ken"):
            page.fill("[name=word]:visible", "Aiken")
            page.fill("[name=said]", said_so)
            page.keyboard.press("Enter")
            page.wait_for_selector(f"li:has-text('Aiken – {said_so}')")
        assert page.locator("li:has-text('Aiken')").count() == 1
        page.click("text=What is said in the recordings")
        page.locator("[name=text]").first.fill("We taped it into the book.")
        page.click("form:has([name=text]) >> nth=0 >> button")
        page.wait_for_selector("text=Saved.")


def portraying(page: Page, opened: House) -> Locator:
    """The section of the portrait of somebody who has none, or has had one for moments, open."""
    page.goto(opened.address)
    page.locator(".memorial", has_text=ANN).get_by_role("link", name="Look after").click()
    page.click("summary:has-text('The portrait')")
    return page.locator("details", has=page.locator("summary:has-text('The portrait')"))


def is_wish(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith("/portrait")


def test_where_no_face_is_found_somebody_marks_it_in_the_first_photo(
    opened: House, visiting: Visiting, tmp_path: Path
) -> None:
    skies = [tmp_path / "sky.jpg", tmp_path / "dusk.jpg"]
    for each, colour in zip(skies, ("skyblue", "salmon"), strict=True):
        Image.new("RGB", (600, 400), colour).save(each)
    with visiting(opened.state) as visit:
        page = visit.page
        section = portraying(page, opened)
        with page.expect_request(is_wish) as first:
            section.locator("input[type=file]").set_input_files(skies)
        eye = page.get_by_role("button", name="The eye on the left")
        eye.wait_for(timeout=JOB_MS)
        assert section.get_by_text("Then “sky.jpg” alone is read").is_visible()
        eye.press("Shift+ArrowLeft")
        with page.expect_request("**/portrait") as asked:
            page.click("text=Read it so")
        told = asked.value.post_data_json
        assert told["uploads"] == first.value.post_data_json["uploads"][:1]
        assert told["eyes"][0] == pytest.approx([222.0, 152.0])
        assert told["mouth"][1] == pytest.approx([336.0, 232.0])


def test_the_face_that_is_meant_is_chosen_from_pictures(opened: House, visiting: Visiting, tmp_path: Path) -> None:
    one = Image.open(sample("hopper").portrait).convert("RGB")
    both = Image.new("RGB", (2 * one.width, one.height))
    for place in range(2):
        both.paste(one, (place * one.width, 0))
    both.save(tmp_path / "both.jpg")
    with visiting(opened.state, **PHONE) as visit:
        page = visit.page
        section = portraying(page, opened)
        section.locator("input[type=file]").set_input_files(tmp_path / "both.jpg")
        right = section.get_by_role("button", name="Face 2 from the left")
        right.wait_for(timeout=JOB_MS)
        assert section.locator(".faces img").count() == 2
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"]  # type: ignore[index]
        assert faults(page) == []
        page.route("**/portrait", lambda route: route.fulfill(status=422, json={"type": "face-cut-off"}))
        with page.expect_request("**/portrait") as asked:
            right.click()
        assert asked.value.post_data_json["face"] == 2
        page.wait_for_selector("text=The edge of the photo cuts the face off")
        visit.wrong.clear()  # it was refused, as it told


def listing(*items: dict[str, Any]) -> Callable[[Route], None]:
    """Answers with a whole list."""
    return lambda route: route.fulfill(json={"items": items, "next": None})


CLIP: dict[str, Any] = {
    "id": "0" * 32,
    "title": "What of the moth?",
    "added_at": "2026-01-02T03:04:05Z",
    "size_bytes": 1,
    "outdated": False,
    "taken_back": [],
}


def test_a_film_of_what_was_taken_back_says_so_and_is_filmed_anew(opened: House, visiting: Visiting) -> None:
    struck = {**CLIP, "id": "1" * 32, "outdated": True, "taken_back": ["We taped it into the book."]}
    with visiting(opened.state) as visit:
        page = visit.page
        page.route("**/clips", listing(CLIP, struck))
        page.route("**/anew", lambda route: route.fulfill(status=422, json={"type": "/problems/nothing-left"}))
        page.goto(f"{opened.talk}/tend")
        page.click("summary:has-text('Films')")
        marked = page.locator("li:has(video)", has_text="Only stewards see this film")
        assert "We taped it into the book." in marked.inner_text()
        assert page.get_by_role("button", name="Film it anew").count() == 1
        assert faults(page) == []
        with page.expect_request(f"**/clips/{struck['id']}/anew"):
            marked.get_by_role("button", name="Film it anew").click()
        marked.locator("text=nothing to film anew").wait_for()
        visit.wrong.clear()  # the film of nobody's is not there, and was refused


def test_a_new_password_ends_the_tokens_unless_they_are_kept(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state) as visit:
        page = visit.page
        page.goto(f"{opened.address}account")
        token = page.locator(".card", has_text="Programs that may come in").locator("li", has_text="the lamp")
        page.locator(".card", has_text="Programs that may come in").locator("[name=name]").fill("the lamp")
        page.click("text=Make a token")
        token.wait_for()
        for old, new, kept in (("password", "other", True), ("other", "password", False)):
            known = {"password": KEEPER["password"], "other": "a boat in the harbour"}
            page.fill("[name=old]", known[old])
            page.fill("[name=new]", known[new])
            page.set_checked("[name=keep_tokens]", kept)
            page.locator("form:has([name=old]) button").click()
            page.wait_for_selector("text=The tokens go on working" if kept else "text=no token from before works")
            token.wait_for(state="visible" if kept else "detached")


def test_a_role_that_could_not_be_changed_is_told_and_stays(opened: House, visiting: Visiting) -> None:
    guest = {"account_id": "0" * 32, "name": "kay", "visitor": "KAY", "role": "visitor", "keeper": False}
    known = {"id": "2" * 32, "name": "Kay", "relation": "granddaughter", "called": None}
    with visiting(opened.state) as visit:
        page = visit.page
        page.route("**/members", listing(guest))
        page.route("**/visitors", listing(known))
        page.route("**/members/*", lambda route: route.fulfill(status=403, json={"type": "/problems/for-stewards"}))
        page.goto(f"{opened.talk}/tend")
        page.click("text=Who may come")
        role = page.locator("li:has-text('kay (KAY)') select")
        role.select_option("steward")
        page.wait_for_selector("text=Only a steward of this memorial can do that")
        assert role.input_value() == "visitor"
        assert page.get_by_role("button", name="Say who this is: ").count() == 1  # whatever the case of a name
        visit.wrong.clear()


def test_what_a_model_may_do_is_said_in_the_language_of_the_reader(opened: House, visiting: Visiting) -> None:
    freedom = {"tried": True, "choosing": True, "joining": False, "writing": False}
    told: dict[str, Any] = {"engine": "gptj", "freedom": freedom, "writing_by": "小露", "model": None, "hosts": []}
    with visiting(opened.state, locale="zh-CN") as visit:
        page = visit.page
        page.route("**/engine", lambda route: route.fulfill(json=told))
        page.goto(f"{opened.talk}/tend")
        page.click("text=由什么来回答")
        page.wait_for_selector("text=它可以帮着挑选原话，但不判断怎样衔接")
        assert page.is_visible("text=小露当时允许的是另一个模型")
        assert not re.search(r"[a-z]{2}", page.inner_text("details:has(.report)"))


def test_deleting_takes_the_whole_name(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state) as visit:
        page = visit.page
        page.goto(opened.address)
        page.locator(".memorial", has_text=ANN).get_by_role("link", name="Look after").click()
        page.click("text=The end of this memorial")
        page.fill("[name=typed]", "Ann")
        page.click("text=Delete this memorial")
        page.wait_for_selector("text=That is not the name.")
        page.fill("[name=typed]", ANN)
        page.click("text=Delete this memorial")
        page.wait_for_url(opened.address)
        page.wait_for_selector(".memorial")
        assert page.locator(f"text={ANN}").count() == 0


def test_no_page_has_a_serious_fault_of_accessibility(opened: House, visiting: Visiting) -> None:
    with visiting() as visit:
        visit.page.goto(opened.address)
        visit.page.wait_for_selector("[name=password]")
        assert "false" not in visit.page.inner_text("#entrance")  # nobody else signs people in here
        assert faults(visit.page) == []
    with visiting(opened.state) as visit:
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
        for read in ("Learn the voice anew", "What is said here", "1944-the-machine.txt", "Their own sentences answer"):
            page.wait_for_selector(f"text={read}")
        page.click("text=Say who this is")
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
