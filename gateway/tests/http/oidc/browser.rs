//! A minimal browser for tests, which stores cookies and follows redirects.

use std::collections::BTreeMap;

use axum::http::Request;
use axum::http::request::Builder;
use serde_json::Value;

use super::provider::Provider;
use crate::kit::rest::{Answer, RestClient};

#[derive(Default, Clone)]
pub struct Browser {
    pub cookies: BTreeMap<String, String>,
    /// The attributes that each cookie was set with, by the cookie's name.
    pub attributes: BTreeMap<String, String>,
    rest: RestClient,
}

/// Starts building a request to the server at `desk`.
fn at(desk: &str, method: &str, path: &str) -> Builder {
    Request::builder()
        .method(method)
        .uri(format!("{desk}{path}"))
}

impl Browser {
    pub async fn get(&mut self, desk: &str, path: &str) -> Answer {
        self.send(at(desk, "GET", path)).await
    }

    pub async fn send(&mut self, request: Builder) -> Answer {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = if cookies.is_empty() {
            request
        } else {
            request.header("cookie", cookies.join("; "))
        };
        let answer = self.rest.send(request.body(Vec::new()).unwrap()).await;
        for set in answer.headers.get_all("set-cookie") {
            let (pair, attributes) = set.to_str().unwrap().split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.attributes.insert(name.into(), attributes.into());
            if attributes.contains("Max-Age=0;") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        answer
    }

    /// Starts a sign-in. Returns the provider's URL to which the browser is redirected.
    pub async fn begins(&mut self, desk: &str, path: &str) -> String {
        let to = format!("/oidc/sign-in?return={path}");
        let led = self.comes_back(desk, &to).await;
        // The server may first redirect to its public host. In the tests, the same server also
        // plays that host.
        match led.find("/oidc/sign-in?") {
            Some(at) => self.comes_back(desk, &led[at..]).await,
            None => led,
        }
    }

    /// Signs in through the provider. Returns the path to which the server finally redirects.
    pub async fn signs_in(&mut self, desk: &str, provider: &Provider) -> String {
        let to = self.begins(desk, "/support").await;
        let back = provider.agrees(&to);
        self.comes_back(desk, &back).await
    }

    pub async fn comes_back(&mut self, desk: &str, back: &str) -> String {
        let answer = self.get(desk, back).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.header("location").unwrap().to_owned()
    }

    /// Fetches an access token for the signed-in person, or `None` without a sign-in session.
    pub async fn token(&mut self, desk: &str) -> Option<String> {
        let answer = self.get(desk, "/oidc/token").await;
        match answer.status {
            401 => None,
            _ => Some(answer.expect(200)["token"].as_str().unwrap().to_owned()),
        }
    }

    /// Requests `/v1/me` as the signed-in person.
    pub async fn me(&mut self, desk: &str) -> Answer {
        let token = self.token(desk).await.expect("signed in");
        let request = at(desk, "GET", "/v1/me").header("authorization", format!("Bearer {token}"));
        self.rest.send(request.body(Vec::new()).unwrap()).await
    }
}

/// Reads the claims of a token without verifying the token.
pub fn claims(token: &str) -> Value {
    helpline_gateway::auth::parts_of(token).1.unwrap()
}
