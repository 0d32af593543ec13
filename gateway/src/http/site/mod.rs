//! Pages and their files, headers, CORS, and what operators ask.

pub(crate) mod assets;
pub(crate) mod cors;
pub(crate) mod headers;
pub(crate) mod health;
