//! What `article` mode is told from the command line: page types, comments, thresholds, kept elements, confidence.

use crate::workbench::Workbench;

const KEEP: &str = "about = \"What is content here\"\nwhen = { host = [\"shop.example\"] }\n\n[[rule]]\nid = \"specs\"\nwhy = \"The list of parts is the product\"\n\
    select = \".share-list\"\nkeep = true\nhit = [\"<p>Text.</p><ul class=share-list><li>Oak</ul>\"]\nmiss = [\"<ul class=parts><li>Oak</ul>\"]\n";

fn page() -> String {
    let paragraph = |n: usize| {
        format!("<p>On day {n} the harbour opened again, and the ships that had waited outside for weeks came in one by one, as the pilots said.</p>")
    };
    let reply = |n: usize| {
        format!(
            "<li class=comment itemscope itemtype=https://schema.org/Comment><p>I was there on day {n} and I can tell you that nobody had slept.</p></li>"
        )
    };
    format!(
        "<html lang=en><head><title>The harbour</title></head><body><main><article><h1>The harbour</h1>{}</article></main>\
         <section id=comments class=comments><h2>Comments</h2><ol class=comment-list>{}</ol></section></body></html>",
        (1..8).map(paragraph).collect::<String>(),
        (1..4).map(reply).collect::<String>()
    )
}

#[test]
fn comments_are_content_on_a_forum_or_when_asked_for() {
    let bench = Workbench::new();
    bench.write("page.html", page());
    for (flags, kept) in [
        (&["--page-type", "article"][..], false),
        (&["--comments", "strip"], false),
        (&["--page-type", "article", "--comments", "keep"], true),
        (&["--page-type", "forum"], true),
        (&["--page-type", "forum", "--comments", "strip"], false),
    ] {
        let out = bench.expect(0, &[&["clean", "page.html", "--emit", "text"][..], flags].concat()).out;
        assert!(out.contains("On day 7 the harbour"), "{flags:?}: {out}");
        assert_eq!(out.contains("I was there on day 2"), kept, "{flags:?}: {out}");
    }
}

#[test]
fn the_threshold_moves() {
    let bench = Workbench::new();
    bench.write("page.html", page());
    let length = |favor: &str| bench.expect(0, &["clean", "page.html", "--emit", "text", "--favor", favor]).out.len();
    assert!(length("-10") < length("balanced") && length("balanced") <= length("recall") && length("recall") <= length("10"));
    let ran = bench.expect(2, &["clean", "page.html", "--favor", "most"]);
    assert!(ran.err.contains("`strip.favor`") && ran.err.contains("precision, balanced, recall"), "{ran:?}");
    let out = bench.expect(0, &["config", "--set", "strip.comments=keep"]).out;
    assert!(out.contains("comments = \"keep\"") && out.contains("min_confidence = "), "{out}");
}

#[test]
fn a_rule_keeps_what_rules_and_the_model_would_take() {
    let bench = Workbench::new();
    bench.write("keep.toml", KEEP);
    assert!(bench.expect(0, &["rules", "check", "keep.toml"]).out.contains("examples"));
    let list = "<div class=share-buttons><ul class=share-list><li>Oak, oiled twice</li><li><a href=/x class=share-buttons>Share</a></li></ul></div>";
    bench.write("page.html", page().replace("</article>", &format!("</article>{list}")));
    for strip in ["rules", "article"] {
        let flags = ["clean", "page.html", "--emit", "text", "--strip", strip, "--rules", "keep.toml", "--url"];
        let here = bench.expect(0, &[&flags[..], &["https://shop.example/1"]].concat()).out;
        assert!(here.contains("Oak, oiled twice"), "{strip}: {here}");
        let elsewhere = bench.expect(0, &[&flags[..], &["https://news.example/1"]].concat()).out;
        assert!(!elsewhere.contains("Oak, oiled twice"), "{strip}: {elsewhere}");
    }
    bench.write("keep.toml", KEEP.replace("select = \".share-list\"", "text = [\"Oak\"]"));
    let ran = bench.expect(2, &["rules", "check", "keep.toml"]);
    assert!(ran.out.contains("only elements can be kept") || ran.err.contains("only elements can be kept"), "{ran:?}");
    bench.write("keep.toml", KEEP.replace("ul class=parts", "ul class=share-list"));
    let ran = bench.expect(2, &["rules", "check", "keep.toml"]);
    assert!(ran.out.contains("it kept something of it") || ran.err.contains("it kept something of it"), "{ran:?}");
}

#[test]
fn a_page_that_naqi_is_not_sure_of_is_held_back() {
    let bench = Workbench::new();
    bench.write("page.html", page());
    bench.write("links.html", "<ul>".to_owned() + &"<li><a href=/a>More of what we have, today</a></li>".repeat(60) + "</ul>");
    let record = |page: &str, code: i32, least: &str| {
        let out = bench.expect(code, &["clean", page, "--emit", "jsonl", "--set", least]).out;
        serde_json::from_str::<serde_json::Value>(&out).unwrap()
    };
    let sure = record("page.html", 0, "strip.min_confidence=0.3");
    assert!(sure["confidence"].as_f64().unwrap() > 0.3 && sure["verdict"] == "pass" && sure["html"].is_string(), "{sure}");
    let doubtful = record("links.html", 3, "strip.min_confidence=0.6");
    assert!(doubtful["confidence"].as_f64().unwrap() < 0.6 && doubtful["verdict"] == "quarantine" && doubtful["html"].is_null(), "{doubtful}");
    assert!(doubtful["review"].as_str().unwrap().contains("is below strip.min_confidence 0.6"), "{doubtful}");
    let ran = bench.expect(3, &["clean", "links.html", "--set", "strip.min_confidence=0.6"]);
    assert!(ran.err.contains("held back (quarantine): confidence") && ran.out.is_empty(), "{ran:?}");
    for wrong in [["--set", "strip.min_confidence=2"], ["--set", "strip.min_confidence=nan"]] {
        bench.expect(2, &[&["clean", "page.html"][..], &wrong].concat());
    }
    let ran = bench.expect(2, &["clean", "page.html", "--set", "strip.min_confidence=0.5", "--strip", "rules"]);
    assert!(ran.err.contains("needs the block model"), "{ran:?}");
}

#[test]
fn the_title_comes_first_and_once_when_it_is_asked_for() {
    let bench = Workbench::new();
    bench.write("page.html", page());
    bench.write("bare.html", page().replace("<h1>The harbour</h1>", "").replace("<title>The harbour", "<title>The *harbour*, call +1 212 555 0147"));
    let lines = |flags: &[&str]| -> Vec<String> {
        let out = bench.expect(0, &[&["clean"][..], flags].concat()).out;
        out.lines()
            .filter(|line| line.to_lowercase().contains("the *harbour") || line.contains("The harbour") || line.contains("# "))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(lines(&["page.html", "--emit", "text"]), [""; 0], "the headline of an article is metadata");
    assert_eq!(lines(&["page.html", "--emit", "markdown"]), [""; 0]);
    assert!(bench.expect(0, &["clean", "page.html"]).out.contains("<h1>The harbour</h1>"), "what is republished shows it");
    assert_eq!(lines(&["page.html", "--emit", "text", "--strip", "rules"]), ["The harbour"], "no page is told to be an article");
    assert_eq!(lines(&["page.html", "--emit", "text", "--with-title"]), ["The harbour"]);
    assert_eq!(lines(&["page.html", "--emit", "markdown", "--set", "with_title=true"]), ["# The harbour"]);
    assert_eq!(lines(&["page.html", "--emit", "text", "--with-title", "--strip", "rules"]), ["The harbour"]);
    assert_eq!(lines(&["bare.html", "--emit", "text"]), [""; 0]);
    // It is moderated as the rest is.
    let redacted = lines(&["bare.html", "--emit", "text", "--with-title", "--with", "pii", "--strip", "off"]);
    assert!(redacted.len() == 1 && redacted[0].starts_with("The *harbour*, call ") && !redacted[0].contains("555"), "{redacted:?}");
    let escaped = lines(&["bare.html", "--emit", "markdown", "--with-title"]);
    assert!(escaped.len() == 1 && escaped[0].starts_with("# The \\*harbour\\*"), "{escaped:?}");
    let record: serde_json::Value = serde_json::from_str(&bench.expect(0, &["clean", "bare.html", "--emit", "jsonl", "--with-title"]).out).unwrap();
    assert!(record["text"].as_str().unwrap().starts_with("The *harbour*"), "{record}");
}

/// A rule that drops a block leaves nothing of a title either, in front of the text or in the record.
#[test]
fn a_title_that_a_rule_drops_is_not_there() {
    let bench = Workbench::new();
    bench.write("page.html", page().replace("The harbour<", "The casino opens again<"));
    let rules =
        "about = \"What the house drops\"\n[[rule]]\nid = \"x\"\nwhy = \"Not here\"\nmatch = { words = [\"casino\"] }\naction = \"drop-block\"\n";
    bench.write("house/house.toml", rules);
    for emit in ["text", "markdown", "jsonl"] {
        let out = bench.expect(0, &["clean", "page.html", "--emit", emit, "--with-title", "--rules", "house"]).out;
        assert!(!out.contains("casino") && out.contains("harbour"), "{emit}: {out}");
    }
}

#[test]
fn a_thread_is_told_from_an_article() {
    let bench = Workbench::new();
    bench.write("article.html", page().replace("<head>", "<head><meta property=og:type content=article>"));
    let reply = |n: usize| {
        format!(
            "<li class=comment itemscope itemtype=https://schema.org/Comment><p>Number {n} of the pilots told me that he had not slept since the ice went out, and that the tea was cold.</p></li>"
        )
    };
    let thread = format!(
        "<html lang=en itemscope itemtype=https://schema.org/DiscussionForumPosting><head><title>Who was at the harbour?</title></head><body><main>\
         <h1>Who was at the harbour?</h1><p>I only saw it from the bus, so tell me what it was like when the first ships came in again.</p>\
         <section id=comments class=comments><ol class=comment-list>{}</ol></section></main></body></html>",
        (1..12).map(reply).collect::<String>()
    );
    bench.write("thread.html", &thread);
    // It does not say what it is, but it is made of replies.
    bench.write("mute.html", thread.replace(" itemscope itemtype=https://schema.org/DiscussionForumPosting", ""));
    let text = |page: &str, flags: &[&str]| bench.expect(0, &[&["clean", page, "--emit", "text"][..], flags].concat()).out;
    assert!(!text("article.html", &[]).contains("I was there"), "{}", text("article.html", &[]));
    assert!(text("article.html", &["--comments", "keep"]).contains("I was there on day 2"));
    for page in ["thread.html", "mute.html"] {
        let out = text(page, &[]);
        assert!((1..12).all(|n| out.contains(&format!("Number {n} of the pilots"))) && out.contains("I only saw it from the bus"), "{page}: {out}");
        assert!(!text(page, &["--comments", "strip"]).contains("of the pilots"), "{page}");
    }
}
