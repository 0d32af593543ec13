//! The pages and their files, headers, CORS, the endpoints for operators, and the page that shows
//! the API description.

pub(super) mod assets;
pub(super) mod cors;
pub(super) mod docs;
pub(super) mod headers;
pub(super) mod health;
pub(super) mod oidc;
pub(super) mod widget_sites;
