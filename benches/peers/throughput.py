#!/usr/bin/env python3
"""WARC to JSON lines, end to end, on one thread: naqi and its peers in the same run.

    pip install fastwarc resiliparse datatrove trafilatura orjson faust-cchardet python-magic
    pip install 'dolma[resiliparse]' url-normalize dateparser w3lib    # in an environment of its own: it pins others
    benches/peers/throughput.py CRAWL.warc.gz [--naqi target/release/naqi] [--rounds 3] [--peers naqi,resiliparse,trafilatura]

Prints pages a second for each, the best of the rounds, and how many times as fast naqi is. Peers that are not installed are left
out and named. With --workers 2 it also tells how much faster naqi is with two workers than with one.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time


def naqi(arguments, jobs, folder):
    out = folder / "naqi.jsonl"
    subprocess.run([arguments.naqi, "-q", "clean", arguments.warc, "--emit", "jsonl", "-o", out, "--force", "--fresh", "-j", str(jobs)], check=False)
    return sum(1 for line in out.open() if '"error":null}' in line)


def resiliparse(arguments, _jobs, folder):
    """A loop as the libraries' manuals show it."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    pages = 0
    with open(arguments.warc, "rb") as file, open(folder / "resiliparse.jsonl", "w") as out:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response):
            body = record.reader.read()
            text = extract_plain_text(bytes_to_str(body, detect_encoding(body)), main_content=True)
            out.write(json.dumps({"url": record.headers.get("WARC-Target-URI"), "text": text}) + "\n")
            pages += 1
    return pages


def trafilatura(arguments, _jobs, folder):
    """datatrove's pipeline: its WARC reader, Trafilatura, its JSON writer."""
    os.environ.setdefault("LOGURU_LEVEL", "ERROR")
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.extractors import Trafilatura
    from datatrove.pipeline.readers import WarcReader
    from datatrove.pipeline.writers.jsonl import JsonlWriter

    warc = pathlib.Path(arguments.warc).resolve()
    steps = [
        WarcReader(str(warc.parent), glob_pattern=warc.name, default_metadata={}),
        Trafilatura(favour_precision=False),
        JsonlWriter(str(folder / "datatrove"), compression=None),
    ]
    LocalPipelineExecutor(steps, tasks=1, workers=1, logging_dir=str(folder / "log"), skip_completed=False).run()
    return sum(1 for file in (folder / "datatrove").rglob("*.jsonl") for _ in file.open())


def dolma(arguments, _jobs, folder):
    """Dolma's `warc` command with its resiliparse extractor."""
    out = folder / "dolma"
    # Its console script stands beside the interpreter.
    command = [pathlib.Path(sys.executable).with_name("dolma"), "warc", "--documents", arguments.warc, "--destination", out]
    command += ["--processes", "1", "--linearizer", "resiliparse", "--source_name", "crawl", "--no-store_html_in_metadata"]
    ran = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if ran.returncode:
        raise RuntimeError((ran.stderr.strip().splitlines() or ["no message"])[-1][:120])
    import gzip

    return sum(1 for file in out.rglob("*.gz") for _ in gzip.open(file))


PEERS = {"naqi": naqi, "resiliparse": resiliparse, "trafilatura": trafilatura, "dolma": dolma}
NAMES = {"resiliparse": "FastWARC + resiliparse", "trafilatura": "datatrove, Trafilatura", "dolma": "Dolma warc, resiliparse"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warc")
    parser.add_argument("--naqi", default="target/release/naqi")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--peers", default=",".join(PEERS))
    arguments = parser.parse_args()
    best = {}
    runs = [(name, 1) for name in arguments.peers.split(",")]
    if arguments.workers > 1:
        runs.append(("naqi", arguments.workers))
    for _ in range(arguments.rounds):
        # All peers in every round: whatever else the machine does, it does to all of them.
        for name, jobs in runs:
            with tempfile.TemporaryDirectory() as folder:
                begun = time.perf_counter()
                try:
                    pages = PEERS[name](arguments, jobs, pathlib.Path(folder))
                except Exception as error:
                    print(f"{name}: left out: {type(error).__name__}: {str(error)[:160]}", file=sys.stderr)
                    continue
                seconds = time.perf_counter() - begun
            if (name, jobs) not in best or seconds < best[name, jobs][0]:
                best[name, jobs] = (seconds, pages)
    ours = best.get(("naqi", 1))
    print(f"{'':26} {'pages':>7} {'seconds':>8} {'pages/s':>8} {'naqi is':>8}")
    for (name, jobs), (seconds, pages) in sorted(best.items(), key=lambda item: item[1][0] / max(item[1][1], 1)):
        label = NAMES.get(name, name) + (f", {jobs} workers" if jobs > 1 else "")
        times = f"{(ours[1] / ours[0]) / (pages / seconds):.1f} x" if ours and pages else ""
        print(f"{label:26} {pages:7} {seconds:8.2f} {pages / seconds:8.1f} {times:>8}")


if __name__ == "__main__":
    main()
