//! Checks that dropping a membership removes only its own member from the room, even if other
//! operations run at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use helpline_core::actor::Audience;
use helpline_core::ids::Seq;
use helpline_persistence::history::Heads;

use crate::parts::Parts;

#[tokio::test(flavor = "multi_thread")]
async fn a_late_drop_of_an_old_membership_leaves_the_new_one_alone() {
    let parts = Parts::start(0).await;
    let heads = parts.heads().await;
    let connection = parts.connection(1);
    let old = parts.join_live(&connection, heads.seq);
    let new = parts.join_live(&connection, heads.seq);
    assert!(old.is_out() && !new.is_out());
    drop(old);
    assert!(!new.is_out());
    parts.hub.reset(parts.ticket, Some(heads));
    assert!(new.is_out(), "a reset did not remove live members");
    assert_eq!(parts.hub.rooms.count(), 0);
    let again = parts.join_live(&connection, heads.seq);
    drop(new);
    assert_eq!((again.is_out(), parts.hub.rooms.count()), (false, 1));
    drop(again);
    assert_eq!(parts.hub.rooms.count(), 0);
}

/// Several threads at once subscribe to one ticket, disconnect, and reset its room (as after a
/// restore of the database). No deadlock may occur, and no member may remain.
#[tokio::test(flavor = "multi_thread")]
async fn subscribing_again_resets_and_disconnects_at_once_leave_no_member_behind() {
    let parts = Parts::start(0).await;
    let (heads, ticket, hub) = (parts.heads().await, parts.ticket, Arc::clone(&parts.hub));
    let done = Arc::new(AtomicBool::new(false));
    let resets = {
        let (hub, done) = (Arc::clone(&hub), Arc::clone(&done));
        thread::spawn(move || {
            let mut lower = 0;
            while !done.load(Ordering::Relaxed) {
                lower = (lower + 1) % (heads.seq.get() + 1);
                hub.reset(
                    ticket,
                    Some(Heads {
                        seq: Seq::new(lower),
                        ..heads
                    }),
                );
                hub.reset_all(&[]);
            }
        })
    };
    let clients: Vec<_> = (1..=4)
        .map(|id| {
            let (hub, connection) = (Arc::clone(&hub), parts.connection(id));
            thread::spawn(move || {
                let mut held = None;
                for n in 0..2_000 {
                    let joined = hub.join(&connection, Audience::Staff, &heads);
                    joined.room.go_live(&joined.position, heads.seq, || {});
                    // Drop the previous membership after the new one exists, as a connection's list
                    // of subscriptions does.
                    held = Some(joined.membership);
                    if n % 7 == 0 {
                        held = None;
                    }
                    drop(connection.send_queue.take());
                }
                drop(held);
            })
        })
        .collect();
    let joined = tokio::task::spawn_blocking(move || {
        clients
            .into_iter()
            .for_each(|client| client.join().unwrap());
        done.store(true, Ordering::Relaxed);
        resets.join().unwrap();
    });
    tokio::time::timeout(std::time::Duration::from_secs(60), joined)
        .await
        .expect("no deadlock")
        .unwrap();
    assert_eq!(
        hub.rooms.count(),
        0,
        "a membership did not remove exactly its own member"
    );
}
