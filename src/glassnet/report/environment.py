"""The environment: what trained the network, with which settings, and the machine of the report."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from glassnet._version import __version__
from glassnet.arrays.threads import cores
from glassnet.backends.registry import BACKENDS
from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.core.regularization import PENALTIES
from glassnet.report.blocks import Cell, Section, Table, facts, message, plain
from glassnet.report.subject import Subject


def environment(subject: Subject) -> Section:
    """Return what trained the network, with which settings, and the machine of this report."""
    record, network = subject.record, subject.network
    settings = record.get("settings", {})
    seed = subject.document.get("settings", {}).get("random_state")
    values: dict[str, Cell] = {
        "environment.version": subject.document["glassnet"],
        "environment.dtype": network.dtype.name,
        "environment.seed": message("environment.seed_none") if seed is None else str(seed),
    }
    if network.n_networks is not None:
        values["environment.networks"] = str(network.n_networks)
    if record:
        alpha = settings["learning_rate"] or choose(OPTIMIZERS, settings["optimizer"], "optimizer")[1].learning_rate
        values |= {
            "environment.engine": record["engine"],
            "environment.optimizer": settings["optimizer"],
            "environment.alpha": plain(alpha),
            "environment.schedule": settings["schedule"],
            "environment.batch": str(settings["batch_size"] or "") or message("environment.batch_all"),
            **{f"environment.{name}": plain(settings[name]) for name in PENALTIES if name in settings},
            "environment.dropout": plain(settings["dropout"]),
            "environment.epochs": str(record["epochs"]),
            "environment.steps": str(record["steps"]),
            **({} if record["seconds"] is None else {"environment.seconds": f"{record['seconds']:.3g} s"}),
            "environment.interrupted": message("yes" if record["interrupted"] else "no"),
        }
    return Section(message("environment.title"), [facts(message("environment.training"), values), machine()])


def machine() -> Table:
    """Return the table of this machine and the versions of what runs on it."""
    found: dict[str, Cell] = {
        "environment.cpu": _processor(),
        "environment.cores": str(cores()),
        "environment.memory": _memory(),
        "environment.system": f"{platform.system()} ({platform.machine()})",
        "Python": platform.python_version(),
        "glassnet": __version__,
        **{name: _version(name) for name in _libraries()},
    }
    return facts(message("environment.machine"), {name: value for name, value in found.items() if value})


def _libraries() -> Iterable[str]:
    """Return the libraries that compute: those of the backends, and scipy."""
    return dict.fromkeys(("numpy", "scipy", *(name for row in BACKENDS.values() for name in row.libraries)))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB"
    except (AttributeError, ValueError, OSError):  # systems that do not say
        return ""


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
