//! Plots: bars by name as rows that fit any width, and histograms over powers of two as inline SVG.

use std::fmt::Write as _;

/// Widths are in units of the view box; the page scales it.
const WIDTH: usize = 560;
const HEIGHT: usize = 150;

/// One bar.
pub struct Bar {
    /// What it is about.
    pub name: String,
    /// Its length.
    pub value: u64,
    /// The same for people.
    pub shown: String,
    /// What is said when one points at it.
    pub about: String,
}

/// Text that may stand in a page.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Horizontal bars, in the order given.
pub fn bars(title: &str, bars: &[Bar]) -> String {
    if bars.is_empty() {
        return String::new();
    }
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or(1).max(1) as f64;
    let mut rows = format!("<figure><figcaption>{}</figcaption><div class=bars>", escaped(title));
    for bar in bars {
        let share = (bar.value as f64 / most * 100.0).max(0.5);
        // Writing to a string does not fail.
        let _ = write!(
            rows,
            "<div title=\"{}\"><span>{}</span><i><b style=\"width:{share:.1}%\"></b></i><em>{}</em></div>",
            escaped(&bar.about),
            escaped(&short(&bar.name)),
            escaped(&bar.shown),
        );
    }
    rows + "</div></figure>"
}

/// Columns; `counts[n]` is of numbers below two to the n. `label` names such a bound.
pub fn histogram(title: &str, counts: &[u64], unit: &str, label: impl Fn(u64) -> String) -> String {
    let Some(last) = counts.iter().rposition(|count| *count > 0) else { return String::new() };
    let first = counts.iter().position(|count| *count > 0).unwrap_or(0);
    let (first, last) = (first.saturating_sub(1), (last + 1).min(63));
    let most = counts.iter().copied().max().unwrap_or(1).max(1) as f64;
    let columns = last - first + 1;
    let width = WIDTH as f64 / columns as f64;
    let mut svg = format!(
        "<figure><figcaption>{}</figcaption><svg viewBox=\"0 0 {WIDTH} {}\" font-size=\"12\" font-family=\"sans-serif\" role=\"img\" aria-label=\"{}\">",
        escaped(title),
        HEIGHT + 22,
        escaped(title)
    );
    let every = columns.div_ceil(8);
    for (column, power) in (first..=last).enumerate() {
        let count = counts.get(power).copied().unwrap_or(0);
        let height = count as f64 / most * (HEIGHT - 18) as f64;
        let x = column as f64 * width;
        let (from, to) = (if power == 0 { 0 } else { 1u64 << (power - 1) }, 1u64 << power);
        let _ = write!(
            svg,
            "<g><title>{} to {}: {count} {unit}</title><rect class=\"bar\" fill=\"#2f7f79\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"/></g>",
            escaped(&label(from)),
            escaped(&label(to)),
            x + 1.0,
            HEIGHT as f64 - height,
            (width - 2.0).max(1.0),
        );
        // The last one would be cut off.
        if column % every == 0 && x < (WIDTH - 50) as f64 {
            let _ = write!(svg, "<text class=\"tick\" x=\"{x:.1}\" y=\"{}\">{}</text>", HEIGHT + 16, escaped(&label(from)));
        }
    }
    svg + &format!("<line class=\"axis\" stroke=\"#ccc\" x1=\"0\" x2=\"{WIDTH}\" y1=\"{HEIGHT}\" y2=\"{HEIGHT}\"/></svg></figure>")
}

/// A power of two as a size.
pub fn bound(bytes: u64) -> String {
    match bytes {
        0 => "0".to_owned(),
        1..=1023 => format!("{bytes} B"),
        1024..=0xf_ffff => format!("{} KiB", bytes >> 10),
        0x10_0000..=0x3fff_ffff => format!("{} MiB", bytes >> 20),
        _ => format!("{} GiB", bytes >> 30),
    }
}

/// The end of a long name tells more than its start.
fn short(name: &str) -> String {
    const MOST: usize = 34;
    let count = name.chars().count();
    if count <= MOST { name.to_owned() } else { format!("…{}", name.chars().skip(count - MOST + 1).collect::<String>()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_name_is_markup() {
        let bar = |name: &str| Bar { name: name.into(), value: 3, shown: "3".into(), about: name.into() };
        let plot = bars("a < b", &[bar("<script>alert(1)</script>"), bar("\"&\u{7}")]);
        assert!(!plot.contains("<script") && plot.contains("a &lt; b") && plot.contains("&quot;&amp; "), "{plot}");
        assert_eq!(bars("none", &[]), "");
    }

    #[test]
    fn columns_span_what_there_is() {
        let plot = histogram("sizes", &[0, 0, 0, 5, 0, 2], "pages", |bound| bound.to_string());
        assert_eq!(plot.matches("<rect").count(), 5, "{plot}");
        assert!(plot.contains("4 to 8: 5 pages") && plot.contains("16 to 32: 2 pages"));
        assert_eq!(histogram("sizes", &[0, 0], "pages", |bound| bound.to_string()), "");
    }
}
