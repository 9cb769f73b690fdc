#!/usr/bin/env bash
# Drives the playground of the real binary in headless Chromium: marks, reasons, packs, keyboard, Arabic, dark, phone, and that nothing leaves or stays.
# Debian's chromium and Node are needed.
#   tests/playground/run.sh [FOLDER]     FOLDER gets the screenshots.     NAQI=target/debug/naqi names the binary.
set -euo pipefail
cd "$(dirname "$0")/../.."
out="${1:-target/playground}"
mkdir -p "$out/node"
[ -n "${NAQI:-}" ] || { cargo build --locked --bin naqi && NAQI=target/debug/naqi; }
[ -d "$out/node/node_modules/puppeteer-core" ] || npm install --prefix "$out/node" --no-audit --no-fund --silent puppeteer-core@25
cp tests/playground/drive.mjs "$out/node/"
"$NAQI" serve --listen 127.0.0.1:0 2>"$out/service.log" &
service=$!
trap 'kill "$service"' EXIT
until address="$(sed -n 's,.*listening on \(http://[0-9.:]*\).*,\1,p' "$out/service.log")" && [ -n "$address" ]; do kill -0 "$service"; sleep 0.1; done
node "$out/node/drive.mjs" "$address" "$out"
# What was pasted is in no log.
if grep -q "سوق السمك\|homes@alma" "$out/service.log"; then echo "playground: a page is in the log" >&2; exit 1; fi
