//! Takes over people's names and addresses from the platform, where `migrate --names-from` has stored a
//! query for them. Goes through all people in the order of their ids, a portion in each run, and then
//! begins again. After each pass, people who are gone from the query are proposed for erasure. A query
//! that fails is logged once for each reason.

use helpline_core::ids::UserId;
use helpline_core::limits;
use helpline_persistence::{Store, StoreError, erasures, people};
use uuid::Uuid;

#[derive(Default)]
pub(super) struct FollowNames {
    /// The last person of the previous run. `None` at the beginning of a pass.
    after: Option<UserId>,
    /// Why the previous run of the query failed. It has already been logged.
    known: Option<String>,
    /// People whose name or address could not be used: in this pass so far, and in the last one.
    skipped: (u32, u32),
    /// People who are gone from the query and not proposed for erasure, after the last pass.
    withheld: i32,
}

impl FollowNames {
    pub(super) async fn run(&mut self, store: &Store, instance: Uuid) -> Result<(), StoreError> {
        let done = people::follow_names(store, self.after, Some(instance)).await?;
        if done.is_busy {
            // Nothing was looked at: neither a portion nor the end of a pass.
            return Ok(());
        }
        self.after = done.next;
        self.skipped.0 += done.skipped.unsigned_abs();
        metrics::gauge!("helpline_names_query_failed")
            .set(f64::from(u8::from(done.failed.is_some())));
        if let Some(reason) = done.failed.as_ref().filter(|_| done.failed != self.known) {
            tracing::error!(
                reason,
                "the query that finds people's names on the platform failed, so names stay as they are; fix it with migrate --names-from"
            );
        }
        let failed = done.failed.is_some();
        self.known = done.failed;
        if self.after.is_none() && !failed {
            self.end_pass();
            let withheld = erasures::propose(store, limits::ERASURE_GONE_MS).await?;
            self.tell_withheld(withheld);
        }
        Ok(())
    }

    fn tell_withheld(&mut self, withheld: i32) {
        metrics::gauge!("helpline_erasures_withheld").set(f64::from(withheld));
        if withheld > 0 && self.withheld == 0 {
            tracing::warn!(
                people = withheld,
                "too many people are gone from the platform's query at once, so no erasure is proposed; is it an outage or a copy?"
            );
        }
        self.withheld = withheld;
    }

    fn end_pass(&mut self) {
        let (skipped, before) = self.skipped;
        metrics::gauge!("helpline_names_skipped").set(f64::from(skipped));
        if skipped > before {
            tracing::warn!(
                people = skipped,
                "the platform's query gives names or addresses that cannot be used: too long, or with control characters"
            );
        }
        self.skipped = (0, skipped);
    }
}
