//! The desk's settings, and what visitors see of them: availability and the look of the widget.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use helpline_core::limits;
use helpline_core::protocol::WidgetSettings;
use helpline_core::reject::Reject;
use helpline_persistence::settings::{self, Availability, Name, Stored};
use helpline_persistence::{Caller, IfMatch, Store, StoreError, roles};
use serde_json::Value;

use crate::database::errors::reject_of;
use crate::runtime::errors::unavailable;

/// Reads and writes the desk's settings. Caches the desk's availability for
/// [`limits::AVAILABILITY_MS`] and the widget's settings for [`limits::WIDGET_MS`].
pub struct DeskSettings {
    store: Store,
    availability: Remembered<Availability>,
    first_answer: Remembered<Option<u32>>,
    roles_managed: Remembered<bool>,
    widget: Remembered<Arc<WidgetSettings>>,
    /// The widget's settings as last read, used while the database does not answer.
    last_widget: parking_lot::Mutex<Arc<WidgetSettings>>,
    /// Whether a platform manages the roles, as last read.
    last_roles_managed: AtomicBool,
}

impl DeskSettings {
    /// Creates empty caches. `store` is the database that contains the settings.
    pub fn new(store: Store) -> Self {
        Self {
            store,
            availability: Remembered::default(),
            first_answer: Remembered::default(),
            roles_managed: Remembered::default(),
            widget: Remembered::default(),
            last_widget: parking_lot::Mutex::default(),
            last_roles_managed: AtomicBool::default(),
        }
    }

    /// Stores a setting, or removes it if `value` is `None`. Returns what was stored.
    ///
    /// # Errors
    /// When the database refuses the change.
    pub async fn set(
        &self,
        caller: &Caller,
        name: Name,
        value: Option<&Value>,
        expected: &IfMatch,
    ) -> Result<Stored, StoreError> {
        let stored = settings::set(&self.store, caller, name, value, expected).await?;
        // Clear this instance's cache. Other instances see the new setting when their cached value
        // expires.
        match name {
            Name::OpeningHours | Name::AwayNotice => self.availability.forget().await,
            Name::Widget => self.widget.forget().await,
            Name::ReplyAssigns => {}
        }
        Ok(stored)
    }

    /// The opening hours, the notice for customers, and whether the desk is open and an agent is
    /// connected.
    ///
    /// # Errors
    /// When the database cannot be read in time.
    pub async fn availability(&self) -> Result<Availability, Reject> {
        let read = settings::availability(&self.store);
        self.availability.get(limits::AVAILABILITY_MS, read).await
    }

    /// How the widget looks and which sites may show it. If the database does not answer within
    /// [`limits::WIDGET_WAIT_MS`], returns the settings as last read, or the defaults.
    pub async fn widget(&self) -> Arc<WidgetSettings> {
        let read = async {
            let set = settings::widget(&self.store).await?;
            Ok(Arc::new(set.unwrap_or_default()))
        };
        let wait = Duration::from_millis(limits::WIDGET_WAIT_MS);
        match tokio::time::timeout(wait, self.widget.get(limits::WIDGET_MS, read)).await {
            Ok(Ok(widget)) => {
                *self.last_widget.lock() = Arc::clone(&widget);
                widget
            }
            Ok(Err(_)) | Err(_) => Arc::clone(&self.last_widget.lock()),
        }
    }

    /// Whether a platform manages the roles (`migrate --staff-from`). Cached for
    /// [`limits::AVAILABILITY_MS`]. If the database does not answer within
    /// [`limits::WIDGET_WAIT_MS`], returns what was last read.
    pub async fn roles_managed(&self) -> bool {
        let read = roles::are_managed(&self.store);
        let wait = Duration::from_millis(limits::WIDGET_WAIT_MS);
        let known = self.roles_managed.get(limits::AVAILABILITY_MS, read);
        match tokio::time::timeout(wait, known).await {
            Ok(Ok(managed)) => {
                self.last_roles_managed.store(managed, Ordering::Relaxed);
                managed
            }
            Ok(Err(_)) | Err(_) => self.last_roles_managed.load(Ordering::Relaxed),
        }
    }

    /// The median time until the first answer to recent tickets, in seconds. Cached for
    /// [`limits::FIRST_ANSWER_MS`].
    ///
    /// # Errors
    /// When the database cannot be read in time.
    pub async fn first_answer_s(&self) -> Result<Option<u32>, Reject> {
        let read = settings::first_answer_s(&self.store);
        self.first_answer.get(limits::FIRST_ANSWER_MS, read).await
    }
}

/// Caches one database read for many callers. One caller reads, while the other callers wait for
/// the result. An error is cached too.
struct Remembered<T>(tokio::sync::Mutex<Option<(Instant, Result<T, Reject>)>>);

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(tokio::sync::Mutex::default())
    }
}

impl<T: Clone> Remembered<T> {
    /// Returns the cached value if it is younger than `fresh_ms`. Otherwise runs `read`. An error
    /// is cached for [`limits::READINESS_MS`].
    async fn get(
        &self,
        fresh_ms: u64,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, Reject> {
        let wait = Duration::from_millis(limits::POOL_WAIT_MS);
        let looking = tokio::time::timeout(wait, self.0.lock()).await;
        let mut last = looking.map_err(|_| unavailable())?;
        if let Some((at, known)) = &*last {
            let fresh_ms = if known.is_ok() {
                fresh_ms
            } else {
                limits::READINESS_MS
            };
            if at.elapsed() < Duration::from_millis(fresh_ms) {
                return known.clone();
            }
        }
        let known = tokio::time::timeout(wait, read)
            .await
            .unwrap_or_else(|elapsed| Err(StoreError::Unreachable(Box::new(elapsed))))
            .map_err(|error| reject_of(&error));
        *last = Some((Instant::now(), known.clone()));
        known
    }

    async fn forget(&self) {
        *self.0.lock().await = None;
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use helpline_core::reject::RejectCode;

    use super::*;

    #[tokio::test]
    async fn a_database_that_hangs_keeps_no_caller_behind_the_others() {
        let remembered = Remembered::default();
        let started = Instant::now();
        let hundred = (0..100).map(|_| remembered.get(5_000, pending::<Result<u32, StoreError>>()));
        for answer in futures_util::future::join_all(hundred).await {
            assert_eq!(
                answer.map_err(|reject| reject.code),
                Err(RejectCode::Unavailable)
            );
        }
        assert!(started.elapsed() < Duration::from_millis(3 * limits::POOL_WAIT_MS));
    }

    #[tokio::test]
    async fn what_was_read_answers_until_it_is_stale_or_forgotten() {
        let remembered = Remembered::default();
        assert_eq!(remembered.get(60_000, async { Ok(1) }).await, Ok(1));
        assert_eq!(remembered.get(60_000, async { Ok(2) }).await, Ok(1));
        assert_eq!(remembered.get(0, async { Ok(3) }).await, Ok(3));
        remembered.forget().await;
        assert_eq!(remembered.get(60_000, async { Ok(4) }).await, Ok(4));
    }
}
