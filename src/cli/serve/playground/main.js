"use strict";
// Nothing here is stored: no cookies, no storage, no addresses that hold what was pasted.
const WORDS = {
  en: {
    kept: "Nothing you paste is kept.", example: "Example", none: "–", arabicNews: "Arabic news", englishNews: "English news", contacts: "Phone and mail (Arabic)",
    file: "Saved page", url: "Its address", strip: "Strip", emit: "Emit", more: "More", token: "Token, if asked for", optional: "Moderation packs",
    source: "Source", edit: "Edit", marked: "Marked", result: "Result", preview: "Preview", code: "Output", hover: "Point at a mark, or step through marks with the arrow keys, to see why.",
    pack: "Rule pack", newPack: "A new pack", copy: "Copy", copied: "Copied.", change: "Hits gained and lost by the pack", decisions: "What went, and why",
    start: "Paste a page, open one, or pick an example.", working: "…", silent: "The service did not answer.", same: "Nothing changes.", fine: "No mistakes: {rules} rules, {examples} examples.",
    done: "{verdict}: {removals} removed, {findings} findings, {in} bytes in, {out} out, {ms} ms", held: "Rules hold this page back.", line: "line {line}", left: "… {n} characters …", more_items: "… and {n} more", other: "العربية",
  },
  ar: {
    kept: "لا يُحفظ شيء مما تلصقه.", example: "مثال", none: "–", arabicNews: "خبر عربي", englishNews: "خبر إنجليزي", contacts: "هاتف وبريد",
    file: "صفحة محفوظة", url: "عنوانها", strip: "التنقية", emit: "الإخراج", more: "المزيد", token: "الرمز، إن طُلب", optional: "حزم الإشراف",
    source: "المصدر", edit: "تحرير", marked: "مُعلَّم", result: "النتيجة", preview: "معاينة", code: "النص الناتج", hover: "أشر إلى علامة، أو تنقل بين العلامات بمفاتيح الأسهم، لترى السبب.",
    pack: "حزمة قواعد", newPack: "حزمة جديدة", copy: "نسخ", copied: "نُسخت.", change: "ما كسبته الحزمة وما فقدته", decisions: "ما حُذف، ولماذا",
    start: "الصق صفحة، أو افتح واحدة، أو اختر مثالا.", working: "…", silent: "لم تُجب الخدمة.", same: "لا شيء يتغير.", fine: "لا أخطاء: {rules} قواعد، {examples} أمثلة.",
    done: "{verdict}: حُذف {removals}، نتائج {findings}، {in} بايت دخلت، {out} خرجت، {ms} م.ث", held: "القواعد تحجز هذه الصفحة.", line: "السطر {line}", left: "… {n} حرفا …", more_items: "… و{n} أخرى", other: "English",
  },
};
const TEMPLATE = `about = "Furniture of one site"

[[rule]]
id   = "my-box"
why  = "What this box is, and why it goes"
select = [".my-box"]
hit  = ["<p>The port opened this morning.</p><div class=my-box>x</div>"]
miss = ["<p>The port opened this morning.</p>"]
`;
const HUES = 12, LIST = 300, LONG = 4000, END = 1500, LARGE = 200000, VIEW = 100000;
const at = id => document.getElementById(id);
let words = navigator.languages.some(tag => tag.toLowerCase().startsWith("ar")) ? "ar" : "en";
const say = (key, values = {}) => WORDS[words][key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const make = (tag, text, ...classes) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  element.classList.add(...classes);
  return element;
};
const hue = id => "h" + [...id].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) >>> 0, 7) % HUES;

function speak() {
  document.documentElement.lang = words;
  document.documentElement.dir = words === "ar" ? "rtl" : "ltr";
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  at("language").textContent = say("other");
  at("language").lang = words === "ar" ? "en" : "ar";
  at("preview").title = say("preview");
  if (!at("source").value) status("start");
}
function status(key, values, bad = false) {
  at("status").textContent = WORDS[words][key] ? say(key, values) : key;
  at("status").classList.toggle("bad", bad);
}

async function ask(path, options = {}) {
  const headers = { ...options.headers };
  if (at("token").value) headers.Authorization = "Bearer " + at("token").value;
  const answer = await fetch(path, { ...options, headers, cache: "no-store", credentials: "omit" });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.detail || body.title), { problem: body });
  return body;
}
const explain = (pack, signal) => {
  const body = { html: at("source").value, strip: at("strip").value, emit: at("emit").value };
  if (at("url").value) body.url = at("url").value;
  const on = [...document.querySelectorAll("#optional input:checked")].map(box => box.value).join(",");
  if (on) body.rules = on;
  if (pack) Object.assign(body, pack);
  return ask("v1/explain", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });
};

let loaded = "", pending, running, plain;
const packName = () => at("packs").value || "playground";
const packIsTried = () => at("pack").value.trim() !== "" && at("pack").value !== loaded;

// What was asked before is of no use once something is asked again.
function soon(pageChanged = true) {
  if (pageChanged) plain = undefined;
  clearTimeout(pending);
  running?.abort();
  pending = setTimeout(run, at("source").value.length > LARGE ? 900 : 250);
}
async function run() {
  running = new AbortController();
  const { signal } = running;
  const checked = packIsTried() ? check(signal) : (mistakes([]), Promise.resolve(false));
  if (!at("source").value.trim()) {
    show(undefined);
    await checked.catch(problem);
    return status("start");
  }
  status("working");
  const begun = performance.now();
  try {
    const [usable, before] = await Promise.all([checked, plain ?? explain(undefined, signal)]);
    plain = before;
    const now = usable ? await explain({ pack: at("pack").value, pack_name: packName() }, signal) : before;
    if (signal.aborted) return;
    show(now);
    compare(before, now, usable);
    const counts = now.report.counts;
    status("done", { verdict: now.report.verdict, removals: counts.removals, findings: counts.findings || 0, in: counts.bytes_in, out: counts.bytes_out, ms: Math.round(performance.now() - begun) });
  } catch (error) {
    problem(error);
  }
}
function problem(error) {
  if (error.name === "AbortError") return;
  if (error.problem?.mistakes) mistakes(error.problem.mistakes);
  status(error.problem ? error.message : "silent", {}, true);
  if (error.problem?.status === 401) document.querySelector("details").open = true;
}

// What the block model saw of the text that it took.
const seen = (now, segment) => (now.report.blocks ?? [])
  .filter(block => !block.kept && block.start < segment.end && block.end > segment.start && segment.removals.some(place => now.report.removals[place].rules.includes("model")))
  .slice(0, 2)
  .map(block => `${block.chance}${block.line == null ? "" : " < " + block.line}: ` + block.features.map(feature => `${feature.says}: ${feature.value} (${feature.weight > 0 ? "+" : ""}${feature.weight.toFixed(1)})`).join(", "));

const reasons = (now, segment) => [
  ...segment.removals.map(place => now.report.removals[place]).map(removal => removal.rules.map(rule => `${rule}: ${now.why[rule] || ""}`).join(" · ") + ` (${removal.extent}${removal.cause ? ", " + removal.cause : ""})`),
  ...segment.findings.map(place => now.report.findings[place]).map(finding => `${finding.rule}: ${now.why[finding.rule] || ""} (${finding.severity}, ${finding.done})`),
  ...seen(now, segment),
].join(" — ");

function show(now) {
  const decisions = document.createDocumentFragment(), texts = { removals: new Map(), findings: new Map() };
  for (const segment of now?.segments ?? [])
    for (const kind of ["removals", "findings"])
      for (const place of segment[kind]) if ((texts[kind].get(place) || "").length < 200) texts[kind].set(place, ((texts[kind].get(place) || "") + segment.text).slice(0, 200));
  at("marked").replaceChildren();
  // Of a mark that is no more.
  at("reason").textContent = say("hover");
  mark(now, 0);
  const first = at("marked").querySelector("mark");
  if (first) {
    first.tabIndex = 0;
    at("marked").scrollTop = first.offsetTop - at("marked").offsetTop - 60;
  }
  for (const kind of ["removals", "findings"]) {
    const all = now?.report[kind] ?? [];
    all.slice(0, LIST).forEach((decision, place) => decisions.append(item(decision, texts[kind].get(place), now.why)));
    if (all.length > LIST) decisions.append(make("li", say("more_items", { n: all.length - LIST })));
  }
  at("decisions").replaceChildren(decisions);
  const output = now ? now.output ?? say("held") : "";
  at("code").replaceChildren(...shortened(output, VIEW));
  const isPage = now?.output != null && ["republish", "preserve"].includes(at("emit").value);
  const body = isPage ? output : "<pre dir=auto>" + output.replace(/[&<]/g, letter => (letter === "&" ? "&amp;" : "&lt;")) + "</pre>";
  at("preview").srcdoc = output && '<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light"><body dir="auto">' + body;
}
// Marks the source from a segment on, as far as can be laid out at once; the rest comes on request.
function mark(now, from) {
  const marked = document.createDocumentFragment(), segments = now?.segments ?? [];
  let place = from, shown = 0;
  for (; place < segments.length && shown < VIEW; place++) {
    const segment = segments[place], text = shortened(segment.text);
    shown += Math.min(segment.text.length, LONG);
    if (!segment.removals.length && !segment.findings.length) {
      marked.append(...text);
      continue;
    }
    const part = make("mark");
    part.append(...text);
    if (segment.removals.length) part.classList.add("removed", hue(now.report.removals[segment.removals[0]].rules[0]));
    if (segment.findings.length) part.classList.add("finding");
    part.tabIndex = -1;
    part.dataset.why = reasons(now, segment);
    part.title = part.dataset.why;
    marked.append(part);
  }
  if (place < segments.length) {
    const rest = make("button", say("left", { n: segments.slice(place).reduce((sum, segment) => sum + segment.text.length, 0) }));
    rest.type = "button";
    rest.addEventListener("click", () => { rest.remove(); mark(now, place); });
    marked.append(rest);
  }
  at("marked").append(marked);
}
// A page of a megabyte is laid out where something happens; the rest opens on request.
function shortened(text, long = LONG) {
  if (text.length <= long) return [text];
  const rest = make("button", say("left", { n: text.length - 2 * END }));
  rest.type = "button";
  rest.addEventListener("click", () => rest.replaceWith(text.slice(END, -END)));
  return [text.slice(0, END), rest, text.slice(-END)];
}
function item(decision, text, why, ...classes) {
  const line = make("li", undefined, ...classes), rules = decision.rules ?? [decision.rule];
  line.append(make("span", undefined, "swatch", decision.rules ? hue(rules[0]) : "word"), " ");
  for (const rule of rules) line.append(make("code", rule), " " + (why[rule] || "") + " ");
  line.append(`(${decision.rules ? decision.extent + (decision.cause ? ", " + decision.cause : "") : decision.severity + ", " + decision.done})`);
  const quote = make("blockquote", text || "");
  quote.dir = "auto";
  line.append(quote);
  return line;
}
function compare(before, now, tried) {
  const list = at("change");
  list.replaceChildren();
  if (!tried) return;
  const name = decision => [decision.rule ?? decision.rules.join(), decision.start, decision.end, decision.extent ?? decision.done].join();
  const every = one => [...one.report.removals.map((decision, place) => ["removals", decision, place]), ...(one.report.findings ?? []).map((decision, place) => ["findings", decision, place])];
  const missing = (from, other, kind) => {
    const known = new Set(every(other).map(([, decision]) => name(decision)));
    const only = every(from).filter(([, decision]) => !known.has(name(decision)));
    for (const [of, decision, place] of only.slice(0, LIST)) {
      const text = from.segments.filter(segment => segment[of].includes(place)).map(segment => segment.text).join("").slice(0, 200);
      list.append(item(decision, text, from.why, kind));
    }
    return only.length;
  };
  if (missing(now, before, "gained") + missing(before, now, "lost") === 0) list.append(make("li", say("same")));
}

async function check(signal) {
  const checked = await ask("v1/rules/check?name=" + encodeURIComponent(packName()), { method: "POST", headers: { "Content-Type": "application/toml" }, body: at("pack").value, signal });
  if (!signal.aborted) mistakes([...checked.mistakes, ...checked.failures], checked);
  return !checked.mistakes.some(mistake => mistake.severity === "error");
}
function mistakes(all, checked) {
  const list = at("mistakes");
  list.replaceChildren();
  for (const mistake of all.slice(0, LIST)) {
    const line = make("li", undefined, "error"), jump = make("button", say("line", { line: mistake.line }));
    jump.type = "button";
    jump.addEventListener("click", () => jumpTo(mistake.line, mistake.column ?? 1));
    line.append(jump, " " + mistake.message + (mistake.hint ? " – " + mistake.hint : ""));
    if (mistake.example) line.append(make("blockquote", mistake.example));
    list.append(line);
  }
  if (!all.length && checked) list.append(make("li", say("fine", checked)));
  at("pack").setAttribute("aria-invalid", String(all.length > 0));
  number(new Set(all.map(mistake => mistake.line)));
}
function number(bad = new Set()) {
  const lines = at("pack").value.split("\n").length;
  at("lines").replaceChildren(...Array.from({ length: lines }, (_, line) => make("b", String(line + 1), ...(bad.has(line + 1) ? ["bad"] : []))));
  at("lines").scrollTop = at("pack").scrollTop;
}
function jumpTo(line, column) {
  const before = at("pack").value.split("\n").slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  const end = at("pack").value.indexOf("\n", before);
  at("pack").focus();
  at("pack").setSelectionRange(before + column - 1, end < 0 ? at("pack").value.length : end);
}

// A saved file is bytes: its mark, its own declaration, then UTF-8, then what old pages mostly are.
function decoded(bytes) {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 4096));
  const declared = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : /<meta[^>]+charset\s*=\s*["']?([\w:.-]+)/i.exec(head)?.[1];
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    try { return new TextDecoder(declared || "windows-1252").decode(bytes); } catch { return new TextDecoder("windows-1252").decode(bytes); }
  }
}
function open(text) {
  // The text box is hidden first: laying out a large page in it takes longer than cleaning it.
  choose("marked");
  at("source").value = text;
  const saved = /<!-- saved from url=\(\d+\)(\S+)/.exec(text.slice(0, 2000))?.[1] ?? /<link[^>]+rel=["']?canonical["']?[^>]+href=["']?(https?:[^"'\s>]+)/i.exec(text.slice(0, 20000))?.[1];
  at("url").value = saved ?? "";
  soon();
}
function choose(view) {
  for (const [one, other] of [["edit", "marked"], ["preview", "code"]]) {
    if (view !== one && view !== other) continue;
    for (const name of [one, other]) {
      at("to-" + name).setAttribute("aria-pressed", String(name === view));
      at(name === "edit" ? "source" : name).hidden = name !== view;
    }
  }
}
async function rules() {
  const { packs, optional } = await ask("v1/rules");
  at("packs").append(...packs.map(pack => { const option = make("option", pack.name); option.value = pack.name; return option; }));
  for (const name of optional) {
    const label = make("label"), box = make("input");
    Object.assign(box, { type: "checkbox", value: name });
    box.addEventListener("change", () => soon());
    label.append(box, name);
    at("optional").append(label);
  }
}

for (const view of ["edit", "marked", "preview", "code"]) at("to-" + view).addEventListener("click", () => choose(view));
at("language").addEventListener("click", () => { words = words === "ar" ? "en" : "ar"; speak(); soon(false); });
for (const id of ["source", "url"]) at(id).addEventListener("input", () => soon());
for (const id of ["strip", "emit"]) at(id).addEventListener("change", () => soon());
at("how").addEventListener("submit", event => event.preventDefault());
at("token").addEventListener("change", () => { if (at("packs").options.length < 2) rules().catch(problem); soon(); });
at("pack").addEventListener("input", () => { number(); soon(false); });
at("pack").addEventListener("scroll", () => { at("lines").scrollTop = at("pack").scrollTop; });
at("example").addEventListener("change", async () => {
  if (!at("example").value) return;
  if (at("example").value === "contacts") for (const box of document.querySelectorAll('#optional input[value^="pii"], #optional input[value*="/pii"]')) box.checked = true;
  open(await (await fetch(`playground/${at("example").value}.html`)).text());
});
at("source").addEventListener("paste", event => {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (text.length < LARGE) return;
  event.preventDefault();
  open(text);
});
at("file").addEventListener("change", async () => { const [file] = at("file").files; if (file) open(decoded(new Uint8Array(await file.arrayBuffer()))); });
at("packs").addEventListener("change", async () => {
  try {
    loaded = at("packs").value ? (await ask("v1/rules/" + at("packs").value)).text : "";
    at("pack").value = loaded || TEMPLATE;
    number();
    soon(false);
  } catch (error) { problem(error); }
});
at("copy").addEventListener("click", async () => {
  // The clipboard needs a secure origin; selecting works everywhere.
  try { await navigator.clipboard.writeText(at("pack").value); } catch { at("pack").select(); document.execCommand("copy"); }
  status("copied");
});
const reason = event => { const mark = event.target.closest?.("mark"); if (mark) at("reason").textContent = mark.dataset.why; };
at("marked").addEventListener("mouseover", reason);
at("marked").addEventListener("focusin", reason);
at("marked").addEventListener("keydown", event => {
  const step = { ArrowDown: 1, ArrowRight: words === "ar" ? -1 : 1, ArrowUp: -1, ArrowLeft: words === "ar" ? 1 : -1 }[event.key];
  if (!step) return;
  const marks = [...at("marked").querySelectorAll("mark")], here = marks.indexOf(document.activeElement), next = marks[here + step];
  if (!next) return;
  event.preventDefault();
  if (here >= 0) marks[here].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});
at("pack").value = TEMPLATE;
loaded = TEMPLATE;
number();
speak();
rules().catch(problem);
