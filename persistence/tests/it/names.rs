//! Tests which part of a staff member's name customers see. Only the database contains this rule.
//! Words are separated by any Unicode white space.

use helpline_core::limits;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use crate::test_db::TestDb;

/// All characters with the Unicode property White_Space.
fn white_space() -> impl Iterator<Item = char> {
    ('\u{1}'..=char::MAX).filter(|c| c.is_whitespace())
}

/// Ranges of the characters with the Unicode property Bidi_Control.
const BIDI_CONTROL: &[(u32, u32)] = &[
    (0x061C, 0x061C),
    (0x200E, 0x200F),
    (0x202A, 0x202E),
    (0x2066, 0x2069),
];

/// Ranges of the characters with the Unicode property Default_Ignorable_Code_Point.
const DEFAULT_IGNORABLE: &[(u32, u32)] = &[
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
];

fn invisible() -> Vec<char> {
    let listed = BIDI_CONTROL
        .iter()
        .chain(DEFAULT_IGNORABLE)
        .flat_map(|(from, to)| *from..=*to)
        .filter_map(char::from_u32);
    let control = ('\u{1}'..'\u{20}').chain('\u{7F}'..'\u{A0}');
    white_space().chain(listed).chain(control).collect()
}

impl TestDb {
    async fn public_names(&self, names: &[String]) -> Vec<Option<String>> {
        let sql = "select support_public_name(n) from unnest($1::text[]) with ordinality as u (n, i) order by i";
        self.admin
            .query(sql, &[&names])
            .await
            .unwrap()
            .iter()
            .map(|row| row.get(0))
            .collect()
    }
}

#[tokio::test]
async fn whatever_stands_invisibly_between_two_names_the_second_is_not_shown() {
    let db = TestDb::open().await;
    let between = invisible();
    assert!(between.len() > 4_000);
    for (shape, shown) in [
        (
            &(|c: char| format!("Grace{c}Hopper")) as &dyn Fn(char) -> String,
            Some("Grace"),
        ),
        (&|c| format!("{c}Grace{c}{c}Hopper{c}"), Some("Grace")),
        (&|c| format!("{c} {c}Grace Hopper"), Some("Grace")),
        (&|c| format!("Grace{c}"), Some("Grace")),
        (&|c| format!("{c}"), None),
        (&|c| format!("grace{c}@example.org"), None),
        (&|c| format!("grace.hopper{c}@{c}example.org"), None),
    ] {
        let names: Vec<String> = between.iter().map(|c| shape(*c)).collect();
        for (c, found) in between.iter().zip(db.public_names(&names).await) {
            assert_eq!(
                found.as_deref(),
                shown,
                "U+{:04X} in {:?}",
                u32::from(*c),
                shape('·')
            );
        }
    }
}

#[tokio::test]
async fn names_as_people_and_directories_write_them() {
    let db = TestDb::open().await;
    let cases: &[(&str, Option<&str>)] = &[
        ("Grace Hopper", Some("Grace")),
        ("Grete\u{a0}Vornehm", Some("Grete")),
        ("Hopper,Grace", Some("Grace")),
        ("Hopper, Grace M.", Some("Grace")),
        ("Dr. Hopper, Grace", Some("Grace")),
        ("Prof. Dr. Hopper; Grace", Some("Grace")),
        ("Hopper\u{FE50} Grace", Some("Grace")),
        ("Hopper\u{FF64}Grace", Some("Grace")),
        ("Hopper\u{1363} Grace", Some("Grace")),
        ("Hopper, ", None),
        ("Hopper, grace@example.org", None),
        ("Grace\u{1361}Hopper", Some("Grace")),
        ("Grace\u{FFFC}Hopper", Some("Grace")),
        ("Grace\u{1F600}Hopper", Some("Grace")),
        ("\u{1F600} Grace", Some("Grace")),
        ("\u{1F600}", None),
        ("grace.hopper @example.org", None),
        ("grace.hopper@ example.org", None),
        ("Grace Hopper, PhD", Some("Grace")),
        ("Dr. Grace Hopper", Some("Grace")),
        ("Prof. Dr. Grace Hopper", Some("Grace")),
        ("Dr.Grace Hopper", Some("Grace")),
        ("Dr", Some("Dr")),
        ("grace.hopper", Some("grace")),
        ("grace_hopper", Some("grace")),
        ("(Grace) Hopper", Some("Grace")),
        ("“Grace” Hopper", Some("Grace")),
        ("Grace <grace.hopper@example.org>", Some("Grace")),
        ("grace.hopper@example.org", None),
        ("grace.hopper＠example.org", None),
        ("<grace.hopper@example.org>", None),
        ("+43 660 1234567", None),
        ("", None),
        (" \u{a0}\u{200b} ", None),
        ("Anne-Marie O'Neil", Some("Anne-Marie")),
        ("O’Neil Kim", Some("O’Neil")),
        ("Marcel·lí Riba", Some("Marcel·lí")),
        ("Nguyễn Văn A", Some("Nguyễn")),
        ("علی\u{200c}رضا احمدی", Some("علی\u{200c}رضا")),
        ("ශ්\u{200d}රී ලංකා", Some("ශ්\u{200d}රී")),
        ("グレース・ホッパー", Some("グレース")),
        ("葛\u{e0100}城 太郎", Some("葛\u{e0100}城")),
        ("שרה לוי", Some("שרה")),
        ("👩\u{200d}💻 Grace", Some("Grace")),
    ];
    let names: Vec<String> = cases.iter().map(|(name, _)| (*name).to_owned()).collect();
    for ((name, shown), found) in cases.iter().zip(db.public_names(&names).await) {
        assert_eq!(found.as_deref(), *shown, "{name:?}");
    }
    let long = db.public_names(&["x".repeat(limits::NAME_CHARS_MAX)]).await;
    assert_eq!(
        long[0].as_ref().map(|name| name.chars().count()),
        Some(limits::PUBLIC_NAME_CHARS_MAX)
    );
}

#[tokio::test]
async fn whatever_the_name_what_is_shown_is_one_visible_word_and_stays_what_it_is() {
    const PARTS: &[&str] = &[
        "Grace",
        "Hopper",
        "é",
        "e\u{301}",
        "Ж",
        "علی",
        "王",
        "ස්",
        "👩",
        "7",
        "@",
        "＠",
        ".",
        ",",
        "、",
        "-",
        "'",
        "’",
        "·",
        "(",
        "Dr",
        "Dr.",
        " ",
        " ",
        "\u{a0}",
        "\u{200b}",
        "\u{200c}",
        "\u{200d}",
        "\u{fe0f}",
        "\u{202e}",
        "\u{2066}",
        "\u{34f}",
        "\u{e0100}",
        "\u{3000}",
        "\n",
        "\u{7f}",
        "\u{2800}",
    ];
    let db = TestDb::open().await;
    let mut random = rand::rngs::StdRng::seed_from_u64(7);
    let names: Vec<String> = (0..4_000)
        .map(|_| {
            (0..random.random_range(0..12))
                .map(|_| *PARTS.choose(&mut random).unwrap())
                .collect()
        })
        .collect();
    let shown = db.public_names(&names).await;
    let again = db
        .public_names(
            &shown
                .iter()
                .map(|name| name.clone().unwrap_or_default())
                .collect::<Vec<_>>(),
        )
        .await;
    for ((name, shown), again) in names.iter().zip(&shown).zip(&again) {
        assert_eq!(shown, again, "{name:?}: the rule applied twice");
        let Some(shown) = shown else { continue };
        assert!(
            !shown.is_empty() && shown.chars().count() <= limits::PUBLIC_NAME_CHARS_MAX,
            "{name:?}: {shown:?}"
        );
        assert!(
            !shown.contains(|c: char| c.is_whitespace()
                || c.is_control()
                || "@＠.,、(\u{200b}\u{202e}\u{2066}\u{2800}".contains(c)),
            "{name:?}: {shown:?}"
        );
    }
}

#[tokio::test]
async fn a_name_reaches_every_column_that_customers_read() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    db.sql(&format!(
        "update people set display_name = E'Grete\\u00a0Vornehm' where id = '{}'",
        db.agent
    ))
    .await;
    db.sql(&format!(
        "update support_tickets set assigned_to = '{}'",
        db.agent
    ))
    .await;
    db.send(crate::test_db::message(ticket, db.agent, "Let me look."))
        .await;
    let rows = db.history(ticket).await;
    assert!(
        rows.iter()
            .any(|row| row.public_actor_name.as_deref() == Some("Grete"))
    );
    let sql = "select (select assignee_name from support_tickets), (select first_name from people where display_name ~ 'Vornehm'), \
        (select public_new_value from support_ticket_activity where kind = 'assigned')";
    let row = db.admin.query_one(sql, &[]).await.unwrap();
    assert_eq!(
        [0, 1, 2].map(|n| row.get::<_, Option<String>>(n)),
        [
            Some("Grete".to_owned()),
            Some("Grete".to_owned()),
            Some("Grete".to_owned())
        ]
    );
    // If a person's name is an email address, customers must see no part of it.
    db.sql(&format!(
        "update people set display_name = 'grete.vornehm@example.org' where id = '{}'",
        db.agent
    ))
    .await;
    while helpline_persistence::people::follow(&db.store)
        .await
        .unwrap()
    {}
    assert_eq!(
        db.ask::<Option<String>>("select assignee_name from support_tickets")
            .await,
        None
    );
}
