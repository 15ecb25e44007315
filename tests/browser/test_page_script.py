"""The report's script in a real browser: each thing that it does, so that a fault in it is seen."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from browser.conftest import resize

LABEL = "populations of hspc"
PLANT = """
const table = document.querySelector(`table[aria-label="${arguments[0]}"]`);
[...table.tBodies[0].rows].forEach((row, at) => {
  if (at < arguments[2].length) row.cells[arguments[1]].textContent = arguments[2][at]; else row.remove();
});
return table;
"""
COLUMN = "return [...arguments[0].tBodies[0].rows].map(row => row.cells[arguments[1]].textContent)"
DISPATCH = "arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))"


def planted(browser, column, values):
    """Write values into a column of a table, and return the table and what sorts that column."""
    table = browser.execute_script(PLANT, LABEL, column, values)
    return table, table.find_elements(By.CSS_SELECTOR, "thead th")[column]


def sort_by(browser, heading):
    browser.execute_script("arguments[0].querySelector('button').click()", heading)


def shown_rows(browser, label):
    script = "return [...document.querySelectorAll(`table[aria-label='${arguments[0]}'] tbody tr`)]"
    return [row for row in browser.execute_script(script, label) if row.is_displayed()]


def filter_of(browser, label):
    return browser.find_element(By.CSS_SELECTOR, f'input[aria-label="filter {label}"]')


@pytest.mark.parametrize(
    ("values", "ordered"),
    [
        (["12,000", "3", "-", "150"], ["3", "150", "12,000", "-"]),
        (["0.02", "<0.001", "1e-5", "-"], ["1e-5", "<0.001", "0.02", "-"]),
        (["-3 (-5 to 1)", "2 (1 to 9)", "-12 (-20 to -1)", ""], ["-12 (-20 to -1)", "-3 (-5 to 1)", "2 (1 to 9)", ""]),
        ([">99.9", "100", "42.5", "7"], ["7", "42.5", ">99.9", "100"]),
    ],
)
def test_sorting__is_by_number_with_missing_values_last_both_ways(browser, values, ordered):
    table, heading = planted(browser, 3, values)
    sort_by(browser, heading)
    assert browser.execute_script(COLUMN, table, 3) == ordered
    sort_by(browser, heading)
    missing = [value for value in ordered if value in {"-", ""}]
    numbers = [value for value in ordered if value not in missing]
    assert browser.execute_script(COLUMN, table, 3) == numbers[::-1] + missing


def test_sorting__of_words_counts_numbers_in_them_and_goes_both_ways(browser):
    table, heading = planted(browser, 0, ["P10 b", "P9 a", "p2 c", "Q1"])
    sort_by(browser, heading)
    assert browser.execute_script(COLUMN, table, 0) == ["p2 c", "P9 a", "P10 b", "Q1"]
    sort_by(browser, heading)
    assert browser.execute_script(COLUMN, table, 0) == ["Q1", "P10 b", "P9 a", "p2 c"]


def test_sorting__marks_one_heading_and_shows_all_rows(browser):
    label = "what to look at, worst first"
    table = browser.find_element(By.CSS_SELECTOR, f'table[aria-label="{label}"]')
    first, second, *_ = table.find_elements(By.CSS_SELECTOR, "thead th")
    assert len(shown_rows(browser, label)) == 25
    sort_by(browser, first)
    sort_by(browser, second)
    assert (first.get_attribute("aria-sort"), second.get_attribute("aria-sort")) == (None, "ascending")
    assert len(shown_rows(browser, label)) == 30


def test_filter__finds_rows_with_all_words_in_any_case_also_those_not_shown_yet(browser):
    label = "what to look at, worst first"
    field = filter_of(browser, label)
    last = browser.execute_script(
        "const row = document.querySelector(`table[aria-label='${arguments[0]}'] tbody`).rows[29];"
        "row.cells[4].textContent = 'Planted Words of the last row'; return row",
        label,
    )
    assert not last.is_displayed()
    field.send_keys("LAST planted")
    assert shown_rows(browser, label) == [last]
    status = "return arguments[0].nextElementSibling.textContent"
    assert browser.execute_script(status, field) == "1 of 30 rows"
    field.send_keys(" absent")
    assert shown_rows(browser, label) == []
    assert browser.execute_script(status, field) == "0 of 30 rows"
    field.send_keys(*[Keys.BACKSPACE] * len("LAST planted absent"))
    assert browser.execute_script(status, field) == ""
    assert len(shown_rows(browser, label)) == 30


def test_more__shows_all_rows_and_goes(browser):
    label = "what to look at, worst first"
    (button,) = [b for b in browser.find_elements(By.CSS_SELECTOR, ".tools button") if b.text == "show all 30 rows"]
    button.click()
    assert len(shown_rows(browser, label)) == 30
    assert not browser.find_elements(By.XPATH, "//button[text()='show all 30 rows']")


def test_contents__mark_the_part_in_view_and_close_after_a_choice_on_a_phone(browser, run):
    browser.execute_script("document.getElementById('methods').scrollIntoView()")
    current = "return [...document.querySelectorAll('nav.toc a[aria-current]')].map(link => link.hash)"
    WebDriverWait(browser, 20).until(lambda page: page.execute_script(current) == ["#methods"])
    resize(browser, 390)
    browser.get(run.page.as_uri())
    browser.find_element(By.ID, "menu").click()
    browser.find_element(By.CSS_SELECTOR, "nav.toc > ul > li > a[href='#results']").click()
    assert not browser.find_element(By.ID, "toc").is_displayed()
    assert browser.find_element(By.ID, "menu").get_attribute("aria-expanded") == "false"


@pytest.mark.parametrize(
    "place",
    [
        pytest.param('table[aria-label="reagents of panel hspc"] tbody tr', id="inside closed details"),
        pytest.param('table[aria-label="what to look at, worst first"] tbody tr.later', id="a row not shown yet"),
    ],
)
def test_link__opens_what_it_leads_to(browser, place):
    target = browser.find_element(By.CSS_SELECTOR, place)
    assert not target.is_displayed()
    browser.execute_script("arguments[0].id = 'planted place'; location.hash = 'planted%20place'", target)
    WebDriverWait(browser, 20).until(lambda _: target.is_displayed())
    assert 0 <= browser.execute_script("return arguments[0].getBoundingClientRect().top", target) < 900


def test_print__opens_every_part(browser):
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert browser.execute_script("return document.querySelectorAll('details:not([open])').length") == 0


def test_download__of_the_list_of_tables_is_the_file_on_disk(browser, run, tmp_path):
    setting = {"behavior": "allow", "downloadPath": str(tmp_path)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", setting)
    button = browser.find_element(By.CSS_SELECTOR, 'main button[data-file="endpoints.tsv"]')
    browser.execute_script("arguments[0].click()", button)
    wanted = tmp_path / "endpoints.tsv"
    WebDriverWait(browser, 20).until(lambda _: wanted.is_file())
    assert wanted.read_bytes() == run.table("endpoints").read_bytes()


def test_views__say_which_is_shown(browser):
    days, cycles = browser.find_elements(By.CSS_SELECTOR, ".switch button")
    pressed = [button.get_attribute("aria-pressed") for button in (days, cycles)]
    cycles.click()
    assert (pressed, [b.get_attribute("aria-pressed") for b in (days, cycles)]) == (
        ["true", "false"],
        ["false", "true"],
    )


def test_dialog__shows_the_figure_of_its_button_with_its_name_and_closes_by_button_and_beside(browser):
    figure = browser.find_elements(By.CSS_SELECTOR, "main figure")[2]
    name = figure.find_element(By.CSS_SELECTOR, "svg").get_attribute("aria-label")
    button = figure.find_element(By.CSS_SELECTOR, "button.enlarge")
    assert button.get_attribute("aria-label") == f"enlarge: {name}"
    dialog = browser.find_element(By.TAG_NAME, "dialog")
    browser.execute_script("arguments[0].click()", button)
    assert (dialog.is_displayed(), dialog.get_attribute("aria-label")) == (True, name)
    assert dialog.find_element(By.CSS_SELECTOR, "svg").get_attribute("aria-label") == name
    dialog.find_element(By.TAG_NAME, "button").click()
    assert not dialog.is_displayed()
    browser.execute_script(DISPATCH, figure.find_element(By.CSS_SELECTOR, "svg"))
    assert dialog.is_displayed()
    browser.execute_script(DISPATCH, dialog.find_element(By.CSS_SELECTOR, "svg"))
    assert dialog.is_displayed()
    browser.execute_script(DISPATCH, dialog)
    assert not dialog.is_displayed()


def test_dialog__does_not_open_at_a_line_that_leads_to_a_patient_and_closes_at_one(browser):
    dialog = browser.find_element(By.TAG_NAME, "dialog")
    line = "[data-view='Days'] a.patient polyline"
    browser.execute_script(DISPATCH, browser.find_element(By.CSS_SELECTOR, line))
    assert not dialog.is_displayed()
    browser.execute_script("document.querySelector('[data-view=Days] button.enlarge').click()")
    assert dialog.is_displayed()
    browser.execute_script(DISPATCH, dialog.find_element(By.CSS_SELECTOR, "a.patient polyline"))
    assert not dialog.is_displayed()


def hits(browser):
    return [hit.text for hit in browser.find_elements(By.CSS_SELECTOR, "#hits > li")]


def search(browser, words):
    field = browser.find_element(By.ID, "search")
    field.clear()
    field.send_keys(words)
    return field


def test_search__finds_all_words_in_any_case_headings_first_with_their_section(browser):
    search(browser, "MIFLOWCYT written settings")
    assert [hit.splitlines()[1] for hit in hits(browser)] == ["Methods"]
    search(browser, "patients triplet")
    found = [hit for hit in hits(browser) if "places, the first" not in hit]
    assert len(found) > 3
    search(browser, "checks")
    found = hits(browser)
    assert len(found) > 2
    assert found[0] == "Checks\nWhat to look at by hand"
    assert all("checks" in hit.splitlines()[0].lower() for hit in found)


def test_search__shows_thirty_places_and_says_that_there_are_more(browser):
    search(browser, "cd34")
    found = hits(browser)
    assert len(found) == 31
    n = int(found[-1].split()[0])
    assert found[-1] == f"{n} places, the first 30 are shown"
    assert n > 30
    search(browser, "moore wa")
    assert len(hits(browser)) == 1


def test_search__shows_the_words_around_the_first_hit(browser):
    browser.execute_script(
        "document.querySelector('#methods').closest('section').append("
        "Object.assign(document.createElement('p'), {textContent: 'far '.repeat(200) + 'planted needle'}))"
    )
    search(browser, "needle")
    (hit,) = hits(browser)
    assert hit.splitlines()[0].endswith("planted needle")


def test_search__a_hit_takes_the_focus_is_marked_alone_and_the_list_goes(browser):
    for words in ("moore wa", "sutherland"):
        search(browser, words)
        browser.find_element(By.CSS_SELECTOR, "#hits a").click()
        (marked,) = browser.find_elements(By.CSS_SELECTOR, ".flash")
        assert browser.switch_to.active_element == marked
        assert hits(browser) == []
        top = browser.execute_script("return arguments[0].getBoundingClientRect().top", marked)
        assert 0 < top < 900


def test_search__goes_with_escape_and_with_its_words(browser):
    search(browser, "cd34").send_keys(Keys.ARROW_DOWN)
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert hits(browser) == []
    field = search(browser, "cd34")
    assert len(hits(browser)) == 31
    field.send_keys(*[Keys.BACKSPACE] * 4)
    assert hits(browser) == []


def test_keys__slash_is_a_sign_where_somebody_types(browser):
    field = filter_of(browser, LABEL)
    field.send_keys("a/b")
    assert field.get_attribute("value") == "a/b"
    assert browser.switch_to.active_element == field


def test_keys__what_scrolls_sideways_is_reached_on_a_narrow_page_alone(browser):
    tab = "return document.querySelector('table[aria-label=\"' + arguments[0] + '\"]').closest('.scroll').tabIndex"
    resize(browser, 3000)
    browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    assert browser.execute_script(tab, "checks") == -1
    resize(browser, 390)
    browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    assert browser.execute_script(tab, "checks") == 0
