//! Threads: pages that are made of what readers write, told from articles with comments below them.

use super::blocks::Blocks;
use super::comment::is_comment;
use crate::strip::article::{ArticleSettings, PageType};

/// A page that does not say what it is is a thread when replies hold so many words, and so many tenths of all.
const REPLY_WORDS: u32 = 150;
const REPLY_TENTHS: u32 = 4;

/// The settings for a page, once it is seen whether it is a thread.
pub(super) fn settled(page: &Blocks, settings: &ArticleSettings) -> ArticleSettings {
    let page_type = if settings.page_type == PageType::Auto && is_thread(page) { PageType::Forum } else { settings.page_type };
    ArticleSettings { page_type, ..*settings }
}

/// A page that says so, or one whose replies hold most of its words and that does not say that it is anything else.
fn is_thread(page: &Blocks) -> bool {
    if page.says.thread || page.says.work {
        return page.says.thread;
    }
    let words: u32 = page.blocks.iter().map(|block| block.words).sum();
    let replies: u32 = page.blocks.iter().filter(|block| is_comment(page, block)).map(|block| block.words).sum();
    replies >= REPLY_WORDS && 10 * replies >= REPLY_TENTHS * words
}
