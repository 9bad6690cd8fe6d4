"""C headers are compiled, without a warning, and answer as their models do."""

import subprocess

import numpy as np
import pytest

import exported
from glassnet import Network, export
from glassnet.core.activations import ACTIVATIONS
from glassnet.errors import SettingError, UnknownNameError
from glassnet.export.comparison import answers_of_model
from glassnet.export.description import CalendarPart, Description, Input, Layer
from glassnet.export.formats import FORMATS
from glassnet.export.onnx_features import POSITIONS
from glassnet.tables.columns.calendar import PARTS

pytestmark = pytest.mark.needs("a C compiler")
FLAGS = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O1"]
LARGE = ("three classes", "numbers")  # headers
SMALL = [name for name in exported.MAKE if name not in (*LARGE, *exported.WORDS)]


def cell(value):
    """Return a cell as C writes it."""
    if isinstance(value, str):
        return "NULL" if not value else '"' + "".join(f"\\{byte:03o}" for byte in value.encode()) + '"'
    return "NAN" if np.isnan(value) else repr(float(value))


def run(folder, header, description, inputs, n):
    """Compile a program that prints the index, where there is one, and n numbers for each row; return them."""
    answers = description.answers
    has_index = hasattr(answers, "classes") and not answers.multilabel
    kind = "double" if hasattr(answers, "mean") else "float"
    first = description.inputs[0]
    if first.shape:
        type_, rows = (
            {"rows": "float", "pictures": "unsigned char"}[first.kind],
            inputs["X"].reshape(-1, np.prod(first.shape)),
        )
        texts = ["{" + ", ".join(map(str, row)) + "}" for row in rows.tolist()]
        table, row = f"static const {type_} rows[][{rows.shape[1]}]", "rows[i]"
    else:
        columns = [inputs[one.name][:, 0].tolist() for one in description.inputs]
        texts = ["{" + ", ".join(map(cell, cells)) + "}" for cells in zip(*columns, strict=True)]
        table, row = "static const model_row rows[]", "&rows[i]"
    call = f"model_predict({row}, y)"
    lines = ",\n".join(texts)
    (folder / "main.c").write_text(f"""
        #include <stdio.h>
        #include "{header.name}"
        {table} = {{ {lines} }};
        int main(void)
        {{
            int i, j;
            {kind} y[{n}];
            for (i = 0; i < {len(texts)}; i++) {{
                {f'printf("%d ", {call});' if has_index else f"{call};"}
                for (j = 0; j < {n}; j++)
                    printf("%.17g ", (double)y[j]);
                printf("\\n");
            }}
            return 0;
        }}""")
    subprocess.run(["cc", *FLAGS, "-o", "main", "main.c", "-lm"], cwd=folder, check=True)
    out = subprocess.run(["./main"], cwd=folder, check=True, capture_output=True, text=True).stdout
    found = np.array([line.split() for line in out.splitlines()], float)
    return (found[:, 0].astype(int), found[:, 1:]) if has_index else (None, found)


def see_that_same(model, rows, index, found, tolerance):
    *labels, values = answers_of_model(model, rows)
    values = np.moveaxis(values, 0, 1).reshape(len(found), -1) if values.ndim == 3 else values
    assert found.shape == values.shape
    np.testing.assert_allclose(found, values, rtol=tolerance, atol=tolerance)
    if index is not None:
        assert model.classes_[index].tolist() == labels[0].tolist()


@pytest.mark.long
@pytest.mark.parametrize("name", SMALL)
def test_every_kind_of_model_answers_the_same(name, tmp_path):
    model, rows = exported.model(name)
    done = export.write(model, tmp_path / "model.h")
    assert done.comparison is None  # nothing here runs C
    width = answers_of_model(model, rows)[-1]
    n = width.shape[-1] * (len(width) if width.ndim == 3 else 1)
    index, found = run(tmp_path, done.path, done.description, export.inputs(model, rows), n)
    see_that_same(model, rows, index, found, 1e-5)


@pytest.mark.parametrize("name", exported.WORDS)
def test_free_text_is_refused(name, tmp_path):
    model, _ = exported.model(name)
    with pytest.raises(SettingError, match="column 'note' holds text, whose words C does not find: export to onnx or"):
        export.write(model, tmp_path / "model.h")
    assert not list(tmp_path.iterdir())


def test_weights_of_8_bits_answer_as_was_measured(tmp_path):
    model, rows = exported.model("costs")
    done = export.write(model, tmp_path / "model.h", rows=rows, quantize="int8")
    _, found = run(tmp_path, done.path, done.description, export.inputs(model, rows), 3)
    difference = np.abs(found - model.predict_proba(rows)).max()
    assert 1e-5 < done.comparison.largest < 0.05
    assert difference == pytest.approx(done.comparison.largest, rel=0.01)
    assert "signed char model_W1" in done.path.read_text()
    assert done.size < 0.6 * export.write(model, tmp_path / "model_2.h").size


def test_quantisation_rounds_to_the_nearest_of_255_steps():
    model, _ = exported.model("costs")
    from glassnet.export.quantization import quantized

    before = export.describe(model)
    for layer, rounded in zip(before.layers, quantized(before, "int8").layers, strict=True):
        whole = rounded.W / rounded.step
        np.testing.assert_allclose(whole, np.round(whole), atol=1e-4)
        assert np.abs(whole).max() == pytest.approx(127)
        assert (np.abs(rounded.W - layer.W) <= 0.5001 * rounded.step).all()


def test_what_cannot_be_quantised_is_told(tmp_path):
    model, _ = exported.model("costs")
    with pytest.raises(SettingError, match="quantize: expected format c; got python"):
        export.write(model, tmp_path / "model.py", quantize="int8")
    with pytest.raises(UnknownNameError, match=r"unknown quantization 'int4'.*known: int8"):
        export.write(model, tmp_path / "model.h", quantize="int4")


def test_every_activation_computes_the_same(tmp_path):
    Z = np.random.default_rng(0).normal(0, 4, (3, 100)).astype(np.float32)
    for name in [*ACTIVATIONS, "leaky_relu(0.3)", "elu(0.5)"]:
        net = Network([3, 3], [name], loss=None if name == "softmax" else "squared_error", dtype="float64")
        net.W[1] = np.eye(3)
        done = export.write(net, tmp_path / "model.h")
        _, A = run(tmp_path, done.path, done.description, export.inputs(net, Z), 3)
        np.testing.assert_allclose(A, net.forward(Z).T, rtol=2e-6, atol=2e-6, err_msg=name)


@pytest.mark.parametrize("name", ["c", "python"])
def test_parts_of_the_calendar_are_those_of_the_calendar(name, tmp_path):
    """What ONNX's calendar is compared with by datetime, the others are compared with by the table of parts."""
    rng = np.random.default_rng(0)
    seconds = rng.integers(-5_000_000_000, 10_000_000_000, (500, 1)).astype(float)
    seconds[:4, 0] = [0, -1, 951782400, np.nan]  # 2000-02-29
    one = Input("t", "moment", "", per_unit=86400.0)
    features = tuple(CalendarPart(one, part, PARTS[part].values) for part in POSITIONS)
    n = sum(each.width for each in features)
    identity = Layer(np.eye(n, dtype=np.float32), np.zeros((n, 1), np.float32), "identity")
    description = Description("Network", (one,), features, (identity,), n, None)
    if name == "c":
        (tmp_path / "model.h").write_bytes(FORMATS["c"].content(description, "model"))
        _, A = run(tmp_path, tmp_path / "model.h", description, {"t": seconds}, n)
    else:
        (A,) = FORMATS[name].answers(FORMATS[name].content(description, "model"), {"t": seconds})
    lost = np.isnan(seconds[:, 0])
    ticks = np.where(lost, 0, seconds[:, 0]).astype(np.int64) * 1_000_000
    expected = np.hstack([PARTS[part].values[PARTS[part].position(ticks)] for part in POSITIONS])
    np.testing.assert_allclose(A, np.where(lost[:, np.newaxis], 0, expected), atol=1e-6)
