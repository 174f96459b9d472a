"""Writes the cases of ONNX's tests of single operators: models, inputs and outputs.

usage: node-cases.py FOLDER OPERATOR...
"""

import base64
import json
import sys
import warnings

import numpy as np
import onnx
from onnx import numpy_helper

warnings.filterwarnings("ignore")
from onnx.backend.test.loader import load_model_tests  # noqa: E402
from onnx.backend.test.case.node import collect_testcases  # noqa: E402


def text(data):
    return base64.b64encode(data).decode()


def tensor(value):
    if not isinstance(value, (np.ndarray, np.generic)):
        return None
    return text(numpy_helper.from_array(np.asarray(value)).SerializeToString())


def main(folder, operators):
    cases = []
    for case in collect_testcases(None):
        if case.model is None or len(case.model.graph.node) != 1:
            continue
        node = case.model.graph.node[0]
        if node.op_type not in operators or node.domain:
            continue
        for inputs, outputs in case.data_sets:
            cases.append(
                {
                    "name": case.name,
                    "operator": node.op_type,
                    "model": text(case.model.SerializeToString()),
                    "inputs": [tensor(value) for value in inputs],
                    "outputs": [tensor(value) for value in outputs],
                    "rtol": case.rtol,
                    "atol": case.atol,
                }
            )
    with open(f"{folder}/cases.json", "w") as out:
        json.dump(cases, out)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
