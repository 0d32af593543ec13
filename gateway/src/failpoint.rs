//! Places where a debug build can be told to die, so that tests meet the crash between two steps. Release builds have none.

/// Dies here, without any farewell, when `--failpoint` names this place.
pub fn hit(app: &crate::app::App, place: &str) {
    if cfg!(debug_assertions) && app.config.failpoint.as_deref() == Some(place) {
        tracing::warn!(place, "failpoint reached");
        std::process::abort();
    }
}
