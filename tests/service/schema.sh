#!/usr/bin/env bash
# Asks the service whatever its own description allows, and what it does not: no 5xx, no answer that is not described.
#
#     pip install schemathesis
#     tests/service/schema.sh [target/release/naqi]
set -euo pipefail
naqi=${1:-target/release/naqi}
folder=$(mktemp -d)
"$naqi" serve --listen 127.0.0.1:0 --body-bytes 262144 2>"$folder/log" &
service=$!
trap 'kill $service; rm -r "$folder"' EXIT
until address=$(grep -om1 'http://[0-9.:]*' "$folder/log"); do sleep 0.1; done
# Most strings cannot stand in a path, which is where a rule's id stands.
schemathesis run "$address/openapi.json" --seed 7 --suppress-health-check=filter_too_much --max-examples "${EXAMPLES:-60}" --phases examples,coverage,fuzzing \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,unsupported_method
