#!/usr/bin/env python3
"""Compares what naqi reads of web archives with what warcio and FastWARC read.

    pip install warcio fastwarc
    benches/peers/archives.py FOLDER [--naqi target/release/naqi]

One line for each archive below FOLDER: records by naqi, warcio and FastWARC, and what naqi says is lost. The exit code is 1 when
naqi reads fewer records of an archive than a peer does and reports no loss.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

PAGES = ("response", "resource", "conversion")


def by_naqi(naqi, path):
    with tempfile.TemporaryDirectory() as folder:
        stats = pathlib.Path(folder, "stats.json")
        command = [naqi, "-q", "clean", path, "--emit", "jsonl", "-o", pathlib.Path(folder, "out.jsonl"), "--stats", stats]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if not stats.exists():
            return {}, ran.stderr.strip().splitlines() or [f"exit code {ran.returncode}"]
        records = json.loads(stats.read_text())["sums"]["records"]
        # Entries of a zip file are no records.
        records = {kind: count for kind, count in records.items() if kind not in ("entry", "archive")}
        return records, ran.stderr.strip().splitlines()


def by_warcio(path):
    from warcio.archiveiterator import ArchiveIterator

    count = 0
    try:
        with open(path, "rb") as file:
            # Raw blocks: undoing HTTP's codings fails on its own account.
            for record in ArchiveIterator(file, no_record_parse=True):
                record.raw_stream.read()
                count += 1
    except Exception as error:
        return count, type(error).__name__
    return count, ""


def by_fastwarc(path):
    from fastwarc.warc import ArchiveIterator

    count = 0
    try:
        with open(path, "rb") as file:
            for record in ArchiveIterator(file, parse_http=False):
                record.reader.read()
                count += 1
                if count > 1_000_000:
                    return count, "does not end"
    except Exception as error:
        return count, type(error).__name__
    return count, ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--naqi", default="target/release/naqi")
    arguments = parser.parse_args()
    silent = 0
    print(f"{'archive':64} {'naqi':>6} {'warcio':>14} {'fastwarc':>14}  lost")
    for path in sorted(arguments.folder.rglob("*")):
        if not path.is_file() or path.suffix == ".json":
            continue
        records, said = by_naqi(arguments.naqi, path)
        ours = sum(records.values())
        peers = [by_warcio(path), by_fastwarc(path)]
        # A peer's count after an error is what it got until then; a zip file or ARC is none of some peers' business.
        most = max(count for count, _ in peers)
        is_silent = ours < most and not said
        silent += is_silent
        shown = [f"{count} {error}".strip()[:24] for count, error in peers]
        print(f"{str(path.relative_to(arguments.folder))[-64:]:64} {ours:6} {shown[0]:>14} {shown[1]:>14}  {len(said)}{'  SILENT' if is_silent else ''}")
    print(f"{silent} archives of which less was read than by a peer without a word")
    sys.exit(1 if silent else 0)


if __name__ == "__main__":
    main()
