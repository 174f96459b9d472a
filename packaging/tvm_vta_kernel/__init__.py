"""The Jupyter kernel for TypeScript with TVM and VTA, as a Python package."""
