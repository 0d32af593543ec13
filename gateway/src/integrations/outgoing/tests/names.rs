//! Names: a name that changes its address, a name with several addresses, and the name that TLS and
//! the `Host` header keep.

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::Arc;

use axum::http::Uri;
use helpline_rig::certificates::{Certificates, Validity};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use ureq::config::Config;
use ureq::unversioned::resolver::Resolver as _;
use ureq::unversioned::transport::NextTimeout;

use super::super::resolver::CheckedResolver;
use super::super::{HttpClient, OutgoingFault, Refusal, Trust};
use super::resolver::DnsServer;
use super::server::{Server, ok, request};
use super::{BYTES_MAX, TIMEOUT_MS, admin, client, get, outcome};

fn client_of(dns: &DnsServer, trust: Trust) -> HttpClient {
    HttpClient::with_resolver(dns.resolver(), trust, None, TIMEOUT_MS, BYTES_MAX)
}

#[test]
fn a_name_that_changes_its_address_after_the_check_leads_nowhere_else() {
    let [allowed, other, victim] = Server::on_one_port(["127.0.0.2", "127.0.0.3", "127.0.0.1"]);
    let port = allowed.address.port();
    let dns = DnsServer::start(&[&["127.0.0.2"], &["127.0.0.1"], &["127.0.0.3"]]);
    let client = client_of(&dns, admin(&["127.0.0.2/31"]));
    let url = format!("http://rebind.example:{port}/");

    let first = get(&client, &url).expect("the first address is allowed");
    assert_eq!(first.body(), b"127.0.0.2");
    assert_eq!(
        dns.lookups(),
        1,
        "one lookup for the check and the connection"
    );
    assert!(allowed.requests()[0].contains(&format!("\r\nhost: rebind.example:{port}\r\n")));

    let second = get(&client, &url);
    assert_eq!(outcome(&second), "address_not_allowed");
    assert_eq!(dns.lookups(), 2);

    let third = get(&client, &url).expect("the third address is allowed");
    assert_eq!(third.body(), b"127.0.0.3", "no connection is used twice");
    assert_eq!(
        (allowed.connections(), other.connections()),
        (1, 1),
        "one connection for each request"
    );
    assert_eq!(victim.connections(), 0);
}

#[test]
fn a_public_address_at_first_does_not_help_the_next_one() {
    let dns = DnsServer::start(&[&["8.8.8.8"], &["127.0.0.1"], &["8.8.4.4"]]);
    let resolver = CheckedResolver {
        inner: dns.resolver(),
        trust: admin(&[]),
    };
    let uri = Uri::from_static("https://rebind.example/");
    let resolve = || resolver.resolve(&uri, &Config::default(), NextTimeout::default());
    let found = resolve().expect("public");
    assert_eq!(&found[..], ["8.8.8.8:443".parse().expect("an address")]);
    assert!(matches!(resolve(), Err(ureq::Error::Other(_))));
    assert!(resolve().is_ok());
    assert_eq!(dns.lookups(), 3);
}

#[test]
fn one_forbidden_address_among_several_refuses_all() {
    for answer in [
        &["8.8.8.8", "127.0.0.1"][..],
        &["127.0.0.1", "8.8.8.8"],
        &["8.8.8.8", "::1"],
        &["8.8.8.8", "fd00:ec2::254"],
        &["2606:4700::1111", "169.254.169.254"],
        &["::ffff:10.0.0.1"],
        &["64:ff9b::10.0.0.1"],
        &["0.0.0.0"],
    ] {
        let dns = DnsServer::start(&[answer]);
        let result = get(&client_of(&dns, admin(&[])), "https://mixed.example/");
        assert_eq!(outcome(&result), "address_not_allowed", "{answer:?}");
        assert_eq!(dns.lookups(), 1);
    }
}

#[test]
fn an_allowed_name_may_be_private_but_leads_to_no_metadata_service() {
    let server = Server::saying("127.0.0.2:0", ok("n8n"));
    let port = server.address.port();
    let dns = DnsServer::start(&[&["127.0.0.2"], &["169.254.169.254"]]);
    let client = client_of(&dns, admin(&["n8n.internal"]));
    let answer = get(&client, &format!("http://n8n.internal:{port}/")).expect("allowed");
    assert_eq!(answer.body(), b"n8n");
    let second = get(&client, &format!("http://n8n.internal:{port}/"));
    assert_eq!(outcome(&second), "address_not_allowed");
    for other in [
        "sub.n8n.internal",
        "n8n.internal.evil.example",
        "xn8n.internal",
    ] {
        let dns = DnsServer::start(&[&["127.0.0.2"]]);
        let client = client_of(&dns, admin(&["n8n.internal"]));
        let result = get(&client, &format!("http://{other}:{port}/"));
        assert_eq!(outcome(&result), "address_not_allowed", "{other}");
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn http_to_a_public_name_needs_the_operators_word() {
    let dns = DnsServer::start(&[&["8.8.8.8"]]);
    let result = get(&client_of(&dns, admin(&[])), "http://hooks.example/");
    assert_eq!(outcome(&result), "clear_text");
    let dns = DnsServer::start(&[&["8.8.8.8"]]);
    let result = get(&client_of(&dns, Trust::Operator), "http://localhost:1/");
    assert_eq!(
        outcome(&result),
        "clear_text",
        "localhost is another machine"
    );
}

#[test]
fn the_systems_own_lookup_is_checked_too() {
    let server = Server::saying("127.0.0.1:0", ok("victim"));
    let port = server.address.port();
    for name in ["localhost", "LOCALHOST"] {
        let result = get(&client(admin(&[])), &format!("https://{name}:{port}/"));
        assert_eq!(outcome(&result), "address_not_allowed", "{name}");
    }
    assert_eq!(server.connections(), 0);
    let result = get(
        &client(admin(&["localhost"])),
        &format!("http://localhost:{port}/"),
    );
    assert_eq!(outcome(&result), "sent");
    let result = get(&client(Trust::Operator), "https://nothing.invalid/");
    assert!(
        matches!(
            result,
            Err(OutgoingFault::HostNotFound { .. } | OutgoingFault::TooSlow { .. })
        ),
        "{result:?}"
    );
}

#[test]
fn tls_checks_the_name_of_the_url_though_the_address_is_pinned() {
    let authority = Certificates::new();
    let files = authority.signed("server", &["hooks.example"], Validity::Good);
    let certificate = CertificateDer::from_pem_file(&files.certificate).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(&files.key).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the usual versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a pair");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.2:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let (names, named) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let Ok(mut connection) = rustls::ServerConnection::new(Arc::clone(&config)) else {
                return;
            };
            if connection.complete_io(&mut stream).is_ok() {
                let _ = names.send(connection.server_name().map(str::to_owned));
                let mut stream = rustls::Stream::new(&mut connection, &mut stream);
                if request(&mut stream).is_some() {
                    let _ = stream.write_all(ok("over TLS").as_bytes());
                }
            }
        }
    });
    let authority = std::fs::read(authority.authority()).expect("the authority");
    let asked = |name: &str, authority: Option<&[u8]>| {
        let dns = DnsServer::start(&[&["127.0.0.2"]]);
        let trust = admin(&["127.0.0.2"]);
        let resolver = dns.resolver();
        let client = HttpClient::with_resolver(resolver, trust, authority, TIMEOUT_MS, BYTES_MAX);
        get(&client, &format!("https://{name}:{port}/"))
    };
    let answer = asked("hooks.example", Some(&authority)).expect("trusted");
    assert_eq!(answer.body(), b"over TLS");
    assert_eq!(
        named.recv().expect("a handshake").as_deref(),
        Some("hooks.example")
    );
    assert_eq!(
        outcome(&asked("other.example", Some(&authority))),
        "connection_failed"
    );
    assert_eq!(outcome(&asked("hooks.example", None)), "connection_failed");
}

#[test]
fn a_refusal_names_no_address_behind_a_name() {
    let dns = DnsServer::start(&[&["10.11.12.13"]]);
    let result = get(&client_of(&dns, admin(&[])), "https://intranet.example/");
    let Err(OutgoingFault::Refused(refusal @ Refusal::Address { .. })) = result else {
        panic!("{result:?}");
    };
    assert_eq!(
        refusal.to_string(),
        "intranet.example leads to a private address (RFC 1918)"
    );
}
