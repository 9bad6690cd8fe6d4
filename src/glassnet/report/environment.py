"""The environment: what trained the network, with which settings, and the machine of the report."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from glassnet._version import __version__
from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.engines.threads import cores
from glassnet.report.blocks import WHAT, Cell, Section, Table, plain, says
from glassnet.report.subject import Subject


def environment(subject: Subject) -> Section:
    """Return what trained the network, with which settings, and the machine of this report."""
    record, network = subject.record, subject.network
    settings = record.get("settings", {})
    seed = subject.document.get("settings", {}).get("random_state")
    rows: list[list[Cell]] = [
        [says("environment.version"), subject.document["glassnet"]],
        [says("environment.dtype"), network.dtype.name],
        [says("environment.seed"), says("environment.seed_none") if seed is None else str(seed)],
    ]
    if network.n_networks is not None:
        rows.append([says("environment.networks"), str(network.n_networks)])
    if record:
        alpha = settings["learning_rate"] or choose(OPTIMIZERS, settings["optimizer"], "optimizer")[1].learning_rate
        rows += [
            [says("environment.engine"), record["engine"]],
            [says("environment.optimizer"), settings["optimizer"]],
            [says("environment.alpha"), plain(alpha)],
            [says("environment.schedule"), settings["schedule"]],
            [says("environment.batch"), str(settings["batch_size"] or "") or says("environment.batch_all")],
            [says("environment.l2"), plain(settings["l2"])],
            [says("environment.l1"), plain(settings["l1"])],
            [says("environment.dropout"), plain(settings["dropout"])],
            [says("environment.epochs"), str(record["epochs"])],
            [says("environment.steps"), str(record["steps"])],
            [says("environment.seconds"), f"{record['seconds']:.3g} s"],
            [says("environment.interrupted"), says("yes" if record["interrupted"] else "no")],
        ]  # fmt: skip
    return Section(says("environment.title"), [Table(says("environment.training"), WHAT, rows), machine()])


def machine() -> Table:
    """Return the table of this machine and the versions of what runs on it."""
    rows: list[list[Cell]] = [
        [says("environment.cpu"), _processor()],
        [says("environment.cores"), str(cores())],
        [says("environment.system"), f"{platform.system()} ({platform.machine()})"],
        ["Python", platform.python_version()],
        ["glassnet", __version__],
    ]
    if memory := _memory():
        rows.insert(2, [says("environment.memory"), memory])
    rows += [[name, found] for name in ("numpy", "scipy", "numba", "torch") if (found := _version(name))]
    return Table(says("environment.machine"), WHAT, rows)


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
    except (AttributeError, ValueError, OSError):  # systems that do not tell
        return ""


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
