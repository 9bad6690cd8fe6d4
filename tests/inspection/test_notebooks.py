"""Networks and histories in a notebook: the numbers are theirs, nothing comes from outside, light and dark fit."""

import re

import numpy as np
import pytest

from glassnet import Network
from glassnet.training.history import History
from page_reader import Page


def trained(**options):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2, 60))
    Y = (X[:1] * X[1:] > 0).astype(float)
    net = Network([2, 8, 1], "tanh", seed=1, n_networks=options.pop("n_networks", None))
    return net, net.fit(X, Y, **{"epochs": 12, "learning_rate": 0.5, **options})


@pytest.mark.parametrize(
    "options", [{}, {"n_networks": 3}, {"embedding": (1, 1, 2)}, {"sizes": [12288, 20, 7, 5, 1]}, {"sizes": [2] * 30}]
)
def test_a_network_shows_its_layers(options):
    sizes = options.pop("sizes", [3, 5, 1])
    net = Network(sizes, seed=0, **options)
    html = net._repr_html_()
    page = Page(html)
    assert f"{net.architecture.n_parameters:,}" in page.text
    for l in range(1, net.L + 1):
        shape = net.W[l].shape[-2:]
        assert f"{l} {sizes[l]:,} {net.architecture.activations[l - 1]} {shape} " in page.text
    assert len(html) < 60_000
    for array, index, _, number in page.entries():
        W = net.W[int(array[2])]
        assert float(number) == float(f"{(W if W.ndim == 2 else W[0])[index]:.4g}")


def test_each_weight_of_a_small_network_is_a_line():
    page = Page(Network([3, 5, 1], seed=0)._repr_html_())
    assert len(list(page.entries())) == 3 * 5 + 5


def test_the_head_of_a_trained_network_says_how_long():
    net, history = trained()
    assert f"60 samples, {history.epochs} epochs, {history.steps} steps" in Page(net._repr_html_()).text


@pytest.mark.parametrize("options", [{}, {"n_networks": 3}, {"batch_size": 16}, {"optimizer": "lbfgs"}])
def test_a_history_shows_its_costs(options):
    _, history = trained(**options)
    page = Page(history._repr_html_())
    J = np.array(history.cost).reshape(len(history.cost), -1).mean(axis=1)
    assert f"first cost J {J[0]:.6g} last cost J {J[-1]:.6g}" in page.text
    assert f"{history.epochs} epochs, {history.steps} steps" in page.text
    curve = np.array(history.epoch_cost).reshape(len(history.epoch_cost), -1).mean(axis=1)
    points = [re.fullmatch(r"epoch (\d+): (\S+)", title) for title in page.titles]
    points = {int(match[1]): float(match[2]) for match in points if match}
    assert points == {k + 1: float(f"{value:.6g}") for k, value in enumerate(curve)}
    assert f"lowest, in epoch {curve.argmin() + 1} {curve.min():.6g}" in page.text


def test_a_history_with_validation_has_two_curves():
    X = np.random.default_rng(1).normal(size=(2, 30))
    net = Network([2, 4, 1], seed=0)
    history = net.fit(X, X[:1] > 0, epochs=400, learning_rate=0.5, validation=(X + 0.1, X[:1] > 0))
    html = history._repr_html_()
    page = Page(html)
    assert html.count("<polyline") == 2
    assert "validation cost" in page.text
    best = int(np.argmin(history.validation_cost))
    assert f"lowest (validation), in epoch {best + 1} {history.validation_cost[best]:.6g}" in page.text
    assert len(html) < 80_000  # long curves are thinned
    for title in page.titles:
        if match := re.fullmatch(r"epoch (\d+): (\S+)", title):
            k = int(match[1]) - 1
            assert match[2] in {f"{history.epoch_cost[k]:.6g}", f"{history.validation_cost[k]:.6g}"}


def test_costs_that_are_no_numbers_and_no_steps_do_no_harm():
    assert "no step taken" in Page(History()._repr_html_()).text
    Page(History.from_document({"epoch_cost": [1.0, None, 0.5], "epochs": 3, "steps": 3, "seconds": 0.1})._repr_html_())
    Page(History.from_document({"epoch_cost": [None, None], "epochs": 2, "steps": 2, "seconds": 0.1})._repr_html_())
    Page(History(cost=np.array([0.5]), epoch_cost=[0.5], steps=1, epochs=1)._repr_html_())


def test_text_has_the_colour_of_the_notebook():
    net, history = trained()
    for html in (net._repr_html_(), history._repr_html_(), net.trace(np.ones((2, 1)))._repr_html_()):
        style = "".join(re.findall(r"<style>.*?</style>", html, re.DOTALL))
        assert not re.search(r"(?<![-\w])color:(?! inherit)", style)
        assert not re.search(r"background:(?! transparent)", style)
        assert "currentColor" in style
        rules = re.findall(r"([^{}>]+)\{[^{}]*\}", style.replace("</style>", ""))
        touched = [selector.strip() for rule in rules for selector in rule.split(",")]
        assert [selector for selector in touched if not selector.startswith(".glassnet")] == []
