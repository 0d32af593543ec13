//! Parses arbitrary text as a client's frame. An accepted frame must survive serialization and a
//! second parse unchanged. A refusal must have a short message.

#![no_main]

use helpline_core::protocol::ClientFrame;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match ClientFrame::parse(text) {
        Ok(frame) => {
            let again = serde_json::to_string(&frame).expect("a frame is JSON");
            assert_eq!(ClientFrame::parse(&again), Ok(frame));
        }
        Err(malformed) => assert!(malformed.reject.message.len() < 1_000),
    }
});
