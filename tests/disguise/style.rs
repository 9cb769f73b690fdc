//! Markup styles: each writes the same page as another kind of site would.

use super::page::{Block, Page, Rendered};
use super::unusual;
use naqi::rewrite::Markup;

pub struct Style {
    pub name: &'static str,
    pub render: fn(&Page, usize) -> Rendered,
}

pub const STYLES: &[Style] = &[
    Style { name: "semantic", render: semantic },
    Style { name: "generated", render: generated },
    Style { name: "breaks", render: breaks },
    Style { name: "breaks-plain", render: breaks_plain },
    Style { name: "tables-legacy", render: tables },
    Style { name: "unclosed", render: unclosed },
    Style { name: "unclosed-named", render: unclosed_named },
    Style { name: "entities", render: entities },
    Style { name: "split", render: split },
    Style { name: "paragraphs", render: paragraphs },
    Style { name: "headings", render: headings },
    Style { name: "definitions", render: definitions },
    Style { name: "sections", render: sections },
    Style { name: "list", render: list },
    Style { name: "amp", render: amp },
    Style { name: "nested", render: nested },
    Style { name: "crossed", render: crossed },
    Style { name: "spelling", render: spelling },
    Style { name: "minified", render: minified },
    Style { name: "shouting", render: shouting },
    Style { name: "cards", render: cards },
    Style { name: "font", render: font },
    Style { name: "spans", render: spans },
    Style { name: "custom", render: custom },
    Style { name: "custom-only", render: custom_only },
    Style { name: "stray-cell", render: stray_cell },
    Style { name: "unclosed-links", render: unusual::unclosed_links },
    Style { name: "hidden-words", render: unusual::hidden_words },
    Style { name: "kept-lines", render: unusual::kept_lines },
    Style { name: "all-headings", render: unusual::all_headings },
    Style { name: "text", render: text },
    Style { name: "text-tight", render: text_tight },
    Style { name: "text-parted", render: text_parted },
];

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// How the parts of a page are written; `{}` stands for the text.
pub struct Markups<'a> {
    pub head: bool,
    pub block: &'a dyn Fn(&Block) -> String,
    pub before: [&'a str; 2],
    pub body: [&'a str; 2],
    pub after: [&'a str; 2],
    pub between: &'a str,
}

pub fn whole(page: &Page, markups: &Markups<'_>) -> String {
    let dir = if page.rtl { " dir=\"rtl\"" } else { "" };
    let title = escape(&page.title);
    let head = match markups.head {
        true => format!(
            "<head><meta charset=\"utf-8\"><title>{title} - {}</title><meta property=\"og:title\" content=\"{title}\"></head>",
            escape(&page.site)
        ),
        false => String::new(),
    };
    let part = |blocks: &[Block], around: [&str; 2]| {
        let blocks: Vec<String> = blocks.iter().map(markups.block).collect();
        format!("{}{}{}", around[0], blocks.join(markups.between), around[1])
    };
    let parts = [part(&page.before, markups.before), part(&page.body, markups.body), part(&page.after, markups.after)].join(markups.between);
    format!("<!DOCTYPE html>\n<html lang=\"{}\"{dir}>{head}<body>\n{parts}\n</body></html>\n", page.lang)
}

fn link(text: &str) -> String {
    format!("<a href=\"/{}\">{}</a>", text.len() * 7, escape(text))
}

pub fn links(texts: &[String], between: &str) -> String {
    texts.iter().map(|text| link(text)).collect::<Vec<_>>().join(between)
}

pub fn each(texts: &[String], open: &str, close: &str) -> String {
    texts.iter().map(|text| format!("{open}{}{close}", link(text))).collect()
}

fn semantic(page: &Page, _: usize) -> Rendered {
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<h1 class=\"entry-title\">{}</h1>", escape(text)),
        Block::Heading(text) => format!("<h2>{}</h2>", escape(text)),
        Block::Paragraph(text) => format!("<p>{}</p>", escape(text)),
        Block::Line(category, text) => format!("<div class=\"{category}\"><p>{}</p></div>", escape(text)),
        Block::Bar(parts) => format!("<ul class=\"article-tools\">{}</ul>", each(parts, "<li>", "</li>")),
        Block::Menu(entries) => format!("<nav><ul>{}</ul></nav>", each(entries, "<li>", "</li>")),
        Block::List { category, label, entries } => {
            format!("<aside class=\"{category}\"><h3>{}</h3><ul>{}</ul></aside>", escape(label), each(entries, "<li>", "</li>\n"))
        }
    };
    let markups = Markups {
        head: true,
        block: &block,
        before: ["<header>", "</header>"],
        body: ["<article class=\"entry-content\">", "</article>"],
        after: ["<div class=\"below\">", "</div>"],
        between: "\n",
    };
    page.rendered(&whole(page, &markups))
}

fn generated(page: &Page, number: usize) -> Rendered {
    let class = |text: &str| format!("css-{:x}", text.len().wrapping_mul(2_654_435_761).wrapping_add(number) % 99_991);
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<div class=\"{}\"><h1>{}</h1></div>", class("t"), escape(text)),
        Block::Heading(text) => format!("<h3 class=\"{}\">{}</h3>", class("h"), escape(text)),
        Block::Paragraph(text) => format!("<div class=\"{}\">{}</div>", class("paragraph"), escape(text)),
        Block::Line(_, text) => format!("<div class=\"{}\"><div>{}</div></div>", class(text), escape(text)),
        Block::Bar(parts) => format!("<div class=\"{}\">{}</div>", class("bar"), each(parts, "<span class=\"_1a\">", "</span>")),
        Block::Menu(entries) => format!("<div class=\"{}\">{}</div>", class("menus"), each(entries, "<div class=\"_3c\">", "</div>")),
        Block::List { label, entries, .. } => {
            format!("<div class=\"{}\"><div class=\"_9f\">{}</div>{}</div>", class("list"), escape(label), each(entries, "<div>", "</div>"))
        }
    };
    let around = ["<div class=\"css-1x\">", "</div>"];
    page.rendered(&whole(page, &Markups { head: true, block: &block, before: around, body: around, after: around, between: "" }))
}

fn breaks_with(page: &Page, linked: bool, head: bool) -> Rendered {
    let entry =
        |texts: &[String], between: &str| if linked { links(texts, between) } else { escape(&texts.join(between)).replace("&lt;br&gt;", "<br>") };
    let block = |block: &Block| match block {
        Block::Title(text) | Block::Heading(text) => format!("<b>{}</b>", escape(text)),
        Block::Paragraph(text) | Block::Line(_, text) => escape(text),
        Block::Bar(parts) => entry(parts, " "),
        Block::Menu(entries) => links(entries, if linked { " | " } else { "<br>" }),
        Block::List { label, entries, .. } => format!("{}<br>{}", escape(label), entry(entries, "<br>\n")),
    };
    let none = ["", ""];
    page.rendered(
        &whole(page, &Markups { head, block: &block, before: none, body: none, after: none, between: "<br><br>\n" }).replace("<body>", "<body><div>"),
    )
}

fn breaks(page: &Page, _: usize) -> Rendered {
    breaks_with(page, true, true)
}

fn breaks_plain(page: &Page, number: usize) -> Rendered {
    breaks_with(page, false, number.is_multiple_of(2))
}

fn tables(page: &Page, _: usize) -> Rendered {
    let row = |text: String| format!("<tr><td class=\"style7\">{text}</td></tr>");
    let block = |block: &Block| match block {
        Block::Title(text) => row(format!("<font size=\"5\"><b>{}</b></font>", escape(text))),
        Block::Heading(text) => row(format!("<b>{}</b>", escape(text))),
        Block::Paragraph(text) | Block::Line(_, text) => row(escape(text)),
        Block::Bar(parts) => format!("<tr>{}</tr>", each(parts, "<td>", "</td>")),
        Block::Menu(entries) => format!("<tr>{}</tr>", each(entries, "<td>", "</td>")),
        Block::List { label, entries, .. } => {
            row(format!("<table><tr><td>{}</td></tr>{}</table>", escape(label), each(entries, "<tr><td>» ", "</td></tr>")))
        }
    };
    let around = ["<table width=\"100%\">", "</table>"];
    let html = whole(page, &Markups { head: true, block: &block, before: around, body: around, after: around, between: "\n" });
    let mut rendered = page.rendered(&html);
    let (encoding, content_type) = match page.lang.as_str() {
        "ar" => (encoding_rs::WINDOWS_1256, "text/html; charset=windows-1256"),
        "ru" => (encoding_rs::WINDOWS_1251, "text/html; charset=windows-1251"),
        "tr" => (encoding_rs::WINDOWS_1254, "text/html; charset=iso-8859-9"),
        "zh" => (encoding_rs::GBK, "text/html; charset=gb2312"),
        "fr" | "de" | "es" | "pt" | "en" | "id" => (encoding_rs::WINDOWS_1252, "text/html; charset=iso-8859-1"),
        _ => return rendered,
    };
    // What the encoding has no place for is written as a reference.
    rendered.bytes = encoding.encode(&html.replace("charset=\"utf-8\"", &content_type.replace("text/html; ", ""))).0.into_owned();
    rendered.content_type = content_type;
    rendered
}

fn unclosed_with(page: &Page, named: bool) -> Rendered {
    let open = |category: &str| if named { format!("<div class=\"{category}\">") } else { "<div>".to_owned() };
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<h1>{}</h1>", escape(text)),
        Block::Heading(text) => format!("<h3>{}</h3>", escape(text)),
        Block::Paragraph(text) => format!("<p>{}", escape(text)),
        Block::Line(category, text) => format!("{}{}", open(category), escape(text)),
        Block::Bar(parts) => format!("{}{}", open("share-bar"), links(parts, " ")),
        Block::Menu(entries) => format!("<ul>{}</ul>", each(entries, "<li>", "")),
        Block::List { category, label, entries } => format!("{}<p>{}<ul>{}</ul>", open(category), escape(label), each(entries, "<li>", "\n")),
    };
    let none = ["", ""];
    page.rendered(&whole(page, &Markups { head: !named, block: &block, before: none, body: none, after: none, between: "\n" }))
}

fn unclosed(page: &Page, _: usize) -> Rendered {
    unclosed_with(page, false)
}

fn unclosed_named(page: &Page, _: usize) -> Rendered {
    unclosed_with(page, true)
}

/// Writes only paragraphs.
fn in_paragraphs(page: &Page, head: bool, write: &dyn Fn(&str) -> String) -> String {
    let p = |text: &str| format!("<p>{}</p>", write(text));
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<h1>{}</h1>", write(text)),
        Block::Heading(text) => format!("<h2>{}</h2>", write(text)),
        Block::Paragraph(text) | Block::Line(_, text) => p(text),
        Block::Bar(parts) => format!("<p>{}</p>", parts.iter().map(|part| write(part)).collect::<Vec<_>>().join(" ")),
        Block::Menu(entries) => entries.iter().map(|entry| format!("<p><a href=\"#\">{}</a></p>", write(entry))).collect(),
        Block::List { label, entries, .. } => p(label) + &entries.iter().map(|entry| p(entry)).collect::<String>(),
    };
    let none = ["", ""];
    whole(page, &Markups { head, block: &block, before: none, body: none, after: none, between: "\n" })
}

/// A text in numeric references.
fn numeric(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii() { escape(&c.to_string()) } else { format!("&#x{:X};", c as u32) }).collect()
}

fn entities(page: &Page, number: usize) -> Rendered {
    let write = |text: &str| {
        let one = |c: char| match (c.is_ascii(), number.is_multiple_of(2)) {
            (true, _) => escape(&c.to_string()),
            (_, true) => format!("&#{};", c as u32),
            (_, false) => format!("&#x{:X};", c as u32),
        };
        text.chars().map(one).collect::<String>()
    };
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<h1>{}</h1>", write(text)),
        Block::Heading(text) => format!("<h2>{}</h2>", write(text)),
        Block::Paragraph(text) | Block::Line(_, text) => format!("<p>{}</p>", write(text)),
        Block::Bar(parts) => {
            format!("<div>{}</div>", parts.iter().map(|part| format!("<a href=\"#\">{}</a>", write(part))).collect::<Vec<_>>().join("&#32;"))
        }
        Block::Menu(entries) => {
            format!("<ul>{}</ul>", entries.iter().map(|entry| format!("<li><a href=\"#\">{}</a>", write(entry))).collect::<String>())
        }
        Block::List { label, entries, .. } => {
            let entries: String = entries.iter().map(|entry| format!("<li><a href=\"#\">{}</a></li>", write(entry))).collect();
            format!("<h4>{}</h4><ul>{entries}</ul>", write(label))
        }
    };
    let none = ["", ""];
    page.rendered(&whole(page, &Markups { head: true, block: &block, before: none, body: none, after: none, between: "\n" }))
}

/// Inline tags and comments inside words.
fn split(page: &Page, _: usize) -> Rendered {
    let write = |text: &str| {
        let mut out = String::new();
        for (at, word) in text.split(' ').enumerate() {
            out.push_str(if at > 0 { " " } else { "" });
            let middle = word.char_indices().nth(word.chars().count() / 2).map_or(0, |(at, _)| at);
            let (first, second) = word.split_at(middle);
            let (first, second) = (escape(first), escape(second));
            out.push_str(&match at % 5 {
                0 => format!("<span>{first}</span>{second}"),
                1 => format!("{first}<!-- x -->{second}"),
                2 => format!("<b>{first}<i>{second}</i></b>"),
                3 => format!("{first}<wbr>{second}"),
                _ => format!("{first}{second}"),
            });
        }
        out
    };
    page.rendered(&in_paragraphs(page, true, &write))
}

fn paragraphs(page: &Page, number: usize) -> Rendered {
    page.rendered(&in_paragraphs(page, number.is_multiple_of(2), &escape))
}

fn headings(page: &Page, _: usize) -> Rendered {
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<h2>{}</h2>", escape(text)),
        Block::Heading(text) => format!("<h4>{}</h4>", escape(text)),
        Block::Paragraph(text) => format!("<p>{}</p>", escape(text)),
        Block::Line(_, text) => format!("<h5>{}</h5>", escape(text)),
        Block::Bar(parts) => format!("<p>{}</p>", each(parts, "<button>", "</button> ")),
        Block::Menu(entries) => each(entries, "<div>", "</div>"),
        Block::List { label, entries, .. } => format!("<h4>{}</h4>{}", escape(label), each(entries, "<h5>", "</h5>")),
    };
    let around = ["<div>", "</div>"];
    page.rendered(&whole(page, &Markups { head: true, block: &block, before: around, body: around, after: around, between: "\n" }))
}

fn definitions(page: &Page, _: usize) -> Rendered {
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<dt><strong>{}</strong></dt>", escape(text)),
        Block::Heading(text) => format!("<dt>{}</dt>", escape(text)),
        Block::Paragraph(text) | Block::Line(_, text) => format!("<dd>{}</dd>", escape(text)),
        Block::Bar(parts) => format!("<dd>{}</dd>", links(parts, " · ")),
        Block::Menu(entries) => each(entries, "<dd>", "</dd>"),
        Block::List { label, entries, .. } => format!("<dt>{}</dt>{}", escape(label), each(entries, "<dd>", "</dd>")),
    };
    page.rendered(&whole(page, &Markups { head: true, block: &block, before: ["<dl>", ""], body: ["", ""], after: ["", "</dl>"], between: "\n" }))
}

fn sections(page: &Page, _: usize) -> Rendered {
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<section><h1>{}</h1></section>", escape(text)),
        Block::Heading(text) => format!("<section><h3>{}</h3></section>", escape(text)),
        Block::Paragraph(text) | Block::Line(_, text) => format!("<section>{}</section>", escape(text)),
        Block::Bar(parts) => format!("<section>{}</section>", each(parts, "<button>", "</button>")),
        Block::Menu(entries) => format!("<section>{}</section>", each(entries, "<div>", "</div>")),
        Block::List { label, entries, .. } => format!("<section><p>{}</p>{}</section>", escape(label), each(entries, "<p>", "</p>")),
    };
    let none = ["", ""];
    page.rendered(&whole(page, &Markups { head: false, block: &block, before: none, body: none, after: none, between: "" }))
}

fn list(page: &Page, _: usize) -> Rendered {
    let li = |text: &str| format!("<li>{}</li>", escape(text));
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<li><h1>{}</h1></li>", escape(text)),
        Block::Heading(text) => format!("<li><b>{}</b></li>", escape(text)),
        Block::Paragraph(text) | Block::Line(_, text) => li(text),
        Block::Bar(parts) => format!("<li>{}</li>", links(parts, " ")),
        Block::Menu(entries) => each(entries, "<li>", "</li>"),
        Block::List { label, entries, .. } => format!("<li>{}<ul>{}</ul></li>", escape(label), each(entries, "<li>", "</li>")),
    };
    page.rendered(&whole(page, &Markups { head: true, block: &block, before: ["<ul>", ""], body: ["", ""], after: ["", "</ul>"], between: "\n" }))
}

fn amp(page: &Page, _: usize) -> Rendered {
    let block = |block: &Block| match block {
        Block::Title(text) => {
            format!("<h1>{}</h1><amp-img src=\"/a.jpg\" width=\"600\" height=\"400\" layout=\"responsive\"></amp-img>", escape(text))
        }
        Block::Heading(text) => format!("<h2>{}</h2>", escape(text)),
        Block::Paragraph(text) => format!("<p>{}</p>", escape(text)),
        Block::Line(_, text) => format!("<p class=\"m1\"><small>{}</small></p>", escape(text)),
        Block::Bar(parts) => format!("<div>{}</div>", each(parts, "<span role=\"button\">", "</span> ")),
        Block::Menu(entries) => format!("<amp-sidebar id=\"s\" layout=\"nodisplay\"><ul>{}</ul></amp-sidebar>", each(entries, "<li>", "</li>")),
        Block::List { label, entries, .. } => {
            format!(
                "<amp-accordion><section expanded><h4>{}</h4><div>{}</div></section></amp-accordion>",
                escape(label),
                each(entries, "<div>", "</div>")
            )
        }
    };
    let none = ["", ""];
    page.rendered(
        &whole(page, &Markups { head: true, block: &block, before: none, body: none, after: none, between: "\n" }).replace("<html ", "<html amp "),
    )
}

fn nested(page: &Page, _: usize) -> Rendered {
    let (open, close) = ("<div><div><div><span>", "</span></div></div></div>");
    let wrapped = |text: String| format!("{open}{text}{close}");
    let block = |block: &Block| match block {
        Block::Title(text) | Block::Heading(text) | Block::Paragraph(text) | Block::Line(_, text) => wrapped(escape(text)),
        Block::Bar(parts) => wrapped(each(parts, "<span><span>", "</span></span>\n")),
        Block::Menu(entries) => format!("<div><div>{}</div></div>", each(entries, "<div><span>", "</span></div>")),
        Block::List { label, entries, .. } => {
            format!("<div>{}<div>{}</div></div>", wrapped(escape(label)), each(entries, "<div><div>", "</div></div>"))
        }
    };
    let around = ["<div><div>", "</div></div>"];
    page.rendered(&whole(page, &Markups { head: true, block: &block, before: around, body: around, after: around, between: "\n" }))
}

fn crossed(page: &Page, _: usize) -> Rendered {
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<b><h1>{}</b></h1>", escape(text)),
        Block::Heading(text) => format!("<b><i>{}</b></i><br>", escape(text)),
        Block::Paragraph(text) => format!("<p><b>{}</p></b>", escape(text)),
        Block::Line(_, text) => format!("<div><span>{}</div></span>", escape(text)),
        Block::Bar(parts) => format!("<div><b>{}</div></b>", links(parts, " ")),
        Block::Menu(entries) => format!("<ul><i>{}</ul></i>", each(entries, "<li><b>", "</li></b>")),
        Block::List { label, entries, .. } => format!("<div><strong>{}</div></strong><ul>{}</div></ul>", escape(label), each(entries, "<li>", "")),
    };
    let none = ["", ""];
    page.rendered(&whole(page, &Markups { head: true, block: &block, before: none, body: none, after: none, between: "\n" }))
}

/// The same words in other spellings: no-break spaces, tatweel, harakat, soft hyphens, zero-width marks, capitals.
fn spelling(page: &Page, number: usize) -> Rendered {
    let change = |text: &str| {
        let mut out = String::new();
        let letters: Vec<char> = text.chars().collect();
        for (at, c) in letters.iter().enumerate() {
            let joins = |c: char| "بتثجحخسشصضطظعغفقكلمنهي".contains(c);
            let next_is_arabic = letters.get(at + 1).is_some_and(|next| ('\u{621}'..='\u{64a}').contains(next));
            match *c {
                ' ' if at % 3 == number % 3 => out.push('\u{a0}'),
                c if joins(c) && next_is_arabic && at % 4 == number % 4 => {
                    out.push(c);
                    out.push('\u{640}');
                }
                c if joins(c) && at % 7 == 2 => {
                    out.push(c);
                    out.push('\u{64e}');
                }
                c => out.push(c),
            }
            if at % 11 == 5 && c.is_alphabetic() {
                out.push(if page.rtl { '\u{200f}' } else { '\u{ad}' });
            }
        }
        out
    };
    let changed = page.map(&change);
    let mut rendered = generated(&changed, number);
    // Invisible marks may go.
    let seen = |text: &String| text.replace(['\u{ad}', '\u{200f}'], "");
    rendered.kept.extend(rendered.kept.iter().map(seen).collect::<Vec<_>>());
    rendered.kept.truncate(rendered.kept.len() / 2);
    rendered
}

fn minified(page: &Page, number: usize) -> Rendered {
    let mut rendered = semantic(page, number);
    rendered.bytes.retain(|byte| *byte != b'\n');
    rendered
}

fn shouting(page: &Page, _: usize) -> Rendered {
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<H1 ALIGN=center>{}</H1>", escape(text)),
        Block::Heading(text) => format!("<H3>{}</H3>", escape(text)),
        Block::Paragraph(text) => format!("<P ALIGN=justify>{}</P>", escape(text)),
        Block::Line(_, text) => format!("<DIV ALIGN=center><FONT SIZE=2>{}</FONT></DIV>", escape(text)),
        Block::Bar(parts) => {
            format!("<DIV>{}</DIV>", parts.iter().map(|part| format!("<A HREF=#>{}</A>", escape(part))).collect::<Vec<_>>().join(" - "))
        }
        Block::Menu(entries) => {
            format!("<UL>{}</UL>", entries.iter().map(|entry| format!("<LI><A HREF=/x>{}</A>", escape(entry))).collect::<String>())
        }
        Block::List { label, entries, .. } => {
            let entries: String = entries.iter().map(|entry| format!("<LI><A HREF=/x>{}</A></LI>", escape(entry))).collect();
            format!("<DIV><B>{}</B><UL>{entries}</UL></DIV>", escape(label))
        }
    };
    let none = ["", ""];
    let html = whole(page, &Markups { head: false, block: &block, before: none, body: none, after: none, between: "\n" });
    page.rendered(&html.replace("<body>", "<BODY BGCOLOR=#ffffff>").replace("</body>", "</BODY>"))
}

fn cards(page: &Page, _: usize) -> Rendered {
    let card = |text: &String| {
        format!(
            "<a href=\"/x\" class=\"c1\"><div class=\"c2\"><img src=\"/t.jpg\" alt=\"\"></div><div class=\"c3\"><h4>{}</h4></div></a>",
            escape(text)
        )
    };
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<h1>{}</h1>", escape(text)),
        Block::Heading(text) => format!("<h2>{}</h2>", escape(text)),
        Block::Paragraph(text) => format!("<p class=\"p1\">{}</p>", escape(text)),
        Block::Line(_, text) => format!("<div class=\"l1\"><span>{}</span></div>", escape(text)),
        Block::Bar(parts) => format!(
            "<div class=\"b1\">{}</div>",
            parts.iter().map(|part| format!("<button><svg></svg><span>{}</span></button>", escape(part))).collect::<String>()
        ),
        Block::Menu(entries) => format!("<div class=\"m1\">{}</div>", each(entries, "<div>", "</div>")),
        Block::List { label, entries, .. } => {
            format!(
                "<div class=\"g1\"><div class=\"g2\"><h3>{}</h3></div><div class=\"g3\">{}</div></div>",
                escape(label),
                entries.iter().map(card).collect::<String>()
            )
        }
    };
    let around = ["<div class=\"w1\">", "</div>"];
    page.rendered(&whole(page, &Markups { head: true, block: &block, before: around, body: around, after: around, between: "\n" }))
}

fn font(page: &Page, _: usize) -> Rendered {
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<center><font size=6 color=red>{}</font></center>", escape(text)),
        Block::Heading(text) => format!("<p><font color=blue><b>{}</b></font>", escape(text)),
        Block::Paragraph(text) => format!("<p><font size=4>{}</font>", escape(text)),
        Block::Line(_, text) => format!("<center><font size=2>{}</font></center>", escape(text)),
        Block::Bar(parts) => format!("<center>[ {} ]</center>", links(parts, " ] [ ")),
        Block::Menu(entries) => format!("<center>{}</center>", each(entries, "<nobr>", "</nobr><br>")),
        Block::List { label, entries, .. } => format!("<p><b>{}</b><br>{}", escape(label), each(entries, "• ", "<br>")),
    };
    let none = ["", ""];
    page.rendered(&whole(page, &Markups { head: true, block: &block, before: none, body: none, after: none, between: "\n<hr>\n" }))
}

fn spans(page: &Page, _: usize) -> Rendered {
    let block = |block: &Block| match block {
        Block::Title(text) | Block::Heading(text) | Block::Paragraph(text) | Block::Line(_, text) => format!("<span>{}</span><br>", escape(text)),
        Block::Bar(parts) => format!("{}<br>", each(parts, "<span>", "</span> ")),
        Block::Menu(entries) => each(entries, "<span>", "</span><br>"),
        Block::List { label, entries, .. } => format!("<span>{}</span><br>{}", escape(label), each(entries, "<span>", "</span><br>")),
    };
    let none = ["", ""];
    page.rendered(&whole(page, &Markups { head: false, block: &block, before: none, body: none, after: none, between: "\n" }))
}

fn custom(page: &Page, _: usize) -> Rendered {
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<x-head><h1>{}</h1></x-head>", escape(text)),
        Block::Heading(text) => format!("<h3>{}</h3>", escape(text)),
        Block::Paragraph(text) => format!("<p>{}</p>", escape(text)),
        Block::Line(_, text) => format!("<x-line><p>{}</p></x-line>", escape(text)),
        Block::Bar(parts) => format!("<p>{}</p>", each(parts, "<x-button>", "</x-button> ")),
        Block::Menu(entries) => format!("<x-menu>{}</x-menu>", each(entries, "<p>", "</p>")),
        Block::List { label, entries, .. } => format!("<x-list><p>{}</p>{}</x-list>", escape(label), each(entries, "<p>", "</p>")),
    };
    let none = ["", ""];
    page.rendered(&whole(page, &Markups { head: true, block: &block, before: none, body: none, after: none, between: "\n" }))
}

/// Nothing but custom elements, side by side without a space.
fn custom_only(page: &Page, _: usize) -> Rendered {
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<app-title>{}</app-title>", escape(text)),
        Block::Heading(text) => format!("<app-heading>{}</app-heading>", escape(text)),
        Block::Paragraph(text) | Block::Line(_, text) => format!("<app-text>{}</app-text>", escape(text)),
        Block::Bar(parts) => format!("<app-tools>{}</app-tools>", each(parts, "<app-tool>", "</app-tool>")),
        Block::Menu(entries) => format!("<app-menu>{}</app-menu>", each(entries, "<app-link><a href='/'>", "</a></app-link>")),
        Block::List { label, entries, .. } => {
            format!("<app-more><app-label>{}</app-label>{}</app-more>", escape(label), each(entries, "<app-card><a href='/'>", "</a></app-card>"))
        }
    };
    let none = ["", ""];
    page.rendered(&whole(page, &Markups { head: true, block: &block, before: none, body: none, after: none, between: "" }))
}

/// Lines with single breaks between, in a cell without a table.
fn stray_cell(page: &Page, _: usize) -> Rendered {
    let block = |block: &Block| match block {
        Block::Title(text) | Block::Heading(text) | Block::Paragraph(text) | Block::Line(_, text) => numeric(text),
        Block::Bar(parts) => numeric(&parts.join(" ")),
        Block::Menu(entries) => numeric(&entries.join(" | ")),
        Block::List { label, entries, .. } => std::iter::once(label).chain(entries).map(|text| numeric(text)).collect::<Vec<_>>().join("<br />"),
    };
    let none = ["", ""];
    page.rendered(&whole(page, &Markups { head: true, block: &block, before: ["<td>", ""], body: none, after: ["", "</td>"], between: "<br />" }))
}

fn text_with(page: &Page, between: &str, bullet: &str, after_label: &str) -> Rendered {
    let block = |block: &Block| match block {
        Block::Title(text) | Block::Heading(text) | Block::Paragraph(text) | Block::Line(_, text) => text.clone(),
        Block::Bar(parts) => parts.join(" "),
        Block::Menu(entries) => entries.join("\n"),
        Block::List { label, entries, .. } => {
            let entries: Vec<String> = entries.iter().map(|entry| format!("{bullet}{entry}")).collect();
            format!("{label}{after_label}{}", entries.join("\n"))
        }
    };
    let blocks: Vec<String> = page.blocks().map(block).collect();
    let mut rendered = page.rendered(&blocks.join(between));
    rendered.markup = Markup::Text;
    rendered.content_type = "text/plain; charset=utf-8";
    rendered
}

fn text(page: &Page, _: usize) -> Rendered {
    text_with(page, "\n\n", "", "\n")
}

fn text_tight(page: &Page, _: usize) -> Rendered {
    text_with(page, "\n", "- ", "\n")
}

fn text_parted(page: &Page, _: usize) -> Rendered {
    text_with(page, "\n\n", "• ", "\n\n")
}
