//! `naqi health`: asks a service whether it is ready, for images without a shell.

use super::tls;
use crate::cli::exit::Exit;
use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;
use url::Url;

/// Ask a service whether it is ready
///
/// With https any certificate will do: what is asked is whether a service answers, and it is told nothing.
#[derive(Args, Debug)]
#[command(after_help = "Exit codes: 0 it is, 2 it is not.")]
pub struct HealthCommand {
    /// Address to ask
    #[arg(value_name = "URL", default_value = "http://127.0.0.1:8080/readyz")]
    url: Url,
    /// Seconds to wait
    #[arg(long, value_name = "SECONDS", default_value_t = 3)]
    timeout: u64,
}

impl HealthCommand {
    /// Asks.
    pub fn run(&self) -> Result<Exit> {
        let (host, port) = (self.url.host_str().unwrap_or_default(), self.url.port_or_known_default().unwrap_or(80));
        if !["http", "https"].contains(&self.url.scheme()) {
            bail!("{}: only http and https are asked", self.url);
        }
        let timeout = Duration::from_secs(self.timeout.max(1));
        let address = (host.trim_matches(['[', ']']), port).to_socket_addrs()?.next().with_context(|| format!("{host} has no address"))?;
        let stream = TcpStream::connect_timeout(&address, timeout).with_context(|| format!("cannot reach {address}"))?;
        stream.set_read_timeout(Some(timeout))?;
        stream.set_write_timeout(Some(timeout))?;
        let answer = if self.url.scheme() == "https" { self.ask(tls::unverified(stream, host)?)? } else { self.ask(stream)? };
        match &answer[9..] {
            b"200" => Ok(Exit::Ok),
            status => bail!("{} answers {}", self.url, String::from_utf8_lossy(status)),
        }
    }

    /// The beginning of the answer, up to its status.
    fn ask(&self, mut stream: impl Read + Write) -> Result<[u8; 12]> {
        let host = self.url.host_str().unwrap_or_default();
        let head = format!("GET {} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", self.url.path());
        let mut answer = [0; 12];
        let asked = stream.write_all(head.as_bytes()).and_then(|()| stream.read_exact(&mut answer));
        // As words: a pipe that is broken here is no reader of ours that has had enough, and no success.
        asked.map_err(|error| anyhow!("no answer: {error}"))?;
        Ok(answer)
    }
}
