//! Tests what adoption must not open or keep: the door by which histories are stored as given, and
//! the platform's texts after a redaction or a deletion.

use helpline_core::adopt::{Chats, Overrides};
use helpline_core::ids::{MessageId, TicketId};
use helpline_persistence::Names;
use helpline_persistence::adopt::{Action, Choice, Report, run};
use helpline_persistence::messages::redact;
use uuid::Uuid;

use crate::test_db::{TestDb, cluster, message, stored};

/// Old tables with one ticket. Its texts contain a secret, also where this desk cannot store them.
const OLD: &str = "create schema old;
    create table old.support_tickets (id uuid primary key, ticket_number text, user_id uuid, subject text, category text, priority text, status text,
      satisfaction_rating integer, feedback text, created_at timestamptz, assigned_to uuid);
    create table old.support_messages (id uuid primary key, ticket_id uuid, sender_id uuid, sender_type text, message text, is_internal boolean,
      flags text, created_at timestamptz);
    create table old.support_ticket_activity (id uuid primary key, ticket_id uuid, activity_type text, actor_id uuid, actor_type text, old_value text,
      new_value text, description text, created_at timestamptz);
    insert into old.support_tickets values ('{ticket}', 'TKT-000041', '{customer}', E'On xyzzy\\nand more', 'billing', 'low', 'open', 3, 'fair', '2024-01-01');
    insert into old.support_messages values ('{message}', '{ticket}', '{customer}', 'customer', repeat('xyzzy ', 4000), false, 'xyzzy', '2024-01-02');
    insert into old.support_ticket_activity values
      (gen_random_uuid(), '{ticket}', 'created', '{customer}', 'customer', null, null, 'Created: xyzzy', '2024-01-01'),
      (gen_random_uuid(), '{ticket}', 'message_added', '{customer}', 'customer', null, null, 'New: xyzzy', '2024-01-02');";

const FIND: &str = "select coalesce(string_agg(c.table_name, ','), '') from (
  select table_name, query_to_xml(format('select * from %I', table_name), true, false, '')::text as content
  from information_schema.tables where table_schema = 'helpline' and table_type = 'BASE TABLE') c
  where c.content ilike '%xyzzy%'";

impl TestDb {
    async fn adopt(&self, action: Action) -> Report {
        let choice = Choice {
            schema: "old".to_owned(),
            chats: Chats::Tickets,
            overrides: Overrides::default(),
        };
        let url = cluster().await.admin_url(&self.database);
        run(&url, None, &Names::default(), &choice, action)
            .await
            .unwrap()
    }

    /// Adopts the ticket, and returns its id and its message's.
    async fn adopted(&self) -> (TicketId, Uuid) {
        let (ticket, said) = (Uuid::now_v7(), Uuid::now_v7());
        let sql = OLD
            .replace("{ticket}", &ticket.to_string())
            .replace("{message}", &said.to_string())
            .replace("{customer}", &self.customer.to_string());
        self.sql(&sql).await;
        let report = self.adopt(Action::Copy).await;
        assert_eq!(report.copied, 1);
        let verified = self.adopt(Action::Verify).await;
        assert!(verified.differences.rows == 0, "{verified:?}");
        (TicketId::new(ticket), said)
    }
}

#[tokio::test]
async fn redacting_a_message_and_a_subject_removes_what_the_platform_repeated_of_them() {
    let db = TestDb::open().await;
    let (ticket, said) = db.adopted().await;
    assert!(db.ask::<String>(FIND).await.contains("adopted_originals"));
    redact(&db.store, &db.caller(db.boss), ticket, MessageId::new(said))
        .await
        .unwrap();
    let left = "select count(*) from adopted_originals where message_id is not null";
    assert_eq!(db.ask::<i64>(left).await, 0);
    db.sql(&format!("select support_redact_subject('{ticket}')"))
        .await;
    assert_eq!(db.ask::<String>(FIND).await, "");
    // The ticket was changed here: what is gone here stays gone.
    let verified = db.adopt(Action::Verify).await;
    assert!(verified.differences.rows == 0, "{verified:?}");
    db.adopt(Action::Copy).await;
    assert_eq!(db.ask::<String>(FIND).await, "");
}

#[tokio::test]
async fn what_was_kept_of_a_ticket_is_deleted_with_it() {
    let db = TestDb::open().await;
    let (ticket, _) = db.adopted().await;
    db.sql(&format!(
        "update support_tickets set status = 'closed' where id = '{ticket}';
         update support_tickets set archived_at = now() - interval '9 years' where id = '{ticket}';
         select delete_old_archived_tickets()"
    ))
    .await;
    let left = "select count(*) from adopted_originals";
    assert_eq!(db.ask::<i64>(left).await, 0);
    // What remains says that the ticket was deleted, so that it does not come back.
    let known = "select count(*) from adopted_tickets where deleted_at is null";
    assert_eq!(db.ask::<i64>(known).await, 0);
}

#[tokio::test]
async fn the_service_cannot_open_the_door_of_adoption() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let before = db.history(ticket).await.len();
    let refused = "select string_agg(p.proname || ' ' || r.rolname, ',') from pg_proc p, pg_roles r
        where p.pronamespace = 'helpline'::regnamespace and p.proname ~ '^adopt_' and p.proname <> 'adopt_uuid'
          and r.rolname in ('helpline_service', 'helpline_customer', 'helpline_staff') and has_function_privilege(r.oid, p.oid, 'execute')";
    assert_eq!(db.ask::<Option<String>>(refused).await, None);
    // With the setting on, a message that the service stores still has its event. The setting is
    // that of the database here, so that every session of the service has it.
    db.sql(&format!(
        "alter database {} set helpline.adopting = 'on'",
        db.database
    ))
    .await;
    let other = TestDb::on(cluster().await, &db.database).await;
    for text in ["one", "two"] {
        stored(&other.send(message(ticket, db.customer, text)).await);
    }
    stored(&other.send(message(ticket, db.agent, "three")).await);
    let after = other.history(ticket).await;
    let said = after.iter().filter(|row| row.message.is_some()).count();
    let messages = "select count(*) from support_messages";
    assert_eq!(
        i64::try_from(said).unwrap(),
        db.ask::<i64>(messages).await,
        "every message has its event"
    );
    assert!(after.len() >= before + 3);
    let opened = other.ticket().await;
    assert!(!other.history(opened).await.is_empty());
}
