//! The table of URLs and verdicts: every spelling of a host that has been used to get round a check
//! like ours.

use super::super::{HttpClient, OutgoingFault, Trust};
use super::{admin, client, get};

/// URLs that an admin types, and the verdict: `ok` means that a lookup of the host comes next.
const TYPED: &[(&str, &str)] = &[
    // What is meant to work
    ("https://hooks.example/desk?key=1", "ok"),
    ("https://hooks.example:8443/", "ok"),
    ("https://8.8.8.8/", "ok"),
    ("https://[2606:4700::1111]/", "ok"),
    ("https://bücher.example/", "ok"),
    ("HTTPS://HOOKS.EXAMPLE/", "ok"),
    ("https://hooks.example./", "ok"),
    ("https://127.0.0.1.nip.io/", "ok"), // its lookup refuses it
    ("https://[64:ff9b::808:808]/", "ok"),
    // Not encrypted, on a public address
    ("http://8.8.8.8/", "clear_text"),
    // Loopback in all spellings
    ("http://127.0.0.1/", "address_not_allowed"),
    ("https://127.0.0.1/", "address_not_allowed"),
    ("https://127.1/", "address_not_allowed"),
    ("https://127.0.1/", "address_not_allowed"),
    ("https://127.255.255.254/", "address_not_allowed"),
    ("https://2130706433/", "address_not_allowed"),
    ("https://017700000001/", "address_not_allowed"),
    ("https://0x7f000001/", "address_not_allowed"),
    ("https://0X7F.0.0.1/", "address_not_allowed"),
    ("https://0177.0.0.1/", "address_not_allowed"),
    ("https://0x7f.1/", "address_not_allowed"),
    ("https://127.0.0.1./", "address_not_allowed"),
    ("https://127%2e0%2e0%2e1/", "address_not_allowed"),
    ("https://%31%32%37.0.0.1/", "address_not_allowed"),
    ("https://１２７.０.０.１/", "address_not_allowed"), // full-width digits
    ("https://127。0。0。1/", "address_not_allowed"),    // ideographic full stops
    ("https://①②⑦.0.0.1/", "address_not_allowed"),       // circled digits
    ("https:127.0.0.1/", "address_not_allowed"),
    ("https:/127.0.0.1/", "address_not_allowed"),
    ("https:\\\\127.0.0.1\\x", "address_not_allowed"),
    ("https://[::1]/", "address_not_allowed"),
    ("https://[0:0:0:0:0:0:0:1]/", "address_not_allowed"),
    ("https://[0000::0001]/", "address_not_allowed"),
    // This machine, by the address of no machine
    ("https://0/", "address_not_allowed"),
    ("https://0.0.0.0/", "address_not_allowed"),
    ("https://0x0/", "address_not_allowed"),
    ("https://[::]/", "address_not_allowed"),
    // IPv4 in IPv6
    ("https://[::ffff:127.0.0.1]/", "address_not_allowed"),
    ("https://[::ffff:7f00:1]/", "address_not_allowed"),
    ("https://[::127.0.0.1]/", "address_not_allowed"),
    ("https://[::ffff:0:127.0.0.1]/", "address_not_allowed"),
    ("https://[64:ff9b::127.0.0.1]/", "address_not_allowed"),
    ("https://[64:ff9b::a9fe:a9fe]/", "address_not_allowed"),
    ("https://[64:ff9b:1::10.0.0.1]/", "address_not_allowed"),
    ("https://[2002:7f00:1::]/", "address_not_allowed"),
    (
        "https://[2001:0:808:808::80ff:fffe]/",
        "address_not_allowed",
    ),
    ("https://[2a00::5efe:10.0.0.1]/", "address_not_allowed"),
    // Private networks
    ("https://10.0.0.1/", "address_not_allowed"),
    ("https://167772161/", "address_not_allowed"),
    ("https://172.16.0.1/", "address_not_allowed"),
    ("https://172.31.255.255/", "address_not_allowed"),
    ("https://172.32.0.1/", "ok"),
    ("https://192.168.1/", "address_not_allowed"),
    ("https://100.64.0.1/", "address_not_allowed"),
    ("https://198.18.0.1/", "address_not_allowed"),
    ("https://[fd00::1]/", "address_not_allowed"),
    ("https://[fec0::1]/", "address_not_allowed"),
    ("https://[fe80::1]/", "address_not_allowed"),
    // Metadata services
    (
        "http://169.254.169.254/latest/meta-data/",
        "address_not_allowed",
    ),
    ("https://0xa9fea9fe/", "address_not_allowed"),
    ("https://2852039166/", "address_not_allowed"),
    ("https://0251.0376.0251.0376/", "address_not_allowed"),
    ("https://169.254.43518/", "address_not_allowed"),
    ("https://[::ffff:169.254.169.254]/", "address_not_allowed"),
    ("https://[fd00:ec2::254]/", "address_not_allowed"),
    ("https://100.100.100.200/", "address_not_allowed"),
    ("https://168.63.129.16/", "address_not_allowed"),
    // No hosts
    ("https://192.0.2.1/", "address_not_allowed"),
    ("https://192.0.0.8/", "address_not_allowed"),
    ("https://224.0.0.1/", "address_not_allowed"),
    ("https://240.0.0.1/", "address_not_allowed"),
    ("https://255.255.255.255/", "address_not_allowed"),
    ("https://[2001:db8::1]/", "address_not_allowed"),
    ("https://[100::1]/", "address_not_allowed"),
    ("https://[ff02::1]/", "address_not_allowed"),
    // No URLs for a parser of browsers
    ("", "url_invalid"),
    ("hooks.example", "url_invalid"),
    ("//hooks.example/", "url_invalid"),
    ("https://", "url_invalid"),
    ("https://256.0.0.1/", "url_invalid"),
    ("https://1.2.3.4.5/", "url_invalid"),
    ("https://0x100000000/", "url_invalid"),
    ("https://a b/", "url_invalid"),
    ("https://a%00b/", "url_invalid"),
    ("https://[::1/", "url_invalid"),
    ("https://[fe80::1%25eth0]/", "url_invalid"), // a zone
    ("https://[fe80::1%eth0]/", "url_invalid"),
    ("https://hooks.example:65536/", "url_invalid"),
    ("https://hooks.example:8o80/", "url_invalid"),
    (" https://hooks.example/", "url_invalid"),
    ("https://hooks.exa\nmple/", "url_invalid"),
    ("https://hooks.example/\r\nX-Header: 1", "url_invalid"),
    ("https://hooks.example/\u{7f}", "url_invalid"),
    // Other schemes
    ("ftp://hooks.example/", "scheme_not_allowed"),
    ("file:///etc/passwd", "scheme_not_allowed"),
    ("gopher://127.0.0.1:6379/_x", "scheme_not_allowed"),
    ("javascript:alert(1)", "scheme_not_allowed"),
    ("data:text/html,x", "scheme_not_allowed"),
    ("ws://hooks.example/", "scheme_not_allowed"),
    // A user, which makes another host look like the host
    ("https://hooks.example@127.0.0.1/", "user_not_allowed"),
    ("https://user:secret@hooks.example/", "user_not_allowed"),
    ("https://:secret@hooks.example/", "user_not_allowed"),
    (
        "https://hooks.example:443@evil.example/",
        "user_not_allowed",
    ),
    // A backslash ends the host, for browsers
    ("https://127.0.0.1\\@hooks.example/", "address_not_allowed"),
    ("https://127.0.0.1#@hooks.example/", "address_not_allowed"),
    ("https://127.0.0.1?@hooks.example/", "address_not_allowed"),
    // Ports of other protocols
    ("https://hooks.example:0/", "port_not_allowed"),
    ("https://hooks.example:22/", "port_not_allowed"),
    ("https://hooks.example:25/", "port_not_allowed"),
    ("https://hooks.example:6667/", "port_not_allowed"),
];

fn verdict(client: &HttpClient, url: &str) -> &'static str {
    client
        .check_url(url)
        .map_or_else(|refusal| refusal.code(), |_| "ok")
}

#[test]
fn every_spelling_of_a_forbidden_target_is_refused() {
    let client = client(admin(&[]));
    for (url, expected) in TYPED {
        assert_eq!(verdict(&client, url), *expected, "{url:?}");
    }
    let long = format!("https://hooks.example/{}", "a".repeat(2 * 1024));
    assert_eq!(verdict(&client, &long), "url_invalid");
}

#[test]
fn a_request_is_checked_also_without_a_check_before() {
    let client = client(admin(&[]));
    let refused = TYPED.iter().filter(|(_, verdict)| *verdict != "ok");
    let mut tried = 0;
    for (url, expected) in refused {
        // The library of requests accepts fewer URLs than browsers do.
        let Ok(uri) = url.parse::<axum::http::Uri>() else {
            continue;
        };
        let request = axum::http::Request::get(uri).body(Vec::new());
        let result = client.call(request.expect("a request"));
        let code = result.expect_err(url).code();
        assert!(code == *expected || code == "url_invalid", "{url}: {code}");
        tried += 1;
    }
    assert!(tried > 60, "the URLs are tried");
}

#[test]
fn an_operator_allows_hosts_and_blocks_but_never_a_metadata_service() {
    let allowed = ["172.18.0.0/16", "fd00::/8", "n8n", "10.0.0.5"];
    for (url, expected) in [
        ("http://172.18.0.3:5678/webhook", "ok"),
        ("https://172.18.255.255/", "ok"),
        ("https://[::ffff:172.18.0.3]/", "ok"),
        ("https://[fd12::1]/", "ok"),
        ("http://10.0.0.5/", "ok"),
        ("http://n8n:5678/webhook", "ok"),
        ("http://N8N./", "ok"),
        ("https://172.19.0.1/", "address_not_allowed"),
        ("https://10.0.0.6/", "address_not_allowed"),
        ("https://[64:ff9b::172.18.0.3]/", "address_not_allowed"),
        ("https://[fd00:ec2::254]/", "address_not_allowed"),
        ("https://127.0.0.1/", "address_not_allowed"),
        ("http://n8n:22/", "port_not_allowed"),
    ] {
        assert_eq!(verdict(&client(admin(&allowed)), url), expected, "{url}");
    }
    let everything = client(admin(&["0.0.0.0/0", "::/0"]));
    for url in [
        "http://169.254.169.254/",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::169.254.169.254]/",
        "http://[64:ff9b:1::169.254.169.254]/",
        "http://[2002:a9fe:a9fe::]/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://255.255.255.255/",
        "http://224.0.0.1/",
    ] {
        assert_eq!(verdict(&everything, url), "address_not_allowed", "{url}");
    }
    assert_eq!(verdict(&everything, "http://127.0.0.1/"), "ok");
}

#[test]
fn the_operators_own_targets_may_be_private_and_are_encrypted_off_this_machine() {
    for (url, expected) in [
        ("https://10.0.0.1/keys", "ok"),
        ("https://[fd00::1]/keys", "ok"),
        ("https://id.internal/keys", "ok"),
        ("http://127.0.0.1:9/keys", "ok"),
        ("http://[::1]:9/keys", "ok"),
        ("http://localhost/keys", "ok"),
        ("http://10.0.0.1/keys", "clear_text"),
        ("http://id.internal/keys", "clear_text"),
        ("http://8.8.8.8/keys", "clear_text"),
        ("https://169.254.169.254/keys", "address_not_allowed"),
        ("https://0.0.0.0/keys", "address_not_allowed"),
        ("https://user@id.internal/keys", "user_not_allowed"),
    ] {
        assert_eq!(verdict(&client(Trust::Operator), url), expected, "{url}");
    }
}

#[test]
fn a_refusal_says_which_rule_it_was() {
    let said = |url| match get(&client(admin(&[])), url) {
        Err(OutgoingFault::Refused(refusal)) => refusal.to_string(),
        other => panic!("{other:?}"),
    };
    for (url, sentence) in [
        (
            "https://10.0.0.1/",
            "10.0.0.1 leads to a private address (RFC 1918)",
        ),
        (
            "https://169.254.169.254/",
            "169.254.169.254 leads to the metadata service of a cloud provider",
        ),
        (
            "http://8.8.8.8/",
            "8.8.8.8 is not https, and not in --outgoing-allow",
        ),
        (
            "https://a.example:25/",
            "requests to port 25 are not allowed",
        ),
    ] {
        assert_eq!(said(url), sentence);
    }
}
