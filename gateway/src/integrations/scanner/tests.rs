//! Tests of the scanner's client with a double that misbehaves, and with the real clamd.

use helpline_rig::{Clamd, EICAR_NAME, ScannerDouble, ScannerMood, eicar};

use super::*;

fn scanner(address: &str) -> Scanner {
    let address = address.parse().expect("an address");
    let mut scanner = Scanner::from_config(Some(&address)).expect("a scanner");
    let short = Duration::from_millis(500);
    scanner.patience = Patience {
        write: short,
        answer: short,
        ping: short,
    };
    scanner
}

async fn double(mood: ScannerMood) -> (ScannerDouble, Scanner) {
    let double = ScannerDouble::start_new(mood).await.expect("a double");
    let scanner = scanner(&double.address());
    (double, scanner)
}

async fn scan(scanner: &Scanner, file: &[u8]) -> Verdict {
    let pieces: Vec<_> = file
        .chunks(100_000)
        .map(|piece| Ok::<_, &str>(Bytes::copy_from_slice(piece)))
        .collect();
    scanner
        .scan(file.len() as u64, futures_util::stream::iter(pieces))
        .await
}

/// More than the buffers of a connection take.
fn large() -> Vec<u8> {
    vec![7; 20_000_000]
}

fn is_not_reached(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::NotReached { reason } if !reason.is_empty())
}

fn is_unreadable(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Unreadable { reason } if !reason.is_empty())
}

#[tokio::test]
async fn a_file_is_clean_or_infected() {
    let (double, scanner) = double(ScannerMood::Honest).await;
    for size in [0, 1, limits::SCAN_CHUNK_BYTES, 300_001] {
        assert_eq!(
            scan(&scanner, &vec![0; size]).await,
            Verdict::Clean,
            "{size}"
        );
    }
    let mut file = vec![0; 150_000];
    file.extend(eicar());
    let Verdict::Infected { finding } = scan(&scanner, &file).await else {
        panic!("the finding is lost");
    };
    assert_eq!(finding, "Eicar-Test-Signature");
    assert_eq!(double.streams(), 5);
    assert_eq!(
        scanner.version().await.expect("it answers"),
        "ClamAV 0.0.0/1/double"
    );
}

#[tokio::test]
async fn a_refusal_in_the_middle_of_a_file_is_not_scannable() {
    let exceeded = "INSTREAM size limit exceeded. ERROR".to_owned();
    for bytes in [0, 1, 1_000_000] {
        let (_double, scanner) = double(ScannerMood::RefusesAfter(bytes, exceeded.clone())).await;
        let verdict = scan(&scanner, &large()).await;
        let reason = exceeded.clone();
        assert_eq!(verdict, Verdict::NotScannable { reason }, "{bytes}");
    }
}

#[tokio::test]
async fn an_ok_before_the_whole_file_was_sent_is_no_verdict() {
    for mood in [
        ScannerMood::AnswersAtOnce("stream: OK".to_owned()),
        ScannerMood::RefusesAfter(100_000, "stream: OK".to_owned()),
    ] {
        let (_double, scanner) = double(mood.clone()).await;
        let verdict = scan(&scanner, &large()).await;
        assert!(is_not_reached(&verdict), "{mood:?}: {verdict:?}");
    }
}

#[tokio::test]
async fn hanging_cutting_and_lying_are_not_reached() {
    for mood in [
        ScannerMood::Hangs,
        ScannerMood::NeverAnswers,
        ScannerMood::CutsAfter(0),
        ScannerMood::CutsAfter(500_000),
        ScannerMood::HalfAnswers(String::new()),
        ScannerMood::HalfAnswers("stream: OK".to_owned()),
        ScannerMood::Answers(String::new()),
        ScannerMood::Answers("OK".to_owned()),
        ScannerMood::Answers("stream: OK\0stream: Eicar FOUND".to_owned()),
        ScannerMood::Answers("x".repeat(1_000_000)),
        ScannerMood::Answers("stream: Can't allocate memory ERROR".to_owned()),
    ] {
        let (_double, scanner) = double(mood.clone()).await;
        let verdict = scan(&scanner, &large()).await;
        assert!(is_not_reached(&verdict), "{mood:?}: {verdict:?}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_whole_is_no_verdict() {
    let (_double, scanner) = double(ScannerMood::Honest).await;
    let piece = || Ok::<_, &str>(Bytes::from_static(b"part"));
    let cut = futures_util::stream::iter([piece(), Err("the disk failed")]);
    let verdict = scanner.scan(8, cut).await;
    assert!(is_unreadable(&verdict), "{verdict:?}");
    for size in [3, 5] {
        let verdict = scanner
            .scan(size, futures_util::stream::iter([piece()]))
            .await;
        assert!(is_unreadable(&verdict), "{size}: {verdict:?}");
    }
}

#[tokio::test]
async fn nothing_that_listens_or_another_service_is_said() {
    let closed = scanner(&format!("tcp://127.0.0.1:{}", helpline_rig::free_port()));
    assert!(is_not_reached(&scan(&closed, b"x").await));
    assert!(matches!(
        closed.version().await,
        Err(ScanError::NotReached(_))
    ));
    let no_socket = scanner("unix:/nonexistent/clamd.ctl");
    assert!(is_not_reached(&scan(&no_socket, b"x").await));
    let (double, mute) = double(ScannerMood::Hangs).await;
    assert!(matches!(
        mute.version().await,
        Err(ScanError::NotReached(_))
    ));
    double.set(ScannerMood::Honest);
    mute.version().await.expect("it answers again");
}

#[tokio::test]
async fn the_largest_file_is_tried() {
    let (double, scanner) = double(ScannerMood::Honest).await;
    scanner.takes(3_000_000).await.expect("it takes everything");
    let exceeded = "INSTREAM size limit exceeded. ERROR".to_owned();
    double.set(ScannerMood::RefusesAfter(1_000_000, exceeded));
    let refused = scanner.takes(30_000_000).await.expect_err("too large");
    assert!(refused.to_string().contains("StreamMaxLength"), "{refused}");
}

/// The patience of the real client: a busy machine answers late.
async fn real(settings: &[&str]) -> (Clamd, Scanner) {
    let clamd = Clamd::start_new(settings).await.expect("clamd");
    let mut scanner = scanner(&clamd.address());
    scanner.patience = PATIENCE;
    (clamd, scanner)
}

#[tokio::test]
#[ignore = "needs clamd: .ci/test-world clamav"]
async fn clamd_finds_its_signature_over_tcp_and_over_a_socket() {
    let (clamd, over_tcp) = real(&[]).await;
    let mut over_socket = scanner(&clamd.socket_address());
    over_socket.patience = PATIENCE;
    let mut padded = vec![b' '; 3_000_000];
    padded.extend(eicar());
    for scanner in [over_tcp, over_socket] {
        let version = scanner.version().await.expect("its version");
        assert!(version.starts_with("ClamAV "), "{version}");
        assert_eq!(scan(&scanner, b"a harmless file").await, Verdict::Clean);
        assert_eq!(scan(&scanner, b"").await, Verdict::Clean);
        for file in [eicar(), padded.clone()] {
            let finding = EICAR_NAME.to_owned();
            assert_eq!(scan(&scanner, &file).await, Verdict::Infected { finding });
        }
    }
}

#[tokio::test]
#[ignore = "needs clamd: .ci/test-world clamav"]
async fn clamd_refuses_what_is_longer_than_its_stream() {
    let (_clamd, scanner) = real(&["StreamMaxLength 1M"]).await;
    for size in [1_048_577, 5_000_000, 50_000_000] {
        let verdict = scan(&scanner, &vec![0; size]).await;
        assert!(
            matches!(verdict, Verdict::NotScannable { .. }),
            "{size}: {verdict:?}"
        );
    }
    scanner
        .takes(1_000_000)
        .await
        .expect("it takes as much as it says");
    let refused = scanner.takes(2_000_000).await;
    assert!(
        matches!(refused, Err(ScanError::TooSmall { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
#[ignore = "needs clamd: .ci/test-world clamav"]
async fn a_clamd_that_is_killed_is_not_reached_and_then_reached_again() {
    let (clamd, mut scanner) = real(&[]).await;
    clamd.kill9().await.expect("its end");
    assert!(is_not_reached(&scan(&scanner, b"x").await));
    clamd.start().await.expect("it starts again");
    assert_eq!(scan(&scanner, b"x").await, Verdict::Clean);
    clamd.freeze();
    scanner.patience.answer = Duration::from_millis(500);
    assert!(is_not_reached(&scan(&scanner, b"x").await));
    clamd.thaw();
    scanner.patience = PATIENCE;
    assert_eq!(scan(&scanner, b"x").await, Verdict::Clean);
}

/// An archive with these files, not compressed, as every unpacker reads it. `flags` 1 says that they are encrypted.
fn zip(files: &[(String, Vec<u8>)], flags: u16) -> Vec<u8> {
    let (mut bytes, mut index) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let size = u32::try_from(content.len())
            .expect("a small file")
            .to_le_bytes();
        let length = u16::try_from(name.len())
            .expect("a short name")
            .to_le_bytes();
        let mut about = [10, 0].to_vec();
        about.extend(flags.to_le_bytes());
        // Stored, without a time.
        about.extend([0; 6]);
        about.extend(crc(content).to_le_bytes());
        about.extend([size, size].concat());
        about.extend(length);
        about.extend([0; 2]);
        let offset = u32::try_from(bytes.len())
            .expect("a small archive")
            .to_le_bytes();
        bytes.extend([&b"PK\x03\x04"[..], &about[..], name.as_bytes(), content].concat());
        index.extend(
            [
                &b"PK\x01\x02\x14\0"[..],
                &about[..],
                &[0; 10],
                &offset,
                name.as_bytes(),
            ]
            .concat(),
        );
    }
    let count = u16::try_from(files.len()).expect("few files").to_le_bytes();
    let start = u32::try_from(bytes.len())
        .expect("a small archive")
        .to_le_bytes();
    let length = u32::try_from(index.len())
        .expect("a small archive")
        .to_le_bytes();
    let end = [
        &b"PK\x05\x06\0\0\0\0"[..],
        &count[..],
        &count,
        &length,
        &start,
        &[0; 2],
    ]
    .concat();
    [bytes, index, end].concat()
}

fn crc(content: &[u8]) -> u32 {
    !content.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            }
        })
    })
}

#[tokio::test]
#[ignore = "needs clamd: .ci/test-world clamav"]
async fn clamd_with_the_settings_of_deploy_reports_what_it_cannot_scan() {
    let settings = include_str!("../../../../deploy/clamd.conf");
    let bounds: Vec<_> = settings
        .lines()
        .filter(|line| line.starts_with("Max") || line.starts_with("StreamMaxLength"))
        .collect();
    assert_eq!(bounds.len(), 6);
    let (_clamd, scanner) = real(&bounds).await;
    let one = |content: Vec<u8>, flags| zip(&[("a.txt".to_owned(), content)], flags);
    let nested = |depth| (0..depth).fold(one(b"harmless".to_vec(), 0), |inner, _| one(inner, 0));
    let many: Vec<_> = (0..65_000)
        .map(|n| (n.to_string(), b"x".to_vec()))
        .collect();
    for harmless in [one(b"harmless".to_vec(), 0), nested(4)] {
        assert_eq!(scan(&scanner, &harmless).await, Verdict::Clean);
    }
    let infected = scan(&scanner, &one(eicar(), 0)).await;
    assert!(matches!(infected, Verdict::Infected { .. }), "{infected:?}");
    for (what, archive) in [
        ("encrypted", one(b"harmless".to_vec(), 1)),
        ("nested", nested(20)),
        ("many files", zip(&many, 0)),
        ("long", vec![0; 31 * 1024 * 1024]),
    ] {
        let verdict = scan(&scanner, &archive).await;
        assert!(
            matches!(verdict, Verdict::NotScannable { .. }),
            "{what}: {verdict:?}"
        );
    }
    scanner
        .takes(limits::UPLOAD_BYTES_MAX)
        .await
        .expect("the largest file by default");
}
