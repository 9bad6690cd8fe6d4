"""Hundreds of requests that nobody would send: each is answered or refused in one line, and the run goes on."""

import json
import time
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glassnet.studio import views
from glassnet.studio.plain import text
from glassnet.studio.refused import RefusedError
from glassnet.studio.session import Session
from glassnet.studio.spec import HIDDEN, STEADY, STEPPING, complete

NAMES = [
    *(
        "what",
        "speed",
        "array",
        "row",
        "column",
        "value",
        "settings",
        "undo",
        "source",
        "name",
        "m",
        "noise",
        "k",
        "hidden",
    ),
    *(
        "hidden",
        "units",
        "activation",
        "seed",
        "data_seed",
        "test_share",
        "initializer",
        "loss",
        "learning_rate",
        "epochs",
    ),
    *(
        "schedule",
        "optimizer",
        "batch_size",
        "shuffle",
        "l2",
        "l1",
        "dropout",
        "clip_norm",
        "formula",
        "file",
        "target",
    ),
]
WORDS = [
    *(
        "play",
        "pause",
        "step",
        "epoch",
        "part",
        "reset",
        "W1",
        "b2",
        "W[1]",
        "moons",
        "typed",
        "table",
        "spiral",
        "relu",
    ),
    *(
        "relu",
        "softmax",
        "leaky_relu(1e999)",
        "adam",
        "adam(beta_1=1)",
        "cosine",
        "step(0.5,0)",
        "normal(-1)",
        "x1^x2",
        "../x",
    ),
    *("quantile(2)", "cross_entropy", "poisson", "number", "drop"),
]
NUMBERS = [0, 1, -1, 2, 0.5, 3.5, 1e308, -1e-308, 10**18, 10**400, 2**31, 64, 400]
ACTS = ["do", "change", "check", "plane", "sample", "unit", "histograms", "confusion", "export", "", "events/x"]
ASKED = ["x", "y", "size", "i", "units", "units_size", "layer", "unit", "kind", "name", "token"]
GIVEN = ["0", "1", "2", "-1", "399", "9" * 30, "x", "", "1e3", "python", "t.csv"]
BYTES = [b"", b"{", b"null", b"{}", b'{"a":' * 3000, b'{"what":"step"}', b'{"what":"part"}', b'{"undo":true}']
KINDS = ["application/json", "application/octet-stream", "text/plain", "", "application/json; charset=x"]
PLACES = ["{run}/", "{run}/", "{run}/", "/api/runs", "/api/choices", "/api/look", "/api/upload", "/page/", "/"]

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(NUMBERS),
    st.integers(-5, 500),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(WORDS),
    st.text(max_size=12),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(NAMES), st.text(max_size=5)), inner, max_size=6),
    ),
    max_leaves=12,
)
BODIES = st.one_of(
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6).map(lambda body: json.dumps(body).encode()),
    VALUES.map(lambda body: json.dumps(body).encode()),
    st.binary(max_size=60),
    st.sampled_from(BYTES),
)
QUERIES = st.lists(
    st.tuples(st.sampled_from(ASKED), st.one_of(st.sampled_from(GIVEN), st.text(max_size=6))), max_size=4
)


@st.composite
def addresses(draw):
    path = draw(st.sampled_from(PLACES))
    if path.endswith("/"):
        path += quote(draw(st.one_of(st.sampled_from(ACTS), st.text(max_size=8))))
    query = "&".join(f"{name}={quote(value)}" for name, value in draw(QUERIES))
    return f"{path}?{query}" if query else path


@pytest.mark.long
def test_random_requests_are_answered_or_refused_and_the_run_goes_on(client):
    path = client.run({"source": {"name": "moons", "m": 100}})
    seen = set()

    @settings(max_examples=500, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(["GET", "POST", "POST", "POST", "PUT"]), addresses(), BODIES, st.sampled_from(KINDS))
    def ask(method, address, body, kind):
        answer = client.ask(method, address.format(run=path), body if method != "GET" else None, Content_Type=kind)
        seen.add(answer.status)
        assert answer.status < 500, (method, address, body, answer.body)
        assert b"Traceback" not in answer.body
        if answer.status >= 400 and answer.headers["content-type"] == "application/json":
            assert set(answer.json) == {"error", "zh", "field"}
            assert "\n" not in answer.json["error"]

    ask()
    assert {200, 400, 404, 405, 415, 422} <= seen
    if client.ask("GET", path).status == 404:  # others made room for themselves
        path = client.run()
    client.post(f"{path}/change", {"settings": {"learning_rate": 0.01, "schedule": "constant"}})
    before = client.post(f"{path}/do", {"what": "play"})["iteration"]
    end = time.monotonic() + 20
    while client.get(path)["iteration"] <= before:
        assert time.monotonic() < end


NOT_NEGATIVE = st.sampled_from([0, 0.01, 0.5, 3, 1e3, 1e9])
SOURCES = [{"name": name, "m": 30} for name in ("flower", "moons", "clusters", "typed")]
LAYER = st.fixed_dictionaries({"units": st.integers(1, 5), "activation": st.sampled_from(HIDDEN)})
LOSSES = [None, "cross_entropy", "squared_error", "absolute_error", "huber", "poisson", "quantile", "hinge"]
SETTINGS = {
    "learning_rate": st.sampled_from([1e-300, 0.01, 1, 1e6]),
    "optimizer": st.sampled_from(STEPPING),
    "schedule": st.sampled_from(STEADY),
    "epochs": st.integers(1, 10),
    "batch_size": st.sampled_from([1, 7, 30, 10**9, None]),
    "shuffle": st.booleans(),
    "l2": NOT_NEGATIVE,
    "l1": NOT_NEGATIVE,
    "dropout": st.sampled_from([0, 0.5, 0.99]),
    "clip_norm": st.sampled_from([None, 1e-9, 1]),
}
SPECS = st.fixed_dictionaries(
    {"source": st.sampled_from(SOURCES)},
    optional={
        "hidden": st.lists(LAYER, max_size=3),
        "test_share": st.sampled_from([0, 0.03, 0.5, 0.9]),
        "initializer": st.sampled_from(["zeros", "he", "constant(1e9)", "normal(1e200)", "normal(0)", None]),
        "loss": st.sampled_from(LOSSES),
        "seed": st.integers(0, 2**31 - 1),
        "settings": st.fixed_dictionaries({}, optional=SETTINGS),
    },
)


@settings(max_examples=80)
@given(SPECS)
def test_random_specifications_train_and_are_shown_or_are_refused(spec):
    try:
        session = Session(complete(spec))
    except RefusedError:
        return
    with np.errstate(all="ignore"):
        train_and_show(session)


def train_and_show(session):
    for _ in range(3):
        session.advance(4)
        session.note()
        session.next_part()
    assert np.isfinite(session.net.vector).all()
    for document in (
        views.state(session),
        views.frame(session),
        views.plane(session, 0, 1, 3, None, 2),
        views.sample(session, 0),
        views.unit(session, 1, 0, 0),
        views.histograms(session),
        views.confusion(session),
        views.check(session),
    ):
        text(document)  # raises for what JSON does not have
