#!/usr/bin/env python3
"""Fits the confidence of pages, after train.py --fold-models FOLDS has left the model of each fold:

    calibrate.py DATA --naqi target/release/naqi --folds FOLDS --out src/strip/model/confidence.toml

Each page is read by the model that has not seen its domain, with the code that runs. A logistic regression, then a monotone table,
tell the chance that the text kept scores a word F1 of 0.9 or more. What is printed is fitted anew without the pages that it is shown for.
"""

import argparse
import json
import pathlib
import subprocess
from collections import Counter

import numpy as np

from align import WORD
from train import FOLDS, read

GOOD = 0.9
LEAST = 40  # Pages of a step of the table.


def f1(page, gold):
    got = Counter()
    for block in page["blocks"]:
        if block["kept"]:
            got.update(WORD.findall(block["text"].lower()))
    both = sum((got & gold).values())
    if not gold:
        return float(not got)
    return 2 * both / (sum(got.values()) + sum(gold.values()))


def logistic(x, y, penalty=1.0, steps=50):
    """Newton's method; x with a column of ones at its end, which is not penalised."""
    weights = np.zeros(x.shape[1])
    ridge = np.eye(x.shape[1]) * penalty
    ridge[-1, -1] = 0
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        step = np.linalg.solve(x.T @ (x * (p * (1 - p))[:, None]) + ridge, x.T @ (y - p) - ridge @ weights)
        weights += step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def isotonic(scores, y):
    """Pools neighbours until shares rise (pool adjacent violators) and each step has LEAST pages; points in the middles of the steps."""
    order = np.argsort(scores, kind="stable")
    groups = []
    for at in order:
        groups.append([scores[at], y[at], 1])
        while len(groups) > 1 and (groups[-2][1] / groups[-2][2] >= groups[-1][1] / groups[-1][2] or groups[-2][2] < LEAST):
            score, good, count = groups.pop()
            groups[-1] = [groups[-1][0] + score, groups[-1][1] + good, groups[-1][2] + count]
    if len(groups) > 1 and groups[-1][2] < LEAST:
        score, good, count = groups.pop()
        groups[-1] = [groups[-1][0] + score, groups[-1][1] + good, groups[-1][2] + count]
    points = []
    for score, good, count in groups:
        point = (round(score / count, 4), round((good + 1) / (count + 2), 4))
        if points and (point[0] <= points[-1][0] or point[1] < points[-1][1]):
            continue
        points.append(point)
    return points


def fit(x, y):
    mean, spread = x.mean(0), x.std(0) + 1e-9
    scaled = np.c_[(x - mean) / spread, np.ones(len(x))]
    weights = logistic(scaled, y)
    plain = weights[:-1] / spread
    bias = weights[-1] - (mean * plain).sum()
    return plain, bias, isotonic(x @ plain + bias, y)


def told(fitted, x):
    weights, bias, points = fitted
    return np.interp(x @ weights + bias, [p[0] for p in points], [p[1] for p in points])


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("data", type=pathlib.Path)
    ask.add_argument("--naqi", type=pathlib.Path, required=True)
    ask.add_argument("--folds", type=pathlib.Path, required=True)
    ask.add_argument("--out", type=pathlib.Path)
    a = ask.parse_args()
    pages = read(a.data)
    names, x, score, fold_of, kinds = [], [], [], [], []
    for fold in range(FOLDS):
        model = a.folds / f"fold{fold}.bin"
        files = [str(a.data / "html" / f"{i}.html.gz") for i in sorted(pages) if pages[i]["fold"] == fold]
        files = [f for f in files if pathlib.Path(f).exists()]
        with subprocess.Popen([str(a.naqi), "features", "--model", str(model), *files], stdout=subprocess.PIPE, text=True) as run:
            for line in run.stdout:
                page = json.loads(line)
                truth = pages[pathlib.Path(page["page"]).name.split(".")[0]]
                names = sorted(page["statistics"])
                x.append([page["statistics"][name] for name in names])
                score.append(f1(page, Counter(WORD.findall(truth["gold"].lower()))))
                fold_of.append(fold)
                kinds.append(truth["kind"])
    x, score, fold_of, kinds = np.array(x), np.array(score), np.array(fold_of), np.array(kinds)
    y = (score >= GOOD).astype(float)
    print(f"{len(y)} pages, mean F1 {score.mean():.4f}, {y.mean():.3f} of them at least {GOOD}")
    chance = np.zeros(len(y))
    for fold in range(FOLDS):
        chance[fold_of == fold] = told(fit(x[fold_of != fold], y[fold_of != fold]), x[fold_of == fold])
    edges = [0, 0.2, 0.4, 0.6, 0.8, 0.85, 0.9, 0.95, 1.01]
    print("| confidence | pages | mean confidence | share with F1 ≥ 0.9 | mean F1 |\n|---|---|---|---|---|")
    for low, high in zip(edges, edges[1:]):
        mine = (chance >= low) & (chance < high)
        if mine.any():
            print(f"| {low:.2f}–{min(high, 1):.2f} | {mine.sum()} | {chance[mine].mean():.3f} | {y[mine].mean():.3f} | {score[mine].mean():.3f} |")
    print(f"Brier score {((chance - y) ** 2).mean():.4f}; of the share alone {((y.mean() - y) ** 2).mean():.4f}")
    for kind in sorted(set(kinds)):
        mine = kinds == kind
        print(f"{kind:14} mean confidence {chance[mine].mean():.3f}, share {y[mine].mean():.3f}")
    for least in (0.3, 0.5, 0.7):
        held = chance < least
        print(f"min_confidence {least}: {held.mean():.3f} held; mean F1 of the rest {score[~held].mean():.4f}, of those held {score[held].mean():.4f}")
    if a.out:
        weights, bias, points = fit(x, y)
        by_name = dict(zip(names, weights))
        order = ORDER
        lines = [f"# Written by training/calibrate.py from {len(y)} pages; see confidence.rs.", f"bias = {bias:.5f}", "weights = ["]
        lines += [f"    {by_name[name]:.5f}, # {name}" for name in order]
        lines += ["]", "points = ["] + [f"    [{s:.4f}, {p:.4f}]," for s, p in points] + ["]"]
        a.out.write_text("\n".join(lines) + "\n")


# As in confidence.rs.
ORDER = [
    "expected F1", "expected precision", "expected recall", "certainty", "share of words in doubt", "share of words kept", "words kept", "blocks",
    "article",
]

if __name__ == "__main__":
    main()
