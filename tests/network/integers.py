"""Computes a quantized network in integers from its ONNX file, apart from everything of the compiler.

usage: integers.py FOLDER MODEL.onnx IMAGE.json SCALE

Rules (of relay.quantize in TVM 0.10): the first convolution and dense layers are in float. What a convolution
reads, and what is added, is in steps of SCALE/128. Weights are in steps of
2^ceil(log2(max|w|))/128, as are biases that become sums by a shift. Where the steps of sums and bias differ, the smaller one wins. Going to
larger steps adds half of one and shifts right. 8-bit integers are limited to +-127, but for the sum of two 8-bit values that
one operator reads: it is cut to 8 bits, so that it wraps around.

IMAGE.json holds the input as a list. Writes `values.json`: the 8-bit integers of each convolution, addition and first
pooling by the node's name, as they are read, and the network's outputs.
"""

import collections
import json
import sys

import numpy as np
import onnx
from onnx import numpy_helper

LIMIT = 127


def attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def windows(x, kernel, strides, pads, fill=0):
    top, left, bottom, right = pads
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=fill)
    view = np.lib.stride_tricks.sliding_window_view(x, kernel, axis=(2, 3))
    return view[:, :, :: strides[0], :: strides[1]]


def conv(x, w, a):
    kernel = w.shape[2:]
    view = windows(x, kernel, a.get("strides", [1, 1]), a.get("pads", [0, 0, 0, 0]))
    return np.einsum("nchwij,ocij->nohw", view, w)


def folded(node, weights):
    """What a batch normalization multiplies with, and what it adds."""
    gamma, beta, mean, variance = (np.float32(weights[i]) for i in node.input[1:])
    epsilon = np.float32(attributes(node).get("epsilon", 1e-5))
    gain = np.float32(1) / np.sqrt(variance + epsilon) * gamma
    return gain, -mean * gain + beta


def away(x):
    """Rounds halves away from zero."""
    return np.sign(x) * np.floor(np.abs(x) + 0.5)


def log2(x):
    return int(round(np.log2(x)))


def narrowed(q, step, to):
    """Sums in `step` as 8-bit integers in steps of `to`."""
    bits = log2(to / step)
    if bits > 0:
        q = (q + (1 << (bits - 1))) >> bits
    else:
        q = q << -bits
    return np.clip(q, -LIMIT, LIMIT)


def main(folder, model_path, image_path, scale):
    graph = onnx.load(model_path).graph
    weights = {w.name: numpy_helper.to_array(w).astype(np.float64) for w in graph.initializer}
    to = float(scale) / 128
    shape = [d.dim_value for d in graph.input[0].type.tensor_type.shape.dim]
    image = np.float32(json.load(open(image_path))).astype(np.float64).reshape(shape)
    # A value is floats, or integers with their step; and the node that it is of.
    values = {graph.input[0].name: (image, None, None)}
    written = {}
    readers = collections.Counter(i for n in graph.node for i in n.input)
    # Additions whose sums lose their high bits where only one reads them.
    cut = set()
    convolutions = 0

    def as_int8(name):
        """What is read of a value: 8-bit integers."""
        data, step, layer = values[name]
        if layer in cut and readers[name] == 1:
            q = data.astype(np.int8).astype(np.int64)
        elif step is None:
            q = np.clip(away(data / to), -LIMIT, LIMIT).astype(np.int64)
        else:
            q = narrowed(data, step, to)
        written[layer] = q.flatten().tolist()
        return q

    norms = {n.input[0]: n for n in graph.node if n.op_type == "BatchNormalization"}
    for node in graph.node:
        a = attributes(node)
        name, inputs = node.output[0], list(node.input)
        op = node.op_type
        if op == "Conv":
            w = weights[inputs[1]]
            bias = weights[inputs[2]] if len(inputs) > 2 else np.zeros(len(w))
            if name in norms:
                # The normalization behind it is part of its weights and bias, in single precision.
                gain, shift = folded(norms[name], weights)
                w = (np.float32(w) * gain[:, None, None, None]).astype(np.float64)
                bias = (np.float32(bias) * gain + shift).astype(np.float64)
            convolutions += 1
            if convolutions == 1:
                y = conv(values[inputs[0]][0], w, a) + bias[:, None, None]
                values[name] = (np.float32(y).astype(np.float64), None, node.name)
                continue
            q = as_int8(inputs[0])
            w_step = 2.0 ** np.ceil(np.log2(np.abs(w).max())) / 128
            qw = np.clip(away(w / w_step), -LIMIT, LIMIT).astype(np.int64)
            sums, sum_step = conv(q, qw, a), to * w_step
            if np.any(bias):
                bias_step = 2.0 ** np.ceil(np.log2(np.abs(bias).max())) / 128
                qb = np.clip(away(bias / bias_step), -LIMIT, LIMIT).astype(np.int64)
                common = min(sum_step, bias_step)
                sums = (sums << log2(sum_step / common)) + (
                    qb << log2(bias_step / common)
                )[:, None, None]
                sum_step = common
            values[name] = (sums, sum_step, node.name)
        elif op == "BatchNormalization":
            values[name] = values[inputs[0]]
        elif op == "Relu":
            data, step, layer = values[inputs[0]]
            values[name] = (np.maximum(data, 0), step, layer)
        elif op == "MaxPool":
            data, step, _ = values[inputs[0]]
            pads = a.get("pads", [0, 0, 0, 0])
            view = windows(data, a["kernel_shape"], a["strides"], pads, -np.inf)
            values[name] = (view.max(axis=(4, 5)), step, node.name)
        elif op == "Add":
            if all(values[i][1] is not None for i in inputs):
                cut.add(node.name)
            x, y = (as_int8(i) for i in inputs)
            values[name] = (x + y, to, node.name)
        elif op == "GlobalAveragePool":
            q = as_int8(inputs[0])
            total = q.sum(axis=(2, 3), keepdims=True)
            area = q.shape[2] * q.shape[3]
            mean = np.sign(total) * (np.abs(total) // area)
            values[name] = (mean * to, None, node.name)
        elif op in ("Flatten", "Reshape"):
            data, step, layer = values[inputs[0]]
            values[name] = (data.reshape(data.shape[0], -1), step, layer)
        elif op == "Gemm":
            w = weights[inputs[1]]
            w = w.T if a.get("transB", 0) else w
            data = values[inputs[0]][0] @ w
            values[name] = (data + (weights[inputs[2]] if len(inputs) > 2 else 0), None, node.name)
        else:
            raise SystemExit(f"{op} is not known here")
    outputs = [values[o.name][0].flatten().tolist() for o in graph.output]
    with open(f"{folder}/values.json", "w") as file:
        json.dump({"values": written, "outputs": outputs}, file)


main(*sys.argv[1:])
