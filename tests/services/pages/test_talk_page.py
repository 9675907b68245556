"""The talk page in a real browser, against the real service."""

import io
import json
from collections.abc import Iterator
from typing import Any

import av
import pytest
from playwright.sync_api import Page, Route

from tests.services.pages.conftest import PHONE, House, Visit, Visiting
from tests.services.pages.seeing import assert_plays, said, say, watched

pytestmark = pytest.mark.browser

ENDED_MS = 90_000

BY_ITSELF = """
addEventListener("load", () => {
  const [field, hear] = ["#field", "#hear"].map((each) => document.querySelector(each));
  new MutationObserver(() => console.log("blocked")).observe(hear, { attributeFilter: ["hidden"] });
  const waiting = setInterval(() => {
    if (field.disabled) return;
    clearInterval(waiting);
    field.value = "What did you find in the relay?";
    field.form.requestSubmit();
  }, 50);
});
"""


def ended(page: Page) -> None:
    """Wait until the last answer is over and the portrait rests."""
    page.wait_for_selector(".exchange:last-child [data-ended]", timeout=ENDED_MS)
    page.wait_for_selector("[data-showing=idle]")


@pytest.fixture(scope="module")
def talked(opened: House, visiting: Visiting) -> Iterator[Visit]:
    """A visit in which three lines were answered, the last of them to its end."""
    with visiting(opened.state) as visit:
        page = visit.begin(opened)
        for line in ("What did you find in the relay?", "Tell me about the Navy.", "How was your time at Vassar?"):
            say(page, line)
            assert_plays(watched(page))
            page.wait_for_selector("[data-showing=answer]")
        ended(page)
        yield visit


def test_three_turns_are_answered_with_moving_pictures_and_sound(talked: Visit) -> None:
    answers = talked.page.locator(".exchange").all()
    assert len(answers) == 3
    for answer in answers:
        assert answer.locator(".phrase .text").all_inner_texts()
        assert answer.locator(".mark:text-is('written for this exhibit')").last.is_visible()


def test_a_sentence_shows_that_it_opens_to_its_letter_and_does(talked: Visit) -> None:
    page = talked.page
    sentence = page.get_by_role("button", name="see the original").last
    assert "18 February 1935" in sentence.inner_text()
    sentence.click()
    page.wait_for_selector("#letter .paper mark")
    quote = page.inner_text("#letter .paper mark")
    assert " ".join(quote.split()) in " ".join(page.inner_text("#letter .paper").split())
    assert page.is_visible("text=written for the exhibit")
    page.keyboard.press("Escape")
    assert not page.is_visible("#letter")


def test_an_answer_is_saved_as_a_labelled_film(talked: Visit) -> None:
    page = talked.page
    page.locator("text=Save as a film").last.click()
    page.wait_for_selector("text=The film is ready", timeout=120_000)
    with page.expect_download() as saving:
        page.click("text=The film is ready")
    film = saving.value.path().read_bytes()
    assert saving.value.suggested_filename == "Grace Hopper, How was your time at Vassar.mp4"
    with av.open(io.BytesIO(film), "r") as container:
        assert json.loads(container.metadata["AIGC"])["Label"] == "1"
        frames = sum(1 for _ in container.decode(video=0))
    assert frames > 25


def test_a_reloaded_page_goes_on_with_its_conversation(talked: Visit) -> None:
    page = talked.page
    before = said(page)
    page.reload()
    page.locator(".exchange").nth(2).wait_for()
    assert said(page) == before


def test_a_visitor_finds_earlier_conversations_by_how_they_began(talked: Visit) -> None:
    page = talked.page
    page.click("text=Menu")
    page.click("text=Earlier conversations")
    held = page.locator("#list li", has_text="What did you find in the relay?").first
    assert "now" in held.inner_text()
    held.get_by_text("Delete").click()
    held.get_by_text("Cancel").click()
    page.keyboard.press("Escape")


def test_another_window_takes_the_conversation_over(opened: House, talked: Visit) -> None:
    page = talked.page
    conversation = page.evaluate("Object.entries(sessionStorage)")
    other = talked.context.new_page()
    other.add_init_script(f"for (const [k, v] of {json.dumps(conversation)}) sessionStorage.setItem(k, v)")
    other.goto(opened.talk)
    page.wait_for_selector("text=opened in another window")
    assert page.is_disabled("#field")
    other.close()


def test_writing_silences_the_answer_at_once_and_the_portrait_listens(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state) as visit:
        page = visit.begin(opened)
        say(page, "What did you find in the relay?")
        watched(page)
        page.keyboard.press("w")
        assert page.evaluate("document.querySelector('#answer').paused")
        page.wait_for_selector("[data-showing=listen]")
        page.keyboard.press("Backspace")
        page.wait_for_selector("[data-showing=idle]")
        say(page, "How was your time at Vassar?")
        assert_plays(watched(page))


def test_a_line_that_broke_is_taken_up_and_nothing_is_said_twice(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state) as visit:
        lines: list[Any] = []
        visit.page.route_web_socket("**/live", lambda line: lines.append((line, line.connect_to_server())))
        page = visit.begin(opened)
        say(page, "How was your time at Vassar?")
        watched(page, 0.4)
        page_side, _ = lines[0]
        page_side.close(code=1011)
        page.wait_for_selector("#status:has-text('connection is lost')")
        page.wait_for_selector("#status:empty", state="attached")
        assert len(lines) == 2
        ended(page)
        phrases = page.locator(".phrase").count()
        kept = page.evaluate("fetch(location.pathname.replace(/^/, '/api/v1') + '/conversations').then(r => r.json())")
        turns = page.evaluate(
            "(id) => fetch('/api/v1' + location.pathname + '/conversations/' + id + '/turns').then(r => r.json())",
            kept["items"][0]["id"],
        )
        assert [len(turn["phrases"]) for turn in turns["items"]] == [phrases]
        assert page.evaluate("document.querySelector('#answer').error") is None


def test_a_sentence_that_was_never_said_is_struck_after_a_question(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state) as visit:
        page = visit.begin(opened)
        say(page, "What did you find in the relay?")
        sentence = page.locator(".phrase[data-mark=exhibit]").last
        text = sentence.locator(".text").inner_text()
        sentence.click()
        page.wait_for_selector("#letter .paper")
        page.click("text=They never said that")
        page.click("button:text('They never said it')")
        page.wait_for_selector("text=It will not be said again.")
        page.goto(f"{opened.talk}/tend")
        page.click("text=What they never said")
        page.wait_for_selector(f"li:has-text({json.dumps(text)})")
        page.click("button:text('Undo')")
        page.wait_for_selector("text=undone")


def test_a_cry_for_help_is_answered_by_the_program_in_words(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state) as visit:
        page = visit.begin(opened)
        say(page, "I want to kill myself")
        notice = page.wait_for_selector(".phrase.notice")
        assert notice is not None
        assert "From Lantern, the program" in notice.inner_text()
        assert page.locator("button.phrase").count() == 0
        assert page.get_attribute("#stage", "data-showing") in ("idle", "listen")


def test_without_a_gesture_the_words_come_and_a_tap_gives_the_sound(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state) as visit:
        page = visit.page
        page.add_init_script(BY_ITSELF)
        # looking at the page through Playwright would count as a gesture
        with page.expect_console_message(lambda told: told.text == "blocked"):
            page.goto(opened.talk)
        assert said(page)
        page.click("#hear")
        assert not watched(page, 2.0)["muted"]


def test_enter_belongs_to_a_word_that_is_being_put_together(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state) as visit:
        page = visit.begin(opened)
        page.fill("#field", "外公")
        page.evaluate("""() => document.querySelector("#field").dispatchEvent(
            new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true }))""")
        page.keyboard.press("Shift+Enter")
        assert page.input_value("#field") == "外公\n"
        assert page.locator(".exchange").count() == 0


def test_a_held_button_is_heard_and_what_was_understood_is_said(opened: House, visiting: Visiting) -> None:
    heard: list[bytes] = []

    def hear(route: Route) -> None:
        if route.request.method == "GET":
            return route.fulfill(json={"server": True, "longest_s": 61.0})
        heard.append(route.request.post_data_buffer or b"")
        return route.fulfill(json={"text": "How was your time at Vassar?", "language": "en", "seconds": 1.0})

    with visiting(opened.state) as visit:
        visit.page.route("**/speech", hear)
        page = visit.begin(opened)
        page.hover("#microphone")
        page.mouse.down()
        page.wait_for_selector("[data-showing=listen]")
        page.wait_for_timeout(800)
        page.mouse.up()
        page.wait_for_selector(".exchange .line:text-is('How was your time at Vassar?')")
        assert_plays(watched(page))
    with av.open(io.BytesIO(heard[0]), "r") as recording:
        assert recording.streams.audio[0].codec_context.name == "opus"
        assert sum(frame.samples for frame in recording.decode(audio=0)) > 10_000


def test_nobody_elsewhere_hears_a_visitor_who_did_not_agree(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state) as visit:
        page = visit.begin(opened)
        page.click("#microphone")
        assert "sends what you say to Google" in page.inner_text("#consent")
        page.click("text=I would rather write")
        assert page.evaluate("localStorage.getItem('lantern.heard-by')") is None
        assert page.get_attribute("#microphone", "aria-pressed") == "false"
        page.click("#microphone")
        page.click("text=I agree")
        page.click("text=Menu")
        page.click("text=Let nobody else hear me any more")
        assert page.evaluate("localStorage.getItem('lantern.heard-by')") is None


def test_a_telephone_shows_portrait_words_and_composer_without_scrolling(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state, **PHONE) as visit:
        page = visit.begin(opened)
        page.locator("#offers button:text-is('Tell me about the Navy.')").tap()
        page.wait_for_selector(".line:text-is('Tell me about the Navy.')")
        assert_plays(watched(page))
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert page.evaluate("document.documentElement.scrollHeight") == 844
        for part in ("#stage", "#words", "#notice", "#composer"):
            box = page.locator(part).bounding_box()
            assert box is not None
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= 844
        page.locator("text=Menu").tap()
        page.locator("text=中文").tap()
        assert page.get_attribute("html", "lang") == "zh-CN"
        assert page.get_attribute("#field", "placeholder") == "写点什么……"
        assert page.inner_text("#notice").startswith("这是一个程序")  # of a memorial in English


def test_a_still_portrait_moves_nothing_but_speaks(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state, reduced_motion="reduce") as visit:
        page = visit.page
        page.goto(opened.talk)
        page.wait_for_selector("#field:enabled")
        say(page, "How was your time at Vassar?")
        seen = watched(page)
        assert seen["loudest"] > 0.001
        assert page.get_attribute("#stage", "data-showing") == "still"
        assert page.evaluate("getComputedStyle(document.querySelector('#answer')).opacity") == "0"


def test_goodbye_ends_calmly(opened: House, visiting: Visiting) -> None:
    with visiting(opened.state) as visit:
        page = visit.begin(opened)
        page.click("text=Menu")
        page.click("text=Say goodbye")
        page.wait_for_selector("#farewell")
        assert page.get_attribute("#stage", "data-showing") == "still"
        assert "Nothing will call you back" in page.inner_text("#farewell")
