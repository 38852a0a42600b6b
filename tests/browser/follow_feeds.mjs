// Asks for feeds as readers do and prints what two libraries that readers are made of see there: address -> library ->
// entries as [id, title, link, date]. rss-parser knows RSS and Atom, feedsmith JSON Feed as well.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import path from "node:path";

const [modules, ...addresses] = process.argv.slice(2);
const require = createRequire(path.join(modules, "index.js"));
const Parser = require("rss-parser");
const { parseFeed } = await import(pathToFileURL(require.resolve("feedsmith")).href);

const linkOf = (entry) => entry.link ?? entry.url ?? entry.links?.[0]?.href;
const dateOf = (entry) => entry.pubDate ?? entry.published ?? entry.date_published;

const seen = {};
for (const address of addresses) {
  const text = await (await fetch(address)).text();
  const { feed } = parseFeed(text);
  seen[address] = {
    feedsmith: (feed.items ?? feed.entries).map((entry) => [
      entry.guid?.value ?? entry.id,
      entry.title?.value ?? entry.title,
      linkOf(entry),
      dateOf(entry),
    ]),
  };
  if (!address.endsWith(".json")) {
    const { items } = await new Parser().parseString(text);
    seen[address]["rss-parser"] = items.map((entry) => [
      entry.guid ?? entry.id,
      entry.title,
      entry.link,
      entry.isoDate,
    ]);
  }
}
console.log(JSON.stringify(seen));
