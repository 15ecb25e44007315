"""A real browser, and the report of a small run in it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from browser.small_run import SmallRun

FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic"),
    *("--no-first-run", "--disable-component-update", "--disable-sync", "--force-device-scale-factor=1"),
)
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
NEEDED = {
    "chromium": "apt-get install chromium",
    "chromedriver": "apt-get install chromium-driver",
    "pdftotext": "apt-get install poppler-utils",
}


def _missing() -> list[str]:
    missing = [f"{name} ({cure})" for name, cure in NEEDED.items() if not shutil.which(name)]
    return missing if AXE.is_file() else [*missing, "axe-core (make axe; it needs npm)"]


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> SmallRun:
    """Return the small run; where the browser is missing the tests say what to install, and in CI they fail."""
    missing = _missing()
    if missing:
        reason = f"the tests of the report in a browser need {', '.join(missing)}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return SmallRun(tmp_path_factory.mktemp("browser"), repository).finish()


@pytest.fixture(scope="session")
def chromium(run: SmallRun) -> Iterator[webdriver.Chrome]:
    """Return one browser for all tests."""
    options = Options()
    options.binary_location = str(shutil.which("chromium"))
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    # axe reads the whole page, which takes long on a busy machine
    driver.set_script_timeout(300)
    yield driver
    driver.quit()


@pytest.fixture
def browser(chromium: webdriver.Chrome, run: SmallRun) -> webdriver.Chrome:
    """Return the browser with the report freshly opened at 1280 px."""
    chromium.get("about:blank")
    resize(chromium, 1280)
    chromium.get(run.page.as_uri())
    return chromium


def in_theme(driver: webdriver.Chrome, theme: str) -> None:
    """Let the system say that it is light or dark."""
    features = [{"name": "prefers-color-scheme", "value": theme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def faults_of_access(driver: webdriver.Chrome) -> list[tuple[str, list[str]]]:
    """Return what axe finds in the page that is open, contrast among it."""
    driver.execute_script(AXE.read_text(encoding="utf-8"))
    found = driver.execute_async_script(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}).then(arguments[0])"
    )
    assert len(found["passes"]) > 12
    assert "color-contrast" in {rule["id"] for rule in found["passes"]}
    return [(rule["id"], [node["html"][:150] for node in rule["nodes"][:3]]) for rule in found["violations"]]


def resize(driver: webdriver.Chrome, width: int) -> None:
    """Give the page a width in px, whatever window the system allows."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
