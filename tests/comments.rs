//! Readers' comments in `article` mode, in the markup of many kinds of site: below a text they go with their authors and dates, in a thread
//! they are what the page is made of, and what only has such a name stays.
#![allow(clippy::unwrap_used)]

mod common;

use common::builtin_rules;
use naqi::emit::EmitFormat;
use naqi::strip::StripMode;
use naqi::{Origin, Settings};

const TEXT: [&str; 4] = [
    "The harbour of Alma opened again on Monday after six weeks in which no ship had been let in, and the first to tie up was a ferry.",
    "Its captain said that the passengers had cheered when the lights of the pier came out of the fog, and that some of them had wept.",
    "The council has spent four million on the new wall, a third more than planned, and will ask the ministry for what is missing.",
    "A second wall is to follow in spring, once the divers have looked at what the storm has left of the old foundations.",
];

const SAID: [&str; 6] = [
    "I have lived above that pier for forty years, and nobody asked us what we wanted there before they began to dig.",
    "Four million for a wall that the next storm will take as it took the last one. Well done.",
    "My grandfather built the old one with his hands. It stood for sixty years because nobody saved on the stones.",
    "Has anyone seen the papers? They were to be laid out in the town hall, and the room is locked.",
    "The ferry is late every single day, wall or no wall, and the captain should weep about that.",
    "Thank you for reporting on this at last; the other papers only print what the council sends them.",
];

const AUTHORS: [&str; 6] = ["Peggy", "old_salt", "M. Okafor", "Harbour Rat", "Nela", "anonymous 17"];

fn clean(page: &str) -> String {
    let settings = Settings { strip: StripMode::Article, emit: EmitFormat::Text, ..Settings::default() };
    let mut out = Vec::new();
    naqi::clean(builtin_rules(), &settings, &Origin::default(), page.as_bytes(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A page with a headline, the text, and what stands behind it.
fn page(text: &str, behind: &str) -> String {
    format!(
        "<html><head><title>Harbour opens - Alma Herald</title></head><body><div class=top><a href=/>Home</a> <a href=/sport>Sport</a> <a href=/town>Town</a></div>\
         <div class=page><h1>Harbour of Alma opens again</h1>{text}{behind}</div><div class=base><a href=/about>About us</a> <a href=/terms>Terms</a></div></body></html>"
    )
}

fn text() -> String {
    TEXT.iter().map(|paragraph| format!("<p>{paragraph}</p>")).collect()
}

/// A thread, each entry made of the author, a date and what was said by `entry`.
fn thread(entry: impl Fn(usize, &str, &str) -> String) -> String {
    SAID.iter().zip(AUTHORS).enumerate().map(|(number, (said, author))| entry(number, author, said)).collect()
}

#[test]
fn comments_below_a_text_go_whatever_they_are_called() {
    let threads: [(&str, String); 6] = [
        (
            "names of their own",
            thread(|n, author, said| {
                format!(
                    "<div class=entry><div class=user_comment_head><b>{author}</b> 0{n}.08.2015 23:59</div><div class=user_comment_text><p>{said}</p></div></div>"
                )
            }),
        ),
        (
            "authors outside",
            thread(|n, author, said| {
                format!("<div><div><p><span><b>{author}</b> - 16.08.2015 10:4{n}</span></p></div><p class=commentText>{said}</p></div>")
            }),
        ),
        (
            "Turkish names",
            thread(|n, author, said| {
                format!("<li class=okurYorum><span>{author}</span><span>1{n} Mart 2016 09:12</span><div class=yorumMetni>{said}</div></li>")
            }),
        ),
        (
            "German ids",
            thread(|n, author, said| format!("<div id=kommentar{n}><span>{author}</span> <span>vor {n} Stunden</span><div>{said}</div></div>")),
        ),
        (
            "titles and votes",
            thread(|n, author, said| {
                format!(
                    "<div class='article_comment_item'><div class=x1>On {n}</div><div class=x2>Submitted by {author}, 29 October 2012 at 15:4{n}</div><div class=x3><p>{said}</p></div><span>+{n}</span></div>"
                )
            }),
        ),
        (
            "a table",
            thread(|n, author, said| format!("<table class=cmnt><tr><td>{author}<td>{n} May 2009</tr><tr><td colspan=2>{said}</tr></table>")),
        ),
    ];
    for (name, thread) in threads {
        let out = clean(&page(&text(), &format!("<div class=below><h3>What you say</h3>{thread}</div>")));
        TEXT.iter().for_each(|paragraph| assert!(out.contains(paragraph), "{name}: lost {paragraph}\n{out}"));
        SAID.iter().for_each(|said| assert!(!out.contains(said), "{name}: left {said}\n{out}"));
        AUTHORS.iter().for_each(|author| assert!(!out.contains(author), "{name}: left {author}\n{out}"));
    }
}

#[test]
fn posts_made_as_the_first_one_are_a_thread() {
    let posts = |text: &str, number: usize, author: &str| {
        format!(
            "<article class=comment><div class=user><b>{author}</b></div><div class=content><time>1{number} May 2021</time>\
             <div class=comment-text><div class=post>{text}</div></div></div></article>"
        )
    };
    let first = posts(&TEXT.join("<br><br>"), 0, "Peggy");
    let notices = "<div class=notice>This board works best with scripts, so please turn them on before you reply to anything here.</div>\
                   <div class=notice>New members are asked to read the rules of the house, and to say hello in the hall before they post.</div>";
    let page = format!("<html><body><h1>The wall</h1>{notices}{first}{}</body></html>", thread(|n, author, said| posts(said, n, author)));
    let out = clean(&page);
    TEXT.iter().chain(&SAID).for_each(|said| assert!(out.contains(said), "lost {said}\n{out}"));
}

#[test]
fn what_is_only_called_so_stays() {
    let sections = [
        ("an id made of a heading", "<section id=respond-to-review-comments><h2>Respond to review comments</h2>"),
        ("the page itself", "<div class='story has-comments'>"),
        ("a heading's id", "<h2 id=comments>Comments of the council</h2><div>"),
    ];
    for (name, open) in sections {
        let close = if open.starts_with("<section") { "</section>" } else { "</div>" };
        let body = format!("{}{open}{}{close}", text(), SAID.iter().map(|said| format!("<p>{said}</p>")).collect::<String>());
        let body = if name == "the page itself" {
            format!("{open}{}{}{close}", text(), SAID.iter().map(|said| format!("<p>{said}</p>")).collect::<String>())
        } else {
            body
        };
        let out = clean(&page(&body, ""));
        TEXT.iter().chain(&SAID).for_each(|said| assert!(out.contains(said), "{name}: lost {said}\n{out}"));
    }
}

#[test]
fn what_has_no_dates_is_no_readers_comment() {
    let minutes = ["3", "17", "61", "66", "78", "90"];
    let entries: [(&str, String); 6] = [
        ("a match", thread(|n, _, said| format!("<div class=comment><span class=min>{}'</span><p>{said}</p></div>", minutes[5 - n]))),
        ("a match with its score", thread(|n, _, said| format!("<div class=live-comment><div>{}' 1:0</div><div>{said}</div></div>", minutes[5 - n]))),
        ("verses", thread(|n, _, said| format!("<h3>({})</h3><div class=commentary-comment><p>{said}</p></div>", n + 1))),
        (
            "articles of a law",
            thread(|n, _, said| format!("<h3>Art. {}</h3><p>Ships wait at the pier.</p><div class=kommentar><p>{said}</p></div>", n + 10)),
        ),
        ("moves", thread(|n, _, said| format!("<div class=moves>{}. e4 e5</div><div class=comment><p>{said}</p></div>", n + 1))),
        ("years", thread(|n, _, said| format!("<div class=comment-note><p>{}</p><p>{said}</p></div>", 1901 + 7 * n))),
    ];
    for (name, entries) in entries {
        let out = clean(&page(&text(), &entries));
        TEXT.iter().chain(&SAID).for_each(|said| assert!(out.contains(said), "{name}: lost {said}\n{out}"));
    }
}

#[test]
fn the_date_below_a_section_on_comments_is_the_pages() {
    let said = |range: std::ops::Range<usize>| SAID[range].iter().map(|said| format!("<p>{said}</p>")).collect::<String>();
    let section = format!(
        "<section id=review-comments class='section review-comments'><h2>Review comments</h2>{}<h3>From a script</h3>\
         <pre><code>curl https://forge.example/api/v2/proposals/128/review-comments</code></pre></section><section><h2>Off</h2>{}</section>\
         <footer><span>Last updated on <time>Mar 4, 2024</time> by Peggy</span></footer>",
        said(0..3),
        said(3..6)
    );
    let out = clean(&page(&text(), &section));
    TEXT.iter().chain(&SAID).for_each(|said| assert!(out.contains(said), "lost {said}\n{out}"));
}
