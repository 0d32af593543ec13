//! What a person or a job may do.

pub mod opening_hours;
