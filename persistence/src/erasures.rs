//! Proposals to erase people who are gone from the platform's query of names. An admin decides on
//! each; nothing is erased by itself.

use helpline_core::actor::Audience;
use helpline_core::history::HistoryRow;
use helpline_core::ids::UserId;
use helpline_core::limits;
use helpline_core::protocol::{ErasureProposal, ErasureView};

use crate::{Caller, Reader, Store, StoreError, rows};

const PROPOSE: &str = include_str!("../sql/erasures/propose.sql");
const LIST: &str = include_str!("../sql/erasures/list.sql");
const DECIDE: &str = include_str!("../sql/erasures/decide.sql");

/// Proposes the people who have been gone for `gone_ms`, normally [`limits::ERASURE_GONE_MS`], under
/// the service role. Returns how many people are gone and not proposed, because too many are gone at
/// once.
///
/// # Errors
/// When the database cannot be written.
pub async fn propose(store: &Store, gone_ms: i64) -> Result<i32, StoreError> {
    let params: crate::store::Params<'_> = &[
        &gone_ms,
        &limits::ERASURE_SHARE_MAX_PERCENT,
        &limits::ERASURE_FEW,
    ];
    let answer = store.query(PROPOSE, params).await?;
    rows::get(rows::first(&answer)?, 0)
}

/// Returns at most [`limits::ERASURES_LISTED_MAX`] proposals, the oldest first. For admins only.
///
/// # Errors
/// [`StoreError::Refused`] with `forbidden` if the reader is not an admin; otherwise when the
/// database cannot be read.
pub async fn list(store: &Store, reader: Reader) -> Result<ErasureView, StoreError> {
    let reader = Reader {
        audience: Audience::Staff,
        ..reader
    };
    let params: crate::store::Params<'_> = &[
        &limits::ERASURES_LISTED_MAX,
        &limits::ERASURE_SHARE_MAX_PERCENT,
        &limits::ERASURE_FEW,
    ];
    let answer = store.read(reader, LIST, params).await?;
    let mut view = ErasureView {
        proposals: Vec::with_capacity(answer.len()),
        withheld: 0,
    };
    for row in &answer {
        view.withheld = rows::get::<i32>(row, 7)?.unsigned_abs();
        let Some(person) = rows::get::<Option<uuid::Uuid>>(row, 0)? else {
            continue;
        };
        view.proposals.push(ErasureProposal {
            person: UserId::new(person),
            name: rows::name(row, 1)?,
            email: rows::text(row, 2, 4 * limits::EMAIL_CHARS_MAX)?,
            gone_since: rows::time(row, 3)?,
            proposed_at: rows::time(row, 4)?,
            tickets: rows::count(row, 5)?,
            held: rows::get(row, 6)?,
        });
    }
    Ok(view)
}

/// Erases the personal data of a person who is proposed for it, or refuses the proposal. For admins
/// only. The access log records it as `person_erased` or `person_erasure_refused`. Returns the events
/// that the caller must publish.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `not_found` if no admin has to decide about this person;
/// `legal_hold` if the person, or a ticket that the person opened, has a legal hold.
pub async fn decide(
    store: &Store,
    caller: &Caller,
    person: UserId,
    erase: bool,
) -> Result<Vec<HistoryRow>, StoreError> {
    let (_, written) = store
        .write(caller, DECIDE, &[&person.uuid(), &erase])
        .await?;
    Ok(written)
}
