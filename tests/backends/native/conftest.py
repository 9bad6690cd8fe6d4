"""The levels of this processor, at each of which the library's tests run."""

import pytest

from glassnet.backends.native import library, task

CACHES = (library.library, task.of_library, task.run_function)  # each keeps what is of one level


def levels():
    """Return the levels as parameters; one that is skipped where there is no library."""
    loaded = library._loaded()
    names = ("none",) if isinstance(loaded, str) else loaded.levels
    return [pytest.param(name, marks=pytest.mark.needs("the native library")) for name in names]


def forget():
    for cache in CACHES:
        cache.cache_clear()


@pytest.fixture(scope="module", params=levels())
def level(request):
    """Let the library run at one level of the processor."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("GLASSNET_LEVEL", request.param)
        forget()
        yield request.param
    forget()
