"""Shorter articles: the first paragraphs of a page stay with all that stands around its text, the rest of the text goes.

Training pages are mostly long articles; on what is crawled a few paragraphs often stand among as many words of furniture.
"""

import random

from selectolax.lexbor import LexborHTMLParser

from align import WORD

# A paragraph has so many words, an article that is made shorter so many paragraphs, what stays at most so many.
PARAGRAPH = 12
PARAGRAPHS = 8
KEPT = 6
# The reference may go on behind the last paragraph for this share of its words, and so much of what is cut may stand elsewhere on the page:
# in data, in a container that the cut does not reach.
BEHIND = 0.15
ELSEWHERE = 0.03
GRAM = 6


def words_of(text):
    return WORD.findall(text.lower())


def _grams(words):
    return {tuple(words[at : at + GRAM]) for at in range(len(words) - GRAM + 1)}


def find_paragraphs(tree, reference):
    """Elements that are paragraphs of the reference, in its order, with where they stand in it."""
    found, seen = [], 0
    for node in tree.css("p, li, blockquote"):
        if node.tag != "p" and node.css_first("p, li li") is not None:
            continue
        words = words_of(node.text(separator=""))
        key = f" {' '.join(words)} "
        at = reference.find(key, seen) if len(words) >= PARAGRAPH else -1
        if at >= 0:
            found.append((node, at, at + len(key)))
            seen = at + len(key) - 1
    return found


def _path(node):
    path = []
    while node is not None:
        path.append(node)
        node = node.parent
    return path[::-1]


def _cut(kept, last):
    """Removes what stands behind one node, up to another one, without what holds both."""
    kept, last = _path(kept), _path(last)
    depth = 0
    while depth < min(len(kept), len(last)) and kept[depth].mem_id == last[depth].mem_id:
        depth += 1
    if depth in (len(kept), len(last)):
        return False
    for node in kept[depth + 1 :]:
        while node.next is not None:
            node.next.remove()
    while kept[depth].next is not None:
        node = kept[depth].next
        is_last = node.mem_id == last[depth].mem_id
        node.remove()
        if is_last:
            break
    return True


def shorten(html, reference, seed):
    """The page with one to six paragraphs, and the words of its reference; None where that can't be done cleanly."""
    tree = LexborHTMLParser(html)
    reference = f" {' '.join(words_of(reference))} "
    found = find_paragraphs(tree, reference)
    if len(found) < PARAGRAPHS:
        return None
    (kept, _, end), (last, _, last_end) = found[random.Random(seed).randint(1, KEPT) - 1], found[-1]
    behind = reference[last_end - 1 :].split()
    if len(behind) > BEHIND * len(reference.split()) or not _cut(kept, last):
        return None
    shortened = tree.html or ""
    gone = _grams(reference[end : last_end].split())
    left = _grams(words_of(shortened.replace("\\n", " "))) | _grams(words_of(tree.root.text(separator=" ")))
    if len(gone & left) > ELSEWHERE * len(gone):
        return None
    return shortened, f"{reference[:end]}{' '.join(behind)}".strip()
