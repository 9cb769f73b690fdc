//! Pages without text of their own: what they declare as data comes out, is marked as such, and is trusted no more than the page.

use crate::workbench::Workbench;

const SENTENCE: &str = "The harbour opened again in spring, and the ships that had waited outside for weeks came in one by one.";

fn shell(data: &str) -> String {
    format!(
        "<html lang=en><head><title>Open again</title>{data}</head><body><div id=root><p>Loading…</p><nav><a href=/>Home</a></nav></div></body></html>"
    )
}

fn json_ld(thing: &serde_json::Value) -> String {
    // As it has to be written into a script.
    format!("<script type=\"application/ld+json\">{}</script>", thing.to_string().replace("</", "<\\/"))
}

fn article(body: &str) -> String {
    json_ld(&serde_json::json!({ "@type": "NewsArticle", "headline": "Open again", "articleBody": body }))
}

#[test]
fn a_shell_has_the_text_that_it_declares() {
    let bench = Workbench::new();
    bench.write("page.html", shell(&article(&[SENTENCE; 3].join("\n\n"))));
    let text = bench.expect(0, &["clean", "page.html", "--emit", "text"]).out;
    assert_eq!(text.matches(SENTENCE).count(), 3, "{text}");
    assert!(text.starts_with("Open again\n") && !text.contains("Loading") && !text.contains("Home"), "{text}");
    assert!(bench.expect(0, &["clean", "page.html"]).out.contains(&format!("<p>{SENTENCE}</p>")));
    let record: serde_json::Value = serde_json::from_str(&bench.expect(0, &["clean", "page.html", "--emit", "jsonl"]).out).unwrap();
    assert!(record["content_source"] == "json-ld" && record["schema"] == "1.3", "{record}");
    // Its own bytes hold that text as they are, and streaming modes look at what the page shows.
    let preserved = bench.expect(0, &["clean", "page.html", "--emit", "preserve"]).out;
    assert_eq!(preserved.matches(SENTENCE).count(), 3, "{preserved}");
    assert!(!bench.expect(0, &["clean", "page.html", "--emit", "text", "--strip", "rules"]).out.contains(SENTENCE));
    assert!(bench.expect(0, &["explain", "page.html"]).out.contains("content json-ld"));
}

#[test]
fn what_a_page_shows_is_not_said_twice() {
    let bench = Workbench::new();
    let shown = [SENTENCE; 4].map(|sentence| format!("<p>{sentence}</p>")).concat();
    let page = shell(&article(&[SENTENCE; 4].join("\n"))).replace("<p>Loading…</p>", &shown);
    bench.write("page.html", page);
    let record: serde_json::Value = serde_json::from_str(&bench.expect(0, &["clean", "page.html", "--emit", "jsonl"]).out).unwrap();
    assert!(record["content_source"] == "page" && record["text"].as_str().unwrap().matches(SENTENCE).count() <= 4, "{record}");
    // A teaser is shown, the rest is declared.
    let rest: Vec<String> =
        (1..9).map(|n| format!("On day {n} a pilot boat was seen off the bar, and number {n} of the cranes turned towards it.")).collect();
    let page =
        shell(&article(&format!("{SENTENCE}\n{}", rest.join("\n")))).replace("<p>Loading…</p>", &format!("<article><p>{SENTENCE}</p></article>"));
    bench.write("page.html", page);
    let text = bench.expect(0, &["clean", "page.html", "--emit", "text"]).out;
    assert!(text.matches(SENTENCE).count() == 1 && text.contains("On day 8"), "{text}");
}

#[test]
fn declared_text_is_moderated_and_never_raw() {
    let bench = Workbench::new();
    let body = format!(
        "<p onclick=steal()>{SENTENCE} Write to clerk@harbour.example for more of it, or ask at the gate.</p><script>alert(1)</script><img src=x onerror=alert(2)></div></body><!-- {SENTENCE}"
    );
    bench.write("page.html", shell(&article(&body)));
    let html = bench.expect(0, &["clean", "page.html", "--with", "pii"]).out;
    assert!(html.contains("The harbour opened again") && !html.contains("clerk@harbour"), "{html}");
    assert!(!html.contains("alert") && !html.contains("onclick") && !html.contains("<!--"), "{html}");
    for emit in ["text", "markdown", "preserve"] {
        let out = bench.expect(0, &["clean", "page.html", "--with", "pii", "--emit", emit]).out;
        assert!(out.contains("The harbour opened again") && !out.contains("clerk@harbour"), "{emit}: {out}");
    }
}

#[test]
fn recipes_questions_and_states_are_read() {
    let bench = Workbench::new();
    let recipe = serde_json::json!({ "@graph": [{ "@type": "Recipe", "name": "Bread", "recipeIngredient": ["500 g of flour", "10 g of salt"],
        "recipeInstructions": [{ "@type": "HowToStep", "text": SENTENCE }, { "@type": "HowToStep", "text": "Bake it until it sounds hollow when you knock on it." }] }] });
    bench.write("page.html", shell(&json_ld(&recipe)));
    let markdown = bench.expect(0, &["clean", "page.html", "--emit", "markdown"]).out;
    assert!(markdown.contains("- 500 g of flour\n- 10 g of salt") && markdown.contains("2. Bake it until"), "{markdown}");
    let question = serde_json::json!({ "@type": "QAPage", "mainEntity": { "@type": "Question", "name": "When?", "text": SENTENCE,
        "acceptedAnswer": { "@type": "Answer", "text": "In spring, as soon as the ice had gone and the pilots were back at work." } } });
    bench.write("page.html", shell(&json_ld(&question)));
    let text = bench.expect(0, &["clean", "page.html", "--emit", "text"]).out;
    assert!(text.starts_with("When?\n") && text.contains("as soon as the ice had gone"), "{text}");
    let state = serde_json::json!({ "props": { "post": { "content": format!("<p>{SENTENCE}</p><p>{}</p>{}", SENTENCE.replace("spring", "summer"), format!("<p>{SENTENCE}</p>").repeat(3)) } } });
    bench.write(
        "page.html",
        shell(&format!("<script id=__NEXT_DATA__ type=\"application/json\">{}</script>", state.to_string().replace("</", "<\\/"))),
    );
    let record: serde_json::Value = serde_json::from_str(&bench.expect(0, &["clean", "page.html", "--emit", "jsonl"]).out).unwrap();
    assert!(record["content_source"] == "state" && record["text"].as_str().unwrap().contains("again in summer"), "{record}");
}
