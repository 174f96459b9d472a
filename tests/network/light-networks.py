"""Copies the networks in the `onnx` package, with the input that its test runner makes and their output.

usage: light-networks.py FOLDER NAME...
"""

import os
import shutil
import sys

import numpy as np
import onnx
from onnx import numpy_helper


def main(folder, names):
    data = os.path.join(os.path.dirname(onnx.__file__), "backend/test/data/light")
    for name in names:
        path = f"{data}/light_{name}.onnx"
        model = onnx.load(path)
        weights = {weight.name for weight in model.graph.initializer}
        (given,) = [entry for entry in model.graph.input if entry.name not in weights]
        shape = [dim.dim_value for dim in given.type.tensor_type.shape.dim]
        size = int(np.prod(shape))
        value = (np.arange(size) / size).astype(np.float32).reshape(shape)
        shutil.copy(path, f"{folder}/{name}.onnx")
        shutil.copy(f"{data}/light_{name}_output_0.pb", f"{folder}/{name}.output.pb")
        with open(f"{folder}/{name}.input.pb", "wb") as out:
            out.write(numpy_helper.from_array(value, given.name).SerializeToString())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
