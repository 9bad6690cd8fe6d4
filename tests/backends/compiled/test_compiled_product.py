"""The matrix product of the compiled engine against NumPy's, and steps dealt out to threads against the same in one."""

import numpy as np
import pytest

from glassnet import Network
from glassnet.backends.compiled import compiled_engine, stepper

pytestmark = pytest.mark.needs("numba")
SHAPES = [
    (1, 1, 1), (1, 7, 40), (3, 5, 1), (7, 13, 5), (4, 2, 400), (4, 400, 2), (12, 16, 32), (13, 17, 33), (20, 515, 209),
    (200, 256, 257), (385, 300, 31), (64, 0, 10), (1, 0, 10), (5, 6, 0),
    (21, 530, 70), (70, 513, 9), (1, 300, 20), (20, 300, 1),
]  # fmt: skip


def called(dtype, kernel):
    """Return `product(A, B, out)` of a type, whose loops lie at the address `kernel`."""
    import numba

    from glassnet.backends.compiled import compiled_product

    function = compiled_product.product_of(dtype)

    @numba.njit
    def product(A, B, out, kernel, panels):
        function(A, B, out, kernel, panels)

    return lambda A, B, out: product(A, B, out, kernel, np.full(compiled_product.PANELS, np.nan, dtype))


def loops_of(dtype):
    """Return a type's loops, compiled for the machine that the test says this is."""
    from numba import cfunc, types

    from glassnet.backends.compiled import compiled_product

    loops = compiled_product.loops_of(dtype)

    @cfunc(types.void(*[types.intp] * 12), error_model="numpy")
    def at(a, step_ai, step_ap, b, step_bp, step_bj, c, step_c, n, k, m, panels):
        loops(a, step_ai, step_ap, b, step_bp, step_bj, c, step_c, n, k, m, panels)

    return at


@pytest.fixture(scope="module", params=["float32", "float64"])
def product(request):
    """Return the product of a type as this machine compiles it, and the type."""
    return called(request.param, compiled_engine.kernel_of(request.param)), request.param


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("orders", ["CC", "CF", "FC", "FF"])
def test_product_is_the_product(product, shape, orders):
    function, dtype = product
    n, k, m = shape
    rng = np.random.default_rng(0)
    A, B = (
        np.asarray(rng.standard_normal(size).astype(dtype), order=order)
        for size, order in zip([(n, k), (k, m)], orders, strict=True)
    )
    out = np.full((n, m), 7, dtype)
    function(A, B, out)
    expected = A.astype("float64") @ B.astype("float64")
    bound = np.abs(A).astype("float64") @ np.abs(B).astype("float64") * np.finfo(dtype).eps * max(k, 1)
    assert (np.abs(out - expected) <= bound).all()


def test_product_writes_only_its_own_entries(product):
    function, dtype = product
    rng = np.random.default_rng(0)
    flat = np.full(30 * 37 + 64, 7, dtype)
    A, B = rng.standard_normal((30, 20)).astype(dtype), rng.standard_normal((20, 37)).astype(dtype)
    function(A, B, flat[32 : 32 + 30 * 37].reshape(30, 37))
    assert (flat[:32] == 7).all()
    assert (flat[32 + 30 * 37 :] == 7).all()


def test_product_passes_on_what_is_not_finite(product):
    function, dtype = product
    A, B = np.ones((14, 20), dtype), np.ones((20, 40), dtype)
    A[3, 5], B[2, 7] = np.nan, np.inf
    out = np.empty((14, 40), dtype)
    function(A, B, out)
    assert np.isnan(out[3]).all()
    assert np.isinf(np.delete(out, 3, 0)[:, 7]).all()
    assert np.isfinite(np.delete(np.delete(out, 3, 0), 7, 1)).all()


def test_the_tiles_of_the_other_kind_of_machine_are_right(monkeypatch):
    """Those of this kind are what the tests above compile."""
    from glassnet.backends.compiled import compiled_product

    kinds = []
    for features in ({"avx512f": True}, {"avx2": True, "fma": True}):
        monkeypatch.setattr(compiled_product.binding, "get_host_cpu_features", lambda features=features: features)
        kinds.append(compiled_product.registers.__wrapped__())
    other = next(kind for kind in kinds if kind != compiled_product.registers())
    monkeypatch.undo()
    monkeypatch.setattr(compiled_product, "registers", lambda: other)
    loops = loops_of("float32")
    function = called("float32", loops.address)
    rng = np.random.default_rng(0)
    for k in (20, 600):  # into panels, and as dots
        A, B = rng.integers(-9, 9, (15, k)).astype("float32"), rng.integers(-9, 9, (21, k)).astype("float32").T
        out = np.empty((15, 21), "float32")
        function(A, B, out)
        assert (out == A @ B).all()


def test_without_wide_registers_blas_takes_the_product(monkeypatch):
    monkeypatch.setattr("glassnet.backends.compiled.compiled_product.registers", lambda: None)
    function = called("float64", 0)
    A, out = np.arange(12.0).reshape(3, 4), np.empty((3, 3))
    function(A, np.ascontiguousarray(A.T), out)
    assert np.allclose(out, A @ A.T)


def trained(monkeypatch, cores, **options):
    """Return the parameters and costs of a training whose steps are large enough to be dealt out."""
    monkeypatch.setattr(stepper, "cores", lambda: cores)
    monkeypatch.setattr(stepper.os, "cpu_count", lambda: 4)
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((100, 1100)), rng.standard_normal((3, 1100))
    net = Network([100, 150, 3], loss="squared_error", seed=1, dtype="float64")
    history = net.fit(X, Y, engine="compiled", epochs=3, l2=0.1, optimizer="adam", **options)
    return net.vector, history.cost


@pytest.mark.parametrize("options", [{"batch_size": 530}, {}], ids=["batches", "whole"])
def test_threads_change_no_bit(monkeypatch, options):
    vector, cost = trained(monkeypatch, 1, **options)
    for cores in (2, 3):
        other, other_cost = trained(monkeypatch, cores, **options)
        assert (other == vector).all()
        assert (other_cost == cost).all()


def test_parts_of_a_step_add_up_to_the_step(monkeypatch):
    options = {"batch_size": 530}
    vector, cost = trained(monkeypatch, 2, **options)
    monkeypatch.setattr(stepper, "_division", lambda *_: (1, 1))
    whole, whole_cost = trained(monkeypatch, 2, **options)
    assert np.allclose(vector, whole, rtol=1e-9, atol=1e-12)
    assert np.allclose(cost, whole_cost, rtol=1e-12)
    monkeypatch.setattr(stepper, "_division", lambda *_: (7, 1))
    vector, cost = trained(monkeypatch, 2, **options)
    assert np.allclose(vector, whole, rtol=1e-9, atol=1e-12)
    assert np.allclose(cost, whole_cost, rtol=1e-12)


def test_a_thread_that_fails_leaves_no_one_waiting(monkeypatch):
    def fails(*arguments):
        rank, counters = arguments[-2], arguments[-3]
        if rank == 1:
            raise MemoryError("no room")
        while counters[8] < 1:  # what `barrier` does
            pass
        return 0, 0.0

    make = stepper.CompiledSteps.__init__

    def with_failure(self, run, _function):
        make(self, run, fails)

    monkeypatch.setattr(stepper.CompiledSteps, "__init__", with_failure)
    monkeypatch.setattr(compiled_engine, "_loaded", {})  # what is never called has no signature
    with pytest.raises(MemoryError):
        trained(monkeypatch, 2, batch_size=530)
