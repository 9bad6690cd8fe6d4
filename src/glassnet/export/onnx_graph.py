"""An ONNX graph in the making: tensors with operators, so that formulas read as they do elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.errors import MissingLibraryError
from glassnet.typing import AnyArray

OPSET, OPSET_ML = 18, 3  # of December 2022 and of 2022: ONNX 1.13, onnxruntime 1.14
IR_VERSIONS = {18: 8, 20: 9}  # of the same releases
ML = "ai.onnx.ml"


def onnx_library() -> Any:
    """Return the module `onnx`; raise MissingLibraryError where it is not installed."""
    try:
        import onnx
    except ImportError as error:
        raise MissingLibraryError.of("exporting to ONNX", "onnx") from error
    return onnx


@dataclass(frozen=True, eq=False)
class Tensor:
    """The result of a node; operators add further nodes to its graph."""

    graph: Graph
    name: str
    dtype: str  # NumPy's name; "str" for text

    def __add__(self, other: Any) -> Tensor:
        return self.graph.node("Add", self, self._like(other))

    def __sub__(self, other: Any) -> Tensor:
        return self.graph.node("Sub", self, self._like(other))

    def __rsub__(self, other: Any) -> Tensor:
        return self.graph.node("Sub", self._like(other), self)

    def __mul__(self, other: Any) -> Tensor:
        return self.graph.node("Mul", self, self._like(other))

    def __truediv__(self, other: Any) -> Tensor:
        return self.graph.node("Div", self, self._like(other))

    def __matmul__(self, other: Any) -> Tensor:
        return self.graph.node("MatMul", self, self._like(other))

    def __gt__(self, other: Any) -> Tensor:
        return self.graph.node("Greater", self, self._like(other), dtype="bool")

    def __ge__(self, other: Any) -> Tensor:
        return self.graph.node("GreaterOrEqual", self, self._like(other), dtype="bool")

    def equals(self, other: Any) -> Tensor:
        """Return where it is equal to something."""
        return self.graph.node("Equal", self, self._like(other), dtype="bool")

    def clip(self, low: float, high: float) -> Tensor:
        """Return it within two numbers."""
        return self.graph.node("Clip", self, self._like(low), self._like(high))

    def to(self, dtype: str) -> Tensor:
        """Return it as numbers of another type."""
        return self if dtype == self.dtype else self.graph.node("Cast", self, dtype=dtype, to=self.graph.code_of(dtype))

    def reshape(self, *shape: int) -> Tensor:
        """Return it in another shape, 0 being as it was and -1 what is left."""
        return self.graph.node("Reshape", self, self.graph.constant(np.array(shape, np.int64)))

    def transpose(self, *axes: int) -> Tensor:
        """Return it with its axes in another order."""
        return self.graph.node("Transpose", self, perm=list(axes))

    def take(self, indices: Any, axis: int = 1) -> Tensor:
        """Return some of its entries along an axis."""
        return self.graph.node("Gather", self, self.graph.tensor(indices, "int64"), axis=axis)

    def columns(self, start: int, end: int) -> Tensor:
        """Return some neighbouring entries of its last axis."""
        ends = [self.graph.constant(np.array([value], np.int64)) for value in (start, end, -1)]
        return self.graph.node("Slice", self, *ends)

    def _like(self, other: Any) -> Tensor:
        return self.graph.tensor(other, self.dtype)


class Graph:
    """The nodes, constants and ends of a graph.

    Parameters
    ----------
    taken : iterable of str
        Names of inputs and outputs, which nothing else may have.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.onnx = onnx_library()
        self.nodes: list[Any] = []
        self.constants: dict[tuple[Any, ...], Any] = {}
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self.others: list[Any] = []  # tensors whose type and shape ONNX cannot infer
        self.taken = set(taken)
        self.opsets = {"": OPSET, ML: OPSET_ML}

    def body(self) -> Graph:
        """Return a graph that a node of this one repeats."""
        inner = Graph()
        inner.taken, inner.opsets = self.taken, self.opsets  # names are of both
        return inner

    def code_of(self, dtype: str) -> int:
        """Return ONNX's number of a type."""
        types = self.onnx.TensorProto
        return int(types.STRING if dtype == "str" else self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def input(self, name: str, dtype: str, shape: Sequence[Any], holds: str) -> Tensor:
        """Add something that the graph takes."""
        info = self.onnx.helper.make_tensor_value_info(name, self.code_of(dtype), list(shape), doc_string=holds)
        self.inputs.append(info)
        return Tensor(self, name, dtype)

    def output(self, tensor: Tensor, name: str, shape: Sequence[Any]) -> None:
        """Add something that the graph returns, under a name."""
        self.nodes.append(self.onnx.helper.make_node("Identity", [tensor.name], [name]))
        self.outputs.append(self.onnx.helper.make_tensor_value_info(name, self.code_of(tensor.dtype), list(shape)))

    def node(
        self, kind: str, *inputs: Tensor | None, name: str = "", dtype: str | None = None, domain: str = "",
        more: Sequence[str] = (), **attributes: Any,
    ) -> Tensor:  # fmt: skip
        """Add a node, None being an input that is left out; return its result, by default of the first input's type.

        `more` are names of further results, of which nothing is made.
        """
        name = self.name(name or kind)
        names = ["" if tensor is None else tensor.name for tensor in inputs]
        self.nodes.append(
            self.onnx.helper.make_node(kind, names, [name, *more], name=name, domain=domain, **attributes)
        )  # fmt: skip
        first = next(tensor for tensor in inputs if tensor is not None)
        return Tensor(self, name, dtype or first.dtype)

    def told(self, tensor: Tensor, rank: int) -> Tensor:
        """Return the result of an operator that is not ONNX's, once its type and rank are written into the graph."""
        code, shape = self.code_of(tensor.dtype), [None] * rank
        self.others.append(self.onnx.helper.make_tensor_value_info(tensor.name, code, shape))
        return tensor

    def tensor(self, value: Any, dtype: str) -> Tensor:
        """Return a tensor as it is, and numbers as a constant."""
        return value if isinstance(value, Tensor) else self.constant(np.asarray(value, dtype))

    def constant(self, array: AnyArray, name: str = "") -> Tensor:
        """Add an array; the same one is kept once."""
        is_text = array.dtype.kind in "UO"
        dtype = "str" if is_text else array.dtype.name
        content = tuple(array.ravel().tolist()) if is_text else array.tobytes()
        key = (dtype, array.shape, content)
        if key not in self.constants:
            values = [text.encode() for text in content] if is_text else content
            tensor = self.onnx.helper.make_tensor(
                self.name(name or "constant"), self.code_of(dtype), array.shape, values, raw=not is_text
            )
            self.constants[key] = tensor
        return Tensor(self, self.constants[key].name, dtype)

    def where(self, condition: Tensor, then: Any, otherwise: Any, dtype: str) -> Tensor:
        """Return one of two tensors, entry by entry."""
        return self.node("Where", condition, self.tensor(then, dtype), self.tensor(otherwise, dtype), dtype=dtype)

    def joined(self, tensors: Sequence[Tensor], axis: int = 1, name: str = "") -> Tensor:
        """Return tensors side by side."""
        return tensors[0] if len(tensors) == 1 else self.node("Concat", *tensors, axis=axis, name=name)

    def lookup(self, text: Tensor, keys: Sequence[str], values: Sequence[int], default: int) -> Tensor:
        """Return the whole number that belongs to each text."""
        return self.node(
            "LabelEncoder", text, dtype="int64", domain=ML, keys_strings=list(keys), values_int64s=list(values),
            default_int64=default,
        )  # fmt: skip

    def spelled(self, text: Tensor, keys: Sequence[str], values: Sequence[str], default: str) -> Tensor:
        """Return the text that belongs to each text."""
        return self.node(
            "LabelEncoder", text, domain=ML, keys_strings=list(keys), values_strings=list(values),
            default_string=default,
        )  # fmt: skip

    def graph(self, name: str) -> Any:
        """Return the whole as a graph."""
        return self.onnx.helper.make_graph(
            self.nodes, name, self.inputs, self.outputs, list(self.constants.values()), value_info=self.others
        )  # fmt: skip

    def model(self, name: str, doc: str, producer_version: str) -> Any:
        """Return the whole as a model, checked by ONNX."""
        helper = self.onnx.helper
        opsets = [helper.make_opsetid(domain, version) for domain, version in self.opsets.items()]
        model = helper.make_model(
            self.graph(name), opset_imports=opsets, ir_version=IR_VERSIONS[self.opsets[""]], producer_name="glassnet",
            producer_version=producer_version, doc_string=doc,
        )  # fmt: skip
        self.onnx.checker.check_model(model, full_check=True)
        return model

    def name(self, wanted: str) -> str:
        """Return a name that nothing has yet."""
        name, n = wanted, 1
        while name in self.taken:
            n += 1
            name = f"{wanted}_{n}"
        self.taken.add(name)
        return name
