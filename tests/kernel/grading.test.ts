/** Grading assignments: by the assignments' own steps, and by nbgrader. */

import { GRADING, testFiles } from "./python-tests";

testFiles(GRADING);
