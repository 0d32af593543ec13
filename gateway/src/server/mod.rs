//! One instance.

pub mod app;
pub mod build;
