#!/usr/bin/env python3
"""Writes the pages that naqi and its peers are compared on: 500 values planted among 500 look-alikes, the same for the same seed.

Each page is HTML as sites write it. A value stands in a sentence in its language, in a table, an attribute, a link or JSON-LD; its
characters may be parted by tags, written as references or as Arabic-Indic digits. Prints one JSON object: pages, and for each value
its kind, its bytes in the page, and how a reader sees it.
"""

import json
import random
import string
import sys

import sentences
import values

PAGES = 100
COUNTS = {"phone": 110, "email": 70, "card": 45, "iban": 40, "ip": 30, "mac": 15, "crypto": 30, "secret": 30, "password": 15, "mrz": 10, "plate": 15, "coordinates": 15, "birth-date": 15}
NEAR_EACH = 500 // len(sentences.NEAR)
INDIC = str.maketrans(values.DIGITS, "٠١٢٣٤٥٦٧٨٩")
FAR = {"ar": ["SA", "AE", "EG", "KW", "JO", "MA"], "fr": ["FR", "MA"], "de": ["DE"], "es": ["ES"], "tr": ["TR"]}
MONTHS = {"en": "January February March April May June July August September October November December".split(), "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر".split()}
NAMES = ["mona.said", "h.yilmaz", "jane_doe", "karim.b", "s.alharbi", "lea.brandt", "omar77", "pedro.ruiz", "nour", "info.desk"]
HOSTS = ["example.com", "example.org", "mail.example.net", "example.co.uk", "post.example.de"]


def email(r):
    name, host = r.choice(NAMES) + (str(r.randint(1, 99)) if r.random() < 0.3 else ""), r.choice(HOSTS)
    at = r.choice(["@"] * 7 + [" [at] ", "(at)", " AT "])
    return name + at + (host if at == "@" else host.replace(".", r.choice([".", " [dot] ", " dot "] if at == " [at] " else ["."])))


def birth_date(r, language):
    year, month, day = values.birth(r)
    forms = [f"{day:02}/{month:02}/{year}", f"{day}.{month}.{year}", f"{year}-{month:02}-{day:02}"]
    if language in MONTHS:
        forms.append(f"{day} {MONTHS[language][month - 1]} {year}")
    return r.choice(forms)


def plate(r, language):
    d = lambda count: values.digits(r, count, "123456789")
    l = lambda count, of: values.text(r, of, count)
    if language == "ar":
        return " ".join(l(3, "ابحدرسصطعقلمنهوى")) + " " + d(4)
    return {"en": lambda: l(2, "BCDEFGHJKLMN") + r.choice(["12", "18", "22", "69", "73"]) + " " + l(3, "BCDFGHJKLM"), "de": lambda: r.choice(["B", "HH", "KA"]) + "-" + l(2, "CDEFGHK") + " " + d(3), "fr": lambda: l(2, "BCDEFGH") + "-" + d(3) + "-" + l(2, "JKLMNPR")}[language]()


def planted(r, kind, language):
    if kind == "phone":
        country = r.choice(FAR.get(language, ["US", "GB", "AE", "IN", "BR", "IT", "SA", "EG"]))
        return values.phone(r, country, national=r.random() < 0.5)
    if kind.startswith("id-"):
        return values.NATIONAL_IDS[kind[3:]](r)
    return {
        "email": lambda: email(r),
        "card": lambda: values.card_written(r, values.card(r)),
        "iban": lambda: r.choice([values.fours, str])(values.iban(r)),
        "ip": lambda: values.ip6(r) if r.random() < 0.3 else values.ip4(r),
        "mac": lambda: values.mac(r),
        "crypto": lambda: values.crypto(r),
        "secret": lambda: values.secret(r),
        "password": lambda: values.password(r),
        "mrz": lambda: "\n".join(values.mrz(r)),
        "plate": lambda: plate(r, language),
        "coordinates": lambda: values.coordinates(r),
        "birth-date": lambda: birth_date(r, language),
    }[kind]()


def near(r, kind):
    d = lambda count, first="123456789": values.digits(r, count, first)
    grouped = lambda number: f"{number:,}"
    date = lambda: f"{r.randint(1, 28):02}/{r.randint(1, 12):02}/{r.randint(2015, 2026)}"
    return {
        "order": lambda: r.choice([d(10), "05" + d(8), "112-" + d(7) + "-" + d(7), d(12)]),
        "tracking": lambda: r.choice(["1Z" + values.text(r, string.ascii_uppercase + values.DIGITS, 16), "9400 1" + d(3) + " " + d(4) + " " + d(4) + " " + d(4) + " 00", d(14)]),
        "version": lambda: r.choice([f"{r.randint(1, 20)}.{r.randint(0, 9)}.{r.randint(0, 20)}.{r.randint(0, 9)}", f"10.0.{r.randint(17000, 22000)}.{r.randint(100, 3000)}", f"{r.randint(100, 130)}.0.{r.randint(10, 99)}.{r.randint(10, 99)}"]),
        "isbn": lambda: r.choice([f"978-{d(1)}-{d(3)}-{d(5)}-{d(1)}", f"0-{d(3)}-{d(5)}-{r.choice('0123456789X')}", "978" + d(10)]),
        "price": lambda: r.choice([grouped(r.randint(100000, 9000000)), f"{r.randint(1, 9)} {d(3)} {d(3)}", d(8)]),
        "population": lambda: r.choice([grouped(r.randint(1000000, 90000000)), f"{r.randint(10, 99)} {d(3)} {d(3)}", d(8)]),
        "score": lambda: r.choice([f"{r.randint(0, 5)}-{r.randint(0, 5)}", "6-4 3-6 7-6 (10-8)", f"{r.randint(80, 120)}:{r.randint(80, 120)}"]),
        "season": lambda: (lambda year: r.choice([f"{year}-{year + 1}", f"{year}/{year + 1}", f"{year}-{(year + 1) % 100:02}"]))(r.randint(1990, 2025)),
        "date": date,
        "datetime": lambda: f"{date()} {r.randint(0, 23):02}:{r.randint(0, 59):02}",
        "card-broken": lambda: values.card_written(r, values.broken(values.card(r), r)),
        "iban-broken": lambda: values.fours(values.broken(values.iban(r), r)),
        "id-broken": lambda: None,
        "crypto-broken": lambda: (lambda address: address[:-1] + ("2" if address[-1] != "2" else "3"))(values.base58check(r.choice([0, 5]), r)),
        "hash": lambda: r.choice([r.randbytes(20).hex(), r.randbytes(16).hex(), r.randbytes(32).hex()]),
        "uuid": lambda: "-".join(r.randbytes(count).hex() for count in [4, 2, 2, 2, 6]),
        "product": lambda: r.choice(["RT" + d(2) + "K" + d(4) + "S8", "BX-" + d(4) + "-" + d(3), "05" + d(8), "A" + d(4)]),
        "decimal": lambda: f"{r.uniform(1, 99):.2f}, {r.uniform(1, 99):.2f}",
        "ratio": lambda: f"{r.uniform(0, 9):.4f}, {r.uniform(0, 9):.4f}",
        "law": lambda: f"{r.randint(1, 9)}.{r.randint(1, 20)}.{r.randint(0, 9)}.{r.randint(1, 9)}",
        "handle": lambda: "@" + r.choice(["mona_said", "town_news24", "almadina_fm"]) + str(r.randint(1, 99)),
        "file": lambda: r.choice([f"icon@{r.randint(2, 3)}x.png", f"lodash@4.17.{r.randint(1, 30)}", f"logo_05{d(8)}.jpg"]),
        "placeholder": lambda: r.choice(["AKIAIOSFODNN7EXAMPLE", "YOUR_API_KEY", "sk_test_xxxxxxxxxxxxxxxxxxxxxxxx", "ghp_" + "x" * 36]),
        "time": lambda: f"{r.randint(0, 2)}:{r.randint(10, 59)}:{r.randint(10, 59)}",
        "prose": lambda: r.choice(sentences.PROSE),
    }[kind]()


def broken_id(r, language):
    if language == "es":
        value = values.spanish(r)
        return value[:-1] + r.choice([letter for letter in "TRWAGMYFPDXBNJZSQVHLCKE" if letter != value[-1]])
    return values.broken({"ar": values.saudi, "tr": values.turkish}[language](r), r)


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")


def written(r, kind, value, language):
    """The value as it stands between tags (as it is, or parted by tags, references and invisible characters), and as it is seen."""
    if language == "ar" and kind in ("phone", "card", "id-SA", "id-EG", "plate", "birth-date", "order") and r.random() < 0.5:
        value = value.translate(INDIC)
    return parted(r, kind, value), value


def parted(r, kind, value):
    chance = r.random()
    if kind == "mrz" or chance < 0.55 or len(value) < 6:
        return escape(value).replace(" ", "&nbsp;") if kind in ("card", "iban") and chance < 0.1 else escape(value)
    cut = r.randint(2, len(value) - 3)
    parts = value[:cut], value[cut:]
    if chance < 0.75:
        tag = r.choice(["b", "span", "em", "font"])
        return f"{escape(parts[0])}<{tag}>{escape(parts[1])}</{tag}>"
    if chance < 0.85:
        place = next(at for at in range(cut, len(value)) if value[at] not in "\n")
        return escape(value[:place]) + f"&#{ord(value[place])};" + escape(value[place + 1 :])
    if chance < 0.95:
        return escape(parts[0]) + r.choice(["<!-- x -->", "<wbr>", "&shy;", "&#8203;"]) + escape(parts[1])
    return f"<span class=v>{escape(parts[0])}</span><span class=v>{escape(parts[1])}</span>"


def build(seed=20261124):
    r = random.Random(seed)
    items = []
    kinds = [kind for kind, count in COUNTS.items() for _ in range(count)] + [f"id-{country}" for country in values.NATIONAL_IDS for _ in range(5)]
    for kind in kinds:
        language, sentence = r.choice(sentences.PLANTED[kind])
        items.append(("value", kind, language, sentence, planted(r, kind, language)))
    for kind in sentences.NEAR:
        for _ in range(NEAR_EACH):
            language, sentence = r.choice(sentences.NEAR[kind])
            value = broken_id(r, language) if kind == "id-broken" else near(r, kind)
            items.append(("near", kind, language, sentence, value))
    r.shuffle(items)
    pages = []
    for number in range(PAGES):
        pages.append(page(r, number, items[number::PAGES]))
    return pages


def page(r, number, items):
    out, marks, reading = [], [], []
    length = 0

    def put(text):
        nonlocal length
        out.append(text)
        length += len(text.encode())

    def value(role, kind, text, seen):
        marks.append({"role": role, "kind": kind, "start": length, "end": length + len(text.encode()), "seen": seen})
        put(text)

    title = r.choice(sentences.TITLES)
    rtl = number % 2 == 0
    put(f'<!doctype html><html lang="{"ar" if rtl else "en"}" dir="{"rtl" if rtl else "ltr"}"><head><meta charset="utf-8"><title>{title}</title>\n')
    put('<link rel="stylesheet" href="/assets/site.4f1c2a.css"><script>window.layer=[];layer.push({page:"article"});</script>\n')
    data = next((item for item in items if item[0] == "value" and item[1] in ("phone", "email") and "\n" not in item[4]), None)
    if data and number % 4 == 0:
        items.remove(data)
        key = "telephone" if data[1] == "phone" else "email"
        put(f'<script type="application/ld+json">{{"@type":"LocalBusiness","name":"{title}","{key}":"')
        value("value", data[1], data[4], data[4])
        put('"}</script>\n')
    put(f'</head><body><header class="site"><nav><ul><li><a href="/">{title}</a></li><li><a href="/archive/2024/05">2024</a></li></ul></nav></header><main><article><h1>{title}</h1>\n')
    for role, kind, language, sentence, text in items:
        for _ in range(r.randint(1, 3)):
            put(f"<p>{' '.join(r.sample(sentences.FILLER[language], min(len(sentences.FILLER[language]), r.randint(1, 3))))}</p>\n")
        before, after = sentence.split("{}")
        wrap = r.choice(["p", "p", "p", "li", "td", "comment"])
        opening, closing = {"p": ("<p>", "</p>"), "li": ("<ul><li>", "</li></ul>"), "td": ("<table><tr><td>", "</td></tr></table>"), "comment": ('<div class="comment"><b>reader</b><p>', "</p></div>")}[wrap]
        put(opening)
        chance = r.random()
        if role == "value" and kind == "phone" and chance < 0.12:
            put(escape(before) + '<a href="tel:')
            digits = "".join(letter for letter in text if letter in "+0123456789")
            value(role, kind, digits, digits)
            put(f'">{"اتصل" if language == "ar" else "call"}</a>{escape(after)}')
        elif role == "value" and kind == "email" and "@" in text and chance < 0.15:
            put(escape(before) + '<a href="mailto:')
            value(role, kind, text, text)
            put(f'">{"راسلنا" if language == "ar" else "mail"}</a>{escape(after)}')
        elif role == "value" and kind in ("phone", "email", "iban") and chance < 0.2:
            put('<img src="/i/1.png" alt="' + escape(before))
            value(role, kind, escape(text), text)
            put(escape(after) + '">')
        elif kind == "prose":
            value(role, kind, escape(text), text)
        else:
            put(escape(before))
            value(role, kind, *written(r, kind, text, language))
            put(escape(after))
        put(closing + "\n")
    put('</article></main><footer><p>© 2026 — <a href="/terms">Terms</a> · <a href="/n/20240512103045">News</a></p></footer></body></html>\n')
    return {"id": number, "html": "".join(out), "marks": marks}


if __name__ == "__main__":
    pages = build()
    json.dump(pages, sys.stdout, ensure_ascii=False)
