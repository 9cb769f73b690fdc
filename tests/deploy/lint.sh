#!/usr/bin/env bash
# Lints what deploys naqi: manifests and chart against Kubernetes' own schemas (strict: no unknown key), Prometheus' rules and
# configuration, the dashboard's queries against the metrics that the service has.
#
#     apt install golang-go golang-github-masterminds-sprig-dev golang-github-ghodss-yaml-dev prometheus jq
#     pip install kubernetes-validate
#     tests/deploy/lint.sh [target/release/naqi]
#
# With `helm` on the path the chart goes through `helm lint` and `helm template`, without it through the same template engine.
set -euo pipefail
cd "$(dirname "$0")/../.."
naqi=${1:-target/release/naqi}
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

kubernetes-validate --strict --quiet deploy/kubernetes/*.yaml

cat >"$work/full.yaml" <<'VALUES'
replicas: 3
args: ["--with", "pii", "--strip", "rules"]
rules: {house.toml: "[[rule]]\nid = \"a\"\n"}
image: {repository: registry.example/naqi, tag: "0.1.0"}
autoscaling: {enabled: true}
VALUES
render() {
    if command -v helm >/dev/null; then
        helm lint --strict deploy/helm/naqi -f "$1" >&2
        helm template cleaner deploy/helm/naqi -f "$1"
    else
        GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$work/go GOFLAGS= go run tests/deploy/render.go deploy/helm/naqi "$1" cleaner
    fi
}
: >"$work/none.yaml"
for values in none full; do
    render "$work/$values.yaml" >"$work/rendered-$values.yaml"
    grep -c '^kind:' "$work/rendered-$values.yaml" >/dev/null || { echo "the chart renders nothing with $values" >&2; exit 1; }
    kubernetes-validate --strict --quiet "$work/rendered-$values.yaml"
done
grep -q 'kind: HorizontalPodAutoscaler' "$work/rendered-full.yaml"
grep -q -- '"--with", "pii"' "$work/rendered-full.yaml"

promtool check rules deploy/prometheus/alerts.yml >"$work/promtool"
# The configuration names where its rules are in the container.
mkdir "$work/prometheus"
cp deploy/prometheus/*.yml "$work/prometheus"
sed -i "s#/etc/prometheus/#$work/prometheus/#" "$work/prometheus/prometheus.yml"
promtool check config "$work/prometheus/prometheus.yml" >>"$work/promtool" || { cat "$work/promtool" >&2; exit 1; }

# Every metric that a panel or an alert asks for is one that the service has.
"$naqi" serve --listen 127.0.0.1:0 --with pii --set limits.page_bytes=200000 2>"$work/log" &
service=$!
trap 'kill $service; rm -r "$work"' EXIT
until address=$(grep -om1 'http://[0-9.:]*' "$work/log"); do sleep 0.1; done
# A removal, a finding and a page over a limit: counters by name begin with their first count.
{ echo '<div class="share-buttons">Share this</div><p>Write to anna.berg@example.org.</p>'; } >"$work/page"
{ yes '<p>The ferry left at noon.</p>' || true; } | head -c 300000 >"$work/large"
for page in page large; do curl -so /dev/null -H 'Content-Type: text/html' --data-binary "@$work/$page" "$address/v1/clean"; done
curl -s "$address/metrics" | grep -o '^# TYPE [a-z_]*' | cut -d' ' -f3 | sort -u >"$work/has"
{ jq -r '.. | .expr? // empty' deploy/grafana/dashboards/*.json; grep 'expr:' deploy/prometheus/alerts.yml; } |
    grep -oE '\b(naqi|process)_[a-z_]+' | sed -E 's/_(bucket|sum|count)$//' | sort -u >"$work/wanted"
[ -s "$work/wanted" ]
if missing=$(comm -23 "$work/wanted" "$work/has") && [ -n "$missing" ]; then
    printf 'metrics that no service has:\n%s\n' "$missing" >&2
    exit 1
fi
echo fine
