/** Runs the Python tests of this folder, which use the kernel through jupyter_client; those of grading are apart. */

import { GRADING, allFiles, testFiles } from "./python-tests";

testFiles(allFiles.filter((file) => !GRADING.includes(file)));
