"""The page of a trace: each number is the trace's, both ways stand in order, and it stays readable and small."""

import re
from base64 import b64decode
from dataclasses import replace
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from glassnet import MLPClassifier, Network
from glassnet.errors import SettingError, ShapeError
from glassnet.texts import speak
from page_reader import Page, see_that_numbers_are_those_of

RNG = np.random.default_rng(0)


def shown(trace):
    html = trace._repr_html_()
    return html, Page(html)


def flower(m=1, **options):
    net = Network([2, 4, 1], ["tanh", "sigmoid"], seed=1, **options)
    X = np.random.default_rng(3).normal(size=(2, m))
    return net.trace(X, (X[:1] * X[1:] > 0).astype(float))


# ---------------------------------------------------------------- numbers
@pytest.mark.parametrize("m", [1, 3, 30])
def test_each_entry_of_each_array_has_its_name_and_number(m):
    trace = flower(m)
    seen = see_that_numbers_are_those_of(shown(trace)[1], trace)
    for line in trace.lines():
        name = line.array.removeprefix("X = ")
        assert seen[name] == set(np.ndindex(line.shape)), name


def test_wide_layers_are_means_and_the_strongest_terms():
    names = [f"f{j}" for j in range(240)]
    net = Network([240, 32, 3], seed=0)
    trace = net.trace(RNG.normal(size=(240, 1)), [[1], [0], [0]], names=names, classes=["red", "green", "blue"])
    html, page = shown(trace)
    seen = see_that_numbers_are_those_of(page, trace)
    assert len(seen["A[0]"]) == 240  # a long column is wrapped, not cut into slivers
    assert {meaning for array, _, meaning, _ in page.entries() if array == "A[0]"} == set(names)
    assert any(":" in place for place in seen["W[1]"])
    assert "the 20 of 32 with the largest numbers" in page.text
    best = trace.strongest(1, most=1)[0]
    assert f"[{best.unit}, {best.input}]" in page.text
    assert "the strongest of the 7,680 terms of Z[1], sample 0" in page.text
    assert "all of them are in trace.W[1]" in page.text
    assert len(html) < 500_000


def test_the_strongest_terms_are_the_largest_products():
    net = Network([50, 6, 2], seed=2)
    trace = net.trace(RNG.normal(size=(50, 3)))
    products = {(u, j): trace.W[1][u, j] * trace.A[0][j, 2] for u in range(6) for j in range(50)}
    wanted = sorted(products, key=lambda place: -abs(products[place]))[:5]
    found = trace.strongest(1, sample=2, most=5)
    assert [(term.unit, term.input) for term in found] == wanted
    assert [term.product for term in found] == pytest.approx([products[place] for place in wanted])
    assert all(term.weight * term.activation == pytest.approx(term.product) for term in found)
    with pytest.raises(ShapeError, match=r"layer: expected 1 to 2; got 3"):
        trace.strongest(3)


def test_rows_of_zeros_are_counted_and_not_shown():
    net = Network([40, 6, 1], seed=0)
    net.W[1][[1, 4]] = 0
    trace = net.trace(np.ones((40, 1)))
    _, page = shown(trace)
    seen = see_that_numbers_are_those_of(page, trace)["W[1]"]
    assert {i for i, _ in seen} == {0, 2, 3, 5}
    assert "2 more are all 0" in page.text


def test_numbers_that_are_none_are_shown():
    net = Network([30, 2, 1], seed=0)
    net.W[1][0, 5] = np.nan
    _, page = shown(net.trace(np.ones((30, 1))))
    assert "W[1][0, 5] = nan" in page.titles


def test_an_embedding_is_layer_0():
    net = Network([17, 4, 1], embedding=(2, 4, 8), seed=1)
    trace = net.trace(RNG.normal(size=(9, 3)), [[1, 0, 1]])
    _, page = shown(trace)
    seen = see_that_numbers_are_those_of(page, trace)
    assert {"X", "W[0]", "b[0]", "A[0]", "dA[0]", "dW[0]", "db[0]"} <= set(seen)
    assert seen["W[0]"] == set(np.ndindex(2, 8, 4))


# ---------------------------------------------------------------- order
def test_forward_goes_right_and_backward_left_below_it():
    _, page = shown(flower())
    assert page.cards == [
        ("forward", "grid-area:2/1"), ("forward", "grid-area:2/2"), ("forward", "grid-area:2/3"),
        ("forward", "grid-area:2/4"), ("back", "grid-area:4/3"), ("back", "grid-area:4/2"),
    ]  # fmt: skip
    heads = ["Input", "Layer 1", "Z[1]", "A[1]", "Layer 2", "Z[2]", "A[2]", "Cost", "Backward", "dA[2]", "dZ[2]",
             "dW[2]", "db[2]", "dA[1]", "dZ[1]", "dW[1]", "db[1]"]  # fmt: skip
    words = iter(page.words)
    assert all(any(word.startswith(head) for word in words) for head in heads)  # each after the one before
    assert "= -Y / A[2] + (1 - Y) / (1 - A[2])" in page.text
    assert "= W[2]ᵀ dZ[2]" in page.text


def test_without_Y_it_says_why_there_is_no_way_back():
    _, page = shown(Network([2, 3, 1], seed=0).trace(np.ones((2, 1))))
    assert {kind for kind, _ in page.cards} == {"forward"}
    assert "The pass had no Y" in page.text


# ---------------------------------------------------------------- the sample
def test_a_picture_is_shown_with_every_number_and_the_page_stays_small():
    net = Network([12288, 20, 7, 5, 1], seed=1)
    x = RNG.uniform(size=(12288, 1)).astype("float32")
    trace = net.trace(x, [[1]], picture=(64, 64, 3), classes=["no cat", "cat"])
    html, page = shown(trace)
    assert len(html) < 700_000
    pixels = [re.fullmatch(r"X\[(\d+):(\d+), 0\] = (.*) \(y(\d+) x(\d+)\)", title) for title in page.titles]
    pixels = [match for match in pixels if match]
    assert len(pixels) == 4096
    for match in pixels[::97]:
        first, end, y, c = (int(match[k]) for k in (1, 2, 4, 5))
        assert (first, end) == (3 * (64 * y + c), 3 * (64 * y + c) + 3)
        assert match[3] == ", ".join(f"{value:.4g}" for value in x[first:end, 0])
    picture = np.asarray(Image.open(BytesIO(b64decode(page.images[0].split(",")[1]))))
    np.testing.assert_array_equal(picture, np.rint(255 * x.reshape(64, 64, 3)))
    assert re.search(r"Predicted (no cat|cat) True value cat", page.text)
    means = [title for title in page.titles if title.startswith("W[1][3, y")]
    match = re.fullmatch(r"W\[1\]\[3, y(\d+):(\d+) x(\d+):(\d+)\]: mean (\S+), .*", means[5])
    y, y_end, c, c_end = (int(match[k]) for k in (1, 2, 3, 4))
    assert float(match[5]) == pytest.approx(trace.W[1][3].reshape(64, 64, 3)[y:y_end, c:c_end].mean(), rel=1e-3)


def test_planes_of_colours_are_the_same_picture():
    x = RNG.uniform(size=(5, 4, 3))
    net = Network([60, 2, 1], seed=0)
    flat = net.trace(x.reshape(60, 1), picture=(5, 4, 3))
    planes = net.trace(x.transpose(2, 0, 1).reshape(60, 1), picture=(5, 4, 3))
    planes = replace(planes, labels=replace(planes.labels, order="planes"))
    a, b = (shown(trace)[1] for trace in (flat, planes))
    assert a.images[0] == b.images[0]
    assert "X[7:48:20, 0] = " + ", ".join(f"{v:.4g}" for v in x[1, 3].astype("float32")) + " (y1 x3)" in b.titles


def test_a_digit_and_the_weights_of_each_unit_have_its_form():
    net = Network([64, 16, 10], seed=0)
    trace = net.trace(RNG.uniform(size=(64, 1)), np.eye(10)[:, [3]], picture=(8, 8), classes=list("0123456789"))
    html, page = shown(trace)
    seen = see_that_numbers_are_those_of(page, trace)
    assert seen["W[1]"] == set(np.ndindex(16, 64))
    assert html.count("repeat(8,") >= 17  # the picture, and a tile for each unit
    assert "True value 3" in page.text


def test_several_samples_stand_in_a_table():
    trace = flower(m=20)
    _, page = shown(trace)
    assert "and 12 samples more" in page.text
    for i in range(8):
        answer = f"{trace.A[2][0, i]:.4g}"
        assert f"{i} {answer} {int(trace.A[2][0, i] > 0.5)} {int(trace.Y[0, i])}" in page.text


def test_an_estimator_names_features_and_classes_and_escapes_them():
    X = pd.DataFrame(RNG.normal(size=(40, 3)), columns=["<b>age</b>", 'say "x"', "c"])
    y = np.where(X["c"] > 0, "<i>yes", "no&")
    model = MLPClassifier((4,), solver="lbfgs", random_state=0).fit(X, y)
    html, page = shown(model.trace(X[:1], y[:1]))
    assert "<b>age" not in html.replace("&lt;b&gt;age", "")
    assert "<i>yes" not in html
    assert f"True value {y[0]}" in page.text
    assert any(meaning == "<b>age</b>" for _, _, meaning, _ in page.entries())


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"names": ["a"]}, r"names: expected one for each of 2 features; got 1"),
        ({"classes": list("abc")}, r"classes: expected 1 or 2, for one output unit; got 3"),
        ({"picture": (2, 2)}, r"picture: expected .* 2 features in all; got \(2, 2\)"),
        ({"picture": (1, 1, 2)}, r"picture: expected .*; got \(1, 1, 2\)"),
    ],
)
def test_labels_that_do_not_fit_are_refused(settings, words):
    with pytest.raises(ShapeError, match=words):
        Network([2, 1]).trace(np.ones((2, 1)), **settings)


# ---------------------------------------------------------------- stacks
def test_a_stack_is_summarised_and_one_network_shown():
    trace = flower(n_networks=4)
    _, page = shown(trace)
    answers = trace.A[2][:, 0, 0]
    assert f"mean {answers.mean():.4g} {np.mean(trace.cost):.4g}" in page.text
    for k in range(4):
        assert f"{k} {answers[k]:.4g} {trace.cost[k]:.4g}" in page.text
    seen = see_that_numbers_are_those_of(page, trace.of_network(0))
    assert seen["W[1]"] == set(np.ndindex(4, 2))
    assert len(page.cards) == 6


@pytest.mark.parametrize("embedding", [None, (1, 1, 2)])
def test_a_network_of_a_stack_is_as_if_alone(embedding):
    net = Network([2, 3, 2], "tanh", seed=0, n_networks=3, embedding=embedding)
    X, Y = RNG.normal(size=(net.architecture.n_x, 5)), np.eye(2)[:, [0, 1, 0, 1, 1]]
    S = RNG.uniform(0.5, 2, size=(3, 1, 5))
    stack = net.trace(X, Y, l2=[0.1, 0.2, 0.3], sample_weight=S)
    alone = Network([2, 3, 2], "tanh", seed=0, embedding=embedding)
    alone.vector[...] = net.vector[2]
    own, one = alone.trace(X, Y, l2=0.3, sample_weight=S[2]), stack.of_network(2)
    assert one.cost == pytest.approx(own.cost, rel=1e-6)
    assert [line.array for line in one.lines()] == [line.array for line in own.lines()]
    for line in own.lines():
        np.testing.assert_allclose(one.array(line.array), own.array(line.array), rtol=1e-5, atol=1e-7)
    assert str(one.unit("dW", 1, 0)) == str(own.unit("dW", 1, 0))
    for k in (3, -1, True):
        with pytest.raises(SettingError, match="the networks 0 to 2"):
            stack.of_network(k)
    with pytest.raises(SettingError, match="one network, 0"):
        own.of_network(1)


def test_the_text_of_a_stack_begins_with_its_answers():
    trace = flower(n_networks=3)
    head, mean, *networks = (line for line in str(trace).splitlines() if not line.startswith("-"))
    assert head.split() == ["network", "A[2][0,", "0]", "cost", "J"]
    assert mean.split()[:2] == ["mean", f"{trace.A[2].mean():.4g}"]
    assert [line.split()[0] for line in networks[:3]] == ["0", "1", "2"]


# ---------------------------------------------------------------- Chinese
def test_the_page_is_chinese_too():
    speak("zh")
    _, page = shown(flower(n_networks=2))
    english = re.findall(r"[A-Za-z]{3,}(?: [a-z]{2,})+", re.sub(r"trace\.\S+|--network k|tanh|sigmoid", "", page.text))
    assert english == []
    assert "前向传播" in page.text
