//! Tests `if_assigned_to`. A caller names the assignee that they saw, so that they do not overwrite
//! an assignment that another person made after the caller read the ticket.

use serde_json::{Value, json};

use crate::test_server::{Answer, TestServer, ada, alan, grace, katherine};

async fn change(
    server: &TestServer,
    person: &helpline_gateway::dev::people::DemoPerson,
    ticket: &str,
    patch: Value,
) -> Answer {
    let path = format!("/v1/tickets/{ticket}");
    server.call(person, "PATCH", &path, Some(patch)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_another_person_took_meanwhile_is_a_conflict_and_nothing_is_changed() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let take = json!({"assigned_to": "me", "if_assigned_to": "nobody"});
    change(&server, grace(), &ticket, take.clone())
        .await
        .expect(200);
    let both = json!({"assigned_to": "me", "if_assigned_to": null, "priority": "urgent"});
    for patch in [take.clone(), both] {
        let answer = change(&server, alan(), &ticket, patch).await;
        let problem = answer.json();
        assert_eq!(answer.refused(409), "conflict");
        assert_eq!(
            problem["assigned_to"],
            json!({"id": grace().id, "name": "Grace"})
        );
        assert_eq!(problem["title"], "assigned_to: Grace has the ticket now");
    }
    let now = server
        .get(alan(), &format!("/v1/tickets/{ticket}"))
        .await
        .expect(200);
    assert_eq!(
        (&now["assigned_to"]["id"], &now["priority"]),
        (&json!(grace().id), &json!("medium"))
    );
    let rows = server
        .access_rows(Some(alan().id), "ticket_change_refused")
        .await;
    let row = (Some("conflict".to_owned()), Some(ticket.parse().unwrap()));
    assert_eq!(rows, [row.clone(), row]);

    // The client repeats a successful request, as if the first response was lost. The repeated
    // request is not refused as a `conflict`, and writes nothing.
    let head = now["seq"].clone();
    let again = change(&server, grace(), &ticket, take).await.expect(200);
    assert_eq!(again["seq"], head);
    // A caller who names the current assignee in `if_assigned_to` may take over the ticket, or
    // unassign it.
    let seen = json!({"assigned_to": "me", "if_assigned_to": grace().id});
    change(&server, alan(), &ticket, seen.clone())
        .await
        .expect(200);
    assert_eq!(
        change(&server, katherine(), &ticket, seen)
            .await
            .refused(409),
        "conflict"
    );
    let back = json!({"assigned_to": "nobody", "if_assigned_to": "me"});
    change(&server, alan(), &ticket, back).await.expect(200);
    // The caller names a former assignee, Alan, who has unassigned the ticket.
    let late = json!({"assigned_to": katherine().id, "if_assigned_to": alan().id});
    let answer = change(&server, grace(), &ticket, late).await;
    assert_eq!(
        answer.json()["title"],
        "assigned_to: the ticket is unassigned now"
    );
    assert_eq!(answer.json().get("assigned_to"), None);
    assert_eq!(answer.refused(409), "conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_belongs_to_an_assignment_and_is_a_persons_id_me_or_nobody() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    for (patch, title) in [
        (
            json!({"assigned_to": "me", "if_assigned_to": "grace"}),
            "if_assigned_to: must be an id, me or nobody",
        ),
        (
            json!({"if_assigned_to": "nobody"}),
            "if_assigned_to: requires assigned_to",
        ),
        (
            json!({"priority": "high", "if_assigned_to": null}),
            "if_assigned_to: requires assigned_to",
        ),
    ] {
        let bulk = json!({"tickets": [ticket], "patch": patch});
        for answer in [
            change(&server, grace(), &ticket, patch).await,
            server
                .call(grace(), "POST", "/v1/tickets/bulk", Some(bulk))
                .await,
        ] {
            assert_eq!(answer.json()["title"], title);
            assert_eq!(answer.refused(422), "invalid_field");
        }
    }
    // If a customer tries an assignment, the refusal does not reveal the assignee.
    let answer = change(
        &server,
        ada(),
        &ticket,
        json!({"assigned_to": "nobody", "if_assigned_to": "me"}),
    )
    .await;
    assert_eq!(answer.refused(403), "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_tickets_those_that_another_person_took_are_refused_each_by_itself() {
    let server = TestServer::start().await;
    let (free, taken, mine) = (
        server.ticket(ada()).await,
        server.ticket(ada()).await,
        server.ticket(ada()).await,
    );
    for (person, ticket) in [(grace(), &taken), (alan(), &mine)] {
        change(&server, person, ticket, json!({"assigned_to": "me"}))
            .await
            .expect(200);
    }
    let patch = json!({"assigned_to": "me", "if_assigned_to": "nobody", "priority": "urgent"});
    let body = json!({"tickets": [taken, free, mine], "patch": patch});
    let answer = server
        .call(alan(), "POST", "/v1/tickets/bulk", Some(body))
        .await
        .expect(200);
    assert_eq!(
        answer["results"],
        json!([
            {"id": taken, "ok": false, "code": "conflict"},
            {"id": free, "ok": true},
            {"id": mine, "ok": true},
        ])
    );
    let kept = server
        .get(alan(), &format!("/v1/tickets/{taken}"))
        .await
        .expect(200);
    assert_eq!(
        (&kept["assigned_to"]["id"], &kept["priority"]),
        (&json!(grace().id), &json!("medium"))
    );
    assert_eq!(
        server
            .access_rows(Some(alan().id), "ticket_change_refused")
            .await,
        [(Some("conflict".to_owned()), Some(taken.parse().unwrap()))]
    );
}
