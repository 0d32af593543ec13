//! Failpoints and sabotage for tests, in debug builds only. A failpoint crashes the process at a
//! chosen place in the code. Sabotage breaks a promise of the protocol on purpose, to prove
//! that the history checker (a test tool) detects the fault.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// The failpoint (where to crash) and the sabotage (which promise to break) of this process, for
/// tests. They are global, so that code with a failpoint does not need the configuration.
static ARMED: OnceLock<Armed> = OnceLock::new();

#[derive(Debug)]
struct Armed {
    failpoint: Option<String>,
    sabotage: Option<String>,
}

/// Activates the failpoint and the sabotage of the settings. Only the first call has an effect.
pub fn arm(config: &crate::config::Config) {
    if let Some(name) = &config.sabotage {
        tracing::warn!(
            name,
            "sabotage enabled: this instance breaks a promise on purpose; for tests only"
        );
    }
    let _ = ARMED.set(Armed {
        failpoint: config.failpoint.clone(),
        sabotage: config.sabotage.clone(),
    });
}

/// Aborts the process, without any cleanup, if `--failpoint` names this place in the code.
pub fn hit(place: &str) {
    if is_armed(place) {
        tracing::warn!(place, "failpoint reached");
        std::process::abort();
    }
}

/// Panics on the first call if `--failpoint` names this place in the code, to test how the gateway
/// handles a task that panics.
pub fn crash(place: &str) {
    static CRASHED: AtomicBool = AtomicBool::new(false);
    if is_armed(place) && !CRASHED.swap(true, Ordering::Relaxed) {
        panic!("failpoint reached: {place}");
    }
}

fn is_armed(place: &str) -> bool {
    cfg!(debug_assertions)
        && ARMED
            .get()
            .is_some_and(|armed| armed.failpoint.as_deref() == Some(place))
}

/// Whether `--sabotage` names any promise.
#[cfg(debug_assertions)]
pub fn is_sabotaged() -> bool {
    ARMED.get().is_some_and(|armed| armed.sabotage.is_some())
}

/// Whether `--sabotage` names this promise of the protocol. If so, the caller must break the
/// promise, for a test.
pub fn sabotaged(name: &str) -> bool {
    cfg!(debug_assertions)
        && ARMED
            .get()
            .is_some_and(|armed| armed.sabotage.as_deref() == Some(name))
}
