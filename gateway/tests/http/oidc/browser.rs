//! A browser's part: it keeps cookies and goes where it is sent.

use std::collections::BTreeMap;

use axum::http::Request;
use axum::http::request::Builder;
use serde_json::Value;

use super::provider::Provider;
use crate::kit::rest::{Answer, RestClient};

#[derive(Default, Clone)]
pub struct Browser {
    pub cookies: BTreeMap<String, String>,
    /// What each was set with.
    pub attributes: BTreeMap<String, String>,
    rest: RestClient,
}

/// A request to the desk at this address.
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

    /// To the provider; gives the address that it was sent to.
    pub async fn begins(&mut self, desk: &str, path: &str) -> String {
        let to = format!("/oidc/sign-in?return={path}");
        let led = self.comes_back(desk, &to).await;
        // To the public host, which this desk stands for too.
        match led.find("/oidc/sign-in?") {
            Some(at) => self.comes_back(desk, &led[at..]).await,
            None => led,
        }
    }

    /// To the provider and back; gives where it leads.
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

    /// The desk token of who is signed in.
    pub async fn token(&mut self, desk: &str) -> Option<String> {
        let answer = self.get(desk, "/oidc/token").await;
        match answer.status {
            401 => None,
            _ => Some(answer.expect(200)["token"].as_str().unwrap().to_owned()),
        }
    }

    /// What REST says to who is signed in.
    pub async fn me(&mut self, desk: &str) -> Answer {
        let token = self.token(desk).await.expect("signed in");
        let request = at(desk, "GET", "/v1/me").header("authorization", format!("Bearer {token}"));
        self.rest.send(request.body(Vec::new()).unwrap()).await
    }
}

/// The claims of a token, unchecked.
pub fn claims(token: &str) -> Value {
    helpline_gateway::auth::parts_of(token).1.unwrap()
}
