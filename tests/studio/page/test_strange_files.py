"""Files as people have them, given to the page: names of columns do nothing, what is refused is mended."""

import csv
import random

import pytest

from glassnet.studio.opening import opened

NEW_RUN = "(store, run) => store.state.run !== run && store.state.spec.source.name === 'table'"
WRONG = r"\bundefined\b|\bNaN\b|\[object|\bnull\b|native code"


def write(path, header, columns):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(zip(*columns, strict=True))
    return path


def give(shown, field, path):
    """Give a file to the page, and wait for its run."""
    run = shown.state["run"]
    shown.page.locator(field).set_input_files(path)
    shown.until(NEW_RUN, run)


@pytest.fixture
def columns():
    rng = random.Random(0)
    ages = [rng.randint(18, 80) for _ in range(60)]
    kinds, prices, answers = (
        [rng.choice(each) for _ in range(60)] for each in ("abc", [1.5, 2.5, 7.25], ["no", "yes"])
    )
    return [ages, kinds, prices, answers]


@pytest.mark.parametrize(
    "header",
    [
        ["__proto__", "constructor", "toString", "length"],
        ["a.b", "a[0]", "<img src=x onerror=alert(1)>", "y\"'`"],
        ["line\nbreak", 'he said "x"', "p" * 3000, "العمر 😀"],
    ],
)
def test_columns_of_any_name_are_shown_and_said_to_be_something(shown, tmp_path, columns, header):
    give(shown, "#file", write(tmp_path / "t.csv", header, columns))
    page = shown.page
    assert shown.state["spec"]["source"]["target"] == header[3]
    page.locator("[data-key=columns] summary").click()
    for name in header[:2]:
        run = shown.state["run"]
        page.locator("[data-key=columns] select").nth(header.index(name)).select_option("drop")
        shown.until(NEW_RUN, run)
        assert page.locator("[data-key=columns] select").nth(header.index(name)).input_value() == "drop"
    assert list(shown.session.spec["source"]["columns"].values()) == ["drop", "drop"]
    for tab in page.locator("[role=tab]").all():
        tab.click()
        assert page.evaluate(f"() => document.body.innerText.match(/{WRONG}/)") is None
    address = page.evaluate("import('/page/address.js').then((found) => found.readAddress())")
    assert address == shown.state["spec"]


@pytest.mark.parametrize("header", [["constructor", "toString", "__proto__", "y"], ["z", "2021", "2020", "y"]])
def test_a_model_of_such_columns_is_asked_what_if(shown, tmp_path, columns, header):
    give(shown, "#file", write(tmp_path / "t.csv", header, columns))
    page = shown.page
    page.select_option("#field-table-preset", "fast")
    page.click("#fit-start")
    page.wait_for_selector("#prediction")
    first = page.input_value("[data-cell] >> nth=0")
    assert float(first) == columns[0][0]
    page.fill(f'[data-cell="{header[0]}"]', "33")
    page.wait_for_selector(".cell.changed")
    assert page.locator(".cell.changed").count() == 1
    assert page.evaluate(f"() => document.body.innerText.match(/{WRONG}/)") is None


def test_inputs_stand_in_the_order_of_the_columns_also_where_these_are_years(shown, tmp_path, columns):
    _, _, prices, answers = columns
    numbers = [columns[0], prices, list(range(60))]
    give(shown, "#file", write(tmp_path / "t.csv", ["z", "2021", "2020", "y"], [*numbers, answers]))
    shown.page.click("#tab-confusion")
    shown.page.locator(".rows tbody th button").first.press("Enter")
    shown.page.wait_for_selector(".sample-view [data-feature='0'] th")
    names = [each.inner_text() for each in shown.page.locator("[data-feature] th").all()]
    assert names == shown.state["features"]


def test_a_table_that_is_refused_at_first_is_mended_where_that_is_said(browsing, tmp_path, columns):
    shown = browsing(errors=2)
    page, run = shown.page, shown.state["run"]
    days = [f"20{i % 24:02d}-{i % 12 + 1:02d}-{i % 28 + 1:02d}" for i in range(60)]
    large = [1e300 * price for price in columns[2]]
    path = write(tmp_path / "t.csv", ["day", "age", "kind", "large"], [days, *columns[:2], large])
    page.locator("#file").set_input_files(path)
    refused = "(said) => document.querySelector('#field-source-target-error')?.innerText.includes(said)"
    page.wait_for_function(refused, arg="divide target by a constant")
    assert page.locator("#field-source-target").get_attribute("aria-invalid") == "true"
    page.select_option("#field-source-target", "day")
    page.wait_for_function(refused, arg="holds dates")
    assert shown.state["run"] == run
    page.select_option("#field-source-target", "kind")
    shown.until(NEW_RUN, run)
    assert shown.state["classes"] == ["a", "b", "c"]
    assert page.input_value("#field-source-name") == "table"
    assert page.inner_text("#field-source-target-error") == ""


def test_a_table_of_the_shell_that_is_refused_is_mended_on_the_page(client, browsing, tmp_path, columns):
    path = write(tmp_path / "t.csv", ["age", "kind", "same"], [*columns[:2], ["x"] * 60])
    client.studio.first = opened(client.studio.tables, path, None, "same")
    shown = browsing()
    page, run = shown.page, shown.state["run"]
    page.wait_for_function("() => document.body.innerText.includes('expected 2 to 200 classes')")
    page.select_option("#field-source-target", "kind")
    shown.until(NEW_RUN, run)
    assert shown.state["classes"] == ["a", "b", "c"]
