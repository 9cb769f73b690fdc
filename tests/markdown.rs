//! Proves that Markdown says what the page says: read by a parser of CommonMark and written as text, it is the text of the page.
#![allow(clippy::unwrap_used)]

mod common;

use common::{clean, fixtures};
use naqi::Origin;
use naqi::emit::EmitFormat;
use naqi::strip::StripMode;
use proptest::prelude::*;
use pulldown_cmark::{Options, Parser, html};

fn emitted(page: &str, emit: EmitFormat) -> String {
    let origin = Origin { content_type: Some("text/html; charset=utf-8".into()), ..Origin::default() };
    String::from_utf8(clean(page.as_bytes(), &origin, StripMode::Off, emit).0).unwrap()
}

fn rendered(markdown: &str) -> String {
    let mut out = String::new();
    html::push_html(&mut out, Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH));
    out
}

/// The characters of a text but for those that number and mark items and rows.
fn characters(text: &str) -> String {
    let is_said = |c: &char| !(c.is_whitespace() || c.is_control() || c.is_ascii_digit() || matches!(c, '.' | '-' | '|'));
    text.chars().filter(is_said).collect()
}

/// What Markdown says that the page does not, or the other way.
fn fault(page: &str) -> Option<String> {
    let markdown = emitted(page, EmitFormat::Markdown);
    let html = rendered(&markdown);
    let (said, wanted) = (characters(&emitted(&html, EmitFormat::Text)), characters(&emitted(page, EmitFormat::Text)));
    (said != wanted).then(|| format!("{page}\n--- markdown\n{markdown}\n--- html\n{html}\n--- said {said}\n-- wanted {wanted}"))
}

#[test]
fn pictures_stand_between_words_as_on_the_page() {
    for (page, written) in [
        ("<p>foo <img src=/a> bar</p>", "foo ![](/a) bar\n"),
        ("<p>foo <img src=/a></p>", "foo ![](/a)\n"),
        ("<p>a<img src=/x> <img src=/y> b</p>", "a![](/x) ![](/y) b\n"),
        ("<ul><li>a<ul><li>b</ul>c</ul>", "- a\n  - b\n\n  c\n"),
    ] {
        assert_eq!(emitted(page, EmitFormat::Markdown), written, "{page}");
    }
}

#[test]
fn what_is_hard_to_write_says_what_the_page_says() {
    let pages = [
        "<p>The name <code>foo_bar</code>, <code>a`b</code>, <code>`</code> and <code>x | y</code>",
        "<p>price<em>*</em> and <em>note *</em>",
        "<p>one<strong> two</strong> three <b>four </b>five",
        "<p><i>a</i><b>b</b><i>c</i> d<b>e</b>f <b><i>g</i></b><i>h</i>",
        "<p>foo<b>(bar)</b>baz <b>(x)</b> y<s>z</s><b>w</b>",
        "<p><b>a <i>b</b> c</i> <a href=/x>d <b>e</a> f</b>",
        "<table><tr><th>Name<td>Ann<tr><th>Age<td>3</table>",
        "<table><tr><td>a<td>b<tr><td>1<br>2<td>c<tr><td>d<td>e<tr><td>f<td>g<td>h</table>",
        "<table><tr><td>a|b<td><code>c|d</code><tr><td colspan=2>one</table><p>after",
        "<table><tr><td>a<td><pre>b\nc</pre></table>",
        "<p># x</p><p>- x</p><p>1. x</p><p>---</p><p>+ y</p><p>2) z</p><p>===</p><h2># C #</h2>",
        "<p>a<br>===<br>b<br>---<br>1. c<br>| - | - |",
        "<p>&amp;lt;b&amp;gt; &amp;amp; AT&amp;T &lt;b&gt; ~~x~~ _a_ [b](c) !<a href=/x>d</a> \\* http://a.example/b_c",
        "<pre>a\n```\nb\n````\n c</pre><p>d",
        "<pre>\na\n\nb</pre>",
        "<blockquote><pre>a\n\nb</pre><p>c</blockquote>d",
        "<ul><li><p>one</p><p>two</p><pre>x\n  y</pre><li>three<ol start=7><li>four<li value=12>five</ol></ul>",
        "<ul><li>a<ul><li>b</ul>c</ul>",
        "<pre><br></pre><p>a",
        "<ul><li><ul><li><ul><li><ul><li>deep</ul></ul></ul></ul>",
        "<ol><li><blockquote><p>q</p><ul><li>r<p>s</ul></blockquote>t</ol>",
        "<a href=/x><h3>Head</h3><p>para</p></a>",
        "<a href='/x(y) z'>a</a><a href=/b>b</a>",
        "<a href=/x><img src=a.png alt='b [c] *d*'></a> e<img src=f.png>g",
        "<p>a<b>b<code>c</code></b>d<code>e<b>f</b></code>",
        "<p>a <b> </b> b<i></i>c <a href=/x> </a>d",
        "<h1>a<br>b</h1><h2><a href=/x>c</a></h2><li><h3>d</h3>e",
        "<dl><dt>a<dd>b<dt>c<dd>1. d</dl><hr><ul><li><hr>e</ul>",
        "<b><p>a</p><p>b</p></b><p>c",
    ];
    let faults: Vec<String> = pages.into_iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn marks_are_where_the_page_has_them() {
    for (page, markdown) in [
        ("<p>one<strong> two</strong> <code>foo_bar</code> three", "one **two** `foo_bar` three\n"),
        ("<a href=/x><h3>Head</h3><p>para</p></a>", "### [Head](/x)\n\n[para](/x)\n"),
        ("<a href=/x><div><div><h3>Head</h3></div></div><div><p>para</p></div></a>", "### [Head](/x)\n\n[para](/x)\n"),
        ("<table><tr><th>Name<td>Ann<tr><th>Age<td>3<br>4</table>", "| Name | Ann |\n| --- | --- |\n| Age | 3<br>4 |\n"),
        ("<ul><li><p>one</p><p>two</p></ul>", "- one\n\n  two\n"),
        ("<ol start=3><li>a<li value=9>b<li>c</ol>", "3. a\n9. b\n10. c\n"),
        ("<blockquote><pre>a\nb</pre></blockquote>", "> ```\n> a\n> b\n> ```\n"),
        ("<pre>a\n```\nb</pre>", "```\na\n```\n\n````\n```\nb\n````\n"),
        ("<p># x</p><p>1. x", "\\# x\n\n1\\. x\n"),
    ] {
        assert_eq!(emitted(page, EmitFormat::Markdown), markdown, "{page}");
    }
}

#[test]
fn fixtures_say_in_markdown_what_they_say() {
    let pages = fixtures().into_iter().filter_map(|fixture| String::from_utf8(fixture.page).ok().map(|page| (fixture.name, page)));
    let faults: Vec<String> = pages.filter_map(|(name, page)| fault(&page).map(|_| name)).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

const PIECES: &[&str] = &[
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<s>",
    "</s>",
    "<code>",
    "</code>",
    "<a href=/x>",
    "</a>",
    "<br>",
    "<ul>",
    "</ul>",
    "<ol>",
    "</ol>",
    "<ol start=5>",
    "<li>",
    "<blockquote>",
    "</blockquote>",
    "<h2>",
    "</h2>",
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "<th>",
    "<hr>",
    "<div>",
    "</div>",
    "<pre>",
    "</pre>",
    "<img src=p.png alt='x]*'>",
    "word",
    "two words",
    " ",
    "\n",
    "*",
    "**",
    "_",
    "`",
    "```",
    "#",
    "# ",
    "-",
    "- ",
    "1. ",
    "+ ",
    ">",
    "&lt;",
    "&amp;",
    "amp;",
    "[",
    "](",
    ")",
    "!",
    "|",
    "~~",
    "\\",
    "===",
    "---",
    "(",
    "é",
    "“",
    "漢字",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(20_261_130), ..ProptestConfig::default() })]

    #[test]
    fn any_page_says_in_markdown_what_it_says(pieces in prop::collection::vec(prop::sample::select(PIECES), 1..30)) {
        prop_assert_eq!(fault(&pieces.concat()), None);
    }
}
