"""Labels: which blocks of a page are its content, by aligning them to the page's reference text."""

import bisect
import re

WORD = re.compile(r"\w+")


def _increasing(pairs):
    """The longest strictly increasing run of second members, pairs being sorted by the first."""
    tails, where, before = [], [], [-1] * len(pairs)
    for n, (_, b) in enumerate(pairs):
        at = bisect.bisect_left(tails, b)
        if at == len(tails):
            tails.append(b)
            where.append(n)
        else:
            tails[at] = b
            where[at] = n
        before[n] = where[at - 1] if at else -1
    run, n = [], where[-1] if where else -1
    while n >= 0:
        run.append(pairs[n])
        n = before[n]
    return run[::-1]


def _common(a, b):
    """Longest common subsequence of short word lists, by way of all matching pairs (Hunt and Szymanski)."""
    places = {}
    for j, word in enumerate(b):
        places.setdefault(word, []).append(j)
    pairs = [(i, j) for i, word in enumerate(a) for j in reversed(places.get(word, ())[:40])]
    if len(pairs) > 400_000:
        return []
    return _increasing(pairs)


def label(blocks, reference):
    """For each block of words whether it is content; None when the reference cannot be found in the page."""
    gold = WORD.findall(reference.lower())
    words, owner = [], []
    for n, block in enumerate(blocks):
        found = WORD.findall(block.lower())
        words += found
        owner += [n] * len(found)
    if not gold or not words:
        return None
    # Anchors: 4-grams, every match of rare ones.
    grams = {}
    for j in range(len(gold) - 3):
        grams.setdefault(tuple(gold[j : j + 4]), []).append(j)
    pairs = []
    for i in range(len(words) - 3):
        at = grams.get(tuple(words[i : i + 4]))
        if at and len(at) <= 8:
            pairs += [(i, j) for j in reversed(at)]
    run = _increasing(pairs)
    matched, taken = [False] * len(words), [False] * len(gold)
    for i, j in run:
        for k in range(4):
            matched[i + k] = taken[j + k] = True
    # Gaps between anchors, word by word.
    edges = [(-1, -1)] + [(i + 3, j + 3) for i, j in run] + [(len(words), len(gold))]
    starts = [(i, j) for i, j in run] + [(len(words), len(gold))]
    for (i0, j0), (i1, j1) in zip(edges, starts):
        if i1 - i0 > 1 and j1 - j0 > 1:
            for i, j in _common(words[i0 + 1 : i1], gold[j0 + 1 : j1]):
                matched[i0 + 1 + i] = taken[j0 + 1 + j] = True
    total, hits = [0] * len(blocks), [0] * len(blocks)
    for n, hit in zip(owner, matched):
        total[n] += 1
        hits[n] += hit
    # Blocks out of order: trigrams of the reference that nobody has taken yet.
    free = {}
    for j in range(len(gold) - 2):
        if not (taken[j] and taken[j + 1] and taken[j + 2]):
            key = tuple(gold[j : j + 3])
            free[key] = free.get(key, 0) + 1
    labels = [t > 0 and 2 * h >= t for h, t in zip(hits, total)]
    at = 0
    for n, t in enumerate(total):
        if not labels[n] and t >= 3:
            mine = words[at : at + t]
            keys = [tuple(mine[k : k + 3]) for k in range(t - 2)]
            found = [key for key in keys if free.get(key, 0) > 0]
            if 2 * len(found) >= len(keys) and len(found) > 0 and t >= 4:
                labels[n] = True
                for key in found:
                    free[key] -= 1
        at += t
    if sum(taken) < 0.3 * len(gold) and sum(t for t, l in zip(total, labels) if l) < 0.3 * len(gold):
        return None
    return labels
