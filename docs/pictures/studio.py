"""Photograph the studio for its page in the documentation and for the README.

python docs/pictures/studio.py [FOLDER]

It needs what the studio's tests need: the extra `studio`, playwright, and Chromium.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

COLOURS = 128  # of a picture; more would not be seen
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


VIEWS: dict[str, tuple[Callable[[Page], None], str, str]] = {  # what is seen, in which language, on which ground
    "studio": (unit, "en", "light"),
    "studio.zh": (unit, "zh", "light"),
    "studio_part": (part, "en", "light"),
    "studio_sample": (sample, "en", "dark"),
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
    seen.quantize(COLOURS, dither=Image.Dither.NONE).save(folder / f"{name}.png", optimize=True)
    context.close()


if __name__ == "__main__":
    folder = Path(*sys.argv[1:2]) if sys.argv[1:] else Path(__file__).parent
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, (_, lang, _) in VIEWS.items():
            command = [sys.executable, "-m", "glassnet", "studio", "--no-browser", "--lang", lang]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
                assert served.stdout is not None
                try:
                    photograph(chromium, re.findall(r"http\S+", served.stdout.readline())[0], name, folder)
                finally:
                    served.terminate()
        chromium.close()
