//! What must be true of any platform's rows after they were adopted. The rows of the platform are
//! compared with Helpline's, and with what each customer is shown.

use tokio_postgres::Client;

use crate::kit::Adoption;
use crate::platform::{ask, run};

/// The tables of the platform, and its word for a message in the history.
pub struct Source {
    pub tickets: &'static str,
    pub messages: &'static str,
    pub activity: &'static str,
    pub ticket: &'static str,
}

pub const TICKETS: Source = Source {
    tickets: "public.support_tickets",
    messages: "public.support_messages",
    activity: "public.support_ticket_activity",
    ticket: "ticket_id",
};

pub const CHATS: Source = Source {
    tickets: "public.chat_sessions",
    messages: "public.chat_messages",
    activity: "public.chat_session_activity",
    ticket: "session_id",
};

const IS_UUID: &str = "'^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'";

/// Each query returns the rows that break the rule.
const RULES: &[(&str, &str)] = &[
    (
        "a ticket is not there",
        "select s.id::text from {tickets} s where not exists (select from helpline.support_tickets t where t.id::text = s.id::text)",
    ),
    (
        "a message is not there once",
        "select m.id::text from {messages} m join helpline.support_tickets t on t.id::text = m.{ticket}::text
         where m.id::text ~ {uuid} and (select count(*) from helpline.support_messages h where h.ticket_id = t.id and h.id::text = m.id::text) <> 1",
    ),
    (
        "a ticket has another number of messages",
        "select s.id || ': ' || x.ours || ' of ' || x.theirs from {tickets} s join helpline.support_tickets t on t.id::text = s.id::text,
         lateral (select (select count(*) from helpline.support_messages h where h.ticket_id = t.id) as ours,
                         (select count(*) from {messages} m where m.{ticket} = s.id) as theirs) x
         where x.ours <> x.theirs",
    ),
    (
        "a row of the history is not there once",
        "select a.id::text from {activity} a join helpline.support_tickets t on t.id::text = a.{ticket}::text
         left join (select e.ticket_id, e.metadata #>> '{adopted,id}' as id, count(*) as times from helpline.support_ticket_activity e group by 1, 2) e
           on e.ticket_id = t.id and e.id = a.id::text
         where a.id::text ~ {uuid} and e.times is distinct from 1",
    ),
    (
        "a ticket has events that no row tells and that are not marked",
        "select s.id || ': ' || x.ours || ' of ' || x.theirs from {tickets} s join helpline.support_tickets t on t.id::text = s.id::text,
         lateral (select (select count(*) from helpline.support_ticket_activity e where e.ticket_id = t.id and not coalesce((e.metadata #>> '{adopted,synthesized}')::boolean, false)) as ours,
                         (select count(*) from {activity} a where a.{ticket} = s.id) as theirs) x
         where x.ours <> x.theirs",
    ),
    (
        "the history does not tell what its row told",
        "select a.id::text from {activity} a join helpline.support_ticket_activity e on e.metadata #>> '{adopted,id}' = a.id::text
         where (isfinite(a.created_at) and a.created_at between '0001-01-02' and '9999-12-31' and e.created_at <> a.created_at)
            or e.actor_id is distinct from a.actor_id
            or octet_length(a.old_value) < 16000 and e.old_value is distinct from a.old_value
            or octet_length(a.new_value) < 16000 and e.new_value is distinct from a.new_value
            or octet_length(a.description) < 8000 and e.description is distinct from a.description
            or e.ip_address is distinct from a.ip_address",
    ),
    (
        "the numbering has a gap",
        "select ticket_id::text from helpline.support_ticket_activity group by ticket_id
         having min(seq) <> 1 or max(seq) <> count(*) or coalesce(max(public_seq), 0) <> count(public_seq) or coalesce(min(public_seq), 1) <> 1",
    ),
    (
        "the customer's numbering has another order",
        "select ticket_id::text from (select ticket_id, public_seq, lag(public_seq) over (partition by ticket_id order by seq) as before
           from helpline.support_ticket_activity where public_seq is not null) x where public_seq <> coalesce(before, 0) + 1",
    ),
    (
        "a head is not that of its events",
        "select t.id::text from helpline.support_tickets t left join helpline.support_ticket_heads h on h.ticket_id = t.id
         left join (select ticket_id, max(seq) as seq, coalesce(max(public_seq), 0) as public_seq, max(created_at) as last
                    from helpline.support_ticket_activity group by 1) e on e.ticket_id = t.id
         where h.seq is distinct from e.seq or h.public_seq is distinct from e.public_seq
            or h.is_over is distinct from (t.status in ('resolved', 'closed'))
            or h.last_activity_at > greatest(now(), t.created_at) or h.public_last_activity_at > h.last_activity_at",
    ),
    (
        "a message does not have one event of its kind",
        "select m.id::text from helpline.support_messages m left join
           (select message_id, count(*) as times, min(kind) as kind, min(ticket_id::text) as ticket from helpline.support_ticket_activity
            where kind in ('message_added', 'internal_note_added') group by 1) e on e.message_id = m.id
         where e.times is distinct from 1 or e.kind <> case when m.is_internal then 'internal_note_added' else 'message_added' end
            or e.ticket <> m.ticket_id::text",
    ),
    (
        "a ticket does not begin with its creation",
        "select ticket_id::text from helpline.support_ticket_activity where (seq = 1) <> (kind = 'created')",
    ),
    (
        "a message is the customer's of someone else",
        "select m.id::text from helpline.support_messages m join helpline.support_tickets t on t.id = m.ticket_id
         where exists (select from {tickets} s where s.id::text = t.id::text) and (m.sender_type = 'admin' and m.sender_id = t.user_id
            -- The customer who opened the ticket stays one when it is given to another person.
            or m.sender_type = 'customer' and m.sender_id <> t.user_id and not exists (select from {activity} o where o.{ticket}::text = t.id::text and o.activity_type in ('created', 'session_started')
           and o.actor_type::text = 'customer' and o.created_at = t.created_at and o.actor_id = m.sender_id))",
    ),
    (
        "two people share a name for none, or a person is missing",
        "select t.id::text from helpline.support_tickets t where not exists (select from helpline.people p where p.id = t.user_id)",
    ),
    (
        "a ticket is assigned to its customer",
        "select id::text from helpline.support_tickets where assigned_to = user_id",
    ),
    (
        "a customer sees a note",
        "select v.body from pg_temp.seen v join {messages} m on m.id::text = v.message_id where m.is_internal is distinct from false",
    ),
    (
        "a customer sees another person's ticket",
        "select v.ticket_id from pg_temp.seen v join {tickets} s on s.id::text = v.ticket_id where s.user_id is not null and s.user_id::text <> v.viewer",
    ),
    (
        "a customer sees a gap",
        "select viewer || ' ' || ticket_id from pg_temp.seen group by viewer, ticket_id having max(seq) <> count(*) or min(seq) <> 1",
    ),
    (
        "a customer sees what someone forged",
        "select a.id || ' ' || a.activity_type || ' by ' || a.actor_type from pg_temp.seen v
         join helpline.support_ticket_activity e on e.ticket_id::text = v.ticket_id and e.public_seq = v.seq and e.message_id is null
         join {activity} a on a.id::text = e.metadata #>> '{adopted,id}'
         join {tickets} s on s.id = a.{ticket}
         where a.actor_type::text in ('admin', 'agent') and not exists (select from public.user_roles r where r.user_id = a.actor_id and r.role in ('admin', 'support_agent'))
               and a.actor_id is not null
            or a.actor_type::text in ('admin', 'agent', 'system') and a.actor_id = s.user_id
            or a.actor_type::text = 'customer' and a.actor_id <> s.user_id and not exists (select from helpline.support_tickets t where t.id::text = s.id::text
               and exists (select from {activity} o where o.{ticket}::text = t.id::text and o.activity_type in ('created', 'session_started')
           and o.actor_type::text = 'customer' and o.created_at = t.created_at and o.actor_id = a.actor_id))",
    ),
    (
        "a customer sees words that are none",
        "select v.new_value from pg_temp.seen v
         where case when v.kind in ('assigned', 'unassigned') then concat(v.new_value, v.old_value) ~ '[0-9a-f]{8}-'
               else concat(v.new_value, v.old_value) !~ '^[a-z_0-9]*$' end",
    ),
    (
        "the platform's pages show another text than the support page",
        "select coalesce(a.id, v.message_id) from pg_temp.api a
         full join (select * from pg_temp.seen where kind = 'message_added') v on v.message_id = a.id and v.viewer = a.viewer
         where a.message is distinct from v.body and coalesce(a.viewer, v.viewer) not in
           (select user_id::text from helpline.user_roles union all select id::text from helpline.people where blocked_at is not null)",
    ),
];

/// Fills pg_temp.seen and pg_temp.api with what each customer is shown.
async fn look(client: &Client) {
    run(
        client,
        "create temporary table if not exists seen (viewer text, ticket_id text, seq bigint, kind text, message_id text, body text, old_value text, new_value text);
         create temporary table if not exists api (viewer text, id text, message text);
         truncate seen, api",
    )
    .await;
    let owners = client
        .query(
            "select distinct user_id::text from helpline.support_tickets",
            &[],
        )
        .await
        .unwrap();
    for owner in owners {
        let owner: String = owner.get(0);
        let claims = format!(r#"{{"sub":"{owner}","role":"authenticated"}}"#);
        let as_role = async |role: &str, sql: &str| {
            run(
                client,
                &format!("set request.jwt.claims = '{claims}'; set role {role}"),
            )
            .await;
            let rows = ask(client, &format!("select json_agg(x) from ({sql}) x")).await;
            run(client, "reset role; reset request.jwt.claims").await;
            rows
        };
        let seen = as_role(
            "helpline_customer",
            "select * from helpline.support_history_for_customer",
        )
        .await;
        let api = as_role(
            "authenticated",
            "select id, message from helpline_api.support_messages",
        )
        .await;
        for (table, columns, rows) in [
            (
                "seen",
                "ticket_id text, seq bigint, kind text, message_id text, body text, old_value text, new_value text",
                seen,
            ),
            ("api", "id text, message text", api),
        ] {
            if rows != "null" {
                let sql = format!(
                    "insert into pg_temp.{table} select $2, r.* from json_to_recordset($1::text::json) r ({columns})"
                );
                client.execute(&sql, &[&rows, &owner]).await.unwrap();
            }
        }
    }
}

/// Panics with the rows that break a rule.
pub async fn assert_hold(adoption: &Adoption, sources: &[Source], what: &str) {
    let client = adoption.platform.another_admin().await;
    look(&client).await;
    let mut broken = Vec::new();
    for source in sources {
        for (rule, sql) in RULES {
            let sql = sql
                .replace("{tickets}", source.tickets)
                .replace("{messages}", source.messages)
                .replace("{activity}", source.activity)
                .replace("{ticket}", source.ticket)
                .replace("{uuid}", IS_UUID);
            let rows = match client.query(&sql, &[]).await {
                Ok(rows) => rows,
                Err(error) => panic!("{rule}: {error:?}"),
            };
            let text =
                |row: &tokio_postgres::Row| row.get::<_, Option<String>>(0).unwrap_or_default();
            let samples: Vec<_> = rows.iter().take(3).map(text).collect();
            if !rows.is_empty() {
                broken.push(format!(
                    "{rule}: {} rows, for example {samples:?}",
                    rows.len()
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{what}:\n{}", broken.join("\n"));
}
