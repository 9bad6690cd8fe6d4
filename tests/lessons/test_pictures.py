"""The pictures of experiments: no text covers another or leaves the figure, nothing is cut, in both languages."""

import re
import warnings
import xml.etree.ElementTree as ET
from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from glassnet import lessons, plots
from glassnet.lessons.experiment import Picture, bars
from glassnet.lessons.result import Result
from glassnet.plots import of_lessons
from glassnet.plots.of_experiments import experiment
from glassnet.plots.style import clear_legend
from glassnet.plots.words import chinese_font, letters
from glassnet.report.blocks import Drawing
from glassnet.report.drawing import draw_svg

LINE = Picture("lines", "Cost", {"series": {"J": (None, [3.0, 2.0, 1.0])}})
WITHOUT_DATA = [name for name, entry in lessons.EXPERIMENTS.items() if not entry.needs_data]


@pytest.fixture(scope="module")
def results():
    """Return a function that runs an experiment at the reduced size with two seeds, once for all tests."""
    known = {}

    def result(name):
        if name not in known:
            known[name] = lessons.run(name, size="small", seeds=2)
        return known[name]

    return result


def box(text):
    return text.get_window_extent(text.figure.canvas.get_renderer())


def shown(axis):
    """Return the labels of the ticks that lie on an axis."""
    low, high = sorted(axis.get_view_interval())
    ticks = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    return [tick.label1 for tick in ticks if tick.label1.get_text()]


def drawn(ax):
    figure = ax.figure
    figure.set_canvas(FigureCanvasAgg(figure))
    figure.canvas.draw()
    return figure


@pytest.mark.parametrize("name", WITHOUT_DATA)
def test_no_text_covers_another_or_leaves_the_figure(name, results):
    places = experiment(results(name))
    figure = drawn(places[0])
    heads = [box(ax._left_title) for ax in places]
    assert not [pair for pair in combinations(heads, 2) if pair[0].overlaps(pair[1])]
    for ax in places:
        for axis in (ax.xaxis, ax.yaxis):
            labels = [box(label) for label in shown(axis)]
            assert not [pair for pair in combinations(labels, 2) if pair[0].overlaps(pair[1])]
            assert not any(label.overlaps(box(axis.label)) for label in labels if axis.label.get_text())
        for text in (ax._left_title, ax.xaxis.label, ax.yaxis.label, *ax.texts):
            if text.get_text():
                x0, y0, x1, y1 = box(text).extents
                assert x0 >= -1, text
                assert y0 >= -1, text
                assert x1 <= figure.bbox.width + 1, text
                assert y1 <= figure.bbox.height + 1, text


@pytest.mark.parametrize("name", WITHOUT_DATA)
def test_every_picture_is_drawn_in_both_languages(name, results):
    for picture in results(name).to_document()["pictures"]:
        en, zh = (draw_svg(Drawing(picture["kind"], picture["data"], picture["title"]), lang) for lang in ("en", "zh"))
        for svg in (en, zh):
            ET.fromstring(svg)
        numbers = [sorted(re.findall(r">(-?[\d.]+)</text>", svg)) for svg in (en, zh)]
        assert numbers[0] == numbers[1]


@pytest.mark.parametrize("name", WITHOUT_DATA)
def test_every_picture_speaks_chinese(name, results):
    """All but letters of formulas, names of functions and code is Chinese, in the titles, axes and legends."""
    result = results(name)
    with letters("zh"):
        places = experiment(result, lang="zh")
        drawn(places[0])
    heads = [text.get_text() for ax in places for text in (ax._left_title, ax.xaxis.label, ax.yaxis.label)]
    for text in (places[0].figure.get_suptitle(), *heads):
        assert not re.search(r"\b(?!tanh|relu|leaky|sigmoid|log|RMSE|softplus)[A-Za-z]{3,}", text), text


@pytest.mark.needs("Chinese letters")
def test_chinese_letters_are_drawn_where_a_font_has_them(results):
    font = chinese_font()
    with letters("zh"):
        ax = experiment(results("symmetry"), lang="zh")[0]
        assert font in ax._left_title.get_fontfamily()
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # "Glyph missing from font"
            drawn(ax)


def test_no_legend_covers_a_line(results):
    """Of lines that fill the picture, the axis gets room for the legend above them."""
    noise = np.random.default_rng(0).uniform(0, 1, (3, 200))
    ax = plots.lines({name: (None, values) for name, values in zip("abc", noise, strict=True)})
    figure = drawn(ax)
    clear_legend(ax)
    drawn(ax)
    legend = ax.get_legend().get_window_extent(figure.canvas.get_renderer())
    points = ax.lines[0].get_transform().transform(ax.lines[0].get_xydata())
    assert not any(legend.contains(*point) for point in points)
    assert ax.get_ylim()[1] > 1.2


def test_captions_below_pictures_do_not_meet():
    pictures = np.zeros((10, 64, 64, 3), np.uint8)
    names = [f"{31 + k}: non-cat\n{10 + k}%" for k in range(10)]
    shown = Picture("images", "Most wrong", {"pictures": pictures, "columns": 5, "titles": names})
    result = Result("cats", "Cats", "", (), (), (LINE, LINE, shown), (), (1,), "full")
    place = experiment(result)[2]
    drawn(place)
    boxes = [box(text) for text in place.texts]
    assert len(boxes) == 10
    assert not [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]


def test_whiskers_go_from_lowest_to_highest():
    values = np.array([1.0, 2.0, 9.0])
    picture = bars("", {"a": values}, "x")
    ends = picture.data["spread"]["a"]
    assert ends == (1.0, 9.0)
    ax = plots.bars(**picture.data)
    whisker = next(each for each in ax.containers if hasattr(each, "patches")).errorbar.lines[2][0]
    np.testing.assert_allclose(whisker.get_segments()[0][:, 0], [1.0, 9.0])
    assert ax.patches[0].get_width() == values.mean()


def test_relu_goes_on_rising(results):
    g = results("activations").pictures[0].data["series"]
    z, values = g["relu"]
    np.testing.assert_allclose(values, np.maximum(z, 0))
    z, values = g["tanh"]
    np.testing.assert_allclose(values, np.tanh(z))


def test_what_diverges_leaves_the_picture(results):
    deep_relu = experiment(results("initial-scale"))[2]
    assert deep_relu.get_ylim()[1] <= 10
    assert any("diverges at step" in text.get_text() for text in deep_relu.get_legend().get_texts())


def test_units_are_evenly_spaced(results):
    ax = experiment(results("hidden-units"))[0]
    assert ax.get_xscale() == "linear"
    assert [text.get_text() for text in ax.get_xticklabels()] == ["1", "2", "3", "4", "5"]


def test_of_lines_that_cover_each_other_the_upper_one_is_dashed():
    ax = plots.lines({"a": (None, [1, 2, 3, 9]), "b": (None, [1, 2, 3, 9]), "c": (None, [9, 1, 2, 3])})
    assert [line.get_linestyle() for line in ax.lines] == ["-", "--", "-"]


def test_logarithmic_axes_name_their_ticks():
    ax = plots.lines({"a": ([20, 60, 200, 2000], [0.2, 0.3, 0.5, 0.9])}, points=True, log_x=True, log_y=True)
    drawn(ax)
    assert [label.get_text() for label in shown(ax.xaxis)] == ["20", "60", "200", "2,000"]
    assert [label.get_text() for label in shown(ax.yaxis)] == ["0.2", "0.5"]
    assert not [text for text in ax.get_yticklabels(minor=True) if text.get_text()]


def test_blocks_name_what_flows_and_what_is_kept():
    words = [text.get_text() for text in of_lessons.blocks(["relu", "sigmoid"], sizes=[3, 4, 1]).texts]
    together = " ".join(words)
    for word in (
        "LINEAR\nRELU",
        "LINEAR\nSIGMOID",
        "dA[1]",
        "dA[2]",
        "dW[1] db[1]",
        "dW[2] db[2]",
        "A[1]\n4 x m",
        "Z[2]",
    ):
        assert word in together


def test_a_column_shows_the_first_and_last_numbers_of_its_picture():
    picture = np.arange(60, dtype=np.uint8).reshape(5, 4, 3)
    ax = of_lessons.unrolled(picture, picture.ravel(), planes=["picture", "red", "green", "blue", "column"])
    words = [text.get_text() for text in ax.texts]
    assert words.count("0") == 2  # once on its plane, once in the column
    assert {"59", "60", "column"} <= set(words)
    assert len(ax.images) == 4


def test_listings_stand_side_by_side():
    ax = of_lessons.listings({"loop": "for i in x:\n    y += i", "sum": "y = x.sum()"})
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert places["loop"][1] == places["sum"][1]
    assert places["sum"][0] > places["loop"][0]
    assert places["    y += i"][1] > places["for i in x:"][1]
