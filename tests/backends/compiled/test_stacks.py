"""Stacks by the loops that are compiled, as plain Python: every optimiser with all options."""

import pytest

from backends.compiled.interpreted import use
from training.test_stacks import OPTIMIZERS, OPTIONS, assert_is_as_alone


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("options", OPTIONS)
def test_each_network_is_as_alone(optimizer, options, monkeypatch):
    use("interpreted", monkeypatch)
    assert_is_as_alone("compiled", optimizer, options)
