"""The API's description: it has every route that there is, and what it says of them is so."""

import pytest
from starlette.routing import Route

from glassnet.studio.app import Studio
from glassnet.studio.questions import ORDERS, QUESTIONS

PAGE = {"/", "/open", "/page/{path:path}"}


def test_every_route_is_described(client):
    document = client.get("/api/openapi.json")
    described = {(path, method.upper()) for path, found in document["paths"].items() for method in found}
    routes = [route for route in Studio("t").guard.app.routes if isinstance(route, Route)]
    there = {(route.path, method) for route in routes for method in route.methods - {"HEAD"} if route.path not in PAGE}
    assert described == there


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_a_question_without_values_is_answered_and_a_wrong_value_is_refused_by_its_name(client, name):
    run, row = client.run(), QUESTIONS[name]
    path = f"{run}/{name}" if name else run
    if name not in ("numbers", "pictures"):  # an array has to be named; these data are no pictures
        assert isinstance(client.get(path), dict)
    for each in row.query:
        if each.schema()["type"] == "integer":
            answer = client.ask("GET", f"{path}?{each.name}=x")
            assert (answer.status, answer.json["field"]) == (422, each.name)


def test_bodies_are_described_as_objects():
    assert all(row.body["type"] == "object" for row in ORDERS.values())
    assert all(row.body is None for row in QUESTIONS.values())
