//! A browser's part: it keeps cookies and goes where it is sent.

use std::collections::BTreeMap;

use axum::http::request::Builder;
use serde_json::Value;

use super::provider::Provider;
use crate::test_server::{Answer, TestServer};

#[derive(Default, Clone)]
pub struct Browser {
    pub cookies: BTreeMap<String, String>,
    /// What each was set with.
    pub attributes: BTreeMap<String, String>,
}

impl Browser {
    pub async fn get(&mut self, server: &TestServer, path: &str) -> Answer {
        self.send(server, server.request("GET", path)).await
    }

    pub async fn send(&mut self, server: &TestServer, request: Builder) -> Answer {
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
        let answer = server.send(request.body(Vec::new()).unwrap()).await;
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
    pub async fn begins(&mut self, server: &TestServer, path: &str) -> String {
        let to = format!("/oidc/sign-in?return={path}");
        let answer = self.get(server, &to).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.header("location").unwrap().to_owned()
    }

    /// To the provider and back; gives where it leads.
    pub async fn signs_in(&mut self, server: &TestServer, provider: &Provider) -> String {
        let to = self.begins(server, "/support").await;
        let back = provider.agrees(&to);
        self.comes_back(server, &back).await
    }

    pub async fn comes_back(&mut self, server: &TestServer, back: &str) -> String {
        let answer = self.get(server, back).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.header("location").unwrap().to_owned()
    }

    /// The desk token of who is signed in.
    pub async fn token(&mut self, server: &TestServer) -> Option<String> {
        let answer = self.get(server, "/oidc/token").await;
        match answer.status {
            401 => None,
            _ => Some(answer.expect(200)["token"].as_str().unwrap().to_owned()),
        }
    }

    /// What REST says to who is signed in.
    pub async fn me(&mut self, server: &TestServer) -> Answer {
        let token = self.token(server).await.expect("signed in");
        let request = server
            .request("GET", "/v1/me")
            .header("authorization", format!("Bearer {token}"));
        server.send(request.body(Vec::new()).unwrap()).await
    }
}

/// The claims of a token, unchecked.
pub fn claims(token: &str) -> Value {
    helpline_gateway::auth::parts_of(token).1.unwrap()
}
