//! Tests that the server sends the web client's files in the form that was compressed at build
//! time.

use crate::test_server::TestServer;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_compressed_is_sent_so_to_browsers_that_take_it() {
    let dir = std::env::temp_dir().join(format!("helpline-brotli-{}", std::process::id()));
    std::fs::create_dir_all(dir.join("assets")).unwrap();
    // The contents of the files need not really be compressed, because the server does not check
    // them.
    for (name, text) in [
        ("assets/app-1.js", "plain"),
        ("assets/app-1.js.br", "compressed"),
        ("assets/lone-1.js.br", "of no file"),
        ("assets/only-1.js", "only plain"),
    ] {
        std::fs::write(dir.join(name), text).unwrap();
    }
    let server = TestServer::start_with(&["--assets-dir", dir.to_str().unwrap()]).await;
    let ask = async |path: &str, takes: &str, tag: &str| {
        let request = server
            .request("GET", path)
            .header("accept-encoding", takes)
            .header("if-none-match", tag);
        server.send(request.body(Vec::new()).unwrap()).await
    };
    let mut tags = Vec::new();
    for (takes, text, encoding) in [
        ("gzip, deflate, br, zstd", "compressed", Some("br")),
        ("gzip;q=1, BR;q=0.5", "compressed", Some("br")),
        ("gzip, br;q=0", "plain", None),
        ("gzip, deflate", "plain", None),
        ("", "plain", None),
    ] {
        let file = ask("/assets/app-1.js", takes, "").await;
        assert_eq!((file.status, file.text().as_str()), (200, text), "{takes}");
        assert_eq!(file.header("content-encoding"), encoding, "{takes}");
        assert_eq!(
            file.header("content-type"),
            Some("text/javascript; charset=utf-8")
        );
        assert_eq!(file.header("vary"), Some("accept-encoding"), "{takes}");
        let tag = file.header("etag").unwrap().to_owned();
        let again = ask("/assets/app-1.js", takes, &tag).await;
        assert_eq!(again.status, 304, "{takes}");
        tags.push(tag);
    }
    assert_ne!(
        tags[0], tags[2],
        "the two encodings need different entity tags"
    );
    let other_form = ask("/assets/app-1.js", "gzip", &tags[0]).await;
    assert_eq!(other_form.status, 200);
    let only = ask("/assets/only-1.js", "br", "").await;
    assert_eq!(
        (only.text().as_str(), only.header("vary")),
        ("only plain", None)
    );
    for path in [
        "/assets/app-1.js.br",
        "/assets/lone-1.js.br",
        "/assets/lone-1.js",
    ] {
        assert_eq!(ask(path, "br", "").await.status, 404, "{path}");
    }
    std::fs::remove_dir_all(dir).unwrap();
}
