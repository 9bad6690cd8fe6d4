"""The routes of trainings of models for tables, beside the questions of runs."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from glassnet.estimators.tabular.recipes import PRESETS
from glassnet.studio.description import Route as Described
from glassnet.studio.fits import Fits
from glassnet.studio.plain import text
from glassnet.studio.questions import NOTHING
from glassnet.studio.requests import json_of

DESCRIBED = (
    Described(
        "POST", "/api/fits", "Train a model for a table by a preset, as `glassnet train` does.", status="201",
        body={
            "type": "object", "required": ["spec", "preset"],
            "properties": {"spec": {"type": "object"}, "preset": {"enum": list(PRESETS)}},
        },
    ),
    Described("GET", "/api/fits/{fit}", "Where such a training stands; at its end the source of the fitted model."),
    Described("POST", "/api/fits/{fit}/stop", "Stop such a training at once.", body=NOTHING),
)  # fmt: skip


def routes_of(fits: Fits) -> list[Route]:
    """Return the routes of some trainings."""

    async def start(request: Request) -> Response:
        given = await json_of(request)
        return _json(await run_in_threadpool(lambda: fits.start(given).to_document()), 201)

    async def stands(request: Request) -> Response:
        return _json(fits.of(request.path_params["fit"]).to_document())

    async def stop(request: Request) -> Response:
        fit = fits.of(request.path_params["fit"])
        await json_of(request)
        await run_in_threadpool(fit.stop)
        return _json(fit.to_document())

    return [
        Route("/api/fits", start, methods=["POST"]),
        Route("/api/fits/{fit}", stands),
        Route("/api/fits/{fit}/stop", stop, methods=["POST"]),
    ]


def _json(document: dict[str, object], status: int = 200) -> Response:
    return Response(text(document), status, media_type="application/json")
