/* eslint-disable no-undef, @typescript-eslint/no-require-imports -- Node finds this CommonJS file as "vta-ts/grade" */
exports.grade = require("./dist/library.js").grade;
