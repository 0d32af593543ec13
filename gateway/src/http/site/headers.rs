//! Sets the security headers of every response. By default, pages cannot be framed and cannot run
//! scripts of other sites; the widget's frame and the demo pages are exceptions. Browsers must not
//! interpret data as a page (`nosniff`) or cache it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::widget_sites::WidgetSites;
use crate::config::Config;

const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
/// A file that a person has uploaded: nothing in it runs, even where a browser shows it.
const FILE_POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";
const CROSS_ORIGIN_OPENER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

/// The purpose of a response, which determines its security headers. Handlers set it as a response
/// extension if the content type does not imply it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Made {
    /// JSON, text or files for the desk's own pages only.
    Data,
    /// A file that a person has uploaded.
    File,
    /// An HTML page of the desk.
    Page,
    /// The page inside the widget's frame. Allowed sites may embed it.
    Frame,
    /// A demo page of a host platform. It may use inline styles and scripts.
    Demo,
    /// A script or style that pages of any site may load. It contains no personal data. To load it
    /// as a module script, pages need a CORS header. To load it as a classic script, they need
    /// `Cross-Origin-Resource-Policy`.
    Shared,
}

/// The content security policies of the pages. They are built once from the configuration. Only the
/// list of sites that may embed the widget is added per request.
pub(in crate::http) struct Policies {
    page: HeaderValue,
    /// The content security policy of the widget's frame, without the sites that may embed the
    /// widget.
    frame: String,
    sites: Arc<WidgetSites>,
    demo: HeaderValue,
}

impl Policies {
    pub(in crate::http) fn new(config: &Config, sites: Arc<WidgetSites>) -> Self {
        let pages = &config.pages;
        // The policy allows only what the desk's pages need. The token URL may be on the host
        // platform's origin. Previews of files need the person's token, so the pages request them
        // and show them as `blob:` images.
        let token_origin = pages
            .token_url
            .as_ref()
            .and_then(|url| url.origin())
            .map(|origin| format!(" {origin}"))
            .unwrap_or_default();
        let page = format!(
            "default-src 'self'; connect-src 'self'{token_origin}; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'"
        );
        // A demo page imitates a page of another site, so it may load the widget from any
        // configured origin.
        let origins: String = config
            .listening
            .named_origins()
            .map(|origin| format!(" {}", origin.as_str()))
            .collect();
        let sockets = origins.replace(" http", " ws");
        let demo = format!(
            "default-src 'self'{origins}; script-src 'self' 'unsafe-inline'{origins}; style-src 'self' 'unsafe-inline'{origins}; \
             connect-src 'self'{origins}{sockets}; img-src 'self' data:{origins}; object-src 'none'; frame-ancestors 'none'"
        );
        Self {
            frame: format!("{page}; frame-ancestors 'self'"),
            sites,
            page: value(&format!("{page}; frame-ancestors 'none'")),
            demo: value(&demo),
        }
    }

    async fn frame(&self) -> HeaderValue {
        let mut policy = self.frame.clone();
        for site in self.sites.all().await {
            policy.push(' ');
            policy.push_str(site.as_str());
        }
        value(&policy)
    }
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("origins and addresses are checked to be plain ASCII")
}

pub(in crate::http) async fn guard(
    State(policies): State<Arc<Policies>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let is_page = |headers: &HeaderMap| {
        headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
    };
    let by_type = if is_page(response.headers()) {
        Made::Page
    } else {
        Made::Data
    };
    let made = response
        .extensions_mut()
        .remove::<Made>()
        .unwrap_or(by_type);
    let policy = match made {
        Made::Data | Made::Shared => HeaderValue::from_static(DATA_POLICY),
        Made::File => HeaderValue::from_static(FILE_POLICY),
        Made::Page => policies.page.clone(),
        Made::Frame => policies.frame().await,
        Made::Demo => policies.demo.clone(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::REFERRER_POLICY, "no-referrer");
    set(headers, CROSS_ORIGIN_OPENER_POLICY, "same-origin");
    match made {
        Made::Data | Made::File | Made::Page | Made::Demo => {
            set(headers, header::X_FRAME_OPTIONS, "DENY");
            set(headers, CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
        }
        // X-Frame-Options cannot list several sites, so it is omitted. Browsers use
        // `frame-ancestors` of the content security policy instead.
        Made::Frame => set(headers, CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
        Made::Shared => {
            set(headers, header::X_FRAME_OPTIONS, "DENY");
            set(headers, CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin");
            set(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        }
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        set(headers, header::CACHE_CONTROL, "no-store");
    }
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
