//! Looks up the host of a request, and lets the HTTP library connect only to addresses that were
//! checked.
//!
//! The library asks once per connection, and connects to the addresses of this one answer. A name
//! that changes its address afterwards (DNS rebinding) therefore changes nothing.

use std::io;

use axum::http::Uri;
use ureq::config::Config;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::target::Target;
use super::trust::Trust;

/// A resolver that refuses an answer if one of its addresses must not be called.
#[derive(Debug)]
pub(super) struct CheckedResolver<R> {
    pub inner: R,
    pub trust: Trust,
}

/// The lookup of a host failed.
#[derive(Debug, thiserror::Error)]
#[error("looking up the host")]
pub(super) struct LookupFailed(#[source] pub io::Error);

impl<R: Resolver> Resolver for CheckedResolver<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let refused = |refusal| ureq::Error::Other(Box::new(refusal));
        let target = Target::parse(&uri.to_string()).map_err(refused)?;
        self.trust.check_url(&target).map_err(refused)?;
        let found = self
            .inner
            .resolve(uri, config, timeout)
            .map_err(|error| match error {
                ureq::Error::Io(error) => ureq::Error::Other(Box::new(LookupFailed(error))),
                other => other,
            })?;
        for address in found.iter() {
            self.trust
                .check_address(&target, address.ip())
                .map_err(refused)?;
        }
        Ok(found)
    }
}
