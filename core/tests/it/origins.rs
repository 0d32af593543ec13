//! Checks that an origin is accepted only in the form in which browsers send it. The web client's
//! tests use the same cases.

use std::collections::BTreeMap;

use helpline_core::origin::Origin;
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases {
    origins: Vec<String>,
    other_spellings: BTreeMap<String, String>,
    impossible: Vec<String>,
}

#[test]
fn only_exact_origins_are_taken() {
    let cases: Cases = serde_json::from_str(include_str!("../cases/origins.json")).expect("cases");
    let is_taken = |text: &String| text.parse::<Origin>().is_ok_and(|one| one.as_str() == text);
    for good in cases.origins.iter().chain(cases.other_spellings.values()) {
        assert!(is_taken(good), "{good}");
    }
    for bad in cases.impossible.iter().chain(cases.other_spellings.keys()) {
        assert!(!is_taken(bad), "{bad}");
    }
}
