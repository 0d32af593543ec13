//! Tests `If-Match`. If several changes are based on the same version, one must succeed and the
//! others must be refused.

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::rest::{signed, with_body};
use crate::test_server::{Answer, TestServer, ada, grace, katherine};

const WRITERS: usize = 8;

async fn call(
    server: &TestServer,
    method: &str,
    path: &str,
    body: Option<Value>,
    tag: &str,
) -> Answer {
    let request = signed(
        method,
        &format!("{}{path}", server.url),
        &server.token(katherine()),
    );
    let request = request.header("if-match", tag);
    server.send(with_body(request, body.as_ref())).await
}

async fn settings(server: &TestServer) -> Value {
    server.get(katherine(), "/v1/settings").await.expect(200)
}

fn tag_of(settings: &Value, name: &str) -> String {
    settings["etags"][name].as_str().unwrap().to_owned()
}

/// Returns the indexes of the changes that succeeded. Asserts that all other changes were refused.
fn succeeded(answers: &[Answer]) -> Vec<usize> {
    let is_done = |answer: &Answer| {
        let is_done = answer.status < 300;
        assert!(is_done || answer.refused(412) == "precondition_failed");
        is_done
    };
    let done = answers.iter().enumerate();
    done.filter(|(_, answer)| is_done(answer))
        .map(|(n, _)| n)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_settings_saved_in_the_same_moment_one_is_kept_and_the_others_are_told() {
    let server = TestServer::start().await;
    // In the first round, the setting has no row yet that a change could lock.
    for round in 0..3 {
        let seen = settings(&server).await;
        let (tag, other) = (tag_of(&seen, "away_notice"), tag_of(&seen, "widget"));
        let words = |n: usize| format!("Round {round}, words of writer {n}");
        let saves = (0..WRITERS).map(|n| {
            let body = Some(json!({"value": words(n)}));
            call(&server, "PUT", "/v1/settings/away_notice", body, &tag)
        });
        let answers = join_all(saves).await;
        let [winner] = succeeded(&answers)[..] else {
            panic!("exactly one change is saved");
        };
        let now = settings(&server).await;
        assert_eq!(now["away_notice"], words(winner));
        assert_eq!(answers[winner].json()["etags"], now["etags"]);
        assert_ne!(tag_of(&now, "away_notice"), tag);
        assert_eq!(
            tag_of(&now, "widget"),
            other,
            "the other settings are unchanged"
        );
    }
    let tag = tag_of(&settings(&server).await, "away_notice");
    let removals = (0..WRITERS).map(|n| {
        let value = if n == 0 { Value::Null } else { json!("Kept") };
        let body = Some(json!({"value": value}));
        call(&server, "PUT", "/v1/settings/away_notice", body, &tag)
    });
    assert_eq!(succeeded(&join_all(removals).await).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_a_setting_is_answered_with_what_it_stored_itself() {
    let server = TestServer::start().await;
    for round in 0..8 {
        let words = |n: usize| format!("Round {round}, words of writer {n}");
        let saves = (0..WRITERS).map(|n| {
            let body = Some(json!({"value": words(n)}));
            server.call(katherine(), "PUT", "/v1/settings/away_notice", body)
        });
        let answers = join_all(saves).await.into_iter().enumerate();
        let answers: Vec<Value> = answers
            .map(|(n, answer)| {
                let told = answer.expect(200);
                assert_eq!(told["away_notice"], words(n));
                told
            })
            .collect();
        // The entity tag in each response must belong to the text in the same response. The tag is
        // the current tag if and only if the text is the current text.
        let now = settings(&server).await;
        for told in answers {
            let is_same = told["away_notice"] == now["away_notice"];
            let tags = (tag_of(&told, "away_notice"), tag_of(&now, "away_notice"));
            assert_eq!(tags.0 == tags.1, is_same);
        }
    }
    let path = "/v1/settings/away_notice";
    let removed = server
        .call(katherine(), "PUT", path, Some(json!({"value": null})))
        .await
        .expect(200);
    assert_eq!(removed["away_notice"], Value::Null);
    assert_eq!(removed["etags"], settings(&server).await["etags"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn control_characters_in_the_away_notice_are_named_as_what_is_wrong() {
    let server = TestServer::start().await;
    let change = json!({"value": "a\tb"});
    let answer = server
        .call(katherine(), "PUT", "/v1/settings/away_notice", Some(change))
        .await;
    assert_eq!(answer.refused(422), "invalid_field");
    assert_eq!(
        answer.json()["title"],
        "value: must not contain control characters other than line breaks"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_changes_of_a_saved_reply_in_the_same_moment_one_is_kept_and_the_others_are_told() {
    let server = TestServer::start().await;
    let path = format!("/v1/saved-replies/{}", Uuid::now_v7());
    let change = |body: &str| json!({"shortcut": "hello", "title": "Hello", "body": body});
    let saved = server
        .call(katherine(), "PUT", &path, Some(change("First")))
        .await
        .expect(200);
    let tag = saved["etag"].as_str().unwrap().to_owned();
    let texts: Vec<String> = (0..WRITERS).map(|n| format!("Text {n}")).collect();
    let saves = texts
        .iter()
        .map(|text| call(&server, "PUT", &path, Some(change(text)), &tag));
    let answers = join_all(saves).await;
    let [winner] = succeeded(&answers)[..] else {
        panic!("exactly one change is saved");
    };
    let listed = server.get(grace(), "/v1/saved-replies").await.expect(200);
    assert_eq!(listed[0]["body"], texts[winner]);
    assert_eq!(listed[0]["etag"], answers[winner].json()["etag"]);

    assert_eq!(
        call(&server, "DELETE", &path, None, &tag)
            .await
            .refused(412),
        "precondition_failed"
    );
    let tag = listed[0]["etag"].as_str().unwrap();
    let removed = call(&server, "DELETE", &path, None, tag);
    let changed = call(&server, "PUT", &path, Some(change("Late")), tag);
    let (removed, changed) = tokio::join!(removed, changed);
    assert_eq!(succeeded(&[removed, changed]).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_expects_nothing_is_made_and_a_star_asks_only_that_there_is_something() {
    let server = TestServer::start().await;
    let path = "/v1/settings/away_notice";
    let words = |text: &str| Some(json!({"value": text}));
    assert_eq!(
        call(&server, "PUT", path, words("One"), "*")
            .await
            .refused(412),
        "precondition_failed"
    );
    let plain = server.call(katherine(), "PUT", path, words("One")).await;
    plain.expect(200);
    let any = call(&server, "PUT", path, words("Two"), "*").await;
    let tag = tag_of(&any.expect(200), "away_notice");
    let one_of = format!("\"other\", {tag}");
    let listed = call(&server, "PUT", path, words("Three"), &one_of).await;
    let tag = tag_of(&listed.expect(200), "away_notice");
    let weak = call(&server, "PUT", path, words("Four"), &format!("W/{tag}")).await;
    assert_eq!(weak.refused(412), "precondition_failed");
    for nonsense in ["", "word", "\"open", "\"one\" two"] {
        let refused = call(&server, "PUT", path, words("Four"), nonsense).await;
        assert_eq!(refused.refused(422), "invalid_field", "{nonsense}");
    }
    let missing = format!("/v1/saved-replies/{}", Uuid::now_v7());
    assert_eq!(
        call(&server, "DELETE", &missing, None, "*")
            .await
            .refused(412),
        "precondition_failed"
    );
    let request = signed(
        "DELETE",
        &format!("{}{missing}", server.url),
        &server.token(ada()),
    );
    let request = with_body(request.header("if-match", "*"), None);
    assert_eq!(server.send(request).await.refused(403), "forbidden");
}
