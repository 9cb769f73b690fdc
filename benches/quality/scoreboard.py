#!/usr/bin/env python3
"""Word F1 of naqi and its peers on the same pages, as one table.

    pip install -r benches/quality/requirements.txt
    benches/quality/scoreboard.py DATA/wcxb-dev [--naqi target/release/naqi] [--folds FOLDER] [--arabic DATA/arabic]

DATA/score.py scores every line; nothing of the data is kept here. `--folds` holds fold0.bin to fold4.bin, models that training/train.py
made without the pages of that fold: each page is then decided by naqi with the one that has seen no page of its domain. `naqi, as
installed` has seen these pages and is no fair figure:
it stands there to show that program and training agree. The Rust peers are a project of their own in benches/quality/peers and
are built first. Peers that are not installed are left out and named. Texts go to --work and are used again when they are there.
"""

import argparse
import gzip
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
KINDS = ["all", "article", "service", "listing", "documentation", "forum", "product", "collection"]


def html(path):
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return raw


def decoded(raw):
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    return bytes_to_str(raw, detect_encoding(raw))


def trafilatura(raw):
    from trafilatura import extract

    return extract(raw) or ""


def resiliparse(raw):
    from resiliparse.extract.html2text import extract_plain_text

    return extract_plain_text(decoded(raw), main_content=True)


def readability_lxml(raw):
    from lxml.html import fromstring
    from readability import Document

    return " ".join(fromstring(Document(decoded(raw)).summary()).itertext())


def justext(raw):
    import justext

    return "\n".join(p.text for p in justext.justext(raw, justext.get_stoplist("English")) if not p.is_boilerplate)


PYTHON = {"Trafilatura": trafilatura, "resiliparse": resiliparse, "readability-lxml": readability_lxml, "jusText": justext}


def by_python(name, pages, out):
    with out.open("w", encoding="utf-8") as lines:
        for path in pages:
            try:
                text = PYTHON[name](html(path))
            except ImportError:
                raise
            except Exception as error:  # a page that a peer fails on has no text
                print(f"{name}: {path.name}: {type(error).__name__}", file=sys.stderr)
                text = ""
            lines.write(json.dumps({"id": path.name.split(".")[0], "text": text}) + "\n")


def by_rust(name, pages, out):
    manifest = HERE / "peers" / "Cargo.toml"
    command = ["cargo", "run", "--quiet", "--release", "--manifest-path", manifest, "--", name]
    with out.open("wb") as lines:
        for start in range(0, len(pages), 300):
            subprocess.run(command + pages[start : start + 300], stdout=lines, stderr=subprocess.DEVNULL, check=True)


def by_naqi(naqi, pages, out):
    folder = out.with_suffix(".texts")
    for start in range(0, len(pages), 300):
        command = [naqi, "-q", "clean", *pages[start : start + 300], "--emit", "text", "-o", folder, "--force", "--fresh"]
        subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
    with out.open("w", encoding="utf-8") as lines:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                lines.write(json.dumps({"id": path.name.split(".")[0], "text": path.read_text("utf-8")}) + "\n")


def by_folds(naqi, data, folds, out):
    """The blocks that the program keeps, by the model of the fold."""
    sys.path.insert(0, str(HERE.parent.parent / "training"))
    from train import FOLDS, read

    pages = read(data)
    with out.open("w", encoding="utf-8") as lines:
        for fold in range(FOLDS):
            files = [path for i, page in pages.items() if page["fold"] == fold and (path := data / "html" / f"{i}.html.gz").exists()]
            command = [naqi, "features", "--model", folds / f"fold{fold}.bin", *files]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as dump:
                for line in dump.stdout:
                    page = json.loads(line)
                    text = "\n".join(block["text"] for block in page["blocks"] if block["kept"])
                    lines.write(json.dumps({"id": pathlib.Path(page["page"]).name.split(".")[0], "text": text}) + "\n")


def scores(data, out):
    """P, R, F1, kept, leaked by kind of page."""
    printed = subprocess.run([sys.executable, data.parent / "score.py", out, "--data", data], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in printed.splitlines()[1:])
    return {row[0]: [float(number) for number in row[2:]] for row in rows}


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("data", type=pathlib.Path)
    ask.add_argument("--naqi", type=pathlib.Path, default=pathlib.Path("target/release/naqi"))
    ask.add_argument("--folds", type=pathlib.Path, help="folder of the models of the folds")
    ask.add_argument("--arabic", type=pathlib.Path, help="folder of Arabic news pages: how much of them each extractor keeps")
    ask.add_argument("--work", type=pathlib.Path, default=pathlib.Path("target/quality"))
    ask.add_argument("--peers", default=",".join(["rs-trafilatura", "dom_smoothie", *PYTHON]))
    a = ask.parse_args()
    a.work.mkdir(parents=True, exist_ok=True)
    pages = sorted((a.data / "html").glob("*.html.gz"))
    found = {}
    if a.folds:
        by_folds(a.naqi, a.data, a.folds, a.work / "cross-validated.jsonl")
        found["**naqi**, cross-validated"] = scores(a.data, a.work / "cross-validated.jsonl")
    arabic = sorted(a.arabic.glob("*.html")) if a.arabic else []
    texts = {}
    for name in ["naqi", *filter(None, a.peers.split(","))]:
        for of, group in (("", pages), ("-arabic", arabic)):
            out = a.work / f"{name}{of}.jsonl"
            if not group:
                continue
            # A run that was cut short leaves no file that looks whole.
            part = out.with_suffix(".part")
            try:
                if name == "naqi":
                    by_naqi(a.naqi, group, part)
                elif out.exists():
                    part = None
                elif name in PYTHON:
                    by_python(name, group, part)
                else:
                    by_rust(name, group, part)
            except (ImportError, subprocess.CalledProcessError) as error:
                print(f"left out: {name}: {error}", file=sys.stderr)
                continue
            if part:
                part.rename(out)
            if of:
                texts[name] = [json.loads(line)["text"] for line in out.open(encoding="utf-8")]
            else:
                found["naqi, as installed" if name == "naqi" else name] = scores(a.data, out)
                print(f"{name} done", file=sys.stderr, flush=True)
    print("| word F1 | " + " | ".join(KINDS) + " | precision | recall | kept | leaked |\n|" + "---|" * (len(KINDS) + 5))
    for name, by in sorted(found.items(), key=lambda entry: ("naqi" not in entry[0], -entry[1]["all"][2])):
        precision, recall, _, kept, leaked = by["all"]
        rest = (precision, recall, kept, leaked)
        print(f"| {name} | " + " | ".join(f"{by[kind][2]:.3f}" for kind in KINDS) + " | " + " | ".join(f"{r:.3f}" for r in rest) + " |")
    if texts:
        # No reference text comes with these pages: what most extractors agree on stands in for it.
        print("\n| Arabic news, share of the words of lines that most extractors keep; words in all | kept | words |\n|---|---|---|")
        agreed = []
        for n in range(len(arabic)):
            lines = [{" ".join(re.findall(r"\w+", line)) for line in text[n].splitlines()} for name, text in texts.items() if name != "naqi"]
            counts = {}
            for of in lines:
                for line in of:
                    if len(line.split()) >= 12:
                        counts[line] = counts.get(line, 0) + 1
            agreed.append([line for line, count in counts.items() if 2 * count > len(lines)])
        for name, text in texts.items():
            whole = [" ".join(re.findall(r"\w+", one)) for one in text]
            words = sum(len(line.split()) for lines in agreed for line in lines)
            kept = sum(len(line.split()) for one, lines in zip(whole, agreed) for line in lines if line in one)
            print(f"| {name} | {kept / max(words, 1):.3f} | {sum(len(one.split()) for one in whole)} |")


if __name__ == "__main__":
    main()
