#!/usr/bin/env bash
# Builds the very Dockerfile without a daemon or a registry, and runs what comes out: size, user, labels, SBOM, health, a cleaned page.
# Debian's buildah and debootstrap, root, and a Rust toolchain are needed. The base images are made here under the names that the Dockerfile
# asks for: Debian with the local toolchain, and Debian's certificates, time zones and a user for distroless.
#   tests/image/build.sh [FOLDER]     FOLDER keeps base images between runs. LTO=off builds sooner and somewhat larger; NICE is 10 unless given.
set -euo pipefail
cd "$(dirname "$0")/../.."
store="${1:-/var/tmp/naqi-image}"
rust_name=docker.io/library/rust:1-slim-bookworm
bare_name=gcr.io/distroless/static-debian12:nonroot
limit_bytes=$((40 * 1000 * 1000))
mkdir -p "$store"
export TMPDIR="$store/tmp" BUILDAH_ISOLATION=chroot
mkdir -p "$TMPDIR"
buildah() { command nice -n "${NICE:-10}" buildah --storage-driver vfs --root "$store/storage" --runroot "$store/run" "$@"; }
fail() { echo "image: $*" >&2; exit 1; }
has() { buildah inspect --type image "$1" >/dev/null 2>&1; }

# One layer with this folder's files. `buildah from scratch` gives a container whose file system is a plain folder under vfs.
base() {
    local name="$1" folder="$2"; shift 2
    local container; container="$(buildah from scratch)"
    cp -a "$folder/." "$(buildah mount "$container")/"
    buildah umount "$container" >/dev/null
    buildah config "$@" "$container"
    buildah commit --quiet --rm "$container" "$name" >/dev/null
}

if ! has "$rust_name"; then
    root="$store/rust"
    rm -rf "$root"
    debootstrap --variant=minbase --include=gcc,libc6-dev,ca-certificates bookworm "$root" http://deb.debian.org/debian >"$store/debootstrap.log"
    rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
    # The authorities that this machine trusts, or cargo could not fetch what it can fetch here.
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    mkdir -p "$root/usr/local/rust" "$root/usr/local/cargo/bin"
    sysroot="$(rustc --print sysroot)"
    cp -a "$sysroot/bin" "$sysroot/lib" "$root/usr/local/rust/"
    rm -rf "$root/usr/local/rust/lib/rustlib/src"
    base "$rust_name" "$root" --env PATH=/usr/local/cargo/bin:/usr/local/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        --env CARGO_HOME=/usr/local/cargo --env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt --env CARGO_HTTP_MULTIPLEXING=false
    rm -rf "$root"
fi
if ! has "$bare_name"; then
    root="$store/bare"
    rm -rf "$root"
    mkdir -p "$root"/{etc/ssl/certs,home/nonroot,tmp,proc,sys,dev,usr/share,var/tmp}
    chmod 1777 "$root/tmp" "$root/var/tmp"
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    [ -d /usr/share/zoneinfo ] && cp -a /usr/share/zoneinfo "$root/usr/share/"
    printf 'root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >"$root/etc/passwd"
    printf 'root:x:0:\nnogroup:x:65534:\nnonroot:x:65532:\n' >"$root/etc/group"
    printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
    chown -R 65532:65532 "$root/home/nonroot"
    base "$bare_name" "$root" --user 65532 --workingdir /home/nonroot --env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
    rm -rf "$root"
fi

image=localhost/naqi:test
began=$SECONDS
version="$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)"
buildah build --pull-never --format docker --layers=false --build-arg VERSION="$version" \
    ${LTO:+--build-arg LTO="$LTO"} --build-arg REVISION="$(git rev-parse HEAD 2>/dev/null || true)" -t "$image" .
echo "image: built in $((SECONDS - began)) s"

config() { buildah inspect --type image --format "{{$1}}" "$image"; }
container="$(buildah from --pull-never "$image")"
trap 'buildah rm "$container" >/dev/null' EXIT
root="$(buildah mount "$container")"

bytes="$(du -sb --apparent-size "$root" | cut -f1)"
binary="$(stat -c %s "$root/usr/local/bin/naqi")"
echo "image: $bytes bytes in all, the binary $binary"
[ "$bytes" -lt "$limit_bytes" ] || fail "more than $limit_bytes bytes"
[ "$(config .Docker.Config.User)" = 65532:65532 ] || fail "the user is $(config .Docker.Config.User)"
[[ "$(config .Docker.Config.Entrypoint)" == *"/usr/local/bin/naqi"* ]] || fail "another entrypoint"
[[ "$(config .Docker.Config.Healthcheck)" == *"naqi health"* ]] || fail "no health check"
[ "$(config 'index .Docker.Config.Labels "org.opencontainers.image.version"')" = "$version" ] || fail "the version label differs"
[ ! -e "$root/bin/sh" ] || fail "there is a shell"
python3 - "$root/usr/share/doc/naqi/sbom.cdx.json" "$version" <<'PYTHON'
import json, sys
sbom = json.load(open(sys.argv[1]))
assert sbom["bomFormat"] == "CycloneDX", sbom["bomFormat"]
assert sbom["metadata"]["component"]["version"] == sys.argv[2]
names = {component["name"] for component in sbom["components"]}
missing = {"lol_html", "selectors", "axum", "tokio"} - names
assert not missing, missing
assert "proptest" not in names, "what only tests need is listed"
print(f"image: SBOM {sbom['specVersion']} names {len(names)} components")
PYTHON

# The image's own command in its own root, read-only, as its own user. `buildah run` cannot mount a root read-only under chroot isolation
# before version 1.30, so the root is bound read-only by hand and entered with chroot.
port=18080
read_only="$store/read-only"
mkdir -p "$read_only"
# The names of the machine itself, which every container runtime puts in.
printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
mount --bind "$root" "$read_only"
mount -o remount,bind,ro "$read_only"
trap 'kill "${service:-0}" 2>/dev/null || true; wait; umount "$read_only"; buildah rm "$container" >/dev/null' EXIT
touch "$read_only/home/nonroot/x" 2>/dev/null && fail "the root can be written"
# One process from here to the program, so that its number is the program's.
enter=(env -i PATH=/usr/local/bin HOME=/home/nonroot "$(command -v chroot)" --userspec=65532:65532 "$read_only")
inside() { "${enter[@]}" "$@"; }
# The default command, on another port than the one that may be taken here.
mapfile -t entrypoint < <(buildah inspect --type image --format '{{range .Docker.Config.Entrypoint}}{{println .}}{{end}}' "$image" | sed '/^$/d')
mapfile -t command < <(buildah inspect --type image --format '{{range .Docker.Config.Cmd}}{{println .}}{{end}}' "$image" | sed '/^$/d')
began_ms=$(date +%s%3N)
"${enter[@]}" "${entrypoint[@]}" "${command[@]/8080/$port}" 2>"$store/service.log" &
service=$!
until curl -fsS "http://127.0.0.1:$port/livez" >/dev/null 2>&1; do
    kill -0 "$service" 2>/dev/null || { cat "$store/service.log" >&2; fail "the service ended"; }
    [ $(($(date +%s%3N) - began_ms)) -lt 20000 ] || fail "the service does not answer"
    sleep 0.02
done
echo "image: answers after $(($(date +%s%3N) - began_ms)) ms, $(awk '/VmRSS/{print $2}' "/proc/$service/status") KB resident"
[ "$(stat -c %u "/proc/$service")" = 65532 ] || fail "runs as $(stat -c %u "/proc/$service")"
inside "${entrypoint[@]}" health "http://127.0.0.1:$port/readyz" || fail "not healthy"
# A name, which static programs find only if the resolver is inside.
inside "${entrypoint[@]}" health "http://localhost:$port/readyz" || fail "localhost is not found"
if inside "${entrypoint[@]}" health "http://127.0.0.1:1/readyz" 2>/dev/null; then fail "healthy without a service"; fi
page=fixtures/pages/ar-aggregator-semantic/page.html
curl -fsS --data-binary @"$page" -H 'Content-Type: text/html' "http://127.0.0.1:$port/v1/clean?emit=text" >"$store/clean.txt"
cmp "$store/clean.txt" "${page%/*}/clean.txt" || fail "the service cleans otherwise than the goldens say"
kill -TERM "$service"
wait "$service" || fail "the drain ended with $?"
# Pages by pipe, too.
inside "${entrypoint[@]}" clean - --emit text <"$page" >"$store/pipe.txt"
cmp "$store/pipe.txt" "${page%/*}/clean.txt" || fail "a page by pipe is cleaned otherwise"
echo "image: fine"
