// Steps through the playground as a reader would and fails on the first thing that is not there.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import puppeteer from "puppeteer-core";

const [address, out] = process.argv.slice(2);
const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const faults = [], elsewhere = [];
async function playground(language, dark, width) {
  const page = await (await browser.createBrowserContext()).newPage();
  await page.evaluateOnNewDocument(tag => Object.defineProperty(navigator, "languages", { get: () => [tag] }), language);
  await page.setViewport({ width, height: 900, isMobile: width < 600, hasTouch: width < 600 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
  page.on("pageerror", error => faults.push(error.message));
  page.on("console", message => message.type() === "error" && faults.push(message.text()));
  page.on("request", request => /^(http|ws)/.test(request.url()) && !request.url().startsWith(address) && elsewhere.push(request.url()));
  await page.goto(address + "/", { waitUntil: "networkidle0" });
  return page;
}
const text = (page, selector) => page.$eval(selector, element => element.textContent);
const settled = (page, pattern = /\d ms|م\.ث/) => page.waitForFunction(source => new RegExp(source).test(document.getElementById("status").textContent), { timeout: 30000 }, pattern.source);
async function example(page, name) {
  await page.evaluate(() => { document.getElementById("status").textContent = ""; });
  await page.select("#example", name);
  await settled(page);
}
const paste = (page, selector, value) => page.$eval(selector, (element, value) => { element.value = value; element.dispatchEvent(new Event("input")); }, value);
const fits = page => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1);

// Light, English.
const page = await playground("en", false, 1280);
assert.match(await text(page, "#status"), /Paste a page/);
await example(page, "english-news");
assert.ok(await page.$$eval("#marked mark.removed", marks => marks.length > 2), "removed blocks are marked");
const preview = await (await page.$("#preview")).evaluate(frame => ({ sandbox: frame.getAttribute("sandbox"), length: frame.srcdoc.length }));
assert.equal(preview.sandbox, "");
assert.ok(preview.length > 200, "there is a preview");
await page.screenshot({ path: `${out}/light.png` });

// From the keyboard: a step to the next mark says its rule.
await page.focus("#marked mark[tabindex='0']");
await page.keyboard.press("ArrowDown");
const reason = await text(page, "#reason");
assert.match(reason, /\w+\/\w+|model/, reason);
await page.hover("#marked mark.removed");

// A pack with a mistake: the right line. Its fifth line is the selector.
await paste(page, "#pack", 'about = "x"\n[[rule]]\nid = "a"\nwhy = "b"\nselect = ["p["]\nhit = ["<p>x</p>"]\nmiss = ["y"]\n');
await page.waitForSelector("#mistakes .error button");
assert.match(await text(page, "#mistakes .error button"), /line 5/);
assert.equal(await text(page, "#lines .bad"), "5");
await page.click("#mistakes .error button");
assert.equal(await page.evaluate(() => document.activeElement.id), "pack");
await page.screenshot({ path: `${out}/mistake.png`, fullPage: true });

// A good pack: what it takes is gained, and the result is without it.
const source = "<html><body><article><h1>The port</h1>" + "<p>The port opened this morning, the mayor said to the people on the quay.</p>".repeat(8) + "<div class=zephyr><p>Only the pack knows this line, and it is long enough to be prose.</p></div><p>Ships came in all day.</p></article></body></html>";
await page.click("#to-edit");
await paste(page, "#source", source);
await paste(page, "#pack", 'about = "x"\n[[rule]]\nid = "box"\nwhy = "a box"\nselect = [".zephyr"]\nhit = ["<p>The port opened.</p><div class=zephyr>x</div>"]\nmiss = ["<p>The port opened.</p>"]\n');
await page.waitForSelector("#change .gained", { timeout: 30000 });
assert.match(await text(page, "#change .gained"), /playground\/box/);
assert.match(await text(page, "#reason"), /Point at a mark/, "the reason of a mark goes with it");
// What the model took with the box in it is not laid to the box alone.
assert.match(await text(page, "#decisions li"), /model The block model takes it.*playground\/box/);
assert.doesNotMatch(await text(page, "#code"), /Only the pack knows/);
assert.match(await text(page, "#code"), /Ships came in/);
await page.screenshot({ path: `${out}/gained.png`, fullPage: true });

// A saved page of a megabyte, in an old encoding, does not freeze: the longest time without a turn of the event loop.
const large = "<!-- saved from url=(0026)https://news.example/large --><meta charset=windows-1252><article>\u00e9t\u00e9 " + source.repeat(Math.ceil(1e6 / source.length)) + "</article>";
await writeFile(`${out}/large.html`, Buffer.from(large, "latin1"));
await page.evaluate(() => {
  window.longest = 0;
  let last = performance.now();
  setInterval(() => { const now = performance.now(); window.longest = Math.max(window.longest, now - last); last = now; }, 10);
  document.getElementById("status").textContent = "";
});
await (await page.$("#file")).uploadFile(`${out}/large.html`);
await settled(page);
assert.equal(await page.$eval("#url", field => field.value), "https://news.example/large");
assert.match(await text(page, "#marked"), /\u00e9t\u00e9/);
const longest = await page.evaluate(() => window.longest);
console.log(`playground: ${large.length} characters: ${await text(page, "#status")}; the page stood still for ${Math.round(longest)} ms at most`);
assert.ok(longest < 3000, "a megabyte freezes the page");

// Nothing stays.
assert.deepEqual(await page.evaluate(async () => [localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length]), [0, 0, "", 0]);
assert.equal(new URL(page.url()).search + new URL(page.url()).hash, "");

const dark = await playground("en", true, 1280);
await example(dark, "contacts");
assert.ok(await dark.$$eval("#marked mark.finding", marks => marks.length > 0), "redactions are marked");
assert.ok(await dark.evaluate(() => getComputedStyle(document.body).color === "rgb(255, 255, 255)"), "dark mode is light on dark");
await dark.screenshot({ path: `${out}/dark.png`, fullPage: true });

const arabic = await playground("ar", false, 1280);
await example(arabic, "arabic-news");
assert.equal(await arabic.evaluate(() => document.documentElement.dir), "rtl");
assert.equal(await arabic.evaluate(() => getComputedStyle(document.getElementById("marked")).unicodeBidi), "plaintext", "each line has its own direction");
await arabic.screenshot({ path: `${out}/arabic.png` });
await arabic.click("#language");
assert.equal(await arabic.evaluate(() => document.documentElement.dir), "ltr");

for (const language of ["en", "ar"]) {
  const phone = await playground(language, false, 390);
  await example(phone, "arabic-news");
  assert.ok(await fits(phone), `${language}: wider than a phone`);
  await phone.screenshot({ path: `${out}/phone-${language}.png` });
}
assert.deepEqual(faults, [], "errors in the console");
assert.deepEqual(elsewhere, [], "requests to elsewhere");
await browser.close();
console.log("playground: fine");
