//! Tests that the checker reports each violation, and nothing else.

use super::*;

fn message(key: &str) -> Row {
    Row {
        kind: Kind::MessageAdded,
        key: Some(key.into()),
        body: Some(format!("text {key}")),
    }
}

fn note(key: &str) -> Row {
    Row {
        kind: Kind::InternalNoteAdded,
        key: Some(key.into()),
        body: Some(format!("text {key}")),
    }
}

fn plain(kind: Kind) -> Row {
    Row {
        kind,
        key: None,
        body: None,
    }
}

/// Evidence without faults. The history is: created, message c1, note a1, message a2,
/// status_changed, message c2. Every message is sent, acknowledged, stored and seen correctly.
fn faultless() -> Evidence {
    let rows = [
        plain(Kind::Created),
        message("c1"),
        note("a1"),
        message("a2"),
        plain(Kind::StatusChanged),
        message("c2"),
    ];
    let mut public = 0;
    let truth: Vec<TrueRow> = (1..)
        .zip(rows)
        .map(|(seq, row)| {
            let public_seq = row.kind.is_public().then(|| {
                public += 1;
                public
            });
            TrueRow {
                seq,
                public_seq,
                row,
            }
        })
        .collect();
    let sent = |key: &str, seq| Sent {
        key: key.into(),
        body: format!("text {key}"),
        sender: if key.starts_with('c') {
            Sender::Customer
        } else {
            Sender::Agent
        },
        fate: Fate::Acked(seq),
    };
    let observer = |name: &str, audience, rows| Observed {
        name: name.into(),
        audience,
        base: 0,
        rows,
        earlier: vec![],
        sure: usize::MAX,
        holes: 0,
        foreign: vec![],
        leaks: vec![],
        state: Default::default(),
    };
    let agent = truth.iter().map(|row| (row.seq, row.row.clone())).collect();
    let customer = truth
        .iter()
        .filter_map(|row| Some((row.public_seq?, row.row.clone())))
        .collect();
    Evidence {
        ticket: "t".into(),
        sent: vec![sent("c1", 2), sent("a1", 3), sent("a2", 4), sent("c2", 5)],
        asked_to_retry: vec![],
        refused_at_first: HashSet::new(),
        observed: vec![
            observer("agent", Audience::Staff, agent),
            observer("customer", Audience::Customer, customer),
        ],
        truth,
        state: [(Facet::Status, Some("open".to_owned()))].into(),
    }
}

/// Applies a change to the faultless evidence. Returns the kinds of violations that the checker
/// reports, such as `lost`.
fn broken(breaking: impl FnOnce(&mut Evidence)) -> Vec<&'static str> {
    let mut evidence = faultless();
    breaking(&mut evidence);
    assert_ne!(
        evidence,
        faultless(),
        "the change did not alter the evidence"
    );
    let mut words: Vec<_> = check(&evidence).iter().map(Violation::word).collect();
    words.dedup();
    words
}

const AGENT: usize = 0;
const CUSTOMER: usize = 1;

#[test]
fn a_faultless_run_passes() {
    assert_eq!(check(&faultless()), []);
}

#[test]
fn an_acked_message_that_the_record_does_not_hold_is_lost() {
    let words = broken(|e| {
        e.sent.push(Sent {
            key: "c3".into(),
            body: "text c3".into(),
            sender: Sender::Customer,
            fate: Fate::Acked(6),
        });
    });
    assert_eq!(words, ["lost"]);
}

#[test]
fn a_send_that_was_never_answered_is_lost() {
    assert_eq!(broken(|e| e.sent[0].fate = Fate::Unknown), ["lost"]);
}

#[test]
fn a_row_that_an_observer_never_got_is_lost() {
    assert_eq!(broken(|e| drop(e.observed[AGENT].rows.pop())), ["lost"]);
    assert_eq!(broken(|e| drop(e.observed[CUSTOMER].rows.pop())), ["lost"]);
    assert_eq!(broken(|e| e.observed[CUSTOMER].rows.clear()), ["lost"]);
}

#[test]
fn a_row_missing_in_the_middle_is_a_hole() {
    assert_eq!(broken(|e| drop(e.observed[AGENT].rows.remove(2))), ["hole"]);
    assert_eq!(broken(|e| e.observed[AGENT].holes = 1), ["hole"]);
}

#[test]
fn a_key_that_stands_twice_is_doubled() {
    let words = broken(|e| {
        let again = TrueRow {
            seq: 7,
            public_seq: Some(6),
            row: message("c2"),
        };
        e.truth.push(again);
        e.observed[AGENT].rows.push((7, message("c2")));
        e.observed[CUSTOMER].rows.push((6, message("c2")));
    });
    assert_eq!(words, ["doubled"]);
}

#[test]
fn a_row_applied_twice_is_doubled() {
    let words = broken(|e| {
        let again = e.observed[CUSTOMER].rows[1].clone();
        e.observed[CUSTOMER].rows.insert(2, again);
    });
    assert_eq!(words, ["doubled"]);
}

#[test]
fn two_observers_who_saw_another_order_are_found() {
    let words = broken(|e| {
        let rows = &mut e.observed[AGENT].rows;
        let (first, second) = (rows[1].1.clone(), rows[3].1.clone());
        rows[1].1 = second;
        rows[3].1 = first;
    });
    assert_eq!(words, ["reordered"]);
}

#[test]
fn a_senders_messages_stored_in_another_order_are_found_unless_one_was_refused_at_first() {
    let swap = |e: &mut Evidence| {
        e.sent.swap(0, 3);
    };
    assert_eq!(broken(swap), ["reordered"]);
    let words = broken(|e| {
        swap(e);
        e.asked_to_retry.push(Sender::Customer);
    });
    assert!(words.is_empty());
    let with_refused = |key: &str| {
        broken(|e| {
            swap(e);
            e.refused_at_first.insert(key.to_owned());
        })
    };
    assert!(
        with_refused("c2").is_empty(),
        "a refused send may be stored after a later one"
    );
    assert_eq!(
        with_refused("c1"),
        ["reordered"],
        "the earlier send was not refused"
    );
}

#[test]
fn an_ack_that_named_another_place_is_found() {
    assert_eq!(broken(|e| e.sent[3].fate = Fate::Acked(6)), ["reordered"]);
}

#[test]
fn a_note_at_a_customer_is_leaked_whatever_number_it_bears() {
    assert_eq!(
        broken(|e| e.observed[CUSTOMER].rows[1].1 = note("a1")),
        ["leaked"]
    );
    assert_eq!(
        broken(|e| e.observed[CUSTOMER].leaks.push("a canary".into())),
        ["leaked"]
    );
    // A public number on an internal note shifts all later public numbers. The customer can then
    // see that a hidden event exists.
    assert!(broken(|e| e.truth[2].public_seq = Some(3)).contains(&"leaked"));
}

#[test]
fn a_hole_in_either_numbering_of_the_record_is_found() {
    assert!(broken(|e| e.truth[5].seq = 7).contains(&"hole"));
    assert!(broken(|e| e.truth[5].public_seq = Some(6)).contains(&"hole"));
}

#[test]
fn what_nobody_wrote_is_forged() {
    assert_eq!(broken(|e| drop(e.sent.remove(3))), ["forged"]);
    assert_eq!(
        broken(|e| e.sent[0].body = "another text".into()),
        ["forged"]
    );
    assert_eq!(broken(|e| e.sent[0].fate = Fate::Refused), ["forged"]);
    assert_eq!(
        broken(|e| e.observed[AGENT].rows[1].1.body = Some("another text".into())),
        ["forged"]
    );
    assert_eq!(
        broken(|e| e.observed[AGENT].rows.push((7, plain(Kind::Closed)))),
        ["forged"]
    );
}

#[test]
fn what_was_acked_and_taken_back_may_be_gone_or_stand_elsewhere() {
    // No violation: an acknowledged message that a restore may have undone is missing in the
    // database.
    assert!(
        broken(|e| e.sent.push(Sent {
            key: "c3".into(),
            body: "text c3".into(),
            sender: Sender::Customer,
            fate: Fate::Void
        }))
        .is_empty()
    );
    // The first message was sent again after the last message, and is stored after the last
    // message.
    let again = |e: &mut Evidence, fate| {
        e.sent.insert(
            0,
            Sent {
                key: "c2".into(),
                ..e.sent[3].clone()
            },
        );
        e.sent[0].fate = fate;
        e.sent.pop();
    };
    assert!(broken(|e| again(e, Fate::Void)).is_empty());
    assert!(broken(|e| again(e, Fate::Acked(2))).contains(&"reordered"));
}

#[test]
fn what_belongs_to_another_ticket_is_foreign() {
    assert_eq!(
        broken(|e| e.observed[AGENT].rows.push((7, message("c9")))),
        ["foreign"]
    );
    assert!(broken(|e| e.observed[CUSTOMER].rows[1].1 = message("c9")).contains(&"foreign"));
    assert_eq!(
        broken(|e| e.observed[CUSTOMER]
            .foreign
            .push("an event of another ticket".into())),
        ["foreign"]
    );
    // A forged message is reported even if the observer discarded it later, at a reset of its
    // history, and a restore may have undone the message.
    let life = Life {
        base: 3,
        rows: vec![(4, message("c9"))],
        sure: 0,
    };
    assert_eq!(
        broken(|e| e.observed[AGENT].earlier.push(life)),
        ["foreign"]
    );
}

#[test]
fn what_a_restore_took_back_must_be_forgotten() {
    // A restore undid the last event that the agent received. A different event was written in its
    // place, but the server did not tell the agent to discard the undone event.
    let keeps = |e: &mut Evidence, row: Row| {
        e.observed[AGENT].rows[5].1 = row;
        e.observed[AGENT].sure = 5;
    };
    assert_eq!(
        broken(|e| keeps(e, plain(Kind::PriorityChanged))),
        ["false history"]
    );
    assert_eq!(broken(|e| keeps(e, message("c1"))), ["false history"]);
    // No violation: a restore may have undone the agent's events from the third on (`sure` is 2),
    // but the database contains exactly these events.
    assert!(broken(|e| e.observed[AGENT].sure = 2).is_empty());
    let beyond = |e: &mut Evidence| {
        e.observed[CUSTOMER].rows.push((6, plain(Kind::Closed)));
        e.observed[CUSTOMER].sure = 5;
    };
    assert_eq!(broken(beyond), ["false history"]);
}

#[test]
fn a_send_refused_for_good_is_named() {
    let words = broken(|e| {
        e.sent.push(Sent {
            key: "c3".into(),
            body: "text c3".into(),
            sender: Sender::Customer,
            fate: Fate::Refused,
        });
    });
    assert_eq!(words, ["refused"]);
}

#[test]
fn whoever_was_told_to_start_over_is_judged_from_there() {
    let words = broken(|e| {
        e.observed[AGENT].base = 3;
        e.observed[AGENT].rows.drain(..3);
    });
    assert!(words.is_empty(), "{words:?}");
}

#[test]
fn a_text_that_stands_twice_is_named_whatever_its_key() {
    let words = broken(|e| {
        let again = TrueRow {
            row: Row {
                key: Some("other".into()),
                ..message("c2")
            },
            seq: 6,
            public_seq: Some(6),
        };
        e.truth.push(again);
    });
    assert!(words.contains(&"doubled"), "{words:?}");
}

#[test]
fn a_state_that_the_events_do_not_add_up_to_is_named() {
    let told = |e: &mut Evidence, status: &str| {
        drop(
            e.observed[AGENT]
                .state
                .insert(Facet::Status, Some(status.to_owned())),
        )
    };
    assert_eq!(broken(|e| told(e, "closed")), ["forged"]);
    assert!(broken(|e| told(e, "open")).is_empty());
}

#[test]
fn what_was_held_before_a_reset_counts_too() {
    let life = |rows: &[(u64, Row)], sure| Life {
        base: 3,
        rows: rows.to_vec(),
        sure,
    };
    let held = [(4, message("a2")), (5, plain(Kind::StatusChanged))];
    let mut evidence = faultless();
    evidence.observed[AGENT].earlier.push(life(&held, 2));
    assert_eq!(check(&evidence), []);
    // The second of these events existed only on the failed primary database.
    let lost = [(4, message("a2")), (5, plain(Kind::PriorityChanged))];
    assert_eq!(
        broken(|e| e.observed[AGENT].earlier.push(life(&lost, 2))),
        ["forged"]
    );
    evidence.observed[AGENT].earlier.push(life(&lost, 1));
    assert_eq!(check(&evidence), []);
    assert_eq!(
        broken(|e| e.observed[AGENT]
            .earlier
            .push(life(&[(4, message("a2")), (4, message("a2"))], 0))),
        ["doubled"]
    );
    assert_eq!(
        broken(|e| e.observed[AGENT]
            .earlier
            .push(life(&[(5, message("a2"))], 0))),
        ["hole"]
    );
    assert_eq!(
        broken(|e| e.observed[CUSTOMER]
            .earlier
            .push(life(&[(4, note("a1"))], 0))),
        ["leaked"]
    );
}
