//! Tests that a ticket is assigned only to an agent who can work on it, and is unassigned when its
//! assignee can no longer work.

use helpline_core::actor::{ActorType, StaffRole};
use helpline_core::history::Kind;
use helpline_core::ids::TicketId;
use helpline_core::reject::RejectCode;
use helpline_core::ticket::Status;
use helpline_persistence::people::follow;
use helpline_persistence::tickets::{self, Assignee, ListQuery, Patch};
use helpline_persistence::{roles, stats};
use uuid::Uuid;

use crate::test_db::{TestDb, message, refusal, stored, until, user};

impl TestDb {
    async fn assign(&self, ticket: TicketId) {
        self.sql(&format!(
            "update support_tickets set assigned_to = '{}' where id = '{ticket}'",
            self.agent
        ))
        .await;
    }

    async fn listed(&self, assigned_to: Assignee) -> Vec<TicketId> {
        let query = ListQuery {
            assigned_to: Some(assigned_to),
            status: Status::ALL
                .iter()
                .copied()
                .filter(|status| !status.is_over())
                .collect(),
            limit: 50,
            ..ListQuery::default()
        };
        let found = tickets::list_for_staff(&self.store, self.reader(self.boss), &query).await;
        let mut found: Vec<_> = found.unwrap().tickets.iter().map(|one| one.id).collect();
        found.sort();
        found
    }

    async fn is_unassigned(&self, ticket: TicketId, why: &str) {
        assert_eq!(self.listed(Assignee::Unassigned).await, [ticket], "{why}");
        assert_eq!(
            self.listed(Assignee::Agent(self.agent)).await,
            [],
            "{why}: the person's list"
        );
        let counts = stats::counts(&self.store, self.reader(self.boss)).await;
        assert_eq!(counts.unwrap().unassigned, 1, "{why}: the view's count");
        let row = self.history(ticket).await.pop().unwrap();
        assert_eq!(
            (row.kind, row.old_value, row.public_old_value.as_deref()),
            (Kind::Unassigned, Some(self.agent.to_string()), Some("Anna")),
            "{why}: the history"
        );
    }
}

#[tokio::test]
async fn the_open_tickets_of_an_agent_who_leaves_are_unassigned_at_once() {
    for way in [
        "a function",
        "delete from user_roles where user_id = '{agent}'",
        "update user_roles set user_id = '{other}' where user_id = '{agent}'",
        "update people set blocked_at = now() where id = '{agent}'",
        "delete from user_roles where role = 'support_agent'",
    ] {
        let db = TestDb::open().await;
        let ticket = db.ticket().await;
        let over = db.ticket().await;
        for one in [ticket, over] {
            db.assign(one).await;
        }
        db.sql(&format!(
            "update support_tickets set status = 'resolved' where id = '{over}'"
        ))
        .await;
        if way == "a function" {
            let boss = db.caller(db.boss);
            roles::revoke(&db.store, &boss, db.agent).await.unwrap();
        } else {
            let sql = way
                .replace("{agent}", &db.agent.to_string())
                .replace("{other}", &user(900).to_string());
            db.sql(&sql).await;
        }
        db.is_unassigned(ticket, way).await;
        // A ticket that is over keeps its assignee until the ticket is reopened.
        assert_eq!(db.kinds(over).await.last(), Some(&"resolved"), "{way}");
        db.sql(&format!(
            "update support_tickets set status = 'closed' where id = '{ticket}'"
        ))
        .await;
        stored(&db.send(message(over, db.customer, "Not yet")).await);
        db.is_unassigned(over, way).await;
        let row = db.history(over).await.pop().unwrap();
        assert_eq!(
            row.actor_type,
            ActorType::System,
            "{way}: the event must not name the customer"
        );
    }
}

#[tokio::test]
async fn another_role_keeps_the_tickets_and_one_of_two_is_enough() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    db.assign(ticket).await;
    let boss = db.caller(db.boss);
    for role in [StaffRole::Admin, StaffRole::SupportAgent] {
        roles::grant(&db.store, &boss, db.agent, role)
            .await
            .unwrap();
    }
    db.sql(&format!(
        "insert into user_roles (user_id, role) values ('{0}', 'admin'); delete from user_roles where user_id = '{0}' and role = 'support_agent';
         update user_roles set role = 'support_agent' where user_id = '{0}'; update people set display_name = 'Anna B' where id = '{0}'",
        db.agent
    ))
    .await;
    assert_eq!(db.kinds(ticket).await.last(), Some(&"assigned"));
}

#[tokio::test]
async fn a_person_who_cannot_work_on_a_ticket_is_not_assigned_to_it() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    db.sql(&format!(
        "update people set blocked_at = now() where id = '{}'",
        db.agent
    ))
    .await;
    let patch = Patch {
        assigned_to: Some(Assignee::Agent(db.agent)),
        ..Patch::default()
    };
    let boss = db.caller(db.boss);
    assert_eq!(
        refusal(tickets::change(&db.store, &boss, ticket, patch).await),
        RejectCode::InvalidField
    );
    db.admin
        .batch_execute(&format!(
            "update support_tickets set assigned_to = '{}'",
            db.agent
        ))
        .await
        .unwrap_err();
    // A ticket that plain SQL inserts with an assignee who cannot work is accepted, but unassigned.
    // Its history says who the assignee was.
    db.sql(&format!(
        "update support_tickets set status = 'closed';
         insert into support_tickets (id, user_id, subject, assigned_to) values ('{}', '{}', 'Carried over', '{}')",
        Uuid::from_u128(5),
        db.customer,
        db.agent
    ))
    .await;
    db.is_unassigned(TicketId::new(Uuid::from_u128(5)), "inserted")
        .await;
    // Insert an archived ticket whose assignee cannot work. When the ticket leaves the archive, it
    // must be unassigned.
    db.sql("update support_tickets set status = 'closed'").await;
    db.sql(&format!(
        "insert into support_tickets (id, user_id, subject, assigned_to, archived_at) values ('{}', '{}', 'Archived', '{}', now())",
        Uuid::from_u128(6),
        db.customer,
        db.agent
    ))
    .await;
    db.sql("update support_tickets set archived_at = null")
        .await;
    let back: Option<Uuid> = db
        .ask(&format!(
            "select assigned_to from support_tickets where id = '{}'",
            Uuid::from_u128(6)
        ))
        .await;
    assert_eq!(back, None);
}

#[tokio::test]
async fn an_assignment_that_meets_a_revocation_does_not_outlive_it() {
    for (lost, blocked) in [
        ("delete from user_roles where user_id = '{}'", false),
        ("update people set blocked_at = now() where id = '{}'", true),
    ] {
        // The assignment is not committed yet when the agent loses the role or is blocked. The
        // ticket must be unassigned in the end.
        let db = TestDb::open().await;
        let ticket = db.ticket().await;
        let lost = lost.replace("{}", &db.agent.to_string());
        let assigning = db.another_admin().await;
        let assign = format!("update support_tickets set assigned_to = '{}'", db.agent);
        assigning
            .batch_execute(&format!("begin; {assign}"))
            .await
            .unwrap();
        let revoking = db.another_admin().await;
        let revoked = tokio::spawn(async move { revoking.batch_execute(&lost).await });
        let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        until("the revocation waits or is done", async || {
            revoked.is_finished() || db.ask::<i64>(waits).await > 0
        })
        .await;
        assigning.batch_execute("commit").await.unwrap();
        revoked.await.unwrap().unwrap();
        db.is_unassigned(ticket, "a late commit").await;
        // If the agent loses the role or is blocked before the assignment, the assignment must be
        // refused.
        let patch = Patch {
            assigned_to: Some(Assignee::Agent(db.agent)),
            ..Patch::default()
        };
        let boss = db.caller(db.boss);
        let refused = tickets::change(&db.store, &boss, ticket, patch).await;
        assert_eq!(refusal(refused), RejectCode::InvalidField, "{blocked}");
    }
}

#[tokio::test]
async fn a_role_is_not_given_to_a_person_that_is_unknown() {
    let db = TestDb::open().await;
    let boss = db.caller(db.boss);
    for role in [StaffRole::SupportAgent, StaffRole::Admin] {
        let granted = roles::grant(&db.store, &boss, user(999), role).await;
        assert_eq!(refusal(granted), RejectCode::NotFound);
    }
    assert_eq!(
        db.ask::<i64>(&format!(
            "select count(*) from user_roles where user_id = '{}'",
            user(999)
        ))
        .await,
        0
    );
    // It must be possible to revoke a role that plain SQL has granted to a person who is not in the
    // database.
    db.sql(&format!(
        "insert into user_roles (user_id, role) values ('{}', 'admin')",
        user(999)
    ))
    .await;
    roles::revoke(&db.store, &boss, user(999)).await.unwrap();
}

/// A reply that also assigns the ticket to its author locks the ticket first and then the person.
/// Blocking a person locks the person first and then the tickets. The two transactions must not
/// deadlock.
#[tokio::test]
async fn a_block_waits_for_no_ticket_and_comes_back_for_what_was_locked() {
    for lost in [
        "update people set blocked_at = now() where id = '{}'",
        "delete from user_roles where user_id = '{}'",
    ] {
        let db = TestDb::open().await;
        let (held, free, fresh) = (db.ticket().await, db.ticket().await, db.ticket().await);
        for ticket in [held, free] {
            db.assign(ticket).await;
        }
        let writer = db.another_admin().await;
        writer
            .batch_execute(&format!(
                "begin; select 1 from support_tickets where id = '{held}' for no key update"
            ))
            .await
            .unwrap();
        let leaving = db.another_admin().await;
        let lost = lost.replace("{}", &db.agent.to_string());
        let left = tokio::spawn(async move { leaving.batch_execute(&lost).await });
        let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        until("it waits or is done", async || {
            left.is_finished() || db.ask::<i64>(waits).await > 0
        })
        .await;
        writer
            .batch_execute(&format!(
                "set local helpline.reply_assigns = 'on';
                 insert into support_messages (ticket_id, sender_id, sender_type, body) values ('{fresh}', '{}', 'admin', 'Hello')",
                db.agent
            ))
            .await
            .unwrap();
        left.await.unwrap().unwrap();
        let of_theirs = "select array_agg(id) from support_tickets where assigned_to is not null";
        assert_eq!(
            db.ask::<Option<Vec<Uuid>>>(of_theirs).await,
            Some(vec![held.uuid()]),
            "unlocked tickets become unassigned immediately"
        );
        follow(&db.store).await.unwrap();
        writer.batch_execute("commit").await.unwrap();
        while follow(&db.store).await.unwrap() {}
        assert_eq!(db.ask::<Option<Vec<Uuid>>>(of_theirs).await, None);
        assert_eq!(db.kinds(held).await.last(), Some(&"unassigned"));
        assert_eq!(
            db.ask::<i64>(
                "select deadlocks from pg_stat_database where datname = current_database()"
            )
            .await,
            0
        );
        assert_eq!(
            db.ask::<i64>("select count(*) from people_to_follow").await,
            0
        );
    }
}

#[tokio::test]
async fn two_roles_that_are_taken_at_once_leave_no_ticket_behind() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    db.sql(&format!(
        "insert into user_roles (user_id, role) values ('{}', 'admin') on conflict do nothing",
        db.agent
    ))
    .await;
    db.assign(ticket).await;
    let (one, other) = (db.another_admin().await, db.another_admin().await);
    let take = |role| {
        format!(
            "delete from user_roles where user_id = '{}' and role = '{role}'",
            db.agent
        )
    };
    one.batch_execute(&format!("begin; {}", take("admin")))
        .await
        .unwrap();
    let second = take("support_agent");
    let taken = tokio::spawn(async move { other.batch_execute(&second).await });
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    until("it waits or is done", async || {
        taken.is_finished() || db.ask::<i64>(waits).await > 0
    })
    .await;
    one.batch_execute("commit").await.unwrap();
    taken.await.unwrap().unwrap();
    while follow(&db.store).await.unwrap() {}
    db.is_unassigned(ticket, "two roles at once").await;
}

#[tokio::test]
async fn more_tickets_than_a_portion_are_unassigned_in_portions() {
    let db = TestDb::open().await;
    db.sql(&format!(
        "insert into support_tickets (user_id, subject, assigned_to) select '{}', 'One of many', '{}' from generate_series(1, 450)",
        db.customer, db.agent
    ))
    .await;
    let boss = db.caller(db.boss);
    roles::revoke(&db.store, &boss, db.agent).await.unwrap();
    let left = "select count(*) from support_tickets where assigned_to is not null";
    assert_eq!(db.ask::<i64>(left).await, 250);
    while follow(&db.store).await.unwrap() {}
    assert_eq!(db.ask::<i64>(left).await, 0);
}
