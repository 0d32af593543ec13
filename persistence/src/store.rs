//! The pool, and how a query is run as somebody.
use crate::StoreError;

/// How to reach the record.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `postgres://…` of the runtime role.
    pub url: String,
    /// Connections at most.
    pub connections_max: usize,
}

/// The record. Cheap to clone.
#[derive(Clone)]
pub struct Store {}

impl Store {
    /// Makes the pool and looks at the role: refuses one that may more than it should.
    pub async fn connect(_settings: Settings) -> Result<Self, StoreError> { todo!() }
    /// Whether the record answers now (`select 1` within the pool's wait).
    pub async fn ping(&self) -> Result<(), StoreError> { todo!() }
    /// (in use, idle, waiting) for metrics.
    pub fn pool_status(&self) -> (usize, usize, usize) { todo!() }
}
