// Reads feeds with two libraries that feed readers are made of; prints, per folder, the number of entries each saw:
// [RSS by rss-parser, RSS by feedsmith, Atom by feedsmith, JSON Feed by feedsmith].
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import path from "node:path";

const [modules, ...folders] = process.argv.slice(2);
const require = createRequire(path.join(modules, "index.js"));
const Parser = require("rss-parser");
const { parseFeed } = await import(pathToFileURL(require.resolve("feedsmith")).href);

const counts = [];
for (const folder of folders) {
  const read = (name) => readFileSync(path.join(folder, name), "utf-8");
  const rss = await new Parser().parseString(read("feed.xml"));
  const entries = (text) => {
    const { feed } = parseFeed(text);
    return (feed.items ?? feed.entries).length;
  };
  counts.push([rss.items.length, entries(read("feed.xml")), entries(read("atom.xml")), entries(read("feed.json"))]);
}
console.log(JSON.stringify(counts));
