//! Where the report says that something was written, it stands: in every format, whatever is around it.

use super::bounds::rules;
use naqi::emit::EmitFormat;
use naqi::strip::StripMode;
use naqi::{Origin, Pipeline, Settings};
use std::sync::Arc;

const PAGES: &[&str] = &[
    "<p>GONE and then casino, and casino again</p>",
    "<p>  casino</p><p>ca<b>si</b>no</p>",
    "<h2>A casino</h2><blockquote><p>one casino</p><ul><li>casino<li>b <b>casino</b> c</ul></blockquote>",
    "<table><tr><th>a | b<th>casino<tr><td>a | casino | b<td>casino</table>",
    "<table><tr><td>casino<p>x</table>",
    "<pre>a\n  casino\nb casino</pre>",
    "<a href=/x>GONE casino</a> <b>casino</b><i> casino </i>",
    "<img src=/x.png alt='GONE a casino'> text &amp; casino",
    "text &lt;b&gt; * _ casino &amp; casino *",
    "<ol><li>x<li>casino</ol><p>a<br>casino<br>b",
];

#[test]
fn findings_are_where_the_report_says() {
    let rules = rules("[[rule]]\nid = \"x\"\nmatch = { words = [\"casino\"] }\naction = { replace = \"GONE\" }\n");
    for (page, is_latin) in PAGES.iter().map(|page| (*page, false)).chain([("<p>caf\u{e9} GONE casino \u{e9} casino</p>", true)]) {
        for emit in [EmitFormat::Preserve, EmitFormat::Republish, EmitFormat::Text, EmitFormat::Markdown] {
            for chunk in [1, 7, page.len()] {
                let bytes: Vec<u8> = if is_latin { page.chars().map(|c| c as u8).collect() } else { page.as_bytes().to_vec() };
                let charset = if is_latin { "windows-1252" } else { "utf-8" };
                let origin = Origin { content_type: Some(format!("text/html; charset={charset}")), ..Origin::default() };
                let settings = Settings { emit, strip: StripMode::Off, ..Settings::default() };
                let mut out = Vec::new();
                let mut pipeline = Pipeline::new(Arc::clone(&rules), &settings, &origin, &mut out);
                bytes.chunks(chunk).for_each(|bytes| pipeline.feed(bytes).unwrap());
                let report = pipeline.finish().unwrap();
                assert!(!report.findings.is_empty());
                let mut last = 0;
                for finding in &report.findings {
                    let (Some(start), Some(end)) = (finding.output_start, finding.output_end) else {
                        // In tags it is looked for only where nothing else can be meant.
                        let may_lack = finding.surface != "text" && emit != EmitFormat::Preserve;
                        assert!(may_lack, "{page} as {emit:?}: no place of {finding:?}");
                        continue;
                    };
                    let text = String::from_utf8_lossy(&out[start as usize..end as usize]).replace(['*'], "");
                    let before = String::from_utf8_lossy(&out[..start as usize]).into_owned();
                    assert_eq!(text, "GONE", "{page} as {emit:?}, after {before:?}");
                    // The page's own word is not taken for ours.
                    assert!(start as usize >= last, "{page} as {emit:?}, after {before:?}");
                    last = end as usize;
                    if page.contains("GONE") && !page.starts_with("<img") {
                        assert!(before.contains("GONE"), "{page} as {emit:?}, after {before:?}");
                    }
                }
            }
        }
    }
}

/// Bytes of ISO-2022-JP mean what the last escape sequence says, before an edit as behind it.
#[test]
fn edits_keep_the_escapes_of_japanese_mail() {
    let rules = rules("[[rule]]\nid = \"x\"\nmatch = { words = [\"casino\"] }\naction = { replace = \"GONE\" }\n");
    let pages: [(&[u8], &str); 3] = [
        // 日本, casino in letters of full width, 日本
        (b"<p>x \x1b$BF|K\\#c#a#s#i#n#oF|K\\\x1b(B y</p>", "<p>x 日本GONE日本 y</p>"),
        (b"<p>x \x1b$B#c#a#s#i#n#oF|K\\\x1b(B y</p>", "<p>x GONE日本 y</p>"),
        (b"<p>x \x1b$BF|K\\\x1b(B casino y</p>", "<p>x 日本 GONE y</p>"),
    ];
    for (page, expected) in pages {
        let origin = Origin { content_type: Some("text/html; charset=iso-2022-jp".to_owned()), ..Origin::default() };
        let settings = Settings { emit: EmitFormat::Preserve, strip: StripMode::Off, ..Settings::default() };
        let mut out = Vec::new();
        let mut pipeline = Pipeline::new(Arc::clone(&rules), &settings, &origin, &mut out);
        pipeline.feed(page).unwrap();
        pipeline.finish().unwrap();
        assert_eq!(encoding_rs::ISO_2022_JP.decode(&out).0, expected);
    }
}
