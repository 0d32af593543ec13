//! Tickets that the platform gives to another person after they were copied.

use crate::kit::Adoption;
use crate::platform::{Contents, Platform, ask, run};

/// Ticket 7 of person 8, with later messages of the former owner, the new one and an agent.
const GIVEN: &str = "update public.support_tickets set user_id = md5('person 9')::uuid where id = md5('ticket 7')::uuid;
    insert into public.support_messages (id, ticket_id, sender_id, sender_type, message) values
      (md5('of the new')::uuid, md5('ticket 7')::uuid, md5('person 9')::uuid, 'customer', 'LATER of the new owner'),
      (md5('of the agent')::uuid, md5('ticket 7')::uuid, md5('staff agent')::uuid, 'admin', 'LATER of the agent')";

/// What a customer reads of the ticket.
async fn read(platform: &Platform, person: &str) -> String {
    let customer = platform.session("helpline_customer", person).await;
    let sql = "select coalesce(string_agg(sender_type || ': ' || body, '|' order by seq), '') from helpline.support_history_for_customer
        where ticket_id = md5('ticket 7')::uuid and body is not null";
    ask(&customer, sql).await
}

#[tokio::test]
async fn a_ticket_that_is_given_away_takes_its_customers_words_along() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform = &adoption.platform;
    adoption.adopt(&["--copy"]).await.succeeded();
    let said = "select count(*) from helpline.support_messages where sender_id = md5('person 8')::uuid and sender_type = 'customer' and ticket_id = md5('ticket 7')::uuid";
    let before = platform.ask(said).await;
    assert_ne!(before, "0");
    run(&platform.admin, GIVEN).await;
    for step in ["--follow", "--verify", "--cut-over"] {
        adoption.adopt(&[step]).await.succeeded();
        assert_eq!(
            platform.ask(said).await,
            before,
            "{step}: the former owner's words"
        );
        assert_eq!(
            read(platform, "person 8").await,
            "",
            "{step}: the former owner"
        );
        let new = read(platform, "person 9").await;
        assert!(
            new.contains("customer: LATER of the new owner"),
            "{step}: {new}"
        );
        assert!(new.contains("admin: LATER of the agent"), "{step}: {new}");
    }
}

#[tokio::test]
async fn a_ticket_that_was_worked_on_here_stays_its_owners_without_what_comes_later() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform = &adoption.platform;
    adoption.adopt(&["--copy"]).await.succeeded();
    let agent = platform.session("authenticated", "staff agent").await;
    run(
        &agent,
        "insert into helpline_api.support_messages (ticket_id, message) values (md5('ticket 7')::uuid, 'Answer in Helpline')",
    )
    .await;
    let before = read(platform, "person 8").await;
    assert!(before.contains("Answer in Helpline"), "{before}");
    run(&platform.admin, GIVEN).await;
    run(
        &platform.admin,
        "update public.support_tickets set customer_rating = 1, customer_feedback = 'Rated later' where id = md5('ticket 7')::uuid;
         update public.support_messages set message = 'Edited later', edited_at = now(), is_edited = true where id = md5('message 7 1')::uuid",
    )
    .await;
    let row = |name: &str| format!("select md5('{name}')::uuid::text");
    let ticket = platform.ask(&row("ticket 7")).await;
    let edited = platform.ask(&row("message 7 1")).await;
    let hidden = platform.ask(&row("of the new")).await;
    let followed = adoption.adopt(&["--follow"]).await.succeeded();
    assert!(followed.rules(&hidden).contains(&"owner_changed_hidden"));
    let verified = adoption.adopt(&["--verify"]).await.succeeded();
    for done in [&followed, &verified] {
        let findings = done.report["findings"].as_array().unwrap();
        let there = findings
            .iter()
            .find(|f| f["rule"] == "changed_there")
            .unwrap();
        let samples = there["rows"].as_array().unwrap();
        let has = |row: &str, field: &str| {
            samples
                .iter()
                .any(|s| s["row"] == row && s["field"] == field)
        };
        for field in ["owner", "rating", "feedback"] {
            assert!(has(&ticket, field), "{field}: {samples:?}");
        }
        assert!(has(&edited, "body"), "{samples:?}");
    }
    assert_eq!(read(platform, "person 8").await, before, "the former owner");
    assert_eq!(read(platform, "person 9").await, "", "the new owner");
    let staff = "select count(*) from helpline.support_messages where ticket_id = md5('ticket 7')::uuid and body ~ 'LATER' and is_internal";
    assert_eq!(platform.ask(staff).await, "2");
    adoption.adopt(&["--cut-over"]).await.succeeded();
    assert_eq!(
        read(platform, "person 8").await,
        before,
        "after the cut-over"
    );
}
