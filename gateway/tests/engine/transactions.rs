//! Checks that changes in a transaction that the caller started are visible only after its commit.

use helpline_core::actor::{Actor, StaffRole};
use helpline_core::ticket::{Priority, Status};
use helpline_gateway::services::{self, Tickets};
use helpline_persistence::Caller;
use helpline_persistence::tickets::Patch;

use crate::parts::{Parts, events};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_transaction_changes_is_published_by_its_commit() {
    let parts = Parts::start(0).await;
    let seen = parts.heads().await.seq;
    let connection = parts.connection(1);
    let _member = parts.join_live(&connection, seen);
    let caller = Caller {
        actor: Actor {
            user: parts.agent.id,
            role: Some(StaffRole::SupportAgent),
        },
        address: None,
        user_agent: None,
    };
    let urgent = Patch {
        priority: Some(Priority::Urgent),
        ..Patch::default()
    };
    let escalated = Patch {
        status: Some(Status::Escalated),
        ..Patch::default()
    };

    let mut given_up = parts.store.begin().await.unwrap();
    Tickets::change_in(&mut given_up, &caller, parts.ticket, urgent)
        .await
        .unwrap();
    drop(given_up);

    let mut transaction = parts.store.begin().await.unwrap();
    Tickets::change_in(&mut transaction, &caller, parts.ticket, urgent)
        .await
        .unwrap();
    Tickets::change_in(&mut transaction, &caller, parts.ticket, escalated)
        .await
        .unwrap();
    assert!(
        connection.send_queue.take().pop().is_none(),
        "nothing before the commit"
    );
    services::commit(transaction, &parts.hub).await.unwrap();
    let head = parts.heads().await.seq;
    let expected: Vec<_> = (seen.get() + 1..=head.get()).collect();
    assert_eq!(expected.len(), 2);
    assert_eq!(events(&connection, 2).await, expected);
    parts.lifecycle.tasks.close();
    parts.lifecycle.tasks.wait().await;
}
