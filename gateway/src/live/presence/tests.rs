use helpline_core::actor::StaffRole;
use helpline_core::protocol::InboxFilter;
use helpline_persistence::epoch::{Epoch, Origin};
use serde_json::{Value, json};

use super::*;
use crate::config::RedisServers;
use crate::connections::Connection;
use crate::connections::fixtures::{connection, sent};
use crate::live::fixtures::{heads, ticket};
use crate::live::relay::RelayEnds;
use crate::runtime::redis_source::RedisSource;

fn viewer(n: u128) -> Viewer {
    Viewer {
        id: helpline_core::ids::UserId::new(Uuid::from_u128(n)),
        name: Some(format!("Person {n}")),
    }
}

fn presence() -> (Presence, Arc<Rooms>) {
    presence_through(Relay::alone())
}

fn presence_through(relay: Relay) -> (Presence, Arc<Rooms>) {
    let (rooms, relay) = (Arc::new(Rooms::default()), Arc::new(relay));
    let inbox = Arc::new(Inbox::new(Arc::clone(&relay)));
    (
        Presence::new(Uuid::from_u128(1), Arc::clone(&rooms), relay, inbox),
        rooms,
    )
}

fn redis() -> (Relay, RelayEnds) {
    let epoch = Epoch::new("6f3a-4000-1-1-0".to_owned());
    let origin = Origin::new(&epoch, 7);
    let client = redis::Client::open("redis://unused").expect("an address");
    Relay::redis(
        Uuid::from_u128(1),
        RedisSource::new(RedisServers::One(Box::new(client))),
        None,
        (&epoch, &origin),
    )
}

fn console(presence: &Presence, id: u64) -> Arc<Connection> {
    let console = connection(id, u128::from(id), Some(StaffRole::SupportAgent));
    presence.inbox.enter(&console, InboxFilter::default());
    console
}

/// Returns the tickets in `inbox_presence` frames, each with its number of viewers, in the order in
/// which they were sent.
fn listed_in(frames: &[Value]) -> Vec<(Value, usize)> {
    let tickets = frames.iter().flat_map(|frame| {
        assert_eq!(frame["type"], "inbox_presence");
        frame["tickets"].as_array().expect("tickets")
    });
    tickets
        .map(|one| {
            (
                one["ticket"].clone(),
                one["viewers"].as_array().map_or(0, Vec::len),
            )
        })
        .collect()
}

fn end_leases(presence: &Presence) {
    let mut state = presence.state.lock();
    for lease in state.elsewhere.values_mut().flat_map(HashMap::values_mut) {
        lease.until = Instant::now();
    }
    drop(state);
    presence.renew();
}

fn enter(rooms: &Rooms, id: u64, audience: Audience) -> Arc<Connection> {
    let role = (audience == Audience::Staff).then_some(StaffRole::SupportAgent);
    let connection = connection(id, u128::from(id), role);
    let entered = rooms.enter(&connection, audience, &heads(0, 0));
    entered
        .room
        .go_live(&entered.position, helpline_core::ids::Seq::ZERO, || {});
    connection
}

fn names(frames: &[Value]) -> Vec<Vec<String>> {
    let of = |frame: &Value| {
        frame["viewers"]
            .as_array()
            .expect("viewers")
            .iter()
            .map(|one| one["name"].to_string())
            .collect()
    };
    frames.iter().map(of).collect()
}

#[test]
fn staff_are_told_of_a_change_once_with_the_next_tick_and_customers_never() {
    let (presence, rooms) = presence();
    let (agent, customer) = (
        enter(&rooms, 2, Audience::Staff),
        enter(&rooms, 3, Audience::Customer),
    );
    presence.changed(ticket(1));
    presence.changed(ticket(1));
    assert!(sent(&agent).is_empty(), "nothing is sent before the tick");
    presence.tick();
    presence.changed(ticket(1));
    presence.tick();
    assert_eq!(names(&sent(&agent)), [[json!("Person 2").to_string()]]);
    assert!(sent(&customer).is_empty());
}

#[test]
fn viewers_elsewhere_count_until_they_leave_or_their_lease_runs_out() {
    let (presence, rooms) = presence();
    let agent = enter(&rooms, 2, Audience::Staff);
    let other = Uuid::from_u128(7);
    presence.receive(ticket(1), other, vec![viewer(5), viewer(2)], true);
    presence.tick();
    assert_eq!(
        presence.viewers(ticket(1)),
        [viewer(2), viewer(5)],
        "each once"
    );
    presence.receive(ticket(1), other, Vec::new(), false);
    presence.tick();
    assert_eq!(
        names(&sent(&agent))
            .iter()
            .map(Vec::len)
            .collect::<Vec<_>>(),
        [2, 1]
    );
    presence.receive(ticket(1), other, vec![viewer(5)], false);
    end_leases(&presence);
    presence.tick();
    assert_eq!(presence.viewers(ticket(1)), [viewer(2)]);
}

#[test]
fn nothing_is_kept_of_a_room_that_is_gone() {
    let (presence, _) = presence();
    presence.receive(ticket(1), Uuid::from_u128(7), vec![viewer(5)], false);
    presence.tick();
    let state = presence.state.lock();
    assert!(state.sent.is_empty() && state.elsewhere.is_empty() && state.changed.is_empty());
}

#[test]
fn consoles_are_told_who_looks_at_tickets_without_a_room_here_until_the_lease_runs_out() {
    let (presence, _) = presence();
    let console = console(&presence, 8);
    presence.tick();
    let other = Uuid::from_u128(7);
    let one = |viewers| vec![listed(ticket(5), viewers)];
    presence.receive_listed(other, one(vec![viewer(5)]), false);
    assert!(sent(&console).is_empty(), "nothing is sent before the tick");
    presence.tick();
    presence.receive_listed(other, one(vec![viewer(5)]), false);
    presence.tick();
    let id = json!(ticket(5));
    assert_eq!(
        listed_in(&sent(&console)),
        [(id.clone(), 1)],
        "a renewal sends no frame"
    );
    end_leases(&presence);
    presence.tick();
    assert_eq!(listed_in(&sent(&console)), [(id.clone(), 0)]);
    presence.receive_listed(other, one(vec![viewer(5)]), false);
    presence.tick();
    presence.receive_listed(other, one(Vec::new()), false);
    presence.tick();
    assert_eq!(listed_in(&sent(&console)), [(id.clone(), 1), (id, 0)]);
    let state = presence.state.lock();
    assert!(state.sent.is_empty() && state.elsewhere.is_empty() && state.changed.is_empty());
}

#[test]
fn a_console_is_sent_what_is_known_when_it_enters_and_the_others_are_not_sent_it_again() {
    let (presence, rooms) = presence();
    let _agent = enter(&rooms, 2, Audience::Staff);
    presence.changed(ticket(1));
    presence.tick();
    let first = console(&presence, 8);
    presence.tick();
    presence.tick();
    assert_eq!(listed_in(&sent(&first)), [(json!(ticket(1)), 1)]);
    let second = console(&presence, 9);
    presence.tick();
    assert_eq!(listed_in(&sent(&second)), [(json!(ticket(1)), 1)]);
    assert!(sent(&first).is_empty());
    presence.receive_listed(
        Uuid::from_u128(7),
        vec![listed(ticket(5), vec![viewer(5)])],
        false,
    );
    presence.tick();
    for console in [&first, &second] {
        assert_eq!(listed_in(&sent(console)), [(json!(ticket(5)), 1)]);
    }
    presence.inbox.enter(&first, InboxFilter::default());
    presence.tick();
    assert_eq!(
        listed_in(&sent(&first)).len(),
        2,
        "a console that enters again receives everything"
    );
}

#[test]
fn a_long_snapshot_comes_in_frames_of_bounded_size_with_the_newest_of_each_ticket() {
    let (presence, _) = presence();
    let first = console(&presence, 8);
    presence.tick();
    let name = "\u{1F600}".repeat(limits::NAME_CHARS_MAX);
    let long = |n: u128| Viewer {
        name: Some(name.clone()),
        ..viewer(n)
    };
    let tickets = 1..=40;
    for n in tickets.clone() {
        let viewers = (0..10).map(long).collect();
        presence.receive_listed(Uuid::from_u128(7), vec![listed(ticket(n), viewers)], false);
    }
    let mut told = Vec::new();
    for turn in 0..10 {
        presence.tick();
        if turn == 0 {
            presence.receive_listed(
                Uuid::from_u128(7),
                vec![listed(ticket(40), Vec::new())],
                false,
            );
        }
        let frames = sent(&first);
        for frame in &frames {
            assert!(frame.to_string().len() <= limits::INBOX_FRAME_BYTES_MAX + 100);
        }
        assert!(frames.len() <= 1);
        told.extend(listed_in(&frames));
    }
    let expected: Vec<_> = tickets
        .map(|n| (json!(ticket(n)), if n == 40 { 0 } else { 10 }))
        .collect();
    assert_eq!(told, expected, "each once");
}

#[test]
fn tickets_without_a_room_here_are_kept_only_while_a_console_watches_and_no_more_than_the_limit() {
    let (presence, rooms) = presence();
    let _agent = enter(&rooms, 2, Audience::Staff);
    let publish = |n: u128| {
        let viewers = vec![listed(ticket(n), vec![viewer(5)])];
        presence.receive_listed(Uuid::from_u128(7), viewers, false);
    };
    publish(5);
    presence.tick();
    assert!(
        presence.state.lock().elsewhere.is_empty(),
        "no console is watching"
    );
    let console = console(&presence, 8);
    presence.tick();
    let most = limits::PRESENCE_TICKETS_MAX as u128;
    (10..most + 20).for_each(publish);
    presence.tick();
    assert_eq!(
        presence.state.lock().elsewhere.len(),
        limits::PRESENCE_TICKETS_MAX
    );
    publish(1);
    assert!(
        presence.state.lock().elsewhere.contains_key(&ticket(1)),
        "a ticket with a room is kept beyond the limit"
    );
    presence.inbox.leave(&console);
    presence.tick();
    let state = presence.state.lock();
    assert_eq!(
        state.elsewhere.keys().collect::<Vec<_>>(),
        [&ticket(1)],
        "the viewers of the room's ticket stay"
    );
    assert_eq!(state.sent.keys().collect::<Vec<_>>(), [&ticket(1)]);
}

#[test]
fn what_was_known_before_the_consoles_left_is_not_shown_to_those_who_come_later() {
    let (presence, _) = presence();
    let first = console(&presence, 8);
    presence.tick();
    let viewers = vec![listed(ticket(5), vec![viewer(5)])];
    presence.receive_listed(Uuid::from_u128(7), viewers, false);
    presence.tick();
    // Between two ticks, the only console disconnects and another one connects. Without a console,
    // the instance may have missed viewer updates. So the new console must not receive viewers that
    // the instance learned before the first console disconnected.
    presence.inbox.leave(&first);
    let second = console(&presence, 9);
    presence.tick();
    assert!(
        listed_in(&sent(&second))
            .iter()
            .all(|(_, viewers)| *viewers == 0)
    );
}

#[test]
fn when_consoles_begin_to_watch_the_others_are_asked_once_they_can_be_heard() {
    let (relay, mut ends) = redis();
    let (presence, _) = presence_through(relay);
    let first = console(&presence, 8);
    // Redis becomes unreachable before it confirms the subscriptions to the inbox channels. The
    // viewers must be requested from other instances only when Redis is reachable again and has
    // confirmed the channels.
    presence.tick();
    ends.lose_joins();
    presence.tick();
    presence.tick();
    assert!(
        ends.published().is_empty(),
        "the channels are not confirmed yet"
    );
    assert_eq!(ends.confirm_joins(), 1, "confirmation is requested again");
    presence.tick();
    let ask =
        json!({ "inbox_presence": { "from": Uuid::from_u128(1), "tickets": [], "ask": true } });
    assert_eq!(
        ends.published(),
        [("6f3a-4000:{p0}.standing".to_owned(), ask)]
    );
    let _second = console(&presence, 9);
    presence.tick();
    presence.tick();
    assert!(ends.published().is_empty(), "once");
    presence.inbox.leave(&first);
}

#[test]
fn an_instance_publishes_its_viewers_for_lists_when_they_change_with_renewals_and_when_asked() {
    let (relay, mut ends) = redis();
    let (presence, rooms) = presence_through(relay);
    let agent = connection(2, 2, Some(StaffRole::SupportAgent));
    let entered = rooms.enter(&agent, Audience::Staff, &heads(0, 0));
    let _customer = enter(&rooms, 3, Audience::Customer);
    let mut listed = || {
        let published = ends.published().into_iter();
        let lists = published.filter(|(channel, _)| channel.ends_with(".inbox"));
        lists
            .map(|(channel, frame)| {
                assert_eq!(channel, "6f3a-4000:{p1}.inbox");
                let tickets = frame["inbox_presence"]["tickets"].as_array().cloned();
                let tickets = tickets.expect("tickets").into_iter();
                let viewers = |one: Value| one["viewers"].as_array().map_or(0, Vec::len);
                tickets.map(viewers).collect::<Vec<_>>()
            })
            .collect::<Vec<_>>()
    };
    presence.changed(ticket(1));
    presence.tick();
    assert_eq!(listed(), [[1]], "customers are not viewers");
    presence.changed(ticket(1));
    presence.tick();
    assert!(listed().is_empty());
    presence.renew();
    assert_eq!(listed(), [[1]]);
    presence.receive_listed(Uuid::from_u128(7), Vec::new(), true);
    assert!(
        listed().is_empty(),
        "answered at the tick, in the order of changes"
    );
    presence.tick();
    assert_eq!(listed(), [[1]]);
    rooms.leave(ticket(1), &entered.position);
    presence.changed(ticket(1));
    presence.receive_listed(Uuid::from_u128(7), Vec::new(), true);
    presence.tick();
    assert_eq!(
        listed(),
        [[0]],
        "a viewer who leaves during the request is published too"
    );
}
