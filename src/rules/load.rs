//! Where rule sources come from: the binary itself, and files and folders of the user.

use super::compile::RuleSources;
use super::pack::PackSource;
use rust_embed::RustEmbed;
use std::path::{Path, PathBuf};
use thiserror::Error;

#[derive(RustEmbed)]
#[folder = "rules/"]
#[include = "**/*.toml"]
#[include = "moderate/**/*.txt"]
struct Builtin;

/// Rule files could not be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A path cannot be read.
    #[error("cannot read rules from {path}")]
    Read {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A folder without any pack.
    #[error("there is no .toml file in {path}")]
    NoPack {
        /// The folder.
        path: PathBuf,
    },
}

/// The packs and lexicons that are compiled into the binary.
pub fn builtin_sources() -> RuleSources {
    let mut sources = RuleSources::default();
    let mut files: Vec<_> = Builtin::iter().collect();
    files.sort_unstable();
    for file in files.into_iter().filter(|file| file.ends_with(".toml")) {
        let Some(embedded) = Builtin::get(&file) else { continue };
        let text = String::from_utf8_lossy(&embedded.data);
        let source = PackSource { name: file.trim_end_matches(".toml").to_owned(), file: format!("rules/{file}"), text: text.into() };
        match file.split('/').next() {
            Some("lexicon") => sources.lexicons.push(source),
            Some("strip") => sources.packs.push(source),
            Some("moderate") => sources.optional.push(source),
            Some("emit") => sources.media.push(source),
            _ => {}
        }
    }
    sources
}

/// Whether a pack is one of the program's, word for word.
pub(super) fn is_builtin(pack: &PackSource) -> bool {
    let embedded = pack.file.strip_prefix("rules/").and_then(Builtin::get);
    embedded.is_some_and(|embedded| embedded.data.as_ref() == pack.text.as_bytes())
}

/// Reads a pack, or all packs below a folder. A pack is named by its path below the folder.
pub fn read_packs(path: &Path) -> Result<Vec<PackSource>, LoadError> {
    let fail = |path: &Path| {
        let path = path.to_owned();
        move |source| LoadError::Read { path, source }
    };
    if !path.is_dir() {
        let text = std::fs::read_to_string(path).map_err(fail(path))?;
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        return Ok(vec![PackSource { name, file: path.display().to_string(), text: text.into() }]);
    }
    let mut packs = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(fail(&folder))? {
            let entry = entry.map_err(fail(&folder))?;
            // A mounted ConfigMap holds its files a second time, in a folder of this kind.
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let entry = entry.path();
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "toml") {
                let text = std::fs::read_to_string(&entry).map_err(fail(&entry))?;
                let below = entry.strip_prefix(path).unwrap_or(&entry).with_extension("");
                let name = below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
                packs.push(PackSource { name, file: entry.display().to_string(), text: text.into() });
            }
        }
    }
    packs.sort_by(|a, b| a.name.cmp(&b.name));
    if packs.is_empty() { Err(LoadError::NoPack { path: path.to_owned() }) } else { Ok(packs) }
}

/// Reads an EasyList-syntax file.
pub fn read_adblock(path: &Path) -> Result<PackSource, LoadError> {
    let bytes = std::fs::read(path).map_err(|source| LoadError::Read { path: path.to_owned(), source })?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(PackSource { name: format!("adblock/{stem}"), file: path.display().to_string(), text: String::from_utf8_lossy(&bytes).into() })
}

/// Reads a word list that a pack names; its path starts at the pack's folder.
pub(super) fn read_list(pack: &PackSource, name: &str) -> Result<String, String> {
    let builtin = pack.file.strip_prefix("rules/").and_then(|file| Path::new(file).parent()).map(|folder| folder.join(name));
    if let Some(embedded) = builtin.and_then(|path| Builtin::get(&path.to_string_lossy())) {
        return Ok(String::from_utf8_lossy(&embedded.data).into_owned());
    }
    if pack.is_inline() {
        let embedded = Builtin::get(&format!("moderate/{name}"));
        let list = embedded.map(|embedded| String::from_utf8_lossy(&embedded.data).into_owned());
        return list.ok_or_else(|| "a pack that is sent may only name the program's own lists".to_owned());
    }
    let path = Path::new(&pack.file).parent().unwrap_or(Path::new("")).join(name);
    std::fs::read_to_string(&path).map_err(|error| error.to_string())
}
