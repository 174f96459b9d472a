"""The kernel, installed and started by Jupyter, driven through jupyter_client."""

from pathlib import Path

import pytest

from session import Session

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ["node", str(ROOT / "kernel" / "bin" / "tvm-vta-kernel.mjs")]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One kernel for all tests of a file; its folder is empty."""
    with Session(tmp_path_factory.mktemp("notebook")) as session:
        yield session


@pytest.fixture
def fresh(tmp_path):
    """A separate kernel for the test, in its `tmp_path`."""
    with Session(tmp_path) as session:
        yield session
