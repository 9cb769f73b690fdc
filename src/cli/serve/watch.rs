//! Files are watched, and read again when they have changed and then been quiet for a moment. What the system tells says when to look;
//! whether anything has changed shows in the files themselves, so what happens to others beside them causes no reload.

use super::service::Service;
use crate::config::{RunSettings, Watch};
use notify::event::{EventKind, ModifyKind};
use notify::{Config, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::{BTreeMap, HashMap};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};
use walkdir::WalkDir;

/// How long files must have been quiet: editors and mounts change several at once.
const QUIET: Duration = Duration::from_millis(300);
/// How long that is waited for: something beside them may never be quiet.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often files are looked at where the system does not tell.
const POLL: Duration = Duration::from_secs(2);

/// What tells of changes.
pub struct Watching {
    watcher: Box<dyn Watcher + Send>,
    how: Watch,
    watched: HashMap<PathBuf, RecursiveMode>,
    changes: Receiver<()>,
    settings_file: Option<PathBuf>,
    seen: Seen,
}

/// Files under their names, and which each was: device, number, size, and when it was written.
type Seen = BTreeMap<PathBuf, (u64, u64, u64, i64, i64)>;

impl Watching {
    /// Begins before anything is read, so that no change falls between the two. A folder that cannot be watched is logged; reloads by
    /// signal and request work all the same.
    pub fn begin(settings: &RunSettings, settings_file: Option<PathBuf>) -> Option<Self> {
        let how = settings.serve.watch;
        let (changed, changes) = sync_channel(1);
        let tell = move |event: notify::Result<notify::Event>| {
            // Reading is no change. A full channel holds one already.
            let is_change = event.is_ok_and(|event| {
                matches!(event.kind, EventKind::Create(_) | EventKind::Remove(_) | EventKind::Any)
                    || matches!(event.kind, EventKind::Modify(kind) if !matches!(kind, ModifyKind::Metadata(_)) || how == Watch::Poll)
            });
            if is_change {
                let _ = changed.try_send(());
            }
        };
        let watcher: notify::Result<Box<dyn Watcher + Send>> = match how {
            Watch::Off => return None,
            Watch::Notify => RecommendedWatcher::new(tell, Config::default()).map(|watcher| Box::new(watcher) as _),
            Watch::Poll => {
                let config = Config::default().with_poll_interval(POLL).with_compare_contents(true);
                PollWatcher::new(tell, config).map(|watcher| Box::new(watcher) as _)
            }
        };
        match watcher {
            Ok(watcher) => {
                let mut watching = Watching { watcher, how, watched: HashMap::new(), changes, settings_file, seen: Seen::new() };
                watching.watch(settings);
                watching.seen = look(settings, watching.settings_file.as_deref());
                Some(watching)
            }
            Err(error) => {
                tracing::warn!(%error, "files are not watched");
                None
            }
        }
    }

    /// Watches what these settings name. Where a folder has been put in the place of another, the watch is still on the other one, so
    /// all are watched anew.
    fn watch(&mut self, settings: &RunSettings) {
        let folders = folders(settings, self.settings_file.as_deref());
        if self.how == Watch::Poll {
            // Goes by names, and would forget what it has seen.
            self.watched.retain(|folder, mode| folders.get(folder) == Some(mode));
        } else {
            // Fails where the folder is gone, and the watch with it.
            self.watched.drain().for_each(|(folder, _)| drop(self.watcher.unwatch(&folder)));
        }
        // Those with all that is below them come last: a folder among that may be watched alone as well.
        let order = [RecursiveMode::NonRecursive, RecursiveMode::Recursive];
        for (folder, mode) in order.iter().flat_map(|mode| folders.iter().filter(move |(_, other)| *other == mode)) {
            if self.watched.contains_key(folder) {
                continue;
            }
            match self.watcher.watch(folder, *mode) {
                Ok(()) => drop(self.watched.insert(folder.clone(), *mode)),
                Err(error) => tracing::warn!(folder = %folder.display(), %error, "a folder is not watched"),
            }
        }
    }

    /// Reloads until the process ends, on a thread of its own: file systems may take their time.
    pub fn reload(mut self, service: &Arc<Service>) {
        while self.changes.recv().is_ok() {
            let begun = Instant::now();
            while begun.elapsed() < PATIENCE && self.changes.recv_timeout(QUIET).is_ok() {}
            let generation = service.generation();
            // In this order: what changes from here on tells of itself.
            self.watch(&generation.settings);
            let seen = look(&generation.settings, self.settings_file.as_deref());
            // Who polls has compared contents, which says more than the time of a file on such systems.
            if seen == self.seen && self.how != Watch::Poll {
                continue;
            }
            self.seen = seen;
            let _ = service.reload("files changed").blocking_recv();
            self.watch(&service.generation().settings);
        }
    }
}

/// All files that a generation is read from.
fn named<'a>(settings: &'a RunSettings, settings_file: Option<&'a Path>) -> impl Iterator<Item = &'a Path> {
    let (rules, serve) = (&settings.rules, &settings.serve);
    let files = [&rules.pseudonym_key, &serve.tokens, &serve.tls_certificate, &serve.tls_key].into_iter().chain(&rules.adblock);
    let all = rules.packs.iter().chain(files).map(PathBuf::as_path).chain(settings_file);
    all.filter(|path| !path.as_os_str().is_empty())
}

/// The folders that tell of changes to them. Of a file its folder is watched, of a folder also the one that it is in: editors, and mounts
/// and deployments that swap a symbolic link, put another one in its place.
fn folders(settings: &RunSettings, settings_file: Option<&Path>) -> HashMap<PathBuf, RecursiveMode> {
    let mut folders = HashMap::new();
    for path in named(settings, settings_file) {
        let parent = |path: &Path| path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
        folders.entry(parent(path)).or_insert(RecursiveMode::NonRecursive);
        if path.is_dir() {
            folders.insert(path.to_owned(), RecursiveMode::Recursive);
        } else if path.is_symlink()
            && let Ok(target) = path.canonicalize()
        {
            folders.entry(parent(&target)).or_insert(RecursiveMode::NonRecursive);
        }
    }
    folders
}

/// The files as they are now, below folders too, and where links lead.
fn look(settings: &RunSettings, settings_file: Option<&Path>) -> Seen {
    let files = named(settings, settings_file).flat_map(|path| WalkDir::new(path).follow_links(true)).flatten();
    let files = files.filter_map(|file| Some((file.path().to_owned(), file.metadata().ok()?)));
    files.map(|(path, data)| (path, (data.dev(), data.ino(), data.size(), data.mtime(), data.mtime_nsec()))).collect()
}
