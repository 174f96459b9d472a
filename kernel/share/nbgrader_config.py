"""
nbgrader for TypeScript notebooks.

Copy this file into a course's folder as nbgrader_config.py, or load it from the one that is there:

    load_subconfig("nbgrader_config.py", path="<the folder of this file>")
"""

c = get_config()  # noqa: F821, Jupyter defines it

# What a student finds in the place of a solution. A function that throws has any result type, so
# that the cells that use it still compile.
c.ClearSolutions.code_stub = {
    "typescript": '// YOUR CODE HERE\nthrow new Error("not implemented");',
    "python": "# YOUR CODE HERE\nraise NotImplementedError()",
}
