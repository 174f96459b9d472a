"""The JupyterLab extension's files; there is no Python code to call."""

try:
    from ._version import __version__
except ImportError:  # a checkout that was never built
    __version__ = "dev"


def _jupyter_labextension_paths():
    return [{"src": "labextension", "dest": "jupyterlab-tvm-vta"}]
