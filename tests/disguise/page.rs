//! One page before it has any markup: an article and the furniture around and inside it.

use super::data::Language;
use naqi::rewrite::Markup;

/// What stands on a page.
#[derive(Clone)]
pub enum Block {
    Title(String),
    Heading(String),
    Paragraph(String),
    /// A line of furniture, with its category.
    Line(&'static str, String),
    /// Small commands side by side.
    Bar(Vec<String>),
    /// Entries without a label.
    Menu(Vec<String>),
    /// A label and the entries that it heads.
    List {
        category: &'static str,
        label: String,
        entries: Vec<String>,
    },
}

pub struct Page {
    pub lang: String,
    pub rtl: bool,
    pub site: String,
    pub title: String,
    pub before: Vec<Block>,
    pub body: Vec<Block>,
    pub after: Vec<Block>,
}

/// A page with its markup, and what a reader of the cleaned page must find.
pub struct Rendered {
    pub bytes: Vec<u8>,
    pub content_type: &'static str,
    pub markup: Markup,
    pub kept: Vec<String>,
    pub title: String,
}

/// Where the lines of a category stand.
const BEFORE: &[&str] = &["consent", "app", "login", "notice", "preamble", "dateline"];
const INSIDE: &[&str] = &["read_also", "ad", "player", "paywall"];
const AFTER: &[&str] = &["share", "author", "follow", "newsletter", "counter", "comment_form", "comment_login", "source", "footer", "copyright"];

impl Page {
    /// The page that uses the `number`th line of each category.
    pub fn compose(language: &Language, number: usize) -> Page {
        let article = &language.articles[number % language.articles.len()];
        let pick = |list: &[String], salt: usize| list[(number + salt) % list.len()].clone();
        let few = |list: &[String], count: usize| (0..count.min(list.len())).map(|n| list[(number * 2 + n) % list.len()].clone()).collect::<Vec<_>>();
        let fill = |line: String| {
            let teaser = pick(&language.teasers, 1);
            line.replace("{title}", &article.title).replace("{site}", &language.site).replace("{teaser}", &teaser)
        };
        let lines = |categories: &[&'static str]| -> Vec<Block> {
            let of = |category: &&'static str| {
                let list = language.lines.get(*category)?;
                Some(Block::Line(category, fill(pick(list, 0))))
            };
            categories.iter().filter_map(of).collect()
        };
        let bar = |salt: usize| Block::Bar(pick(&language.bars, salt).split('|').map(|part| part.trim().to_owned()).collect());
        let list = |salt: usize, count: usize| Block::List {
            category: "related",
            label: pick(&language.related, salt),
            entries: few(&language.teasers, count),
        };
        let mut before = vec![Block::Menu(few(&language.menu, 7))];
        let mut lead = lines(BEFORE);
        // What introduces the text stands after the title.
        let introduces = lead.iter().position(|block| matches!(block, Block::Line("preamble" | "dateline", _))).unwrap_or(lead.len());
        let introduction = lead.split_off(introduces);
        before.append(&mut lead);
        before.push(Block::Title(article.title.clone()));
        before.push(bar(0));
        before.extend(introduction);
        let mut body = Vec::new();
        let mut inside = lines(INSIDE).into_iter();
        for (at, text) in article.text.iter().enumerate() {
            body.push(match text.strip_prefix("# ") {
                Some(heading) => Block::Heading(heading.to_owned()),
                None => Block::Paragraph(text.clone()),
            });
            if at % 2 == 1 && !text.starts_with("# ") {
                body.extend(inside.next());
            }
            if at == 3 {
                body.push(list(1, 3));
            }
        }
        let mut after = lines(AFTER);
        after.insert(1, Block::List { category: "tags", label: pick(&language.tag_labels, 0), entries: few(&language.tags, 4) });
        after.insert(3.min(after.len()), list(0, 4));
        after.insert(5.min(after.len()), bar(1));
        Page { lang: language.lang.clone(), rtl: language.rtl, site: language.site.clone(), title: article.title.clone(), before, body, after }
    }

    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.before.iter().chain(&self.body).chain(&self.after)
    }

    /// Lines that must go.
    #[allow(dead_code)] // the quality test counts words
    pub fn furniture_lines(&self) -> usize {
        let of = |block: &Block| match block {
            Block::Title(_) | Block::Heading(_) | Block::Paragraph(_) => 0,
            Block::Line(..) | Block::Bar(_) => 1,
            Block::Menu(entries) => entries.len(),
            Block::List { entries, .. } => entries.len() + 1,
        };
        self.blocks().map(of).sum()
    }

    /// The same page with every text changed.
    pub fn map(&self, change: &dyn Fn(&str) -> String) -> Page {
        let all = |list: &[String]| list.iter().map(|text| change(text)).collect();
        let block = |block: &Block| match block {
            Block::Title(text) => Block::Title(change(text)),
            Block::Heading(text) => Block::Heading(change(text)),
            Block::Paragraph(text) => Block::Paragraph(change(text)),
            Block::Line(category, text) => Block::Line(category, change(text)),
            Block::Bar(parts) => Block::Bar(all(parts)),
            Block::Menu(entries) => Block::Menu(all(entries)),
            Block::List { category, label, entries } => Block::List { category, label: change(label), entries: all(entries) },
        };
        let blocks = |list: &[Block]| list.iter().map(block).collect();
        Page {
            lang: self.lang.clone(),
            rtl: self.rtl,
            site: self.site.clone(),
            title: change(&self.title),
            before: blocks(&self.before),
            body: blocks(&self.body),
            after: blocks(&self.after),
        }
    }

    /// What must come out, of a page in UTF-8.
    pub fn rendered(&self, html: &str) -> Rendered {
        let kept = self.body.iter().filter_map(|block| match block {
            Block::Heading(text) | Block::Paragraph(text) => Some(super::super::common::collapsed(text)),
            _ => None,
        });
        Rendered {
            bytes: html.as_bytes().to_vec(),
            content_type: "text/html; charset=utf-8",
            markup: Markup::Html,
            kept: kept.collect(),
            title: super::super::common::collapsed(&self.title),
        }
    }
}
