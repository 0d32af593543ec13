//! Routes through which demo people sign in by name. They exist only with `--dev-people`, which
//! `helpline dev` sets.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use helpline_core::ids::UserId;
use helpline_core::reject::RejectCode;
use serde::{Deserialize, Serialize};

use super::people::{self, DemoPerson};
use crate::config::{Auth, Config, DevPeople};
use crate::http::input::{JsonBody, NoInput};
use crate::http::problem::Refusal;

#[derive(Serialize)]
struct DemoPersonView {
    name: &'static str,
    /// `customer`, or the name of the staff role.
    role: &'static str,
    id: UserId,
    email: &'static str,
}

#[derive(Deserialize)]
struct TokenRequest {
    user: String,
}

#[derive(Serialize)]
struct Token {
    token: String,
}

/// `GET /dev/users` and `POST /dev/token` if the demo people are enabled; otherwise no routes.
pub fn router(config: &Config) -> Router {
    match config.dev_people {
        DevPeople::Present => {
            let auth = Arc::new(config.auth.clone());
            Router::new()
                .route("/dev/users", get(users))
                .route("/dev/token", post(token))
                .with_state(auth)
        }
        DevPeople::Absent => Router::new(),
    }
}

async fn users(NoInput: NoInput) -> Json<Vec<DemoPersonView>> {
    Json(people::ALL.iter().map(DemoPersonView::from).collect())
}

impl From<&DemoPerson> for DemoPersonView {
    fn from(person: &DemoPerson) -> Self {
        let role = person.role.map_or("customer", |role| role.as_str());
        Self {
            name: person.name,
            role,
            id: person.id,
            email: person.email,
        }
    }
}

async fn token(
    State(auth): State<Arc<Auth>>,
    JsonBody(request): JsonBody<TokenRequest>,
) -> Result<Json<Token>, Refusal> {
    let person = people::named(&request.user)
        .ok_or_else(|| Refusal::new(RejectCode::NotFound, "no such demo person"))?;
    let secret = auth
        .secrets
        .first()
        .expect("dev people are refused at start without a secret");
    let token = people::token(person, &auth, secret)
        .map_err(|_| Refusal::new(RejectCode::Internal, "the token could not be signed"))?;
    Ok(Json(Token { token }))
}
