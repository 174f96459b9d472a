"""An nbgrader assignment in TypeScript: generated, solved in several ways, graded."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course import Course, with_source

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

# Each student's solution, and the points for the three tests (of 2, 2 and 2).
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
    return Course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def released(course):
    return course.release("ps1", assignment(), "problem")


def test_the_released_version_has_stubs_and_no_hidden_tests(released):
    assert BODY in released.cells[0].source
    assert "xs.map" not in released.cells[0].source
    assert "HIDDEN" not in "".join(cell.source for cell in released.cells)


def test_each_solution_gets_the_points_that_it_deserves(course, released):
    for student, (body, _) in STUDENTS.items():
        source = released.cells[0].source.replace(BODY, body)
        course.hand_in("ps1", "problem", student, with_source(released, "scale", source))
    course.nbgrader("autograde", "ps1", "--create")

    scores = {student: course.scores("ps1", "problem", student) for student in STUDENTS}
    points = {student: [graded[name] for name in TESTS] for student, graded in scores.items()}
    assert points == {student: wanted for student, (_, wanted) in STUDENTS.items()}


def test_a_crash_is_recorded_as_an_error(course):
    path = course.folder / "autograded" / "crash" / "ps1" / "problem.ipynb"
    notebook = nbformat.read(path, as_version=4)
    errors = [output.ename for cell in notebook.cells for output in cell.outputs]
    assert "SessionLost" in errors
    assert not any(
        output.get("name") == "stderr" for cell in notebook.cells for output in cell.outputs
    )
