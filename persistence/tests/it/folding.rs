//! Compares the SQL function `support_fold` with Rust's Unicode tables, from which the function's
//! own table is generated. The function folds texts (makes them comparable) for the search. Also
//! tests that folding a folded text changes nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rand::seq::IndexedRandom as _;

use crate::test_db::TestDb;

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../migrations/functions/support_fold.sql"
);
const WIDTH: usize = 140;
/// The Unicode version from which the table in `support_fold` was generated. With a compiler that
/// has a later version, the entries must still be correct, but may be incomplete.
const WRITTEN_FROM: (u8, u8, u8) = (17, 0, 0);

/// Characters that are invisible, or only change how their neighbours look
/// (`Default_Ignorable_Code_Point`).
const UNSEEN: &[(u32, u32)] = &[
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
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

/// Converts a letter to the case that is used for comparison.
fn in_one_case(c: char) -> String {
    match c {
        'ß' | 'ẞ' => "ss".into(),
        'İ' | 'ı' => "i".into(),
        c => {
            // Convert to upper case first. Two lower-case forms of one letter (ς and σ) then give
            // the same result.
            let mut upper = c.to_uppercase();
            let upper = match (upper.next(), upper.next()) {
                (Some(upper), None) => upper,
                _ => c,
            };
            let mut lower = upper.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(lower), None) => lower.to_string(),
                _ => c.to_string(),
            }
        }
    }
}

/// Returns every letter that folding (making texts comparable for the search) changes, with its
/// replacement.
async fn entries(db: &TestDb) -> BTreeMap<char, String> {
    let mut entries: BTreeMap<char, String> = ('\u{80}'..=char::MAX)
        .map(|c| (c, in_one_case(c)))
        .filter(|(c, folded)| *folded != c.to_string())
        .collect();
    // Select Greek letters with accents, and remove the accents. An iota below a letter becomes a
    // separate letter after it, as in upper case.
    let greek = "select n, replace(normalize(regexp_replace(normalize(chr(n), nfd), '[\u{300}\u{301}\u{313}\u{314}\u{342}]', '', 'g'), nfd), U&'\\0345', 'ι')
                 from (select generate_series(x'370'::int, x'3ff'::int) union all select generate_series(x'1f00'::int, x'1fff'::int)) g (n)
                 where chr(n) is nfkc normalized and chr(n) <> normalize(chr(n), nfd)";
    for row in db.admin.query(greek, &[]).await.unwrap() {
        let (n, bare): (i32, String) = (row.get(0), row.get(1));
        let c = char::from_u32(u32::try_from(n).unwrap()).unwrap();
        let bare: String = bare.chars().map(in_one_case).collect();
        let sql = "select normalize($1::text, nfc)";
        let folded: String = db.admin.query_one(sql, &[&bare]).await.unwrap().get(0);
        if folded == c.to_string() {
            entries.remove(&c);
        } else {
            entries.insert(c, folded);
        }
    }
    entries
}

fn escaped(n: u32) -> String {
    if n > 0xFFFF {
        format!("\\U{n:08X}")
    } else {
        format!("\\u{n:04X}")
    }
}

/// Splits the pieces into SQL string literals, one per line, which SQL concatenates.
fn literals(pieces: impl IntoIterator<Item = String>) -> String {
    let mut lines = vec![String::new()];
    for piece in pieces {
        let line = lines.last_mut().unwrap();
        if line.chars().count() + piece.chars().count() > WIDTH {
            lines.push(piece);
        } else {
            line.push_str(&piece);
        }
    }
    lines.iter().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "'{line}'");
        text
    })
}

/// Returns a character class of a regular expression that matches every letter that folding (making
/// texts comparable for the search) changes or removes.
fn letters(entries: &BTreeMap<char, String>) -> String {
    let mut ranges: Vec<(u32, u32)> = entries
        .keys()
        .map(|&c| (u32::from(c), u32::from(c)))
        .chain(UNSEEN.iter().copied())
        .collect();
    ranges.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::new();
    for (from, to) in ranges {
        match joined.last_mut() {
            Some(last) if last.1 + 1 == from => last.1 = to,
            _ => joined.push((from, to)),
        }
    }
    let ranges = joined.into_iter().map(|(from, to)| {
        if from == to {
            escaped(from)
        } else {
            format!("{}-{}", escaped(from), escaped(to))
        }
    });
    literals(
        std::iter::once("[".into())
            .chain(ranges)
            .chain(std::iter::once("]".into())),
    )
}

/// Returns a JSON object that maps each letter to its replacement.
fn table(entries: &BTreeMap<char, String>) -> String {
    let last = entries.len() - 1;
    literals(entries.iter().enumerate().map(|(n, (from, to))| {
        let (before, behind) = (
            if n == 0 { "{" } else { "" },
            if n == last { "}" } else { "," },
        );
        format!("{before}\"{from}\":\"{to}\"{behind}")
    }))
}

/// Returns the text `file` of an SQL file, with its generated sections replaced by new ones.
async fn written(db: &TestDb, file: &str) -> String {
    let entries = entries(db).await;
    let mut text = file.to_owned();
    for (name, made) in [("letters", letters(&entries)), ("entries", table(&entries))] {
        let mark = format!("-- generated: {name}\n");
        let (before, rest) = text.split_once(&mark).unwrap();
        let (_, behind) = rest.split_once("-- end\n").unwrap();
        text = format!("{before}{mark}{made}-- end\n{behind}");
    }
    text
}

#[tokio::test]
#[ignore = "writes migrations/functions/support_fold.sql"]
async fn write_support_fold() {
    let db = TestDb::open().await;
    let file = std::fs::read_to_string(FILE).unwrap();
    std::fs::write(FILE, written(&db, &file).await).unwrap();
}

#[tokio::test]
async fn the_table_is_the_one_of_unicode() {
    let db = TestDb::open().await;
    let file = std::fs::read_to_string(FILE).unwrap();
    if char::UNICODE_VERSION == WRITTEN_FROM {
        assert!(
            written(&db, &file).await == file,
            "see `write_support_fold`; a released function changes under a new name alone"
        );
    }
    // A folded letter's replacement must not contain a letter that folding would change again.
    let entries = entries(&db).await;
    for (from, to) in &entries {
        assert!(
            to.chars().all(|c| !entries.contains_key(&c)),
            "{from} → {to}"
        );
        assert!(!to.contains(['"', '\\', '\'']), "{from} → {to}");
    }
}

impl TestDb {
    /// Returns the pairs whose two texts differ after folding (making them comparable for the
    /// search). A test expects none.
    async fn unlike(&self, texts: &[(String, String)]) -> Vec<String> {
        let (some, others): (Vec<_>, Vec<_>) = texts.iter().cloned().unzip();
        let sql = "select a || ' → ' || support_fold(a) || ', ' || b || ' → ' || support_fold(b) || ' ' || encode(convert_to(a, 'UTF8'), 'hex')
                   from unnest($1::text[], $2::text[]) u (a, b) where support_fold(a) <> support_fold(b)";
        let rows = self.admin.query(sql, &[&some, &others]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Returns the texts whose folded form changes when it is folded again, or depends on the
    /// text's Unicode normalization form. A test expects none.
    async fn unsteady(&self, texts: &[String]) -> Vec<String> {
        let sql = "select a || ' → ' || f || ' → ' || support_fold(f) || ' ' || encode(convert_to(a, 'UTF8'), 'hex')
                   from (select a, support_fold(a) as f from unnest($1::text[]) u (a)) u
                   where f <> support_fold(f) or f <> support_fold(normalize(a, nfd)) or f <> support_fold(normalize(a, nfc))
                      or f <> support_fold(normalize(a, nfkd)) or f is not nfkc normalized";
        let rows = self.admin.query(sql, &[&texts]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

#[tokio::test]
async fn every_letter_meets_its_other_case_and_every_character_its_other_compositions() {
    let db = TestDb::open().await;
    let all: Vec<char> = ('\u{1}'..=char::MAX).collect();
    let cases: Vec<(String, String)> = all
        .iter()
        .flat_map(|c| {
            let upper: String = c.to_uppercase().collect();
            let lower: String = c.to_lowercase().collect();
            [(c.to_string(), upper), (c.to_string(), lower)]
        })
        .filter(|(one, other)| one != other)
        .collect();
    assert!(cases.len() > 2_800, "{}", cases.len());
    assert_eq!(db.unlike(&cases).await, Vec::<String>::new());
    // Skip the Unicode planes that contain no letters. Test only a sample of the Chinese characters
    // and Korean syllables: there are many of them, and they have no case.
    let is_one_of_many = |c: char| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{20000}'..='\u{2ffff}');
    let (from, to) = ('\u{2ffff}', '\u{e0fff}');
    let some: Vec<char> = all
        .into_iter()
        .filter(|c| *c <= from || ('\u{e0000}'..=to).contains(c))
        .filter(|c| !is_one_of_many(*c) || u32::from(*c) % 16 == 0)
        .collect();
    for portion in some.chunks(100_000) {
        let texts: Vec<String> = portion.iter().map(char::to_string).collect();
        assert_eq!(db.unsteady(&texts).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_is_folded_stays_folded_and_is_alike_in_either_case() {
    let db = TestDb::open().await;
    let pool: Vec<char> = "aiIİıßẞſsStT éÉΣσςοΌΐΪᾳᾼὼᾱᾈρῥжЁҐẗǰŉǅﬁﬃ％ＡｉΩK½ㅎ하\u{1112}\u{1161}\u{11ab}カｶ\u{3099}ﾞ\
         \u{300}\u{301}\u{304}\u{307}\u{308}\u{313}\u{314}\u{323}\u{328}\u{342}\u{345}\u{200d}\u{ad}\u{fe0f}\u{651}\u{64b}ﷺن"
        .chars()
        .collect();
    let mut random = rand::rng();
    let texts: Vec<String> = (0..15_000)
        .map(|n| {
            (0..2 + n % 7)
                .map(|_| *pool.choose(&mut random).unwrap())
                .collect()
        })
        .collect();
    assert_eq!(db.unsteady(&texts).await, Vec::<String>::new());
    // Upper-case and lower-case forms of texts that are not normalized must become the same text
    // when they are folded for the search. Skip the iota below a letter: its capital form would
    // separate the letter from the combining characters that follow.
    let cases: Vec<_> = texts
        .iter()
        .filter(|text| !text.contains(['\u{345}', 'ᾳ', 'ᾼ']))
        .map(|text| (text.to_uppercase(), text.to_lowercase()))
        .collect();
    assert_eq!(db.unlike(&cases).await, Vec::<String>::new());
}

#[tokio::test]
async fn no_message_takes_long_to_fold() {
    let db = TestDb::open().await;
    // The slowest texts to fold (make comparable) for the search: long runs of combining
    // characters, which Postgres sorts in quadratic time; combining characters separated by
    // characters that are removed; and every letter that folding changes.
    let marks = format!("x{}{}", "\u{301}".repeat(3_900), "\u{323}".repeat(3_900));
    let iotas = format!("α{}{}", "\u{345}".repeat(4_000), "\u{323}".repeat(4_000));
    let dots = format!("i{}", "\u{307}\u{323}".repeat(4_000));
    let parted = format!("x{}", "\u{301}\u{34f}\u{323}".repeat(2_700));
    let cased: String = ('\u{80}'..=char::MAX)
        .filter(|c| in_one_case(*c) != c.to_string())
        .cycle()
        .take(6_000)
        .collect();
    db.sql("set statement_timeout = '1s'").await;
    for text in [marks, iotas, dots, parted, cased] {
        let sql = "select char_length(support_fold($1::text || repeat('', n))) from generate_series(1, 8) n";
        if let Err(error) = db.admin.query(sql, &[&text]).await {
            panic!("{}…: {error:?}", text.chars().take(9).collect::<String>());
        }
    }
}
