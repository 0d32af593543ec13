//! Compares what this crate reads with what Python's `email` package reads, over the corpus and mails made from a seed. Both must agree
//! on senders, recipients, subject, id, date, text and files, except for the differences that are listed with their reason.

#[path = "../kit/mod.rs"]
mod kit;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use helpline_core::file_name;
use helpline_mail::{Mail, Sender, SenderFault, parse};
use serde_json::Value;

/// Mails that are made, besides the corpus.
const MADE: u64 = 400;

/// A difference that is right: (mail, field or all, reason).
type Allowed = (&'static str, &'static str, &'static str);

const POSTAL_MIME: &[Allowed] = &[
    (
        "mail_parser/malformed/005",
        "text",
        "an end of parts that is also a beginning: we read the end, as Python does",
    ),
    ("mail_parser/malformed/015", "files", LAST_NEWLINE),
    (
        "mail_parser/malformed/017",
        "files",
        "a forgotten semicolon before the boundary: we find the part",
    ),
    (
        "mail_parser/malformed/019",
        "date",
        "a header's name with a space",
    ),
    (
        "mail_parser/thirdparty/002",
        "files",
        "garbage as base64 text: we make a file of it",
    ),
    (
        "mail_parser/thirdparty/002",
        "text",
        "garbage as base64 text: we make a file of it",
    ),
    (
        "mail_parser/thirdparty/005",
        "text",
        "half of a UTF-16 line end",
    ),
    ("mail_parser/thirdparty/006", "files", LAST_NEWLINE),
    (
        "mail_parser/thirdparty/007",
        "from",
        "an address without a domain is a named fault",
    ),
    ("mail_parser/thirdparty/008", "files", LAST_NEWLINE),
    ("mail_parser/thirdparty/009", "files", LAST_NEWLINE),
    ("mail_parser/thirdparty/012", "files", LAST_NEWLINE),
    ("mail_parser/thirdparty/013", "files", LAST_NEWLINE),
    (
        "own/invitation",
        "files",
        "postal-mime changes the line ends of a calendar file",
    ),
];
const LAST_NEWLINE: &str = "postal-mime ends a file of text with a newline that is the delimiter's";

const PYTHON: &[Allowed] = &[
    (
        "mail_parser/malformed/007",
        "text",
        "only an end of parts: we show the body, Python shows nothing",
    ),
    (
        "mail_parser/malformed/017",
        "files",
        "a forgotten semicolon before the boundary: we find the part",
    ),
    (
        "mail_parser/malformed/019",
        "",
        "a header's name with a space: we skip it, for Python the body begins",
    ),
    (
        "mail_parser/thirdparty/002",
        "files",
        "garbage as base64 text: we make a file of it",
    ),
    (
        "mail_parser/thirdparty/007",
        "from",
        "an address without a domain is a named fault",
    ),
    (
        "mail_parser/thirdparty/009",
        "files",
        "a partial message: Python reads the mail inside",
    ),
    (
        "mail_parser/thirdparty/012",
        "files",
        "a folded boundary: we find the parts",
    ),
    (
        "mail_parser/thirdparty/016",
        "text",
        "a picture has a placeholder",
    ),
    (
        "mail_parser/thirdparty/018",
        "text",
        "a picture has a placeholder",
    ),
];

/// The mails: (name, bytes).
fn mails() -> Vec<(String, Vec<u8>)> {
    let mut mails = kit::corpus();
    mails.extend((0..MADE).map(|seed| (format!("made/{seed}"), kit::Maker::new(seed).mail())));
    assert!(mails.len() >= 300);
    mails
}

fn words(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn lower_sorted(addresses: impl Iterator<Item = String>) -> Vec<String> {
    let mut found: Vec<_> = addresses.map(|address| address.to_lowercase()).collect();
    found.sort();
    found
}

fn list(value: &Value) -> impl Iterator<Item = String> + '_ {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
}

/// Leaves that are text to be read, by the rules of both programs.
fn is_text(leaf: &Value) -> bool {
    let is_text = leaf["type"] == "text/plain" || leaf["type"] == "text/html";
    is_text && leaf["name"].is_null() && leaf["disposition"] != "attachment"
}

/// The fields in which two readings differ, each with both values.
fn differences(
    mail: &Mail,
    other: &Value,
    texts_compared: &mut usize,
) -> BTreeMap<&'static str, String> {
    let mut found = BTreeMap::new();
    let mut compare = |field: &'static str, ours: String, theirs: String| {
        if ours != theirs {
            found.insert(field, format!("ours   {ours}\n    theirs {theirs}"));
        }
    };
    let theirs = lower_sorted(list(&other["from"]));
    let ours = match &mail.from {
        Sender::One(mailbox) => vec![mailbox.address_lower()],
        Sender::Fault(SenderFault::Missing) => vec![],
        // Both agree that there is no single sender.
        Sender::Fault(SenderFault::Several) if theirs.len() > 1 => theirs.clone(),
        Sender::Fault(fault) => vec![format!("{fault:?}")],
    };
    compare("from", format!("{ours:?}"), format!("{theirs:?}"));
    let to = mail
        .recipients
        .iter()
        .filter(|to| to.header == helpline_mail::RecipientHeader::To);
    let ours = lower_sorted(to.map(|to| to.mailbox.address.clone()));
    compare(
        "to",
        format!("{ours:?}"),
        format!("{:?}", lower_sorted(list(&other["to"]))),
    );
    if let Some(subject) = other["subject"].as_str() {
        compare("subject", words(&mail.subject), words(subject));
    }
    let id = other["message_id"]
        .as_str()
        .map(|id| id.trim_matches(['<', '>']).to_owned());
    compare(
        "message_id",
        format!("{:?}", mail.message_id),
        format!("{id:?}"),
    );
    #[allow(clippy::cast_possible_truncation, reason = "whole seconds")]
    let date = other["date_s"].as_f64().map(|date| date as i64);
    compare("date", format!("{:?}", mail.date_s), format!("{date:?}"));

    let leaves = other["leaves"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let texts: Vec<_> = leaves.iter().filter(|leaf| is_text(leaf)).collect();
    if let ([only], None) = (texts.as_slice(), &mail.report)
        && let Some(text) = only["text"].as_str()
    {
        compare("text", words(&mail.text), words(text));
        *texts_compared += 1;
    }
    let (sizes, names) = their_files(leaves);
    compare("files", our_sizes(mail), sizes);
    let has_name = |name: &String| mail.attachments.iter().any(|file| file.name == *name);
    compare(
        "names",
        String::new(),
        names.into_iter().filter(|name| !has_name(name)).collect(),
    );
    found
}

/// Sizes of the files. A mail in a mail has none: Python does not keep its bytes.
fn our_sizes(mail: &Mail) -> String {
    let size = |file: &helpline_mail::Attachment| match file.declared_type.as_str() {
        "message/rfc822" | "message/global" => "mail".to_owned(),
        _ => file.bytes.len().to_string(),
    };
    let mut sizes: Vec<_> = mail
        .attachments
        .iter()
        .map(size)
        .filter(|size| size != "0")
        .collect();
    sizes.sort();
    sizes.join(" ")
}

/// Sizes of the files as Python sees them, and the names of those that have one.
fn their_files(leaves: &[Value]) -> (String, Vec<String>) {
    let is_file = |leaf: &&Value| {
        let kind = leaf["type"].as_str().unwrap_or_default();
        let is_text = matches!(kind, "text/plain" | "text/html") || kind.starts_with("multipart/");
        let is_for_programs = matches!(kind, "message/delivery-status" | "text/rfc822-headers");
        let is_named = leaf["disposition"] == "attachment" || !leaf["name"].is_null();
        !is_for_programs && (!is_text || is_named)
    };
    let files: Vec<_> = leaves.iter().filter(is_file).collect();
    let size = |leaf: &&Value| match leaf["is_mail"] == true {
        true => "mail".to_owned(),
        false => leaf["size"].to_string(),
    };
    let mut sizes: Vec<_> = files.iter().map(size).filter(|size| size != "0").collect();
    sizes.sort();
    let names = files
        .iter()
        .filter_map(|leaf| leaf["name"].as_str())
        .map(file_name::cleaned);
    (sizes.join(" "), names.collect())
}

/// Compares all mails with the readings of a program, which prints one JSON object per file.
fn compare(name: &str, mut program: Command, allowed: &[Allowed]) {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&dir).expect("a directory");
    let mails = mails();
    for (n, (_, raw)) in mails.iter().enumerate() {
        let path = dir.join(format!("{n}.eml"));
        std::fs::write(&path, raw).expect("a mail is written");
        program.arg(path);
    }
    let output = program.output().expect("the program is installed");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .expect("UTF-8")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), mails.len());
    let (mut differ, mut faults, mut texts) = (Vec::new(), 0, 0);
    let mut used = BTreeSet::new();
    for ((name, raw), other) in mails.iter().zip(&lines) {
        if other["fault"].is_string() {
            faults += 1;
            continue;
        }
        let mail = match parse(raw) {
            Ok(mail) => mail,
            Err(fault) => {
                differ.push(format!("{name}: {fault}"));
                continue;
            }
        };
        for (field, values) in differences(&mail, other, &mut texts) {
            let is_entry = |(mail, field_allowed, _): &Allowed| {
                (field_allowed.is_empty() || *field_allowed == field) && name == mail
            };
            match allowed.iter().position(is_entry) {
                Some(n) => drop(used.insert(n)),
                None => differ.push(format!("{name} {field}:\n    {values}")),
            }
        }
    }
    println!(
        "{name}: {} mails, {texts} texts compared, {faults} mails that the other cannot read",
        mails.len()
    );
    assert!(
        differ.is_empty(),
        "{} differences:\n{}",
        differ.len(),
        differ.join("\n")
    );
    assert!(texts >= 100, "{texts} texts");
    let unused: Vec<_> = (0..allowed.len())
        .filter(|n| !used.contains(n))
        .map(|n| allowed[n])
        .collect();
    assert!(unused.is_empty(), "no longer differences: {unused:?}");
}

fn beside(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/differential")
        .join(file)
}

#[test]
#[ignore = "runs in make test-world"]
fn python_reads_the_same() {
    let mut python = Command::new("python3");
    python.arg(beside("oracle.py"));
    compare("differential-python", python, PYTHON);
}

#[test]
#[ignore = "runs in make test-world"]
fn postal_mime_reads_the_same() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postal-mime");
    let module = dir.join("node_modules/postal-mime/dist/esm/postal-mime.js");
    if !module.exists() {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--silent", "--prefix"])
            .arg(&dir);
        assert!(
            npm.arg("postal-mime@4.0.0")
                .status()
                .expect("npm is installed")
                .success()
        );
    }
    let mut node = Command::new("node");
    node.arg(beside("oracle.mjs")).arg(module);
    compare("differential-postal-mime", node, POSTAL_MIME);
}

/// Pieces of hostile `From` headers.
const SENDER_PIECES: [&str; 22] = [
    "a@b.example",
    "boss@corp.example",
    "<",
    ">",
    "<x@evil.example>",
    "\"",
    "\\",
    "(",
    ")",
    ",",
    ";",
    ":",
    " ",
    "Ann",
    "=?UTF-8?Q?a=40b=2Eexample?=",
    "=?UTF-8?Q?=22?=",
    "=?UTF-8?B?PGFAYi5leGFtcGxlPg==?=",
    "@",
    "\"boss@corp.example\"",
    "(c@d.example)",
    "\t",
    ".",
];

/// If we name a sender, Python names the same one: a mail must not be one person's for the server that checked it and another's for us.
#[test]
#[ignore = "runs in make test-world"]
fn no_hostile_sender_is_another_persons_for_python() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("differential-senders");
    std::fs::create_dir_all(&dir).expect("a directory");
    let mut random = kit::Seeded::new(7);
    let mut python = Command::new("python3");
    python.arg(beside("oracle.py"));
    let mut lines = Vec::new();
    for n in 0..8_000 {
        let from: String = (0..1 + random.below(6))
            .map(|_| *random.pick(&SENDER_PIECES))
            .collect();
        let path = dir.join(format!("{n}.eml"));
        std::fs::write(&path, format!("From: {from}\r\nSubject: s\r\n\r\nx\r\n")).expect("a mail");
        python.arg(path);
        lines.push(from);
    }
    let output = python.output().expect("python3 is installed");
    let readings = String::from_utf8(output.stdout).expect("UTF-8");
    let (mut named, mut differ) = (0, Vec::new());
    for (from, reading) in lines.iter().zip(readings.lines()) {
        let other: Value = serde_json::from_str(reading).expect("JSON");
        let mail =
            parse(format!("From: {from}\r\nSubject: s\r\n\r\nx\r\n").as_bytes()).expect("a mail");
        if let Some(mailbox) = mail.from.mailbox() {
            named += 1;
            let theirs: Vec<_> = list(&other["from"]).collect();
            if theirs != [mailbox.address.clone()] {
                differ.push(format!(
                    "{from}\n    ours   {}\n    theirs {theirs:?}",
                    mailbox.address
                ));
            }
        }
    }
    println!("{named} of {} headers name a sender", lines.len());
    assert!(named >= 100, "some of the headers are usual");
    assert!(
        differ.is_empty(),
        "{} differ:\n{}",
        differ.len(),
        differ.join("\n")
    );
}
