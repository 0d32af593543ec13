//! Scans: their results are events in order, which are replayed and resumed, and a scanner that is
//! away delays them.

use helpline_rig::{ScannerDouble, ScannerMood, eicar};
use serde_json::{Value, json};

use crate::desk::Desk;

async fn desk_with(scanner: &ScannerDouble) -> Desk {
    let address = scanner.address();
    Desk::start_with(1, |spec| spec.env("HELPLINE_SCANNER", &address)).await
}

#[tokio::test]
async fn a_scan_ends_as_an_event_that_is_replayed_and_resumed() {
    let scanner = ScannerDouble::start_new(ScannerMood::Hangs).await.unwrap();
    let desk = desk_with(&scanner).await;
    let mut socket = desk.server.client(0, &desk.ada).await;
    let pages = socket.subscribe(desk.ticket, None).await;
    let (before, epoch) = (
        pages[0]["head"].as_u64().unwrap(),
        pages[0]["epoch"].as_str().unwrap().to_owned(),
    );
    scanner.set(ScannerMood::CutsAfter(1));
    let good = desk.upload(&desk.ada, "good.txt", b"good").await;
    let bad = desk.upload(&desk.ada, "bad.txt", &eicar()).await;
    desk.send(&desk.ada, "see", &[&good, &bad])
        .await
        .expect(201);
    let added = socket.event(desk.ticket).await;
    let states = |event: &Value| {
        let files = event["message"]["attachments"].as_array().unwrap().clone();
        files
            .iter()
            .map(|file| file["state"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(states(&added), ["checking", "checking"]);
    let refused = desk.link(&desk.ada, &good).await;
    assert_eq!(refused.refused(423), "attachment_checking");
    scanner.set(ScannerMood::Honest);
    let mut last = Vec::new();
    for n in 1..=2 {
        let event = socket.event(desk.ticket).await;
        assert_eq!(event["kind"], "attachment_checked", "{event}");
        assert_eq!(event["seq"].as_u64(), Some(before + 1 + n));
        assert_eq!(event["actor"], json!({"type": "system", "name": null}));
        last = states(&event);
    }
    assert_eq!(last, ["clean", "infected"]);
    let refused = desk.link(&desk.ada, &bad).await;
    assert_eq!(refused.refused(410), "attachment_infected");
    desk.until_gone(&eicar()).await;
    let opened = desk.open(&desk.url_of(&desk.ada, &good).await).await;
    assert_eq!(opened.expect_text(200), "good");
    // A client that was away gets the same events, with the files as they are now.
    let mut late = desk.server.client(0, &desk.ada).await;
    let pages = late.subscribe(desk.ticket, Some((before, &epoch))).await;
    let events: Vec<_> = pages
        .iter()
        .flat_map(|page| page["events"].as_array().unwrap().clone())
        .collect();
    let kinds: Vec<_> = events.iter().map(|event| event["kind"].clone()).collect();
    assert_eq!(
        kinds,
        ["message_added", "attachment_checked", "attachment_checked"]
    );
    assert_eq!(states(&events[0]), ["clean", "infected"]);
}

#[tokio::test]
async fn what_cannot_be_scanned_is_refused_or_allowed_as_the_desk_says() {
    for (policy, state) in [("refuse", "not_scannable"), ("allow", "not_scanned")] {
        let scanner = ScannerDouble::start_new(ScannerMood::Answers(
            "INSTREAM size limit exceeded. ERROR".into(),
        ))
        .await
        .unwrap();
        let address = scanner.address();
        let desk = Desk::start_with(1, |spec| {
            spec.env("HELPLINE_SCANNER", &address)
                .env("HELPLINE_SCANNER_NOT_SCANNABLE", policy)
        })
        .await;
        let id = desk
            .upload(&desk.ada, "a.zip", b"PK\x03\x04 encrypted")
            .await;
        desk.send(&desk.ada, "see", &[&id]).await.expect(201);
        desk.until(&id, state).await;
        let link = desk.link(&desk.ada, &id).await;
        if policy == "refuse" {
            assert_eq!(link.refused(410), "attachment_not_scannable");
            desk.until_gone(b"PK\x03\x04 encrypted").await;
        } else {
            link.expect(200);
        }
    }
}

#[tokio::test]
async fn without_a_scanner_for_long_files_may_be_allowed_unscanned() {
    let scanner = ScannerDouble::start_new(ScannerMood::CutsAfter(0))
        .await
        .unwrap();
    let address = scanner.address();
    let desk = Desk::start_with(1, |spec| {
        spec.env("HELPLINE_SCANNER", &address)
            .env("HELPLINE_SCANNER_NOT_REACHED", "allow-after:1")
    })
    .await;
    let id = desk.upload(&desk.ada, "a.txt", b"text").await;
    desk.send(&desk.ada, "see", &[&id]).await.expect(201);
    desk.until(&id, "not_scanned").await;
    desk.link(&desk.ada, &id).await.expect(200);
}
