//! Which pages of a crawl are kept.

use crate::crawl::{crawl, numbers, page, response};
use crate::workbench::Workbench;

const ARABIC: &str = "<html lang=en><body><article><h1>الميناء</h1><p>أعلنت السلطات في الميناء أن السفن الأولى وصلت قبل الظهر، ولم يتوقع أحد هذا \
    العدد الكبير منها صباح الاثنين، كما قال مدير الميناء في حديث مع الصحيفة.</p></article></body></html>";

fn html(number: usize, body: &str) -> Vec<u8> {
    response(number, "200 OK\r\nContent-Type: text/html", body.as_bytes())
}

fn kept(bench: &Workbench, arguments: &[&str]) -> String {
    bench.expect(0, &[&["clean", "a.warc", "--emit", "text", "-q"], arguments].concat()).out
}

#[test]
fn by_language_host_address_status_and_length() {
    let bench = Workbench::new();
    let gone = response(9, "410 Gone\r\nContent-Type: text/html", page(9).as_bytes());
    bench.write("a.warc", [crawl(3).concat(), html(7, ARABIC), html(8, "<p>12:30</p>"), gone].concat());
    let all = kept(&bench, &[]);
    assert!(numbers(&all) == [0, 1, 2] && all.contains("الميناء") && all.contains("12:30"));
    let arabic = kept(&bench, &["--lang", "ar"]);
    assert!(numbers(&arabic).is_empty() && arabic.contains("الميناء") && arabic.contains("12:30"), "what cannot be told stays: {arabic}");
    assert!(!kept(&bench, &["--lang", "ar", "--known-lang"]).contains("12:30"));
    assert_eq!(numbers(&kept(&bench, &["--lang", "en"])), [0, 1, 2]);
    assert_eq!(numbers(&kept(&bench, &["--url-pattern", "*/1"])), [1]);
    assert_eq!(numbers(&kept(&bench, &["--url-pattern", "!*/1"])), [0, 2]);
    assert_eq!(kept(&bench, &["--host", "other.example"]), "");
    assert_eq!(numbers(&kept(&bench, &["--host", "example"])), [0, 1, 2]);
    assert_eq!(numbers(&kept(&bench, &["--status", "4xx"])), [9]);
    assert!(!kept(&bench, &["--min-chars", "50"]).contains("12:30"));
    assert_eq!(kept(&bench, &["--max-chars", "20"]).trim(), "12:30");
    assert!(bench.expect(2, &["clean", "a.warc", "--sample", "2"]).err.contains("--sample: 2 is no share"));
}

#[test]
fn doubles_go_and_the_first_one_stays() {
    let bench = Workbench::new();
    let long: String = (0..200).map(|number| format!("Word{number} of the report was read out by the master of the port. ")).collect();
    let near = long.replace("Word77", "Word777");
    let article = |text: &str| format!("<html lang=en><body><article><h1>Report</h1><p>{text}</p></article></body></html>");
    let other: String = (0..200).map(|number| format!("Nobody saw ship {number} that day, although many had waited for it since dawn. ")).collect();
    let pages = [article(&long), article(&near), article(&long), article(&other)];
    bench.write("a.warc", pages.iter().enumerate().flat_map(|(number, page)| html(number, page)).collect::<Vec<u8>>());
    let urls = |arguments: &[&str]| {
        let ran = bench.expect(0, &[&["clean", "a.warc", "--emit", "jsonl", "-j", "2", "--stats", "s.json", "--force", "-q"], arguments].concat());
        crate::crawl::records(&ran.out).iter().map(|record| record["url"].as_str().unwrap()[21..].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(urls(&[]), ["0", "1", "2", "3"]);
    assert_eq!(urls(&["--dedup", "exact"]), ["0", "1", "3"]);
    assert_eq!(urls(&["--dedup", "near"]), ["0", "3"]);
    let stats: serde_json::Value = serde_json::from_str(&bench.read("s.json")).unwrap();
    assert_eq!(stats["sums"]["passed"]["duplicate"], 2);
}
