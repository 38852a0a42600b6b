// Runs Lighthouse over pages in one Chromium, one after the other; prints a JSON list with, for each, its scores (0 to 100),
// what it measured, and the audits that cost points.
// node lighthouse.mjs NODE_MODULES CHROMIUM '[{"url": "http://127.0.0.1:1/", "form": "mobile"}]'
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import path from "node:path";

const [modules, chromium, wanted] = process.argv.slice(2);
const require = createRequire(path.join(modules, "index.js"));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { default: lighthouse, desktopConfig } = await load("lighthouse");
const { launch } = await load("chrome-launcher");

// Static pages are quiet at once: what is simulated does not change with how long one waits for them to be.
const waiting = { pauseAfterFcpMs: 500, pauseAfterLoadMs: 500, networkQuietThresholdMs: 500, cpuQuietThresholdMs: 500 };
const settings = { ...waiting, disableFullPageScreenshot: true, throttlingMethod: "simulate" };
const forms = {
  mobile: { extends: "lighthouse:default", settings },
  desktop: { ...desktopConfig, settings: { ...desktopConfig.settings, ...settings } },
};

const told = ({ lhr }) => {
  const costly = ({ auditRefs }) =>
    auditRefs
      .filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 1)
      .map(({ id }) => `${id}: ${lhr.audits[id].displayValue ?? lhr.audits[id].title}`);
  const measured = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift"];
  return {
    scores: Object.fromEntries(
      Object.entries(lhr.categories).map(([id, { score }]) => [id, score === null ? null : Math.round(100 * score)]),
    ),
    measured: Object.fromEntries(measured.map((id) => [id, lhr.audits[id].numericValue])),
    costly: Object.fromEntries(Object.entries(lhr.categories).map(([id, category]) => [id, costly(category)])),
    error: lhr.runtimeError?.message ?? null,
  };
};

const chrome = await launch({
  chromePath: chromium,
  logLevel: "silent",
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
try {
  const found = [];
  for (const { url, form } of JSON.parse(wanted)) {
    found.push(told(await lighthouse(url, { port: chrome.port, logLevel: "error" }, forms[form])));
  }
  console.log(JSON.stringify(found));
} finally {
  chrome.kill();
}
