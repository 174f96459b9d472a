"""An nbgrader assignment in TypeScript: generated, solved in several ways, graded."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from conftest import ROOT

SOLUTION = """function scale(xs: number[], by: number): number[] {
  // BEGIN SOLUTION
  return xs.map((x) => x * by);
  // END SOLUTION
}"""

TESTS = {
    "works": "import assert from 'assert';\nassert.deepStrictEqual(scale([1, 2], 3), [3, 6]);",
    "hidden": "// BEGIN HIDDEN TESTS\nassert.deepStrictEqual(scale([], 3), []);\n// END HIDDEN TESTS\n1 + 1",
    "partial": "scale([1], 2).length + (scale([2], 2)[0] === 4 ? 1 : 0)",
}

BODY = '// YOUR CODE HERE\n  throw new Error("not implemented");'

# What each student writes, and the points for the three tests (of 2, 2 and 2).
STUDENTS = {
    "right": ("return xs.map((x) => x * by);", [2, 2, 2]),
    "wrong": ("return xs.map((x) => x + 100);", [0, 2, 1]),
    "partly": ("return xs.length === 0 ? [] : [2 * by];", [0, 2, 2]),
    "lazy": (BODY, [0, 0, 0]),
    "crash": ("process.exit(1);", [0, 0, 0]),
    "mistyped": ("return 'text';", [0, 0, 0]),
}


def grading(name, **flags):
    metadata = {"grade_id": name, "schema_version": 3, "grade": False, "solution": False}
    return {"nbgrader": {**metadata, "locked": False, "task": False, **flags}}


def assignment():
    notebook = new_notebook()
    notebook.metadata.kernelspec = {
        "name": "tvm-vta",
        "display_name": "TypeScript (TVM/VTA)",
        "language": "typescript",
    }
    notebook.cells = [new_code_cell(SOLUTION, metadata=grading("scale", solution=True))]
    for name, code in TESTS.items():
        flags = {"grade": True, "locked": True, "points": 2}
        notebook.cells.append(new_code_cell(code, metadata=grading(name, **flags)))
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "kernel" / "share" / "nbgrader_config.py", folder / "nbgrader_config.py")
    source = folder / "source" / "ps1"
    source.mkdir(parents=True)
    nbformat.write(assignment(), source / "problem.ipynb")
    nbgrader(folder, "generate_assignment", "ps1", "--create")
    return folder


def nbgrader(folder, *arguments):
    # nbgrader calls other programs of its environment.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path},
    )
    assert result.returncode == 0, result.stderr
    return result


def test_the_released_version_has_stubs_and_no_hidden_tests(course):
    notebook = nbformat.read(course / "release" / "ps1" / "problem.ipynb", as_version=4)
    assert BODY in notebook.cells[0].source
    assert "xs.map" not in notebook.cells[0].source
    assert "HIDDEN" not in "".join(cell.source for cell in notebook.cells)


def test_each_solution_gets_the_points_that_it_deserves(course):
    from nbgrader.api import Gradebook

    released = nbformat.read(course / "release" / "ps1" / "problem.ipynb", as_version=4)
    for student, (body, _) in STUDENTS.items():
        notebook = released.copy()
        notebook.cells = [cell.copy() for cell in released.cells]
        notebook.cells[0].source = notebook.cells[0].source.replace(BODY, body)
        folder = course / "submitted" / student / "ps1"
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / "problem.ipynb")
    nbgrader(course, "autograde", "ps1", "--create")

    scores = {}
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        for student in STUDENTS:
            grades = gradebook.find_submission_notebook("problem", "ps1", student).grades
            by_name = {grade.name: grade.score for grade in grades}
            scores[student] = [by_name[name] for name in TESTS]
    assert scores == {student: points for student, (_, points) in STUDENTS.items()}


def test_a_crash_is_recorded_as_an_error(course):
    path = course / "autograded" / "crash" / "ps1" / "problem.ipynb"
    notebook = nbformat.read(path, as_version=4)
    errors = [output.ename for cell in notebook.cells for output in cell.outputs]
    assert "SessionLost" in errors
    assert not any(
        output.get("name") == "stderr" for cell in notebook.cells for output in cell.outputs
    )
