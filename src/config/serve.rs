//! Settings of the service.

use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Where the service listens, whom it lets in, and what a request may take.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Serve {
    /// Address and port.
    pub listen: SocketAddr,
    /// File of bearer tokens; empty for none.
    pub tokens: PathBuf,
    /// Certificate chain in PEM; empty for no TLS.
    pub tls_certificate: PathBuf,
    /// Its key in PEM.
    pub tls_key: PathBuf,
    /// Bytes of one body, after unpacking.
    pub body_bytes: usize,
    /// Bytes of all bodies in memory.
    pub memory_bytes: usize,
    /// Requests that wait for a worker.
    pub queue: usize,
    /// Connections open at once.
    pub connections: usize,
    /// Requests at once whose answer begins before their body is whole.
    pub streams: usize,
    /// Seconds for a head to arrive.
    pub head_seconds: u64,
    /// Seconds for a body to arrive; of a stream, for its next piece.
    pub body_seconds: u64,
    /// Seconds to wait for a worker, and for the work on one page.
    pub work_seconds: u64,
    /// Seconds that a client may read nothing of its answer.
    pub send_seconds: u64,
    /// Seconds to serve on after SIGTERM.
    pub drain_delay_seconds: u64,
    /// Seconds for accepted requests to finish after that.
    pub drain_seconds: u64,
    /// What a request may say of rules.
    pub request_rules: RequestRules,
    /// How files are watched.
    pub watch: Watch,
    /// How the log is written.
    pub log: LogFormat,
    /// Where traces go; empty for nowhere.
    pub traces: String,
}

/// What a request may say of rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestRules {
    /// Nothing.
    None,
    /// It may switch packs on.
    #[default]
    On,
    /// It may switch them off, too.
    Any,
}

/// How files are watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Watch {
    /// Not.
    Off,
    /// The system tells of changes.
    #[default]
    Notify,
    /// They are looked at every two seconds, where the system does not tell.
    Poll,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// An object a line.
    Json,
}

impl Default for Serve {
    fn default() -> Self {
        Serve {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            tokens: PathBuf::new(),
            tls_certificate: PathBuf::new(),
            tls_key: PathBuf::new(),
            body_bytes: 16 << 20,
            memory_bytes: 256 << 20,
            queue: 64,
            connections: 4096,
            streams: 32,
            head_seconds: 10,
            body_seconds: 30,
            work_seconds: 30,
            send_seconds: 30,
            drain_delay_seconds: 1,
            drain_seconds: 30,
            request_rules: RequestRules::default(),
            watch: Watch::default(),
            log: LogFormat::default(),
            traces: String::new(),
        }
    }
}

impl Serve {
    /// For a head to arrive; also how long a connection may do nothing.
    pub fn head_time(&self) -> Duration {
        Duration::from_secs(self.head_seconds.max(1))
    }

    /// For a body to arrive.
    pub fn body_time(&self) -> Duration {
        Duration::from_secs(self.body_seconds.max(1))
    }

    /// For a worker to come free, and for the work.
    pub fn work_time(&self) -> Duration {
        Duration::from_secs(self.work_seconds.max(1))
    }

    /// For a client to read on.
    pub fn send_time(&self) -> Duration {
        Duration::from_secs(self.send_seconds.max(1))
    }
}
