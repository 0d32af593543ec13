//! What an admin sets for the whole desk, and what follows from it for visitors.

use std::time::{Duration, Instant};

use helpline_core::limits;
use helpline_persistence::settings::{self, Availability, Name};
use helpline_persistence::{Caller, Store, StoreError};
use serde_json::Value;

/// Writes settings, and remembers the desk's availability for [`limits::AVAILABILITY_MS`].
pub struct DeskSettings {
    store: Store,
    /// Held while one caller reads, so that many callers are one question to the database.
    last: tokio::sync::Mutex<Option<(Instant, Availability)>>,
    first_answer: tokio::sync::Mutex<Option<(Instant, Option<u32>)>>,
}

impl DeskSettings {
    /// Of this database.
    pub fn new(store: Store) -> Self {
        Self {
            store,
            last: tokio::sync::Mutex::default(),
            first_answer: tokio::sync::Mutex::default(),
        }
    }

    /// Sets one, or with none removes it.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn set(
        &self,
        caller: &Caller,
        name: Name,
        value: Option<&Value>,
    ) -> Result<(), StoreError> {
        settings::set(&self.store, caller, name, value).await?;
        // Other instances learn it when what they remember is stale.
        *self.last.lock().await = None;
        Ok(())
    }

    /// Opening hours, notice, and whether any of the staff is connected.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn availability(&self) -> Result<Availability, StoreError> {
        let mut last = self.last.lock().await;
        if let Some((at, known)) = &*last
            && at.elapsed() < Duration::from_millis(limits::AVAILABILITY_MS)
        {
            return Ok(known.clone());
        }
        let known = settings::availability(&self.store).await?;
        *last = Some((Instant::now(), known.clone()));
        Ok(known)
    }

    /// How long the first answer took lately, in seconds; remembered for [`limits::FIRST_ANSWER_MS`].
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn first_answer_s(&self) -> Result<Option<u32>, StoreError> {
        let mut last = self.first_answer.lock().await;
        if let Some((at, known)) = *last
            && at.elapsed() < Duration::from_millis(limits::FIRST_ANSWER_MS)
        {
            return Ok(known);
        }
        let known = settings::first_answer_s(&self.store).await?;
        *last = Some((Instant::now(), known));
        Ok(known)
    }
}
