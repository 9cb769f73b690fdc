# What CI runs, in the same order.
ready:
    bash .ci/run

# Formats everything.
format:
    cargo fmt --all

# Cleans a bundled page.
example:
    cargo run --release -- clean fixtures/pages/ar-aggregator-semantic/page.html --emit markdown

# Writes the golden results anew; review the diff before you commit it.
bless:
    NAQI_BLESS=1 cargo test --test pages

# Speed, as ratios to lol_html and html5ever in the same run. PAGES is a folder of .html or .html.gz files.
bench PAGES="fixtures/pages":
    NAQI_PAGES="{{PAGES}}" cargo bench --bench rules_speed
    NAQI_PAGES="{{PAGES}}" cargo bench --bench article_speed
    NAQI_PAGES="{{PAGES}}" cargo bench --bench selectors

# Licences, advisories, sources and duplicates of the dependencies.
deny:
    cargo deny check

# Word F1 beside peers on the same pages. DATA is a folder laid out as WCXB, with score.py beside it.
quality DATA:
    benches/quality/scoreboard.py "{{DATA}}"
    NAQI_DATA="{{DATA}}" cargo test --release --test quality -- --nocapture

# Builds the Dockerfile without a daemon and runs the image; needs root, buildah, debootstrap.
image:
    tests/image/build.sh

# Drives the playground in headless Chromium; screenshots go to target/playground.
playground:
    tests/playground/run.sh

# Lints manifests, chart, Prometheus' files and the dashboard's queries.
deploy:
    cargo build --release
    tests/deploy/lint.sh
