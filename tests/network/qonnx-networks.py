"""Copies the networks in the `qonnx` package, with an input and ONNX Runtime's output.

usage: qonnx-networks.py FOLDER

Super-resolution gets the package's picture at half its size, the mean of four pixels each, so that the picture itself is
the expected output (`picture.pb`); its quarters are the calibration data. The two networks that were trained in 4 bits are
written twice: unchanged, and without their `Quant` nodes (`NAME.float.onnx`).
"""

import importlib.util
import os
import shutil
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

DATA = os.path.join(
    importlib.util.find_spec("qonnx").submodule_search_locations[0], "data/onnx"
)
ESPCN = f"{DATA}/bsd300x3-espcn"


def read(path):
    with open(path, "rb") as file:
        return numpy_helper.to_array(onnx.TensorProto.FromString(file.read()))


def write(path, value):
    with open(path, "wb") as file:
        file.write(numpy_helper.from_array(np.float32(value)).SerializeToString())


def without_quantization(model):
    """The network with the inputs of `Quant` nodes instead of their outputs; weights that they read are quantized."""
    graph = model.graph
    sources = {}
    kept = []
    for node in graph.node:
        for i, name in enumerate(node.input):
            node.input[i] = sources.get(name, name)
        if node.op_type == "Quant":
            sources[node.output[0]] = node.input[0]
        else:
            kept.append(node)
    del graph.node[:]
    graph.node.extend(kept)
    for output in graph.output:
        output.name = sources.get(output.name, output.name)
    read = {name for node in kept for name in node.input}
    for entries in (graph.initializer, graph.input):
        wanted = [entry for entry in entries if entry.name in read]
        del entries[:]
        entries.extend(wanted)
    graph.ClearField("value_info")
    del model.opset_import[1:]
    return model


def compute(model, value):
    """The output of ONNX Runtime, for any lengths of the input in the file."""
    weights = {weight.name for weight in model.graph.initializer}
    entries = [entry for entry in model.graph.input if entry.name not in weights]
    for entry in [*entries, *model.graph.output]:
        for i, dim in enumerate(entry.type.tensor_type.shape.dim):
            dim.dim_param = f"{entry.name}{i}"
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return session.run(None, {entries[0].name: value})[0]


def main(folder):
    picture = read(f"{ESPCN}/test_data/input_0.pb")
    channels, size = picture.shape[1], picture.shape[2] // 2
    small = picture.reshape(1, channels, size, 2, size, 2).mean(axis=(3, 5))
    write(f"{folder}/picture.pb", picture)
    write(f"{folder}/small.pb", small)
    for i in range(4):
        y, x = i // 2 * size, i % 2 * size
        write(f"{folder}/quarter{i}.pb", picture[:, :, y : y + size, x : x + size])
    digit = read(f"{DATA}/mnist-conv/test_data_set_0/input_0.pb")
    write(f"{folder}/digit.pb", digit)
    block = np.random.default_rng(7).standard_normal((1, 1, 200, 200)) * 0.1
    write(f"{folder}/noise.pb", block)
    networks = {
        "mnist": (f"{DATA}/mnist-conv/model.onnx", digit),
        "residual": (f"{DATA}/residual_block_clean.onnx", block),
        "resize": (f"{ESPCN}/nn_resize/float_model.onnx", small),
        "resize-trained-in-4-bits": (f"{ESPCN}/nn_resize/quant_model.onnx", small),
        "subpixel": (f"{ESPCN}/subpixel/float_model.onnx", small),
        "subpixel-trained-in-4-bits": (f"{ESPCN}/subpixel/quant_model.onnx", small),
    }
    for name, (path, value) in networks.items():
        model = onnx.load(path)
        shutil.copy(path, f"{folder}/{name}.onnx")
        if any(node.op_type == "Quant" for node in model.graph.node):
            name += ".float"
            onnx.save(without_quantization(model), f"{folder}/{name}.onnx")
        write(f"{folder}/{name}.output.pb", compute(model, np.float32(value)))


main(sys.argv[1])
