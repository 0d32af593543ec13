//! Places where a debug build can be told to die, so that tests meet the crash between two steps, and promises that it can be told to
//! break, so that the history checker is seen to notice. Release builds have none of either.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// The broken promise of this process, if any. Process-wide, because rooms and encodings know no configuration, and must not for this.
static SABOTAGE: OnceLock<String> = OnceLock::new();

/// Dies here, without any farewell, when `--failpoint` names this place.
pub fn hit(app: &crate::server::app::App, place: &str) {
    if cfg!(debug_assertions) && app.config.failpoint.as_deref() == Some(place) {
        tracing::warn!(place, "failpoint reached");
        std::process::abort();
    }
}

/// Panics here, the first time, when `--failpoint` names this place: whoever guards against a crash of its tasks is seen to.
pub fn crash(app: &crate::server::app::App, place: &str) {
    static CRASHED: AtomicBool = AtomicBool::new(false);
    if cfg!(debug_assertions) && app.config.failpoint.as_deref() == Some(place) && !CRASHED.swap(true, Ordering::Relaxed) {
        panic!("failpoint reached: {place}");
    }
}

/// Breaks the promise that `--sabotage` names, from now on.
pub fn arm(config: &crate::config::Config) {
    if let Some(name) = &config.sabotage {
        tracing::warn!(name, "a promise is broken on purpose");
        let _ = SABOTAGE.set(name.clone());
    }
}

/// Whether this promise is broken on purpose.
pub fn sabotaged(name: &str) -> bool {
    cfg!(debug_assertions) && SABOTAGE.get().is_some_and(|armed| armed == name)
}
