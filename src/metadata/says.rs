//! What a page says it is, in JSON-LD and OpenGraph; of microdata only threads are heard. None of it is proof: sites declare by template.

/// The kinds of page that one calls itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Says {
    /// A thread of a forum, or questions and answers.
    pub(crate) thread: bool,
    /// One work, below which readers' replies stand: an article, a product, a recipe.
    pub(crate) work: bool,
    /// An article.
    pub(crate) article: bool,
    /// A product, in JSON-LD also one in several kinds.
    pub(crate) product: bool,
    /// Something that happens at its date.
    pub(crate) event: bool,
    /// A list of things that have pages of their own.
    pub(crate) list: bool,
    /// `og:type` is `website`, which many templates say of every page.
    pub(crate) site: bool,
}

/// Types of schema.org, by the ends of their names.
const THREADS: [&str; 2] = ["DiscussionForumPosting", "QAPage"];
const WORKS: [&str; 4] = ["Article", "BlogPosting", "Product", "Recipe"];
const ARTICLES: [&str; 2] = ["Article", "BlogPosting"];
const PRODUCTS: [&str; 2] = ["Product", "ProductGroup"];
const EVENTS: [&str; 2] = ["Event", "Festival"];
const LISTS: [&str; 4] = ["CollectionPage", "ItemList", "OfferCatalog", "SearchResultsPage"];

impl Says {
    /// Takes note of a type of schema.org.
    pub(super) fn hear_type(&mut self, kind: &str) {
        let is = |names: &[&str]| names.iter().any(|name| kind.ends_with(name));
        self.thread |= is_thread(kind);
        self.work |= is(&WORKS);
        self.article |= is(&ARTICLES);
        self.product |= is(&PRODUCTS);
        self.event |= is(&EVENTS);
        self.list |= is(&LISTS);
    }

    /// Takes note of `og:type` (The Open Graph protocol, "Object Types").
    pub(super) fn hear_open_graph(&mut self, kind: &str) {
        match kind.trim().to_ascii_lowercase().as_str() {
            "article" => (self.work, self.article) = (true, true),
            "product" | "product.item" | "og:product" => (self.work, self.product) = (true, true),
            "event" => self.event = true,
            "product.group" => self.list = true,
            "website" => self.site = true,
            _ => {}
        }
    }
}

/// Whether things of a type (schema.org) are threads: what readers write is all that they hold.
pub(crate) fn is_thread(kind: &str) -> bool {
    THREADS.iter().any(|name| kind.ends_with(name))
}
