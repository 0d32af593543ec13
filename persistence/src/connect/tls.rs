//! Builds the rustls (TLS) configuration for each `sslmode`.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use x509_cert::der::Decode;

use super::address::{AddressError, TlsMode, TlsParameters};

/// The TLS configuration for connections to the server. In modes below `verify-ca`, the server's
/// certificate is not checked.
pub(super) fn client_config(
    mode: TlsMode,
    parameters: &TlsParameters,
) -> Result<ClientConfig, AddressError> {
    let provider = Arc::new(ring::default_provider());
    let fault = |error: rustls::Error| AddressError::Tls(error.to_string());
    let trust = match mode {
        TlsMode::Disable | TlsMode::Prefer | TlsMode::Require => None,
        TlsMode::VerifyCa | TlsMode::VerifyFull => {
            Some(Trust::new(mode, parameters, Arc::clone(&provider))?)
        }
    };
    let verifier = Arc::new(Verifier {
        provider: Arc::clone(&provider),
        trust,
    });
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(fault)?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match parameters.identity()? {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = certificates("sslcert", certificate)?;
            let key = PrivateKeyDer::from_pem_file(key)
                .map_err(|error| file_fault("sslkey", key, &error))?;
            builder.with_client_auth_cert(chain, key).map_err(fault)?
        }
    };
    // Postgres 17 and later require this protocol name if TLS starts without a prior request
    // (`sslnegotiation=direct`).
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(config)
}

fn file_fault(name: &'static str, path: &Path, error: &dyn std::error::Error) -> AddressError {
    AddressError::File {
        name,
        path: path.to_owned(),
        why: crate::error::chain(error),
    }
}

/// Reads all certificates in a PEM file. Fails if there are none.
fn certificates(
    name: &'static str,
    path: &Path,
) -> Result<Vec<CertificateDer<'static>>, AddressError> {
    let read = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| file_fault(name, path, &error))?;
    if read.is_empty() {
        return Err(AddressError::File {
            name,
            path: path.to_owned(),
            why: "has no certificate in PEM form".into(),
        });
    }
    Ok(read)
}

fn system_roots() -> Result<Vec<CertificateDer<'static>>, AddressError> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let why = found
            .errors
            .first()
            .map_or_else(|| "there are none".to_owned(), ToString::to_string);
        return Err(AddressError::SystemRoots(why));
    }
    Ok(found.certs)
}

/// Verifies a server's certificate. As in libpq, modes below `verify-ca` accept any certificate.
/// The signature of the TLS handshake is always verified, so the server must have the certificate's
/// private key.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    trust: Option<Trust>,
}

/// Accepts certificates that a known authority has signed, and checks the host name if the mode
/// requires it.
#[derive(Debug)]
struct Trust {
    chain: Arc<WebPkiServerVerifier>,
    /// The certificates in the file of `sslrootcert`, which may include the server's own
    /// certificate. Postgres's documentation suggests starting with a self-signed certificate,
    /// which is marked as an authority. The library webpki does not accept an authority's
    /// certificate for a server, so these certificates are compared directly.
    known: Vec<CertificateDer<'static>>,
    mode: TlsMode,
    /// Whether the authorities come from the operator's file instead of the machine's own list.
    has_file: bool,
}

impl Trust {
    fn new(
        mode: TlsMode,
        parameters: &TlsParameters,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, AddressError> {
        let known = match &parameters.root {
            Some(path) if !parameters.uses_system_roots() => certificates("sslrootcert", path)?,
            Some(_) | None => system_roots()?,
        };
        let mut roots = RootCertStore::empty();
        // Ignore certificates that cannot be parsed: some of the machine's authorities may have an
        // unsupported format. If no certificate can be parsed, building the verifier fails.
        let _ = roots.add_parsable_certificates(known.iter().cloned());
        let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map_err(|error| AddressError::Tls(error.to_string()))?;
        Ok(Self {
            chain,
            known,
            mode,
            has_file: !parameters.uses_system_roots(),
        })
    }

    /// Checks the validity period of a server certificate that is itself listed in `sslrootcert`.
    fn checked_dates(
        &self,
        certificate: &CertificateDer<'_>,
        now: UnixTime,
    ) -> Result<(), rustls::Error> {
        let read = x509_cert::Certificate::from_der(certificate)
            .map_err(|_| rustls::Error::InvalidCertificate(CertificateError::BadEncoding))?;
        let validity = read.tbs_certificate.validity;
        let now = now.as_secs();
        let fault = if now < validity.not_before.to_unix_duration().as_secs() {
            CertificateError::NotValidYet
        } else if now > validity.not_after.to_unix_duration().as_secs() {
            CertificateError::Expired
        } else {
            return Ok(());
        };
        Err(rustls::Error::InvalidCertificate(fault))
    }

    /// Adds advice to the error about a rejected certificate. The operator who reads the error can
    /// solve it only by changing the address.
    fn explained(&self, error: rustls::Error) -> rustls::Error {
        let rustls::Error::InvalidCertificate(why) = &error else {
            return error;
        };
        let remedy = match why {
            // `BadSignature` means that the certificate's issuer has the name of a known authority,
            // but a different key.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                "no known authority has signed it: name the file of its authority by sslrootcert"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
                if self.has_file =>
            {
                "it names another host: connect by a name in it, or use sslmode=verify-ca"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "it names another host: connect by a name in it"
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "it has expired (or this machine's clock is wrong)"
            }
            _ => "see the cause",
        };
        rustls::Error::General(format!(
            "the server's certificate is refused: {remedy} ({error})"
        ))
    }

    fn checked_name(
        &self,
        certificate: &CertificateDer<'_>,
        name: &ServerName<'_>,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let parsed = ParsedCertificate::try_from(certificate)?;
        rustls::client::verify_server_name(&parsed, name)?;
        Ok(ServerCertVerified::assertion())
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(trust) = &self.trust else {
            return Ok(ServerCertVerified::assertion());
        };
        let checked = if trust.known.iter().any(|known| known == certificate) {
            trust
                .checked_dates(certificate, now)
                .and_then(|()| trust.checked_name(certificate, name))
        } else {
            trust
                .chain
                .verify_server_cert(certificate, intermediates, name, ocsp, now)
        };
        match checked {
            // The library compares the host name last, so after this error the chain of
            // certificates is known to be valid. `verify-ca` does not check the name.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if trust.mode == TlsMode::VerifyCa => Ok(ServerCertVerified::assertion()),
            checked => checked.map_err(|error| trust.explained(error)),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
