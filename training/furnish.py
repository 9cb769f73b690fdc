"""Articles with more furniture: behind the text of a page a rail of teasers or a thread of readers' comments is put, made of the texts of
other pages, in markup whose names say nothing.

Training pages load such things by scripts; on what is crawled they often stand in the page, longer than its text, and have sentences as it has.
"""

import html
import random

from selectolax.lexbor import LexborHTMLParser

from shorten import BEHIND, find_paragraphs, words_of

# An article has so many paragraphs of the reference at least; so many levels above its last one are gone up to where the furniture is put.
PARAGRAPHS = 2
LEVELS = 4
TEASERS = (3, 14)
COMMENTS = (2, 16)
# Words of a teaser's excerpt and of a comment's paragraph.
EXCERPT = (8, 40)
PARAGRAPH = (4, 70)
MARK = "naqi-furnished-here"
SYLLABLES = ["ba", "ko", "ri", "ten", "la", "mu", "sor", "vi", "na", "pel", "du", "ga", "he", "zo", "qi", "far"]
MONTHS = ["January", "mars", "April", "Juni", "julio", "agosto", "September", "Oktober", "noiembrie", "Aralık", "мая", "يناير", "مايو"]


def _name(dice):
    return "".join(dice.choices(SYLLABLES, k=dice.randint(2, 4)))


def _attributes(dice, names, part):
    """A class that says nothing, the same for the same part of each entry; or none."""
    if part not in names:
        names[part] = f' class="{_name(dice)}{dice.choice(["", "-" + _name(dice), "_" + _name(dice)])}"' if dice.random() < 0.8 else ""
    return names[part]


def _date(dice):
    day, month, year, hour, minute = dice.randint(1, 28), dice.randint(1, 12), dice.randint(2008, 2025), dice.randint(0, 23), dice.randint(0, 59)
    written = dice.choice(MONTHS)
    return dice.choice([
        f"{day}.{month:02}.{year}", f"{year}-{month:02}-{day:02} {hour:02}:{minute:02}", f"{day} {written} {year}", f"{written} {day}, {year}",
        f"{day:02}/{month:02}/{year}, {hour:02}:{minute:02}", f"{year}年{month}月{day}日", f"{dice.randint(2, 23)} h",
    ])


def _cut(dice, text, bounds):
    """The beginning of a text, up to the end of a sentence or in the middle of one."""
    words = text.split()[: dice.randint(*bounds)]
    text = " ".join(words)
    stop = max(text.rfind(mark) for mark in ".!?。؟")
    if stop > 20 and dice.random() < 0.7:
        return text[: stop + 1]
    return text + dice.choice(["", "…", "...", "."])


def _teasers(dice, texts):
    names, has_excerpt, has_date, has_picture = {}, dice.random() < 0.75, dice.random() < 0.5, dice.random() < 0.5
    is_all_linked = has_excerpt and dice.random() < 0.25
    kind = dice.choice(["ul", "ol", "div", "dl", "table", "section"])
    heading = dice.choice(["h2", "h3", "h4", "div", "span", ""])
    at = lambda part: _attributes(dice, names, part)
    entries = []
    for _ in range(dice.randint(*TEASERS)):
        title, text = dice.choice(texts)
        title = f'<a href="/{_name(dice)}/{dice.randint(100, 99999)}"{at("link")}>{html.escape(title)}</a>'
        parts = [f'<img src="/{_name(dice)}.jpg" alt="">' if has_picture else "", f"<{heading}{at('title')}>{title}</{heading}>" if heading else title]
        excerpt = html.escape(_cut(dice, text, EXCERPT))
        if has_excerpt:
            tag = dice.choice(["p", "p", "div", "span"]) if "excerpt" not in names else names["excerpt tag"]
            names.setdefault("excerpt tag", tag)
            parts.append(f'<{tag}{at("excerpt")}>{f"<a href=/{_name(dice)}>{excerpt}</a>" if is_all_linked else excerpt}</{tag}>')
        if has_date:
            parts.insert(dice.choice([1, len(parts)]), f"<span{at('date')}>{_date(dice)}</span>")
        inner = "\n".join(parts)
        entries.append({
            "dl": f"<dd{at('entry')}>{inner}</dd>", "table": f"<tr><td{at('entry')}>{inner}</td></tr>", "div": f"<div{at('entry')}>{inner}</div>",
            "section": f"<article{at('entry')}>{inner}</article>",
        }.get(kind, f"<li{at('entry')}>{inner}</li>"))
    return f"<{kind}{at('list')}>{''.join(entries)}</{kind}>"


def _comments(dice, texts):
    names, kind = {}, dice.choice(["ul", "ol", "div", "table", "dl"])
    has_number, has_title, has_reply = dice.random() < 0.3, dice.random() < 0.2, dice.random() < 0.5
    tag, before = dice.choice(["p", "p", "div", "br"]), dice.random() < 0.8
    reply = _name(dice).capitalize()
    at = lambda part: _attributes(dice, names, part)
    entries = []
    for number in range(dice.randint(*COMMENTS)):
        author = dice.choice([_name(dice).capitalize(), f"{_name(dice).capitalize()} {_name(dice).capitalize()}", f"{_name(dice)}{dice.randint(1, 99)}"])
        head = f"<div{at('head')}>{f'<span>#{number + 1}</span> ' if has_number else ''}<b{at('author')}>{author}</b> <span{at('date')}>{_date(dice)}</span></div>"
        said = [html.escape(_cut(dice, dice.choice(texts), PARAGRAPH)) for _ in range(dice.choice([1, 1, 1, 2, 3]))]
        body = "<br><br>".join(said) if tag == "br" else "".join(f"<{tag}{at('said')}>{part}</{tag}>" for part in said)
        if has_title:
            body = f"<h4{at('title')}>{html.escape(_cut(dice, dice.choice(texts), (2, 6)))}</h4>{body}"
        body = f"<div{at('body')}>{body}</div>"
        inner = (head + body if before else body + head) + (f'<a href="#"{at("reply")}>{reply}</a>' if has_reply else "")
        entries.append({
            "div": f"<div{at('entry')}>{inner}</div>", "table": f"<tr><td{at('entry')}>{inner}</td></tr>", "dl": f"<dd{at('entry')}>{inner}</dd>",
        }.get(kind, f"<li{at('entry')}>{inner}</li>"))
    return f"<{kind}{at('list')}>{''.join(entries)}</{kind}>"


def sources(pages):
    """What furniture is made of: titles with the beginnings of their texts, and what people write in threads."""
    paragraphs = lambda page: [line.strip() for line in page["gold"].splitlines() if len(line.split()) > 8]
    teasers = [(page["title"], lines[0]) for page in pages if page["title"] and page["kind"] == "article" for lines in [paragraphs(page)] if lines]
    said = [line for page in pages if page["kind"] == "forum" for line in page["gold"].splitlines() if len(line.split()) > 3]
    return teasers, said


def furnish(source, reference, teasers, said, seed):
    """The page with more furniture behind its text; None where that can't be told from the rest."""
    dice = random.Random(seed)
    tree = LexborHTMLParser(source)
    reference = f" {' '.join(words_of(reference))} "
    found = find_paragraphs(tree, reference)
    if len(found) < PARAGRAPHS or len(reference[found[-1][2] - 1 :].split()) > BEHIND * len(reference.split()):
        return None
    node = found[-1][0]
    for _ in range(dice.randint(0, LEVELS)):
        if node.parent is not None and node.parent.tag not in ("body", "html"):
            node = node.parent
    node.insert_after(MARK)
    made = tree.html or ""
    if made.count(MARK) != 1:
        return None
    kinds = dice.choice([[_teasers], [_comments], [_teasers, _comments], [_comments, _teasers]])
    furniture = "\n".join(f"<div>{kind(dice, teasers if kind is _teasers else said)}</div>" for kind in kinds)
    return made.replace(MARK, furniture)
