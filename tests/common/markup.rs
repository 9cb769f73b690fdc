//! What republished markup may hold, judged twice: by a strict scanner that knows nothing but tags and quotes, and by html5ever,
//! which reads as browsers do. The lists are written down here once more on purpose: an oracle must not share its subject's.

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, QualName, local_name, ns, parse_fragment};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

const ELEMENTS: &str = "a abbr address article aside audio b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em \
    figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i iframe img ins kbd li main mark nav ol p picture pre q rp rt ruby s samp section \
    small source span strong sub summary sup table tbody td tfoot th thead time tr track u ul var video wbr";
const VOID: &str = "br col hr img source track wbr";
const ATTRIBUTES: &str = "lang dir title href hreflang src srcset sizes alt width height media type poster controls kind srclang label colspan rowspan \
    headers scope abbr span start reversed value datetime cite open class allowfullscreen";
const SCHEMES: &str = "http https mailto tel";

fn is_one_of(list: &str, name: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == name)
}

/// A step through markup, as a reader meets it.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Open(String),
    Close(String),
    Words(String),
}

/// The first place where the markup is not balanced, or not written as we write.
pub fn unbalanced(html: &str) -> Option<String> {
    scan(html).err()
}

fn scan(html: &str) -> Result<Vec<Step>, String> {
    let (mut steps, mut open, mut rest) = (Vec::new(), Vec::new(), html);
    let at = |rest: &str| html.len() - rest.len();
    while !rest.is_empty() {
        let end = rest.find(['<', '>']).unwrap_or(rest.len());
        words(&htmlize::unescape(&rest[..end]), &mut steps);
        rest = &rest[end..];
        if rest.is_empty() {
            break;
        }
        if let Some(after) = rest.strip_prefix("</") {
            let Some((name, after)) = after.split_once('>') else { return Err(format!("an end tag without end at {}", at(rest))) };
            if open.pop() != Some(name) {
                return Err(format!("</{name}> at {} closes nothing, or not the last; before it: {:?}", at(rest), tail(&html[..at(rest)])));
            }
            steps.push(Step::Close(name.to_owned()));
            rest = after;
            continue;
        }
        let name_end = rest[1..].find(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit()).map_or(rest.len(), |n| n + 1);
        let name = &rest[1..name_end];
        if !rest.starts_with('<') || name.is_empty() {
            return Err(format!("a bare angle bracket at {}: {:?}", at(rest), rest.chars().take(40).collect::<String>()));
        }
        let mut tag = &rest[name_end..];
        while !tag.starts_with('>') {
            tag = attribute(tag)
                .ok_or_else(|| format!("a tag that is not written as we write at {}: {:?}", at(rest), rest.chars().take(80).collect::<String>()))?;
        }
        steps.push(Step::Open(name.to_owned()));
        if is_one_of(VOID, name) {
            steps.push(Step::Close(name.to_owned()));
        } else {
            open.push(name);
        }
        rest = &tag[1..];
    }
    if open.is_empty() { Ok(steps) } else { Err(format!("never closed: {open:?}")) }
}

/// What comes after ` name` or ` name="value"`.
fn attribute(tag: &str) -> Option<&str> {
    let tag = tag.strip_prefix(' ')?;
    let rest = tag.trim_start_matches(|c: char| c.is_ascii_lowercase());
    if rest.len() == tag.len() {
        return None;
    }
    match rest.strip_prefix("=\"") {
        None => Some(rest),
        Some(value) => {
            let (value, rest) = value.split_once('"')?;
            (!value.contains(['<', '>'])).then_some(rest)
        }
    }
}

fn tail(text: &str) -> &str {
    let from = text.char_indices().rev().nth(80).map_or(0, |(at, _)| at);
    &text[from..]
}

fn words(text: &str, steps: &mut Vec<Step>) {
    let text = super::collapsed(text);
    if text.is_empty() {
        return;
    }
    match steps.last_mut() {
        Some(Step::Words(last)) => last.push_str(&text),
        _ => steps.push(Step::Words(text)),
    }
}

/// What a browser would make of it and should not: elements, attributes and schemes that are not on the list.
pub fn harmful(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    walk(&parsed(html), &mut |element, attributes| {
        if !is_one_of(ELEMENTS, element) {
            found.push(format!("element <{element}>"));
        }
        for (name, value) in attributes {
            if !is_one_of(ATTRIBUTES, name) {
                found.push(format!("attribute {name} of <{element}>"));
            }
            let addresses: Vec<&str> = match name.as_str() {
                "href" | "src" | "cite" | "poster" => vec![value],
                // A comma may stand in an address; a descriptor is a harmless address.
                "srcset" => value.split_ascii_whitespace().map(|part| part.trim_end_matches(',')).collect(),
                _ => Vec::new(),
            };
            for address in addresses {
                let page = url::Url::parse("https://page.example/").ok();
                let scheme = page.and_then(|page| page.join(address).ok()).map_or_else(|| "https".into(), |url| url.scheme().to_owned());
                if !is_one_of(SCHEMES, &scheme) || (name != "href" && name != "cite" && !scheme.starts_with("http")) {
                    found.push(format!("scheme {scheme} in {name} of <{element}>"));
                }
            }
        }
    });
    found
}

/// Where a browser's tree is not the one that the tags say. The browser may add `tbody` and `colgroup`.
pub fn misread(html: &str) -> Option<String> {
    let is_added = |step: &Step| matches!(step, Step::Open(name) | Step::Close(name) if name == "tbody" || name == "colgroup");
    let mut written = scan(html).ok()?;
    let mut read = Vec::new();
    steps_of(&parsed(html), &mut read);
    written.retain(|step| !is_added(step));
    read.retain(|step| !is_added(step));
    let at = written.iter().zip(&read).take_while(|(written, read)| written == read).count();
    let near = |steps: &[Step]| format!("{:?}", &steps[at.saturating_sub(2)..steps.len().min(at + 3)]);
    (written != read).then(|| format!("written {}\n    read as {}", near(&written), near(&read)))
}

fn parsed(html: &str) -> Handle {
    let context = QualName::new(None, ns!(html), local_name!("div"));
    parse_fragment(RcDom::default(), ParseOpts::default(), context, Vec::new(), true).one(html).document
}

fn walk(node: &Handle, see: &mut impl FnMut(&str, &[(String, String)])) {
    // html5ever puts a fragment below an `html` of its own.
    for child in node.children.borrow().iter() {
        if let NodeData::Element { name, attrs, .. } = &child.data {
            let is_root = matches!(node.data, NodeData::Document);
            let attributes: Vec<_> = attrs.borrow().iter().map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string())).collect();
            if !is_root {
                see(&name.local, &attributes);
            }
        }
        walk(child, see);
    }
}

fn steps_of(node: &Handle, steps: &mut Vec<Step>) {
    for child in node.children.borrow().iter() {
        match &child.data {
            NodeData::Element { name, .. } if !matches!(node.data, NodeData::Document) => {
                steps.push(Step::Open(name.local.to_string()));
                steps_of(child, steps);
                steps.push(Step::Close(name.local.to_string()));
            }
            NodeData::Text { contents } => words(&contents.borrow(), steps),
            _ => steps_of(child, steps),
        }
    }
}

/// How many elements of these names a browser makes of a page.
pub fn count_elements(html: &str, names: &[&str]) -> usize {
    let mut count = 0;
    walk(&parsed(html), &mut |element, _| count += usize::from(names.contains(&element)));
    count
}
