//! The platform whose tickets Helpline adopts, and what its own support system lets people do. The
//! command itself is tested with the binary, in the crate `helpline-gateway`.

pub mod platform;

use crate::test_db::{cluster, empty_name};
use platform::{Contents, Platform, ask, run};

#[tokio::test]
async fn the_platform_has_the_faults_that_adoption_must_judge() {
    let platform = Platform::create(cluster().await, &empty_name(), &Contents::ODD).await;
    for (what, count) in [
        ("support_tickets", "200"),
        ("chat_sessions", "60"),
        ("user_roles", "5"),
        (
            "support_tickets t where not exists (select from auth.users u where u.id = t.user_id)",
            "1",
        ),
        (
            "support_messages m join support_tickets t on t.id = m.ticket_id
             where m.sender_id = t.user_id and (m.sender_type <> 'customer' or m.is_internal is not false)",
            "6",
        ),
    ] {
        let found = platform.ask(&format!("select count(*) from {what}")).await;
        assert_eq!(found, count, "{what}");
    }
    // A customer may write a message as admin, and forge the history of another person's ticket.
    let customer = platform.session("authenticated", "person 4").await;
    let ticket = ask(
        &customer,
        "select id from public.support_tickets order by ticket_number limit 1",
    )
    .await;
    run(
        &customer,
        &format!(
            "insert into public.support_messages (ticket_id, sender_id, sender_type, is_internal, message)
             values ('{ticket}', auth.uid(), 'admin', true, 'forged');
             select public.log_ticket_activity(md5('t senders')::uuid, 'resolved', md5('staff admin')::uuid, 'admin')"
        ),
    )
    .await;
    let others = "select count(*) from public.support_tickets where user_id <> auth.uid()";
    assert_eq!(ask(&customer, others).await, "0");
    // The triggers of the platform write the activity of a message with the time of the message.
    let same = "select count(*) from public.support_messages m join public.support_ticket_activity a on a.ticket_id = m.ticket_id
                and a.created_at = m.created_at and a.actor_id = m.sender_id where m.message = 'forged'";
    assert_eq!(platform.ask(same).await, "1");
}
