//! Everything outside `/v1`: the web pages and their files, security headers, CORS, sign-in, files, the
//! health endpoints, and the page that displays the API description.

pub(super) mod assets;
pub(super) mod cors;
pub(super) mod docs;
pub(super) mod files;
pub(super) mod headers;
pub(super) mod health;
pub(super) mod oidc;
pub(super) mod widget_sites;
