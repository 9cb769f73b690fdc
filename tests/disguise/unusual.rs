//! Markup that is broken, or that a style sheet would set as it never is.

use super::page::{Block, Page, Rendered};
use super::style::{Markups, each, escape, links, whole};

/// The links below a label are never closed: each paragraph behind them stands in the last one.
pub fn unclosed_links(page: &Page, _: usize) -> Rendered {
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<h1>{}</h1>", escape(text)),
        Block::Heading(text) => format!("<h3>{}</h3>", escape(text)),
        Block::Paragraph(text) => format!("<p>{}</p>", escape(text)),
        Block::Line(_, text) => format!("<div>{}</div>", escape(text)),
        Block::Bar(parts) => format!("<div>{}</div>", links(parts, " ")),
        Block::Menu(entries) => format!("<ul>{}</ul>", each(entries, "<li>", "</li>")),
        Block::List { label, entries, .. } => {
            let entries: String = entries.iter().map(|entry| format!("<li><a href=\"/{}\">{}</li>", entry.len(), escape(entry))).collect();
            format!("<div><h4>{}</h4><ul>{entries}</ul></div>", escape(label))
        }
    };
    let none = ["", ""];
    page.rendered(&whole(page, &Markups { head: true, block: &block, before: none, body: ["<div>", "</div>"], after: none, between: "\n" }))
}

/// Hidden words and the names of icons stand in the lines of furniture.
pub fn hidden_words(page: &Page, number: usize) -> Rendered {
    let hidden = ["<span class=\"screen-reader-text\"> (opens here)</span>", "<span hidden>zz</span>", "<i style=\"display:none\">x</i>"][number % 3];
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<h1>{}</h1>", escape(text)),
        Block::Heading(text) => format!("<h2>{}</h2>", escape(text)),
        Block::Paragraph(text) => format!("<p>{}</p>", escape(text)),
        Block::Line(_, text) => format!("<p>{}{hidden}</p>", escape(text)),
        Block::Bar(parts) => format!("<p>{}</p>", links(parts, " ")),
        Block::Menu(entries) => format!("<ul>{}</ul>", each(entries, "<li>", "</li>")),
        Block::List { label, entries, .. } => format!("<p>{}{hidden}</p><ul>{}</ul>", escape(label), each(entries, "<li>", "</li>")),
    };
    let none = ["", ""];
    page.rendered(&whole(page, &Markups { head: true, block: &block, before: none, body: none, after: none, between: "\n" }))
}

/// One element whose style keeps the lines of its text.
pub fn kept_lines(page: &Page, number: usize) -> Rendered {
    let value = ["pre-line", "pre-wrap"][number % 2];
    let block = |block: &Block| match block {
        Block::Title(text) | Block::Heading(text) | Block::Paragraph(text) | Block::Line(_, text) => escape(text),
        Block::Bar(parts) => escape(&parts.join(" ")),
        Block::Menu(entries) => escape(&entries.join("\n")),
        Block::List { label, entries, .. } => escape(&format!("{label}\n{}", entries.join("\n"))),
    };
    let none = ["", ""];
    let written = whole(page, &Markups { head: true, block: &block, before: none, body: none, after: none, between: "\n\n" });
    page.rendered(&written.replace("<body>\n", &format!("<body>\n<div style=\"white-space: {value}\">")))
}

/// The paragraphs of the article are set as headings, but for the shortest and questions: nobody could tell those from headings.
pub fn all_headings(page: &Page, _: usize) -> Rendered {
    let block = |block: &Block| match block {
        Block::Title(text) => format!("<h1>{}</h1>", escape(text)),
        Block::Heading(text) => format!("<h4>{}</h4>", escape(text)),
        Block::Paragraph(text) if text.len() > 100 && !text.ends_with(['?', '؟']) => format!("<h4>{}</h4>", escape(text)),
        Block::Paragraph(text) | Block::Line(_, text) => format!("<p>{}</p>", escape(text)),
        Block::Bar(parts) => format!("<p>{}</p>", links(parts, " ")),
        Block::Menu(entries) => format!("<ul>{}</ul>", each(entries, "<li>", "</li>")),
        Block::List { label, entries, .. } => format!("<h4>{}</h4><ul>{}</ul>", escape(label), each(entries, "<li>", "</li>")),
    };
    let none = ["", ""];
    page.rendered(&whole(page, &Markups { head: true, block: &block, before: none, body: none, after: none, between: "\n" }))
}
