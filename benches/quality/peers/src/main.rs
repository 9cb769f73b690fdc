//! Main text of pages by Rust peers: `quality-peers NAME PAGE.html.gz…` writes a JSON line `{"id","text"}` a page.

use std::io::{Read, Write};
use std::path::Path;

fn page(path: &str) -> std::io::Result<Vec<u8>> {
    let file = std::fs::read(path)?;
    if !path.ends_with(".gz") {
        return Ok(file);
    }
    let mut page = Vec::new();
    flate2::read::MultiGzDecoder::new(&file[..]).read_to_end(&mut page)?;
    Ok(page)
}

fn text(peer: &str, page: &[u8]) -> String {
    match peer {
        "rs-trafilatura" => rs_trafilatura::extract_bytes(page).map(|found| found.content_text).unwrap_or_default(),
        _ => {
            let html = String::from_utf8_lossy(page);
            let parsed = dom_smoothie::Readability::new(html.as_ref(), None, None).and_then(|mut readability| readability.parse());
            parsed.map(|found| found.text_content.to_string()).unwrap_or_default()
        }
    }
}

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let peer = arguments.next().unwrap_or_default();
    let mut out = std::io::stdout().lock();
    for path in arguments {
        let page = page(&path)?;
        // A peer that panics on a page has no text for it.
        let text = std::panic::catch_unwind(|| text(&peer, &page)).unwrap_or_default();
        let id = Path::new(&path).file_name().and_then(|name| name.to_str()).and_then(|name| name.split('.').next()).unwrap_or_default();
        writeln!(out, "{}", serde_json::json!({ "id": id, "text": text }))?;
    }
    Ok(())
}
