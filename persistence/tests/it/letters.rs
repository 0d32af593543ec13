//! Tests that a search finds tickets in every script, whatever the case and the Unicode composition
//! of the letters. It runs on databases with two locales.

use helpline_core::ids::TicketId;
use helpline_persistence::migrate::{self, Plan};
use helpline_persistence::tickets::{ListQuery, list_for_customer, list_for_staff};
use helpline_persistence::{Names, tickets};

use crate::test_db::{PASSWORD, TestDb, cluster, until};

/// Subjects of tickets, each with search texts that must find the ticket.
const FOUND: &[(&str, &[&str])] = &[
    // French, with composed and decomposed letters.
    (
        "Un café déjà payé",
        &["cafe\u{301}", "DÉJÀ", "DE\u{301}JA\u{300} PAYÉ"],
    ),
    (
        "Un the\u{301}a\u{302}tre ferme\u{301}",
        &["théâtre", "THÉÂTRE fermé"],
    ),
    // Greek: the final sigma, and capitals with and without accents.
    ("Η οδός μου", &["ΟΔΟΣ", "ΟΔΌΣ", "οδόσ", "οδο\u{301}ς"]),
    ("ΣΊΣΥΦΟΣ ΚΑΙ ΛΌΓΟΣ", &["σίσυφος", "λόγος", "λογος και"]),
    ("μαϊμού και ΐδιος", &["ΜΑΪΜΟΥ", "Ϊ́ΔΙΟΣ"]),
    ("Ἐν ἀρχῇ ἦν ὁ λόγος", &["ΑΡΧΗΙ", "ἀρχῇ", "ΛΟΓΟΣ"]),
    // Turkish: a search with any spelling of i must find the text.
    (
        "İstanbul yolcusu",
        &[
            "istanbul",
            "ISTANBUL",
            "ıstanbul",
            "İSTANBUL",
            "i\u{307}stanbul",
            "I\u{307}stanbul",
        ],
    ),
    ("ISPARTA giden", &["ısparta", "isparta", "İsparta"]),
    (
        "kırık ekran şifre",
        &["KIRIK", "KİRİK", "ŞİFRE", "s\u{327}ifre"],
    ),
    // German: ß and ss must match.
    ("Große Straße", &["STRASSE", "straße", "STRAẞE", "GROSSE"]),
    ("MASSE UND MAẞE", &["maße"]),
    // Scripts with upper and lower case: Cyrillic, Armenian, Georgian, Cherokee, Adlam, Deseret.
    (
        "НЕ МОГУ ВОЙТИ Ёлка",
        &["войти", "ёлка", "е\u{308}лка", "Могу Войти"],
    ),
    ("ՀԱՅԱՍՏԱՆ", &["հայաստան", "Հայաստան"]),
    ("ᲡᲐᲥᲐᲠᲗᲕᲔᲚᲝ", &["საქართველო"]),
    ("ᏣᎳᎩ ᎦᏬᏂ", &["ꮳꮃꭹ"]),
    ("𞤀𞤣𞤤𞤢𞤥", &["𞤢𞤣𞤤𞤢𞤥", "𞤀𞤁𞤂𞤀𞤃"]),
    ("𐐔𐐯𐑅𐐨𐑉𐐯𐐻", &["𐐼𐐯𐑅𐐨𐑉𐐯𐐻"]),
    // Full-width and half-width characters must match ordinary characters.
    (
        "ＰＡＹＭＥＮＴ ｆａｉｌｅｄ １２３",
        &["payment", "Failed", "ＰＡＹ", "failed 123"],
    ),
    ("ｶﾒﾗの修理", &["カメラ", "カメラの修理", "カメ"]),
    ("カメラ ガラス", &["ｶﾞﾗｽ", "カ\u{3099}ラス"]),
    // Korean Hangul, as syllables and as separate letters.
    (
        "환불 요청합니다",
        &[
            "\u{1112}\u{116a}\u{11ab}\u{1107}\u{116e}\u{11af}",
            "환불",
            "요청",
        ],
    ),
    (
        "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}어",
        &["한국", "한국어"],
    ),
    // Arabic presentation forms, and combining characters in either order. Persian with and without
    // the zero-width non-joiner.
    ("ﻣﺮﺣﺒﺎ ﺑﻜﻢ", &["مرحبا"]),
    ("مرحبا شدّة", &["ﻣﺮﺣﺒﺎ", "شد\u{651}ة"]),
    ("نمی\u{200c}خواهم", &["نمیخواهم", "نمی\u{200c}خواهم"]),
    // Vietnamese, with two accents on one letter.
    (
        "Không đăng nhập được TIẾNG VIỆT",
        &[
            "tiếng",
            "tie\u{302}\u{301}ng",
            "ĐĂNG NHẬP",
            "vie\u{323}\u{302}t",
            "vie\u{302}\u{323}t",
        ],
    ),
    // Ligatures, fractions and invisible characters.
    ("Oﬃce ﬁle № ½", &["office", "FILE"]),
    (
        "pay\u{ad}ment\u{200b}s ❤\u{fe0f}\u{fe0f}❤❤",
        &["payments", "❤❤❤"],
    ),
    ("ǅungla Ŀlarg", &["džungla", "ǆungla", "Ǆungla"]),
    (
        "ŁÓDŹ ØRE ÞÓR ŒUVRE",
        &["łódź", "øre", "þór", "œuvre", "ło\u{301}dz\u{301}"],
    ),
];

/// Subjects of tickets, each with search texts that must not find the ticket. Accents are
/// significant (é is not e). Wildcards such as % have no effect, and neither have characters that
/// the search converts to a wildcard.
const NOT_FOUND: &[(&str, &[&str])] = &[
    ("Un café déjà payé", &["cafe ferme", "paye ", "deja"]),
    (
        "Rabatt 100 von Ux",
        &[
            "100％",
            "％％％",
            "U＿_",
            "＿＿＿",
            "＼＼＼",
            "100%",
            "___",
            "％ab",
        ],
    ),
];
const WILD: &[(&str, &[&str])] = &[
    (
        "100％ of a＿b and c＼d",
        &["100%", "100％", "a_b", "a＿b", r"c\d", "c＼d"],
    ),
    (
        r"50% of x_y and back\slash",
        &["50％", "x＿y", "back＼slash", r"k\s"],
    ),
];

fn search(text: &str) -> ListQuery {
    ListQuery {
        search: Some(text.into()),
        limit: 50,
        ..ListQuery::default()
    }
}

impl TestDb {
    async fn staff_find(&self, text: &str) -> Vec<TicketId> {
        let page = list_for_staff(&self.store, self.reader(self.agent), &search(text)).await;
        page.unwrap()
            .tickets
            .iter()
            .map(|ticket| ticket.id)
            .collect()
    }

    async fn customer_finds(&self, text: &str) -> Vec<TicketId> {
        let page = list_for_customer(&self.store, self.reader(self.customer), &search(text)).await;
        page.unwrap()
            .tickets
            .iter()
            .map(|ticket| ticket.id)
            .collect()
    }

    /// Opens a ticket of the customer with this subject and these words in its first message.
    async fn ticket_saying(&self, subject: &str, words: &str) -> TicketId {
        let new = tickets::NewTicket {
            description: helpline_core::body::Body::parse(words).unwrap(),
            ..self.new_ticket(subject)
        };
        tickets::create(&self.store, &self.caller(self.customer), &new)
            .await
            .unwrap()
            .id
    }

    /// Creates a test database whose locale knows only ASCII letters.
    async fn with_plain_locale() -> Self {
        let name = format!("plain_{:016x}", rand::random::<u64>());
        let postgres = cluster().await;
        let admin = crate::test_db::connect(&postgres.admin_url("postgres")).await;
        admin
            .batch_execute(&format!(
                "create database {name} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'"
            ))
            .await
            .unwrap();
        let url = postgres.admin_url(&name);
        migrate::migrate(&url).await.unwrap();
        migrate::set_runtime_password(&url, PASSWORD).await.unwrap();
        Self::on(postgres, &name).await
    }
}

async fn letters_meet(db: &TestDb) {
    let mut wrong = Vec::new();
    for (subject, texts) in FOUND.iter().chain(WILD) {
        let ticket = db.ticket_saying(subject, "words").await;
        let told = db.ticket_saying("words", subject).await;
        for text in *texts {
            if !db.staff_find(text).await.contains(&ticket) {
                wrong.push(format!("staff: {text} does not find {subject}"));
            }
            for (ticket, place) in [(ticket, "subject"), (told, "message")] {
                if !db.customer_finds(text).await.contains(&ticket) {
                    wrong.push(format!(
                        "customer: {text} does not find the {place} {subject}"
                    ));
                }
            }
        }
    }
    for (subject, texts) in NOT_FOUND {
        let ticket = db.ticket_saying(subject, subject).await;
        for text in *texts {
            if db.staff_find(text).await.contains(&ticket)
                || db.customer_finds(text).await.contains(&ticket)
            {
                wrong.push(format!("{text} finds {subject}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[tokio::test]
async fn letters_meet_however_they_are_composed_and_in_either_case() {
    letters_meet(&TestDb::open().await).await;
}

#[tokio::test]
async fn letters_meet_on_a_database_whose_locale_knows_ascii_alone() {
    let db = TestDb::with_plain_locale().await;
    let lower: String = db.ask("select lower('ЁÉ')").await;
    assert_eq!(lower, "ЁÉ");
    letters_meet(&db).await;
}

/// Reverts migrations 13 to 15 in the database: no ticket has a folded text (`search_folded`, which
/// the search compares), and the column has no index.
async fn before(db: &TestDb) -> Plan {
    db.sql(
        "drop index support_tickets_folded_idx; delete from helpline_migrations where version in (13, 14, 15);
         alter table support_tickets disable trigger user; update support_tickets set search_folded = null;
         alter table support_tickets enable trigger user",
    )
    .await;
    Plan::embedded()
}

/// A query whose result changes if any ticket is modified.
const MARKS: &str =
    "select string_agg(concat(t.updated_at, h.seq, h.last_activity_at), ' ' order by t.id)
                     from support_tickets t join support_ticket_heads h on h.ticket_id = t.id";

#[tokio::test]
async fn tickets_of_before_are_found_before_and_after_they_are_filled_in() {
    let db = TestDb::open().await;
    let old = db.ticket_of(db.customer, "Un cafe\u{301} PRINTER").await;
    let archived = db.ticket_of(db.stranger, "ΛΌΓΟΣ PRINTER").await;
    db.sql(&format!(
        "update support_tickets set archived_at = now(), legal_hold = true where id = '{archived}'"
    ))
    .await;
    let plan = before(&db).await;
    let marks: String = db.ask(MARKS).await;
    let tallies = "select (select coalesce(sum(amount), 0) from support_ticket_tally_deltas)::text || (select count(*) from support_ticket_activity)";
    let history: String = db.ask(tallies).await;
    // While the index on `search_folded` does not exist, old tickets must be found by their
    // original words and by their folded words (made comparable for the search). New and changed
    // tickets get their folded text at once.
    let new = db.ticket_of(db.customer, "Große Straße PRINTER").await;
    let archive = async |text: &str| {
        let query = ListQuery {
            archived: true,
            ..search(text)
        };
        let page = list_for_staff(&db.store, db.reader(db.agent), &query).await;
        let mut found: Vec<_> = page.unwrap().tickets.iter().map(|t| t.id).collect();
        found.sort_unstable_by_key(|id| id.uuid());
        found
    };
    let finds = async || {
        for (text, found) in [
            ("printer", vec![old, archived, new]),
            ("printer CAFÉ", vec![old]),
            ("λόγος", vec![archived]),
            ("STRASSE", vec![new]),
            ("TKT-000001", vec![old]),
            ("%%%", vec![]),
        ] {
            assert_eq!(archive(text).await, found, "{text}");
        }
        // The search function of the previous build must still work.
        let session = db.session("helpline_staff", db.agent).await;
        let sql = "select support_find_tickets(array['%printer%'], '{}', 10)";
        assert_eq!(session.query(sql, &[]).await.unwrap().len(), 3);
    };
    finds().await;
    let unfilled = "select count(*) from support_tickets where search_folded is null";
    assert_eq!(db.ask::<i64>(unfilled).await, 2);
    db.sql(&format!(
        "update support_tickets set priority = 'high' where id = '{old}'"
    ))
    .await;
    assert_eq!(db.ask::<i64>(unfilled).await, 1);
    db.sql("alter table support_tickets disable trigger user; update support_tickets set search_folded = null; alter table support_tickets enable trigger user").await;
    let (marks_now, history_now): (String, String) = (db.ask(MARKS).await, db.ask(tallies).await);
    assert_ne!((marks, history), (marks_now.clone(), history_now.clone()));

    let url = cluster().await.admin_url(&db.database);
    let applied = migrate::apply(&url, &Names::default(), &plan)
        .await
        .unwrap();
    assert_eq!(
        applied,
        [
            "V13__search_folded_of_before",
            "V14__search_folded_index",
            "V15__search_folded_of_meanwhile"
        ]
    );
    assert_eq!(db.ask::<i64>(unfilled).await, 0);
    let folded: String = db
        .ask("select string_agg(search_folded, '; ' order by id) from support_tickets")
        .await;
    assert_eq!(
        folded,
        "tkt-000001 un café printer carla@example.org; tkt-000002 λογοσ printer stan@example.org; tkt-000003 grosse strasse printer carla@example.org"
    );
    assert_eq!(
        db.ask::<String>(MARKS).await,
        marks_now,
        "filling in the column must not change the ticket"
    );
    assert_eq!(db.ask::<String>(tallies).await, history_now);
    finds().await;
    // After the subject changes, the ticket must be found by the new words and no longer by the old
    // words.
    db.sql(&format!(
        "update support_tickets set subject = 'ТЕПЕРЬ' where id = '{old}'"
    ))
    .await;
    assert_eq!(db.staff_find("теперь").await, [old]);
    assert_eq!(db.staff_find("café").await, []);
}

#[tokio::test]
async fn a_ticket_whose_insert_was_open_while_the_others_were_filled_in_is_found_too() {
    let db = TestDb::open().await;
    db.ticket_of(db.customer, "Printer").await;
    let plan = before(&db).await;
    let writer = db.another_admin().await;
    // Insert a ticket without `search_folded`, as an instance of the previous build would, in a
    // transaction that stays open during the backfill.
    writer
        .batch_execute(
            "begin; set local session_replication_role = replica;
             insert into support_tickets (ticket_number, user_id, subject, search_folded)
             select 'TKT-009999', user_id, 'Meanwhile', null from support_tickets limit 1",
        )
        .await
        .unwrap();
    let url = cluster().await.admin_url(&db.database);
    let migrated =
        tokio::spawn(async move { migrate::apply(&url, &Names::default(), &plan).await });
    until("the others are filled in", async || {
        db.ask("select exists (select from helpline_migrations where version = 13)")
            .await
    })
    .await;
    writer.batch_execute("commit").await.unwrap();
    migrated.await.unwrap().unwrap();
    let unfilled = "select count(*) from support_tickets where search_folded is null";
    assert_eq!(db.ask::<i64>(unfilled).await, 0);
}
