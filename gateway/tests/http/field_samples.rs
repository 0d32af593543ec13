//! Helpers for the tests of request fields: a sample body for each route, and a server on which a
//! request must be refused because of a field.

use helpline_core::ids::UserId;
use helpline_core::policy::DeskAction;
use helpline_gateway::dev::people::DemoPerson;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::endpoints::Endpoint;
use crate::file_samples::{self, FilesPlace};
use crate::job_samples;
use crate::test_server::{Answer, TestServer, ada, carl, grace, katherine};

/// The fields in which `null` has a meaning, with their routes.
pub const NULL_MEANS: [(Endpoint, &str); 7] = [
    (Endpoint::PATCH_TICKET, "assigned_to"),
    (Endpoint::PATCH_TICKET, "if_assigned_to"),
    (Endpoint::BULK_PATCH, "patch.assigned_to"),
    (Endpoint::BULK_PATCH, "patch.if_assigned_to"),
    (Endpoint::RATE_TICKET, "satisfaction_comment"),
    (Endpoint::SET_SETTING, "value"),
    (Endpoint::SAVE_REPLY, "folder"),
];

/// Fields that contain an object whose contents the client chooses freely.
pub const FREE_FORM: [&str; 1] = ["metadata"];

/// A valid body with all fields that the route accepts, or `None` if the route takes no body.
pub fn sample(endpoint: Endpoint, ticket: &str) -> Option<Value> {
    let attachments = json!([]);
    let patch = json!({"status": "in_progress", "priority": "high", "category": "billing", "assigned_to": "me", "if_assigned_to": "nobody"});
    let day = json!([["09:00", "17:00"]]);
    let days =
        json!({"mon": day, "tue": day, "wed": day, "thu": day, "fri": day, "sat": day, "sun": day});
    match endpoint {
        Endpoint::CREATE_TICKET => Some(json!({
            "subject": "S", "category": "general", "priority": "high", "description": "D", "attachments": attachments, "metadata": {"k": null},
        })),
        Endpoint::PATCH_TICKET => Some(patch),
        Endpoint::RATE_TICKET => {
            Some(json!({"satisfaction_rating": 4, "satisfaction_comment": "quick"}))
        }
        Endpoint::POST_MESSAGE => Some(
            json!({"body": "B", "internal": true, "attachments": attachments, "based_on": 100}),
        ),
        Endpoint::RESERVE_UPLOAD => Some(json!({
            "key": "k", "name": "a.pdf", "size_bytes": 7, "content_type": "application/pdf", "ticket": ticket, "is_internal": false,
        })),
        Endpoint::EDIT_MESSAGE => Some(json!({"body": "Another"})),
        Endpoint::GRANT_ROLE => Some(json!({"role": "support_agent"})),
        Endpoint::BLOCK_PERSON => Some(json!({"blocked": false})),
        Endpoint::DECIDE_ERASURE => Some(json!({"erase": false})),
        Endpoint::BULK_PATCH => Some(json!({"tickets": [ticket], "patch": patch})),
        Endpoint::SET_SETTING => {
            let holiday = json!({"date": "2026-12-25", "name": "Christmas", "spans": day});
            Some(
                json!({"value": {"timezone": "Europe/Vienna", "days": days, "holidays": [holiday]}}),
            )
        }
        Endpoint::SAVE_REPLY => Some(
            json!({"shortcut": "hi", "title": "Hi", "body": "Hello", "folder": "F", "personal": false}),
        ),
        Endpoint::SET_RETENTION => Some(retention_settings()),
        Endpoint::SET_HOLD => Some(json!({
            "scope": "person", "id": carl().id, "reason": "A lawsuit", "review_at": "2030-01-01T00:00:00Z",
        })),
        Endpoint::ME
        | Endpoint::OWN_UNREAD
        | Endpoint::LIST_TICKETS
        | Endpoint::GET_TICKET
        | Endpoint::LIST_ACTIVITY
        | Endpoint::LIST_MESSAGES
        | Endpoint::REDACT_MESSAGE
        | Endpoint::REDACT_SUBJECT
        | Endpoint::REDACT_RATING
        | Endpoint::REDACT_EVENT
        | Endpoint::STORE_UPLOAD
        | Endpoint::READ_UPLOAD
        | Endpoint::DELETE_UPLOAD
        | Endpoint::LIST_ATTACHMENTS
        | Endpoint::LINK_ATTACHMENT
        | Endpoint::PREVIEW_ATTACHMENT
        | Endpoint::STATS
        | Endpoint::LIST_AGENTS
        | Endpoint::LIST_ROLES
        | Endpoint::REVOKE_ROLE
        | Endpoint::CONFIG
        | Endpoint::AVAILABILITY
        | Endpoint::WIDGET
        | Endpoint::COUNT_TICKETS
        | Endpoint::GET_PERSON
        | Endpoint::FIND_PEOPLE
        | Endpoint::LIST_ERASURES
        | Endpoint::LIST_SETTINGS
        | Endpoint::SYSTEM
        | Endpoint::LIST_REPLIES
        | Endpoint::ACCESS_LOG
        | Endpoint::EXPORT_ACCESS_LOG
        | Endpoint::ACCESS_ACTIONS
        | Endpoint::READ_RETENTION
        | Endpoint::DRY_RUN_RETENTION
        | Endpoint::APPROVE_RUN
        | Endpoint::REFUSE_RUN
        | Endpoint::LIST_DUE
        | Endpoint::LIST_HOLDS
        | Endpoint::RELEASE_HOLD
        | Endpoint::REMOVE_REPLY
        | Endpoint::LIST_JOBS
        | Endpoint::LIST_DEAD
        | Endpoint::RUN_SCHEDULE
        | Endpoint::RESUME_CLOCK => None,
        other => {
            let body = job_samples::sample(other, ticket);
            Some(body.unwrap_or_else(|| panic!("{other:?} has no sample")))
        }
    }
}

/// Valid settings of retention.
pub fn retention_settings() -> Value {
    json!({
        "enabled": true, "archive_months": 6, "delete_months": 24, "access_log_months": 24, "share_max_percent": 20,
        "day": 1, "at": "03:00", "zone": "Europe/Vienna",
    })
}

/// Creates runs of retention that wait for an admin, one to approve and one to refuse, a legal hold,
/// and a proposal to erase a person. Returns the ids of the runs and of the hold.
pub async fn waiting_runs_and_hold(server: &TestServer) -> ([String; 2], String) {
    let sql = "insert into retention_runs (id, kind, state, period, months, share_max_percent, planned_at, cutoff, total, due, skipped)
        select gen_random_uuid(), k, 'waiting', clock_timestamp(), 6, 20, '2026-08-01Z', '2026-02-01Z', 100, 60, '{}'
        from unnest(array['archive', 'delete', 'access_log']) k
        where not exists (select 1 from retention_runs r where r.kind = k and r.done_at is null)";
    server.database.execute(sql, &[]).await.unwrap();
    let proposal = "insert into erasure_proposals (person_id, gone_since, proposed_at) values ($1, now(), now()) on conflict do nothing";
    let person = carl().id.uuid();
    server.database.execute(proposal, &[&person]).await.unwrap();
    let runs = "select array_agg(id::text) from retention_runs where state = 'waiting'";
    let runs: Vec<String> = server.database.query_one(runs, &[]).await.unwrap().get(0);
    let hold = "insert into legal_holds (id, person_id, reason, set_at) values (gen_random_uuid(), gen_random_uuid(), 'A lawsuit', now()) returning id::text";
    let hold = server.database.query_one(hold, &[]).await.unwrap().get(0);
    ([runs[0].clone(), runs[1].clone()], hold)
}

/// The query string and the body with which this route checks the permission for this action.
pub fn desk_request(endpoint: Endpoint, action: DeskAction) -> (&'static str, Option<Value>) {
    match (endpoint, action) {
        (Endpoint::LIST_TICKETS, DeskAction::ListAll) => ("?scope=all", None),
        (Endpoint::FIND_PEOPLE, _) => ("?email=carl@example.com", None),
        (Endpoint::CREATE_TICKET, _) => (
            "",
            Some(json!({"subject": "S", "category": "general", "description": "D"})),
        ),
        (Endpoint::GRANT_ROLE, _) => ("", Some(json!({"role": "support_agent"}))),
        (Endpoint::BLOCK_PERSON, _) => ("", Some(json!({"blocked": false}))),
        (Endpoint::DECIDE_ERASURE, _) => ("", Some(json!({"erase": false}))),
        (Endpoint::SET_SETTING, _) => ("", Some(json!({"value": "Back soon."}))),
        (Endpoint::SAVE_REPLY, action) => {
            let personal = action == DeskAction::KeepOwnReplies;
            (
                "",
                Some(
                    json!({"shortcut": "hi", "title": "Hi", "body": "Hello", "personal": personal}),
                ),
            )
        }
        (Endpoint::SET_RETENTION, _) => ("", Some(retention_settings())),
        (Endpoint::SET_HOLD, _) => (
            "",
            Some(json!({"scope": "person", "id": carl().id, "reason": "A lawsuit"})),
        ),
        (Endpoint::BULK_PATCH, _) => (
            "",
            Some(json!({"tickets": [Uuid::now_v7()], "patch": {"priority": "high"}})),
        ),
        _ => ("", None),
    }
}

/// The query string that the route requires.
pub fn needed_query(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::FIND_PEOPLE => "?email=carl@example.com",
        other => job_samples::needed_query(other).unwrap_or(""),
    }
}

/// A demo person who may use the route.
fn person(endpoint: Endpoint) -> &'static DemoPerson {
    match endpoint {
        Endpoint::RATE_TICKET | Endpoint::CREATE_TICKET => ada(),
        Endpoint::SET_SETTING
        | Endpoint::REDACT_SUBJECT
        | Endpoint::REDACT_RATING
        | Endpoint::REDACT_EVENT
        | Endpoint::SAVE_REPLY
        | Endpoint::REMOVE_REPLY
        | Endpoint::GRANT_ROLE
        | Endpoint::REVOKE_ROLE
        | Endpoint::SET_RETENTION
        | Endpoint::SET_HOLD
        | Endpoint::APPROVE_RUN
        | Endpoint::REFUSE_RUN
        | Endpoint::LIST_DUE
        | Endpoint::RELEASE_HOLD
        | Endpoint::DRY_RUN_RETENTION
        | Endpoint::DECIDE_ERASURE
        | Endpoint::BLOCK_PERSON => katherine(),
        Endpoint::LIST_SETTINGS
        | Endpoint::READ_RETENTION
        | Endpoint::LIST_HOLDS
        | Endpoint::SYSTEM
        | Endpoint::LIST_ROLES
        | Endpoint::FIND_PEOPLE
        | Endpoint::LIST_ERASURES
        | Endpoint::ACCESS_LOG
        | Endpoint::EXPORT_ACCESS_LOG
        | Endpoint::ACCESS_ACTIONS => katherine(),
        other if job_samples::is_of_jobs(other) => katherine(),
        _ => grace(),
    }
}

/// A test server with a ticket that can be changed, a ticket that can be rated, and a message by
/// the agent.
pub struct Scene {
    pub server: TestServer,
    pub open: String,
    pub over: String,
    message: String,
    /// The position of an event whose text can be redacted.
    logged: i64,
    /// A run of retention that waits for an admin.
    run: String,
    other_run: String,
    hold: String,
    pub document: Value,
    _files: FilesPlace,
}

impl Scene {
    pub async fn start() -> Self {
        let files = FilesPlace::new();
        let server = TestServer::start_with(&[
            "--requests-per-second",
            "5000",
            "--requests-burst",
            "5000",
            &files.argument(),
        ])
        .await;
        let (open, over) = (server.ticket(ada()).await, server.ticket(ada()).await);
        let message = server.message(grace(), &open, "Mine").await;
        // Not the message that a route redacts.
        let with_file = server.message(grace(), &open, "With a file").await;
        file_samples::insert(&server, &files, &open, &with_file).await;
        server
            .call(
                ada(),
                "PATCH",
                &format!("/v1/tickets/{over}"),
                Some(json!({"status": "closed"})),
            )
            .await
            .expect(200);
        let id: Uuid = open.parse().unwrap();
        let log = "select helpline.log_ticket_activity($1, 'called', null, null, 'by telephone')";
        server.database.execute(log, &[&id]).await.unwrap();
        let newest = "select max(seq) from support_ticket_activity where ticket_id = $1";
        let newest = server.database.query_one(newest, &[&id]).await.unwrap();
        job_samples::insert(&server.database, &open).await;
        let document = server.get(ada(), "/openapi.json").await.expect(200);
        let ([run, other_run], hold) = waiting_runs_and_hold(&server).await;
        Self {
            run,
            other_run,
            hold,
            server,
            open,
            over,
            message,
            logged: newest.get(0),
            document,
            _files: files,
        }
    }

    fn path(&self, endpoint: Endpoint) -> String {
        let ticket = if endpoint == Endpoint::RATE_TICKET {
            &self.over
        } else {
            &self.open
        };
        let path = endpoint
            .route()
            .path
            .replace("{ticket}", ticket)
            .replace("{message}", &self.message)
            .replace("{seq}", &self.logged.to_string());
        let path = path
            .replace("{user}", &carl().id.to_string())
            .replace("{reply}", &carl().id.to_string())
            .replace(
                "{run}",
                if endpoint == Endpoint::REFUSE_RUN {
                    &self.other_run
                } else {
                    &self.run
                },
            )
            .replace("{hold}", &self.hold)
            .replace("{name}", "opening_hours");
        job_samples::named(&file_samples::named(endpoint, &path))
    }

    pub async fn call(&self, endpoint: Endpoint, query: &str, body: Option<&str>) -> Answer {
        let path = format!("{}{query}", self.path(endpoint));
        let mut request = self.server.request(endpoint.route().method, &path);
        request = request.header(
            "authorization",
            format!("Bearer {}", self.server.token(person(endpoint))),
        );
        request = request.header("idempotency-key", Uuid::new_v4().to_string());
        if endpoint == Endpoint::STORE_UPLOAD {
            let bytes = file_samples::BYTES.to_vec();
            return self.server.send(request.body(bytes).unwrap()).await;
        }
        let Some(body) = body else {
            return self.server.send(request.body(Vec::new()).unwrap()).await;
        };
        self.server
            .send(
                request
                    .header("content-type", "application/json")
                    .body(body.as_bytes().to_vec())
                    .unwrap(),
            )
            .await
    }

    /// A digest of all data that a request could change.
    pub async fn state(&self) -> String {
        let sql = "select md5(concat(
            (select json_agg(t order by id) from support_tickets t), (select json_agg(t order by id) from support_messages t),
            (select json_agg(t order by ticket_id, seq) from support_ticket_activity t), (select json_agg(t order by user_id) from user_roles t),
            (select json_agg(p.blocked_at order by p.id) from people p),
            (select json_agg(t order by name) from support_settings t), (select json_agg(t order by id) from support_saved_replies t),
            (select json_agg(t) from consumers t), (select json_agg(t) from consumer_faults t), (select json_agg(t) from timers t),
            (select json_agg(t) from deliveries t), (select json_agg(t) from schedules t), (select json_agg(t) from background_identity t)))";
        self.server
            .database
            .query_one(sql, &[])
            .await
            .unwrap()
            .get(0)
    }

    pub async fn refusals(&self, endpoint: Endpoint) -> usize {
        let user: Option<UserId> = if matches!(
            endpoint,
            Endpoint::CONFIG | Endpoint::AVAILABILITY | Endpoint::WIDGET
        ) {
            None
        } else {
            Some(person(endpoint).id)
        };
        self.server
            .access_rows(user, endpoint.route().refused)
            .await
            .len()
    }

    /// Sends a request. Asserts that the server refuses it with this code for this field, and that
    /// it changes nothing.
    pub async fn refused(
        &self,
        endpoint: Endpoint,
        query: &str,
        body: Option<&str>,
        (code, field): (&str, &str),
        tried: &mut Tried,
    ) {
        let case = format!("{endpoint:?}{query} {}", body.unwrap_or(""));
        let answer = self.call(endpoint, query, body).await;
        assert_eq!(answer.status, 422, "{case}: {}", answer.text());
        let problem = answer.json();
        assert_eq!(problem["code"], code, "{case}: {problem}");
        assert!(
            problem["title"]
                .as_str()
                .unwrap()
                .starts_with(&format!("{field}: ")),
            "{case}: {problem}, not at {field}"
        );
        assert_eq!(self.state().await, tried.state, "{case} changed something");
        tried.cases += 1;
        tried.of_route += 1;
    }
}

/// Counts the requests tried, in total and for the current route. `state` is a digest of the data
/// that none of them may change.
pub struct Tried {
    pub state: String,
    pub cases: usize,
    pub of_route: usize,
}

impl Tried {
    pub async fn nothing(scene: &Scene) -> Self {
        Self {
            state: scene.state().await,
            cases: 0,
            of_route: 0,
        }
    }
}
