//! Files are watched, and read again when they have changed and then been quiet for a moment.

use super::service::Service;
use crate::config::{RunSettings, Watch};
use notify::event::{EventKind, ModifyKind};
use notify::{Config, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long files must have been quiet: editors and mounts change several at once.
const QUIET: Duration = Duration::from_millis(300);
/// How often files are looked at where the system does not tell.
const POLL: Duration = Duration::from_secs(2);

/// What tells of changes.
pub struct Watching {
    watcher: Box<dyn Watcher + Send>,
    watched: HashSet<PathBuf>,
    changes: mpsc::Receiver<()>,
    settings_file: Option<PathBuf>,
}

impl Watching {
    /// Begins before anything is read, so that no change falls between the two. A folder that cannot be watched is logged; reloads by
    /// signal and request work all the same.
    pub fn begin(settings: &RunSettings, settings_file: Option<PathBuf>) -> Option<Self> {
        let how = settings.serve.watch;
        let (changed, changes) = mpsc::channel::<()>(1);
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
                let mut watching = Watching { watcher, watched: HashSet::new(), changes, settings_file };
                watching.add(settings);
                Some(watching)
            }
            Err(error) => {
                tracing::warn!(%error, "files are not watched");
                None
            }
        }
    }

    /// Watches what these settings name, too.
    fn add(&mut self, settings: &RunSettings) {
        for (folder, mode) in folders(settings, self.settings_file.as_deref()) {
            if !self.watched.contains(&folder) {
                match self.watcher.watch(&folder, mode) {
                    Ok(()) => drop(self.watched.insert(folder)),
                    Err(error) => tracing::warn!(folder = %folder.display(), %error, "a folder is not watched"),
                }
            }
        }
    }

    /// Reloads until the service ends.
    pub async fn reload(mut self, service: Arc<Service>) {
        while self.changes.recv().await.is_some() {
            while tokio::time::timeout(QUIET, self.changes.recv()).await.is_ok_and(|change| change.is_some()) {}
            let shared = Arc::clone(&service);
            // A panic in there is logged by its hook.
            let _ = tokio::task::spawn_blocking(move || shared.reload("files changed").is_ok()).await;
            self.add(&service.generation().settings);
        }
    }
}

/// The folders of all files that a generation is read from. Of a file its folder is watched: editors, and mounts that swap a symbolic
/// link, put another file in its place.
fn folders(settings: &RunSettings, settings_file: Option<&Path>) -> Vec<(PathBuf, RecursiveMode)> {
    let (rules, serve) = (&settings.rules, &settings.serve);
    let packs = rules.packs.iter().map(PathBuf::as_path);
    let files = [&rules.pseudonym_key, &serve.tokens, &serve.tls_certificate, &serve.tls_key].into_iter().chain(&rules.adblock).map(PathBuf::as_path);
    let all = packs.chain(files).chain(settings_file).filter(|path| !path.as_os_str().is_empty());
    all.map(|path| {
        if path.is_dir() {
            return (path.to_owned(), RecursiveMode::Recursive);
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        (folder.to_owned(), RecursiveMode::NonRecursive)
    })
    .collect()
}
