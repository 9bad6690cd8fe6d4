"""The command `glassnet serve`: a model behind HTTP."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from glassnet.cli.options import Lang, Model, path_option
from glassnet.cli.terminal import complain, say
from glassnet.errors import MissingLibraryError
from glassnet.texts import told

LIBRARIES = {"starlette": "starlette", "uvicorn": "uvicorn", "prometheus_client": "prometheus-client"}


def serve(
    model: Model,
    *,
    port: Annotated[int, typer.Option(help="Port to listen at; 0 takes a free one.", min=0, max=65535)] = 8000,
    host: Annotated[
        str, typer.Option(help="Address to listen at; at another one than the default other machines can ask.")
    ] = "127.0.0.1",
    rows: Annotated[
        Path | None, path_option("Data like the training's, which contributions of columns compare with.")
    ] = None,
    max_rows: Annotated[int, typer.Option(help="Rows of a request, at most.", min=1)] = 10_000,
    max_bytes: Annotated[int, typer.Option(help="Bytes of a request, at most.", min=1)] = 10_000_000,
    max_seconds: Annotated[float, typer.Option(help="Seconds of a request, at most.", min=0.001)] = 30.0,
    lang: Lang = None,
) -> None:
    """Answer rows of JSON at POST /predict, until Ctrl-C.

    /openapi.json describes it, /health says that it answers, /metrics counts for Prometheus.
    """
    try:
        from glassnet.serve.app import Application
        from glassnet.serve.server import serve as run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in LIBRARIES:
            raise MissingLibraryError.of("glassnet serve", *LIBRARIES.values()) from None
        raise
    from glassnet.estimators.input_names import select_training_columns
    from glassnet.serve.limits import Limits
    from glassnet.serve.predictor import Predictor
    from glassnet.web_server import is_loopback
    from glassnet.workflows.models import load_tabular, read_for

    estimator = load_tabular(model)
    background = None
    if rows is not None:
        given = read_for(estimator, rows, None, require_target=False).X
        background = select_training_columns(estimator, given)
    served = Application(Predictor(estimator, background), Limits(max_rows, max_bytes, max_seconds))

    def ready(address: str) -> None:
        if not is_loopback(host):
            complain(told("note: other machines can ask the model; nothing is encrypted, and there is no password"))
        say(told(f"Model: {address}predict"))
        say(told("Ctrl-C ends it."))
        sys.stdout.flush()

    try:
        run(host, port, served, ready)
    except KeyboardInterrupt:
        say(told("The server has ended."))
