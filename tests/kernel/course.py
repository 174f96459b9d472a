"""A course of nbgrader in a folder: assignments are released, submitted and graded."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from conftest import ROOT

CONFIG = ROOT / "kernel" / "share" / "nbgrader_config.py"


class Course:
    def __init__(self, folder: Path, extra_config: str = ""):
        self.folder = folder
        shutil.copy(CONFIG, folder / "nbgrader_config.py")
        with (folder / "nbgrader_config.py").open("a") as config:
            config.write(extra_config)

    def nbgrader(self, *arguments: str) -> None:
        # nbgrader runs other programs of its environment.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        result = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            env={**os.environ, "PATH": path},
        )
        assert result.returncode == 0, result.stderr

    def release(self, assignment: str, notebook, name: str):
        """Returns the notebook that students get."""
        source = self.folder / "source" / assignment
        source.mkdir(parents=True)
        nbformat.write(notebook, source / f"{name}.ipynb")
        self.nbgrader("generate_assignment", assignment, "--create")
        return nbformat.read(self.folder / "release" / assignment / f"{name}.ipynb", as_version=4)

    def hand_in(self, assignment: str, name: str, student: str, notebook) -> None:
        folder = self.folder / "submitted" / student / assignment
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{name}.ipynb")

    def scores(self, assignment: str, name: str, student: str) -> dict[str, float]:
        """Points by the name of the graded cell."""
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as gradebook:
            grades = gradebook.find_submission_notebook(name, assignment, student).grades
            return {grade.name: grade.score for grade in grades}


def with_source(notebook, cell_id: str, source: str):
    """A copy of a notebook with another text in the cell that nbgrader calls `cell_id`."""
    copy = notebook.copy()
    copy.cells = [cell.copy() for cell in notebook.cells]
    for cell in copy.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == cell_id:
            cell.source = source
            return copy
    raise AssertionError(f"the notebook has no cell {cell_id}")
