//! Tests token subjects (`sub`) that are not UUIDs: the service and plain SQL must map them to the
//! same person.

use std::collections::HashSet;

use helpline_core::ids::UserId;
use helpline_core::limits;
use helpline_core::token_subject::TokenSubject;
use helpline_persistence::people::{Identity, sign_in, sign_in_all};
use helpline_persistence::{Names, StoreError, bootstrap};
use serde_json::json;
use tokio_postgres::Client;

use crate::test_db::{TestDb, cluster, user};

const ISSUER: &str = "https://id.example/";
const SUB: &str = "auth0|64b7f1e2a9c3d4e5f6a7b8c9";
const ROWS: &str = "select count(*) from people_subjects";

fn identity(issuer: &str, sub: &str) -> Identity {
    Identity {
        subject: TokenSubject::parse(issuer, sub).unwrap(),
        email: Some("sub@example.org".into()),
        name: Some("Sue Subject".into()),
    }
}

impl TestDb {
    async fn person(&self, issuer: &str, sub: &str) -> UserId {
        sign_in(&self.store, &identity(issuer, sub))
            .await
            .unwrap()
            .id
    }

    async fn map(&self, issuer: &str, sub: &str, person: UserId) -> Result<(), String> {
        let sql = "insert into people_subjects (issuer, subject, person) values ($1, $2, $3)";
        let inserted = self
            .admin
            .execute(sql, &[&issuer, &sub, &person.uuid()])
            .await;
        inserted
            .map(drop)
            .map_err(|error| error.as_db_error().unwrap().constraint().unwrap().into())
    }

    /// Opens a database session with this role and these claims, as SQL from outside Helpline
    /// would.
    async fn claiming(&self, role: &str, claims: &serde_json::Value) -> Client {
        let session = self.session(role, self.stranger).await;
        session
            .execute(
                "select set_config('request.jwt.claims', $1, false)",
                &[&claims.to_string()],
            )
            .await
            .unwrap();
        session
    }
}

#[tokio::test]
async fn a_subject_is_the_same_person_at_every_sign_in_and_a_uuid_has_no_row() {
    let db = TestDb::open().await;
    let first = sign_in(&db.store, &identity(ISSUER, SUB)).await.unwrap();
    assert_eq!(first.name.as_deref(), Some("Sue Subject"));
    assert_eq!(first.email.as_deref(), Some("sub@example.org"));
    assert_eq!(db.person(ISSUER, SUB).await, first.id);
    // A subject with a different issuer, case or Unicode composition must be a different person.
    let mut people = HashSet::from([first.id]);
    for (issuer, sub) in [
        ("", SUB),
        ("https://id.example", SUB),
        (ISSUER, "AUTH0|64b7f1e2a9c3d4e5f6a7b8c9"),
        (ISSUER, " auth0|64b7f1e2a9c3d4e5f6a7b8c9"),
        (ISSUER, "117890123456789012345"),
        (ISSUER, "user_2xYzAbCdEfGh"),
        (ISSUER, "caf\u{e9}"),
        (ISSUER, "cafe\u{301}"),
        (ISSUER, "' or true --"),
        ("https://id.example/x", "y"),
        ("https://id.example/", "xy"),
    ] {
        let person = db.person(issuer, sub).await;
        assert!(people.insert(person), "{issuer} {sub}");
        assert_eq!(db.person(issuer, sub).await, person);
    }
    assert_eq!(db.ask::<i64>(ROWS).await, 12);
    let spelling = db.customer.to_string().to_uppercase();
    assert_eq!(
        db.person(ISSUER, &format!("{{{spelling}}}")).await,
        db.customer
    );
    assert_eq!(db.ask::<i64>(ROWS).await, 12);
    // Simulate a restore to a time before the first sign-in. The next sign-in must create a person
    // with the same id.
    db.sql("delete from people_subjects; delete from people where display_name = 'Sue Subject'")
        .await;
    assert_eq!(db.person(ISSUER, SUB).await, first.id);
}

#[tokio::test]
async fn one_batch_takes_subjects_and_uuids_and_the_same_person_under_both() {
    let db = TestDb::open().await;
    db.map(ISSUER, "carla", db.customer).await.unwrap();
    let batch = [
        identity(ISSUER, SUB),
        identity("", &db.customer.to_string()),
        identity(ISSUER, "carla"),
        identity("", SUB),
        identity("", &user(950).to_string()),
    ];
    let people = sign_in_all(&db.store, &batch).await.unwrap();
    let ids: Vec<_> = people.iter().map(|one| one.as_ref().unwrap().id).collect();
    let (first, other) = (db.person(ISSUER, SUB).await, db.person("", SUB).await);
    assert_eq!(ids, [first, db.customer, db.customer, other, user(950)]);
}

#[tokio::test]
async fn two_instances_that_sign_the_same_newcomers_in_at_once_get_the_same_people() {
    let db = TestDb::open().await;
    for round in 0..20 {
        // The two batches contain the people in opposite orders. No deadlock may occur, because the
        // database function locks the rows in the order of issuer and subject.
        let mut one: Vec<_> = (0..50)
            .map(|n| identity(ISSUER, &format!("new|{round}|{n}")))
            .collect();
        let first = one.clone();
        one.reverse();
        let (people, others) =
            tokio::join!(sign_in_all(&db.store, &first), sign_in_all(&db.store, &one));
        let ids = |people: Vec<Option<helpline_persistence::people::Person>>| -> Vec<UserId> {
            people.into_iter().map(|one| one.unwrap().id).collect()
        };
        let (people, mut others) = (ids(people.unwrap()), ids(others.unwrap()));
        others.reverse();
        assert_eq!(people, others);
    }
    assert_eq!(db.ask::<i64>(ROWS).await, 1_000);
    // If another transaction is writing the subject's row, a sign-in must wait only briefly.
    let writing = db.another_admin().await;
    let insert = format!(
        "begin; insert into people_subjects (issuer, subject, person) values ('{ISSUER}', '{SUB}', '{}')",
        db.customer
    );
    writing.batch_execute(&insert).await.unwrap();
    let busy = sign_in(&db.store, &identity(ISSUER, SUB)).await;
    assert!(matches!(busy, Err(StoreError::Busy(_))), "{busy:?}");
    writing.batch_execute("commit").await.unwrap();
    assert_eq!(db.person(ISSUER, SUB).await, db.customer);
}

#[tokio::test]
async fn a_row_that_is_there_already_wins_and_its_change_counts_from_the_next_sign_in() {
    let db = TestDb::open().await;
    db.map(ISSUER, SUB, db.customer).await.unwrap();
    assert_eq!(db.person(ISSUER, SUB).await, db.customer);
    db.sql(&format!(
        "update people_subjects set person = '{}'",
        db.stranger
    ))
    .await;
    assert_eq!(db.person(ISSUER, SUB).await, db.stranger);
    db.sql("delete from people_subjects").await;
    let own = db.person(ISSUER, SUB).await;
    assert!(own != db.customer && own != db.stranger);
    // The access log must record an operator's changes to the table of subjects, without the
    // subject itself. It must not record first sign-ins.
    let log: String = db
        .ask(
            "select string_agg(concat_ws(' ', action, detail ->> 'user', detail ->> 'issuer'), '; ' order by id)
             from access_log where action like 'subject_%'",
        )
        .await;
    let (carla, stan) = (db.customer, db.stranger);
    assert_eq!(
        log,
        format!(
            "subject_mapped {carla} {ISSUER}; subject_unmapped {carla} {ISSUER}; subject_mapped {stan} {ISSUER}; \
             subject_unmapped {stan} {ISSUER}"
        )
    );
    let named: i64 = db
        .ask(&format!(
            "select count(*) from access_log where detail::text like '%{SUB}%'"
        ))
        .await;
    assert_eq!(named, 0);
}

#[tokio::test]
async fn instances_of_the_build_before_go_on_with_their_own_function() {
    let db = TestDb::open().await;
    let person = db.person(ISSUER, SUB).await;
    let service = db.session("helpline_service", db.stranger).await;
    let before = "select id, role, blocked from support_sign_in_all($1::uuid[], array['new@example.org'], array['New Name'])";
    let row = service
        .query_one(before, &[&vec![person.uuid()]])
        .await
        .unwrap();
    assert_eq!(UserId::new(row.get(0)), person);
    // Database sessions of the previous build have the person's UUID as `sub` claim. Queries with
    // this claim must still work.
    let customer = db.session("helpline_customer", person).await;
    let name: String = customer
        .query_one("select display_name from people", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(name, "New Name");
}

#[tokio::test]
async fn the_first_admin_may_be_named_by_a_subject() {
    let db = TestDb::open().await;
    let url = cluster().await.admin_url(&db.database);
    let subject = TokenSubject::parse(ISSUER, SUB).unwrap();
    let named = bootstrap::person_of(&url, &Names::default(), &subject).await;
    let named = named.unwrap();
    assert_eq!(db.person(ISSUER, SUB).await, named);
    let again = bootstrap::person_of(&url, &Names::default(), &subject).await;
    assert_eq!(again.unwrap(), named);
}

#[tokio::test]
async fn the_longest_and_the_oddest_are_kept_and_what_is_no_subject_is_refused() {
    let db = TestDb::open().await;
    // Generates texts that compression cannot shorten, so that they need their full length in the
    // database.
    let noise = |seed: u64, bytes: usize| -> String {
        let mut x = seed;
        let mut next = || {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            char::from(b'!' + u8::try_from(x % 90).unwrap())
        };
        (0..bytes).map(|_| next()).collect()
    };
    let (issuer, sub) = (
        noise(7, limits::TOKEN_ISSUER_BYTES_MAX),
        noise(11, limits::TOKEN_SUBJECT_BYTES_MAX),
    );
    let longest = db.person(&issuer, &sub).await;
    assert_eq!(db.person(&issuer, &sub).await, longest);
    let wide = "\u{1F600}".repeat(limits::TOKEN_SUBJECT_BYTES_MAX / 4);
    db.person("", &wide).await;
    // The table `people_subjects` must refuse every subject that the service refuses. It must also
    // refuse UUIDs, because they need no row.
    let refused = [
        (String::new(), String::new(), "subject"),
        (String::new(), format!("{sub}x"), "subject"),
        (String::new(), "a\nb".into(), "subject"),
        (String::new(), "a\u{85}b".into(), "subject"),
        (String::new(), user(1).to_string(), "subject"),
        (
            String::new(),
            format!("URN:uuid:{{{}}}", user(1)).to_uppercase(),
            "subject",
        ),
        (format!("{issuer}x"), "ada".into(), "issuer"),
        ("a\u{1b}b".into(), "ada".into(), "issuer"),
    ];
    for (issuer, sub, column) in refused {
        assert_eq!(
            db.map(&issuer, &sub, db.customer).await,
            Err(format!("people_subjects_{column}_check")),
            "{sub:.50}"
        );
    }
    let no_one = UserId::new(uuid::Uuid::nil());
    assert_eq!(
        db.map("", "ada", no_one).await,
        Err("people_subjects_person_check".into())
    );
}

#[tokio::test]
async fn the_service_and_sql_agree_on_which_texts_are_uuids() {
    let db = TestDb::open().await;
    let uuid = "018f0000-0000-7000-8000-0000000000ab";
    let bare = uuid.replace('-', "");
    for text in [
        uuid.to_owned(),
        uuid.to_uppercase(),
        bare.clone(),
        format!("{{{uuid}}}"),
        format!("{{{bare}}}"),
        format!("urn:uuid:{uuid}"),
        format!("Urn:Uuid:{{{bare}}}"),
        "018f-0000-0000-7000-8000-0000-0000-00ab".into(),
        format!("-{uuid}-"),
        // Texts that are similar to UUIDs, but are not UUIDs, so they count as subjects.
        format!("{{{uuid}"),
        format!("{uuid}}}"),
        format!("{{{{{uuid}}}}}"),
        format!("{{urn:uuid:{uuid}}}"),
        format!("urn:uuid:urn:uuid:{uuid}"),
        format!(" {uuid}"),
        format!("urn:uuıd:{uuid}"),
        bare[1..].to_owned(),
        format!("{bare}0"),
        format!("{}g", &bare[1..]),
        format!("{}\u{FF10}", &bare[1..]),
        "urn:uuid:".into(),
        "{}".into(),
        "-".into(),
        SUB.into(),
    ] {
        let by_sql: Option<uuid::Uuid> = db
            .admin
            .query_one("select support_subject_uuid($1)", &[&text])
            .await
            .unwrap()
            .get(0);
        let by_service = TokenSubject::parse("", &text).unwrap().person();
        assert_eq!(by_sql.map(UserId::new), by_service, "{text}");
    }
}

#[tokio::test]
async fn claims_of_an_issuer_give_sql_the_same_person_and_an_unknown_one_is_no_one() {
    let db = TestDb::open().await;
    let known = db.person(ISSUER, SUB).await;
    let (mine, _theirs) = (
        db.ticket_of(known, "Mine").await,
        db.ticket_of(db.stranger, "Theirs").await,
    );
    db.map(ISSUER, "boss", db.boss).await.unwrap();
    db.map("", "7", db.boss).await.unwrap();
    for (role, claims, tickets) in [
        ("customer", json!({"sub": SUB, "iss": ISSUER}), 1),
        ("staff", json!({"sub": "boss", "iss": ISSUER}), 2),
        // Using the staff database role does not make a customer a member of staff.
        ("staff", json!({"sub": SUB, "iss": ISSUER}), 0),
        ("customer", json!({"sub": SUB}), 0),
        (
            "customer",
            json!({"sub": SUB, "iss": "https://id.example"}),
            0,
        ),
        (
            "customer",
            json!({"sub": SUB.to_uppercase(), "iss": ISSUER}),
            0,
        ),
        (
            "customer",
            json!({"sub": "auth0|unknown", "iss": ISSUER}),
            0,
        ),
        (
            "customer",
            json!({"sub": "a".repeat(5_000), "iss": ISSUER}),
            0,
        ),
        // Claims of forms that no valid token has must give no access.
        ("staff", json!({"sub": 7}), 0),
        ("staff", json!({"sub": "7", "iss": 7}), 0),
        ("staff", json!({"sub": ["boss"], "iss": ISSUER}), 0),
        ("staff", json!({"sub": {"sub": "boss"}, "iss": [ISSUER]}), 0),
        // A UUID must be recognized in various spellings.
        ("customer", json!({"sub": known}), 1),
        (
            "customer",
            json!({"sub": known.to_string().to_uppercase(), "iss": "x"}),
            1,
        ),
        ("customer", json!({"sub": format!("urn:uuid:{known}")}), 1),
        ("staff", json!({"sub": format!("{{{}}}", db.boss)}), 2),
    ] {
        let session = db.claiming(&format!("helpline_{role}"), &claims).await;
        let seen: i64 = session
            .query_one("select count(*) from support_tickets", &[])
            .await
            .unwrap()
            .get(0);
        assert_eq!(seen, tickets, "{role} {claims}");
    }
    // The customer must see their own row of `people`, but neither the table of subjects nor the
    // row of a person with another subject.
    let customer = db
        .claiming("helpline_customer", &json!({"sub": SUB, "iss": ISSUER}))
        .await;
    let found: uuid::Uuid = customer
        .query_one("select id from support_tickets", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(found, mine.uuid());
    for role in ["customer", "staff", "service"] {
        let session = db
            .claiming(
                &format!("helpline_{role}"),
                &json!({"sub": "boss", "iss": ISSUER}),
            )
            .await;
        for refused in [
            "select 1 from people_subjects",
            "insert into people_subjects (issuer, subject, person) values ('', 'x', gen_random_uuid())",
            "select support_subject_person('', 'x')",
        ] {
            let error = session.batch_execute(refused).await.unwrap_err();
            assert_eq!(
                error.code().map(|code| code.code()),
                Some("42501"),
                "{role} {refused}"
            );
        }
    }
}

#[tokio::test]
async fn an_administrators_session_that_names_an_unknown_subject_does_not_act_as_the_system() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let close = format!("select update_ticket_status('{ticket}', 'closed')");
    let unknown = json!({"sub": "auth0|unknown", "iss": ISSUER});
    let session = db.claiming("helpline_owner", &unknown).await;
    for refused in [
        close.as_str(),
        "select support_set_setting('reply_assigns', 'true')",
    ] {
        let error = session.batch_execute(refused).await.unwrap_err();
        assert_eq!(
            error.as_db_error().map(|error| error.message()),
            Some("not_authenticated"),
            "{refused}"
        );
    }
    let importing =
        "set helpline.import = 'on'; select set_config('request.jwt.claims', '', false)";
    let is_importing = "select support_is_importing()";
    session
        .batch_execute("set helpline.import = 'on'")
        .await
        .unwrap();
    let row = session.query_one(is_importing, &[]).await.unwrap();
    assert!(!row.get::<_, bool>(0));
    session.batch_execute(importing).await.unwrap();
    let row = session.query_one(is_importing, &[]).await.unwrap();
    assert!(row.get::<_, bool>(0));
    session.batch_execute(&close).await.unwrap();
}
