use helpline_core::actor::StaffRole;
use serde_json::Value;

use super::*;
use crate::connections::fixtures::{connection, sent};
use crate::live::fixtures::{event, heads, ticket};
use crate::live::frames::frame;

const STAFF: Option<StaffRole> = Some(StaffRole::SupportAgent);

fn seqs(connection: &Connection) -> Vec<u64> {
    sent(connection)
        .iter()
        .filter(|frame| frame["type"] == "event")
        .map(|frame| frame["seq"].as_u64().expect("a number"))
        .collect()
}

fn deliver(rooms: &Rooms, seq: u64, public_seq: Option<u64>) -> Option<Gap> {
    rooms.deliver(&event(seq, public_seq), &mut WakeList::default())
}

/// Adds a connection to the room of a ticket whose last event numbers are `heads`, and makes the
/// new member live.
fn live(rooms: &Rooms, id: u64, audience: Audience, heads: &Heads) -> (Arc<Connection>, Entered) {
    let connection = connection(
        id,
        u128::from(id),
        (audience == Audience::Staff).then_some(StaffRole::SupportAgent),
    );
    let entered = rooms.enter(&connection, audience, heads);
    let seen = if audience == Audience::Staff {
        heads.seq
    } else {
        heads.public_seq
    };
    assert_eq!(
        entered.room.go_live(&entered.position, seen, || {}),
        GoLive::Live
    );
    (connection, entered)
}

#[test]
fn events_go_out_in_order_each_once_and_to_customers_only_theirs() {
    let rooms = Rooms::default();
    let (agent, _) = live(&rooms, 1, Audience::Staff, &heads(5, 2));
    let (customer, entered) = live(&rooms, 2, Audience::Customer, &heads(5, 2));
    assert!(deliver(&rooms, 6, Some(3)).is_none());
    assert!(
        deliver(&rooms, 6, Some(3)).is_none(),
        "a duplicate changes nothing"
    );
    assert!(deliver(&rooms, 7, None).is_none());
    assert!(deliver(&rooms, 8, Some(4)).is_none());
    assert_eq!((seqs(&agent), seqs(&customer)), (vec![6, 7, 8], vec![3, 4]));
    assert_eq!(entered.position.handed(), Seq::new(4));
}

#[test]
fn a_gap_is_reported_once_and_what_was_early_follows_when_it_is_filled() {
    let rooms = Rooms::default();
    let (agent, _) = live(&rooms, 1, Audience::Staff, &heads(5, 2));
    let room = deliver(&rooms, 8, None)
        .expect("6 and 7 are missing")
        .into_room();
    assert!(
        deliver(&rooms, 9, None).is_none(),
        "a gap that is being filled is not reported again"
    );
    assert_eq!((room.gap(), seqs(&agent)), (Some(Seq::new(5)), vec![]));
    assert!(deliver(&rooms, 6, None).is_none());
    assert!(deliver(&rooms, 7, None).is_none());
    assert_eq!(seqs(&agent), [6, 7, 8, 9]);
    assert_eq!(room.gap(), None);
    assert!(deliver(&rooms, 11, None).is_some(), "a new gap is reported");
    room.forget_early(Seq::new(9));
    assert_eq!(room.gap(), None, "events without a history are dropped");
}

#[test]
fn a_joining_member_gets_what_came_meanwhile_behind_its_page_and_reads_again_after_too_much() {
    let rooms = Rooms::default();
    let _other = live(&rooms, 1, Audience::Staff, &heads(5, 2));
    let agent = connection(2, 2, STAFF);
    let Entered {
        room,
        position,
        is_new_room,
    } = rooms.enter(&agent, Audience::Staff, &heads(5, 2));
    assert!(!is_new_room);
    (6..9).for_each(|seq| assert!(deliver(&rooms, seq, None).is_none()));
    assert_eq!(
        room.go_live(&position, Seq::new(4), || {}),
        GoLive::Behind,
        "5 is in neither"
    );
    (9..11).for_each(|seq| assert!(deliver(&rooms, seq, None).is_none()));
    assert_eq!(
        room.go_live(&position, Seq::new(9), || assert!(
            agent.send_queue.push("{}".into())
        )),
        GoLive::Live
    );
    assert_eq!(
        sent(&agent)
            .iter()
            .map(|frame| frame["seq"].as_u64())
            .collect::<Vec<_>>(),
        [None, Some(10)]
    );

    let late = connection(3, 3, STAFF);
    let Entered { room, position, .. } = rooms.enter(&late, Audience::Staff, &heads(10, 2));
    let max = helpline_core::limits::JOIN_BUFFER_EVENTS_MAX as u64;
    (11..=11 + max).for_each(|seq| assert!(deliver(&rooms, seq, None).is_none()));
    assert_eq!(room.go_live(&position, Seq::new(10), || {}), GoLive::Behind);
    assert_eq!(
        room.go_live(&position, Seq::new(11 + max), || {}),
        GoLive::Live
    );
}

#[test]
fn a_connection_that_subscribes_again_is_another_member_whom_the_old_membership_cannot_take_out() {
    let rooms = Rooms::default();
    let (agent, old) = live(&rooms, 1, Audience::Staff, &heads(5, 2));
    let new = rooms.enter(&agent, Audience::Staff, &heads(5, 2));
    assert!(old.position.is_out() && !new.position.is_out());
    assert_eq!(
        old.room.go_live(&old.position, Seq::new(5), || {}),
        GoLive::Left
    );
    assert!(
        !rooms.leave(ticket(1), &old.position),
        "the room still has a member"
    );
    assert_eq!(
        new.room.go_live(&new.position, Seq::new(5), || {}),
        GoLive::Live
    );
    assert!(deliver(&rooms, 6, None).is_none());
    assert_eq!(seqs(&agent), [6]);
    assert!(
        rooms.leave(ticket(1), &new.position),
        "the room ends with its last member"
    );
    assert!(!rooms.leave(ticket(1), &new.position));
    assert_eq!(rooms.count(), 0);
}

#[test]
fn a_restart_tells_live_members_and_lets_them_go_and_joining_ones_read_anew() {
    let rooms = Rooms::default();
    let (customer, was_live) = live(&rooms, 1, Audience::Customer, &heads(5, 2));
    let agent = connection(2, 2, STAFF);
    let joining = rooms.enter(&agent, Audience::Staff, &heads(5, 2));
    assert!(deliver(&rooms, 6, None).is_none());
    let reset = |text: &str| frame(&serde_json::json!({ "for": text }));
    assert_eq!(
        rooms.restart(&heads(3, 1), &reset("staff"), &reset("customer")),
        Some(false)
    );
    assert_eq!(sent(&customer), [serde_json::json!({"for": "customer"})]);
    assert_eq!(sent(&agent), Vec::<Value>::new());
    assert!(was_live.position.is_out() && !joining.position.is_out());
    assert_eq!(
        joining.room.go_live(&joining.position, Seq::new(3), || {}),
        GoLive::Behind,
        "buffered events of the old history are dropped"
    );
    assert_eq!(
        joining.room.go_live(&joining.position, Seq::new(3), || {}),
        GoLive::Live
    );
    assert_eq!(
        rooms.restart(&heads(0, 0), &reset("staff"), &reset("customer")),
        Some(true),
        "the room ends with its last member"
    );
    assert_eq!(
        rooms.restart(&heads(0, 0), &reset("staff"), &reset("customer")),
        None
    );
}

#[test]
fn viewers_are_the_staff_each_once_and_rooms_behind_are_named_with_their_place() {
    let rooms = Rooms::default();
    let _customer = live(&rooms, 1, Audience::Customer, &heads(5, 2));
    let _agent = live(&rooms, 2, Audience::Staff, &heads(5, 2));
    let second_window = connection(9, 2, STAFF);
    let _second = rooms.enter(&second_window, Audience::Staff, &heads(5, 2));
    assert_eq!(
        rooms
            .viewers(ticket(1))
            .iter()
            .map(|viewer| viewer.name.as_deref())
            .collect::<Vec<_>>(),
        [Some("Person 2")]
    );
    let moved = [(ticket(1), Seq::new(7)), (ticket(2), Seq::new(7))];
    assert_eq!(rooms.behind(&moved), [(ticket(1), Seq::new(5))]);
    assert_eq!(rooms.behind(&[(ticket(1), Seq::new(5))]), []);
}

#[test]
fn the_time_to_delivery_is_recorded_once_an_event_when_a_live_member_has_it() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let recorded = || {
        let text = recorder.handle().render();
        let mut lines = text.lines();
        let count = lines.find_map(|line| line.strip_prefix("helpline_delivery_seconds_count "));
        count.map_or(0, |count| count.parse().expect("a number"))
    };
    metrics::with_local_recorder(&recorder, || {
        let rooms = Rooms::default();
        let joining = rooms.enter(&connection(9, 9, STAFF), Audience::Staff, &heads(4, 2));
        assert!(deliver(&rooms, 5, None).is_none());
        assert_eq!(
            recorded(),
            0,
            "the event waits for the joining member's page"
        );
        let _members = [1, 2].map(|id| live(&rooms, id, Audience::Staff, &heads(5, 2)));
        let room = deliver(&rooms, 7, None).expect("6 is missing").into_room();
        assert_eq!(recorded(), 0, "an early event waits for its predecessor");
        let missing = event(6, None);
        assert!(room.deliver(&missing, &mut WakeList::default()).is_none());
        assert_eq!(recorded(), 2, "the missing event, then the waiting one");
        assert!(deliver(&rooms, 7, None).is_none());
        assert_eq!(recorded(), 2, "a duplicate is not delivered");
        drop(joining);
    });
}
