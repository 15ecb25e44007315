"""The contact sheet in a real browser: its script sorts, filters, enlarges, and steps from picture to picture."""

from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from browser.conftest import faults_of_access, in_theme, resize
from marrowgate.report.pictures.pages import contact_sheet
from unit.report.test_gate_picture_pages import sheet_sample


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sheet of five samples, of which the second is the worst."""
    samples = [
        sheet_sample("S10", "ok", "ok", batch="B2", patient_id="P2", day="-7"),
        sheet_sample("S2", "ok", "no_valley", batch="B1", patient_id="P1", day="14"),
        sheet_sample("S1", "shifted", "ok", batch="B1", patient_id="P1", day="0"),
        sheet_sample("S3", "ok", "ok", batch="B2", patient_id="P2", day="-1"),
        sheet_sample("F1", "ok", "ok", batch="B1", control="fmo"),
    ]
    path = tmp_path_factory.mktemp("sheet") / "gates.html"
    path.write_text(contact_sheet("Gates", samples), encoding="utf-8")
    return path


@pytest.fixture
def sheet(chromium, page):
    """Return the browser with the sheet freshly opened at 1280 px."""
    resize(chromium, 1280)
    chromium.get("about:blank")
    chromium.get_log("browser")
    chromium.get(page.as_uri())
    return chromium


def samples_of(browser):
    script = "return [...document.querySelectorAll('tbody tr:not([hidden])')].map(row => row.dataset.sample)"
    return browser.execute_script(script)


def choose(browser, label, value):
    control = browser.find_element(By.CSS_SELECTOR, f"#{label}, .filter[data-name={label}]")
    Select(control).select_by_value(value)


def test_sheet__is_quiet_and_shows_the_worst_first(sheet):
    assert samples_of(sheet)[:2] == ["S2", "S1"]
    assert [entry["message"] for entry in sheet.get_log("browser")] == []


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ("sample", ["F1", "S1", "S2", "S3", "S10"]),
        ("patient", ["F1", "S1", "S2", "S10", "S3"]),
        ("batch", ["F1", "S1", "S2", "S3", "S10"]),
    ],
)
def test_sheet__sorts_with_numbers_as_numbers(sheet, by, order):
    choose(sheet, "sort", by)
    assert samples_of(sheet) == order
    choose(sheet, "sort", "rank")
    assert samples_of(sheet)[0] == "S2"


def test_sheet__filters_together_and_counts_what_is_left(sheet):
    choose(sheet, "batch", "B1")
    assert sorted(samples_of(sheet)) == ["F1", "S1", "S2"]
    choose(sheet, "status", "shifted")
    assert samples_of(sheet) == ["S1"]
    assert sheet.find_element(By.ID, "shown").text == "1 of 5 samples"
    choose(sheet, "batch", "")
    choose(sheet, "status", "")
    choose(sheet, "kind", "fmo")
    assert samples_of(sheet) == ["F1"]


def test_sheet__a_picture_is_enlarged_and_the_next_shown_is_one_step_away(sheet):
    choose(sheet, "sort", "sample")
    choose(sheet, "batch", "B2")
    cells = sheet.find_elements(By.CSS_SELECTOR, "tr:not([hidden]) button.cell")
    small = cells[0].find_element(By.TAG_NAME, "svg").size
    cells[0].click()
    dialog = sheet.find_element(By.TAG_NAME, "dialog")
    assert dialog.is_displayed()
    assert sheet.find_element(By.ID, "which").text == "S3"
    large = dialog.find_element(By.CSS_SELECTOR, "div svg").size
    assert large["width"] > 2 * small["width"]
    # whole, with its words, where the small one is cut down to its plot
    assert dialog.find_element(By.CSS_SELECTOR, "div svg").get_dom_attribute("viewBox").startswith("0 0 ")
    for _ in range(3):
        sheet.find_element(By.ID, "next").click()
    assert sheet.find_element(By.ID, "which").text == "S10"
    dialog.send_keys(Keys.ARROW_LEFT)
    assert sheet.find_element(By.ID, "which").text == "S3"
    dialog.send_keys(Keys.ESCAPE)
    assert not dialog.is_displayed()
    assert sheet.execute_script("return document.activeElement.matches('button.cell')")


def test_sheet__steps_go_both_ways_by_button_and_key_and_end_at_the_last_picture_shown(sheet):
    choose(sheet, "sort", "sample")
    choose(sheet, "batch", "B1")
    cells = sheet.find_elements(By.CSS_SELECTOR, "tr:not([hidden]) button.cell")
    which = sheet.find_element(By.ID, "which")
    dialog = sheet.find_element(By.TAG_NAME, "dialog")
    of_cells = sheet.execute_script("return arguments[0].map(cell => cell.closest('tr').dataset.sample)", cells)
    first, last = of_cells[0], of_cells[-1]
    assert (first, last) == ("F1", "S2")
    cells[-1].click()
    for _ in range(2):
        sheet.find_element(By.ID, "next").click()
        assert which.text == last
    for _ in cells[1:]:
        sheet.find_element(By.ID, "back").click()
    assert which.text == first
    sheet.find_element(By.ID, "back").click()
    assert which.text == first
    for _ in cells[1:]:
        dialog.send_keys(Keys.ARROW_RIGHT)
    assert which.text == last
    sheet.find_element(By.ID, "close").click()
    assert not dialog.is_displayed()
    # the picture that was seen last, not the one that was clicked
    cells[0].click()
    dialog.send_keys(Keys.ARROW_RIGHT)
    dialog.send_keys(Keys.ESCAPE)
    # the dialog tells that it was closed a moment after the key
    WebDriverWait(sheet, 20).until(lambda page: page.switch_to.active_element == cells[1])


def test_sheet__larger_pictures_are_larger(sheet):
    before = sheet.find_element(By.CSS_SELECTOR, "button.cell svg").size["width"]
    choose(sheet, "size", "150")
    assert sheet.find_element(By.CSS_SELECTOR, "button.cell svg").size["width"] > 1.3 * before


@pytest.mark.parametrize("width", [1600, 390])
def test_sheet__runs_off_nowhere_but_in_its_own_frame(sheet, width):
    resize(sheet, width)
    assert sheet.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_sheet__axe_finds_nothing(sheet, theme):
    in_theme(sheet, theme)
    try:
        assert faults_of_access(sheet) == []
    finally:
        in_theme(sheet, "light")
