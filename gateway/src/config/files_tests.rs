//! Tests of the settings of attachments.

use clap::Parser;

use super::*;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    files: FileSettings,
}

fn checked(
    arguments: &[&str],
    plaintext: &[Plaintext],
    has_relay: bool,
    sessions: &[Hidden],
) -> Result<Files, ConfigError> {
    let line = Line::try_parse_from([&["helpline"], arguments].concat()).expect("a command line");
    checked_files(line.files, plaintext, has_relay, sessions)
}

fn fault(arguments: &[&str], has_relay: bool) -> String {
    checked(arguments, &[], has_relay, &[])
        .expect_err("a fault")
        .to_string()
}

fn secret() -> String {
    "s".repeat(SECRET_BYTES_MIN)
}

const S3: [&str; 6] = [
    "--blobs-s3-bucket",
    "desk-files",
    "--blobs-s3-key",
    "key",
    "--blobs-s3-secret",
    "secret",
];

#[test]
fn without_a_store_no_files_can_be_attached() {
    let files = checked(&[], &[], true, &[]).expect("no store is fine");
    assert!(files.blobs.is_none() && files.scanner.is_none());
    assert_eq!(
        (files.not_scannable, files.not_reached),
        (NotScannable::Refuse, NotReached::Wait)
    );
    assert_eq!(files.upload_bytes_max, limits::UPLOAD_BYTES_MAX);
}

#[test]
fn a_directory_of_one_machine_is_refused_with_a_relay() {
    let directory = ["--blobs-dir", "/var/lib/helpline"];
    checked(&directory, &[], false, &[]).expect("one instance");
    let said = fault(&directory, true);
    assert!(
        said.contains("HELPLINE_BLOBS_DIR") && said.contains("--blobs-shared"),
        "{said}"
    );
    let link = secret();
    for shared in ["--blobs-shared", "--blobs-shared=true"] {
        let shared = [&directory[..], &[shared, "--file-link-secret", &link]].concat();
        let files = checked(&shared, &[], true, &[]).expect("a shared directory");
        assert!(matches!(
            files.blobs,
            Some(BlobConfig::LocalDirectory { shared: true, .. })
        ));
    }
    let not_shared = [
        &directory[..],
        &["--blobs-shared=false", "--file-link-secret", &link],
    ]
    .concat();
    assert!(checked(&not_shared, &[], true, &[]).is_err());
}

#[test]
fn several_instances_need_the_same_secret_for_links() {
    checked(&S3, &[], false, &[]).expect("one instance makes its own");
    assert!(fault(&S3, true).contains("HELPLINE_FILE_LINK_SECRET"));
    let session = Hidden::from(secret());
    let files = checked(&S3, &[], true, std::slice::from_ref(&session)).expect("that of sessions");
    assert_eq!(files.link_secrets, std::slice::from_ref(&session));
    let other = "o".repeat(32);
    let own = [&S3[..], &["--file-link-secret", &other]].concat();
    let files = checked(&own, &[], true, &[session]).expect("its own");
    assert_eq!(files.link_secrets, [Hidden::from("o".repeat(32))]);
    let short = [&S3[..], &["--file-link-secret", "short"]].concat();
    assert!(fault(&short, false).contains("at least 32 bytes"));
}

#[test]
fn what_s3_needs_is_asked_for_by_name() {
    let Some(BlobConfig::S3(s3)) = checked(&S3, &[], false, &[]).expect("a bucket").blobs else {
        panic!("a bucket is S3");
    };
    assert_eq!(s3.address(), "https://s3.us-east-1.amazonaws.com");
    assert!(s3.path_style && s3.ca.is_none());
    assert!(!format!("{s3:?}").contains("\"secret\""));
    for (arguments, named) in [
        (&S3[..4], "HELPLINE_BLOBS_S3_SECRET"),
        (&[S3[0], S3[1], S3[4], S3[5]], "HELPLINE_BLOBS_S3_KEY"),
        (&S3[2..], "HELPLINE_BLOBS_S3_BUCKET"),
        (
            &["--blobs-s3-endpoint", "https://s3.example"],
            "HELPLINE_BLOBS_S3_BUCKET",
        ),
        (
            &[&S3[..], &["--blobs-dir", "/x"]].concat(),
            "HELPLINE_BLOBS_DIR",
        ),
        (
            &[&S3[..], &["--blobs-s3-ca-file", "/nowhere"]].concat(),
            "HELPLINE_BLOBS_S3_CA_FILE",
        ),
    ] {
        let said = fault(arguments, false);
        assert!(said.contains(named), "{said}");
    }
    for bucket in ["ab", "Desk", "a/b", "a..b", "-ab", "a b", &"a".repeat(64)] {
        let named = format!("--blobs-s3-bucket={bucket}");
        let said = fault(&[&[named.as_str()], &S3[2..]].concat(), false);
        assert!(
            said.contains("HELPLINE_BLOBS_S3_BUCKET"),
            "{bucket}: {said}"
        );
    }
}

#[test]
fn the_bucket_is_in_the_path_or_in_the_host_name() {
    let address = |more: &[&str]| {
        let all = [
            &S3[..],
            &["--blobs-s3-endpoint", "https://s3.example:9000/"],
            more,
        ]
        .concat();
        let Some(BlobConfig::S3(s3)) = checked(&all, &[], false, &[]).expect("a bucket").blobs
        else {
            panic!("a bucket is S3");
        };
        s3.address()
    };
    assert_eq!(address(&[]), "https://s3.example:9000");
    assert_eq!(
        address(&["--blobs-s3-path-style", "false"]),
        "https://desk-files.s3.example:9000"
    );
}

#[test]
fn files_travel_in_clear_text_only_where_that_was_allowed() {
    let endpoint = |url: &str, plaintext: &[Plaintext]| {
        checked(
            &[&S3[..], &["--blobs-s3-endpoint", url]].concat(),
            plaintext,
            false,
            &[],
        )
        .is_ok()
    };
    assert!(endpoint("http://127.0.0.1:8333", &[]) && endpoint("https://s3.internal", &[]));
    assert!(
        !endpoint("http://s3.internal", &[])
            && !endpoint("http://s3.internal", &[Plaintext::Redis])
    );
    assert!(endpoint("http://s3.internal", &[Plaintext::S3]));
    for url in [
        "s3.example",
        "ftp://s3.example",
        "https://u:p@s3.example",
        "https://s3.example/?a=b",
        "https://s3.example:0",
        "",
    ] {
        assert!(!endpoint(url, &[Plaintext::S3]), "{url}");
    }
    let scanner = |address: &str, plaintext: &[Plaintext]| {
        checked(&["--scanner", address], plaintext, false, &[]).is_ok()
    };
    assert!(scanner("tcp://127.0.0.1:3310", &[]) && scanner("unix:/run/clamd.ctl", &[]));
    assert!(
        !scanner("tcp://clamav:3310", &[]) && scanner("tcp://clamav:3310", &[Plaintext::Scanner])
    );
}

#[test]
fn addresses_and_policies_have_one_form() {
    let tcp = |host: &str| ScannerAddress::Tcp {
        host: host.to_owned(),
        port: 3310,
    };
    assert_eq!("tcp://clamav:3310".parse(), Ok(tcp("clamav")));
    assert_eq!("tcp://[::1]:3310".parse(), Ok(tcp("::1")));
    for bad in [
        "clamav:3310",
        "tcp://clamav",
        "tcp://clamav:0",
        "tcp://:3310",
        "unix:clamd.ctl",
        "unix:",
        "http://a:1",
        "tcp://a/b:1",
    ] {
        assert!(bad.parse::<ScannerAddress>().is_err(), "{bad}");
    }
    assert_eq!("wait".parse(), Ok(NotReached::Wait));
    assert_eq!(
        "allow-after:600".parse(),
        Ok(NotReached::AllowAfter(Duration::from_secs(600)))
    );
    for bad in [
        "",
        "allow",
        "allow-after:",
        "allow-after:-1",
        "allow-after:+1",
        "allow-after:1h",
        "WAIT",
    ] {
        assert!(bad.parse::<NotReached>().is_err(), "{bad}");
    }
}
