//! The web client's files: read once at start from a directory, or those built in. Nothing of a request ever becomes a path on disk.

use std::collections::HashMap;
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
use helpline_core::reject::RejectCode;

use super::headers::Made;
use crate::config::DevPeople;
use crate::http::problem::Refusal;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded_assets.rs"));
}

/// Names in `assets/` bear a hash of their content: they never change.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// Names that other sites write into their pages never change; what is behind them does.
const LOADERS: &[&str] = &["widget.js", "mount.js", "mount.css"];
/// Pages are asked for again each time, and mostly answered with 304.
const REVALIDATE: &str = "no-cache";
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Helpline</title><body><h1>Helpline</h1>\
    <p>The web client is not built in. Run <code>make build</code>, or give its directory with <code>--assets-dir</code>.</p></body></html>";

/// Below `/demo`: the last part of the address, and the file.
const DEMO_PAGES: &[(&str, &str)] = &[
    ("pricing", "demo-pricing.html"),
    ("account", "demo-account.html"),
];

/// Every file by its path, without a leading slash.
pub struct Assets(HashMap<String, Asset>);

struct Asset {
    bytes: Bytes,
    content_type: &'static str,
    etag: HeaderValue,
}

impl Assets {
    /// Reads the directory; without one, takes what is built in.
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
        Self(files)
    }

    fn answer(&self, name: &str, request: &HeaderMap) -> Option<Response> {
        let asset = self.0.get(name)?;
        let (loader, hashed) = (LOADERS.contains(&name), name.starts_with("assets/"));
        let caching = if loader {
            HeaderValue::from_str(&format!("public, max-age={}", limits::LOADER_MAX_AGE_S))
                .expect("digits are visible")
        } else {
            HeaderValue::from_static(if hashed { IMMUTABLE } else { REVALIDATE })
        };
        let headers = [
            (header::ETAG, asset.etag.clone()),
            (header::CACHE_CONTROL, caching),
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static(asset.content_type),
            ),
        ];
        let mut response = if request.get(header::IF_NONE_MATCH) == Some(&asset.etag) {
            (StatusCode::NOT_MODIFIED, headers).into_response()
        } else {
            (headers, asset.bytes.clone()).into_response()
        };
        if loader || hashed {
            response.extensions_mut().insert(Made::Shared);
        }
        Some(response)
    }
}

impl Asset {
    fn new(name: &str, bytes: Bytes) -> Self {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let etag = HeaderValue::from_str(&format!("\"{:016x}\"", hasher.finish()))
            .expect("hexadecimal digits are visible");
        Self {
            bytes,
            content_type: content_type(name),
            etag,
        }
    }
}

/// The pages, each with all addresses below it: the client reads the rest of the address itself.
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

/// The widget's frame.
async fn widget(State(assets): State<Arc<Assets>>, headers: HeaderMap) -> Response {
    made(Made::Frame, page(&assets, "widget.html", &headers))
}

/// A page that stands for the platform's, with the widget in it.
async fn demo(State(assets): State<Arc<Assets>>, headers: HeaderMap) -> Response {
    made(Made::Demo, page(&assets, "demo.html", &headers))
}

/// Its other pages: documents of their own, so that a way from one to the next loads a new one, as on most sites.
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

/// Whatever no route knows: a file of the client, or a problem.
pub(in crate::http) async fn file_or_nothing(
    State(assets): State<Arc<Assets>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let name = uri.path().trim_start_matches('/');
    let is_read = method == Method::GET || method == Method::HEAD;
    // Pages have addresses of their own, with policies of their own.
    let file = if is_read && !name.ends_with(".html") {
        assets.answer(name, &headers)
    } else {
        None
    };
    file.unwrap_or_else(|| Refusal::new(RejectCode::NotFound, "no such address").into_response())
}

fn collect(root: &Path, dir: &Path, files: &mut HashMap<String, Asset>) {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => return tracing::warn!(%error, "a directory of the web client cannot be read"),
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

/// Build tools leave marks of their own in the directory.
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
