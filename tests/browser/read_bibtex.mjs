// Reads BibTeX files with the parser inside Better BibTeX for Zotero; prints a JSON list with, for each file, its errors
// and its entries.
// node read_bibtex.mjs NODE_MODULES FILE...
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import path from "node:path";

const [modules, ...files] = process.argv.slice(2);
const { parse } = await import(pathToFileURL(path.join(modules, "@retorquere/bibtex-parser/dist/esm/index.js")).href);

const read = (file) => {
  const { errors, entries } = parse(readFileSync(file, "utf-8"), { sentenceCase: false, verbatimFields: ["doi", "eprint", "url"] });
  return {
    errors: errors.map((each) => each.error ?? String(each)),
    entries: entries.map(({ type, key, fields }) => ({ type, key, fields })),
  };
};
console.log(JSON.stringify(files.map(read)));
