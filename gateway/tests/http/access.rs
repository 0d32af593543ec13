//! Authorization: every route for every role, on one's own, another person's or a missing ticket.

use helpline_core::actor::{Actor, Audience, StaffRole};
use helpline_core::ids::{TicketId, UserId};
use helpline_core::policy::{self, DeskAction, TicketAction};
use helpline_core::ticket::{Status, TicketFacts};
use helpline_gateway::dev::people::DemoPerson;
use helpline_gateway::http::endpoint::{Needs, Route};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::endpoints::Endpoint;
use crate::field_samples::{desk_request, waiting_runs_and_hold};
use crate::job_samples;
use crate::test_server::{Answer, TestServer, ada, carl, grace, katherine};

/// The ticket's relation to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Own,
    Foreign,
    Missing,
}

/// The request body with which this route checks the permission for this action.
fn body_for(endpoint: Endpoint, action: TicketAction) -> Option<Value> {
    match (endpoint, action) {
        (Endpoint::PATCH_TICKET, TicketAction::ChangeStatus) => Some(json!({"status": "closed"})),
        (Endpoint::PATCH_TICKET, TicketAction::Triage) => Some(json!({"priority": "high"})),
        (Endpoint::POST_MESSAGE, TicketAction::Send) => Some(json!({"body": "A message"})),
        (Endpoint::POST_MESSAGE, TicketAction::SendNote) => {
            Some(json!({"body": "A note", "internal": true}))
        }
        (Endpoint::RATE_TICKET, _) => Some(json!({"satisfaction_rating": 5})),
        (Endpoint::EDIT_MESSAGE, _) => Some(json!({"body": "Another text"})),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_ticket_route_answers_each_role_as_the_policy_says() {
    let server =
        TestServer::start_with(&["--requests-per-second", "1000", "--requests-burst", "1000"])
            .await;
    let mut tried = 0;
    for endpoint in Endpoint::all() {
        let (Needs::Ticket(actions) | Needs::TicketUnderLock(actions)) = endpoint.route().needs
        else {
            continue;
        };
        for action in actions {
            for person in [ada(), grace(), katherine()] {
                for whose in [Whose::Own, Whose::Foreign, Whose::Missing] {
                    try_on_ticket(&server, endpoint, *action, person, whose).await;
                    tried += 1;
                }
            }
        }
    }
    assert!(tried >= 11 * 9, "the table has shrunk to {tried} cases");
}

async fn try_on_ticket(
    server: &TestServer,
    endpoint: Endpoint,
    action: TicketAction,
    person: &DemoPerson,
    whose: Whose,
) {
    let route = endpoint.route();
    let case = format!(
        "{} {} {action} by {} on {whose:?}",
        route.method, route.path, person.name
    );
    let owner = if whose == Whose::Own { person } else { carl() };
    // Only a resolved or closed ticket can be rated. All other actions use an open ticket.
    let over = matches!(action, TicketAction::Rate);
    let ticket = server.ticket(owner).await;
    let may_write = whose == Whose::Own || person.role.is_some();
    let message = if may_write {
        server.message(person, &ticket, "Mine").await
    } else {
        Uuid::now_v7().to_string()
    };
    if over {
        server
            .call(
                owner,
                "PATCH",
                &format!("/v1/tickets/{ticket}"),
                Some(json!({"status": "closed"})),
            )
            .await
            .expect(200);
    }
    let named = if whose == Whose::Missing {
        Uuid::now_v7().to_string()
    } else {
        ticket.clone()
    };
    // Find an event whose text can be redacted.
    let logged = server
        .database
        .query_one(
            "with logged as (update support_tickets set metadata = '{\"a\": 1}' where id = $1 returning id)
             select (select max(seq) + 1 from support_ticket_activity where ticket_id = (select id from logged))",
            &[&ticket.parse::<Uuid>().unwrap()],
        )
        .await
        .unwrap()
        .get::<_, i64>(0);
    let path = route
        .path
        .replace("{ticket}", &named)
        .replace("{message}", &message)
        .replace("{seq}", &logged.to_string());
    let before = server
        .access_rows(Some(person.id), route.refused)
        .await
        .len();
    let answer = server
        .call(person, route.method, &path, body_for(endpoint, action))
        .await;

    let actor = Actor {
        user: person.id,
        role: person.role,
    };
    let status = if over { Status::Closed } else { Status::Open };
    let facts = TicketFacts {
        id: TicketId::new(ticket.parse().unwrap()),
        owner: owner.id,
        status,
        archived: false,
    };
    let expected = if whose == Whose::Missing {
        Err(helpline_core::reject::Reject::not_found())
    } else {
        policy::decide(&actor, action, &facts)
    };
    match expected {
        Ok(audience) => {
            assert!(
                (200..300).contains(&answer.status),
                "{case}: {}",
                answer.text()
            );
            if let (Audience::Staff, Some(read)) = (audience, route.read) {
                let rows = server.access_rows(Some(person.id), read).await;
                assert_eq!(
                    rows.first(),
                    Some(&(None, Some(facts.id.uuid()))),
                    "{case}: a staff read leaves its row"
                );
            }
        }
        Err(reject) => {
            assert_eq!(
                (answer.status, answer.json()["code"].as_str()),
                (reject.code.http_status(), Some(reject.code.as_str())),
                "{case}"
            );
            let rows = server
                .access_rows_when(Some(person.id), route.refused, before + 1)
                .await;
            assert_eq!(rows.len(), before + 1, "{case}: a refusal leaves one row");
            assert_eq!(rows[0].0.as_deref(), Some(reject.code.as_str()), "{case}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_ticket_and_a_missing_one_get_the_same_answer() {
    let server = TestServer::start().await;
    let ticket = server.ticket(carl()).await;
    let number = server
        .get(carl(), &format!("/v1/tickets/{ticket}"))
        .await
        .expect(200)["ticket_number"]
        .as_str()
        .unwrap()
        .to_owned();
    let missing = Uuid::now_v7().to_string();
    for endpoint in Endpoint::all() {
        let Route {
            method,
            path,
            needs: Needs::Ticket(actions) | Needs::TicketUnderLock(actions),
            ..
        } = endpoint.route()
        else {
            continue;
        };
        for action in *actions {
            let mut answers: Vec<Answer> = Vec::new();
            for name in [&ticket, &number, &missing, "TKT-999999", "nonsense"] {
                let path = path
                    .replace("{ticket}", name)
                    .replace("{message}", &missing)
                    .replace("{seq}", "1");
                answers.push(
                    server
                        .call(ada(), method, &path, body_for(endpoint, *action))
                        .await,
                );
            }
            for answer in &answers {
                assert_eq!(
                    (answer.status, &answer.bytes),
                    (404, &answers[0].bytes),
                    "{method} {path} {action}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_desk_route_answers_each_role_as_the_policy_says() {
    let server = TestServer::start().await;
    let open = server.ticket(ada()).await;
    job_samples::insert(&server.database, &open).await;
    let roles = [
        (ada(), None),
        (grace(), Some(StaffRole::SupportAgent)),
        (katherine(), Some(StaffRole::Admin)),
    ];
    for endpoint in Endpoint::all() {
        let route = endpoint.route();
        let Needs::Desk(actions) = route.needs else {
            continue;
        };
        for action in actions {
            let ([run, _], hold) = waiting_runs_and_hold(&server).await;
            for (person, role) in roles {
                let case = format!(
                    "{} {} {action} by {}",
                    route.method, route.path, person.name
                );
                let (query, body) = desk_request(endpoint, *action);
                let (query, body) = match job_samples::sample(endpoint, &open) {
                    Some(sample) => (query, Some(sample)),
                    None => (job_samples::needed_query(endpoint).unwrap_or(query), body),
                };
                // All paths have Carl's id, except that a personal reply's path has its owner's.
                let id = carl().id.to_string();
                let reply = match action {
                    DeskAction::KeepOwnReplies => person.id.to_string(),
                    _ => id.clone(),
                };
                let path = route
                    .path
                    .replace("{user}", &id)
                    .replace("{reply}", &reply)
                    .replace("{run}", &run)
                    .replace("{hold}", &hold)
                    .replace("{name}", "away_notice");
                let path = format!("{}{query}", job_samples::named(&path));
                let answer = server.call(person, route.method, &path, body).await;
                let user = person.id;
                match policy::decide_desk(&Actor { user, role }, *action) {
                    Ok(()) => {
                        assert!(
                            (200..300).contains(&answer.status),
                            "{case}: {}",
                            answer.text()
                        );
                        if let (Some(read), true) = (route.read, *action != DeskAction::ListOwn) {
                            assert!(
                                !server.access_rows(Some(person.id), read).await.is_empty(),
                                "{case}: a staff read leaves its row"
                            );
                        }
                    }
                    Err(reject) => {
                        assert_eq!(
                            answer.refused(reject.code.http_status()),
                            reject.code.as_str(),
                            "{case}"
                        );
                        let rows = server.access_rows(Some(person.id), route.refused).await;
                        assert_eq!(
                            rows[0].0.as_deref(),
                            Some(reject.code.as_str()),
                            "{case}: a refusal leaves its row"
                        );
                    }
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_blocked_and_the_expired_do_not_enter() {
    let server = TestServer::start().await;
    server
        .database
        .execute(
            "update people set blocked_at = now() where id = $1",
            &[&ada().id.uuid()],
        )
        .await
        .unwrap();
    assert_eq!(server.get(ada(), "/v1/me").await.refused(403), "blocked");
    let expired = crate::test_server::token_with(&helpline_gateway::auth::claims_of(
        &UserId::new(Uuid::now_v7()).into(),
        "authenticated",
        1,
    ));
    let request = server
        .request("GET", "/v1/me")
        .header("authorization", format!("Bearer {expired}"));
    assert_eq!(
        server
            .send(request.body(Vec::new()).unwrap())
            .await
            .refused(401),
        "token_expired"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_come_from_the_record_and_from_this_moment() {
    let server = TestServer::start().await;
    let me = server.get(carl(), "/v1/me").await.expect(200);
    assert_eq!(
        (&me["role"], &me["user"]["name"]),
        (&Value::Null, &json!("Carl Gauss"))
    );
    let role = format!("/v1/roles/{}", carl().id);
    server
        .call(
            katherine(),
            "PUT",
            &role,
            Some(json!({"role": "support_agent"})),
        )
        .await
        .expect(204);
    assert_eq!(
        server.get(carl(), "/v1/me").await.expect(200)["role"],
        "support_agent"
    );
    server
        .get(carl(), "/v1/tickets?scope=all")
        .await
        .expect(200);
    server
        .call(katherine(), "DELETE", &role, None)
        .await
        .expect(204);
    assert_eq!(
        server
            .get(carl(), "/v1/tickets?scope=all")
            .await
            .refused(403),
        "forbidden"
    );
    let last = format!("/v1/roles/{}", katherine().id);
    // Carl becomes an admin but is blocked, so Katherine is still the last admin who can sign in.
    let grant = json!({"role": "admin"});
    server
        .call(katherine(), "PUT", &role, Some(grant))
        .await
        .expect(204);
    let block = "update people set blocked_at = now() where id = $1";
    let blocked = server.database.execute(block, &[&carl().id.uuid()]).await;
    blocked.unwrap();
    assert_eq!(
        server
            .call(katherine(), "DELETE", &last, None)
            .await
            .refused(409),
        "conflict"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_customers_on_their_own_tickets() {
    let server = TestServer::start().await;
    let ticket = server.ticket(grace()).await;
    server
        .call(
            katherine(),
            "POST",
            &format!("/v1/tickets/{ticket}/messages"),
            Some(json!({"body": "canary-note", "internal": true})),
        )
        .await
        .expect(201);
    let shown = server.get(grace(), &format!("/v1/tickets/{ticket}")).await;
    assert!(
        shown.expect(200).get("user_id").is_none(),
        "the customer's view has this field"
    );
    for path in ["activity", "messages"] {
        let page = server
            .get(grace(), &format!("/v1/tickets/{ticket}/{path}"))
            .await;
        page.expect(200);
        assert!(!page.text().contains("canary-note"));
    }
}
