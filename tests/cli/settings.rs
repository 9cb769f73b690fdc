//! Settings in layers, each value with its origin.

use crate::workbench::{KEPT, PACK, Workbench};

#[test]
fn later_layers_win_and_every_value_says_where_it_came_from() {
    let bench = Workbench::new();
    bench.write("naqi.toml", "emit = \"text\"\njobs = 3\n[strip]\nmode = \"rules\"\n[limits]\ndepth = 100\nsiblings = 5\nhold_bytes = 7\n");
    let ran = bench.run_with_env(
        &[("NAQI_LIMITS__DEPTH", "200"), ("NAQI_LIMITS__SIBLINGS", "6"), ("NAQI_STRIP__MODE", "article"), ("NAQI_LOG", "warn")],
        &["config", "--set", "limits.siblings=8", "--set", "emit=markdown", "--emit", "preserve"],
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    for line in [
        "emit = \"preserve\" # --emit",
        "jobs = 3 # naqi.toml:2",
        "mode = \"article\" # NAQI_STRIP__MODE",
        "depth = 200 # NAQI_LIMITS__DEPTH",
        "siblings = 8 # --set",
        "hold_bytes = 7 # naqi.toml:8",
        "open_elements = 1048576 # default",
        "from = \"auto\" # default",
    ] {
        assert!(ran.out.lines().any(|printed| printed == line), "{line}\n{}", ran.out);
    }
    bench.write("again.toml", &ran.out);
    let again = bench.expect(0, &["config", "--config", "again.toml"]).out;
    let values = |text: &str| text.lines().map(|line| line.split(" # ").next().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(values(&again), values(&ran.out), "what is printed is a settings file");
}

#[test]
fn lists_grow_by_flags_and_are_replaced_by_everything_else() {
    let bench = Workbench::new();
    bench.write("conf/naqi.toml", "[rules]\npacks = [\"packs/a.toml\"]\noff = [\"strip/tags\"]\n");
    let ran = bench.expect(0, &["config", "--config", "conf/naqi.toml", "--off", "strip/share", "--rules", "b.toml", "--no-builtin"]);
    assert!(ran.out.contains("off = [\n    \"strip/tags\", # conf/naqi.toml:3\n    \"strip/share\", # --off\n]"), "{ran:?}");
    assert!(ran.out.contains("    \"conf/packs/a.toml\", # conf/naqi.toml:2\n    \"b.toml\", # --rules\n"), "{ran:?}");
    assert!(ran.out.contains("builtin = false # --no-builtin"), "{ran:?}");
    let ran = bench.run_with_env(&[("NAQI_RULES__OFF", "strip/ads, strip/tags")], &["config"]);
    assert!(ran.out.contains("    \"strip/ads\", # NAQI_RULES__OFF\n    \"strip/tags\", # NAQI_RULES__OFF\n"), "{ran:?}");
    let ran = bench.run_with_env(&[("NAQI_RULES__OFF", "strip/ads")], &["config", "--set", "rules.off=[\"a,b\", 'c']"]);
    assert!(ran.out.contains("off = [\n    \"a,b\", # --set\n    \"c\", # --set\n]"), "{ran:?}");
}

#[test]
fn mistakes_name_the_key_and_its_origin() {
    let bench = Workbench::with_page();
    let message = |file: &str, variables: &[(&str, &str)], arguments: &[&str]| {
        bench.write("s.toml", file);
        let ran = bench.run_with_env(variables, &[&["clean", "page.html", "--config", "s.toml"], arguments].concat());
        assert!(ran.code == 2 && ran.out.is_empty(), "{ran:?}");
        ran.err.trim_end().to_owned()
    };
    assert_eq!(message("\n[strip]\nmod = 1\n", &[], &[]), "naqi: s.toml:3: there is no setting `strip.mod`; did you mean `strip.mode`?");
    assert_eq!(message("strip = \"off\"", &[], &[]), "naqi: s.toml:1: there is no setting `strip`; did you mean `strip.comments`?");
    assert_eq!(message("", &[("NAQI_EMITT", "text")], &[]), "naqi: NAQI_EMITT: there is no setting `emitt`; did you mean `emit`?");
    assert_eq!(message("", &[], &["--set", "depth=3"]), "naqi: --set: there is no setting `depth`; did you mean `limits.depth`?");
    assert!(message("", &[], &["--set", "xyzzy"]).contains("`xyzzy` is not key=value"));
    let wrong = message("emit = \"pdf\"", &[], &[]);
    assert!(wrong.starts_with("naqi: s.toml:1: `emit` cannot be used: unknown variant `pdf`, expected one of `republish`"), "{wrong}");
    assert!(message("jobs = -1", &[], &[]).contains("s.toml:1: `jobs` cannot be used"));
    assert!(message("", &[("NAQI_LIMITS__DEPTH", "deep")], &[]).contains("NAQI_LIMITS__DEPTH: `limits.depth` cannot be used"));
    assert!(message("emit = \"text\nx", &[], &[]).starts_with("naqi: s.toml:"));
    assert!(bench.expect(2, &["config", "--config", "none.toml"]).err.contains("cannot read the settings in none.toml: No such file"));
}

#[test]
fn settings_reach_the_pages() {
    let bench = Workbench::with_page();
    bench.write("promo.toml", PACK);
    bench.write("naqi.toml", "emit = \"text\"\n[rules]\npacks = [\"promo.toml\"]\n");
    bench.write("page.html", format!("<p>{KEPT}</p><div class=promo-box-x>Buy two</div>"));
    assert_eq!(bench.expect(0, &["clean", "page.html"]).out.trim(), KEPT);
    assert!(bench.expect(0, &["clean", "page.html", "--off", "promo/promo"]).out.contains("Buy two"));
    let ran = bench.run_with_env(&[("NAQI_STRIP__MODE", "off")], &["clean", "page.html"]);
    assert!(ran.out.contains("Buy two"), "{ran:?}");
}

#[test]
fn the_listed_defaults_can_be_used_as_they_are() {
    let bench = Workbench::new();
    bench.write("naqi.toml", bench.expect(0, &["config", "--defaults"]).out);
    assert!(bench.expect(0, &["config"]).out.contains("mode = \"article\" # naqi.toml:"));
}

#[test]
fn naqi_describes_itself() {
    let bench = Workbench::new();
    assert!(bench.expect(0, &["--version"]).out.starts_with("naqi "));
    assert!(bench.expect(0, &["clean", "--help"]).out.contains("Examples:"));
    assert!(bench.expect(0, &["completions", "bash"]).out.contains("_naqi"));
    assert!(bench.expect(0, &["man"]).out.contains(".TH naqi"));
    bench.expect(0, &["man", "--dir", "man1"]);
    assert!(bench.read("man1/naqi-clean.1").contains("dead\\-letters"));
    assert!(bench.expect(2, &["wash"]).err.contains("wash"));
    assert!(bench.expect(2, &["clean", "x.html", "--emit", "pdf"]).err.contains("republish"));
}

#[test]
fn runs_over_many_pages_have_settings_too() {
    let bench = Workbench::new();
    bench.write("conf/naqi.toml", "[bulk]\nmax_shard_bytes = \"2k\"\nhost = [\"news.example\"]\nstats = \"stats.json\"\nsample = 0.5\n");
    let variables = [("NAQI_BULK__MIN_CHARS", "3"), ("NAQI_BULK__SAMPLE", "1")];
    let ran = bench.run_with_env(&variables, &["config", "--config", "conf/naqi.toml", "--set", "bulk.dedup=near"]);
    for line in [
        "max_shard_bytes = \"2k\" # conf/naqi.toml:2",
        "    \"news.example\", # conf/naqi.toml:3",
        "stats = \"conf/stats.json\" # conf/naqi.toml:4",
        "sample = 1 # NAQI_BULK__SAMPLE",
        "min_chars = 3 # NAQI_BULK__MIN_CHARS",
        "dedup = \"near\" # --set",
        "checkpoint = 2 # default",
    ] {
        assert!(ran.out.lines().any(|printed| printed == line), "{line}\n{}", ran.out);
    }
    bench.write("again.toml", &ran.out);
    assert!(bench.expect(0, &["config", "--config", "again.toml"]).out.contains("max_shard_bytes = \"2k\" # again.toml:"));
    bench.write("a.warc", crate::crawl::crawl(30).concat());
    bench.expect(0, &["clean", "a.warc", "--emit", "jsonl", "-o", "out/", "--config", "conf/naqi.toml", "--set", "bulk.sample=1", "-q"]);
    assert!(bench.path("out/pages-00001.jsonl").exists() && bench.path("conf/stats.json").exists());
    for (setting, cause) in [
        ("sample=2", "is no share"),
        ("max_shard_bytes=big", "`big` is no size"),
        ("dedup=maybe", "unknown variant `maybe`"),
        ("known_lang=true", "without --lang"),
    ] {
        let ran = bench.expect(2, &["clean", "a.warc", "--set", &format!("bulk.{setting}")]);
        assert!(ran.err.contains(cause), "{ran:?}");
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let bench = Workbench::with_page();
    let refused = |arguments: &[&str], what: &str| {
        let ran = bench.expect(2, &[&["clean", "page.html"], arguments].concat());
        assert!(ran.err.contains(what) && ran.out.is_empty(), "{arguments:?}: {ran:?}");
    };
    refused(&["--set", "limits.token_bytes=100"], "--set: `limits.token_bytes` cannot be used: 100 is too little");
    refused(&["--checkpoint=-1"], "--checkpoint: -1 is no number of seconds");
    refused(&["--min-chars", "10", "--max-chars", "5"], "--min-chars 10 and --max-chars 5");
    refused(&["--set", "bulk.status=299-200"], "--status: `299-200` ends before it begins");
    let script = bench.run_with_stdin("<script>x</script><p>Text.</p>", &["clean", "-", "--emit", "text", "--set", "limits.token_bytes=16384"]);
    assert!(script.code == 0 && script.out.contains("Text."), "{script:?}");
}
