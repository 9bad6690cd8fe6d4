"""Files and folders given to the page are trained on or refused in one line; samples are listed as pictures or rows."""

import csv
import re

import h5py
import numpy as np
import pytest
from PIL import Image

NEW_RUN = "(store, run) => store.state.run !== run && store.state.spec.source.name === 'table'"


def write_pictures(folder, shades, m=8):
    """Write pictures of one shade each into a folder for each class."""
    rng = np.random.default_rng(0)
    for name, shade in shades.items():
        (folder / name).mkdir(parents=True)
        for i in range(m):
            image = (shade + rng.integers(-20, 20, (16, 24, 3))).clip(0, 255).astype(np.uint8)
            Image.fromarray(image).save(folder / name / f"{i}.png")


def give(shown, field, files):
    """Give files to the page, and wait for their run."""
    run = shown.state["run"]
    shown.page.locator(field).set_input_files(files)
    shown.until(NEW_RUN, run)


def test_a_folder_of_pictures_is_packed_trained_on_and_seen(shown, tmp_path):
    write_pictures(tmp_path / "sky", {"day": 200, "night": 50})
    (tmp_path / "sky" / "day" / "broken.png").write_bytes(b"no picture")
    (tmp_path / "sky" / ".hidden").write_bytes(b"")
    give(shown, "#folder", tmp_path / "sky")
    page, state = shown.page, shown.state
    assert (state["sizes"][0], state["classes"]) == (12288, ["day", "night"])
    assert page.inner_text(".classes").split() == ["day", "8", "night", "8"]
    assert page.locator(".classes .swatch").count() == 2
    assert "broken.png" in page.inner_text(".notes")
    canvas = page.locator(".unit.picture canvas")
    page.wait_for_function("() => document.querySelector('.unit.picture canvas').width === 64")
    assert canvas.evaluate("(canvas) => canvas.getContext('2d').getImageData(5, 5, 1, 1).data[0]") > 150
    page.click("#tab-confusion")
    page.locator(".confusion td button").filter(has_not_text=re.compile("^0$")).first.click()
    page.wait_for_selector('.confusion [aria-pressed="true"]')
    page.locator(".thumbnails button").first.click()
    page.wait_for_selector(".sample-view")


def test_one_class_is_refused_in_one_line(browsing, tmp_path):
    shown = browsing(errors=1)
    write_pictures(tmp_path / "sky", {"day": 200})
    before = shown.state["run"]
    shown.page.locator("#folder").set_input_files(tmp_path / "sky")
    shown.page.wait_for_function("() => document.body.innerText.includes('expected 2 to 200 classes')")
    assert shown.state["run"] == before


def test_two_files_of_arrays_come_as_training_and_test(shown, tmp_path):
    rng = np.random.default_rng(0)
    for part, m in (("train", 30), ("test", 10)):
        with h5py.File(tmp_path / f"{part}_set.h5", "w") as file:
            file[f"{part}_set_x"] = rng.integers(0, 256, (m, 8, 8, 3), dtype=np.uint8)
            file[f"{part}_set_y"] = np.arange(m) % 2
    give(shown, "#file", sorted(tmp_path.iterdir()))
    assert (shown.state["m_train"], shown.state["m_test"]) == (30, 10)
    assert shown.page.locator("#field-test_share").count() == 0
    assert "came with the data" in shown.page.inner_text("#data")


def test_the_worst_rows_are_listed_with_their_cells(shown, tmp_path):
    path = tmp_path / "t.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "b", "y"])
        writer.writerows([i, ["red", "green"][i % 2], ["no", "yes"][i * 7 % 5 > 2]] for i in range(60))
    give(shown, "#file", path)
    page = shown.page
    page.click("#tab-confusion")
    page.wait_for_selector(".rows tbody tr")
    assert page.locator(".rows thead th").all_inner_texts() == ["Sample", "Label", "Answer", "a", "b"]
    i = int(page.inner_text(".rows tbody th button >> nth=0"))
    cells = page.locator(".rows tbody tr").first.locator("td").all_inner_texts()
    assert cells[2:] == [str(i), ["red", "green"][i % 2]]
    page.locator(".rows tbody th button").first.press("Enter")
    page.wait_for_selector(".sample-view")
    shown.until("(store, i) => store.sample === i", i)


def test_of_numbers_the_farthest_off_are_listed(shown):
    shown.begin({"source": {"name": "typed", "m": 40}})
    shown.page.click("#tab-confusion")
    shown.page.wait_for_selector(".rows tbody tr")
    errors = np.abs(shown.session.net.forward(shown.session.data.X) - shown.session.data.Y)[0]
    shown_first = int(shown.page.inner_text(".rows tbody th button >> nth=0"))
    assert errors[shown_first] == pytest.approx(errors.max())
