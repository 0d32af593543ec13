//! What must hold of background work at the end of a run: each effect in the database exactly once,
//! the events of each ticket in order, each timer fired once, each delivery taken at least once and
//! always under its id, and nothing sent while work was held.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Display;

use uuid::Uuid;

use super::receiver::Arrival;
use crate::checker::Violation;

/// A ticket and the number of an event.
pub type EventId = (Uuid, i64);

/// Something that a gateway's test consumer or timer recorded in its transaction.
#[derive(Debug, Clone)]
pub struct Effect {
    /// A consumer's name; or `set` or `fired` with a kind of timers; or `planned`.
    pub what: String,
    pub event: EventId,
    /// Seconds since 1970.
    pub at: f64,
}

/// A delivery of the database.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub id: Uuid,
    pub receiver: String,
    pub key: String,
    pub is_done: bool,
    pub is_dead: bool,
}

/// A period in which background work was held, in seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Held {
    pub from: f64,
    pub to: f64,
    /// Whether deliveries are held too, and not only timers whose effect cannot be undone.
    pub holds_deliveries: bool,
}

/// Everything that is known about the background work of a run.
#[derive(Debug, Default)]
pub struct Evidence {
    pub consumers: Vec<String>,
    /// All events of the history.
    pub events: Vec<EventId>,
    /// What was recorded, in the order in which it was recorded.
    pub effects: Vec<Effect>,
    pub deliveries: Vec<Delivery>,
    /// The requests that the receiver got.
    pub arrivals: Vec<Arrival>,
    pub held: Vec<Held>,
    /// Until when, in seconds since 1970, requests may be about deliveries that a restored or
    /// promoted database does not have. `None` if there was neither.
    pub undone_until: Option<f64>,
}

/// The receivers of each planned delivery.
const RECEIVERS: [&str; 2] = ["one", "two"];
/// The timers whose effect cannot be undone.
const OUTSIDE: &str = "fired probe_outside";

/// Returns every violation.
pub fn check(evidence: &Evidence) -> Vec<Violation> {
    let mut found = Vec::new();
    for consumer in &evidence.consumers {
        let handled = of(&evidence.effects, consumer);
        found.extend(once(consumer, &evidence.events, &handled));
        found.extend(in_order(consumer, &handled));
    }
    for kind in ["probe", "probe_outside"] {
        let set = of(&evidence.effects, &format!("set {kind}"));
        let fired = of(&evidence.effects, &format!("fired {kind}"));
        found.extend(once(&format!("timer {kind}"), &set, &fired));
    }
    found.extend(delivered(evidence));
    found.extend(same_ids(evidence));
    found.extend(while_held(evidence));
    found
}

fn of(effects: &[Effect], what: &str) -> Vec<EventId> {
    let some = effects.iter().filter(|effect| effect.what == what);
    some.map(|effect| effect.event).collect()
}

/// Each of `expected` happened once, and nothing else did.
fn once(what: &str, expected: &[EventId], happened: &[EventId]) -> Vec<Violation> {
    let mut times: BTreeMap<EventId, i64> = BTreeMap::new();
    for event in happened {
        *times.entry(*event).or_default() += 1;
    }
    let mut found = Vec::new();
    let told = |(ticket, seq): EventId| format!("{what}: the effect of event {seq} of {ticket}");
    for event in expected {
        match times.remove(event) {
            Some(1) => {}
            None => found.push(Violation::Lost(told(*event))),
            Some(n) => {
                found.push(Violation::Doubled(format!(
                    "{} happened {n} times",
                    told(*event)
                )));
            }
        }
    }
    let unexpected = times.into_keys();
    found.extend(
        unexpected.map(|event| Violation::Forged(format!("{}, which does not exist", told(event)))),
    );
    found
}

fn in_order(what: &str, handled: &[EventId]) -> Vec<Violation> {
    let mut last: HashMap<Uuid, i64> = HashMap::new();
    let mut found = Vec::new();
    for (ticket, seq) in handled {
        let before = last.insert(*ticket, *seq).unwrap_or(0);
        if *seq < before {
            let text = format!("{what}: event {seq} of {ticket} after event {before}");
            found.push(Violation::Reordered(text));
        }
    }
    found
}

/// Each planned delivery exists, is done, and was taken by its receiver.
fn delivered(evidence: &Evidence) -> Vec<Violation> {
    let taken = evidence.arrivals.iter().filter(|arrival| arrival.taken);
    let taken: HashSet<Uuid> = taken.map(|arrival| arrival.id).collect();
    let deliveries = evidence.deliveries.iter();
    let deliveries: HashMap<_, _> = deliveries
        .map(|it| ((it.receiver.as_str(), it.key.as_str()), it))
        .collect();
    let mut found = Vec::new();
    let lost = |what: &dyn Display, why| Violation::Lost(format!("the delivery {what} {why}"));
    for (ticket, seq) in of(&evidence.effects, "planned") {
        let key = format!("{ticket}:{seq}");
        for receiver in RECEIVERS {
            if !deliveries.contains_key(&(receiver, key.as_str())) {
                found.push(lost(&key, "was planned and is not in the database"));
            }
        }
    }
    for delivery in &evidence.deliveries {
        if delivery.is_dead {
            let text = format!("the delivery {} is dead", delivery.key);
            found.push(Violation::Stuck(text));
        } else if !delivery.is_done {
            found.push(lost(&delivery.key, "was not done"));
        } else if !taken.contains(&delivery.id) {
            found.push(lost(&delivery.key, "is marked done, and was never taken"));
        }
    }
    found
}

/// A delivery has the same id at each attempt, so that its receiver can recognise a repetition.
fn same_ids(evidence: &Evidence) -> Vec<Violation> {
    let deliveries = evidence.deliveries.iter();
    let ids: HashMap<_, _> = deliveries
        .map(|it| ((it.receiver.as_str(), it.key.as_str()), it.id))
        .collect();
    let may_be_undone = |at| evidence.undone_until.is_some_and(|until| at <= until);
    let mut found = Vec::new();
    let arrivals = evidence.arrivals.iter();
    for Arrival {
        receiver, key, id, ..
    } in arrivals.filter(|it| !may_be_undone(it.at))
    {
        found.extend(match ids.get(&(receiver.as_str(), key.as_str())) {
            Some(known) if known == id => None,
            Some(known) => Some(Violation::Doubled(format!(
                "the delivery {key} to {receiver} has the id {known} and was sent under {id}"
            ))),
            None => Some(Violation::Forged(format!(
                "the delivery {key} to {receiver} does not exist"
            ))),
        });
    }
    found
}

fn while_held(evidence: &Evidence) -> Vec<Violation> {
    let is_held = |at: f64, is_delivery: bool| {
        let mut held = evidence.held.iter();
        held.any(|it| (it.from..it.to).contains(&at) && (it.holds_deliveries || !is_delivery))
    };
    let sent = evidence.arrivals.iter().filter(|it| is_held(it.at, true));
    let sent = sent.map(|it| format!("the delivery {} was sent while work was held", it.key));
    let fired = evidence.effects.iter();
    let fired = fired.filter(|it| it.what == OUTSIDE && is_held(it.at, false));
    let fired = fired.map(|it| format!("the timer {:?} fired while work was held", it.event));
    sent.chain(fired).map(Violation::Leaked).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICKET: Uuid = Uuid::from_u128(7);

    fn effect(what: &str, seq: i64) -> Effect {
        Effect {
            what: what.to_owned(),
            event: (TICKET, seq),
            at: 100.0,
        }
    }

    fn arrival(id: u128, at: f64, receiver: &str) -> Arrival {
        Arrival {
            at,
            path: "main".to_owned(),
            receiver: receiver.to_owned(),
            key: format!("{TICKET}:1"),
            id: Uuid::from_u128(id),
            taken: true,
        }
    }

    /// Two events, of which the first has a timer and two deliveries, all as it should be.
    fn sound() -> Evidence {
        let delivery = |id, receiver: &str| Delivery {
            id: Uuid::from_u128(id),
            receiver: receiver.to_owned(),
            key: format!("{TICKET}:1"),
            is_done: true,
            is_dead: false,
        };
        Evidence {
            consumers: vec!["probe_1".to_owned()],
            events: vec![(TICKET, 1), (TICKET, 2)],
            effects: vec![
                effect("probe_1", 1),
                effect("set probe_outside", 1),
                effect("planned", 1),
                effect("probe_1", 2),
                effect(OUTSIDE, 1),
            ],
            deliveries: vec![delivery(1, "one"), delivery(2, "two")],
            arrivals: vec![
                arrival(1, 100.0, "one"),
                arrival(1, 101.0, "one"),
                arrival(2, 100.0, "two"),
            ],
            held: Vec::new(),
            undone_until: None,
        }
    }

    fn words(change: impl FnOnce(&mut Evidence)) -> Vec<&'static str> {
        let mut evidence = sound();
        change(&mut evidence);
        check(&evidence).iter().map(Violation::word).collect()
    }

    #[test]
    fn sound_work_has_no_violation() {
        assert_eq!(words(|_| ()), Vec::<&str>::new());
    }

    #[test]
    fn effects_that_are_missing_repeated_out_of_order_or_made_up_are_found() {
        let lost = |it: &mut Evidence| drop(it.effects.remove(3));
        assert_eq!(words(lost), ["lost"]);
        let doubled = |it: &mut Evidence| it.effects.push(effect("probe_1", 2));
        assert_eq!(words(doubled), ["doubled"]);
        let swapped = |it: &mut Evidence| it.effects.swap(0, 3);
        assert_eq!(words(swapped), ["reordered"]);
        let forged = |it: &mut Evidence| it.effects.push(effect("probe_1", 3));
        assert_eq!(words(forged), ["forged"]);
        let unfired = |it: &mut Evidence| it.effects.truncate(4);
        assert_eq!(words(unfired), ["lost"]);
        let fired_twice = |it: &mut Evidence| it.effects.push(effect(OUTSIDE, 1));
        assert_eq!(words(fired_twice), ["doubled"]);
    }

    #[test]
    fn deliveries_that_are_lost_renamed_dead_or_sent_while_held_are_found() {
        let unplanned = |it: &mut Evidence| {
            it.deliveries.truncate(1);
            it.arrivals.truncate(2);
        };
        assert_eq!(words(unplanned), ["lost"]);
        let never_taken = |it: &mut Evidence| it.arrivals.truncate(2);
        assert_eq!(words(never_taken), ["lost"]);
        let undone = |it: &mut Evidence| it.deliveries[0].is_done = false;
        assert_eq!(words(undone), ["lost"]);
        let dead = |it: &mut Evidence| it.deliveries[0].is_dead = true;
        assert_eq!(words(dead), ["stuck"]);
        let renamed = |it: &mut Evidence| it.arrivals.push(arrival(9, 102.0, "one"));
        assert_eq!(words(renamed), ["doubled"]);
        let before_the_restore = |it: &mut Evidence| {
            renamed(it);
            it.undone_until = Some(103.0);
        };
        assert_eq!(words(before_the_restore), Vec::<&str>::new());
        let held = |holds_deliveries| {
            move |it: &mut Evidence| {
                it.held.push(Held {
                    from: 99.5,
                    to: 100.5,
                    holds_deliveries,
                });
            }
        };
        assert_eq!(words(held(true)), ["leaked", "leaked", "leaked"]);
        assert_eq!(words(held(false)), ["leaked"]);
    }
}
