//! Pages and their files, headers, CORS, what operators ask, and the page that describes REST.

pub(super) mod assets;
pub(super) mod cors;
pub(super) mod docs;
pub(super) mod headers;
pub(super) mod health;
pub(super) mod oidc;
pub(super) mod widget_sites;
