//! Serves the files of the web client. The files are compiled into the program, or read from a
//! directory once at startup. A request's path is only used as a lookup key and never to open a
//! file.

use std::collections::HashMap;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRef, Path as UrlPath, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use helpline_core::limits;
use helpline_core::protocol::{WidgetPosition, WidgetSettings};
use helpline_core::reject::RejectCode;
use serde::Serialize;

use super::headers::Made;
use crate::config::DevPeople;
use crate::http::problem::Refusal;
use crate::services::DeskSettings;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded_assets.rs"));
}

/// The path prefix of files whose names contain a hash of their content. Such a file never changes.
const HASHED: &str = "assets/";
/// `Cache-Control` for files below [`HASHED`].
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// Scripts and styles that other sites load under fixed names. Their content changes with each
/// release.
const LOADERS: &[&str] = &["widget.js", "mount.js", "mount.css"];
/// The script that displays the widget's launcher button.
const LAUNCHER: &str = "widget.js";
/// A placeholder in the source of `widget.js`. The server replaces it with the widget's settings.
const WIDGET_MARK: &str = "__HELPLINE_WIDGET__";
/// `Cache-Control` for HTML pages: browsers revalidate each time, and usually get 304.
const REVALIDATE: &str = "no-cache";
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Helpline</title><body><h1>Helpline</h1>\
    <p>The web client is not built in. Run <code>make build</code>, or give its directory with <code>--assets-dir</code>.</p></body></html>";

/// The widget settings that the launcher (the script that shows the widget's button) needs before
/// it sends its first request.
#[derive(Serialize)]
struct Looks<'a> {
    color: Option<&'a str>,
    position: WidgetPosition,
    team_name: Option<&'a str>,
}

/// Encodes the widget's settings as JSON, for use inside a JavaScript string literal with any kind
/// of quotes. Every character that could end the literal, or the script element of a page, is
/// written as a `\u` escape.
fn looks_in_a_literal(widget: &WidgetSettings) -> String {
    let json = serde_json::to_string(&Looks {
        color: widget.color.as_deref(),
        position: widget.position,
        team_name: widget.team_name.as_deref(),
    })
    .expect("texts are JSON");
    let mut literal = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii_alphanumeric() || " {}:,#._-".contains(c) {
            literal.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(literal, "\\u{unit:04x}");
            }
        }
    }
    literal
}

/// The demo pages below `/demo`: the last segment of the URL path, and the file.
const DEMO_PAGES: &[(&str, &str)] = &[
    ("pricing", "demo-pricing.html"),
    ("account", "demo-account.html"),
];

/// The suffix of a file that contains the brotli-compressed form (RFC 7932) of another file, such
/// as `app.js.br`.
const BROTLI: &str = ".br";

/// All files of the web client, keyed by their paths without a leading slash.
pub struct Assets(HashMap<String, Asset>);

struct Asset {
    bytes: Bytes,
    /// The file's brotli-compressed bytes, which the client's build created, and their own entity
    /// tag.
    brotli: Option<(Bytes, HeaderValue)>,
    content_type: &'static str,
    etag: HeaderValue,
}

impl Assets {
    /// Reads all files of the directory. If `dir` is `None`, uses the files that are compiled into
    /// the program.
    pub fn load(dir: Option<&Path>) -> Self {
        let mut files = HashMap::new();
        match dir {
            Some(dir) => collect(dir, dir, &mut files),
            None => files.extend(embedded::FILES.iter().map(|(name, bytes)| {
                (
                    (*name).to_owned(),
                    Asset::new(name, Bytes::from_static(bytes)),
                )
            })),
        }
        Self(with_compressed(files))
    }

    fn answer(&self, name: &str, request: &HeaderMap) -> Option<Response> {
        self.0.get(name).map(|asset| asset.answer(name, request))
    }

    /// Returns the launcher script, with the current settings in place of [`WIDGET_MARK`]. The
    /// launcher can then show itself without a further request.
    async fn launcher(&self, settings: &DeskSettings, request: &HeaderMap) -> Option<Response> {
        let asset = self.0.get(LAUNCHER)?;
        let source = std::str::from_utf8(&asset.bytes).unwrap_or("");
        if !source.contains(WIDGET_MARK) {
            return Some(asset.answer(LAUNCHER, request));
        }
        let looks = looks_in_a_literal(&*settings.widget().await);
        let filled = Asset::new(LAUNCHER, source.replace(WIDGET_MARK, &looks).into());
        Some(filled.answer(LAUNCHER, request))
    }
}

impl Asset {
    fn answer(&self, name: &str, request: &HeaderMap) -> Response {
        let (loader, hashed) = (LOADERS.contains(&name), name.starts_with(HASHED));
        let caching = if loader {
            HeaderValue::from_str(&format!("public, max-age={}", limits::LOADER_MAX_AGE_S))
                .expect("digits are visible")
        } else {
            HeaderValue::from_static(if hashed { IMMUTABLE } else { REVALIDATE })
        };
        let compressed = self.brotli.as_ref().filter(|_| takes_brotli(request));
        let (bytes, etag) = match compressed {
            Some((bytes, etag)) => (bytes, etag),
            None => (&self.bytes, &self.etag),
        };
        let headers = [
            (header::ETAG, etag.clone()),
            (header::CACHE_CONTROL, caching),
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static(self.content_type),
            ),
        ];
        let mut response = if request.get(header::IF_NONE_MATCH) == Some(etag) {
            (StatusCode::NOT_MODIFIED, headers).into_response()
        } else {
            (headers, bytes.clone()).into_response()
        };
        if self.brotli.is_some() {
            let headers = response.headers_mut();
            headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
            if compressed.is_some() {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
            }
        }
        if loader || hashed {
            response.extensions_mut().insert(Made::Shared);
        }
        response
    }

    fn new(name: &str, bytes: Bytes) -> Self {
        let etag = tag_of(&bytes);
        Self {
            bytes,
            brotli: None,
            content_type: content_type(name),
            etag,
        }
    }
}

fn tag_of(bytes: &Bytes) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    HeaderValue::from_str(&format!("\"{:016x}\"", hasher.finish()))
        .expect("hexadecimal digits are visible")
}

/// Attaches each brotli-compressed file to its uncompressed original. Removes the compressed file's
/// own entry from the map, so that this file has no URL of its own.
fn with_compressed(mut files: HashMap<String, Asset>) -> HashMap<String, Asset> {
    let names: Vec<String> = files
        .keys()
        .filter(|name| name.ends_with(BROTLI))
        .cloned()
        .collect();
    for name in names {
        let compressed = files.remove(&name);
        let plain = files.get_mut(name.trim_end_matches(BROTLI));
        if let (Some(compressed), Some(plain)) = (compressed, plain) {
            plain.brotli = Some((compressed.bytes, compressed.etag));
        }
    }
    files
}

/// Whether `Accept-Encoding` (RFC 9110, section 12.5.3) lists brotli with a weight other than 0.
fn takes_brotli(request: &HeaderMap) -> bool {
    request
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            let is_brotli = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case("br"));
            let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
            is_brotli && weight.is_none_or(|weight| weight > 0.0)
        })
}

/// The routes of the web client's pages. Each page also handles all paths below its own path,
/// because the router in the web client interprets the rest of the path.
pub(in crate::http) fn routes<S>(dev_people: DevPeople) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Arc<Assets>: FromRef<S>,
{
    let demo = match dev_people {
        DevPeople::Present => Router::new()
            .route("/demo", get(demo))
            .route("/demo/{page}", get(demo_page)),
        DevPeople::Absent => Router::new(),
    };
    demo.route("/widget", get(widget))
        .route("/widget/{*rest}", get(widget))
        .route("/", get(|| async { Redirect::temporary("/support") }))
        .route("/support", get(support))
        .route("/support/{*rest}", get(support))
        .route("/admin/support", get(console))
        .route("/admin/support/{*rest}", get(console))
}

async fn support(State(assets): State<Arc<Assets>>, headers: HeaderMap) -> Response {
    page(&assets, "support.html", &headers)
}

async fn console(State(assets): State<Arc<Assets>>, headers: HeaderMap) -> Response {
    page(&assets, "console.html", &headers)
}

/// Serves the page inside the widget's frame.
async fn widget(State(assets): State<Arc<Assets>>, headers: HeaderMap) -> Response {
    made(Made::Frame, page(&assets, "widget.html", &headers))
}

/// Serves the first demo page of a fictitious host platform that embeds the widget.
async fn demo(State(assets): State<Arc<Assets>>, headers: HeaderMap) -> Response {
    made(Made::Demo, page(&assets, "demo.html", &headers))
}

/// Serves a demo page below `/demo`. The demo pages are separate documents, so that following a
/// link between them loads a new document, as on most sites.
async fn demo_page(
    State(assets): State<Arc<Assets>>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
) -> Response {
    match DEMO_PAGES
        .iter()
        .find(|(address, _)| *address == name.as_str())
    {
        Some((_, file)) => made(Made::Demo, page(&assets, file, &headers)),
        None => Refusal::new(RejectCode::NotFound, "no such address").into_response(),
    }
}

fn made(as_what: Made, mut response: Response) -> Response {
    response.extensions_mut().insert(as_what);
    response
}

fn page(assets: &Assets, name: &str, headers: &HeaderMap) -> Response {
    let not_built = || {
        (
            StatusCode::NOT_FOUND,
            [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
            NOT_BUILT,
        )
            .into_response()
    };
    assets.answer(name, headers).unwrap_or_else(not_built)
}

/// Handles requests that match no route: returns a file of the web client, or a `not_found`
/// problem.
pub(in crate::http) async fn file_or_nothing(
    State(assets): State<Arc<Assets>>,
    State(settings): State<Arc<DeskSettings>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let name = uri.path().trim_start_matches('/');
    let is_read = method == Method::GET || method == Method::HEAD;
    // HTML pages are excluded, because they have their own routes and content security policies.
    let file = match name {
        LAUNCHER if is_read => assets.launcher(&settings, &headers).await,
        name if is_read && !name.ends_with(".html") => assets.answer(name, &headers),
        _ => None,
    };
    file.unwrap_or_else(|| {
        let nothing = Refusal::new(RejectCode::NotFound, "no such address").into_response();
        // A 404 below `assets/` is marked as shared (`Access-Control-Allow-Origin: *`), so that
        // scripts on other sites can distinguish a missing file from an unreachable server.
        if name.starts_with(HASHED) {
            made(Made::Shared, nothing)
        } else {
            nothing
        }
    })
}

fn collect(root: &Path, dir: &Path, files: &mut HashMap<String, Asset>) {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => return tracing::warn!(%error, "cannot read a directory of the web client"),
    };
    for path in entries
        .flatten()
        .filter(|entry| !is_hidden(entry))
        .map(|entry| entry.path())
    {
        if path.is_dir() {
            collect(root, &path, files);
        } else if let (Ok(name), Ok(bytes)) = (path.strip_prefix(root), std::fs::read(&path)) {
            let name = name.to_string_lossy().replace('\\', "/");
            files.insert(name.clone(), Asset::new(&name, Bytes::from(bytes)));
        }
    }
}

/// Whether the file name begins with a dot. Build tools leave hidden files in the assets directory.
fn is_hidden(entry: &std::fs::DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with('.')
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" | "webmanifest" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Evaluates the string literal as JavaScript would, and parses the JSON in it.
    fn read(literal: &str) -> serde_json::Value {
        let json: String = serde_json::from_str(&format!("\"{literal}\"")).expect("a literal");
        serde_json::from_str(&json).expect("JSON")
    }

    #[test]
    fn no_name_of_a_team_ends_the_literal_or_the_script() {
        for name in [
            "The workshop",
            "'-alert(1)-'",
            "\"",
            "`${alert(1)}`",
            "</script><script>alert(1)</script>",
            "<!--",
            "\\",
            "\\u0027",
            "\u{2028}\u{2029}",
            "Équipe \u{1F384} مكتب",
        ] {
            let widget = WidgetSettings {
                color: Some("#2f5bd0".to_owned()),
                team_name: Some(name.to_owned()),
                ..WidgetSettings::default()
            };
            let literal = looks_in_a_literal(&widget);
            assert!(literal.is_ascii(), "{literal}");
            for end in ["'", "\"", "`", "<", ">", "$", "\n", "&", "/"] {
                assert!(!literal.contains(end), "{literal}");
            }
            assert_eq!(
                read(&literal),
                serde_json::json!({"color": "#2f5bd0", "position": "right", "team_name": name})
            );
        }
    }
}
