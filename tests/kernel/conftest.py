"""The kernel as Jupyter installs and starts it, driven through jupyter_client."""

import subprocess
import sys
from pathlib import Path

import pytest

from session import Session

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ["node", str(ROOT / "kernel" / "bin" / "tvm-vta-kernel.mjs")]


@pytest.fixture(scope="session", autouse=True)
def installed():
    """Installs the kernelspec into the environment that runs the tests."""
    place = ["--sys-prefix", "--python", sys.executable]
    subprocess.run([*COMMAND, "install", *place], check=True)
    yield
    subprocess.run([*COMMAND, "uninstall", *place], check=True)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One kernel for all tests of a file; its folder is empty."""
    with Session(tmp_path_factory.mktemp("notebook")) as session:
        yield session


@pytest.fixture
def fresh(tmp_path):
    """A kernel of the test's own, in its `tmp_path`."""
    with Session(tmp_path) as session:
        yield session
