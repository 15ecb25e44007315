"""The report in a real browser: what it shows, that it works, and that nothing is cut."""

import base64
import gzip
import json
import re
import subprocess
import time
from pathlib import Path
from statistics import median

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser.conftest import AXE, faults_of_access, in_theme, resize
from browser.small_run import WORDS
from marrowgate.tables import read_rows

WIDTHS = (1600, 1280, 390)


def texts(browser, selector):
    return browser.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map(node => node.textContent.trim())", selector
    )


def table(browser, label):
    return browser.find_element(By.CSS_SELECTOR, f'table[aria-label="{label}"]')


def rows_of(browser, label):
    script = "return [...arguments[0].tBodies[0].rows].map(row => [...row.cells].map(cell => cell.textContent.trim()))"
    return browser.execute_script(script, table(browser, label))


def tool(browser, label, kind):
    script = "return arguments[0].closest('.scroll').previousElementSibling.querySelector(arguments[1])"
    return browser.execute_script(script, table(browser, label), kind)


def numbers(text):
    return [float(number.replace(",", "")) for number in re.findall(r"-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?", text)]


def test_page__asks_for_nothing_and_says_no_error(browser, run):
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get("about:blank")
    browser.get(run.page.as_uri())
    assert browser.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"}
    assert {url for url in asked if not url.startswith(("data:", "about:"))} == {run.page.as_uri()}


def test_policy__foreign_script_does_not_run(browser):
    browser.execute_script(
        "const node = document.createElement('div'); node.innerHTML = '<img src=x onerror=\"window.broken = 1\">';"
        "const script = document.createElement('script'); script.textContent = 'window.broken = 1';"
        "document.body.append(node, script)"
    )
    time.sleep(0.2)
    assert browser.execute_script("return window.broken") is None


@pytest.mark.parametrize("words", WORDS, ids=["script", "image", "long", "right_to_left", "emoji"])
def test_words__of_the_users_stand_as_text(browser, words):
    assert words in browser.execute_script("return document.querySelector('main').textContent")
    assert browser.execute_script("return window.broken") is None
    assert browser.find_elements(By.TAG_NAME, "img") == []


def test_head__holds_project_laboratory_and_date(browser):
    assert browser.title.startswith("<script>window.broken = 1</script>")
    assert "2026-01-31" in browser.find_element(By.TAG_NAME, "main").text[:400]


def test_contents__every_link_leads_to_its_part(browser):
    targets = browser.execute_script(
        "return [...document.querySelectorAll('a[href^=\"#\"]')].map(link => link.getAttribute('href').slice(1))"
    )
    assert set(targets) <= set(browser.execute_script("return [...document.querySelectorAll('[id]')].map(n => n.id)"))
    links = browser.find_elements(By.CSS_SELECTOR, "nav.toc > ul > li > a")
    assert len(links) >= 7
    for link in links:
        link.click()
        name = link.get_attribute("hash")[1:]
        top = browser.execute_script("return document.getElementById(arguments[0]).getBoundingClientRect().top", name)
        at_end = browser.execute_script("return scrollY + innerHeight >= document.documentElement.scrollHeight - 2")
        assert at_end or 0 <= top < 200, name


def test_contents__on_a_phone_a_button_opens_them(browser, run):
    resize(browser, 390)
    browser.get(run.page.as_uri())
    contents = browser.find_element(By.ID, "toc")
    assert not contents.is_displayed()
    menu = browser.find_element(By.ID, "menu")
    menu.send_keys(Keys.ENTER)
    assert contents.is_displayed()
    assert menu.get_attribute("aria-expanded") == "true"
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    assert not contents.is_displayed()


def test_ids__are_unique(browser):
    ids = browser.execute_script("return [...document.querySelectorAll('[id]')].map(node => node.id)")
    assert len(ids) == len(set(ids))


def test_table__sorts_numbers_as_numbers_both_ways(browser):
    label = "populations of hspc"
    before = rows_of(browser, label)
    heading = next(h for h in table(browser, label).find_elements(By.CSS_SELECTOR, "th") if h.text.startswith("events"))
    heading.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert heading.get_attribute("aria-sort") == "ascending"
    at = [h.text for h in table(browser, label).find_elements(By.CSS_SELECTOR, "th")].index(heading.text)
    up = [numbers(row[at])[0] for row in rows_of(browser, label) if row[at] != "-"]
    assert up == sorted(up)
    assert up != [numbers(row[at])[0] for row in before if row[at] != "-"]
    heading.find_element(By.TAG_NAME, "button").click()
    down = [numbers(row[at])[0] for row in rows_of(browser, label) if row[at] != "-"]
    assert down == up[::-1]
    assert sorted(map(tuple, rows_of(browser, label))) == sorted(map(tuple, before))


def test_table__filters_and_says_how_many_rows_are_left(browser):
    label = "populations of hspc"
    tool(browser, label, "input").send_keys("cd34_hspc")
    shown = [row for row in table(browser, label).find_elements(By.CSS_SELECTOR, "tbody tr") if row.is_displayed()]
    assert len(shown) == 1
    assert "1 of " in tool(browser, label, "[role=status]").text


def test_table__downloads_as_it_is_on_disk(browser, run, tmp_path):
    setting = {"behavior": "allow", "downloadPath": str(tmp_path)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", setting)
    tool(browser, "primary and secondary contrasts", "button").click()
    wanted = tmp_path / "contrasts.tsv"
    for _ in range(50):
        if wanted.is_file():
            break
        time.sleep(0.1)
    assert wanted.read_bytes() == run.table("contrasts").read_bytes()
    for name in ("populations", "quality", "outcomes"):
        packed = browser.execute_script("return document.getElementById(arguments[0]).textContent", f"file-{name}.tsv")
        assert gzip.decompress(base64.b64decode(packed)) == run.table(name).read_bytes()


def test_list__shows_the_worst_first_and_all_rows_when_asked(browser):
    label = "what to look at, worst first"
    rows = rows_of(browser, label)
    assert rows[0][1] == "P0_d7_hspc"
    assert rows[0][3] == "rejected"
    statuses = [row[3] for row in rows]
    assert statuses.index("doubtful") < len(statuses) - 1 - statuses[::-1].index("flagged")
    assert not any("counting CV" in row[2] for row in rows)
    doubtful = next(row for row in rows if row[3] == "doubtful")
    assert "- population: cd34_pos" in doubtful[6]
    assert f"# config/overrides/{doubtful[1].split('_hspc')[0]}_hspc.yaml" in doubtful[6]
    assert re.search(r"CD34: \{low: 9\d\d\}", doubtful[6])


def test_search__finds_opens_and_marks(browser):
    field = browser.find_element(By.ID, "search")
    browser.find_element(By.TAG_NAME, "body").send_keys("/")
    assert browser.switch_to.active_element == field
    field.send_keys("Moore WA")
    hits = browser.find_elements(By.CSS_SELECTOR, "#hits a")
    assert len(hits) == 1
    field.send_keys(Keys.ARROW_DOWN)
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    marked = browser.find_element(By.CSS_SELECTOR, ".flash")
    assert "Logicle" in marked.text
    assert 0 < browser.execute_script("return arguments[0].getBoundingClientRect().top", marked) < 900
    field.clear()
    field.send_keys("no such words at all")
    assert browser.find_element(By.ID, "hits").text == "nothing found"


def test_search__opens_what_is_closed(browser):
    closed = browser.find_element(By.CSS_SELECTOR, 'table[aria-label="reagents of panel hspc"]')
    assert not browser.execute_script("return arguments[0].checkVisibility()", closed)
    browser.find_element(By.ID, "search").send_keys("PerCP")
    browser.find_element(By.CSS_SELECTOR, "#hits a").click()
    assert browser.execute_script("return arguments[0].checkVisibility()", closed)


def test_figure__is_enlarged_by_keyboard_and_closed_by_escape(browser):
    button = browser.find_element(By.CSS_SELECTOR, "main figure button.enlarge")
    small = browser.execute_script("return arguments[0].parentElement.querySelector('svg').clientWidth", button)
    button.send_keys(Keys.ENTER)
    dialog = browser.find_element(By.TAG_NAME, "dialog")
    assert dialog.is_displayed()
    assert browser.execute_script("return document.querySelector('dialog svg').clientWidth") > 1.5 * small
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not dialog.is_displayed()


def test_courses__switch_between_days_and_cycles(browser):
    views = browser.find_elements(By.CSS_SELECTOR, "[data-view]")
    assert [view.is_displayed() for view in views] == [True, False]
    browser.find_element(By.CSS_SELECTOR, '.switch button[data-show="Cycles"]').click()
    assert [view.is_displayed() for view in views] == [False, True]


def test_courses__a_line_leads_to_its_patient(browser):
    link = browser.find_element(By.CSS_SELECTOR, '[data-view="Days"] a.patient[href="#patient-P3"]')
    browser.execute_script("arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", link)
    time.sleep(0.1)
    top = browser.execute_script("return document.getElementById('patient-P3').getBoundingClientRect().top")
    assert 0 <= top < 200


BEYOND = """
const wide = document.documentElement.clientWidth, bad = [];
for (const node of document.querySelectorAll('main *, header *')) {
  if (node.closest('svg') && node.tagName !== 'svg') continue;
  if (node.closest('.scroll, dialog, details:not([open]), pre, .hits')) continue;
  const box = node.getBoundingClientRect();
  const isSeen = box.width && box.height && getComputedStyle(node).visibility !== 'hidden';
  if (isSeen && (box.right > wide + 1 || box.left < -1)) bad.push(node.outerHTML.slice(0, 120));
}
return bad.slice(0, 5)
"""

CROWDED = """
const bad = [];
for (const svg of document.querySelectorAll('main figure svg')) {
  const frame = svg.getBoundingClientRect();
  if (!frame.width) continue;
  const boxes = [...svg.querySelectorAll('text')].map(node => [node, node.getBoundingClientRect()]);
  for (const [node, box] of boxes) {
    const size = parseFloat(getComputedStyle(node).fontSize) * Math.hypot(node.getScreenCTM().a, node.getScreenCTM().b);
    if (size < 8.9) bad.push(['small', size, node.textContent]);
    if (box.left < frame.left - 2 || box.right > frame.right + 2) bad.push(['cut', node.textContent]);
  }
}
return bad.slice(0, 8)
"""


@pytest.mark.parametrize("width", WIDTHS)
def test_layout__nothing_runs_off_and_type_can_be_read(browser, run, width):
    resize(browser, width)
    browser.get(run.page.as_uri())
    browser.execute_script("document.querySelectorAll('details').forEach(node => { node.open = true })")
    assert (
        browser.execute_script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
        <= 0
    )
    assert browser.execute_script(BEYOND) == []
    assert browser.execute_script(CROWDED) == []


OVERLAP = """
const bad = [], main = document.querySelector('main');
const blocks = main.querySelectorAll('h1, h2, h3, h4, p, figure, .scroll, .tools, li > .box, .tiles li');
const seen = [...blocks].filter(node => node.checkVisibility() && node.getClientRects().length);
const boxes = seen.map(node => [node, node.getBoundingClientRect()]);
boxes.sort((a, b) => a[1].top - b[1].top);
for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
  if (boxes[j][1].top >= boxes[i][1].bottom - 1) break;
  const [a, p] = boxes[i], [b, q] = boxes[j];
  if (a.contains(b) || b.contains(a)) continue;
  if (q.left < p.right - 1 && q.right > p.left + 1) bad.push([a.textContent.slice(0, 40), b.textContent.slice(0, 40)]);
}
return bad.slice(0, 5)
"""


@pytest.mark.parametrize("width", WIDTHS)
def test_layout__no_two_parts_overlap(browser, run, width):
    resize(browser, width)
    browser.get(run.page.as_uri())
    assert browser.execute_script(OVERLAP) == []


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "light"), (1280, "dark")])
def test_access__axe_finds_nothing(browser, run, width, theme):
    resize(browser, width)
    in_theme(browser, theme)
    browser.get(run.page.as_uri())
    browser.execute_script("document.querySelectorAll('details').forEach(node => { node.open = true })")
    try:
        assert faults_of_access(browser) == []
        paper = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert (paper == "rgb(255, 255, 255)") == (theme == "light")
        chart = "getComputedStyle(document.querySelector('figure svg:not(.gate-picture)'))"
        ground, turned = browser.execute_script(f"return [{chart}.backgroundColor, {chart}.filter]")
        assert (ground == "rgb(255, 255, 255)", turned == "none") == (theme == "light",) * 2
    finally:
        in_theme(browser, "light")


def test_tables__are_all_seen_once_everything_is_open(browser):
    browser.execute_script("document.querySelectorAll('details').forEach(node => { node.open = true })")
    hidden = browser.execute_script(
        "return [...document.querySelectorAll('main table')].filter(table => !table.checkVisibility() "
        "&& !table.closest('[hidden]')).map(table => table.getAttribute('aria-label'))"
    )
    assert hidden == []


def test_print__no_table_is_cut(browser, tmp_path):
    tables = browser.execute_script(
        "return [...document.querySelectorAll('main table')].map(table => {"
        " const last = table.rows[table.rows.length - 1]; "
        " return [table.getAttribute('aria-label'), [...last.cells].map(cell => cell.textContent)] })"
    )
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    path = tmp_path / "report.pdf"
    path.write_bytes(base64.b64decode(printed["data"]))
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    squeezed = re.sub(r"\s+", "", text)
    missing = [
        (label, cell)
        for label, cells in tables
        for cell in cells
        for word in re.findall(r"[A-Za-z0-9_.,%+-]{2,}", cell)[-1:]
        if word not in squeezed and word[:6] not in squeezed
    ]
    assert missing == []
    assert len(tables) > 15


def test_numbers__of_the_contrasts_are_those_of_the_table(browser, run):
    leads = [row for row in read_rows(run.table("contrasts")) if row["role"] in {"primary", "secondary"}]
    shown = rows_of(browser, "primary and secondary contrasts")
    assert len(shown) == len(leads) > 2
    for cells, row in zip(shown, leads, strict=True):
        if row["scale"] == "log2 fold":
            wanted = [2.0 ** row[name] for name in ("estimate", "ci_low", "ci_high")]
            assert numbers(cells[1])[:3] == pytest.approx(wanted, rel=0.006)
        if row["p_value"] is not None and row["p_value"] >= 0.001:
            assert float(cells[2]) == pytest.approx(row["p_value"], abs=0.0006)
    primary = leads[0]
    sentence = browser.find_element(By.CSS_SELECTOR, ".answer").text
    wanted = [2.0 ** primary[name] for name in ("estimate", "ci_low", "ci_high")]
    assert "Higher in triplet than in doublet." in sentence
    found = re.search(r"is ([\d.]+) times .*interval ([\d.]+) to ([\d.]+)", sentence)
    assert [float(number) for number in found.groups()] == pytest.approx(wanted, rel=0.006)


def test_numbers__of_the_populations_are_those_of_the_table(browser, run):
    rows = [row for row in read_rows(run.table("populations")) if row["panel"] == "immature"]
    shown = {row[1]: row for row in rows_of(browser, "populations of immature")}
    assert len(shown) == len({row["population"] for row in rows})
    for name, cells in shown.items():
        own = [row for row in rows if row["population"] == name and row["n_events"] is not None]
        for at, column in ((-5, "n_events"), (-3, "per_100_cd45"), (-2, "cells_per_ul")):
            values = [row[column] for row in own]
            wanted = [median(values), min(values), max(values)]
            assert numbers(cells[at])[:3] == pytest.approx(wanted, rel=0.006, abs=0.51 if column == "n_events" else 0)


def test_numbers__of_each_point_are_those_of_the_table(browser, run):
    rows = {row["sample_id"]: row for row in read_rows(run.table("populations")) if row["population"] == "cd34_hspc"}
    titles = texts(browser, '[data-view="Days"] svg[aria-label^="CD34+ progenitors per"] title')
    measured = [row for row in rows.values() if row["cells_per_ul"] is not None]
    assert len(titles) == len(measured) == 31
    for title in titles:
        row = rows[title.split(",")[0]]
        value, low, high = re.search(r": ([\d.]+) .*95 % ([\d.]+) to ([\d.]+)", title).groups()
        wanted = [row[name] for name in ("cells_per_ul", "cells_per_ul_low", "cells_per_ul_high")]
        assert [float(value), float(low), float(high)] == pytest.approx(wanted, rel=0.006)


def test_numbers__of_the_flow_are_those_of_manifest_and_sheet(browser, run):
    manifest = read_rows(run.results / "manifest.tsv")
    boxes = [int(text) for text in texts(browser, "section:has(#flow) ol.flow:first-of-type .box b")]
    good = [row for row in manifest if row["verdict"] != "rejected"]
    assert boxes[:3] == [len(manifest) + 1, len(manifest), len(good)]
    flow = browser.find_element(By.CSS_SELECTOR, "section:has(#flow)").text
    assert "1 less: bead samples: calibrated, not gated" in flow
    assert re.search(r"1 less: rejected: odd: <script>", flow)
    stages = [row for row in read_rows(run.table("design")) if row["item"].startswith("flow_")]
    patients = [int(text) for text in texts(browser, "section:has(#flow) ol.flow:last-of-type .box b")]
    assert patients[-len(stages) :] == [row["n_arm_1"] + row["n_arm_2"] for row in stages]
    assert len(stages) > 2


def test_responders__are_those_of_the_endpoints(browser, run):
    rows = [row for row in read_rows(run.table("endpoints")) if row["endpoint"] == "immature_per_100_cd45_responder"]
    text = " ".join(texts(browser, "section:has(#answer) li"))
    for arm in ("triplet", "doublet"):
        own = [row for row in rows if row["arm"] == arm and row["value"] is not None]
        assert f"{sum(bool(row['value']) for row in own)} of {len(own)} {arm} patients" in text


def test_patients__each_has_a_part_with_courses_samples_and_a_line_to_sign(browser):
    parts = browser.find_elements(By.CSS_SELECTOR, "section.patient-part")
    assert len(parts) == 8
    for part in parts:
        assert len(part.find_elements(By.CSS_SELECTOR, "figure svg")) == 3
        assert "signature" in part.text
    assert len(rows_of(browser, "samples of P0")) == 8
    assert "reference range of the settings, 1 to 6" in parts[0].text


def test_methods__are_of_the_settings(browser):
    text = browser.find_element(By.CSS_SELECTOR, "section:has(#methods)").text
    assert "exceeds 0.9" in text
    assert "cycles 1 to 3" in text
    assert Path(AXE).name not in text
