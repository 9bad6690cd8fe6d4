"""A film is asked for on the page, followed, given up and kept; a saved network says how it is opened."""

import io

import numpy as np
import pytest
from PIL import Image

from glassnet.studio import film as films


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_a_film_is_made_and_kept(shown, kind, monkeypatch):
    monkeypatch.setattr(films, "PICTURES", 4)
    page = shown.page
    shown.press("step", 1)
    page.click("#export summary")
    page.click(f'[data-film="{kind}"]')
    page.wait_for_selector(f'.film a[data-kind="{kind}"]')
    with page.expect_download() as waiting:
        page.click(".film a")
    assert waiting.value.suggested_filename.endswith(f".{kind}")
    assert Image.open(io.BytesIO(waiting.value.path().read_bytes())).size == (800, 450)
    page.click('.film [data-key="end"]')
    page.wait_for_selector(".film", state="hidden")


def test_a_film_is_followed_and_given_up_by_keyboard(shown):
    page = shown.page
    page.click("#act-epoch")
    shown.until("(store) => store.state.iteration > 0")
    for iteration in range(2, 12):
        shown.press("step", iteration)
    page.focus("#export summary")
    page.keyboard.press("Enter")
    page.focus('[data-film="webp"]')
    page.keyboard.press("Enter")
    page.wait_for_selector(".film progress")
    page.focus('.film [data-key="end"]')
    page.keyboard.press("Enter")
    page.wait_for_selector(".film", state="hidden")
    assert shown.session.film.join(60)
    assert shown.session.film.file is None


def test_the_menu_of_files_fits_a_small_screen(browsing):
    page = browsing(viewport={"width": 390, "height": 800}).page
    page.click("#export summary")
    box = page.locator("#export ul").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_a_film_of_nothing_is_refused_in_one_line(browsing):
    shown = browsing(errors=1)  # the console tells of the answer 422
    page = shown.page
    page.click("#export summary")
    page.click('[data-film="gif"]')
    page.wait_for_selector("#message:has-text('nothing was trained yet')")


def test_a_saved_network_says_how_it_is_opened_elsewhere(shown, tmp_path, monkeypatch):
    page = shown.page
    shown.press("step", 1)
    page.click("#export summary")
    with page.expect_download() as waiting:
        page.click('[data-kind="model"]')
    waiting.value.save_as(tmp_path / waiting.value.suggested_filename)
    python, shell = page.locator("#snippet code").all_inner_texts()
    assert shell == f"glassnet studio {waiting.value.suggested_filename}"
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(python, names)
    assert np.array_equal(names["net"].vector, shown.session.net.vector)
    page.click('#snippet [data-key="close"]')
    page.wait_for_selector("#snippet", state="hidden")
