"""Models that are served, and how the tests ask them."""

import asyncio
import datetime

import httpx
import numpy as np
import pytest

from glassnet import TabularClassifier, TabularRegressor

ROWS = 400
NAMES = [f"city {i}" for i in range(40)]


def table(rng, m):
    """Return rows as lists of cells by column: numbers, a truth value, categories few and many, some cells missing."""

    def some(cells):
        return [None if lost else cell for cell, lost in zip(cells, rng.random(m) < 0.1, strict=True)]

    return {
        "age": some(rng.normal(40, 20, m).round(1).tolist()),
        "rooms": some(rng.integers(1, 9, m).tolist()),
        "colour": some(rng.choice(["red", "green", "blue"], m).tolist()),
        "city": some(rng.choice(NAMES, m).tolist()),
        "is new": (rng.random(m) < 0.5).tolist(),
    }


def rows_of(columns):
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def train(kind, columns, y, **settings):
    return kind(random_state=0, epochs=5, **settings).fit(columns, y)


@pytest.fixture(scope="session")
def models():
    """Return served models by name."""
    rng = np.random.default_rng(1)
    columns = table(rng, ROWS)
    pairs = zip(columns["age"], columns["colour"], strict=True)
    y = np.array([(age or 0) + 9 * (colour == "red") for age, colour in pairs]) + rng.normal(size=ROWS)
    days = [datetime.date(2020, 1, 1) + datetime.timedelta(days=int(d)) for d in rng.integers(0, 900, ROWS)]
    labels = np.where(y > 40, "old", "young")
    three = np.array(["low", "middle", "high"])[np.digitize(y, [30, 50])]
    return {
        "two classes": train(TabularClassifier, columns, labels),
        "three classes": train(TabularClassifier, columns, three, hidden=[8]),
        "numbers": train(TabularRegressor, columns, y, n_networks=8),
        "one network": train(TabularRegressor, columns, y, n_networks=1, hidden=[8]),
        "dates": train(TabularClassifier, {**columns, "day": list(map(str, days))}, labels),
    }


class Client:
    """Asks an application, each time in an event loop of its own."""

    def __init__(self, application):
        self.application = application

    def request(self, method, path, **given):
        async def ask():
            transport = httpx.ASGITransport(self.application)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request(method, path, **given)

        return asyncio.run(ask())

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, **given):
        return self.request("POST", path, **given)


@pytest.fixture(scope="session")
def client(models):
    """Return a function from a model's name to a client of its application."""
    from glassnet.serve.app import Application
    from glassnet.serve.predictor import Predictor

    made = {}

    def of(name, limits=None, background=None):
        key = name, limits, background is None
        if key not in made:
            made[key] = Client(Application(Predictor(models[name], background), limits))
        return made[key]

    return of
