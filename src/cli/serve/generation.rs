//! What requests are served by: settings, rules, tokens and certificate, all read at one moment. A request takes one generation, once,
//! so that none sees a mixture of two.

use super::problem::Problem;
use super::rules::{Failed, Misplaced};
use super::tls;
use crate::cli::rule_loader::{self, ReadRules};
use crate::config::{RequestRules, RunSettings};
use anyhow::{Context, Result, ensure};
use axum::http::StatusCode;
use lru::LruCache;
use naqi::rules::{Mistake, PackSource, RuleSet, RuleSources, Severity};
use sha2::{Digest, Sha256};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use subtle::{Choice, ConstantTimeEq};
use tokio_rustls::TlsAcceptor;

/// Rule sets that are kept of those which single requests ask for.
const VARIANTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);

/// All that a reload replaces.
pub struct Generation {
    /// As read.
    pub settings: RunSettings,
    /// The rules of requests that ask for no others.
    pub rules: Arc<RuleSet>,
    /// Packs that are there to be switched on.
    pub optional: Vec<String>,
    /// What TLS connections begin with.
    pub tls: Option<TlsAcceptor>,
    sources: RuleSources,
    variants: Mutex<LruCache<Switches, Arc<RuleSet>>>,
    /// Digests of the tokens that are let in; empty for everybody.
    tokens: Vec<[u8; 32]>,
}

/// What a request changes about the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Switches {
    /// Optional packs.
    pub with: Vec<String>,
    /// Rules and packs.
    pub off: Vec<String>,
}

/// Why a generation cannot be used.
#[derive(Debug)]
pub struct Refusal {
    /// The cause as a whole.
    pub message: String,
    /// Mistakes of the rules.
    pub mistakes: Vec<Mistake>,
    /// Their own examples that did not come out.
    pub failures: Vec<Failed>,
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        Refusal { message: format!("{error:#}"), mistakes: Vec::new(), failures: Vec::new() }
    }
}

impl Generation {
    /// Reads everything, and tests the rules against their own examples.
    pub fn read(settings: RunSettings) -> Result<Self, Refusal> {
        let read = rule_loader::read(&settings.rules)?;
        let rules = compile(&read)?;
        let serve = &settings.serve;
        let tokens = if serve.tokens.as_os_str().is_empty() { Vec::new() } else { read_tokens(&serve.tokens)? };
        let tls = match (serve.tls_certificate.as_os_str().is_empty(), serve.tls_key.as_os_str().is_empty()) {
            (true, true) => None,
            (false, false) => Some(tls::acceptor(&serve.tls_certificate, &serve.tls_key)?),
            _ => return Err(anyhow::anyhow!("serve.tls_certificate and serve.tls_key need each other").into()),
        };
        Ok(Generation {
            optional: read.sources.optional.iter().map(|pack| pack.name.trim_start_matches("moderate/").to_owned()).collect(),
            sources: read.sources,
            variants: Mutex::new(LruCache::new(VARIANTS)),
            settings,
            rules,
            tokens,
            tls,
        })
    }

    /// Whether this token is let in. How long it takes says nothing about the tokens.
    pub fn lets_in(&self, token: Option<&str>) -> bool {
        let digest: [u8; 32] = Sha256::digest(token.unwrap_or_default().as_bytes()).into();
        let known = self.tokens.iter().fold(Choice::from(0), |known, other| known | other.ct_eq(&digest));
        self.tokens.is_empty() || bool::from(known)
    }

    /// The packs in use.
    pub fn packs(&self) -> &[PackSource] {
        &self.sources.packs
    }

    /// A pack by its name, in use or to be switched on.
    pub fn pack(&self, name: &str) -> Option<&PackSource> {
        self.sources.packs.iter().chain(&self.sources.optional).find(|pack| pack.name == name)
    }

    /// The rules of a request. Takes as long as compiling does when nobody has asked for them yet.
    pub fn rules_with(&self, switches: &Switches) -> Result<Arc<RuleSet>, Problem> {
        if *switches == Switches::default() {
            return Ok(Arc::clone(&self.rules));
        }
        let allowed = match self.settings.serve.request_rules {
            RequestRules::None => false,
            RequestRules::On => switches.off.is_empty(),
            RequestRules::Any => true,
        };
        if !allowed {
            return Err(Problem::new(StatusCode::FORBIDDEN, "request-rules", "serve.request_rules does not let requests switch these rules"));
        }
        let variants = || self.variants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rules) = variants().get(switches) {
            return Ok(Arc::clone(rules));
        }
        let mut sources = self.sources.clone();
        sources.with.extend_from_slice(&switches.with);
        sources.off.extend_from_slice(&switches.off);
        let (rules, _) = sources.compile().map_err(|mistakes| unusable("these rules cannot be used together", &mistakes))?;
        let rules = Arc::new(rules);
        variants().put(switches.clone(), Arc::clone(&rules));
        Ok(rules)
    }

    /// The rules with one more pack, or with another in the place of the one of that name. Only mistakes of the pack itself are given.
    pub fn rules_and(&self, switches: &Switches, pack: PackSource) -> Result<(Arc<RuleSet>, Vec<Mistake>), Vec<Mistake>> {
        let mut sources = self.sources.clone();
        sources.with.extend_from_slice(&switches.with);
        sources.off.extend_from_slice(&switches.off);
        let file = pack.file.clone();
        sources.optional.retain(|other| other.name != pack.name);
        sources.with.retain(|name| *name != pack.name && Some(name.as_str()) != pack.name.strip_prefix("moderate/"));
        // Switched on by hand, its key may be missing: trying a rule needs no secret.
        if sources.key.is_none() {
            sources.key = naqi::moderate::Key::new(b"examples need no secret");
        }
        match sources.packs.iter_mut().find(|other| other.name == pack.name) {
            Some(other) => *other = pack,
            None => sources.packs.push(pack),
        }
        let is_own = |mistake: &Mistake| mistake.severity == Severity::Error || mistake.file == file;
        match sources.compile() {
            Ok((rules, warnings)) => Ok((Arc::new(rules), warnings.into_iter().filter(is_own).collect())),
            Err(mistakes) => Err(mistakes.into_iter().filter(is_own).collect()),
        }
    }
}

/// A problem that lists mistakes of rules.
pub fn unusable(detail: &str, mistakes: &[Mistake]) -> Problem {
    let severe = mistakes.iter().filter(|mistake| mistake.severity == Severity::Error);
    let severe: Vec<Misplaced> = severe.map(Misplaced::from).collect();
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "rules", detail).with("mistakes", serde_json::to_value(severe).unwrap_or_default())
}

fn compile(read: &ReadRules) -> Result<Arc<RuleSet>, Refusal> {
    let refuse = |message: String| Refusal { message, mistakes: Vec::new(), failures: Vec::new() };
    let (rules, _) = read.sources.compile().map_err(|mistakes| Refusal {
        message: format!("the rules cannot be used: {}", rule_loader::count(rule_loader::errors(&mistakes), "mistake")),
        mistakes: mistakes.into_iter().filter(|mistake| mistake.severity == Severity::Error).collect(),
        failures: Vec::new(),
    })?;
    let rules = Arc::new(rules);
    let (_, failures) = rule_loader::test(read, &rules).map_err(|error| refuse(format!("{error:#}")))?;
    if failures.is_empty() {
        return Ok(rules);
    }
    let message = format!("the rules cannot be used: {} of their own examples", rule_loader::count(failures.len(), "failure"));
    Err(Refusal { message, mistakes: Vec::new(), failures: failures.into_iter().map(Failed::from).collect() })
}

/// Reads bearer tokens, one a line. Only their digests stay in memory.
fn read_tokens(path: &Path) -> Result<Vec<[u8; 32]>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the tokens in {}", path.display()))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let tokens: Vec<_> = lines.map(|token| Sha256::digest(token.as_bytes()).into()).collect();
    // An empty list would let everybody in.
    ensure!(!tokens.is_empty(), "{} holds no token", path.display());
    Ok(tokens)
}
