//! What changes after the copy without anyone working on a ticket: addresses of people, and numbers.

use crate::kit::Adoption;
use crate::platform::{Contents, run};

/// What an instance does with changed people, until nothing is left.
const FOLLOW: &str = "do $$ begin while helpline.support_follow_people(1000) loop end loop; end $$";

#[tokio::test]
async fn a_new_address_of_a_person_is_no_change_of_their_tickets() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform = &adoption.platform;
    adoption.adopt(&["--copy"]).await.succeeded();
    // On the platform, and by a token with another address.
    run(
        &platform.admin,
        "update auth.users set email = 'new@example.org' where id = md5('person 8')::uuid",
    )
    .await;
    adoption.adopt(&["--follow"]).await.succeeded();
    platform
        .sql("update helpline.people set email = 'token@example.org', last_seen_at = now() where id in (md5('person 8')::uuid, md5('person 9')::uuid)")
        .await;
    platform.sql(FOLLOW).await;
    let followed = "select count(*) filter (where customer_email <> 'token@example.org') || ' of ' || (count(*) > 1)
                    from helpline.support_tickets where user_id in (md5('person 8')::uuid, md5('person 9')::uuid)";
    assert_eq!(platform.ask(followed).await, "0 of true");
    for step in ["--verify", "--cut-over"] {
        adoption.adopt(&[step]).await.succeeded();
    }
}

#[tokio::test]
async fn a_number_that_the_platform_changes_is_followed() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform = &adoption.platform;
    adoption.adopt(&["--copy"]).await.succeeded();
    let agent = platform.session("authenticated", "staff agent").await;
    run(
        &agent,
        "insert into helpline_api.support_messages (ticket_id, message) values (md5('ticket 8')::uuid, 'Answer in Helpline')",
    )
    .await;
    // Ticket 9 gets the number that ticket 10 has.
    run(
        &platform.admin,
        "update public.support_tickets set ticket_number = 'MOVED-77' where id = md5('ticket 7')::uuid;
         update public.support_tickets set ticket_number = 'MOVED-88' where id = md5('ticket 8')::uuid;
         alter table public.support_tickets drop constraint if exists support_tickets_ticket_number_key;
         update public.support_tickets set ticket_number = (select ticket_number from public.support_tickets where id = md5('ticket 10')::uuid)
         where id = md5('ticket 9')::uuid",
    )
    .await;
    adoption.adopt(&["--follow"]).await.succeeded();
    let number = |ticket: &str| {
        format!(
            "select ticket_number from helpline.support_tickets where id = md5('{ticket}')::uuid"
        )
    };
    assert_eq!(platform.ask(&number("ticket 7")).await, "MOVED-77");
    assert_ne!(platform.ask(&number("ticket 8")).await, "MOVED-88");
    let doubled = platform.ask(&number("ticket 10")).await;
    assert_eq!(
        platform.ask(&number("ticket 9")).await,
        format!("{doubled}-2")
    );
    let verified = adoption.adopt(&["--verify"]).await.succeeded();
    let id = |ticket: &str| format!("select md5('{ticket}')::uuid");
    for (ticket, rule, is_listed) in [
        ("ticket 7", "number_doubled", false),
        ("ticket 8", "changed_there", true),
        ("ticket 9", "number_doubled", true),
    ] {
        let rules = verified.rules(&platform.ask(&id(ticket)).await).join(" ");
        assert_eq!(rules.contains(rule), is_listed, "{ticket}: {rules}");
    }
    adoption.adopt(&["--cut-over"]).await.succeeded();
}

#[tokio::test]
async fn what_a_row_says_of_a_deleted_customer_is_kept_aside() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform = &adoption.platform;
    run(
        &platform.admin,
        "alter table public.support_tickets alter column user_id drop not null;
         update public.support_tickets set user_id = null, user_name = 'Lost Name', user_email = 'lost@example.org' where id = md5('ticket 7')::uuid",
    )
    .await;
    for step in ["--copy", "--verify"] {
        adoption.adopt(&[step]).await.succeeded();
    }
    let kept = "select count(*) from helpline.adopted_originals where ticket_id = md5('ticket 7')::uuid and original::text ~ 'Lost Name|lost@example.org'";
    assert_eq!(platform.ask(kept).await, "2");
    let shown =
        "select count(*) from helpline.people p where p::text ~ 'Lost Name|lost@example.org'";
    assert_eq!(platform.ask(shown).await, "0");
}
