//! The page to which the browser returns after a sign-in. It must be a path that no browser
//! interprets as a URL of another host.

use std::str::FromStr;

use helpline_core::limits;
use serde::{Deserialize, Serialize};

/// The page to which the browser returns after a sign-in that has no valid return path.
pub(super) const HOME: &str = "/support";

/// A URL path on the desk's own host, with its query and fragment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct ReturnPath(String);

impl ReturnPath {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ReturnPath {
    fn default() -> Self {
        Self(HOME.to_owned())
    }
}

impl FromStr for ReturnPath {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > limits::RETURN_BYTES_MAX {
            return Err("too long");
        }
        // Browsers remove tabs and line feeds from URLs and treat a backslash as a slash, so such a
        // path could lead to another host.
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains('\\') {
            return Err("has a character that an address must encode");
        }
        let rest = text
            .strip_prefix('/')
            .ok_or("must be a path on this host")?;
        if rest.starts_with('/') {
            return Err("must be a path on this host");
        }
        if rest.starts_with("oidc/") || rest.starts_with("v1/") {
            return Err("must be a page");
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_on_this_host_are_led_back_to() {
        for good in [
            "/",
            "/support",
            "/admin/support/TKT-000001?view=all&q=a%20b",
            "/support#x",
            "/support?next=https://evil.example",
        ] {
            assert!(good.parse::<ReturnPath>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "support",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "/ /evil.example",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "/support/ü",
            "/\u{202e}",
            "/oidc/sign-in?return=/",
            "/v1/tickets",
        ] {
            assert!(bad.parse::<ReturnPath>().is_err(), "{bad}");
        }
        let long = format!("/{}", "a".repeat(limits::RETURN_BYTES_MAX));
        assert!(long.parse::<ReturnPath>().is_err());
    }
}
