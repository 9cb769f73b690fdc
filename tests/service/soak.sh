#!/usr/bin/env bash
# Keeps the service at work for a while and shows its memory: resident bytes and pages so far, every 15 seconds. Fails when the second half
# takes a tenth more than the first did at most; the first minute finds the largest pages.
#
#     tests/service/soak.sh FOLDER_OF_PAGES [SECONDS] [target/release/naqi]
set -euo pipefail
pages=$1 seconds=${2:-600} naqi=${3:-target/release/naqi}
folder=$(mktemp -d)
NAQI_LOG=warn "$naqi" serve --listen 127.0.0.1:0 --with pii 2>"$folder/log" &
service=$!
trap 'kill $service; rm -r "$folder"' EXIT
until address=$(grep -om1 'http://[0-9.:]*' "$folder/log"); do sleep 0.1; done
end=$((SECONDS + seconds))
load() {
    while ((SECONDS < end)); do
        for page in "$pages"/*; do
            ((SECONDS < end)) || return 0
            case $page in *.gz) coding=(-H 'Content-Encoding: gzip') ;; *) coding=() ;; esac
            # One connection for many requests would hide what a connection leaves behind.
            curl -so /dev/null -H 'Content-Type: text/html' "${coding[@]}" --data-binary "@$page" "$address/v1/clean?emit=$1" || true
        done
    done
}
for emit in republish text preserve jsonl; do load $emit & done
while ((SECONDS < end)); do
    sleep 15
    curl -s "$address/metrics" | awk -v at="$((seconds - end + SECONDS))" '
        /^process_resident_memory_bytes/ {resident = $2} /^process_threads/ {threads = $2} /^process_open_fds/ {files = $2} /^naqi_pages_total/ {pages += $2}
        END {printf "%4d s  %6.1f MB  %4d threads  %4d files  %d pages\n", at, resident / 1e6, threads, files, pages}' | tee -a "$folder/seen"
    # A reload now and then, as in real life.
    curl -so /dev/null -X POST "$address/-/reload"
done
wait $(jobs -p | grep -v "^$service$")
awk -v half=$((seconds / 2)) '
    $1 > half {late = $3 > late ? $3 : late} $1 > 60 && $1 <= half {early = $3 > early ? $3 : early}
    END {printf "at most %.1f MB in the first half, %.1f MB in the second\n", early, late; exit early > 0 && late > early * 1.1}' "$folder/seen"
