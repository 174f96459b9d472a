"""Executes a notebook in a folder and prints it, outputs included, as JSON.

Usage: execute.py NOTEBOOK FOLDER
"""

import sys

import nbformat
from nbclient import NotebookClient

path, folder = sys.argv[1:]
notebook = nbformat.read(path, as_version=4)
client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": folder}})
print(nbformat.writes(client.execute()))
