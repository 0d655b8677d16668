// Prints as JSON what AsyncAPI's parser finds in a document; run where the parser is installed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { Parser } = createRequire(`${process.cwd()}/`)("@asyncapi/parser");
const SEVERITIES = ["error", "warning", "information", "hint"];

// 3.1 has nothing that the document needs, and tools of before it would refuse a document of 3.1.
const parser = new Parser({ ruleset: { rules: { "asyncapi-latest-version": "off" } } });
const { document, diagnostics } = await parser.parse(readFileSync(process.argv[2], "utf8"));

const found = diagnostics.map(({ severity, code, message, path }) => ({
  severity: SEVERITIES[severity],
  code: String(code),
  message,
  place: path.join("."),
}));
console.log(JSON.stringify({ accepted: document !== undefined, found }));
