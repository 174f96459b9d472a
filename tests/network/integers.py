"""Computes a quantized network in integers from its ONNX file, apart from everything of the compiler.

usage: integers.py FOLDER MODEL.onnx IMAGES.json SCALE

Rules (of relay.quantize in TVM 0.10): the first convolution and dense layers are in float. What a convolution
reads, and what is added, is in steps of SCALE/128; with `max` as SCALE, of the power of two that covers what the
network in float gives there for the images, divided by 128. Weights are in steps of
2^ceil(log2(max|w|))/128, as are biases that become sums by a shift. Where the steps of what is added differ, the smaller one wins. Going to
larger steps adds half of one and shifts right. 8-bit integers are limited to +-127, but for the sum of two 8-bit values that
one operator reads: it is cut to 8 bits in its own steps, so that it wraps around.

IMAGES.json holds inputs as lists; the first is the one that is computed. Writes `values.json`: the 8-bit integers of each
convolution, addition, first pooling and resizing by the node's name, as they are read, and the network's outputs.
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
    """In double precision, which is exact for the integers here."""
    view = windows(x, w.shape[2:], a.get("strides", [1, 1]), a.get("pads", [0, 0, 0, 0]))
    n, _, rows, columns = view.shape[:4]
    flat = view.transpose(0, 2, 3, 1, 4, 5).reshape(n * rows * columns, -1)
    sums = np.float64(flat) @ np.float64(w).reshape(len(w), -1).T
    sums = sums.reshape(n, rows, columns, -1).transpose(0, 3, 1, 2)
    integers = np.issubdtype(x.dtype, np.integer)
    return sums.astype(np.int64) if integers else sums


def folded(node, weights):
    """The factor and the summand of a batch normalization."""
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
    """Sums with the step `step` as 8-bit integers with the step `to`."""
    bits = log2(to / step)
    if bits > 0:
        q = (q + (1 << (bits - 1))) >> bits
    else:
        q = q << -bits
    return np.clip(q, -LIMIT, LIMIT)


def covering(most):
    """The smallest power of two that is at least the value."""
    return 2.0 ** np.ceil(np.log2(most)) if most > 0 else 1.0


def common(x, y):
    """Integers of two steps, converted to the smaller step."""
    step = min(x[1], y[1])
    return x[0] << log2(x[1] / step), y[0] << log2(y[1] / step), step


class Interpreter:
    """
    A value has floats, or integers with their step, and the node that computed it.
    :param scales: the range of each value as it is read; None computes in float
    """

    def __init__(self, graph, weights, scales):
        self.graph, self.weights, self.scales = graph, weights, scales
        self.values, self.written = {}, {}
        self.readers = collections.Counter(i for n in graph.node for i in n.input)
        self.norms = {n.input[0]: n for n in graph.node if n.op_type == "BatchNormalization"}
        # Additions whose sums lose their high bits, where only one operator reads them.
        self.cut = set()
        self.convolutions = 0

    def as_int8(self, name):
        """A value as operators read it: 8-bit integers with their step."""
        data, step, layer = self.values[name]
        if self.scales is None:
            return data, None
        to = self.scales(name) / 128
        if layer in self.cut and self.readers[name] <= 1:
            q, to = data.astype(np.int8).astype(np.int64), step
        elif step is None:
            q = np.clip(away(data / to), -LIMIT, LIMIT).astype(np.int64)
        else:
            q = narrowed(data, step, to)
        self.written[layer] = q.flatten().tolist()
        return q, to

    def kernel(self, node):
        """Weights and bias, including those of a normalization after the convolution, in single precision."""
        w = self.weights[node.input[1]]
        bias = self.weights[node.input[2]] if len(node.input) > 2 else np.zeros(len(w))
        if node.output[0] not in self.norms:
            return w, bias
        gain, shift = folded(self.norms[node.output[0]], self.weights)
        w = (np.float32(w) * gain[:, None, None, None]).astype(np.float64)
        return w, (np.float32(bias) * gain + shift).astype(np.float64)

    def conv(self, node, a):
        w, bias = self.kernel(node)
        self.convolutions += 1
        if self.convolutions == 1 or self.scales is None:
            y = conv(self.values[node.input[0]][0], w, a) + bias[:, None, None]
            return np.float32(y).astype(np.float64), None
        q, step = self.as_int8(node.input[0])
        w_step = covering(np.abs(w).max()) / 128
        qw = np.clip(away(w / w_step), -LIMIT, LIMIT).astype(np.int64)
        sums, sum_step = conv(q, qw, a), step * w_step
        if np.any(bias):
            bias_step = covering(np.abs(bias).max()) / 128
            qb = np.clip(away(bias / bias_step), -LIMIT, LIMIT).astype(np.int64)
            sums, qb, sum_step = common((sums, sum_step), (qb[:, None, None], bias_step))
            sums = sums + qb
        return sums, sum_step

    def add(self, node):
        integers = all(self.values[i][1] is not None for i in node.input)
        x, y = (self.as_int8(i) for i in node.input)
        if self.scales is None:
            return x[0] + y[0], None
        if integers:
            self.cut.add(node.name)
        x, y, step = common(x, y)
        return x + y, step

    def global_average(self, node):
        q, step = self.as_int8(node.input[0])
        total = q.sum(axis=(2, 3), keepdims=True)
        area = q.shape[2] * q.shape[3]
        if step is None:
            return total / area, None
        return np.sign(total) * (np.abs(total) // area) * step, None

    def compute(self, node):
        """Data, step and layer of a node's result."""
        a, op = attributes(node), node.op_type
        data, step, layer = self.values[node.input[0]]
        if op == "Conv":
            return *self.conv(node, a), node.name
        if op == "BatchNormalization":
            return data, step, layer
        if op == "Relu":
            return np.maximum(data, 0), step, layer
        if op == "MaxPool":
            pads = a.get("pads", [0, 0, 0, 0])
            view = windows(data, a["kernel_shape"], a["strides"], pads, -np.inf)
            return view.max(axis=(4, 5)), step, node.name
        if op == "Add":
            return *self.add(node), node.name
        if op == "Resize":
            # The nearest, at whole multiples; of floats.
            q, step = self.as_int8(node.input[0])
            _, _, down, across = (int(scale) for scale in self.weights[node.input[2]])
            larger = q.repeat(down, axis=2).repeat(across, axis=3)
            return larger * (1 if step is None else step), None, node.name
        if op == "GlobalAveragePool":
            return *self.global_average(node), node.name
        if op in ("Flatten", "Reshape"):
            return data.reshape(data.shape[0], -1), step, layer
        if op == "Gemm":
            w = self.weights[node.input[1]]
            w = w.T if a.get("transB", 0) else w
            bias = self.weights[node.input[2]] if len(node.input) > 2 else 0
            return data @ w + bias, None, node.name
        raise SystemExit(f"{op} is not known here")

    def run(self, image):
        weights = {w.name for w in self.graph.initializer}
        (given,) = [entry.name for entry in self.graph.input if entry.name not in weights]
        self.values[given] = (image, None, given)
        for node in self.graph.node:
            self.values[node.output[0]] = self.compute(node)
        return self

    def output(self, name):
        data, step, _ = self.values[name]
        if step is None:
            return data
        q, step = self.as_int8(name)
        return q * step


def main(folder, model_path, images_path, scale):
    graph = onnx.load(model_path).graph
    weights = {w.name: numpy_helper.to_array(w).astype(np.float64) for w in graph.initializer}
    given = json.load(open(images_path))
    images = [np.float32(i).astype(np.float64).reshape(given["shape"]) for i in given["images"]]
    if scale == "max":
        seen = [Interpreter(graph, weights, None).run(image).values for image in images]

        def scales(name):
            return covering(max(np.abs(values[name][0]).max() for values in seen))
    else:

        def scales(_):
            return float(scale)

    interpreter = Interpreter(graph, weights, scales).run(images[0])
    outputs = [interpreter.output(o.name).flatten().tolist() for o in graph.output]
    with open(f"{folder}/values.json", "w") as file:
        json.dump({"values": interpreter.written, "outputs": outputs}, file)


main(*sys.argv[1:])
