//! TLS by rustls.

use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Reads a certificate chain and its key.
pub fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor> {
    let named = |path: &Path| format!("cannot read the certificate in {}", path.display());
    let chain = CertificateDer::pem_file_iter(certificate).with_context(|| named(certificate))?;
    let chain = chain.collect::<Result<Vec<_>, _>>().with_context(|| named(certificate))?;
    ensure!(!chain.is_empty(), "{} holds no certificate", certificate.display());
    let key_der = PrivateKeyDer::from_pem_file(key).with_context(|| format!("cannot read the key in {}", key.display()))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions()?;
    let config = config.with_no_client_auth().with_single_cert(chain, key_der).context("the certificate and its key cannot be used")?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
