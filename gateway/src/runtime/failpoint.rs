//! Places where a debug build can be made to die, so that tests meet the crash between two steps, and promises that it can be made to
//! break, so that the history checker is seen to notice. Release builds have neither.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// The settings of this process. Process-wide, because the parts that look know no configuration and must not for this.
static ARMED: OnceLock<Armed> = OnceLock::new();

#[derive(Debug)]
struct Armed {
    failpoint: Option<String>,
    sabotage: Option<String>,
}

/// Arms `--failpoint` and `--sabotage`, from now on.
pub fn arm(config: &crate::config::Config) {
    if let Some(name) = &config.sabotage {
        tracing::warn!(name, "sabotage enabled: a promise is broken on purpose");
    }
    let _ = ARMED.set(Armed {
        failpoint: config.failpoint.clone(),
        sabotage: config.sabotage.clone(),
    });
}

/// Aborts the process, without closing anything, when `--failpoint` names this place.
pub fn hit(place: &str) {
    if is_armed(place) {
        tracing::warn!(place, "failpoint reached");
        std::process::abort();
    }
}

/// Panics, the first time, when `--failpoint` names this place: tests how a part survives a crash of its task.
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

/// Whether this promise is broken on purpose.
pub fn sabotaged(name: &str) -> bool {
    cfg!(debug_assertions)
        && ARMED
            .get()
            .is_some_and(|armed| armed.sabotage.as_deref() == Some(name))
}
