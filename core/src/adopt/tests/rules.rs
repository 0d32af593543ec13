//! Tests the rules by themselves: words, senders, numbers, times, addresses, and the order of a
//! history.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::adopt::{
    Chats, Column, Judged, Kept, Mapping, Overrides, Row, SourceTicket, Surroundings, judge,
    plain_address, plain_number, time_of,
};

const TICKET: u128 = 1;
const CUSTOMER: u128 = 2;
const AGENT: u128 = 3;
const OTHER: u128 = 4;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn mapping() -> Mapping {
    let overrides = Overrides::default();
    let names = Mapping::table_names(Chats::Tickets, &overrides);
    let set = |columns: &str| {
        let names = columns.split(' ').map(str::to_owned);
        names.map(|name| (name, Column::default())).collect()
    };
    let columns: BTreeMap<String, BTreeMap<String, Column>> = BTreeMap::from([
        (
            names[0].clone(),
            set(
                "id ticket_number user_id subject status priority category customer_rating created_at resolved_at assigned_to",
            ),
        ),
        (
            names[1].clone(),
            set("id ticket_id sender_id sender_type message is_internal created_at"),
        ),
        (
            names[2].clone(),
            set("id ticket_id activity_type actor_id actor_type old_value new_value created_at"),
        ),
    ]);
    Mapping::guess(&names, &columns, &overrides).expect("a mapping")
}

fn row(value: Value) -> Row {
    Row::parse(&value.to_string()).expect("a row")
}

fn ticket(more: Value) -> Row {
    let mut own = json!({"id": id(TICKET), "ticket_number": "TKT-1", "user_id": id(CUSTOMER), "subject": "S", "status": "open",
        "priority": "low", "category": "billing", "created_at": "2025-01-01T00:00:00+00:00"});
    let fields = own.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    row(own)
}

fn message(n: u128, sender: Option<u128>, side: &str, internal: Value) -> Row {
    row(
        json!({"id": id(n), "ticket_id": id(TICKET), "sender_id": sender.map(id), "sender_type": side, "message": format!("text {n}"),
        "is_internal": internal, "created_at": "2025-01-02T00:00:00+00:00"}),
    )
}

fn event(n: u128, kind: &str, actor: u128, side: &str, at: &str) -> Row {
    row(
        json!({"id": id(n), "ticket_id": id(TICKET), "activity_type": kind, "actor_id": id(actor), "actor_type": side, "created_at": at}),
    )
}

fn judged_with(source: &SourceTicket, former: &[u128], kept: &Kept) -> Judged {
    let staff = BTreeSet::from([id(AGENT)]);
    let former = former.iter().map(|n| id(*n)).collect();
    let around = Surroundings {
        staff: &staff,
        assignable: &staff,
        users: None,
        number: None,
        former: &former,
        taken: &BTreeSet::new(),
        kept,
        now: time_of("2026-01-01T00:00:00Z").expect("a time"),
    };
    judge(source, &mapping(), &around).expect("judged")
}

fn judged(ticket: Row, messages: Vec<Row>, activity: Vec<Row>) -> Judged {
    let source = SourceTicket {
        ticket,
        messages,
        activity,
    };
    judged_with(&source, &[], &Kept::default())
}

fn listed(judged: &Judged) -> Vec<(&str, &str)> {
    let findings = judged.findings.iter();
    findings.map(|own| (own.rule, own.field)).collect()
}

#[test]
fn words_count_whatever_their_case_and_unknown_ones_are_listed() {
    for (status, became, is_listed) in [
        ("open", "open", false),
        (" Waiting_On_Customer ", "waiting_on_customer", false),
        ("ABANDONED", "closed", false),
        ("on hold", "open", true),
    ] {
        let judged = judged(ticket(json!({"status": status})), vec![], vec![]);
        assert_eq!(judged.ticket.status, became, "{status}");
        let found = listed(&judged).contains(&("unknown_word", "status"));
        assert_eq!(found, is_listed, "{status}");
    }
}

/// Who a message is by: the row's sender and side, and whether it is a note; and what it becomes.
#[test]
fn senders_are_judged_and_not_believed() {
    let (customer, agent, other) = (Some(CUSTOMER), Some(AGENT), Some(OTHER));
    for (sender, side, note, became, rule) in [
        (customer, "customer", false, (customer, "customer"), ""),
        (
            customer,
            "Admin",
            false,
            (customer, "customer"),
            "sender_is_customer",
        ),
        (
            customer,
            "system",
            false,
            (customer, "customer"),
            "sender_is_customer",
        ),
        (
            customer,
            "customer",
            true,
            (None, "system"),
            "customer_note",
        ),
        (agent, "ADMIN", false, (agent, "admin"), ""),
        (
            agent,
            "customer",
            false,
            (agent, "admin"),
            "sender_is_staff",
        ),
        (agent, "bot", false, (None, "system"), "sender_is_system"),
        (
            other,
            "admin",
            false,
            (other, "admin"),
            "sender_former_staff",
        ),
        (
            other,
            "customer",
            false,
            (other, "admin"),
            "sender_is_stranger",
        ),
        (
            None,
            "customer",
            false,
            (customer, "customer"),
            "sender_deleted",
        ),
    ] {
        let own = message(10, sender, side, json!(note));
        let judged = judged(ticket(json!({})), vec![own], vec![]);
        let message = &judged.messages[0];
        let what = format!("{sender:?} {side} {note}");
        assert_eq!(message.sender_id, became.0.map(id), "{what}");
        assert_eq!(message.sender_type, became.1, "{what}");
        assert_eq!(message.is_internal, note, "{what}");
        let rules: Vec<_> = listed(&judged).iter().map(|own| own.0).collect();
        assert!(
            rule.is_empty() || rules.contains(&rule),
            "{what}: {rules:?}"
        );
    }
    // Without a mark, it stays hidden.
    let judged = judged(
        ticket(json!({})),
        vec![message(10, agent, "admin", Value::Null)],
        vec![],
    );
    assert!(judged.messages[0].is_internal);
}

#[test]
fn a_former_owners_words_stay_a_customers() {
    let source = SourceTicket {
        ticket: ticket(json!({})),
        messages: vec![message(10, Some(OTHER), "customer", json!(false))],
        activity: vec![],
    };
    let side =
        |former: &[u128]| judged_with(&source, former, &Kept::default()).messages[0].sender_type;
    assert_eq!(side(&[]), "admin");
    assert_eq!(side(&[OTHER]), "customer");
    // The opening, which the platform told with the time of the ticket, names its first owner.
    let opened = |at: &str| SourceTicket {
        activity: vec![event(20, "created", OTHER, "customer", at)],
        ..source.clone()
    };
    let side = |source| judged_with(&source, &[], &Kept::default()).messages[0].sender_type;
    assert_eq!(side(opened("2025-01-01T00:00:00+00:00")), "customer");
    assert_eq!(side(opened("2025-01-01T00:00:01+00:00")), "admin");
}

#[test]
fn numbers_are_kept_or_made_usable() {
    let unusable = "123e4567-e89b-12d3-a456-426614174000";
    for (number, became, rule) in [
        ("TKT-000001", "TKT-000001", None),
        (" TKT-7 ", "TKT-7", Some("number_changed")),
        ("", "ADOPTED-000000000000", Some("number_missing")),
        ("...", "ADOPTED-...", Some("number_changed")),
        (
            unusable,
            &format!("ADOPTED-{unusable}"),
            Some("number_changed"),
        ),
    ] {
        let (own, why) = plain_number(number, id(TICKET));
        assert_eq!((own.as_str(), why), (became, rule), "{number}");
    }
}

#[test]
fn the_opening_stands_first_and_a_message_before_what_it_caused() {
    let at = "2025-01-02T00:00:00+00:00";
    let judged = judged(
        ticket(json!({})),
        vec![
            message(10, Some(CUSTOMER), "customer", json!(false)),
            message(30, Some(AGENT), "admin", json!(true)),
        ],
        vec![
            event(20, "status_changed", AGENT, "admin", at),
            event(21, "message_added", CUSTOMER, "customer", at),
            event(
                22,
                "created",
                CUSTOMER,
                "customer",
                "2025-01-03T00:00:00+00:00",
            ),
            event(
                23,
                "resolved",
                CUSTOMER,
                "admin",
                "2025-01-01T00:00:00+00:00",
            ),
        ],
    );
    let kinds: Vec<_> = judged.events.iter().map(|own| own.kind).collect();
    assert_eq!(
        kinds,
        [
            "created",
            "logged",
            "message_added",
            "internal_note_added",
            "status_changed"
        ]
    );
    let seqs: Vec<_> = judged
        .events
        .iter()
        .map(|own| (own.seq, own.public_seq))
        .collect();
    assert_eq!(
        seqs,
        [
            (1, Some(1)),
            (2, None),
            (3, Some(2)),
            (4, None),
            (5, Some(3))
        ]
    );
    assert!(listed(&judged).contains(&("event_forged", "type")));
    assert!(
        listed(&judged).contains(&("event_synthesized", "")),
        "of the note"
    );
}

#[test]
fn what_the_platform_deleted_is_kept_with_its_event() {
    let whole = SourceTicket {
        ticket: ticket(json!({})),
        messages: vec![message(10, Some(CUSTOMER), "customer", json!(false))],
        activity: vec![
            event(
                20,
                "created",
                CUSTOMER,
                "customer",
                "2025-01-01T00:00:00+00:00",
            ),
            event(
                21,
                "message_added",
                CUSTOMER,
                "customer",
                "2025-01-02T00:00:00+00:00",
            ),
        ],
    };
    let before = judged_with(&whole, &[], &Kept::default());
    let stored = |rows: Value| rows.as_array().expect("rows").clone();
    let messages = stored(json!(before.messages));
    let events = stored(json!(before.events));
    for activity in [vec![], whole.activity.clone()] {
        let rest = SourceTicket {
            messages: vec![],
            activity,
            ..whole.clone()
        };
        let kept = Kept::among(&rest, &mapping(), 2, &messages, &events);
        let after = judged_with(&rest, &[], &kept);
        assert_eq!(json!(after.messages), json!(before.messages));
        assert_eq!(json!(after.events), json!(before.events));
        assert!(listed(&after).contains(&("deleted_there", "")));
    }
}

#[test]
fn times_and_addresses_are_read_in_every_spelling() {
    let one = time_of("2025-06-01T10:00:00.123456+00:00");
    assert!(one.is_some());
    for text in [
        "2025-06-01 10:00:00.123456",
        "2025-06-01 12:00:00.123456+02",
        "2025-06-01T12:00:00.123456+02:00",
        " 2025-06-01T10:00:00.1234567Z ",
    ] {
        assert_eq!(time_of(text), one, "{text}");
    }
    for text in [
        "infinity",
        "0044-03-15T12:00:00+00:00 BC",
        "",
        "12026-01-01T00:00:00Z",
    ] {
        assert_eq!(time_of(text), None, "{text}");
    }
    for (text, plain) in [
        ("10.0.0.1/32", Some("10.0.0.1")),
        (" 10.0.0.1 ", Some("10.0.0.1")),
        ("10.0.0.0/8", Some("10.0.0.0/8")),
        ("::FFFF:1.2.3.4/128", Some("::ffff:1.2.3.4")),
        ("10.0.0.1/33", None),
        ("unknown", None),
    ] {
        assert_eq!(plain_address(text).as_deref(), plain, "{text}");
    }
}

/// Chat sessions have no subject.
#[test]
fn a_subject_is_made_of_the_customers_first_text_and_never_of_a_note() {
    let mut mapping = mapping();
    mapping.tickets.columns.remove("subject");
    let staff = BTreeSet::from([id(AGENT)]);
    let at = |mut row: Row, when: Value| {
        row.columns.insert("created_at".to_owned(), when);
        row
    };
    let note = |when| at(message(10, Some(AGENT), "admin", json!(true)), when);
    let answer = |when| at(message(11, Some(AGENT), "admin", json!(false)), when);
    let own_note = |when| at(message(12, Some(CUSTOMER), "customer", json!(true)), when);
    let asked = at(
        message(13, Some(CUSTOMER), "customer", json!(false)),
        json!("2025-01-03T00:00:00+00:00"),
    );
    let early = json!("2025-01-01T12:00:00+00:00");
    for (messages, expected) in [
        (vec![note(early.clone()), asked.clone()], "text 13"),
        (vec![note(Value::Null), asked.clone()], "text 13"),
        (vec![own_note(Value::Null), asked.clone()], "text 13"),
        (vec![answer(early.clone()), asked.clone()], "text 13"),
        (vec![note(early.clone()), answer(early)], "(no subject)"),
    ] {
        let source = SourceTicket {
            ticket: ticket(json!({})),
            messages,
            activity: vec![],
        };
        let around = Surroundings {
            staff: &staff,
            assignable: &staff,
            users: None,
            number: None,
            former: &BTreeSet::new(),
            taken: &BTreeSet::new(),
            kept: &Kept::default(),
            now: time_of("2026-01-01T00:00:00Z").expect("a time"),
        };
        let judged = judge(&source, &mapping, &around).expect("judged");
        assert_eq!(judged.ticket.subject, expected);
    }
}
