//! TLS: whom to trust, and who we are. `require` means no less than `verify-full`: a certificate that nobody checks keeps
//! nobody out.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject as _},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Error, Result};

/// Whose certificates are good, and the one that we show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trust {
    /// The file of the authorities; the system's where absent.
    pub(super) roots: Option<PathBuf>,
    /// The certificate may bear another name than the host's.
    pub(super) any_name: bool,
    /// The files of our own certificate and its key.
    pub(super) identity: Option<(PathBuf, PathBuf)>,
}

impl fmt::Display for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.roots {
            Some(file) => write!(f, "trusting {}", file.display())?,
            None => write!(f, "trusting the system's authorities")?,
        }
        if self.any_name {
            write!(f, " for any host name")?;
        }
        match &self.identity {
            Some((certificate, _)) => write!(f, ", as {}", certificate.display()),
            None => Ok(()),
        }
    }
}

impl Trust {
    /// Reads the files. The host's name is sent along (SNI), which some services choose the database by.
    pub(super) fn connector(&self) -> Result<MakeRustlsConnect> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = Arc::new(match &self.roots {
            Some(file) => own_roots(file)?,
            None => system_roots()?,
        });
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::internal("TLS", error))?;
        let builder = if self.any_name {
            builder.dangerous().with_custom_certificate_verifier(AnyName::of(roots, provider)?)
        } else {
            builder.with_root_certificates(roots)
        };
        let config = match &self.identity {
            Some((certificate, key)) => {
                let (chain, key_der) = (certificates("sslcert", certificate)?, private_key(key)?);
                builder.with_client_auth_cert(chain, key_der).map_err(|error| {
                    unusable(
                        "sslkey",
                        key,
                        &format!("it does not go with {}: {error}", certificate.display()),
                    )
                })?
            }
            None => builder.with_no_client_auth(),
        };
        Ok(MakeRustlsConnect::new(config))
    }
}

fn system_roots() -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(Error::unavailable(
            "This system has no root certificates, so the database's cannot be checked.",
            "Install the ca-certificates package, or name a file with sslrootcert in DATABASE_URL.",
        ));
    }
    Ok(roots)
}

fn own_roots(file: &Path) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates("sslrootcert", file)? {
        roots.add(certificate).map_err(|error| unusable("sslrootcert", file, &error.to_string()))?;
    }
    Ok(roots)
}

fn certificates(option: &str, file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let read =
        CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>);
    match read {
        Ok(found) if found.is_empty() => Err(unusable(option, file, "no certificate in PEM form is in it")),
        Ok(found) => Ok(found),
        Err(error) => Err(unusable(option, file, &told(&error))),
    }
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_file(file).map_err(|error| match error {
        rustls::pki_types::pem::Error::NoItemsFound => {
            unusable("sslkey", file, "no private key in PEM form without a passphrase is in it")
        }
        error => unusable("sslkey", file, &told(&error)),
    })
}

/// Nothing of what the file holds.
fn told(error: &rustls::pki_types::pem::Error) -> String {
    match error {
        rustls::pki_types::pem::Error::Io(error) => error.to_string(),
        _ => "it is not in PEM form".to_owned(),
    }
}

fn unusable(option: &str, file: &Path, problem: &str) -> Error {
    Error::unavailable(
        format!("The file {} cannot be used ({problem}).", file.display()),
        format!("{option} in DATABASE_URL names it: correct the path or the file."),
    )
}

/// `verify-ca`: signed by one of the authorities, for whatever name.
#[derive(Debug)]
struct AnyName(Arc<WebPkiServerVerifier>);

impl AnyName {
    fn of(roots: Arc<RootCertStore>, provider: Arc<CryptoProvider>) -> Result<Arc<Self>> {
        let verifier = WebPkiServerVerifier::builder_with_provider(roots, provider).build();
        verifier.map(|verifier| Arc::new(Self(verifier))).map_err(|error| Error::internal("TLS", error))
    }
}

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        use CertificateError::{NotValidForName, NotValidForNameContext};
        // the name is looked at last, when all else was found good
        match self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. })) => {
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
