//! Tickets that people change in Helpline while the platform's old pages still write to theirs.

use crate::kit::Adoption;
use crate::platform::{Contents, Platform, run};

/// What a customer of the platform writes into a ticket, in an old page.
async fn write(platform: &Platform, person: &str, ticket: &str, message: &str) {
    let old = platform.session("authenticated", person).await;
    run(
        &old,
        &format!(
            "insert into public.support_messages (id, ticket_id, sender_id, sender_type, message)
             values (md5('{message}')::uuid, md5('{ticket}')::uuid, auth.uid(), 'customer', 'Old page: {message}')"
        ),
    )
    .await;
}

#[tokio::test]
async fn what_was_written_here_stays_and_what_is_written_there_comes_behind_it() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform = &adoption.platform;
    adoption.adopt(&["--copy"]).await.succeeded();
    let agent = platform.session("authenticated", "staff agent").await;
    run(
        &agent,
        "insert into helpline_api.support_messages (ticket_id, message) values (md5('ticket 7')::uuid, 'Answer in Helpline');
         insert into helpline_api.support_messages (ticket_id, message, is_internal) values (md5('ticket 7')::uuid, 'NOTE in Helpline', true)",
    )
    .await;
    let history =
        "select md5(string_agg(e::text, ' ' order by seq)) from helpline.support_ticket_activity e
                   where ticket_id = md5('ticket 7')::uuid and seq <= ";
    let last: i64 = platform
        .ask("select max(seq) from helpline.support_ticket_activity where ticket_id = md5('ticket 7')::uuid")
        .await
        .parse()
        .unwrap();
    let before = platform.ask(&format!("{history}{last}")).await;
    write(platform, "person 8", "ticket 7", "first").await;
    adoption.adopt(&["--follow"]).await.succeeded();
    write(platform, "person 8", "ticket 7", "second").await;
    adoption.adopt(&["--follow"]).await.succeeded();
    let once = adoption.adopted().await;
    adoption.adopt(&["--follow"]).await.succeeded();
    assert_eq!(adoption.adopted().await, once, "followed without news");
    assert_eq!(
        platform.ask(&format!("{history}{last}")).await,
        before,
        "the history was renumbered"
    );
    let bodies = "select string_agg(m.body, '|' order by a.seq) from helpline.support_ticket_activity a
                  join helpline.support_messages m on m.id = a.message_id
                  where a.ticket_id = md5('ticket 7')::uuid and a.kind in ('message_added', 'internal_note_added') and m.body ~ 'Helpline|Old page'";
    assert_eq!(
        platform.ask(bodies).await,
        "Answer in Helpline|NOTE in Helpline|Old page: first|Old page: second"
    );
    adoption.adopt(&["--verify"]).await.succeeded();
}

#[tokio::test]
async fn what_was_removed_here_does_not_come_back() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform = &adoption.platform;
    adoption.adopt(&["--copy"]).await.succeeded();
    let admin = platform.session("helpline_staff", "staff admin").await;
    let seq = platform
        .ask("select seq from helpline.support_ticket_activity where metadata #>> '{adopted,id}' = md5('a forged resolved')::uuid::text")
        .await;
    run(
        &admin,
        &format!(
            "select helpline.support_redact_event(md5('t forged')::uuid, {seq});
             select helpline.support_redact_message(md5('t texts')::uuid, md5('m long')::uuid);
             select helpline.support_redact_subject(md5('t subject long')::uuid)"
        ),
    )
    .await;
    for ticket in ["forged", "texts", "subject long"] {
        write(
            platform,
            "person 3",
            &format!("t {ticket}"),
            &format!("news of {ticket}"),
        )
        .await;
    }
    adoption.adopt(&["--follow"]).await.succeeded();
    for text in ["Planted forged resolved", "üüüüü", "Ärger"] {
        for table in [
            "support_tickets",
            "support_messages",
            "support_ticket_activity",
            "adopted_originals",
        ] {
            let sql = format!("select count(*) from helpline.{table} t where t::text ~ '{text}'");
            assert_eq!(platform.ask(&sql).await, "0", "{text} in {table}");
        }
    }
    let news = "select count(*) from helpline.support_messages where body ~ 'Old page: news of'";
    assert_eq!(platform.ask(news).await, "3");
    let gaps = "select count(*) from (select from helpline.support_ticket_activity group by ticket_id having max(seq) <> count(*)) x";
    assert_eq!(platform.ask(gaps).await, "0");
    adoption.adopt(&["--verify"]).await.succeeded();
}

#[tokio::test]
async fn what_could_not_be_stored_is_kept_from_customers() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform = &adoption.platform;
    adoption.adopt(&["--copy"]).await.succeeded();
    let kept = "select count(*) > 0 from helpline.adopted_originals where original::text ~ 'secret secret'";
    assert_eq!(platform.ask(kept).await, "true");
    for role in [
        "anon",
        "authenticated",
        "service_role",
        "helpline_customer",
        "helpline_service",
    ] {
        for table in ["adopted_originals", "adopted_tickets", "adoption_revoked"] {
            let may = format!(
                "select has_table_privilege('{role}', 'helpline.{table}', 'select, insert, update, delete, truncate')"
            );
            assert_eq!(platform.ask(&may).await, "false", "{role} on {table}");
        }
    }
    // A deleted ticket takes along what was kept of it.
    platform
        .sql(
            "set session_replication_role = replica;
             update helpline.support_tickets set archived_at = now() - interval '5 years' where id = md5('t texts')::uuid;
             set session_replication_role = origin;
             select helpline.delete_old_archived_tickets()",
        )
        .await;
    assert_eq!(platform.ask(kept).await, "false");
}

#[tokio::test]
async fn a_customer_who_writes_in_an_old_page_waits_here_too() {
    let adoption = Adoption::installed(&Contents::plain(30)).await;
    let platform = &adoption.platform;
    adoption.adopt(&["--copy"]).await.succeeded();
    // Changed here, so that the platform's newer rows are appended. Then answered.
    let ticket = "(select t.id from helpline.support_tickets t where t.status not in ('resolved', 'closed') and t.archived_at is null
                   and t.user_id is not null order by t.id limit 1)";
    run(
        &platform.admin,
        &format!("update helpline.support_tickets set priority = case priority when 'urgent' then 'low' else 'urgent' end where id = {ticket};
                  update helpline.support_ticket_heads set waiting_since = null where ticket_id = {ticket};
                  insert into public.support_messages (id, ticket_id, sender_id, sender_type, message)
                    select md5('late question')::uuid, t.id, t.user_id, 'customer', 'Still there?' from helpline.support_tickets t where t.id = {ticket}"),
    )
    .await;
    adoption.adopt(&["--follow"]).await.succeeded();
    let waits = format!(
        "select h.waiting_since = m.created_at from helpline.support_ticket_heads h, helpline.support_messages m
         where h.ticket_id = {ticket} and m.id = md5('late question')::uuid"
    );
    assert_eq!(platform.ask(&waits).await, "true");
}

#[tokio::test]
async fn what_retention_deleted_here_does_not_come_back() {
    let adoption = Adoption::installed(&Contents::plain(30)).await;
    let platform = &adoption.platform;
    adoption.adopt(&["--copy"]).await.succeeded();
    run(
        &platform.admin,
        "set session_replication_role = replica;
         update helpline.support_tickets set archived_at = now() - interval '5 years'
           where id in (select id from helpline.support_tickets where not legal_hold order by id limit 12);
         set session_replication_role = origin;
         select helpline.delete_old_archived_tickets()",
    )
    .await;
    let count = "select count(*) from helpline.support_tickets";
    let left = platform.ask(count).await;
    run(
        &platform.admin,
        "update public.support_tickets set updated_at = now()",
    )
    .await;
    let followed = adoption.adopt(&["--follow"]).await.succeeded();
    let findings = followed.report["findings"].as_array().unwrap();
    let deleted = findings
        .iter()
        .find(|finding| finding["rule"] == "deleted_here")
        .expect("they are listed");
    assert!(deleted["count"].as_u64().unwrap() > 0);
    adoption.adopt(&["--cut-over"]).await.succeeded();
    assert_eq!(platform.ask(count).await, left);
}

#[tokio::test]
async fn a_message_that_comes_after_its_row_of_the_history_is_shown() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform = &adoption.platform;
    run(
        &platform.admin,
        "create table public.aside as select * from public.support_messages where id = md5('message 7 1')::uuid;
         delete from public.support_messages where id = md5('message 7 1')::uuid",
    )
    .await;
    adoption.adopt(&["--copy"]).await.succeeded();
    let agent = platform.session("authenticated", "staff agent").await;
    run(
        &agent,
        "insert into helpline_api.support_messages (ticket_id, message) values (md5('ticket 7')::uuid, 'Answer in Helpline')",
    )
    .await;
    run(
        &platform.admin,
        "set session_replication_role = replica; insert into public.support_messages select * from public.aside;
         reset session_replication_role; drop table public.aside",
    )
    .await;
    adoption.adopt(&["--follow"]).await.succeeded();
    let shown = "select count(*) from helpline.support_ticket_activity where message_id = md5('message 7 1')::uuid and public_seq is not null";
    assert_eq!(platform.ask(shown).await, "1");
    adoption.adopt(&["--verify"]).await.succeeded();
}
