#!/usr/bin/env python3
"""Trains the block model and scores it by cross-validation. One command, from a data folder to the model file:

    train.py DATA --naqi target/release/naqi --out src/strip/model/blocks.bin

DATA holds html/ID.html.gz and ground-truth/ID.json as WCXB does. Folds are by domain; the tables of class and id words are
learned out of fold; all seeds are fixed. Work files go to --work and are used again when they are there.
"""

import argparse
import gzip
import hashlib
import json
import math
import pathlib
import re
import struct
import subprocess
from collections import Counter, defaultdict
from urllib.parse import urlsplit

import numpy as np

from align import WORD, label
from furnish import furnish, sources
from shorten import shorten

FOLDS = 5
SEED = 7
# After so many trees of each model a block is done that is sure by then: of a thousand such blocks at most one must come out on the other
# side or nearer to the middle than this (log odds; a chance of 0.06 is what matters to src/strip/model/spared.rs).
STAGES = (20, 40, 60)
SURE = 3.0
UNSURE = 0.001
# Numbers from here on are leaves in the model file.
LEAF = 128


def read(data):
    pages = {}
    for path in sorted((data / "ground-truth").glob("*.json")):
        page = json.loads(path.read_text("utf-8"))
        truth = page.get("ground_truth") or {}
        kind = ((page.get("_internal") or {}).get("page_type") or {}).get("primary", "article")
        host = urlsplit(page.get("url") or "").hostname or path.stem
        domain = ".".join(host.split(".")[-2:]) if not re.search(r"\.(co|com|org|gov|ac|edu|net)\.\w\w$", host) else ".".join(host.split(".")[-3:])
        pages[path.stem] = {
            "gold": truth.get("main_content") or "",
            "title": truth.get("title") or "",
            "with": truth.get("with") or [],
            "without": truth.get("without") or [],
            "kind": "collection" if kind == "category" else kind,
            "fold": int(hashlib.sha256(domain.encode()).hexdigest(), 16) % FOLDS,
            "domain": domain,
        }
    return pages


def dump(naqi, data, ids, model, out):
    """naqi features, into a file."""
    if out.exists():
        return
    command = [str(naqi), "features"] + (["--model", str(model)] if model else [])
    with open(out.with_suffix(".part"), "wb") as f:
        for start in range(0, len(ids), 400):
            files = [str(data / "html" / f"{i}.html.gz") for i in ids[start : start + 400]]
            subprocess.run(command + files, stdout=f, check=False)
    out.with_suffix(".part").rename(out)


def shortened(data, pages, ids, work):
    """Articles with a few of their paragraphs, written below `work`."""
    (work / "html").mkdir(parents=True, exist_ok=True)
    made = {}
    for i in ids:
        page = pages[i]
        if page["kind"] != "article":
            continue
        try:
            html = gzip.decompress((data / "html" / f"{i}.html.gz").read_bytes()).decode("utf-8")
        except UnicodeDecodeError:
            continue
        short = shorten(html, page["gold"], f"{SEED} {i}")
        if short:
            made[i] = {**page, "gold": short[1], "with": [], "without": []}
            with gzip.open(work / "html" / f"{i}.html.gz", "wt", encoding="utf-8") as f:
                f.write(short[0])
    return made


def furnished(data, pages, ids, short, work):
    """Articles, half of them made shorter before, with more furniture behind their text, written below `work`."""
    (work / "html").mkdir(parents=True, exist_ok=True)
    teasers, said = sources(pages.values())
    made = {}
    for number, i in enumerate(i for i in ids if pages[i]["kind"] == "article"):
        page, source = (short[i], work.with_name("short")) if i in short and number % 2 else (pages[i], data)
        try:
            html = gzip.decompress((source / "html" / f"{i}.html.gz").read_bytes()).decode("utf-8")
        except UnicodeDecodeError:
            continue
        fuller = furnish(html, page["gold"], teasers, said, f"{SEED} {i}")
        if fuller:
            made[i] = {**page, "with": [], "without": []}
            with gzip.open(work / "html" / f"{i}.html.gz", "wt", encoding="utf-8") as f:
                f.write(fuller)
    return made


def take(page, read_page):
    """Texts and labels of a page's blocks."""
    blocks = read_page["blocks"]
    texts = [b["text"] for b in blocks]
    page["texts"] = texts
    page["block_words"] = [Counter(WORD.findall(t.lower())) for t in texts]
    page["counts"] = np.array([sum(c.values()) for c in page["block_words"]])
    page["hashes"] = [" ".join(t.split()) for t in texts]
    page["dropped"] = np.array([b["final"] for b in blocks], bool)
    page["ruled"] = np.array([b["dropped"] for b in blocks], bool)
    page["gold_words"] = Counter(WORD.findall(page["gold"].lower()))
    page["labels"] = label(texts, page["gold"]) if blocks else None


def load(path):
    with open(path, encoding="utf-8") as f:
        for line in f:
            page = json.loads(line)
            yield pathlib.Path(page["page"]).name.split(".")[0], page


def matrix(page):
    return np.frombuffer(bytes.fromhex("".join(b["features"] for b in page["blocks"])), np.uint8).reshape(len(page["blocks"]), -1)


def write_model(path, columns, names, trees, scale, bias, keep, slope, prose=0.1, stages=()):
    names = sorted(names.items())
    out = bytearray(b"naqi" + struct.pack("<HHIHfffff", 3, columns, len(names), len(trees), scale, bias, keep, slope, prose))
    out += struct.pack("<B", len(stages))
    for stage in stages:
        out += struct.pack("<Hff", *stage)
    for hash_, _ in names:
        out += struct.pack("<I", hash_)
    for _, score in names:
        out += struct.pack("<b", score)
    for forks, leaves in trees:
        out += struct.pack("<B", len(forks))
        for fork in forks:
            out += struct.pack("<BBBB", *fork)
        out += struct.pack(f"<{len(leaves)}h", *leaves)
    path.write_bytes(out)


def token_table(pages, ids, limit=4000, least_domains=3):
    """Log odds of class and id words in sixteenths: each page votes with the share of content under the word."""
    votes = defaultdict(lambda: [0.0, 0.0])
    domains = defaultdict(set)
    sizes = Counter(pages[i]["domain"] for i in ids)
    for i in ids:
        page = pages[i]
        under = defaultdict(lambda: [0.0, 0.0])
        for good, weight, tokens in page["votes"]:
            for token in tokens:
                under[token][good] += weight
        scale = sizes[page["domain"]] ** -0.5
        for token, (bad, good) in under.items():
            votes[token][0] += scale * bad / (bad + good)
            votes[token][1] += scale * good / (bad + good)
            domains[token].add(page["domain"])
    bad_all, good_all = (sum(v[n] for v in votes.values()) for n in (0, 1))
    prior = good_all / (bad_all + good_all)
    table = {}
    for token, (bad, good) in votes.items():
        if len(domains[token]) < least_domains:
            continue
        odds = math.log((good + 2 * prior) / (bad + 2 * (1 - prior)) * (1 - prior) / prior)
        score = max(-100, min(100, round(16 * odds)))
        if abs(score) >= 4:
            table[token] = (score, abs(odds) * (good + bad) ** 0.5)
    best = sorted(table, key=lambda token: -table[token][1])[:limit]
    return {token: table[token][0] for token in best}


def choose(chances, counts, hashes, dropped, keep, slope):
    """The choice of src/strip/model/choice.rs, without what it spares on articles."""
    free = ~dropped
    order = np.argsort(-chances[free], kind="stable")
    p, n = chances[free][order], counts[free][order]
    total = (p * n).sum()
    best = (2 * np.cumsum(p * n) / np.maximum(np.cumsum(n) + total, 1)).max() if len(p) else 0
    kept = free & (chances >= keep + slope * best / 2)
    seen = set()
    for row in np.flatnonzero(kept):
        if counts[row] >= 8:
            if hashes[row] in seen:
                kept[row] = False
            seen.add(hashes[row])
    return kept


def score(page, kept):
    gold, got = page["gold_words"], Counter()
    for row in np.flatnonzero(kept):
        got.update(page["block_words"][row])
    both = sum((got & gold).values())
    if not gold:
        return (1.0, 1.0, 1.0) if not got else (0.0, 0.0, 0.0)
    if not both:
        return 0.0, 0.0, 0.0
    p, r = both / sum(got.values()), both / sum(gold.values())
    return p, r, 2 * p * r / (p + r)


def table(pages, results):
    by = defaultdict(list)
    for i, result in results.items():
        by["all"].append(result)
        by[pages[i]["kind"]].append(result)
    lines = [f"{'pages':14}{'n':>6}{'P':>8}{'R':>8}{'F1':>8}{'kept':>8}{'leaked':>8}"]
    for kind, rows in by.items():
        means = [np.mean([r[n] for r in rows if r[n] is not None]) for n in range(5)]
        lines.append(f"{kind:14}{len(rows):6}" + "".join(f"{m:8.4f}" for m in means))
    return "\n".join(lines)


def with_snippets(page, kept, result):
    text = " ".join(" ".join(page["texts"][row].split()) for row in np.flatnonzero(kept)).lower()
    share = lambda snippets: sum(s.lower() in text for s in snippets) / len(snippets) if snippets else None
    return (*result, share(page["with"]), share(page["without"]))


def fit(x, y, w, trees, rate, leaves, seed):
    import lightgbm

    settings = {
        "objective": "binary", "num_leaves": leaves, "max_depth": 10, "learning_rate": rate, "feature_fraction": 0.3, "bagging_fraction": 0.7,
        "bagging_freq": 1, "min_data_in_leaf": 60, "lambda_l2": 5, "max_bin": 63, "use_missing": False, "seed": seed, "num_threads": 1,
        "deterministic": True, "force_row_wise": True, "verbose": -1,
    }
    return lightgbm.train(settings, lightgbm.Dataset(x, y, weight=w), trees)


def learn(gather, ask):
    """Models that differ by their seeds, every second one taught with more furniture too, whose mean is the score; and the stages."""
    plain, fuller = gather(0.0), gather(ask.full)
    models = [fit(*(fuller if number % 2 else plain), ask.trees, ask.rate, ask.leaves, SEED + number) for number in range(ask.bag)]
    return models, stages_of(models, fuller[0])


def mean_score(models, x, trees=None):
    """The raw score; of all models' first trees, so many in all."""
    first = trees // len(models) if trees else None
    return np.mean([model.predict(x, raw_score=True, num_iteration=first) for model in models], axis=0)


def stages_of(models, x):
    """Where a block that is sure by then is done: after how many trees, from which raw score on, and what to multiply that with."""
    whole, stages = mean_score(models, x), []
    for trees in (trees * len(models) for trees in STAGES):
        part = mean_score(models, x, trees)
        ratio, order = whole * np.sign(part), np.argsort(-np.abs(part))
        wrong = np.cumsum(ratio[order] < SURE) / np.arange(1, len(order) + 1)
        sure = np.flatnonzero(wrong <= UNSURE)
        if len(sure):
            done = order[: sure.max() + 1]
            stages.append((trees, float(np.abs(part[done[-1]])), float(np.median(whole[done] / part[done]))))
    return stages


def log_odds(models, stages, x):
    """The raw scores as src/strip/model/trees.rs works them out."""
    scores = mean_score(models, x)
    for trees, bound, factor in reversed(stages):
        part = mean_score(models, x, trees)
        scores = np.where(np.abs(part) >= bound, part * factor, scores)
    return scores


def export(models):
    """Forks and leaves of all trees, in turns of the models; leaves as 16-bit numbers with one scale."""
    found = []
    for tree in (tree for turn in zip(*(model.dump_model()["tree_info"] for model in models)) for tree in turn):
        forks, leaves = [], []

        def walk(node):
            if "leaf_value" in node:
                leaves.append(node["leaf_value"])
                return LEAF + len(leaves) - 1
            at = len(forks)
            forks.append(None)
            left, right = walk(node["left_child"]), walk(node["right_child"])
            forks[at] = (node["split_feature"], max(0, min(255, math.floor(node["threshold"]))), left, right)
            return at

        walk(tree["tree_structure"])
        found.append((forks, leaves))
    step = max(abs(value) for _, leaves in found for value in leaves) / 32000
    return [(forks, [round(value / step) for value in leaves]) for forks, leaves in found], step / len(models), 0.0


def write_parity(naqi, models, stages, columns, page, out, rows=24):
    """Rows from all over a page with the scores that the trainer's own library gives them, for the test in trees.rs."""
    dumped = json.loads(subprocess.run([str(naqi), "features", str(page)], capture_output=True, check=True).stdout)
    x = matrix(dumped)
    x = x[:: max(1, len(x) // rows)][:rows]
    assert x.shape[1] == columns
    scores = log_odds(models, stages, x)
    lines = [f"{bytes(row).hex()} {score:.4f}" for row, score in zip(x, scores)]
    out.write_text("\n".join(lines) + "\n")


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("data", type=pathlib.Path)
    ask.add_argument("--naqi", type=pathlib.Path, required=True)
    ask.add_argument("--out", type=pathlib.Path)
    ask.add_argument("--work", type=pathlib.Path, default=pathlib.Path("training-work"))
    ask.add_argument("--trees", type=int, default=100)
    ask.add_argument("--keep", type=float, default=0.1)
    ask.add_argument("--slope", type=float, default=0.8)
    ask.add_argument("--folds", type=int, default=FOLDS, help="score only so many folds")
    ask.add_argument("--rate", type=float, default=0.1, help="learning rate")
    ask.add_argument("--leaves", type=int, default=63, help="leaves of a tree, 64 at most")
    ask.add_argument("--bag", type=int, default=2, help="models that differ by their seeds")
    ask.add_argument("--short", type=float, default=0.3, help="weight of an article that was made shorter; a page's is 1")
    ask.add_argument("--full", type=float, default=0.3, help="weight of an article with more furniture")
    ask.add_argument("--parity", type=pathlib.Path, help="page whose rows and scores go to parity.txt beside the model")
    ask.add_argument("--fold-models", type=pathlib.Path, help="folder for the model of each fold, which calibrate.py reads")
    ask.add_argument("--tune", action="store_true", help="try thresholds on what cross-validation gave")
    a = ask.parse_args()
    a.work.mkdir(parents=True, exist_ok=True)
    pages = read(a.data)
    ids = [i for i in pages if (a.data / "html" / f"{i}.html.gz").exists()]

    # First reading: texts and names, labels, tables of names out of fold.
    empty = a.work / "empty.bin"
    write_model(empty, 0, {}, [], 1.0, 0.0, a.keep, a.slope)
    dump(a.naqi, a.data, ids, empty, a.work / "plain.jsonl")
    plain = {}
    for i, read_page in load(a.work / "plain.jsonl"):
        page, blocks = pages[i], read_page["blocks"]
        take(page, read_page)
        if page["labels"]:
            weights = (page["counts"] + 1.0) ** 0.5
            page["votes"] = [(l, w, {t for element in b["path"] for t in element}) for l, w, b in zip(page["labels"], weights, blocks)]
        if blocks:
            plain[i] = matrix(read_page)
            page["names"] = read_page["names"]
    usable = [i for i in ids if pages[i].get("labels")]
    oracle = {i: with_snippets(pages[i], k, score(pages[i], k)) for i in usable for k in [np.array(pages[i]["labels"])]}
    print("labels\n" + table(pages, oracle), flush=True)
    oracle = {i: with_snippets(pages[i], k, score(pages[i], k)) for i in usable for k in [np.array(pages[i]["labels"]) & ~pages[i]["ruled"]]}
    print("labels, less what rules take\n" + table(pages, oracle), flush=True)

    short = shortened(a.data, pages, usable, a.work / "short")
    short_named = {}
    dump(a.naqi, a.work / "short", list(short), empty, a.work / "short-plain.jsonl")
    for i, read_page in load(a.work / "short-plain.jsonl"):
        take(short[i], read_page)
    full = furnished(a.data, pages, usable, short, a.work / "full")
    full_named = {}
    dump(a.naqi, a.work / "full", list(full), empty, a.work / "full-plain.jsonl")
    for i, read_page in load(a.work / "full-plain.jsonl"):
        take(full[i], read_page)
    short, full = ({i: page for i, page in made.items() if page.get("labels")} for made in (short, full))

    named = {}
    for fold in range(FOLDS):
        path = a.work / f"names{fold}.bin"
        mine = [i for i in ids if pages[i]["fold"] == fold]
        out = a.work / f"named{fold}.jsonl"
        if not out.exists():
            write_model(path, 0, token_table(pages, [i for i in usable if pages[i]["fold"] != fold]), [], 1.0, 0.0, a.keep, a.slope)
        dump(a.naqi, a.data, mine, path, out)
        for i, read_page in load(out):
            if read_page["blocks"]:
                named[i] = matrix(read_page)
        out = a.work / f"short-named{fold}.jsonl"
        dump(a.naqi, a.work / "short", [i for i in mine if i in short], path, out)
        for i, read_page in load(out):
            short_named[i] = matrix(read_page)
        out = a.work / f"full-named{fold}.jsonl"
        dump(a.naqi, a.work / "full", [i for i in mine if i in full], path, out)
        for i, read_page in load(out):
            full_named[i] = matrix(read_page)
    names = next(p["names"] for p in pages.values() if "names" in p)
    print(f"{len(usable)} pages, {len(names)} features, {sum(len(named[i]) for i in usable)} blocks; {len(short)} of the articles also shortened, {len(full)} with more furniture", flush=True)

    # A share of the pages is learned a second time without names, so that generated ones do little harm.
    def gather(fold, share_of_full):
        xs, ys, ws = [], [], []

        def add(page, x, share):
            weight = (page["counts"] + 1.0) ** 0.5
            weight = weight / weight.sum()
            free = ~page["dropped"]
            xs.append(x[free])
            ys.append(np.array(page["labels"])[free])
            ws.append(weight[free] * share)

        for n, i in enumerate(usable):
            if pages[i]["fold"] == fold:
                continue
            add(pages[i], named[i], 1.0)
            if n % 3 == 0:
                add(pages[i], plain[i], 0.5)
            if i in short:
                add(short[i], short_named[i], a.short)
            if i in full and share_of_full > 0:
                add(full[i], full_named[i], share_of_full)
        w = np.concatenate(ws)
        return np.concatenate(xs), np.concatenate(ys), w / w.mean()

    if a.out:
        models, stages = learn(lambda share: gather(-1, share), a)
        trees, scale, bias = export(models)
        write_model(a.out, len(names), token_table(pages, usable), trees, scale, bias, a.keep, a.slope, stages=stages)
        if a.parity:
            write_parity(a.naqi, models, stages, len(names), a.parity, a.out.with_name("parity.txt"))
        gain = sum(model.feature_importance("gain") for model in models)
        gain = sorted(zip(100 * gain / gain.sum(), names), reverse=True)
        print("\n".join(f"{g:6.2f} {n}" for g, n in gain[:40]), flush=True)

    results, blind, brief, crowded, chances = {}, {}, {}, {}, {}
    for fold in range(a.folds):
        models, stages = learn(lambda share: gather(fold, share), a)
        if a.fold_models:
            a.fold_models.mkdir(parents=True, exist_ok=True)
            trees, scale, bias = export(models)
            table_of_fold = token_table(pages, [i for i in usable if pages[i]["fold"] != fold])
            write_model(a.fold_models / f"fold{fold}.bin", len(names), table_of_fold, trees, scale, bias, a.keep, a.slope, stages=stages)
        for i in ids:
            if pages[i]["fold"] != fold:
                continue
            for source, into in ((named, results), (plain, blind)):
                if i not in source:
                    into[i] = (0.0 if pages[i]["gold"].strip() else 1.0,) * 3 + (None, None)
                    continue
                page = pages[i]
                p = 1 / (1 + np.exp(-log_odds(models, stages, source[i])))
                kept = choose(p, page["counts"], page["hashes"], page["dropped"], a.keep, a.slope)
                into[i] = with_snippets(page, kept, score(page, kept))
                if source is named:
                    chances[i] = p
        for made, named_made, into in ((short, short_named, brief), (full, full_named, crowded)):
            for i in (i for i in made if made[i]["fold"] == fold):
                page = made[i]
                p = 1 / (1 + np.exp(-log_odds(models, stages, named_made[i])))
                kept = choose(p, page["counts"], page["hashes"], page["dropped"], a.keep, a.slope)
                into[i] = with_snippets(page, kept, score(page, kept))
        print(f"fold {fold} done: {np.mean([results[i][2] for i in results]):.4f}", flush=True)
    print("cross-validated\n" + table(pages, results), flush=True)
    print("the same, names of classes unknown\n" + table(pages, blind), flush=True)
    print(f"articles made shorter: P, R, F1 {np.mean([r[:3] for r in brief.values()], axis=0).round(4)}", flush=True)
    print(f"articles with more furniture: P, R, F1 {np.mean([r[:3] for r in crowded.values()], axis=0).round(4)}", flush=True)
    for keep, slope in ((k, s) for k in (0.0, 0.05, 0.1, 0.15, 0.2) for s in (0.6, 0.8, 1.0)) if a.tune else ():
        tried = [score(pages[i], choose(p, pages[i]["counts"], pages[i]["hashes"], pages[i]["dropped"], keep, slope))[2] for i, p in chances.items()]
        print(f"keep {keep:.2f} slope {slope:.1f}: {np.sum(tried) / len(results):.4f}", flush=True)


if __name__ == "__main__":
    main()
