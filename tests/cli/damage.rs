//! Damage in an archive costs the record that it hits, is reported with its place, and never more.

use crate::crawl::{crawl, gzip_each, numbers, page, page_record, record, records, response, tar, warcinfo, zip, zstd_each};
use crate::inputs::gzip;
use crate::workbench::{Ran, Workbench};

/// Runs over an archive and gives the pages that came through.
fn survivors(archive: &[u8], arguments: &[&str]) -> (Vec<usize>, Ran) {
    let bench = Workbench::new();
    bench.write("bad.warc", archive);
    let ran = bench.expect(1, &[&["clean", "bad.warc", "--emit", "jsonl", "-q"], arguments].concat());
    let found = records(&ran.out);
    let texts = found.iter().filter_map(|record| record["text"].as_str());
    (texts.flat_map(numbers).collect(), ran)
}

fn without(count: usize, gone: &[usize]) -> Vec<usize> {
    (0..count).filter(|number| !gone.contains(number)).collect()
}

#[test]
fn a_corrupt_member_in_the_middle_costs_its_record() {
    let records = crawl(30);
    for compress in [gzip_each as fn(&[Vec<u8>]) -> Vec<u8>, |records| zstd_each(records, None)] {
        let mut archive = compress(&records);
        let start = compress(&records[..22]).len();
        let end = compress(&records[..23]).len();
        // Record 22 is the response of page 10.
        archive[start + (end - start) / 2..end - 12].fill(0xa5);
        let (pages, ran) = survivors(&archive, &[]);
        assert_eq!(pages, without(30, &[10]), "{}", ran.err);
        assert!(ran.err.contains(&format!("bad.warc: at {start}: ")), "{}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
        // The header of the member itself.
        let mut archive = compress(&records);
        archive[start..start + 4].fill(0);
        let (pages, ran) = survivors(&archive, &[]);
        assert_eq!(pages, without(30, &[10]), "{}", ran.err);
    }
}

#[test]
fn a_wrong_checksum_fails_the_page() {
    let records = crawl(5);
    let mut archive = gzip_each(&records);
    let end = gzip_each(&records[..5]).len();
    archive[end - 6] ^= 1;
    let (pages, ran) = survivors(&archive, &[]);
    assert_eq!(pages, without(5, &[1]), "{}", ran.err);
}

#[test]
fn a_truncated_archive_ends_once() {
    let records = crawl(12);
    for archive in [records.concat(), gzip_each(&records), gzip(&records.concat()), zstd_each(&records, None)] {
        let cut = &archive[..archive.len() * 2 / 3];
        let (pages, ran) = survivors(cut, &[]);
        assert!(pages.len() >= 2 && pages == without(pages.len(), &[]), "{}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    }
}

#[test]
fn lengths_that_lie_do_not_swallow_what_follows() {
    let lying = |number: usize, by: i64| {
        let record = String::from_utf8(page_record(number)).unwrap();
        let at = record.find("Content-Length: ").unwrap() + 16;
        let length: i64 = record[at..].split('\r').next().unwrap().parse().unwrap();
        format!("{}{}{}", &record[..at], length + by, &record[at + length.to_string().len()..]).into_bytes()
    };
    for by in [700, 5_000_000_000, -100] {
        let records: Vec<Vec<u8>> = (0..9).map(|number| if number == 4 { lying(4, by) } else { page_record(number) }).collect();
        for archive in [records.concat(), gzip_each(&records)] {
            let (pages, ran) = survivors(&archive, &[]);
            assert_eq!(pages, without(9, &[4]), "by {by}: {}", ran.err);
        }
    }
}

#[test]
fn garbage_between_records_is_passed_over() {
    let mut records = crawl(6);
    records.insert(5, b"this is no record, WARC/ or not\r\n\r\n".repeat(40));
    let (pages, ran) = survivors(&records.concat(), &[]);
    assert_eq!(pages, without(6, &[]), "{}", ran.err);
    assert!(ran.err.contains("bytes belong to no record"), "{}", ran.err);
    records[5] = b"WARC/1.0\r\nWARC-Type: response\r\nno length here\r\n\r\n".to_vec();
    let (pages, ran) = survivors(&records.concat(), &[]);
    assert_eq!(pages, without(6, &[]), "{}", ran.err);
}

#[test]
fn bombs_and_giants_fail_alone() {
    let spaces = vec![b' '; 30 << 20];
    let bomb = response(90, "200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip", &gzip(&[b"<p>", spaces.as_slice()].concat()));
    let giant = response(91, "200 OK\r\nContent-Type: text/html", &[b"<p>", spaces.as_slice()].concat());
    let archive = gzip_each(&[warcinfo(), page_record(0), bomb, page_record(1), giant, page_record(2)]);
    let (pages, ran) = survivors(&archive, &["--set", "limits.page_bytes=1000000"]);
    assert_eq!(pages, [0, 1, 2], "{}", ran.err);
    assert_eq!(ran.err.matches("the page is past limits.page_bytes").count(), 2, "{}", ran.err);
}

#[test]
fn broken_codings_fail_their_page() {
    let packed = gzip(page(5).as_bytes());
    let archive =
        [page_record(0), response(5, "200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip", &packed[..packed.len() / 2]), page_record(1)];
    let (pages, ran) = survivors(&archive.concat(), &[]);
    assert_eq!(pages, [0, 1]);
    assert!(ran.err.contains("its content coding gzip is broken"), "{}", ran.err);
    let cut = record("resource", "Content-Type: text/html\r\n", b"<p>cut");
    let (pages, ran) = survivors(&[page_record(0), cut[..cut.len() - 7].to_vec()].concat(), &[]);
    assert_eq!(pages, [0]);
    assert!(ran.err.contains("it ends after 3 of 6 bytes"), "{}", ran.err);
}

#[test]
fn a_tar_file_goes_on_behind_a_broken_header() {
    let files: Vec<(String, Vec<u8>)> = (0..6).map(|number| (format!("{number}.html"), page(number).into_bytes())).collect();
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let mut archive = tar(&files);
    let at = tar(&files[..2]).len() - 1024;
    archive[at + 10] ^= 0x55;
    let (pages, ran) = survivors(&archive, &[]);
    assert_eq!(pages, without(6, &[2]), "{}", ran.err);
    assert!(ran.err.contains("bytes belong to no entry"), "{}", ran.err);
    let (pages, ran) = survivors(&tar(&files)[..2700], &[]);
    assert_eq!(pages, [0, 1], "{}", ran.err);
}

#[test]
fn a_zip_file_without_its_directory_is_read_by_its_entries() {
    let files: Vec<(String, Vec<u8>)> = (0..5).map(|number| (format!("{number}.html"), page(number).into_bytes())).collect();
    let mut files: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    files.push(("crawl.warc.gz", gzip_each(&crawl(2))));
    for is_stored in [true, false] {
        let archive = zip(&files, is_stored);
        let (pages, ran) = survivors(&archive[..archive.len() - 30], &[]);
        assert_eq!(pages, [0, 1, 2, 3, 4, 0, 1], "{}", ran.err);
        assert!(ran.err.contains("its directory cannot be read"), "{}", ran.err);
    }
    let mut stored = zip(&files, true);
    let at = memchr::memmem::find(&stored, b"report number 3").unwrap();
    stored[at] ^= 1;
    let (pages, ran) = survivors(&stored, &[]);
    assert_eq!(pages, [0, 1, 2, 4, 0, 1], "{}", ran.err);
    assert!(ran.err.contains("3.html: ") && ran.err.contains("its checksum is wrong"), "{}", ran.err);
    let (pages, ran) = survivors(&stored[..1000], &[]);
    assert_eq!(pages, [0, 1], "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 2, "{}", ran.err);
}

#[test]
fn a_damaged_row_group_costs_its_rows() {
    let bench = Workbench::new();
    bench.write("crawl.warc", crawl(40).concat());
    bench.expect(0, &["clean", "crawl.warc", "--emit", "parquet", "-o", "rows.parquet", "--set", "bulk.row_group_bytes=4k", "-q"]);
    let mut rows = std::fs::read(bench.path("rows.parquet")).unwrap();
    let sound = pages_of(&rows);
    assert_eq!(sound.0, without(40, &[]));
    // The directory at the end is as large as the rows.
    let middle = rows.len() / 6;
    rows[middle..middle + 900].fill(0xa5);
    let (pages, ran) = survivors(&rows, &[]);
    assert!((20..40).contains(&pages.len()) && pages.first() == Some(&0) && pages.last() == Some(&39), "{pages:?} {}", ran.err);
    assert!(ran.err.contains("row group ") && ran.err.contains("of its rows are lost"), "{}", ran.err);
}

fn pages_of(rows: &[u8]) -> (Vec<usize>, Ran) {
    let bench = Workbench::new();
    bench.write("rows", rows);
    let ran = bench.expect(0, &["clean", "rows", "--emit", "jsonl", "-q"]);
    (records(&ran.out).iter().filter_map(|record| record["text"].as_str()).flat_map(numbers).collect(), ran)
}
