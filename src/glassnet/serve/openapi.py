"""The OpenAPI document of a served model, made from its columns."""

from __future__ import annotations

from typing import Any

from glassnet._version import __version__
from glassnet.estimators.saving import kind_of
from glassnet.serve.limits import Limits
from glassnet.serve.predictor import Predictor

NUMBERS = {"type": "array", "items": {"type": ["number", "null"]}}
ANSWERS = {
    400: "The body is no JSON.", 413: "Too many bytes or rows.", 415: "The body is of another type than JSON.",
    422: "Rows that cannot be used: each cell with its row, counted from 0, its column and the reason.",
    503: "It would take longer than the limit, or too many requests wait.",
}  # fmt: skip


def document(predictor: Predictor, limits: Limits) -> dict[str, Any]:
    """Return the document as plain data.

    Parameters
    ----------
    predictor : Predictor
        What is served.
    limits : Limits
        Of a request.

    Returns
    -------
    dict
        OpenAPI 3.1.
    """
    schemas = {"Row": _row(predictor), "Ask": _ask(predictor, limits), "Answers": _answers(predictor), "Error": ERROR}
    predict = {
        "operationId": "predict", "summary": "Predict rows.",
        "requestBody": {"required": True, "content": _json("Ask")},
        "responses": {
            "200": {"description": "An answer for each row, in their order.", "content": _json("Answers")},
            **{str(status): {"description": text, "content": _json("Error")} for status, text in ANSWERS.items()},
        },
    }  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{kind_of(predictor.model)} of {_target(predictor)}", "version": __version__},
        "paths": {
            "/predict": {"post": predict},
            "/health": {"get": _plain("health", "Whether the model answers.", "application/json")},
            "/metrics": {"get": _plain("metrics", "Counts and seconds, as Prometheus reads them.", "text/plain")},
            "/openapi.json": {"get": _plain("document", "This document.", "application/json")},
        },
        "components": {"schemas": schemas},
    }


def _target(predictor: Predictor) -> str:
    return repr(predictor.model.target_name_) if predictor.model.target_name_ else "a target"


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _plain(name: str, summary: str, kind: str) -> dict[str, Any]:
    schema = {"type": "string"} if kind == "text/plain" else {"type": "object"}
    return {
        "operationId": name, "summary": summary,
        "responses": {"200": {"description": summary, "content": {kind: {"schema": schema}}}},
    }  # fmt: skip


def _row(predictor: Predictor) -> dict[str, Any]:
    return {
        "type": "object", "properties": {field.name: field.schema() for field in predictor.fields},
        "required": [field.name for field in predictor.fields], "additionalProperties": False,
    }  # fmt: skip


def _ask(predictor: Predictor, limits: Limits) -> dict[str, Any]:
    rows = {"type": "array", "items": {"$ref": "#/components/schemas/Row"}, "minItems": 1, "maxItems": limits.rows}
    properties: dict[str, Any] = {"rows": rows}
    if predictor.has_intervals:
        what = "intervals" if predictor.classes is None else "sets of classes"
        properties["interval"] = {
            "type": ["number", "null"], "minimum": 0.5, "maximum": 0.99,
            "description": f"Share of rows whose truth {what} are to hold.",
        }  # fmt: skip
    if predictor.background is not None:
        what = "Whether to say what each column contributes."
        properties["contributions"] = {"type": "boolean", "description": what}
    return {"type": "object", "properties": properties, "required": ["rows"], "additionalProperties": False}


def _answers(predictor: Predictor) -> dict[str, Any]:
    properties: dict[str, Any] = {"predictions": {"type": "array"}}
    if predictor.classes is not None:
        properties |= {"classes": {"type": "array"}, "probabilities": {"type": "array", "items": NUMBERS}}
    if predictor.has_intervals:
        properties["intervals" if predictor.classes is None else "sets"] = {"type": "array"}
    if predictor.background is not None:
        properties["contributions"] = {"type": "array", "items": {"type": "object"}}
    return {"type": "object", "properties": properties, "required": ["predictions"]}


ERROR = {
    "type": "object",
    "properties": {
        "error": {"type": "string"},
        "wrong": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "row": {"type": "integer"}, "column": {"type": ["string", "null"]}, "reason": {"type": "string"},
                },
            },
        },
    },
    "required": ["error"],
}  # fmt: skip
