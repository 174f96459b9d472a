"""Trains the residual network that the tests and the tutorial `network` use, with NumPy alone, and writes it as ONNX.

The data are scikit-learn's digits: 1797 images of 8x8, a fifth of which is held out. The output
is checked in; run the script again only to change the network:

    pip install numpy onnx scikit-learn
    python tests/network/train/train.py
"""

import base64
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits

SEED = 7
EPOCHS = 30
BATCH = 64
RATE = 2e-3
WRITTEN = Path(__file__).parents[3] / "notebooks" / "tutorials" / "network"


def columns(x, kernel, stride, pad):
    """The windows of images [n, c, h, w] as rows [n, oh, ow, c * kernel * kernel]."""
    n, c, h, w = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    _, _, oh, ow, _, _ = windows.shape
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(n, oh, ow, c * kernel * kernel)


class Conv:
    def __init__(self, random, inputs, outputs, kernel, stride=1):
        self.kernel, self.stride, self.pad = kernel, stride, kernel // 2
        scale = np.sqrt(2 / (inputs * kernel * kernel))
        self.weight = (random.standard_normal((outputs, inputs, kernel, kernel)) * scale).astype("f4")
        self.bias = np.zeros(outputs, "f4")

    def forward(self, x):
        self.shape = x.shape
        self.rows = columns(x, self.kernel, self.stride, self.pad)
        flat = self.weight.reshape(len(self.weight), -1)
        return (self.rows @ flat.T + self.bias).transpose(0, 3, 1, 2)

    def backward(self, grad):
        n, c, h, w = self.shape
        grad = grad.transpose(0, 2, 3, 1)
        flat = grad.reshape(-1, grad.shape[-1])
        self.grads = [
            (flat.T @ self.rows.reshape(len(flat), -1)).reshape(self.weight.shape),
            flat.sum(0),
        ]
        rows = (grad @ self.weight.reshape(len(self.weight), -1)).reshape(
            *grad.shape[:3], c, self.kernel, self.kernel
        )
        padded = np.zeros((n, c, h + 2 * self.pad, w + 2 * self.pad), "f4")
        _, oh, ow, _ = grad.shape
        for i in range(self.kernel):
            for j in range(self.kernel):
                window = padded[
                    :, :, i : i + oh * self.stride : self.stride, j : j + ow * self.stride : self.stride
                ]
                window += rows[..., i, j].transpose(0, 3, 1, 2)
        return padded[:, :, self.pad : self.pad + h, self.pad : self.pad + w]

    @property
    def values(self):
        return [self.weight, self.bias]


class Network:
    """Stem, maximum of 3x3, a residual block, a convolution with stride, mean, dense layer."""

    def __init__(self, random):
        self.stem = Conv(random, 1, 16, 3)
        self.first = Conv(random, 16, 16, 3)
        self.second = Conv(random, 16, 16, 3)
        self.down = Conv(random, 16, 32, 3, stride=2)
        self.dense = (random.standard_normal((10, 32)) * 0.2).astype("f4")
        self.offset = np.zeros(10, "f4")
        self.convs = [self.stem, self.first, self.second, self.down]

    @property
    def values(self):
        return [value for conv in self.convs for value in conv.values] + [self.dense, self.offset]

    def forward(self, x):
        self.a = np.maximum(self.stem.forward(x), 0)
        windows = columns(self.a.reshape(-1, 1, 8, 8), 3, 1, 1)
        self.most = windows.argmax(-1)
        pooled = np.take_along_axis(windows, self.most[..., None], -1)[..., 0].reshape(self.a.shape)
        self.b = np.maximum(self.first.forward(pooled), 0)
        self.c = np.maximum(self.second.forward(self.b) + pooled, 0)
        self.d = np.maximum(self.down.forward(self.c), 0)
        self.mean = self.d.mean((2, 3))
        return self.mean @ self.dense.T + self.offset

    def backward(self, grad):
        tail = [grad.T @ self.mean, grad.sum(0)]
        spread = (grad @ self.dense)[:, :, None, None] / 16 * np.ones((1, 1, 4, 4), "f4")
        into_c = self.down.backward(spread * (self.d > 0)) * (self.c > 0)
        into_b = self.second.backward(into_c) * (self.b > 0)
        into_pool = self.first.backward(into_b) + into_c
        planes = into_pool.reshape(-1, 8, 8)
        padded = np.zeros((len(planes), 10, 10), "f4")
        for k in range(9):
            i, j = divmod(k, 3)
            padded[:, i : i + 8, j : j + 8] += planes * (self.most == k)
        into_a = padded[:, 1:9, 1:9].reshape(self.a.shape) * (self.a > 0)
        self.stem.backward(into_a)
        return [value for conv in self.convs for value in conv.grads] + tail


def train(network, images, labels, random):
    moments = [(np.zeros_like(value), np.zeros_like(value)) for value in network.values]
    step = 0
    for epoch in range(EPOCHS):
        order = random.permutation(len(images))
        rate = RATE * (0.1 if epoch >= EPOCHS * 2 // 3 else 1)
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            logits = network.forward(images[chosen])
            powers = np.exp(logits - logits.max(1, keepdims=True))
            grad = powers / powers.sum(1, keepdims=True)
            grad[np.arange(len(chosen)), labels[chosen]] -= 1
            step += 1
            grads = network.backward((grad / len(chosen)).astype("f4"))
            for value, (mean, square), one in zip(network.values, moments, grads):
                mean += 0.1 * (one - mean)
                square += 0.001 * (one * one - square)
                unbiased = np.sqrt(square / (1 - 0.999**step)) + 1e-8
                value -= rate * (mean / (1 - 0.9**step) / unbiased + 1e-3 * value)


def as_onnx(network):
    names = ["stem", "first", "second", "down"]
    weights = []
    for name, conv in zip(names, network.convs):
        weights.append(numpy_helper.from_array(conv.weight, f"{name}_weight"))
        weights.append(numpy_helper.from_array(conv.bias, f"{name}_bias"))
    weights.append(numpy_helper.from_array(network.dense, "dense_weight"))
    weights.append(numpy_helper.from_array(network.offset, "dense_bias"))

    def conv(name, source, stride=1):
        return helper.make_node(
            "Conv",
            [source, f"{name}_weight", f"{name}_bias"],
            [name],
            name,
            kernel_shape=[3, 3],
            pads=[1, 1, 1, 1],
            strides=[stride, stride],
        )

    def node(kind, sources, name, **attrs):
        return helper.make_node(kind, sources, [name], name, **attrs)

    nodes = [
        conv("stem", "image"),
        node("Relu", ["stem"], "stem_relu"),
        node("MaxPool", ["stem_relu"], "pool", kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[1, 1]),
        conv("first", "pool"),
        node("Relu", ["first"], "first_relu"),
        conv("second", "first_relu"),
        node("Add", ["second", "pool"], "sum"),
        node("Relu", ["sum"], "sum_relu"),
        conv("down", "sum_relu", stride=2),
        node("Relu", ["down"], "down_relu"),
        node("GlobalAveragePool", ["down_relu"], "mean"),
        node("Flatten", ["mean"], "features", axis=1),
        node("Gemm", ["features", "dense_weight", "dense_bias"], "logits", transB=1),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 8, 8])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 10])
    graph = helper.make_graph(nodes, "digits", [image], [logits], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def main():
    random = np.random.default_rng(SEED)
    digits = load_digits()
    order = random.permutation(len(digits.target))
    kept, held = order[len(order) // 5 :], order[: len(order) // 5]
    images = (digits.images[:, None] / 8 - 1).astype("f4")
    network = Network(random)
    train(network, images[kept], digits.target[kept], random)
    answers = network.forward(images[held]).argmax(1)
    correct = int((answers == digits.target[held]).sum())
    print(f"{correct} of {len(held)} held-out images are recognized")
    (WRITTEN / "digits.onnx").write_bytes(as_onnx(network))
    pixels = digits.images[held].astype(np.uint8)
    record = {
        "shape": [len(held), 1, 8, 8],
        "pixels": base64.b64encode(pixels.tobytes()).decode(),
        "labels": digits.target[held].tolist(),
        "correct": correct,
    }
    (WRITTEN / "digits.json").write_text(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
