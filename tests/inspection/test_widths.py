"""What is printed of a network fits a terminal of 80 cells, in both languages; a Chinese letter takes two."""

import numpy as np
import pytest

from glassnet import Network
from glassnet.text_table import width_of

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("sizes", [[2, 4, 1], [240, 64, 32, 1], [12288, 20, 7, 5, 3]], ids=str)
def test_traces_and_gradient_checks(sizes, lang, monkeypatch):
    monkeypatch.setenv("GLASSNET_LANG", lang)
    net = Network(sizes, "tanh", seed=1, dtype="float64")
    X, y = RNG.standard_normal((sizes[0], 9)), np.arange(9) % max(2, sizes[-1])
    Y = (np.arange(sizes[-1])[:, np.newaxis] == y).astype(float) if sizes[-1] > 1 else y[np.newaxis].astype(float)
    for said in (net.trace(X, Y), net.check_gradients(X, Y, entries=5), net.dimensions(9)):
        assert max(map(width_of, str(said).split("\n"))) <= 80
