"""Photograph every view of the studio, in both languages, two widths, light and dark: to be looked at before a release.

python docs/pictures/studio_views.py FOLDER [PART OF A NAME] [--cats train_catvnoncat.h5]

Each view gives eight pictures, and each of these eight kinds a sheet of all views, `sheet-….png`. It needs what the
studio's tests need: the extra `studio`, playwright, and Chromium.
"""

import argparse
import csv
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

LANGUAGES = {"en": "en-US", "zh": "zh-CN"}
SIZES = {"wide": (1280, 720), "narrow": (390, 844)}
THEMES = ("light", "dark")
THUMBNAIL = 420  # pixels of a picture on a sheet

FLOWER = {"source": {"name": "flower"}, "hidden": [{"units": 6, "activation": "tanh"}], "seed": 3}
DEEP = {
    "source": {"name": "spiral"}, "seed": 1, "settings": {"optimizer": "adam", "learning_rate": 0.03},
    "hidden": [{"units": n, "activation": "tanh"} for n in (8, 6, 4)],
}  # fmt: skip
DIGITS = {
    "source": {"name": "digits"}, "hidden": [{"units": 12, "activation": "relu"}], "seed": 1,
    "settings": {"optimizer": "adam", "learning_rate": 0.01},
}  # fmt: skip
NUMBERS = {"source": {"name": "typed"}, "hidden": [{"units": 8, "activation": "tanh"}]}
TUMOURS = {"source": {"name": "tumours"}, "settings": {"learning_rate": 0.3}}


def begin(page: Page, spec: dict, steps: int = 0) -> None:
    """Start a run, and train it for some steps."""
    page.evaluate("(spec) => import('/page/run.js').then((found) => found.begin(spec))", spec)
    page.wait_for_selector(".unit")
    if steps:
        page.evaluate(
            """async (steps) => {
              const { act } = await import('/page/run.js');
              await act('pause', 100, steps);
              await act('play');
            }""",
            steps,
        )
        page.wait_for_function("(steps) => window.store.state.iteration >= steps", arg=steps)
    page.wait_for_load_state("networkidle")


def trained(spec: dict, steps: int, *clicks: str) -> Callable[[Page], None]:
    """Return what shows a run after some steps, with something clicked."""

    def show(page: Page) -> None:
        begin(page, spec, steps)
        for click in clicks:
            page.locator(click).first.click()
            page.wait_for_timeout(300)

    return show


def lesson(name: str) -> Callable[[Page], None]:
    """Return what shows a lesson after its first training."""
    return trained(FLOWER, 0, "#lessons", f'[data-key="lesson:{name}"]', "#tour-next:not(:disabled)")


def uploaded(page: Page) -> None:
    """Show a table with long names and a rare class."""
    names = [
        "customer_lifetime_value_in_thousands_of_euros",
        "很长的中文列名用于检查换行与截断",
        "x",
        "kind",
        "bought_in_the_last_quarter",
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a table with quite a long name for a file, 2026.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(names)
            for i in range(200):
                kind = ["short", "a category with a very long name indeed", "类别"][i % 3]
                writer.writerow([i * 37 % 101, i * 13 % 7, i % 11 / 10, kind, "definitely not" if i % 8 else "yes"])
        page.locator("#file").set_input_files(path)
        page.wait_for_function("() => window.store.state.spec.source.name === 'table'")
    page.evaluate("import('/page/run.js').then((found) => found.act('pause', 100, 100))")
    page.click("#play")
    page.wait_for_function("() => window.store.state.iteration >= 100")
    page.click("#tab-confusion")


def compared(page: Page) -> None:
    """Show two kept runs beside each other."""
    for spec in (
        FLOWER,
        {**FLOWER, "hidden": [{"units": 2, "activation": "relu"}], "settings": {"learning_rate": 0.3}},
    ):
        begin(page, spec, 200)
        page.click("#tab-comparison")
        page.locator(".comparison [data-key=keep]").click()
        page.wait_for_selector(".runs")


def refused(page: Page) -> None:
    """Show what is said of numbers that cannot be."""
    begin(page, FLOWER)
    for field in ("#field-settings-learning_rate", "#field-test_share", "#units-1"):
        page.fill(field, "many")
        page.locator(field).press("Enter")
        page.wait_for_timeout(300)


def cats(clicks: tuple[str, ...]) -> Callable[[Page], None]:
    """Return what shows the cats, where their file was named."""

    def show(page: Page) -> None:
        source = page.evaluate("import('/page/store.js').then((found) => found.store.choices.cats)")
        if source:
            spec = {"source": source, "settings": {"optimizer": "adam", "learning_rate": 0.001}}
            trained({**spec, "hidden": [{"units": 20, "activation": "relu"}]}, 30, *clicks)(page)

    return show


VIEWS: dict[str, Callable[[Page], None]] = {
    "start": trained({}, 0),
    "unit": trained(FLOWER, 300, '[data-key="1:0"]'),
    "edge": trained(FLOWER, 300, '[data-key="layer:1"]', ".heat .grid.pick"),
    "layer": trained(DEEP, 300, '[data-key="layer:2"]'),
    "sample": trained(DEEP, 300, '[data-key="crumb:sample"]'),
    "digits": trained(DIGITS, 100, '[data-key="crumb:sample"]'),
    "part": trained(FLOWER, 100, "#act-part", "#act-part", "#act-part", "#act-part"),
    "findings": trained({**FLOWER, "settings": {"learning_rate": 60}}, 300, "#tab-findings"),
    "no-findings": trained(FLOWER, 0, "#tab-findings"),
    "shown": trained({**FLOWER, "initializer": "zeros"}, 300, "#tab-findings", ".remedies button"),
    "graph-arrays": trained(DIGITS, 60, "#tab-graph"),
    "confusion": trained(DIGITS, 60, "#tab-confusion", '[data-key="cell:8:8"]'),
    "worst": trained(TUMOURS, 30, "#tab-confusion"),
    "farthest": trained(NUMBERS, 200, "#tab-confusion"),
    "distributions": trained(DEEP, 300, "#tab-distributions"),
    "comparison": compared,
    "what-if": trained(FLOWER, 0, "#tab-whatif"),
    "check": trained(FLOWER, 30, "#tab-check", "#check-now"),
    "settings": trained(FLOWER, 30, '[data-key="more"] summary'),
    "menu": trained(FLOWER, 0, "#export summary"),
    "table": uploaded,
    "refused": refused,
    "cats": cats(('[data-key="crumb:sample"]',)),
    "cats-layer": cats(('[data-key="layer:1"]',)),
    "cats-unit": cats(('[data-key="1:0"]',)),
    "cats-worst": cats(("#tab-confusion",)),
    "lessons": trained(FLOWER, 0, "#lessons"),
    "lesson": lesson("logistic"),
    "question": trained(FLOWER, 0, "#lessons", '[data-key="lesson:logistic"]', "#tour-next:not(:disabled)",
                        "#tour-next:not(:disabled)", '[data-key="option:0"]'),
}  # fmt: skip


def photograph(browser: Browser, address: str, folder: Path, part: str, kind: tuple[str, str, str]) -> None:
    """Write the pictures of all views in one language, width and theme, and their sheet."""
    language, size, theme = kind
    width, height = SIZES[size]
    viewport = {"width": width, "height": height}
    context = browser.new_context(
        viewport=viewport, color_scheme=theme, locale=LANGUAGES[language], reduced_motion="reduce"
    )
    page = context.new_page()
    page.on("console", lambda line: print(line.text, file=sys.stderr) if line.type in ("error", "warning") else None)
    page.goto(address)
    page.wait_for_selector(".unit")
    paths = []
    for name, show in VIEWS.items():
        if part not in name:
            continue
        page.reload()
        page.wait_for_selector(".unit")
        page.evaluate("import('/page/store.js').then((found) => { window.store = found.store; })")
        try:
            show(page)
        except Exception as error:  # the others are still to be seen
            print(f"{name}, {'-'.join(kind)}: {str(error).splitlines()[0]}", file=sys.stderr)
        page.wait_for_timeout(700)
        paths.append(folder / f"{name}-{'-'.join(kind)}.png")
        page.screenshot(path=str(paths[-1]), full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            print(f"{paths[-1].name}: {wide} pixels wide", file=sys.stderr)
    context.close()
    sheet(paths, folder / f"sheet-{'-'.join(kind)}.png")


def sheet(paths: list[Path], path: Path) -> None:
    """Write small pictures of all beside each other."""
    seen = []
    for each in paths:
        with Image.open(each) as picture:
            seen.append(picture.convert("RGB").resize((THUMBNAIL, THUMBNAIL * picture.height // picture.width)))
    columns = [seen[k::5] for k in range(5)]
    high = max(sum(picture.height + 8 for picture in column) for column in columns)
    whole = Image.new("RGB", (5 * (THUMBNAIL + 8), high), "grey")
    for k, column in enumerate(columns):
        y = 0
        for picture in column:
            whole.paste(picture, (k * (THUMBNAIL + 8), y))
            y += picture.height + 8
    whole.save(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("part", nargs="?", default="")
    parser.add_argument("--cats", type=Path)
    parser.add_argument("--kind", default="", help="such as en-wide-light, or a part of it")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    data = [str(given.cats)] if given.cats else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for kind in product(LANGUAGES, SIZES, THEMES):
            if given.kind not in "-".join(kind):
                continue
            command = [sys.executable, "-m", "glassnet", "studio", *data, "--no-browser", "--lang", kind[0]]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
                assert served.stdout is not None
                try:
                    address = re.findall(r"http\S+", served.stdout.readline())[0]
                    photograph(chromium, address, given.folder, given.part, kind)
                finally:
                    served.terminate()
        chromium.close()
