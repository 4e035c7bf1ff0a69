"""The module in an LMS: score, status, coming back, and nothing that SCORM 1.2 does not allow."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from conformance.scorm.conftest import NODE_MODULES, Lms
from coursecrafter.engines.e4_elearning import engine
from e4_lesson import Workbench, every_kind_of_activity, make_course


def test_right_answers_give_a_full_score_and_pass(lms: Lms) -> None:
    lms.launch()

    lms.answer(right=True)

    expect(lms.module.get_by_text("100 % · 4 of 4 right")).to_be_visible()
    lms.leave()
    assert lms.read("cmi.core.score.raw") == "100"
    assert (lms.read("cmi.core.score.min"), lms.read("cmi.core.score.max")) == ("0", "100")
    assert lms.read("cmi.core.lesson_status") == "passed"


def test_wrong_answers_give_no_score_and_fail(lms: Lms) -> None:
    lms.launch()

    lms.answer(right=False)

    expect(lms.module.get_by_text("Not passed yet. You need 70 %.")).to_be_visible()
    lms.leave()
    assert lms.read("cmi.core.score.raw") == "0"
    assert lms.read("cmi.core.lesson_status") == "failed"


def test_half_a_quiz_is_no_result(lms: Lms) -> None:
    lms.launch()
    lms.turn_to("Check what you know")

    lms.module.get_by_label("Bumblebees").check()
    lms.press("Check answer")

    lms.leave()
    assert lms.read("cmi.core.score.raw") == ""
    assert lms.read("cmi.core.lesson_status") == "incomplete"


def test_a_second_try_can_pass_and_a_third_cannot_take_it_back(lms: Lms) -> None:
    lms.launch()
    lms.answer(right=False)

    lms.press("Try again")
    lms.answer(right=True)
    lms.press("Try again")
    lms.answer(right=False)

    expect(lms.module.get_by_text("Best result so far: 100 %")).to_be_visible()
    lms.leave()
    assert lms.read("cmi.core.score.raw") == "100"
    assert lms.read("cmi.core.lesson_status") == "passed"


def test_leaving_on_page_five_resumes_on_page_five(lms: Lms) -> None:
    lms.launch()
    for _ in range(4):
        lms.press("Next")
    expect(lms.module.locator("h1")).to_have_text("What harms bees")
    lms.leave()
    assert lms.read("cmi.core.lesson_location") == "5"

    lms.launch()

    expect(lms.module.locator("h1")).to_have_text("What harms bees")
    expect(lms.module.get_by_text("Page 5 of 9")).to_be_visible()
    expect(lms.module.get_by_text("Welcome back.")).to_be_visible()


def test_a_strict_lms_brings_a_learner_back_too(page: Page, strict_lms: Lms) -> None:
    strict_lms.launch()
    strict_lms.press("Next")
    strict_lms.leave()

    strict_lms.launch()

    expect(strict_lms.module.locator("h1")).to_have_text("Who visits a flower")
    assert page.evaluate("API.refusals") == []


def test_answers_are_kept_when_a_learner_comes_back(lms: Lms) -> None:
    lms.launch()
    lms.turn_to("Check what you know")
    lms.module.get_by_label("Drones").check()
    lms.press("Check answer")
    lms.leave()

    lms.launch()

    expect(lms.module.get_by_text("Question 2 of 4")).to_be_visible()
    for label in ("Clover", "Borage"):
        lms.module.get_by_label(label).check()
    lms.press("Check answer")
    lms.press("Next question")
    lms.module.get_by_label("True").check()
    lms.press("Check answer")
    lms.press("Next question")
    lms.module.get_by_label("Your answer").fill("QUEEN")
    lms.press("Check answer")
    lms.press("See result")
    lms.leave()
    assert lms.read("cmi.core.score.raw") == "75"
    assert lms.read("cmi.core.lesson_status") == "passed"


def test_a_result_is_there_when_a_learner_comes_back(lms: Lms) -> None:
    lms.launch()
    lms.answer(right=True)
    lms.leave()

    lms.launch()

    expect(lms.module.get_by_text("100 % · 4 of 4 right")).to_be_visible()
    lms.leave()
    assert lms.read("cmi.core.lesson_status") == "passed"


def test_the_lms_decides_what_it_takes_to_pass(lms: Lms) -> None:
    lms.launch(mastery=100)
    lms.turn_to("Check what you know")
    for label in ("Drones", "Clover", "True"):
        lms.module.get_by_label(label, exact=True).check()
        lms.press("Check answer")
        lms.press("Next question")
    lms.module.get_by_label("Your answer").fill("queen")
    lms.press("Check answer")

    lms.press("See result")

    expect(lms.module.get_by_text("Not passed yet. You need 100 %.")).to_be_visible()
    lms.leave()
    assert lms.read("cmi.core.score.raw") == "50"
    assert lms.read("cmi.core.lesson_status") == "failed"


def test_nothing_is_said_that_the_standard_forbids(page: Page, strict_lms: Lms) -> None:
    lms = strict_lms
    lms.launch()
    for _ in range(8):
        lms.press("Next")
    lms.answer(right=True)
    lms.press("Try again")
    lms.answer(right=False)
    lms.leave()

    assert page.evaluate("API.refusals") == []
    calls = page.evaluate("API.calls")
    assert calls[0] == "LMSInitialize"
    assert calls.index("LMSFinish") == len(calls) - 1
    assert re.fullmatch(r"\d{4}:\d\d:\d\d\.\d\d", lms.read("cmi.core.session_time"))
    assert lms.read("cmi.core.exit") == "suspend"
    assert lms.read("cmi.interactions.1.student_response") == "a,c"
    assert lms.read("cmi.interactions.3.type") == "fill-in"
    assert lms.read("cmi.interactions.7.result") == "wrong"
    assert 0 < len(lms.read("cmi.suspend_data")) <= 4096


def test_the_strict_runtime_refuses_what_it_should(page: Page, site: str) -> None:
    page.goto(f"{site}/lms.html?runtime=strict")
    page.frame_locator("iframe").locator("h1").wait_for()

    refused = page.evaluate(
        """() => [
          ["cmi.suspend_data", "x".repeat(4097)], ["cmi.suspend_data", "\u4eba"], ["cmi.core.score.raw", "101"],
          ["cmi.core.lesson_status", "done"], ["cmi.core.session_time", "1:2:3"], ["cmi.core.entry", "resume"],
          ["cmi.interactions.5.id", "q"], ["cmi.core.lesson_location", 5],
        ].map(([element, value]) => API.LMSSetValue(element, value))"""
    )

    assert refused == ["false"] * 8
    assert page.evaluate("API.LMSSetValue('cmi.suspend_data', 'x'.repeat(4096))") == "true"


def test_a_keyboard_is_enough(page: Page, strict_lms: Lms) -> None:
    module = strict_lms.launch()
    focused = "() => document.activeElement.contentDocument.activeElement.textContent"

    module.locator("body").press("Tab")
    assert page.evaluate(focused) == "Skip to the page"
    module.get_by_role("button", name="Next").focus()
    for _ in range(8):
        _turn_with_the_keyboard(page, module)
    _tab_to(page, "input[type=radio]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    _see_correct(module)
    _tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    _see_page_take_focus(page)
    _tab_to(page, "input[type=checkbox]")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    _see_correct(module)
    _tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    _see_page_take_focus(page)
    _tab_to(page, "input[type=radio]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    _see_correct(module)
    _tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    _see_page_take_focus(page)
    _tab_to(page, "input[type=text]")
    page.keyboard.type("queen")
    page.keyboard.press("Enter")
    _see_correct(module)
    _tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")

    expect(module.get_by_text("100 % · 4 of 4 right")).to_be_visible()


def _turn_with_the_keyboard(page: Page, module: FrameLocator) -> None:
    """Go to the next page, and wait for it: an Enter before that is pressed into the page that goes."""
    heading = module.locator("h1")
    before = heading.inner_text()
    page.keyboard.press("Enter")
    expect(heading).not_to_have_text(before)
    _see_page_take_focus(page)
    module.get_by_role("button", name="Next").focus()


def _see_page_take_focus(page: Page) -> None:
    """Wait for the next page or question: it takes the focus once it is painted, and a key before that is lost."""
    focused = "document.activeElement.contentDocument?.activeElement"
    page.wait_for_function(f"() => {focused}?.matches('[tabindex=\"-1\"]') ?? false")


def _see_correct(module: FrameLocator) -> None:
    """Wait until an answer has been checked: whoever presses on before that presses into the page that goes."""
    expect(module.get_by_role("status").filter(has_text="Correct")).to_be_visible()


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until something that matches has the focus; after a round of the page it never will."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.contentDocument?.activeElement.matches(s) ?? false", selector):
            return
    pytest.fail(f"Tab never comes to {selector}")


def test_turning_a_page_takes_focus_to_its_heading(page: Page, lms: Lms) -> None:
    module = lms.launch()

    lms.press("Next")

    expect(module.locator("h1")).to_be_focused()
    expect(module.locator("h1")).to_have_text("Who visits a flower")
    assert page.frames[1].title() == "Who visits a flower · Bees and the garden"


@pytest.mark.parametrize(("scheme", "width_px"), [("light", 1280), ("dark", 390)])
def test_no_page_shuts_anybody_out(page: Page, site: str, scheme: str, width_px: int) -> None:
    page.set_viewport_size({"width": width_px, "height": 800})
    page.emulate_media(color_scheme="light" if scheme == "light" else "dark", reduced_motion="reduce")
    page.goto(f"{site}/package/index.html")
    page.locator("h1").wait_for()

    found = [_axe(page)]
    for _ in range(8):
        page.get_by_role("button", name="Next").click()
        found.append(_axe(page))
    page.get_by_label("Drones").check()
    page.get_by_role("button", name="Check answer").click()
    found.append(_axe(page))

    assert [violation for violations in found for violation in violations] == []


def test_pages_without_javascript_shut_nobody_out(page: Page, site: str) -> None:
    page.goto(f"{site}/package/slides/slide_2.html")

    assert _axe(page) == []
    expect(page.get_by_role("link", name="Next")).to_have_attribute("href", "slide_3.html")
    expect(page.get_by_text("Bumblebees fly in cold and wet weather.")).to_be_visible()


def _axe(page: Page) -> list[str]:
    """Serious and critical violations of WCAG 2.2 A and AA on the page as it is."""
    # Read by the test, not by a script tag: the page's policy takes no script from elsewhere.
    page.evaluate((NODE_MODULES / "axe-core/axe.min.js").read_text(encoding="utf-8"))
    # What is still fading in has the colours of neither before nor after.
    page.evaluate("Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => {})))")
    found = page.evaluate(
        """async () => (await axe.run({ preload: false, runOnly:
          ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })).violations
          .filter(({ impact }) => ["serious", "critical"].includes(impact))
          .map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => target + failureSummary)}`)"""
    )
    return [str(violation) for violation in found]


def test_a_preview_from_disk_works_without_an_lms(page: Page, package_folder: Path) -> None:
    frame = package_folder.parent / "preview.html"
    frame.write_text('<!doctype html><title>Preview</title><iframe src="package/index.html" title="Module"></iframe>')
    page.goto(frame.as_uri())
    module = page.frame_locator("iframe")

    module.get_by_role("button", name="Next").click()

    expect(module.locator("h1")).to_have_text("Who visits a flower")
    page.reload()
    expect(module.locator("h1")).to_have_text("Who visits a flower")


def test_the_picture_follows_the_voice(page: Page, site: str) -> None:
    page.goto(f"{site}/package/index.html")
    page.get_by_role("button", name="Next").click()
    shown = page.locator(".picture img.is-shown")
    expect(shown).to_have_attribute("src", "assets/images/slide_2_3.jpg")

    page.get_by_role("button", name="Play").click()

    expect(shown).to_have_attribute("src", "assets/images/slide_2_1.jpg")
    builds = page.evaluate("courseCrafterLesson.pages[1].builds.map(build => build.start_s)")
    page.get_by_role("slider").fill(str(round(builds[1] + 0.2, 1)))
    expect(shown).to_have_attribute("src", "assets/images/slide_2_2.jpg")
    expect(page.locator(".caption")).to_have_text("Honey bees live in colonies of many thousand workers.")
    expect(page.locator(".build.is-spoken")).to_contain_text("Honey bees live")


def test_a_sound_ends_and_the_whole_slide_stays(page: Page, site: str) -> None:
    page.goto(f"{site}/package/index.html")
    page.get_by_role("button", name="Play").click()
    end = page.evaluate("courseCrafterLesson.pages[0].audio.duration_s")

    page.get_by_role("slider").fill(str(round(end - 0.3, 1)))

    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(page.locator(".picture img.is-shown")).to_have_attribute("src", "assets/images/slide_1_2.jpg")


def test_captions_can_be_hidden(page: Page, site: str) -> None:
    page.goto(f"{site}/package/index.html")
    captions = page.get_by_role("button", name="Captions")
    expect(page.locator(".caption")).to_be_visible()

    captions.click()

    expect(page.locator(".caption")).to_have_count(0)
    expect(captions).to_have_attribute("aria-pressed", "false")


def test_a_key_point_leads_back_to_its_slide(page: Page, site: str) -> None:
    page.goto(f"{site}/package/index.html")
    page.get_by_role("button", name="Key points").click()

    page.get_by_role("button", name="Look again at slide 2").click()

    expect(page.locator("h1")).to_have_text("Who visits a flower")


def test_the_contents_open_over_a_small_page_and_close_with_escape(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site}/package/index.html")
    page.get_by_role("button", name="Contents").click()
    expect(page.get_by_role("dialog")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_arabic_lesson_runs_from_right_to_left(page: Page, workbench: Workbench, tmp_path: Path) -> None:
    slides = (("النحل والحديقة", ("لماذا تحتاج الحديقة إلى النحل.",)), ("الزهرة", ("الطنان يطير في الطقس البارد.",)))
    course = make_course(workbench.store, slides, language="ar", voice="ar_male_neutral_1")
    made = engine.render(course, next(course.lessons), every_kind_of_activity(), workbench.bench)
    zipfile.ZipFile(io.BytesIO(workbench.store.get_bytes(made.outputs[0].object))).extractall(tmp_path)
    page.goto((tmp_path / "index.html").as_uri())
    onward = page.get_by_role("button", name="التالي")

    box, back = onward.bounding_box(), page.get_by_role("button", name="السابق").bounding_box()

    assert box
    assert back
    assert box["x"] < back["x"]
    onward.click()
    expect(page.locator("h1")).to_have_text("الزهرة")
    assert _axe(page) == []
