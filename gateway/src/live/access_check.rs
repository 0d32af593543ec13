//! Whether those who are connected still may be: role taken away, role given, blocked. Looked up every 2 s from the record, so that it
//! holds with Redis down and for changes made by SQL; at once when the change was made through Helpline.

use std::sync::Arc;
use std::time::Duration;

use helpline_core::ids::UserId;
use helpline_core::limits;
use helpline_persistence::people;

use crate::server::app::App;

/// Looks until the instance stops.
pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(Duration::from_millis(limits::STANDING_INTERVAL_MS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        // Cancel-safe: an interval and a token.
        tokio::select! {
            _ = ticks.tick() => look(&app, None).await,
            () = app.stop.cancelled() => return,
        }
    }
}

/// Looks at these people now, in a task.
pub fn look_soon(app: &App, users: Vec<UserId>) {
    let app = app.arc();
    app.clone().tasks.spawn(async move { look(&app, Some(&users)).await });
}

/// Looks at these people; without any named, at everybody.
async fn look(app: &Arc<App>, users: Option<&[UserId]>) {
    // Taken before the read: whoever connects during it was let in by a newer one.
    let (standing, newest) = app.directory.standing(users);
    if standing.is_empty() {
        return;
    }
    match people::changed(&app.store, &standing).await {
        Ok(changed) => app.directory.end_changed(&changed, newest),
        // Nobody is let in meanwhile either; those inside stay until the record can say.
        Err(error) => drop(crate::database::errors::reject_of(&error)),
    }
}
