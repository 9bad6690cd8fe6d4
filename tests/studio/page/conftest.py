"""The studio's page in Chromium: opened with its token, watched for errors of its console."""

import pytest

from needs import browser as path_of_browser
from needs import need

FEW = {"source": {"name": "moons", "m": 60}, "hidden": [{"units": 3, "activation": "tanh"}]}  # quick to train


class Shown:
    """A page, and the studio that serves it."""

    def __init__(self, page, client):
        self.page, self.client, self.errors = page, client, []
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda line: self.errors.append(line.text) if line.type in ("error", "warning") else None)

    def open(self, address=None):
        """Open an address, by default with the token, and wait for the network."""
        self.page.goto(address or f"http://127.0.0.1:{self.client.port}/?token={self.client.studio.token}")
        self.page.wait_for_selector(".unit")
        return self

    @property
    def state(self):
        """What the page knows of its run."""
        return self.page.evaluate("import('/page/store.js').then((found) => found.store.state)")

    @property
    def session(self):
        """The run itself."""
        return self.client.studio.runs[self.state["run"]].session

    def begin(self, spec):
        """Start a run as the address of the page does, and wait for it."""
        before = self.state["run"]
        self.page.evaluate("(spec) => import('/page/run.js').then((found) => found.begin(spec))", spec)
        self.until("(store, before) => store.state.run !== before", before)
        return self

    def until(self, condition, given=None):
        """Wait until a condition of the page's store and what is given holds."""
        self.page.evaluate("import('/page/store.js').then((found) => { window.store = found.store; })")
        self.page.wait_for_function(f"(given) => ({condition})(window.store, given)", arg=given)

    def press(self, name, iteration):
        """Press a button of the training, and wait for an iteration."""
        self.page.click(f"#act-{name}")
        self.until("(store, given) => store.state.iteration === given", iteration)


@pytest.fixture(scope="package")
def chromium():
    need("playwright")
    need("a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path_of_browser(), args=["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"]
        )
        yield started
        started.close()


@pytest.fixture
def browsing(chromium, client):
    """Return a function that opens the page in a window of its own; at the end no console may have an error."""
    opened = []

    def browse(address=None, *, errors=0, **settings):
        settings = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", **settings}
        context = chromium.new_context(**settings)
        shown = Shown(context.new_page(), client).open(address)
        opened.append((context, shown, errors))
        return shown

    yield browse
    for context, shown, errors in opened:
        context.close()
        assert len(shown.errors) == errors, shown.errors


@pytest.fixture
def shown(browsing):
    """Return the page with a network that trains quickly."""
    return browsing().begin(FEW)
