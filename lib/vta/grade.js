exports.grade = require("./dist/library.js").grade;
