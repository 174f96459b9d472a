"""The assignments of notebooks/assignments: released, submitted, graded, and their feedback."""

import re

import nbformat
import pytest

from conftest import ROOT
from course import Course, with_source

SOURCES = sorted((ROOT / "notebooks" / "assignments" / "source").glob("*/*.ipynb"))
NAMES = [path.stem for path in SOURCES]

CONFIG = "\nc.ExecutePreprocessor.timeout = 20\n"


def solution_cell(notebook):
    """The cell of a notebook that students fill in."""
    cells = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]
    assert len(cells) == 1
    return cells[0]


def points_of(notebook):
    """All points by the name of the graded cell."""
    graded = [c.metadata.nbgrader for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]
    return {each.grade_id: each.points for each in graded}


def hand_in(course, released, name, student, source):
    cell = solution_cell(released).metadata.nbgrader.grade_id
    course.hand_in(name, name, student, with_source(released, cell, source))


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_the_solution_gets_all_points_and_an_empty_one_none(path, tmp_path):
    name = path.stem
    course = Course(tmp_path, CONFIG)
    source = nbformat.read(path, as_version=4)
    released = course.release(name, source, name)
    text = "".join(cell.source for cell in released.cells)
    assert "not implemented" in text and "HIDDEN" not in text and "SOLUTION" not in text
    hand_in(course, released, name, "solution", solution_cell(source).source)
    hand_in(course, released, name, "empty", solution_cell(released).source)
    course.nbgrader("autograde", name, "--create")

    points = points_of(source)
    assert sum(points.values()) == 10
    assert course.scores(name, name, "solution") == points
    assert course.scores(name, name, "empty") == dict.fromkeys(points, 0)


ALU = "alu_operator"

# Students' submissions for alu_operator, as changes of the solution, and their points.
STUDENTS = {
    # Negative values are not limited; the second check has no values beyond that limit.
    "one_limit": ([("tir.max(shifted(...i), -10)", "tir.max(shifted(...i), -128)")], [2, 4]),
    # Large values are not limited; the second check has no large values.
    "no_large": ([("tir.min(raised(...i), 100)", "tir.min(raised(...i), 127)")], [2, 4]),
    # Correct, in tiles of one vector: more cycles than the limit for all points.
    "in_pieces": (
        [
            ("const s = te.createSchedule(C.op);", "const s = te.createSchedule(C.op);\n"
             "  const [n] = s[C].op.axis;\n"
             "  for (const stage of [A_buf, shifted, raised, limited]) s[stage].computeAt(s[C], n);\n"
             "  s[C].pragma(s[C].op.axis[1], env.dmaCopy);"),
            ("for (const stage of [A_buf, C])", "for (const stage of [A_buf])"),
        ],
        [6, 3.73],
    ),
    "endless": ([("return vta.build", "for (;;) {}\n  return vta.build")], [0, 0]),
    "crash": ([("return vta.build", "process.exit(1);\n  return vta.build")], [0, 0]),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("alu"), CONFIG)
    source = nbformat.read(next(path for path in SOURCES if path.stem == ALU), as_version=4)
    released = course.release(ALU, source, ALU)
    for student, (changes, _) in STUDENTS.items():
        text = solution_cell(source).source
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        hand_in(course, released, ALU, student, text)
    # Each cell that calls the endless submission costs the whole limit.
    course.nbgrader("autograde", ALU, "--create", "--student", "endless", "--ExecutePreprocessor.timeout=5")
    course.nbgrader("autograde", ALU, "--create")
    course.nbgrader("generate_feedback", ALU)
    return course


@pytest.mark.parametrize("student", STUDENTS)
def test_partial_submissions_get_partial_points(graded, student):
    scores = graded.scores(ALU, ALU, student)
    assert [scores["clipped_values"], scores["clipped_cost"]] == STUDENTS[student][1]


def feedback(course, student):
    html = (course.folder / "feedback" / student / ALU / f"{ALU}.html").read_text()
    return re.sub(r"<[^>]+>", "", html)


def test_feedback_says_what_failed_and_shows_no_test(graded):
    for student in STUDENTS:
        text = feedback(graded, student)
        assert "HIDDEN" not in text and "seeds: [11" not in text and "14]" not in text
    assert "wrong for the largest and smallest values: 63 of 128 elements differ" in feedback(graded, "one_limit")
    assert re.search(r"[\d,]+ cycles; 500 give all points, 1,500 give none", feedback(graded, "in_pieces"))
    assert "the checks stopped before their end" in feedback(graded, "crash")
