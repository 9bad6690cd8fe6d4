"""Pictures in a report: words of the user's stay as they are, and a small SVG draws what matplotlib's own does."""

import io
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG

from glassnet import plots
from glassnet.report.blocks import Drawing
from glassnet.report.drawing import draw_svg
from glassnet.report.svg import compact
from glassnet.texts import translated

WORDS = ["recall", "linear", "train", "threshold", "share", "epoch", "survived"]  # of a user's; also rows of our tables
NUMBERS = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
SVG = "{http://www.w3.org/2000/svg}"


def texts_of(svg):
    return [
        re.sub(r"\s*\n\s*", "", "".join(each.itertext()))
        for each in ET.fromstring(svg).iter()
        if each.tag.rpartition("}")[2] == "text"
    ]


@pytest.fixture(scope="module")
def answers():
    rng = np.random.default_rng(0)
    return np.array(WORDS)[rng.integers(0, len(WORDS), 300)], rng.dirichlet(np.ones(len(WORDS)), 300)


def test_classes_named_like_our_own_words_stay_as_they_are(answers):
    assert sum(translated(word, "zh") != word for word in WORDS) >= 3
    y, P = answers
    drawing = Drawing("cumulative_gains", {"y": y, "probabilities": P, "labels": WORDS}, "")
    written = texts_of(draw_svg(drawing, "zh"))
    assert set(WORDS) <= set(written)
    assert "随机抽取" in "".join(written)  # our own words are Chinese beside them
    assert "rows drawn at random" in texts_of(draw_svg(drawing, "en"))


@pytest.mark.parametrize(
    ("function", "data"),
    [
        ("bars", {"values": dict.fromkeys(WORDS, 1.0), "x": "epoch"}),
        ("matrix", {"M": np.eye(len(WORDS)), "rows": WORDS, "columns": WORDS}),
        ("images", {"pictures": np.ones((len(WORDS), 2, 2, 3)), "titles": WORDS}),
    ],
)
def test_columns_and_classes_beside_bars_and_cells_stay_as_they_are(function, data):
    written = texts_of(draw_svg(Drawing(function, data, "", of_user_data=True), "zh"))
    assert set(WORDS) <= set(written)
    if "x" in data:
        assert translated("epoch", "zh") in written


def test_names_of_series_that_are_ours_are_translated():
    drawing = Drawing("lines", {"series": {"test": ([1, 2], [1, 2]), "recall": ([1, 2], [3, 4])}}, "")
    assert translated("recall", "zh") in texts_of(draw_svg(drawing, "zh"))


# ---------------------------------------------------------------- compact SVG
def whole_and_small(function, data):
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "test"}):
        file = io.StringIO()
        FigureCanvasSVG(getattr(plots, function)(**data).figure).print_svg(file, metadata={"Date": None})
    return file.getvalue(), compact(file.getvalue())


def drawn(svg):
    """Return every path and marker: its kind, what it is filled and drawn with, and its numbers."""
    found = []

    def walk(element, style):
        own = re.sub(r"\s|font-family[^;]*;?", "", element.attrib.get("style", ""))
        style = {**style, **dict(part.split(":") for part in own.split(";") if part)}
        kind = element.tag.rpartition("}")[2]
        if kind in ("path", "use", "text"):
            places = " ".join(element.attrib.get(name, "") for name in ("d", "x", "y", "transform"))
            places = re.sub(r"rotate\(-?0( [^)]*)?\)", "", places)
            found.append((kind, style, [float(each) for each in NUMBERS.findall(places)]))
        for child in element:
            walk(child, style)

    walk(ET.fromstring(svg[svg.index("<svg") :]), {})
    return found


def cases():
    rng = np.random.default_rng(1)
    along = np.linspace(0, 1, 300)
    yield "lines", {"series": {"a": (along, along**2, 0.1), "b": (along, rng.normal(size=300))}, "log_x": True}
    yield "prediction_error", {"y": rng.normal(size=700), "predictions": rng.normal(size=700)}
    yield "calibration_curve", {"y": rng.random(200) > 0.5, "probability": rng.random(200)}
    yield "bars", {"values": {"$a$": 1.0, "<b>": -2.0}, "spread": {"$a$": 0.1}}
    yield "images", {"pictures": rng.random((6, 4, 4)), "titles": ["a  b"] * 6}


@pytest.mark.parametrize(("function", "data"), list(cases()), ids=lambda value: value if isinstance(value, str) else "")
def test_a_small_picture_draws_the_same(function, data):
    whole, small = whole_and_small(function, data)
    for theirs, ours in zip(drawn(whole), drawn(small), strict=True):
        assert theirs[0] == ours[0]
        np.testing.assert_allclose(theirs[2], ours[2], atol=0.0051)
        for name, value in theirs[1].items():
            assert NUMBERS.sub("#", ours[1][name]) == NUMBERS.sub("#", value)
            numbers = [[float(each) for each in NUMBERS.findall(style)] for style in (ours[1][name], value)]
            np.testing.assert_allclose(*numbers, atol=0.0051)
    assert texts_of(whole[whole.index("<svg") :]) == texts_of(small)
    names = re.findall(r' id="([^"]*)"', small)
    assert len(names) == len(set(names))
    assert set(re.findall(r'(?:href="|url\()#([\w-]+)', small)) <= set(names)
    assert len(small) < 0.6 * len(whole)


def test_names_of_two_pictures_do_not_meet():
    small = [whole_and_small(*case)[1] for case in list(cases())[:3]]
    names = [set(re.findall(r' id="([^"]*)"', each)) for each in small]
    assert not (names[0] & names[1] | names[0] & names[2] | names[1] & names[2])


def test_noise_in_colours_is_kept_as_a_photograph():
    pictures = np.random.default_rng(0).integers(0, 256, (20, 64, 64, 3), dtype=np.uint8)
    whole, small = whole_and_small("images", {"pictures": pictures, "columns": 10})
    assert "data:image/webp;base64," in small
    assert len(small) < 0.6 * len(whole)
