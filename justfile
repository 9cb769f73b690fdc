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
