"""The studio beside a browser: how soon it is up, how fast it trains and draws, and what hours of use leave behind.

Networks 2-64-64-2 on a plane and 64-64-64-10 on handwritten digits train by Adam in batches of 64: by `Network.fit`
alone, in the studio with no page open, and with a page open in Chromium. Frames are counted where the page shows
another number of steps. Use is played by a script: several pages change data, layers and settings, train, look at
samples, units and confusions, and undo; after each round the server's memory, its open files and threads, and the
memory of the page are counted.

    python bench/studio.py [--seconds 10] [--minutes 0] [--pages 5]
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

HIDDEN = [{"units": 64, "activation": "relu"}] * 2
SETTINGS = {"optimizer": "adam", "learning_rate": 1e-3, "batch_size": 64}
SPECS: dict[str, dict[str, Any]] = {
    "flower": {"source": {"name": "flower"}, "hidden": HIDDEN, "settings": SETTINGS},
    "digits": {"source": {"name": "digits"}, "hidden": HIDDEN, "settings": SETTINGS},
}
ITERATION = "document.querySelector('.figures dd')?.textContent"
COUNT = """() => { window.shown = 0; new MutationObserver(() => window.shown++)
  .observe(document.querySelector('.figures'), {childList: true, subtree: true, characterData: true}); }"""


@contextmanager
def studio() -> Iterator[tuple[subprocess.Popen[str], str, float]]:
    """Yield the process of `glassnet studio`, its address, and the seconds until it answered there."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "glassnet", "studio", "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"})
    assert process.stdout is not None
    address = ""
    for line in process.stdout:
        if found := re.search(r"http://\S+", line):
            address = found[0]
            break
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(address) as answer:
        assert answer.status == 200
    seconds = time.perf_counter() - began
    try:
        yield process, address, seconds
    finally:
        process.terminate()
        process.wait(20)


def ask(page: Any, method: str, path: str, body: Any = None) -> Any:
    """Ask the server as the page does; for what the page has no button for."""
    return page.evaluate(
        """async ([method, path, body]) => (await fetch(path, {method, body: body && JSON.stringify(body),
        headers: body ? {'Content-Type': 'application/json'} : {}})).json()""",
        [method, path, body],
    )


def rates(browser: Any, address: str, name: str, seconds: float) -> dict[str, float]:
    """Return steps a second alone, with no page and with one, and its frames a second."""
    import urllib.parse

    from glassnet.studio.session import Session
    from glassnet.studio.spec import complete

    session = Session(complete(SPECS[name]))
    session.net.fit(session.X, session.Y, iterations=2000, **session.fit_settings())
    began = time.perf_counter()
    session.net.fit(session.X, session.Y, iterations=20_000, **session.fit_settings())
    alone = 20_000 / (time.perf_counter() - began)

    page = browser.new_page()
    page.goto(address)
    page.wait_for_selector("#play")
    run = ask(page, "POST", "/api/runs", SPECS[name])["run"]
    page.evaluate("run => sessionStorage.setItem('run', run)", run)
    page.goto(urllib.parse.urljoin(address, "/"))
    page.wait_for_selector("#play")
    page.wait_for_timeout(1500)
    page.evaluate(COUNT)

    def steps_a_second() -> float:
        """Return the rate over some seconds of what the server has trained."""
        at = [(ask(page, "GET", f"/api/runs/{run}")["iteration"], time.perf_counter())]
        page.wait_for_timeout(1000 * seconds)
        at.append((ask(page, "GET", f"/api/runs/{run}")["iteration"], time.perf_counter()))
        return float((at[1][0] - at[0][0]) / (at[1][1] - at[0][1]))

    page.click("#play")
    page.wait_for_timeout(2000)
    page.evaluate("window.shown = 0")
    began = time.perf_counter()
    watched = steps_a_second()
    frames = page.evaluate("window.shown") / (time.perf_counter() - began)
    idle = browser.new_page()
    idle.goto(urllib.parse.urljoin(address, "/page/colors.js"))
    page.close()
    page = idle
    page.wait_for_timeout(500)
    unwatched = steps_a_second()
    ask(page, "POST", f"/api/runs/{run}/end", {})
    page.close()
    return {"alone": alone, "unwatched": unwatched, "watched": watched, "frames": frames}


def counted(process: subprocess.Popen[str]) -> dict[str, float]:
    """Return the memory in MB, open files and threads of a process."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    memory = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
    threads = int(re.search(r"Threads:\s+(\d+)", status)[1])  # type: ignore[index]
    return {"memory": memory, "files": len(list(Path(f"/proc/{process.pid}/fd").iterdir())), "threads": threads}


def use(page: Any, k: int) -> None:
    """Do what somebody does in some minutes: other data, another layer, training, looking, undoing."""
    page.bring_to_front()  # a browser draws the tabs behind once a second
    sources = page.eval_on_selector_all("#field-source-name option", "all => all.map(each => each.value)")
    usable = [each for each in sources if each in ("flower", "moons", "circles", "xor", "spiral", "digits")]
    page.select_option("#field-source-name", usable[k % len(usable)])
    page.wait_for_timeout(300)
    page.click("[data-key='insert:1']")
    page.wait_for_timeout(200)
    page.click("#play")
    for key in ("[data-key='1:0']", "#tab-findings", "#tab-confusion", "#tab-distributions", "#tab-glass"):
        page.click(key)
        page.wait_for_timeout(400)
    page.click("#play")
    for key in ("#act-step", "#act-part", "#act-part", "#act-epoch", "#act-reset"):
        page.click(key)
    page.click("[data-key='remove:1']")
    page.wait_for_timeout(200)
    page.keyboard.press("Control+z")
    page.wait_for_timeout(200)
    page.click("[data-key='remove:1']")
    page.wait_for_timeout(200)


def soak(browser: Any, process: subprocess.Popen[str], address: str, minutes: float, pages: int) -> None:
    """Print what is counted after each round of use by several pages."""
    opened = []
    for _ in range(pages):
        page = browser.new_page()
        page.errors = []
        page.on("pageerror", lambda error, page=page: page.errors.append(str(error)))
        page.goto(address)
        page.wait_for_selector("#play")
        opened.append(page)
    end, k, rounds = time.monotonic() + 60 * minutes, 0, []
    while time.monotonic() < end:
        for page in opened:
            use(page, k)
            k += 1
        heap = max(page.evaluate("performance.memory.usedJSHeapSize") for page in opened) / 2**20
        rounds.append({**counted(process), "page": heap, "errors": sum(len(page.errors) for page in opened)})
        print(f"  use {k:4}: " + ", ".join(f"{name} {value:.0f}" for name, value in rounds[-1].items()), flush=True)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10, help="for each rate")
    parser.add_argument("--minutes", type=float, default=0, help="of use that is played")
    parser.add_argument("--pages", type=int, default=5, help="that are open during it")
    asked = parser.parse_args()
    starts = []
    for _ in range(6):
        with studio() as (_, _, seconds):
            starts.append(seconds)
    print(f"up after {median(starts[1:]):.2f} s (median of 5; the first {starts[0]:.2f})")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, studio() as (process, address, _):
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        browser = chromium.new_context()  # its pages share the cookie
        for name in SPECS:
            found = rates(browser, address, name, asked.seconds)
            shares = (
                f"no page {found['unwatched'] / found['alone']:.2f}, a page {found['watched'] / found['alone']:.2f}"
            )
            print(
                f"{name}: {found['alone']:,.0f} steps a second alone; {shares}; {found['frames']:.1f} frames a second"
            )
        if asked.minutes:
            soak(browser, process, address, asked.minutes, asked.pages)
        chromium.close()


if __name__ == "__main__":
    main()
