//! Requests without a valid token: every route refuses them, and the access log has the reason.

use std::collections::BTreeSet;

use helpline_gateway::http::endpoint::Needs;
use uuid::Uuid;

use crate::endpoints::Endpoint;
use crate::test_server::{TestServer, ada};

#[tokio::test(flavor = "multi_thread")]
async fn every_route_refuses_whoever_is_not_signed_in() {
    let mut server = TestServer::start().await;
    let mut reasons = BTreeSet::new();
    for (n, endpoint) in Endpoint::all().enumerate() {
        // Refused sign-ins are rate-limited, and each route gets a few of them.
        if n % 25 == 24 {
            reasons.extend(reasons_of_refusals(&server).await);
            server = TestServer::start().await;
        }
        let route = endpoint.route();
        let id = Uuid::now_v7().to_string();
        let path = [
            "{ticket}",
            "{message}",
            "{user}",
            "{reply}",
            "{run}",
            "{hold}",
            "{upload}",
            "{attachment}",
        ]
        .iter()
        .fold(route.path.to_owned(), |path, name| path.replace(name, &id));
        let path = path.replace("{name}", "away_notice");
        if route.needs == Needs::Nothing {
            let request = server
                .request(route.method, &path)
                .header("authorization", "Bearer nonsense");
            assert_eq!(
                server.send(request.body(Vec::new()).unwrap()).await.status,
                200,
                "{} needs no token",
                route.path
            );
            continue;
        }
        let good = server.token(ada());
        let bad = [
            "",
            "Bearer",
            "Bearer ",
            "Bearer nonsense",
            "Basic YWRhOmFkYQ==",
            &good,
            &format!("Bearer {good}x"),
        ]
        .map(str::to_owned);
        // Send most invalid headers to one route only, because refused sign-ins are rate-limited.
        let bad = if endpoint == Endpoint::ME {
            &bad[..]
        } else {
            &bad[6..]
        };
        for header in bad {
            let request = server
                .request(route.method, &path)
                .header("authorization", header);
            let answer = server.send(request.body(Vec::new()).unwrap()).await;
            assert_eq!(
                answer.refused(401),
                "not_authenticated",
                "{} {} with {header:?}",
                route.method,
                route.path
            );
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
        let request = server.request(
            route.method,
            &format!("{path}?token={good}&access_token={good}"),
        );
        assert_eq!(
            server
                .send(request.body(Vec::new()).unwrap())
                .await
                .refused(401),
            "not_authenticated"
        );
    }
    reasons.extend(reasons_of_refusals(&server).await);
    assert!(
        reasons.iter().eq(["not_a_token", "signature"]),
        "{reasons:?}"
    );
}

/// The access log has the reason of each refused sign-in, which the client does not get.
async fn reasons_of_refusals(server: &TestServer) -> Vec<String> {
    let rows = server.access_rows(None, "sign_in_refused").await;
    assert!(
        rows.iter()
            .all(|(refused, _)| refused.as_deref() == Some("not_authenticated"))
            && !rows.is_empty()
    );
    let sql = "select distinct detail ->> 'reason' from access_log where action = 'sign_in_refused' and detail ? 'reason' order by 1";
    let reasons = server.database.query(sql, &[]).await.unwrap();
    reasons.iter().map(|row| row.get(0)).collect()
}
