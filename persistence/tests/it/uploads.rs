//! Tests of files: a message takes only complete files of its author, for its ticket and kind; the
//! result of a check is an event; and bytes that nothing refers to any longer are planned for
//! deletion, however it came about.

use helpline_core::attachment::{AttachmentState, UploadState};
use helpline_core::body::Body;
use helpline_core::history::Kind;
use helpline_core::ids::{TicketId, UploadId, UserId};
use helpline_core::protocol::Upload;
use helpline_core::reject::RejectCode;
use helpline_persistence::messages::{NewMessage, Outcome, edit, redact};
use helpline_persistence::uploads::{self, Checked, NewUpload, Quotas};
use helpline_persistence::{StoreError, tickets};
use uuid::Uuid;

use crate::test_db::{TestDb, key, message, note, refusal, stored};

const QUOTAS: Quotas = Quotas {
    person_day_bytes: 1_000,
    ticket_bytes: 1_000,
    desk_bytes: None,
};

fn new(owner: UserId, ticket: Option<TicketId>, name: &str) -> NewUpload {
    let id = UploadId::new(Uuid::now_v7());
    NewUpload {
        id,
        owner,
        key: key(&id.to_string()),
        name: name.into(),
        declared_type: None,
        size_bytes: 10,
        ticket,
        is_internal: false,
        address: None,
    }
}

fn files(sent: NewMessage, files: &[UploadId]) -> NewMessage {
    NewMessage {
        attachments: files.to_vec(),
        ..sent
    }
}

fn code(outcome: Outcome) -> RejectCode {
    match outcome {
        Outcome::Refused { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

impl TestDb {
    async fn reserve(&self, new: &NewUpload) -> Result<(Upload, bool), StoreError> {
        uploads::reserve(&self.store, new, QUOTAS).await
    }

    /// Stores bytes for a reserved upload, and returns their key.
    async fn finish(&self, id: UploadId, owner: UserId) -> String {
        let blob = format!("files/{}", Uuid::new_v4().simple());
        uploads::begin(&self.store, &blob, 3_600_000).await.unwrap();
        let stored = uploads::finish(&self.store, id, owner, &blob, &[7; 32], "text/plain").await;
        assert_eq!(stored.unwrap().unwrap().state, UploadState::Stored);
        blob
    }

    /// A stored upload.
    pub async fn upload(&self, owner: UserId, ticket: Option<TicketId>, name: &str) -> UploadId {
        let (upload, _) = self.reserve(&new(owner, ticket, name)).await.unwrap();
        self.finish(upload.id, owner).await;
        upload.id
    }

    async fn note_upload(&self, ticket: TicketId) -> UploadId {
        let mut wanted = new(self.agent, Some(ticket), "note.txt");
        wanted.is_internal = true;
        let (upload, _) = self.reserve(&wanted).await.unwrap();
        self.finish(upload.id, self.agent).await;
        upload.id
    }

    async fn checked(&self, id: UploadId, state: AttachmentState) -> bool {
        let mut transaction = self.store.begin().await.unwrap();
        let checked = uploads::checked_in(&mut transaction, id, state, &Checked::default()).await;
        transaction.commit().await.unwrap();
        checked.unwrap()
    }

    /// The keys whose bytes are to be deleted now.
    async fn removals(&self) -> Vec<String> {
        let mut transaction = self.store.begin().await.unwrap();
        let mut keys = uploads::take_removals_in(&mut transaction).await.unwrap();
        transaction.roll_back().await.unwrap();
        keys.sort();
        keys
    }
}

#[tokio::test]
async fn a_message_takes_only_complete_files_of_its_author_ticket_and_kind() {
    let db = TestDb::open().await;
    let (ticket, other) = (db.ticket().await, db.ticket().await);
    let own = db.upload(db.customer, Some(ticket), "own.txt").await;
    let elsewhere = db.upload(db.customer, Some(other), "b.txt").await;
    let for_new = db.upload(db.customer, None, "c.txt").await;
    let of_agent = db.upload(db.agent, Some(ticket), "d.txt").await;
    let of_note = db.note_upload(ticket).await;
    let (reserved, _) = db
        .reserve(&new(db.customer, Some(ticket), "e.txt"))
        .await
        .unwrap();
    let unknown = UploadId::new(Uuid::now_v7());
    for bad in [elsewhere, for_new, of_agent, of_note, reserved.id, unknown] {
        // Beside a good file: then that one is not taken either.
        let sent = files(message(ticket, db.customer, "see"), &[own, bad]);
        assert_eq!(code(db.send(sent).await), RejectCode::AttachmentNotFound);
    }
    let public = files(message(ticket, db.agent, "see"), &[of_note]);
    assert_eq!(code(db.send(public).await), RejectCode::AttachmentNotFound);
    let internal = files(note(ticket, db.agent, "see"), &[of_agent]);
    assert_eq!(
        code(db.send(internal).await),
        RejectCode::AttachmentNotFound
    );

    let mut sent = files(message(ticket, db.customer, "x"), &[own]);
    sent.body = Body::parse_with_files("").unwrap();
    stored(&db.send(sent.clone()).await);
    let row = db.history(ticket).await.pop().unwrap();
    let shown = row.message.unwrap();
    assert_eq!((shown.body.as_str(), shown.redacted_at), ("", None));
    let attachment = &shown.attachments[0];
    assert_eq!(
        (attachment.id, attachment.name.as_str(), attachment.state),
        (own, "own.txt", AttachmentState::Checking)
    );
    assert_eq!(attachment.content_type, "text/plain");
    // A retry gets the first result; the same key with other files is another message.
    assert!(matches!(db.send(sent.clone()).await, Outcome::Duplicate(_)));
    let reused = files(sent.clone(), &[]);
    assert_eq!(code(db.send(reused).await), RejectCode::KeyReused);
    let again = files(message(ticket, db.customer, "again"), &[own]);
    assert_eq!(code(db.send(again).await), RejectCode::AttachmentNotFound);
}

#[tokio::test]
async fn two_messages_of_one_batch_cannot_have_one_file() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let file = db.upload(db.customer, Some(ticket), "a.txt").await;
    let first = files(message(ticket, db.customer, "one"), &[file]);
    let second = files(message(ticket, db.customer, "two"), &[file]);
    let retry = NewMessage {
        id: message(ticket, db.customer, "x").id,
        ..second.clone()
    };
    let outcomes = db.append(&[first, second, retry]).await.outcomes;
    assert!(matches!(outcomes[0], Outcome::Stored(_)), "{outcomes:?}");
    for outcome in &outcomes[1..] {
        assert_eq!(code(outcome.clone()), RejectCode::AttachmentNotFound);
    }
}

#[tokio::test]
async fn a_new_ticket_takes_files_that_were_reserved_without_a_ticket() {
    let db = TestDb::open().await;
    let caller = db.caller(db.customer);
    let existing = db.ticket().await;
    let elsewhere = db.upload(db.customer, Some(existing), "a.txt").await;
    let file = db.upload(db.customer, None, "b.txt").await;
    let mut wanted = db.new_ticket("A broken screen");
    wanted.attachments = vec![elsewhere];
    assert_eq!(
        refusal(tickets::create(&db.store, &caller, &wanted).await),
        RejectCode::AttachmentNotFound
    );
    wanted.attachments = vec![file];
    let created = tickets::create(&db.store, &caller, &wanted).await.unwrap();
    let again = tickets::create(&db.store, &caller, &wanted).await.unwrap();
    assert!(!created.duplicate && again.duplicate && created.id == again.id);
    let own = uploads::own(&db.store, file, db.customer).await.unwrap();
    assert_eq!(own.unwrap().ticket, Some(created.id));
}

#[tokio::test]
async fn the_result_of_a_check_is_an_event_and_no_edit() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let file = db.upload(db.customer, Some(ticket), "a.txt").await;
    let of_note = db.note_upload(ticket).await;
    let sent = files(message(ticket, db.customer, "see"), &[file]);
    stored(&db.send(sent).await);
    stored(
        &db.send(files(note(ticket, db.agent, "see"), &[of_note]))
            .await,
    );
    assert!(db.checked(file, AttachmentState::Clean).await);
    assert!(db.checked(of_note, AttachmentState::Infected).await);
    assert!(!db.checked(file, AttachmentState::Infected).await, "once");
    let rows = db.history(ticket).await;
    let [public, internal] = rows.last_chunk().unwrap();
    assert_eq!(public.kind, Kind::AttachmentChecked);
    assert_eq!(internal.kind, Kind::InternalAttachmentChecked);
    assert!(public.public_seq.is_some() && internal.public_seq.is_none());
    assert_eq!(public.public_new_value.as_deref(), Some("clean"));
    assert_eq!(internal.public_new_value, None);
    let shown = public.message.as_ref().unwrap();
    assert_eq!(shown.edited_at, None);
    assert_eq!(shown.attachments[0].state, AttachmentState::Clean);
    // A file that is checked before it is sent has its state from the start.
    let early = db.upload(db.customer, Some(ticket), "b.txt").await;
    assert!(db.checked(early, AttachmentState::NotScanned).await);
    let count = db.history(ticket).await.len();
    stored(
        &db.send(files(message(ticket, db.customer, "b"), &[early]))
            .await,
    );
    let rows = db.history(ticket).await;
    assert_eq!(rows.len(), count + 1);
    let shown = rows.last().unwrap().message.as_ref().unwrap();
    assert_eq!(shown.attachments[0].state, AttachmentState::NotScanned);
}

#[tokio::test]
async fn bytes_that_nothing_refers_to_are_planned_for_deletion() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let caller = db.caller(db.customer);
    let mut all = Vec::new();
    for _ in 0..5 {
        let wanted = new(db.customer, Some(ticket), "a.txt");
        db.reserve(&wanted).await.unwrap();
        all.push((wanted.id, db.finish(wanted.id, db.customer).await));
    }
    assert_eq!(db.removals().await, Vec::<String>::new(), "all in use");
    let sent = files(message(ticket, db.customer, "see"), &[all[0].0, all[1].0]);
    stored(&db.send(sent.clone()).await);
    edit(
        &db.store,
        &caller,
        ticket,
        sent.id,
        &Body::parse("look").unwrap(),
    )
    .await
    .unwrap();
    assert_eq!(db.removals().await, Vec::<String>::new(), "an edit");

    uploads::give_up(&db.store, all[2].0, db.customer)
        .await
        .unwrap();
    assert_eq!(
        refusal(uploads::give_up(&db.store, all[0].0, db.customer).await),
        RejectCode::Conflict
    );
    db.checked(all[3].0, AttachmentState::Infected).await;
    db.sql(&format!(
        "update uploads set expires_at = now() where id = '{}'",
        all[4].0
    ))
    .await;
    let mut transaction = db.store.begin().await.unwrap();
    assert_eq!(uploads::expire_in(&mut transaction).await.unwrap(), 1);
    transaction.commit().await.unwrap();
    let mut expected: Vec<_> = all[2..].iter().map(|(_, blob)| blob.clone()).collect();
    expected.sort();
    assert_eq!(db.removals().await, expected, "deleted, infected, expired");

    redact(&db.store, &caller, ticket, sent.id).await.unwrap();
    expected.extend(all[..2].iter().map(|(_, blob)| blob.clone()));
    expected.sort();
    assert_eq!(db.removals().await, expected, "redacted");
    let left = db
        .ask::<i64>("select count(*) from uploads where message_id is not null")
        .await;
    assert_eq!(left, 0);

    let last = db.upload(db.customer, Some(ticket), "b.txt").await;
    stored(
        &db.send(files(message(ticket, db.customer, "x"), &[last]))
            .await,
    );
    db.sql(
        "update support_tickets set status = 'closed';
         select archive_old_tickets(now() + interval '12 months')",
    )
    .await;
    let before = db.removals().await.len();
    db.sql("select delete_old_archived_tickets(now() + interval '60 months')")
        .await;
    let left = "select count(*) from uploads where ticket_id is not null";
    assert_eq!(db.ask::<i64>(left).await, 0, "with its ticket");
    assert_eq!(db.removals().await.len(), before + 1, "and its bytes");
}

#[tokio::test]
async fn bytes_of_an_upload_that_never_ends_are_planned_before_they_are_written() {
    let db = TestDb::open().await;
    let wanted = new(db.customer, None, "a.txt");
    db.reserve(&wanted).await.unwrap();
    uploads::begin(&db.store, "files/a", 0).await.unwrap();
    uploads::begin(&db.store, "files/b", 3_600_000)
        .await
        .unwrap();
    assert_eq!(db.removals().await, ["files/a"]);
    uploads::abandon(&db.store, "files/b").await.unwrap();
    assert_eq!(db.removals().await, ["files/a", "files/b"]);
    // Of two requests that store one upload, the first one counts.
    let first = db.finish(wanted.id, db.customer).await;
    uploads::begin(&db.store, "files/c", 3_600_000)
        .await
        .unwrap();
    let second = uploads::finish(
        &db.store,
        wanted.id,
        db.customer,
        "files/c",
        &[8; 32],
        "x/y",
    )
    .await;
    assert_eq!(second.unwrap().unwrap().content_type, "text/plain");
    assert_eq!(db.removals().await, ["files/a", "files/b", "files/c"]);
    assert!(!db.removals().await.contains(&first));
}

#[tokio::test]
async fn reservations_need_the_right_to_write_and_stay_within_quotas() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let strange = new(db.stranger, Some(ticket), "a.txt");
    assert_eq!(refusal(db.reserve(&strange).await), RejectCode::NotFound);
    let mut internal = new(db.customer, Some(ticket), "a.txt");
    internal.is_internal = true;
    assert_eq!(refusal(db.reserve(&internal).await), RejectCode::Forbidden);

    let first = new(db.customer, Some(ticket), "a.txt");
    assert!(db.reserve(&first).await.unwrap().1);
    let retry = NewUpload {
        id: UploadId::new(Uuid::now_v7()),
        ..first.clone()
    };
    let (same, is_new) = db.reserve(&retry).await.unwrap();
    assert!(same.id == first.id && !is_new);
    let other = NewUpload {
        size_bytes: 11,
        ..retry
    };
    assert_eq!(refusal(db.reserve(&other).await), RejectCode::KeyReused);

    let mut large = new(db.customer, Some(ticket), "a.txt");
    large.size_bytes = QUOTAS.person_day_bytes;
    assert_eq!(refusal(db.reserve(&large).await), RejectCode::QuotaExceeded);
    // A deleted upload counts for the quota of the day.
    large.size_bytes = QUOTAS.person_day_bytes - 10;
    db.reserve(&large).await.unwrap();
    uploads::give_up(&db.store, large.id, db.customer)
        .await
        .unwrap();
    let more = new(db.customer, Some(ticket), "a.txt");
    assert_eq!(refusal(db.reserve(&more).await), RejectCode::QuotaExceeded);
    let agent = new(db.agent, Some(ticket), "a.txt");
    db.reserve(&agent).await.unwrap();
    db.sql("update support_tickets set status = 'closed'").await;
    let closed = new(db.agent, Some(ticket), "a.txt");
    assert_eq!(refusal(db.reserve(&closed).await), RejectCode::TicketClosed);
}
