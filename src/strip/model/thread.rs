//! Threads: pages that are made of what readers write, told from articles with comments below them.

use super::blocks::Blocks;
use super::comment::is_comment;
use crate::strip::article::{ArticleSettings, Comments, PageType};

/// A page that does not say what it is is a thread when replies hold so many words, and so many tenths of all.
const REPLY_WORDS: u32 = 150;
const REPLY_TENTHS: u32 = 4;

/// The settings for a page, once it is seen whether it is a thread, or a text to which readers have written: `is_below_a_text` tells whether
/// its comments stand below one.
pub(super) fn settled(page: &Blocks, is_below_a_text: bool, settings: &ArticleSettings) -> ArticleSettings {
    if settings.page_type != PageType::Auto {
        return *settings;
    }
    if is_thread(page, is_below_a_text) {
        return ArticleSettings { page_type: PageType::Forum, ..*settings };
    }
    let is_commented = settings.comments == Comments::Auto && !page.says.product && !page.says.list && is_below_a_text;
    ArticleSettings { comments: if is_commented { Comments::Strip } else { settings.comments }, ..*settings }
}

/// A page that says so, or one whose replies hold most of its words, with no text of its own above them, and that does not say that it is
/// anything else.
fn is_thread(page: &Blocks, is_below_a_text: bool) -> bool {
    if page.says.thread || page.says.work || is_below_a_text {
        return page.says.thread;
    }
    let words: u32 = page.blocks.iter().map(|block| block.words).sum();
    let replies: u32 = page.blocks.iter().filter(|block| is_comment(page, block)).map(|block| block.words).sum();
    replies >= REPLY_WORDS && 10 * replies >= REPLY_TENTHS * words
}
