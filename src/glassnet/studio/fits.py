"""The trainings of models for tables that pages have asked for, each in a process of its own."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from glassnet.errors import GlassnetError
from glassnet.estimators.tabular.recipes import PRESETS
from glassnet.plain_text import one_line
from glassnet.studio.models import opened_model
from glassnet.studio.refused import RefusedError
from glassnet.studio.tables import File, Tables, as_named
from glassnet.texts import translated

MOST_FITS = 2  # that train at a time
MOST_KEPT = 20  # of which the page can still ask how they ended
MOST_POINTS = 200  # of a curve
WAIT = 5.0  # seconds for a process that was stopped


class Fit:
    """One training.

    Parameters
    ----------
    tables : Tables
        Get the model.
    name : str
        By which the page asks for it.
    asked : dict
        What the process is told.
    file : File
        Whose rows it trains on; the model is labelled by it and the preset.
    process : Popen
        That waits for it.
    """

    def __init__(
        self, tables: Tables, name: str, asked: dict[str, Any], file: File, process: subprocess.Popen[str]
    ) -> None:  # fmt: skip
        self.name: str = name
        self.label: str = f"{file.name}, {asked['preset']}"
        self.state: str = "training"  # then "done", "stopped" or "failed"
        self.recipes: list[dict[str, Any]] = []
        self.found: dict[str, Any] = {}
        self.error: str = ""
        self.source: dict[str, Any] | None = None
        self._tables, self._asked, self._file = tables, asked, file
        self._process = process
        self._thread = threading.Thread(target=self._listen, name=f"glassnet-fit-{name}", daemon=True)
        self._thread.start()

    def to_document(self) -> dict[str, Any]:
        """Return where it stands, as the page gets it."""
        return {
            "fit": self.name, "label": self.label, "state": self.state, "recipes": self.recipes, "error": self.error,
            "zh": translated(self.error, "zh"), "source": self.source,
        }  # fmt: skip

    @property
    def is_training(self) -> bool:
        """Whether it goes on."""
        return self.state == "training"

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        if self.is_training:
            self.state = "stopped"
        self._process.kill()
        self._thread.join(WAIT)

    def _listen(self) -> None:
        """Tell the process what to do, and take what it writes until it ends."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(self._asked) + "\n")
            self._process.stdin.flush()  # it stays open: the process ends with it
            for line in self._process.stdout:
                self._take(json.loads(line))
        except (OSError, ValueError) as error:  # it was killed in the middle of a line
            self._fail(str(error))
        finally:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                pipe.close()
        self._fail("the training's process ended without a result")

    def _fail(self, why: str) -> None:
        if self.is_training:
            self.error, self.state = f"{one_line(as_named(why, self._file)):.400}", "failed"

    def _take(self, news: dict[str, Any]) -> None:
        if "progress" in news:
            self._add(news["progress"])
        elif "error" in news:
            self._fail(news["error"])
        elif "done" in news and self.is_training:
            try:
                self.source = self._kept(news["done"])
                self.state = "done"
            except GlassnetError as error:
                self._fail(str(error))

    def _add(self, progress: dict[str, Any]) -> None:
        """Add where a recipe stands to its curve, thinned where it has many points."""
        while len(self.recipes) <= progress["recipe"]:
            self.recipes.append({"epochs": 0, "epoch": [], "cost": [], "validation": []})
        curve = self.recipes[progress["recipe"]]
        curve["epochs"] = progress["epochs"]
        if progress["cost"] is None:
            return
        thinned = {name: [*curve[name], progress[name]] for name in ("epoch", "cost", "validation")}
        if len(thinned["epoch"]) > MOST_POINTS:
            thinned = {name: values[::2] for name, values in thinned.items()}
        curve.update(thinned)

    def _kept(self, found: dict[str, Any]) -> dict[str, Any]:
        """Keep the model that was trained with the rows of its table, and return the source that names it."""
        from glassnet.workflows.models import open_model

        path = Path(self._asked["out"])
        fitted = opened_model(path, Path(self._asked["data"]), None, open_model(path))
        notes = dict.fromkeys([*found["notes"], *fitted.notes])
        fitted.name, fitted.notes = self.label, [as_named(note, self._file) for note in notes]
        fitted.scores, fitted.recipes = found["scores"], found["recipes"]
        path.unlink(missing_ok=True)
        return self._tables.models.keep(fitted, is_ours=True)


def _started() -> subprocess.Popen[str]:
    """Return a process that waits to be told what to train."""
    return subprocess.Popen(
        [sys.executable, "-m", "glassnet.studio.fitting"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, encoding="utf-8", start_new_session=os.name == "posix",
    )  # fmt: skip


class Fits:
    """All trainings of one server."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.known: dict[str, Fit] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._ready: subprocess.Popen[str] | None = None

    def prepare(self) -> None:
        """Start the process of the next training, which takes a second to load; one that is ready stays so."""
        if self._ready is None or self._ready.poll() is not None:
            self._ready = _started()

    def start(self, given: dict[str, Any]) -> Fit:
        """Start a training.

        Parameters
        ----------
        given : dict
            From the page: "spec", of which source, share of test samples and seed count, and "preset".

        Raises
        ------
        RefusedError
            If the data are no table, there is no such preset, or enough trainings go on.
        """
        from glassnet.studio.spec import complete

        preset = given.get("preset")
        if not isinstance(preset, str) or preset not in PRESETS:
            raise RefusedError(f"preset: expected one of {', '.join(PRESETS)}; got {preset!r:.60}", "preset")
        spec = complete(given.get("spec"), self._tables)
        if spec["source"]["name"] != "table":
            raise RefusedError("source: presets are for tables and pictures of your own; drop one here", "source.name")
        if sum(fit.is_training for fit in self.known.values()) >= MOST_FITS:
            raise RefusedError(f"{MOST_FITS} models are being trained; stop one of them first", status=429)
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="glassnet-fits-")
        name = secrets.token_hex(4)
        asked = self._tables.training(spec["source"])
        asked |= {
            "preset": preset, "random_state": spec["seed"], "test": spec["test_share"],
            "out": str(Path(self._folder.name) / f"{name}.glassnet"),
        }  # fmt: skip
        self.prepare()
        assert self._ready is not None
        fit = Fit(self._tables, name, asked, self._tables.file_of(spec["source"]), self._ready)
        self._ready = None
        self.known[name] = fit
        for old in [each for each, fit in self.known.items() if not fit.is_training][:-MOST_KEPT]:
            del self.known[old]
        return fit

    def of(self, name: str) -> Fit:
        """Return a training; raise RefusedError where there is none of that name."""
        if name not in self.known:
            raise RefusedError(f"there is no training {name!r:.40}", "fit", 404)
        return self.known[name]

    def close(self) -> None:
        """End them all."""
        for fit in self.known.values():
            fit.stop()
        if self._ready is not None:
            self._ready.kill()
            self._ready.communicate()
        if self._folder is not None:
            self._folder.cleanup()
