// Prints "PASSED FAILED" from vitest's JSON report and the exit code that vitest ended with.
const { readFileSync } = require("node:fs");

const [file, exitCode] = process.argv.slice(2);
const { numPassedTests: passed, numFailedTests, testResults } = JSON.parse(readFileSync(file, "utf8"));
// A file that cannot be loaded has failed without a test of its own.
const unloaded = testResults.filter((result) => result.status === "failed" && result.assertionResults.length === 0);
const failed = numFailedTests + unloaded.length;
const silent = failed === 0 && (exitCode !== "0" || passed === 0) ? 1 : 0;
console.log(`${passed} ${failed + silent}`);
