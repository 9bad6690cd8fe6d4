"""Ctrl-C waits inside `held`, is raised by `check`, and goes through in `allowed`; heavy imports stand in `held`."""
# ruff: noqa: PT012  what happens before it is raised is the point

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from glassnet import interrupts


@pytest.fixture(autouse=True)
def nothing_is_left(ctrl_c):
    """Require that what waits for Ctrl-C ends with the test."""
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert not interrupts._State.waiting
    assert not interrupts._State.handlers


def press():
    signal.raise_signal(signal.SIGINT)


def test_it_waits_until_the_block_is_done():
    done = []
    with pytest.raises(KeyboardInterrupt), interrupts.held():
        press()
        with interrupts.held():  # blocks nest
            press()
        done.append("inner")
        press()
        done.append("outer")
    assert done == ["inner", "outer"]
    interrupts.check()  # it is raised once


def test_a_check_raises_what_waits():
    interrupts.check()
    with interrupts.held():
        interrupts.check()
        press()
        with pytest.raises(KeyboardInterrupt):
            interrupts.check()
        interrupts.check()


def test_it_goes_through_where_it_is_allowed():
    done = []
    with interrupts.held():
        with pytest.raises(KeyboardInterrupt), interrupts.allowed():
            press()
            done.append("not reached")
        press()
        with pytest.raises(KeyboardInterrupt), interrupts.allowed():  # what waits comes first
            done.append("not reached")
        with interrupts.allowed(), pytest.raises(KeyboardInterrupt), interrupts.held():
            press()
            done.append("reached")
    with pytest.raises(KeyboardInterrupt), interrupts.allowed():  # outside of `held` it changes nothing
        press()
    assert done == ["reached"]


def test_an_error_gives_way_to_it():
    with pytest.raises(KeyboardInterrupt) as caught, interrupts.held():
        press()
        raise ZeroDivisionError
    assert isinstance(caught.value.__context__, ZeroDivisionError)


def test_other_threads_hear_nothing():
    def enter():
        with interrupts.held(), interrupts.allowed():
            interrupts.check()
            return signal.getsignal(signal.SIGINT)

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(enter).result() is signal.default_int_handler
        with interrupts.held():
            press()
            assert pool.submit(enter).result() is interrupts._handle
            with pytest.raises(KeyboardInterrupt):
                interrupts.check()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", pytest.param("SIGALRM", marks=pytest.mark.needs("posix"))])
def test_a_handler_of_the_users_own(name):
    number, heard = getattr(signal, name), []

    def handler(number, frame):
        heard.append(number)
        raise TimeoutError

    before = signal.signal(number, handler)
    try:
        with pytest.raises(TimeoutError), interrupts.held():
            signal.raise_signal(number)
            assert not heard
        assert heard == [number]
        assert signal.getsignal(number) is handler
    finally:
        signal.signal(number, before)


def test_signals_that_nobody_handles_stay_so():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts.held():
            press()
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_handler_that_is_set_inside_stays():
    with interrupts.held():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert signal.signal(signal.SIGINT, signal.default_int_handler) is signal.SIG_IGN


# ---------------------------------------------------------------- the rule for imports
FRAGILE = {"h5py", "matplotlib", "pandas", "scipy", "torch"}  # unusable once cut off
HELD = ("training/", "backends/native/", "backends/torch/")  # these run inside `train` alone
