"""The page is usable by all: in two languages, light and dark, on small screens, by keyboard."""

import re
import tomllib

import pytest

from needs import need
from shared import ROOT

PAGE = ROOT / "src" / "glassnet" / "studio" / "page"
TEXTS = {
    english: chinese
    for name in ("words.zh.toml", "server.zh.toml")
    for english, chinese in tomllib.loads((PAGE.parent / name).read_text("utf-8")).items()
}
SUFFIXES = {"python": ".py", "model": ".glassnet", "svg": ".svg", "report": ".html"}
QUOTED = r'"((?:[^"\\]|\\.)*)"'


def said():
    """Yield every text that the page looks up in the table."""
    for path in sorted(PAGE.glob("*.js")):
        text = path.read_text("utf-8")
        for call in re.finditer(rf"\bt\(\s*(?:[^\"()]*\? )?{QUOTED}(?: : {QUOTED})?", text):
            yield from filter(None, call.groups())
        yield from re.findall(rf'"data-t(?:-label)?": {QUOTED}', text)
    yield from re.findall(rf"data-t(?:-label)?={QUOTED}", (PAGE / "index.html").read_text("utf-8"))
    lessons = (PAGE / "lessons.js").read_text("utf-8")
    yield from re.findall(rf"(?:title|text):\s*{QUOTED}", lessons)
    yield "Check the network"
    for rows in re.findall(r"options: \[(.*?)\]", lessons, re.DOTALL):
        yield from re.findall(QUOTED, rows)


def test_every_text_of_the_page_has_its_chinese():
    found = {text for text in said() if re.search("[A-Za-z]", text)}
    assert len(found) > 100
    assert found - set(TEXTS) == set()


def test_no_script_stands_in_the_page_and_nothing_comes_from_elsewhere():
    html = (PAGE / "index.html").read_text("utf-8")
    assert re.findall(r"<script[^>]*>", html) == ['<script type="module" src="/page/main.js">']
    assert not re.search(r"\son\w+=|style=", html)
    for path in PAGE.iterdir():
        assert re.findall(r"https?://[^\s'\"`]+", path.read_text("utf-8").replace("http://www.w3.org/", "")) == [], path


def test_the_language_is_switched_on_the_page(shown):
    page = shown.page
    page.click("#language")
    page.wait_for_function("() => document.documentElement.lang === 'zh-CN'")
    assert page.inner_text("#data h2 >> nth=0") == "数据"
    assert page.get_attribute("#play", "aria-label") == "播放"
    page.reload()
    page.wait_for_selector(".unit")
    assert page.inner_text("#lessons") == "课程"
    page.click("#language")
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    assert page.inner_text("#lessons") == "Lessons"


def test_classes_and_features_of_data_that_come_with_the_studio_are_named_in_chinese(browsing):
    shown = browsing(locale="zh-CN")
    shown.begin({"source": {"name": "clusters", "m": 60}})
    assert shown.page.locator(".classes .name").all_inner_texts() == ["团 1", "团 2", "团 3"]
    shown.begin({"source": {"name": "digits"}, "hidden": []})
    assert shown.page.locator("#axis-0 option").first.inner_text() == "第 1 行第 1 列"
    assert shown.page.evaluate("import('/page/words.js').then((found) => found.t('From 0 up to'))") == "从 0 到"


def test_a_browser_that_speaks_chinese_gets_chinese(browsing):
    assert browsing(locale="zh-CN").page.inner_text("#lessons") == "课程"


def test_a_reloaded_page_shows_the_same_run(shown):
    shown.press("step", 1)
    run = shown.state["run"]
    shown.page.reload()
    shown.page.wait_for_selector(".unit")
    assert (shown.state["run"], shown.state["iteration"]) == (run, 1)


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_is_wider_than_the_screen(browsing, width):
    page = browsing(viewport={"width": width, "height": 844}).page
    page.wait_for_selector(".terms")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for tab in ("whatif", "findings", "confusion", "comparison", "distributions", "graph", "check"):
        page.click(f"#tab-{tab}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, tab
    tabs = "document.querySelector('.tabs')"
    assert page.evaluate(f"{tabs}.scrollWidth") <= page.evaluate(f"{tabs}.clientWidth")


COVERED = """async () => {
  const found = [];
  for (const each of document.querySelectorAll("button, input, select, summary, a[href]:not(.skip), [role=button]")) {
    if (each.disabled || !each.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    each.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
    await new Promise(requestAnimationFrame);
    if (!each.isConnected) continue;
    const {x, y, width, height} = each.getBoundingClientRect();
    const hit = document.elementFromPoint(x + width / 2, y + height / 2);
    if (width && height && !each.contains(hit) && !each.closest("label")?.contains(hit))
      found.push(`${each.dataset.key || each.id || each.textContent}: ${hit?.className || hit?.tagName}`);
  }
  return found;
}"""


@pytest.mark.parametrize(
    ("name", "layers", "width"), [("moons", 3, 1280), ("moons", 8, 390), ("digits", 0, 390), ("digits", 4, 1280)]
)
def test_every_control_can_be_pointed_at(browsing, name, layers, width):
    shown = browsing(viewport={"width": width, "height": 720}, reduced_motion="reduce")
    hidden = [{"units": 12, "activation": "relu"}] * layers
    shown.begin({"source": {"name": name}, "hidden": hidden})
    shown.page.click("[data-key=more] summary")
    shown.page.wait_for_timeout(500)
    assert shown.page.evaluate(COVERED) == []
    for tab in ("findings", "confusion", "comparison", "distributions", "graph", "check"):
        shown.page.click(f"#tab-{tab}")
        shown.page.wait_for_timeout(200)
        assert (
            shown.page.evaluate(
                COVERED.replace("document.querySelectorAll(", "document.getElementById('below').querySelectorAll(")
            )
            == []
        )


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_rule_of_wcag_aa_is_broken(browsing, scheme, width):
    need("axe_playwright_python")
    from axe_playwright_python.sync_playwright import Axe

    shown = browsing(color_scheme=scheme, viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page = shown.page
    page.wait_for_selector(".terms")
    found = {}
    for click, shows in (
        ('[data-key="more"] summary', "#field-initializer"),
        ('[data-key="1:0"]', ".terms"),
        ('[data-key="layer:1"]', ".layer-view .heat"),
        ('[data-key="crumb:sample"]', ".flow .heat"),
        ("#act-part", ".part.forward"),
        ("#tab-findings", ".insight p"),
        ("#tab-check", "#check-now"),
        ("#tab-confusion", ".confusion td button"),
        (".confusion td button >> nth=0", ".rows tbody tr"),
        ("#tab-distributions", ".histogram"),
        ("#tab-graph", ".nodes"),
        ("#tab-comparison", ".comparison"),
        (".comparison [data-key=keep]", ".runs"),
        ("#lessons", ".lessons"),
        (".lessons button >> nth=0", ".lesson"),
        ("#tour-next:not(:disabled)", "#tour-next"),
        ("#tour-next", ".options"),
        (".options button", ".verdict"),
        ("#export summary", "#export a"),
    ):
        page.click(click)
        page.wait_for_selector(shows)
        options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
        for each in Axe().run(page, options=options).response["violations"]:
            found[shows, each["id"]] = [(node["html"][:200], node["failureSummary"]) for node in each["nodes"]]
    assert found == {}


@pytest.mark.parametrize("kind", sorted(SUFFIXES))
def test_the_run_is_saved(shown, kind):
    shown.press("step", 1)
    shown.page.click("#export summary")
    with shown.page.expect_download() as waiting:
        shown.page.click(f'[data-kind="{kind}"]')
    path = waiting.value.path()
    assert path.stat().st_size > 100
    assert waiting.value.suggested_filename.endswith(SUFFIXES[kind])
