//! Where a page stands. Its id and its place in an output are made of this alone, whether it is met in its input or in a dead letter.

use super::input::Input;
use super::place::{extension, safe};
use crate::cli::archive::Place;
use crate::config::OutputFormat;
use naqi::rewrite::Markup;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use url::Url;

/// A page of an archive has a place of at most this many parts.
const PARTS: usize = 8;

/// An input, and where in it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Where it comes from.
    pub input: Arc<Input>,
    /// None for what is a whole input.
    pub place: Option<Place>,
}

impl Standing {
    /// Of a whole input.
    pub fn whole(input: &Arc<Input>) -> Self {
        Standing { input: Arc::clone(input), place: None }
    }

    /// In an input.
    pub fn at(input: &Arc<Input>, place: Place) -> Self {
        Standing { input: Arc::clone(input), place: Some(place) }
    }

    /// Names the page in its run, where the input gives it no name of its own.
    pub fn id(&self) -> String {
        let source = self.input.name();
        match &self.place {
            None => source,
            Some(Place { entry: Some(entry), mark, .. }) => format!("{source}/{entry}#{mark}"),
            Some(Place { entry: None, mark, .. }) => format!("{source}#{mark}"),
        }
    }

    /// Where the page goes below an output folder. `markup` is that of a whole input.
    pub fn path(&self, format: OutputFormat, markup: Markup, url: Option<&str>) -> PathBuf {
        match &self.place {
            None => with_extension(&self.input.stem(format), &extension(format, markup, &self.input.within)),
            Some(place) => self.input.stem(format).join(path_of(place, format, url)),
        }
    }
}

/// Within its archive: its host, its path; its mark tells it from others of that address.
fn path_of(place: &Place, format: OutputFormat, url: Option<&str>) -> PathBuf {
    let url = url.and_then(|url| Url::parse(url).ok());
    let mut parts = Vec::new();
    if let Some(url) = &url {
        parts.push(safe(url.host_str().unwrap_or("no-host")));
        parts.extend(url.path_segments().into_iter().flatten().filter(|part| !part.is_empty()).map(safe));
    } else if let Some(entry) = &place.entry {
        parts.extend(entry.split('/').filter(|part| !part.is_empty()).map(safe));
    }
    parts.truncate(PARTS);
    let last = parts.pop().unwrap_or_else(|| "page".to_owned());
    let mut path: PathBuf = parts.into_iter().collect();
    path.push(format!("{last}@{}.{}", mark_in_path(place), extension(format, Markup::Html, Path::new("page.html"))));
    path
}

/// The mark as a name has it. The address may hide the entry, so a record of an archive within the archive is told by its position.
pub fn mark_in_path(place: &Place) -> String {
    if place.is_nested { format!("{}-{}", place.position.member, place.position.within) } else { place.mark.replace('+', "-") }
}

/// The name with this behind it, dots in it left alone.
pub fn with_extension(stem: &Path, extension: &str) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::archive::Position;
    use crate::cli::clean::input::Source;

    fn standing(place: Option<Place>) -> Standing {
        Standing { input: Arc::new(Input::new(Source::File("in/sub/a.jsonl.gz".into()), "sub/a.jsonl.gz".into())), place }
    }

    #[test]
    fn ids_and_paths_are_made_of_the_input_and_the_mark() {
        let path = |standing: &Standing, url| standing.path(OutputFormat::Text, Markup::Html, url).display().to_string();
        let whole = standing(None);
        assert_eq!((whole.id(), path(&whole, None)), ("in/sub/a.jsonl.gz".into(), "sub/a.jsonl.txt".into()));
        let place = Place { mark: "67+31".into(), ..Place::new(Position { member: 67, within: 31 }, 67) };
        let within = standing(Some(place.clone()));
        assert_eq!(within.id(), "in/sub/a.jsonl.gz#67+31");
        assert_eq!(path(&within, Some("https://n.example/a/")), "sub/a.jsonl/n.example/a@67-31.txt");
        let nested = standing(Some(Place { entry: Some("x.warc".into()), is_nested: true, position: Position { member: 2, within: 9 }, ..place }));
        assert_eq!((nested.id(), path(&nested, None)), ("in/sub/a.jsonl.gz/x.warc#67+31".into(), "sub/a.jsonl/x.warc@2-9.txt".into()));
    }
}
