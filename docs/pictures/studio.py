"""Photograph the studio for its page in the documentation and for the README.

python docs/pictures/studio.py [FOLDER [NAME]]

It needs what the studio's tests need: the extra `studio`, playwright, and Chromium.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

COLOURS = 240  # of a picture; more would not be seen
FLOWER = {
    "source": {"name": "flower"}, "hidden": [{"units": 6, "activation": "tanh"}], "seed": 3,
    "settings": {"learning_rate": 1.2},
}  # fmt: skip
SPIRAL = {
    "source": {"name": "spiral"}, "seed": 1,
    "hidden": [{"units": 8, "activation": "tanh"}, {"units": 6, "activation": "tanh"}],
    "settings": {"optimizer": "adam", "learning_rate": 0.03},
}  # fmt: skip
DIGITS = {
    "source": {"name": "digits"}, "hidden": [{"units": 12, "activation": "relu"}], "seed": 1,
    "settings": {"optimizer": "adam", "learning_rate": 0.01},
}  # fmt: skip


def begin(page: Page, spec: dict, steps: int) -> None:
    """Start a run, and train it for at least so many steps."""
    page.evaluate("(spec) => import('/page/run.js').then((found) => found.begin(spec))", spec)
    page.wait_for_timeout(1500)
    if not steps:
        return
    page.select_option("#speed", "30")
    page.click("#play")
    page.wait_for_function("(steps) => window.store.state.iteration >= steps", arg=steps)
    page.click("#play")
    page.wait_for_function("() => !window.store.state.playing")
    page.wait_for_timeout(2500)


def unit(page: Page) -> None:
    """Show two layers, and the numbers of a unit."""
    begin(page, SPIRAL, 500)
    page.locator(".unit").nth(11).click()


def sample(page: Page) -> None:
    """Show digits, and what becomes of one."""
    begin(page, DIGITS, 150)
    page.click("text=/^(Sample|样本) 0$/")


def part(page: Page) -> None:
    """Stop in the middle of a step on the flower."""
    begin(page, FLOWER, 2000)
    for _ in range(5):
        page.click("#act-part")
        page.wait_for_timeout(700)


def flats() -> str:
    """Return a table of flats and their rents, drawn with a seed."""
    rng = np.random.default_rng(5)
    lines = ["area,rooms,floor,built,district,balcony,rent"]
    for _ in range(400):
        area, floor, built = int(rng.integers(24, 130)), int(rng.integers(0, 7)), int(rng.integers(1900, 2024))
        district, balcony = str(rng.choice(["harbour", "old town", "station"])), str(rng.choice(["yes", "no"]))
        per = {"harbour": 15, "old town": 13, "station": 10}[district] + abs(built - 1950) / 30 + (balcony == "yes")
        rent = round(area * per + 12 * floor + rng.normal(0, 40))
        lines.append(f"{area},{1 + area // 32},{floor},{built},{district},{balcony},{rent}")
    return "\n".join(lines)


def what_if(page: Page) -> None:
    """Ask a model of rents what another flat costs."""
    page.set_input_files("#file", {"name": "flats.csv", "mimeType": "text/csv", "buffer": flats().encode()})
    page.wait_for_selector("#fit-start")
    page.select_option("#field-table-preset", "fast")
    page.click("#fit-start")
    page.wait_for_selector(".adds")
    page.fill('[data-cell="area"]', "60")
    page.select_option('[data-cell="district"]', "harbour")
    page.wait_for_selector('.cell.changed [data-cell="district"]')
    page.wait_for_timeout(2500)


def comparison(page: Page) -> None:
    """Keep two runs, and compare them with a third."""
    for spec in (
        {**FLOWER, "settings": {"learning_rate": 0.1}},
        {**FLOWER, "hidden": [{"units": 2, "activation": "tanh"}]},
        FLOWER,
    ):
        begin(page, spec, 0)
        page.evaluate("import('/page/run.js').then(({ act }) => act('pause', 30, 600).then(() => act('play')))")
        page.wait_for_function("() => window.store.state.iteration >= 600")
        page.click("#tab-comparison")
        if spec is not FLOWER:
            page.locator(".comparison [data-key=keep]").click()
        page.wait_for_selector(".runs")


VIEWS: dict[str, tuple[Callable[[Page], None], str, str]] = {  # what is seen, in which language, on which ground
    "studio": (unit, "en", "light"),
    "studio.zh": (unit, "zh", "light"),
    "studio_part": (part, "en", "light"),
    "studio_sample": (sample, "en", "dark"),
    "studio_what_if": (what_if, "en", "light"),
    "studio_comparison": (comparison, "en", "dark"),
}


def photograph(browser: Browser, address: str, name: str, folder: Path) -> None:
    """Write one picture."""
    what, _, theme = VIEWS[name]
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=theme)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".unit")
    page.evaluate("import('/page/store.js').then((found) => { window.store = found.store; })")
    what(page)
    page.wait_for_timeout(1500)
    seen = Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB")
    few = seen.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(folder / f"{name}.png", optimize=True)
    context.close()


if __name__ == "__main__":
    folder = Path(*sys.argv[1:2]) if sys.argv[1:] else Path(__file__).parent
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, (_, lang, _) in VIEWS.items():
            if sys.argv[2:] and name not in sys.argv[2:]:
                continue
            command = [sys.executable, "-m", "glassnet", "studio", "--no-browser", "--lang", lang]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
                assert served.stdout is not None
                try:
                    photograph(chromium, re.findall(r"http\S+", served.stdout.readline())[0], name, folder)
                finally:
                    served.terminate()
        chromium.close()
