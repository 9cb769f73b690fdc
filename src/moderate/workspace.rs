//! What a moderator works in: grown by one page, used again for the next.

use super::edit::Edit;
use super::judge::Scratch;
use super::passage::Passage;
use super::queue::Queue;
use std::sync::{Mutex, PoisonError};

/// Buffers of one moderator.
#[derive(Default)]
pub(super) struct Workspace {
    pub(super) queue: Queue,
    pub(super) passage: Passage,
    pub(super) scratch: Scratch,
    pub(super) edits: Vec<Edit>,
}

/// Workspaces that wait for a page; one lock a page.
#[derive(Default)]
pub(crate) struct Workspaces(Mutex<Vec<Workspace>>);

/// More pages than this are seldom worked on at once.
const WAITING: usize = 64;
/// A workspace that a page made larger than this, in bytes of text or in events and hits, is given back to the system.
const LARGEST: usize = 1 << 20;
const LONGEST: usize = 1 << 16;

impl std::fmt::Debug for Workspaces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Workspaces")
    }
}

impl Workspaces {
    pub(super) fn take(&self) -> Workspace {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    pub(super) fn give_back(&self, mut workspace: Workspace) {
        if workspace.passage.capacity() > LARGEST || workspace.queue.capacity().max(workspace.scratch.capacity()) > LONGEST {
            return;
        }
        workspace.queue.clear();
        workspace.passage.clear(0);
        workspace.edits.clear();
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < WAITING {
            waiting.push(workspace);
        }
    }
}
