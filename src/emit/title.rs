//! The title in front of a text: written once, however often the page says it.

/// A title that is to come first.
#[derive(Debug, Default)]
pub(super) struct Title {
    text: String,
    /// Its words in lower case, a space before and after each.
    words: String,
    /// What the line in hand says, without marks.
    said: String,
}

/// Its words in lower case, a space before and after each.
fn words(text: &str) -> String {
    let mut words = String::from(" ");
    for word in text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()) {
        words.extend(word.chars().flat_map(char::to_lowercase));
        words.push(' ');
    }
    words
}

impl Title {
    /// A title as it is to be written.
    pub(super) fn new(text: &str) -> Self {
        Title { text: text.to_owned(), words: words(text), said: String::new() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The line goes on with this text.
    pub(super) fn hear(&mut self, text: &str) {
        // More than twice the title is not the title.
        if self.said.len() <= 2 * self.text.len() + 64 {
            self.said.push_str(text);
        }
    }

    /// The line has ended: whether it said the title and nothing else, or is a first-level heading that says the better part of it.
    pub(super) fn was_said(&mut self, heading: Option<u8>) -> bool {
        let said = words(&self.said);
        self.said.clear();
        let is_part = said.len() > 1 && heading == Some(1) && 2 * said.len() >= self.words.len() && self.words.contains(&said);
        (said.len() > 1 && said == self.words) || is_part
    }
}

/// The title of a page by its declared title and its heading: the longer one, where one is the other and more.
pub(crate) fn whole<'a>(title: Option<&'a str>, heading: Option<&'a str>) -> Option<&'a str> {
    match (title, heading) {
        (Some(title), Some(heading)) if words(heading).contains(&words(title)) => Some(heading),
        (title, _) => title,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_says_the_title_is_told_from_others() {
        let mut title = Title::new("The harbour, open again | The Tide");
        for (line, heading, is_title) in [
            ("The Harbour open again – The tide", None, true),
            ("The harbour, open again", Some(1), true),
            ("The harbour, open again", Some(2), false),
            ("The harbour, open again", None, false),
            ("The harbour, open again | The Tide and more", Some(1), false),
            ("", Some(1), false),
        ] {
            title.hear(line);
            assert_eq!(title.was_said(heading), is_title, "{line} {heading:?}");
        }
    }

    #[test]
    fn the_longer_of_title_and_heading_is_the_title() {
        assert_eq!(whole(Some("Open again"), Some("Open again: the harbour")), Some("Open again: the harbour"));
        assert_eq!(whole(Some("Open again | Tide"), Some("Open again")), Some("Open again | Tide"));
        assert_eq!(whole(Some("Open again"), Some("The Tide")), Some("Open again"));
        assert_eq!((whole(None, Some("The Tide")), whole(Some("a"), None)), (None, Some("a")));
    }
}
