"""The backends by name. A new one is a row here; every list, check and message is made from these rows."""

from __future__ import annotations

from glassnet.backends.backend import Backend
from glassnet.backends.native import NATIVE
from glassnet.backends.numpy import NUMPY
from glassnet.backends.torch import TORCH
from glassnet.training.settings import ENGINES

BACKENDS: dict[str, Backend] = ENGINES  # one table: its names are what the setting `engine` takes
BACKENDS |= {row.name: row for row in (NUMPY, NATIVE, TORCH)}
