//! Any text as a client's frame: it is understood, and then the same way again, or refused in a few words.

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
