//! A service that speaks S3 as a store: the client and its connection.

use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use helpline_core::limits;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use hyper_util::rt::TokioExecutor;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
    HttpResponse, HttpResponseBody, HttpService,
};
use object_store::{BackoffConfig, ClientOptions, RetryConfig};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::BlobError;
use crate::config::S3Config;

/// Makes the client. Connects to nothing.
pub(super) fn open(config: &S3Config) -> Result<AmazonS3, BlobError> {
    let transport = Transport::new(config.ca.as_deref())?;
    AmazonS3Builder::new()
        .with_bucket_name(&config.bucket)
        .with_region(&config.region)
        .with_endpoint(config.address())
        .with_access_key_id(config.key.expose())
        .with_secret_access_key(config.secret.expose())
        .with_virtual_hosted_style_request(!config.path_style)
        .with_allow_http(config.endpoint.starts_with("http://"))
        // Most services other than Amazon's do not know tags and bulk deletion.
        .with_disable_tagging(true)
        .with_disable_bulk_delete(true)
        .with_retry(RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: limits::BLOB_RETRIES_MAX,
            retry_timeout: Duration::from_millis(limits::BLOB_ANSWER_TIMEOUT_MS),
        })
        .with_client_options(ClientOptions::new())
        .with_http_connector(transport)
        .build()
        .map_err(|error| BlobError::Settings(error.to_string()))
}

/// The connections to the S3 service. Follows no redirect and uses no proxy of the environment, as all requests of the desk. The
/// service's address is the operator's own, so it is not checked as an admin's URL is.
#[derive(Debug, Clone)]
struct Transport {
    client: Client<hyper_rustls::HttpsConnector<TcpConnector>, HttpRequestBody>,
}

impl Transport {
    /// Trusts the certificate authorities of the machine and those in `ca` (PEM).
    fn new(ca: Option<&[u8]>) -> Result<Self, BlobError> {
        let mut roots = RootCertStore::empty();
        // Certificates of the machine that cannot be parsed are passed over. If none is left, a connection says so.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        for certificate in CertificateDer::pem_slice_iter(ca.unwrap_or_default()) {
            certificate
                .map_err(|error| error.to_string())
                .and_then(|one| roots.add(one).map_err(|error| error.to_string()))
                .map_err(|error| {
                    BlobError::Settings(format!("the certificate authorities: {error}"))
                })?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| BlobError::Settings(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut tcp = TcpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(Duration::from_millis(limits::BLOB_CONNECT_TIMEOUT_MS)));
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
        })
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let limit = Duration::from_millis(limits::BLOB_ANSWER_TIMEOUT_MS);
        let answer = tokio::time::timeout(limit, self.client.request(request))
            .await
            .map_err(|late| HttpError::new(HttpErrorKind::Timeout, late))?
            .map_err(|error| HttpError::new(kind(&error, error.is_connect()), error))?;
        let (head, body) = answer.into_parts();
        // A body that stalls is the reader's to limit.
        let body = http_body_util::BodyExt::map_err(body, |error| {
            HttpError::new(kind(&error, false), error)
        });
        Ok(HttpResponse::from_parts(head, HttpResponseBody::new(body)))
    }
}

impl HttpConnector for Transport {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

impl HttpService for Transport {
    // The form that `#[async_trait]` of the library gives the method.
    fn call<'life0, 'async_trait>(
        &'life0 self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(self.send(request))
    }
}

/// Which kind of fault this is for the library, which decides by it whether a request can be repeated.
fn kind(error: &(dyn StdError + 'static), is_connect: bool) -> HttpErrorKind {
    if is_connect {
        return HttpErrorKind::Connect;
    }
    let causes = std::iter::successors(Some(error), |cause| (*cause).source());
    for cause in causes {
        if let Some(cause) = cause.downcast_ref::<hyper::Error>() {
            if cause.is_closed() || cause.is_incomplete_message() || cause.is_body_write_aborted() {
                return HttpErrorKind::Request;
            }
            if cause.is_timeout() {
                return HttpErrorKind::Timeout;
            }
        }
        if cause.downcast_ref::<std::io::Error>().is_some() {
            return HttpErrorKind::Interrupted;
        }
    }
    HttpErrorKind::Unknown
}
