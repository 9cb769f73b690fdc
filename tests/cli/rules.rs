//! What rule authors see.

use crate::workbench::{KEPT, PACK, PAGE, Workbench};

#[test]
fn all_mistakes_are_shown_at_once_where_they_are() {
    let bench = Workbench::new();
    bench.write(
        "bad.toml",
        "about = \"Broken\"\n\n[[rule]]\nid = \"one\"\nwhy = \"Because\"\nselect = \"div:has(p)\"\nhit = ['<div><p>x</p></div>']\nmiss = ['<p>x</p>']\n\n\
         [[rule]]\nid = \"Two\"\nselekt = \".x\"\n",
    );
    bench.write("more/worse.toml", "about = \"Broken\"\n[[rule]\n");
    let ran = bench.expect(2, &["rules", "check", "bad.toml", "more"]);
    assert!(ran.out.contains("--> bad.toml:6:"), "{}", ran.out);
    assert!(ran.out.contains("--> bad.toml:12:1"), "{}", ran.out);
    assert!(ran.out.contains("--> more/worse.toml:2:"), "{}", ran.out);
    assert!(ran.out.contains('^') && ran.out.contains("= help: ") && !ran.out.contains('\u{1b}'), "{}", ran.out);
    assert!(ran.out.trim_end().lines().last().unwrap().contains(" mistakes"), "{}", ran.out);
    // A run refuses them just so, before it reads a page.
    let ran = bench.expect(2, &["clean", "nowhere.html", "--rules", "bad.toml", "--rules", "more"]);
    assert!(ran.err.contains("--> bad.toml:6:") && ran.err.contains("--> more/worse.toml:2:") && !ran.err.contains("nowhere"), "{ran:?}");
}

#[test]
fn hits_and_misses_are_run() {
    let bench = Workbench::new();
    bench.write("good.toml", PACK);
    assert_eq!(bench.expect(0, &["rules", "check", "good.toml"]).out.trim_end().lines().last(), Some("1 rule, 2 examples, 0 failures"));
    let no_hit = PACK.replace("class=\"promo-box-x\"", "class=\"other-box-x\"");
    bench.write("bad.toml", &no_hit);
    let ran = bench.expect(2, &["rules", "check", "bad.toml"]);
    assert!(ran.out.contains("bad.toml:3: rule `bad/promo`: nothing was removed"), "{ran:?}");
    assert!(ran.out.contains("example: <p>The port opened"), "{ran:?}");
    assert!(ran.out.trim_end().lines().last().unwrap().starts_with("1 rule, 2 examples, "), "{ran:?}");
    bench.write("page.html", PAGE);
    let ran = bench.expect(2, &["clean", "page.html", "--rules", "bad.toml"]);
    assert!(ran.out.is_empty() && ran.err.contains("bad.toml:3: rule `bad/promo`: nothing was removed"), "{ran:?}");
}

#[test]
fn packs_are_added_left_out_and_switched_off() {
    let bench = Workbench::new();
    bench.write("packs/promo.toml", PACK);
    bench.write("page.html", format!("{}<div class=promo-box-x>Buy two</div>", PAGE));
    let text = |arguments: &[&str]| bench.expect(0, &[&["clean", "page.html", "--emit", "text"], arguments].concat()).out;
    assert!(text(&[]).contains("Buy two") && !text(&[]).contains("Sport"));
    assert!(!text(&["--rules", "packs"]).contains("Buy two"));
    assert!(!text(&["--rules", "packs", "--rules", "packs/"]).contains("Buy two"), "named twice");
    let own_only = text(&["--rules", "packs/promo.toml", "--no-builtin"]);
    assert!(!own_only.contains("Buy two") && own_only.contains("Sport"));
    assert!(text(&["--off", "strip/navigation"]).contains("Sport"));
    let ran = bench.expect(2, &["clean", "page.html", "--off", "strip/nonsense"]);
    assert!(ran.err.contains("there is no rule or pack `strip/nonsense` to switch off"), "{ran:?}");
    assert!(bench.expect(2, &["clean", "page.html", "--rules", "none.toml"]).err.contains("cannot read rules from none.toml"));
}

#[test]
fn filter_lists_are_used_and_what_is_not_supported_is_counted() {
    let bench = Workbench::new();
    bench.write("list.txt", "! a list\n##.sponsor-zz\n||ads.example^\n||more.example^\n##div:has(a)\nx.example#?#.a:-abp-has(b)\n@@##\n#@#.other\n");
    bench.write("page.html", format!("<p>{KEPT}</p><div class=sponsor-zz>Buy two</div>"));
    let ran = bench.expect(0, &["clean", "page.html", "--emit", "text", "--adblock", "list.txt"]);
    assert_eq!(ran.out.trim(), KEPT);
    assert!(ran.err.contains("naqi: list.txt: 1 filter used, 1 exception; not supported: ") && ran.err.contains("2 network"), "{ran:?}");
    assert!(ran.err.contains("1 looks ahead") && ran.err.contains("1 procedural"), "{ran:?}");
    assert_eq!(bench.expect(0, &["clean", "page.html", "--adblock", "list.txt", "-q"]).err, "");
    // Each filter is a rule, and can be switched off as one.
    for off in ["adblock/list:2", "adblock/list"] {
        assert!(
            bench.expect(0, &["clean", "page.html", "--emit", "text", "--adblock", "list.txt", "--off", off, "-q"]).out.contains("Buy two"),
            "{off}"
        );
    }
    assert!(bench.expect(2, &["clean", "page.html", "--adblock", "list.txt", "--off", "adblock/list:3"]).err.contains("there is no rule"));
    // A list that takes what a pack's own example keeps is no fault of the pack.
    bench.write("promo.toml", PACK);
    bench.write("greedy.txt", "##p\n");
    bench.expect(0, &["clean", "page.html", "--rules", "promo.toml", "--adblock", "greedy.txt", "-q"]);
    assert!(bench.expect(2, &["clean", "page.html", "--adblock", "none.txt"]).err.contains("none.txt"));
}

#[test]
fn rules_are_listed_and_shown() {
    let bench = Workbench::new();
    bench.write("promo.toml", format!("when = {{ host = [\"news.example\"] }}\n{PACK}"));
    let list = bench.expect(0, &["rules", "list", "--rules", "promo.toml"]).out;
    assert!(list.lines().next().unwrap().split_whitespace().eq(["id", "kind", "scope", "hosts", "why"]), "{list}");
    let own = list.lines().find(|line| line.contains("promo/promo")).unwrap();
    assert!(own.contains("select") && own.contains("news.example") && own.contains("The promotion box sells something"), "{own}");
    let pack = bench.expect(0, &["rules", "list", "--pack", "strip/navigation"]).out;
    assert!(pack.lines().skip(1).count() > 1 && pack.lines().skip(1).all(|line| line.trim().starts_with("strip/navigation/")), "{pack}");
    assert!(bench.expect(2, &["rules", "list", "--pack", "strip/nav"]).err.contains("there is no pack `strip/nav` in use"));
    let shown = bench.expect(0, &["rules", "show", "promo/promo", "--rules", "promo.toml"]).out;
    for part in ["promo.toml:4", ".promo-box-x", "news.example", "hit", "miss", "<p>The port opened on Monday.</p>"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let ran = bench.expect(2, &["rules", "show", "promo/prome", "--rules", "promo.toml"]);
    assert!(ran.err.contains("there is no rule `promo/prome`; did you mean `promo/promo`?"), "{ran:?}");
}

#[test]
fn moderation_rules_are_listed_and_shown_too() {
    let bench = Workbench::new();
    let house = "about = \"House rules\"\n[[rule]]\nid = \"hold\"\nwhy = \"Not yet\"\nmatch = { phrase = \"hold this page\" }\naction = \"quarantine\"\n\
        hit = [\"hold this page\"]\nmiss = [\"hold the page\"]\n";
    bench.write("house.toml", house);
    let list = bench.expect(0, &["rules", "list", "--rules", "house.toml"]).out;
    let own = list.lines().find(|line| line.contains("house/hold")).unwrap();
    assert!(own.contains("quarantine") && own.contains("Not yet"), "{own}");
    assert!(bench.expect(0, &["rules", "list", "--with", "pii", "--pack", "moderate"]).out.lines().count() > 3);
    let shown = bench.expect(0, &["rules", "show", "house/hold", "--rules", "house.toml"]).out;
    for part in ["house.toml:2", "Not yet", "hold this page", "action\n  quarantine", "miss\n  hold the page"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(bench.expect(2, &["rules", "show", "house/holt", "--rules", "house.toml"]).err.contains("did you mean `house/hold`?"));
}

#[test]
fn checking_knows_its_packs_and_keeps_quiet() {
    let bench = Workbench::new();
    assert!(bench.expect(2, &["rules", "check", "--with", "nosuch"]).out.contains("nosuch"));
    let warned =
        "about = \"Words\"\n[[rule]]\nid = \"hold\"\nmatch = { phrase = \"hold this page\" }\naction = \"flag\"\nhit = [\"hold this page\"]\n";
    bench.write("w.toml", warned);
    let loud = bench.run(&["rules", "check", "w.toml"]);
    let quiet = bench.run(&["rules", "check", "w.toml", "-q"]);
    assert!(loud.out.contains("warning") || loud.code == 2, "{loud:?}");
    assert!(loud.code == 2 || quiet.out.is_empty(), "{quiet:?}");
}

#[test]
fn expectations_are_written_anew_and_counted() {
    let bench = Workbench::new();
    bench.write(
        "w.toml",
        "about = \"Words\"\n[[rule]]\nid = \"casino\"\nmatch = { words = [\"casino\"] }\naction = \"flag\"\nhit = [\"casino\"]\nmiss = [\"cassino\"]\n",
    );
    let test = |code: i32, more: &[&str]| bench.expect(code, &[&["rules", "test", "w.toml", "--pages", "p"], more].concat()).out;
    bench.write("p/a.html", "<p>The casino opened.</p><p>The casino closed.</p>");
    test(0, &["--bless"]);
    assert_eq!(bench.read("p/a.html.findings.toml").matches("[[finding]]").count(), 2);
    test(0, &[]);
    bench.write("p/a.html", "<p>The casino opened.</p>");
    assert!(test(2, &[]).contains("\"casino\" was not found"));
    bench.write("p/a.html", "<p>Nothing opened.</p>");
    test(0, &["--bless"]);
    assert!(!bench.path("p/a.html.findings.toml").exists());
    test(0, &[]);
    // What is plain text by its name is that here as everywhere.
    bench.write("t.TXT", "ca<b>sino</b>");
    bench.write("t.txt.gz", crate::inputs::gzip(b"ca<b>sino</b>"));
    for name in ["t.TXT", "t.txt.gz"] {
        assert!(bench.expect(0, &["rules", "try", name, "--rules", "w.toml"]).out.contains("nothing was found"), "{name}");
    }
}
