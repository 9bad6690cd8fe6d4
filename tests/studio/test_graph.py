"""The graph of one sample has the numbers of the trace, whatever a box is."""

import numpy as np
import pytest

from glassnet.studio.graph import graph
from glassnet.studio.refused import RefusedError
from glassnet.studio.session import Session
from glassnet.studio.spec import complete

SPECS = [
    {"hidden": [{"units": 3, "activation": "tanh"}]},
    {"source": {"name": "clusters"}, "hidden": [{"units": 2, "activation": "relu"}]},
    {"source": {"name": "typed"},
     "hidden": [{"units": 2, "activation": "identity"}, {"units": 2, "activation": "sigmoid"}]},
    {"hidden": []},
]  # fmt: skip


def trained(spec):
    session = Session(complete(spec))
    session.advance(20)
    return session, session.net.trace(session.data.X[:, [7]], session.data.Y[:, [7]])


@pytest.mark.parametrize("spec", SPECS)
def test_numbers_and_their_slopes_are_those_of_the_trace(spec):
    session, trace = trained(spec)
    found = graph(session, 7, "numbers")
    boxes = {box["name"]: box for box in found["boxes"]}
    assert boxes["L"]["value"] == pytest.approx(trace.cost, rel=1e-12)
    for l in range(1, session.net.L + 1):
        for j, i in np.ndindex(*trace.W[l].shape):
            box = boxes[f"W{l}[{j},{i}]"]
            assert (box["value"], box["slope"]) == pytest.approx((trace.W[l][j, i], trace.dW[l][j, i]), abs=1e-13)
            assert box["light"] == f"w:{l}:{j}:{i}"
        for j in range(len(trace.b[l])):
            assert boxes[f"b{l}[{j}]"]["slope"] == pytest.approx(trace.db[l][j, 0], abs=1e-13)
            assert boxes[f"z{l},{j + 1}"]["value"] == pytest.approx(trace.Z[l][j, 0], abs=1e-13)
            assert boxes[f"z{l},{j + 1}"]["slope"] == pytest.approx(trace.dZ[l][j, 0], abs=1e-13)


@pytest.mark.parametrize("spec", SPECS[:3])
def test_what_comes_back_along_the_lines_is_the_slope_of_their_box(spec):
    session, _ = trained(spec)
    found = graph(session, 7, "numbers")
    for k, box in enumerate(found["boxes"][:-1]):
        back = [line["slope"] for line in found["lines"] if line["below"] == k]
        if not box["constant"]:
            assert sum(back) == pytest.approx(box["slope"], abs=1e-13)
        assert all(line["value"] == box["value"] for line in found["lines"] if line["below"] == k)
    for line in found["lines"]:
        if line["local"] is not None:
            assert line["slope"] == pytest.approx(line["local"] * found["boxes"][line["above"]]["slope"])


def test_arrays_stand_for_any_network_with_shape_and_range():
    session, trace = trained({"source": {"name": "digits"}, "hidden": [{"units": 5, "activation": "gelu"}]})
    found = graph(session, 7, "")
    assert (found["level"], found["levels"]) == ("arrays", ["arrays"])
    assert "boxes" in found["why"]
    boxes = {box["name"]: box for box in found["boxes"]}
    assert boxes["W1"]["value"] == {"shape": [5, 64], "min": trace.W[1].min(), "max": trace.W[1].max()}
    assert boxes["W1"]["slope"]["max"] == trace.dW[1].max()
    assert boxes["L"]["value"] == trace.cost
    assert [line["slope"] for line in found["lines"] if line["below"] == 0] == [None]  # nothing goes back into X


def test_every_line_goes_from_a_column_to_a_later_one():
    session, _ = trained(SPECS[1])
    for level in ("numbers", "arrays"):
        found = graph(session, 0, level)
        places = {(box["column"], box["row"]) for box in found["boxes"]}
        assert len(places) == len(found["boxes"])
        for line in found["lines"]:
            columns = [column for column, _ in line["slots"]]
            assert columns == sorted(set(columns))


@pytest.mark.parametrize(
    ("spec", "level", "why"),
    [
        ({"hidden": [{"units": 2, "activation": "gelu"}]}, "numbers", "gelu"),
        ({"hidden": [{"units": 60, "activation": "tanh"}]}, "numbers", "boxes"),
        ({"loss": "absolute_error", "source": {"name": "typed"}}, "numbers", "absolute_error"),
        ({}, "letters", "letters"),
    ],
)
def test_a_graph_that_cannot_be_drawn_is_refused(spec, level, why):
    with pytest.raises(RefusedError, match=why):
        graph(trained(spec)[0], 0, level)
