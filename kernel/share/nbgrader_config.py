"""
nbgrader for TypeScript notebooks.

Copy this file into a course's folder as nbgrader_config.py, or load it from the one that is there:

    load_subconfig("nbgrader_config.py", path="<the folder of this file>")
"""

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor, Preprocessor
from nbgrader.preprocessors import GetGrades
from traitlets import Bool

c = get_config()  # noqa: F821, Jupyter defines it

# What a student finds in the place of a solution. A function that throws has any result type, so
# that the cells that use it still compile.
c.ClearSolutions.code_stub = {
    "typescript": '// YOUR CODE HERE\nthrow new Error("not implemented");',
    "python": "# YOUR CODE HERE\nraise NotImplementedError()",
}

# A cell that runs this many seconds is interrupted, and the next one runs.
c.ExecutePreprocessor.timeout = 60
c.ExecutePreprocessor.interrupt_on_timeout = True


class WithoutTests(Preprocessor):
    """Feedback shows what checks print; the tests, and errors that quote them, are left out."""

    enabled = Bool(True).tag(config=True)

    def preprocess_cell(self, cell, resources, index):
        metadata = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not (metadata.get("grade") and metadata.get("locked")):
            return cell, resources
        cell.source = "// Checks of your solution"
        cell.outputs = [self.shown(output) for output in cell.outputs]
        return cell, resources

    @staticmethod
    def shown(output):
        if output.output_type != "error":
            return output
        output.evalue = "the checks stopped before their end"
        output.traceback = [f"{output.ename}: {output.evalue}"]
        return output


c.GenerateFeedback.preprocessors = [GetGrades, WithoutTests, CSSHTMLHeaderPreprocessor]
