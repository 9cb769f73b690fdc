//! dev only
use naqi::*;
use std::sync::Arc;
fn main() {
    let (rules, warnings) = match rules::builtin_sources().compile() { Ok(x)=>x, Err(e)=>{ for m in &e { eprintln!("{}", m.render(false)); } std::process::exit(2) } };
    let rules = Arc::new(rules);
    let args: Vec<String> = std::env::args().collect();
    if args[1]=="check" {
        for w in &warnings { eprintln!("{w}"); }
        let (n, fails) = check::check(&rules, |r| args.get(2).is_none_or(|p| r.id.starts_with(p.as_str())));
        for f in &fails { println!("{}:{} {} | {} | {}", f.file, f.line, f.rule, f.what, f.example); }
        println!("{} rules {n} examples {} failures", rules.rules().len(), fails.len());
        return;
    }
    if args[1]=="stream" {
        use std::io::Read;
        let out = std::io::stdout().lock();
        let mut p = Pipeline::new(rules, &Settings{strip: strip::StripMode::Rules, ..Default::default()}, &Origin::default(), out);
        let mut buf = vec![0u8; 65536];
        let mut i = std::io::stdin().lock();
        loop { let n = i.read(&mut buf).unwrap(); if n==0 {break} p.feed(&buf[..n]).unwrap(); }
        let r = p.finish().unwrap();
        eprintln!("{:?} {:?} removals {}", r.counts, r.notes, r.removals.len());
        return;
    }
    if args[1]=="bench" {
        let mut pages: Vec<Vec<u8>> = std::fs::read_dir(&args[2]).unwrap().map(|e| std::fs::read(e.unwrap().path()).unwrap()).collect();
        pages.truncate(400);
        let total: usize = pages.iter().map(Vec::len).sum();
        for round in 0..3 {
            let t = std::time::Instant::now();
            for p in &pages {
                let settings = lol_html::Settings::new().with_strict(false)
                    .append_document_content_handler(lol_html::DocumentContentHandlers::default().text(|_: &mut lol_html::html_content::TextChunk<'_>| Ok(())).comments(|_: &mut lol_html::html_content::Comment<'_>| Ok(())).doctype(|_: &mut lol_html::html_content::Doctype<'_>| Ok(())))
                    .append_element_content_handler(lol_html::element!("*", |el| { if let Some(h) = el.end_tag_handlers() { h.push(Box::new(|_: &mut lol_html::html_content::EndTag<'_>| Ok(())) as lol_html::EndTagHandler<'static>); } Ok(()) }));
                let mut r = lol_html::HtmlRewriter::new(settings, |_: &[u8]| {});
                if std::str::from_utf8(p).is_err() { continue; }
                r.write(p).unwrap(); r.end().unwrap();
            }
            let base = t.elapsed().as_secs_f64();
            print!("round {round} {} pages {:.1} MB lol {:.1} MB/s", pages.len(), total as f64/1e6, total as f64/1e6/base);
            for (name, emit, strip) in [("rules/republish", emit::EmitFormat::Republish, strip::StripMode::Rules), ("off/republish", emit::EmitFormat::Republish, strip::StripMode::Off), ("off/preserve", emit::EmitFormat::Preserve, strip::StripMode::Off), ("article/text", emit::EmitFormat::Text, strip::StripMode::Article)] {
                let t = std::time::Instant::now();
                if args.get(3).is_some_and(|m| m != name) { continue; } let mut n = 0;
                for p in &pages {
                    let mut out = Vec::new();
                    let _ = clean(&rules, &Settings{emit, strip, ..Default::default()}, &Origin::default(), p, &mut out);
                    n += out.len();
                }
                let e = t.elapsed().as_secs_f64();
                print!(" | {name} {:.1} MB/s ({:.2} of lol)", total as f64/1e6/e, base/e); let _ = n;
            }
            println!();
        }
        return;
    }
    let page = std::fs::read(&args[1]).unwrap();
    let emit = match args.get(2).map(String::as_str).unwrap_or("text") { "text"=>emit::EmitFormat::Text, "md"=>emit::EmitFormat::Markdown, "preserve"=>emit::EmitFormat::Preserve, _=>emit::EmitFormat::Republish };
    let strip = match args.get(3).map(String::as_str).unwrap_or("article") { "off"=>strip::StripMode::Off, "rules"=>strip::StripMode::Rules, _=>strip::StripMode::Article };
    let markup = if args[1].ends_with(".txt") { rewrite::Markup::Text } else { rewrite::Markup::Html };
    let mut out = Vec::new();
    let r = clean(&rules, &Settings{emit, strip, explain:true, ..Default::default()}, &Origin{markup, content_type: std::env::var("CT").ok().filter(|c| !c.is_empty()), ..Default::default()}, &page, &mut out).unwrap();
    println!("{}", String::from_utf8_lossy(&out));
    eprintln!("{}", serde_json::to_string_pretty(&r).unwrap());
}
