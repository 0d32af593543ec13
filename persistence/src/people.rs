//! Reads and writes people, whose rows are created and updated from their sign-in tokens.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use helpline_core::actor::{Actor, Audience, StaffRole};
use helpline_core::history::HistoryRow;
use helpline_core::ids::UserId;
use helpline_core::limits;
use helpline_core::protocol::{PersonView, TicketTotals};
use helpline_core::token_subject::{IssuedSubject, TokenSubject};
use tokio_postgres::Row;

use crate::{Caller, Reader, Store, StoreError, rows};

const SIGN_IN_ALL: &str = include_str!("../sql/people/sign_in_all.sql");
const SIGN_IN_SUBJECTS: &str = include_str!("../sql/people/sign_in_subjects.sql");
const ACCESS_STATUS: &str = include_str!("../sql/people/standing.sql");
const NOW: &str = include_str!("../sql/people/now.sql");
const RECORD_SEEN: &str = include_str!("../sql/people/note_seen.sql");
const FOLLOW: &str = include_str!("../sql/people/follow.sql");
const FOLLOW_NAMES: &str = include_str!("../sql/people/follow_names.sql");
const BY_EMAIL: &str = include_str!("../sql/people/by_email.sql");
const SET_BLOCKED: &str = include_str!("../sql/people/set_blocked.sql");
const PANEL: &str = include_str!("../sql/people/panel.sql");

/// Maximum number of a person's tickets that are searched for the network address from which the
/// person last wrote.
const PANEL_TICKETS: i64 = 10;

/// What a valid sign-in token says about its person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The token's `sub` claim, together with its `iss` if the `sub` is not a UUID.
    pub subject: TokenSubject,
    /// The token's `email` claim.
    pub email: Option<String>,
    /// The display name, if the token contains one.
    pub name: Option<String>,
}

/// A person as stored in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The person's id in Helpline.
    pub id: UserId,
    /// The display name that staff see.
    pub name: Option<String>,
    /// The name that customers see when this person answers as staff. `None` hides the name.
    pub public_name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The staff role; the higher one (admin) if the person has two. `None` for a customer.
    pub role: Option<StaffRole>,
    /// Whether the person is blocked. Blocked people cannot sign in.
    pub blocked: bool,
}

/// Records sign-ins. Creates rows for people who sign in for the first time, copies the claims of
/// the tokens, and updates `last_seen_at`. Returns the people with their roles, in the order of
/// `identities`, and `None` for a person whose row cannot be decoded.
///
/// # Errors
/// When the database cannot be written. [`StoreError::Data`] if the data of one identity are
/// invalid; in this case no identity is signed in.
pub async fn sign_in_all(
    store: &Store,
    identities: &[Identity],
) -> Result<Vec<Option<Person>>, StoreError> {
    let users: Vec<_> = identities
        .iter()
        .map(|identity| identity.subject.person().map(UserId::uuid))
        .collect();
    let emails: Vec<_> = identities
        .iter()
        .map(|identity| identity.email.as_deref())
        .collect();
    let names: Vec<_> = identities
        .iter()
        .map(|identity| identity.name.as_deref())
        .collect();
    if users.iter().all(Option::is_some) {
        let answer = store.query(SIGN_IN_ALL, &[&users, &emails, &names]).await?;
        let people: HashMap<_, _> = answer
            .iter()
            .filter_map(|row| readable_person(store, row))
            .map(|person| (person.id.uuid(), person))
            .collect();
        return Ok(users
            .iter()
            .map(|user| people.get(user.as_ref()?).cloned())
            .collect());
    }
    let issued = |part: fn(&IssuedSubject) -> &str| -> Vec<_> {
        let issued = identities.iter().map(|one| one.subject.issued());
        issued.map(|one| one.map(part)).collect()
    };
    let (issuers, subjects) = (
        issued(IssuedSubject::issuer),
        issued(IssuedSubject::subject),
    );
    let answer = store
        .query(
            SIGN_IN_SUBJECTS,
            &[&users, &issuers, &subjects, &emails, &names],
        )
        .await?;
    let mut people = vec![None; identities.len()];
    for row in &answer {
        let place: i64 = rows::get(row, 6)?;
        let place = usize::try_from(place)
            .ok()
            .and_then(|place| people.get_mut(place.checked_sub(1)?))
            .ok_or_else(|| StoreError::Row("a sign-in that was not asked for".into()))?;
        *place = readable_person(store, row);
    }
    Ok(people)
}

/// Records a single sign-in.
///
/// # Errors
/// As [`sign_in_all`].
pub async fn sign_in(store: &Store, identity: &Identity) -> Result<Person, StoreError> {
    sign_in_all(store, std::slice::from_ref(identity))
        .await?
        .pop()
        .flatten()
        .ok_or_else(|| StoreError::Row("no person in the answer to a sign-in".into()))
}

/// Copies people's changed email addresses and names into their tickets, one portion per call,
/// under the service role. Returns whether more may remain to be done. Several instances may call
/// this function at the same time; only one of them does the work.
///
/// # Errors
/// When the database cannot be written.
pub async fn follow(store: &Store) -> Result<bool, StoreError> {
    let answer = store.query(FOLLOW, &[&limits::FOLLOW_TICKETS_MAX]).await?;
    answer.first().map_or(Ok(false), |row| rows::get(row, 0))
}

/// What one run of [`follow_names`] has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamesFollowed {
    /// Where the next run continues. `None` if this run was the last one of a pass through all
    /// people.
    pub next: Option<UserId>,
    /// Why the query failed. Nothing was changed then.
    pub failed: Option<String>,
    /// The number of people whose name or address was changed.
    pub changed: i32,
    /// The number of people whose name or address cannot be used.
    pub skipped: i32,
    /// Another instance was at it, and nothing was looked at.
    pub is_busy: bool,
}

/// Takes over the names and addresses of some people from the platform, under the service role, if
/// `migrate` has stored a query for them. Handles the people whose ids follow `after`, at most
/// [`limits::FOLLOW_NAMES_PEOPLE_MAX`] of them. Several instances may call this function at the same
/// time; only the one with the lowest id does the work. `instance` is the caller's.
///
/// # Errors
/// When the database cannot be written.
pub async fn follow_names(
    store: &Store,
    after: Option<UserId>,
    instance: Option<uuid::Uuid>,
) -> Result<NamesFollowed, StoreError> {
    let lately_ms = i64::try_from(limits::INSTANCE_LATELY_MS).expect("half a minute fits");
    let params: crate::store::Params<'_> = &[
        &after.map(UserId::uuid),
        &limits::FOLLOW_NAMES_PEOPLE_MAX,
        &instance,
        &lately_ms,
    ];
    let answer = store.query(FOLLOW_NAMES, params).await?;
    let row = rows::first(&answer)?;
    Ok(NamesFollowed {
        next: rows::get::<Option<uuid::Uuid>>(row, 0)?.map(UserId::new),
        failed: rows::get(row, 1)?,
        changed: rows::get(row, 2)?,
        skipped: rows::get(row, 3)?,
        is_busy: rows::get(row, 4)?,
    })
}

/// A person found by email address. The other fields help to distinguish people who share an
/// address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The person with this address.
    pub person: Person,
    /// Time of the person's first sign-in.
    pub since: DateTime<Utc>,
    /// Time of the person's last connection, if known.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// The token issuer and the `sub` claim, if the `sub` is not a UUID.
    pub subject: Option<String>,
}

/// Returns the people with this email address, ignoring case, in the order of their first sign-ins.
/// At most [`limits::PEOPLE_FOUND_MAX`] people are returned. For admins only.
///
/// # Errors
/// [`StoreError::Refused`] with `forbidden` if the reader is not an admin; otherwise when the
/// database cannot be read.
pub async fn by_email(
    store: &Store,
    reader: Reader,
    email: &str,
) -> Result<Vec<Found>, StoreError> {
    let reader = Reader {
        audience: Audience::Staff,
        ..reader
    };
    let answer = store
        .read(reader, BY_EMAIL, &[&email, &limits::PEOPLE_FOUND_MAX])
        .await?;
    let mut found = Vec::with_capacity(answer.len());
    for row in &answer {
        let Some(person) = readable_person(store, row) else {
            continue;
        };
        found.push(Found {
            person,
            since: rows::get(row, 6)?,
            last_seen_at: rows::get(row, 7)?,
            subject: rows::get(row, 8)?,
        });
    }
    Ok(found)
}

/// Blocks or unblocks a person. For admins only. The access log records the change as
/// `person_blocked` or `person_unblocked`; repeating the call changes nothing. A blocked person
/// keeps their role, but their unfinished tickets are unassigned. Returns the events of these
/// unassignments.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `not_found` for a person who has never signed in;
/// `conflict` if the caller would block themselves or the last admin.
pub async fn set_blocked(
    store: &Store,
    caller: &Caller,
    user: UserId,
    blocked: bool,
) -> Result<Vec<HistoryRow>, StoreError> {
    let (_, written) = store
        .write(caller, SET_BLOCKED, &[&user.uuid(), &blocked])
        .await?;
    Ok(written)
}

/// A connected person and the role that they had at sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccessStatus {
    /// The person to check.
    pub user: UserId,
    /// The staff role at sign-in. `None` for a customer.
    pub role: Option<StaffRole>,
}

/// Returns the people in `access` who are now blocked or have another role than at sign-in. A
/// person who is not in the database counts as a customer.
///
/// # Errors
/// When the database cannot be read.
pub async fn changed(
    store: &Store,
    access: &[AccessStatus],
) -> Result<Vec<AccessStatus>, StoreError> {
    let users: Vec<_> = access.iter().map(|one| one.user.uuid()).collect();
    let roles: Vec<_> = access
        .iter()
        .map(|one| one.role.map(StaffRole::as_str))
        .collect();
    let answer = store.query(ACCESS_STATUS, &[&users, &roles]).await?;
    let one = |row: &Row| -> Result<AccessStatus, StoreError> {
        let place: i64 = rows::get(row, 0)?;
        let asked = usize::try_from(place)
            .ok()
            .and_then(|place| access.get(place.checked_sub(1)?));
        asked
            .copied()
            .ok_or_else(|| StoreError::Row("an access status that was not asked for".into()))
    };
    answer.iter().map(one).collect()
}

/// Returns what a person may do now, under the service role. `None` if they are blocked. A person
/// who is not in the database counts as a customer.
///
/// # Errors
/// When the database cannot be read.
pub async fn actor_now(store: &Store, user: UserId) -> Result<Option<Actor>, StoreError> {
    let answer = store.query(NOW, &[&user.uuid()]).await?;
    let row = rows::first(&answer)?;
    let (role, is_blocked) = (rows::optional_word(row, 0)?, rows::get::<bool>(row, 1)?);
    Ok((!is_blocked).then_some(Actor { user, role }))
}

/// Records that these people are connected now, under the service role. A person who was recorded
/// less than half the renewal interval ago is skipped.
///
/// # Errors
/// When the database cannot be written.
pub async fn record_seen(store: &Store, users: &[UserId]) -> Result<(), StoreError> {
    let users: Vec<_> = users.iter().map(|user| user.uuid()).collect();
    let older_than_ms = i64::try_from(limits::SEEN_RENEW_MS / 2).expect("half a minute fits");
    store
        .query(RECORD_SEEN, &[&users, &older_than_ms])
        .await
        .map(drop)
}

/// Returns a person as staff see them, in the panel next to a ticket, with their ticket counts and
/// the network address from which they last wrote. `None` if there is no such person.
///
/// # Errors
/// When the database cannot be read.
pub async fn panel(
    store: &Store,
    reader: Reader,
    user: UserId,
) -> Result<Option<PersonView>, StoreError> {
    let reader = Reader {
        audience: Audience::Staff,
        ..reader
    };
    let answer = store
        .list(reader, PANEL, &[&user.uuid(), &PANEL_TICKETS])
        .await?;
    let row = answer
        .first()
        .ok_or_else(|| StoreError::Row("no panel".into()))?;
    let known: bool = rows::get(row, 8)?;
    let view = || -> Result<PersonView, StoreError> {
        Ok(PersonView {
            id: UserId::new(rows::get(row, 0)?),
            name: rows::name(row, 1)?,
            email: rows::text(row, 2, 4 * limits::EMAIL_CHARS_MAX)?,
            last_seen_at: rows::optional_time(row, 3)?,
            address: rows::get(row, 4)?,
            user_agent: rows::text(row, 5, 4 * limits::USER_AGENT_CHARS_MAX)?,
            tickets: TicketTotals {
                open: rows::count(row, 6)?,
                total: rows::count(row, 7)?,
            },
            blocked: rows::get(row, 9)?,
        })
    };
    known.then(view).transpose()
}

/// Decodes a person. A row that cannot be decoded (for example, with a role from a newer version)
/// gives `None`, so that the other people in the batch can still sign in.
pub(crate) fn readable_person(store: &Store, row: &Row) -> Option<Person> {
    store.undecodable.leave_out(
        "person",
        rows::get::<uuid::Uuid>(row, 0).unwrap_or_default(),
        person(row),
    )
}

fn person(row: &Row) -> Result<Person, StoreError> {
    Ok(Person {
        id: UserId::new(rows::get(row, 0)?),
        name: rows::name(row, 1)?,
        email: rows::text(row, 2, 4 * limits::EMAIL_CHARS_MAX)?,
        role: rows::optional_word(row, 3)?,
        blocked: rows::get(row, 4)?,
        public_name: rows::name(row, 5)?,
    })
}
