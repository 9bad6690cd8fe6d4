"""The API in the words of OpenAPI, made from the rows that are served: `/api/openapi.json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from glassnet._version import __version__
from glassnet.studio.questions import Values, Whole, Word

JSON = "application/json"
BYTES = "application/octet-stream"
REFUSED = {
    "400": "the body is no JSON, or ended early", "403": "asked without the cookie, or from another site",
    "404": "there is no such run", "413": "the body is too long", "415": "the body is of another type",
    "422": "a value cannot be, or the work cannot be done; `field` says which", "429": "too many runs are open",
}  # fmt: skip


class Route(NamedTuple):
    """One address as it is described.

    Parameters
    ----------
    method, path, about : str
        The path's places in braces.
    query : sequence of Whole, Word or Values
        What stands in the address.
    body : mapping, optional
        The schema of the body, or None without one.
    takes, gives : str
        The types of the body and of the answer.
    status : str
        Of the answer.
    """

    method: str
    path: str
    about: str
    query: tuple[Whole | Word | Values, ...] = ()
    body: Mapping[str, Any] | None = None
    takes: str = JSON
    gives: str = JSON
    status: str = "200"


def description(routes: Iterable[Route]) -> dict[str, Any]:
    """Return the document of OpenAPI 3.1 that describes the routes."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    error = {"type": "object", "required": ["error", "zh", "field"], "additionalProperties": False}
    error["properties"] = {key: {"type": "string"} for key in ("error", "zh", "field")}  # `zh` is `error` in Chinese
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "glassnet studio", "version": __version__,
            "description": "What the page of `glassnet studio` asks. It is for that page, and changes with it.",
        },
        "paths": paths,
        "components": {"schemas": {"Refused": error}},
    }  # fmt: skip


def _operation(route: Route) -> dict[str, Any]:
    refused = {"application/json": {"schema": {"$ref": "#/components/schemas/Refused"}}}
    answers: dict[str, Any] = {
        status: {"description": why, "content": {"text/plain": {}} if status == "403" else refused}
        for status, why in REFUSED.items()
    }
    schema = {"schema": {"type": "object"}} if route.gives == JSON else {}
    answers[route.status] = {"description": route.about, "content": {route.gives: schema}}
    found: dict[str, Any] = {"summary": route.about, "responses": answers}
    places = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    found["parameters"] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in places
    ] + [{"name": each.name, "in": "query", "schema": each.schema()} for each in route.query]
    if route.body is not None:
        found["requestBody"] = {"required": True, "content": {route.takes: {"schema": route.body}}}
    return found
