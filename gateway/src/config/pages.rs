//! Settings of the pages: links, languages, the address that returns tokens, and the sites that may
//! embed the widget.

use std::str::FromStr;

use axum::http::Uri;
use clap::Args;
use helpline_core::origin::Origin;
use helpline_core::protocol::NavLink;

use super::error::ConfigError;
use super::values::usable_port;

/// Maximum number of links in the navigation. A navigation bar has no room for more.
const LINKS_MAX: usize = 12;
/// Maximum length of a link's label, in characters.
const LABEL_CHARS_MAX: usize = 40;

/// The settings of the pages.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Pages")]
pub struct Pages {
    /// Origins whose pages may embed the widget, exactly as browsers send them in Origin [default: only this instance's own pages]
    #[arg(
        long,
        env = "HELPLINE_WIDGET_SITES",
        value_name = "ORIGIN,…",
        value_delimiter = ','
    )]
    pub widget_sites: Vec<Origin>,
    /// Address from which the pages get a token for the person who is signed in to your platform
    #[arg(long, env = "HELPLINE_TOKEN_URL", value_name = "URL")]
    pub token_url: Option<Href>,
    /// Address to which the console sends people who have no staff role
    #[arg(long, env = "HELPLINE_HOME_URL", value_name = "URL")]
    pub home_url: Option<Href>,
    /// Page of your platform on which roles are managed. The REST API then only reads roles, and /v1/config names this page
    #[arg(long, env = "HELPLINE_ROLES_MANAGED_AT", value_name = "URL")]
    pub roles_managed_at: Option<Href>,
    /// Links of your platform's navigation, shown on all pages
    #[arg(
        long,
        env = "HELPLINE_LINKS",
        value_name = "LABEL=URL;…",
        value_delimiter = ';'
    )]
    pub links: Vec<Link>,
    /// Languages that the pages offer; the first one is the default
    #[arg(
        long,
        env = "HELPLINE_LANGUAGES",
        value_name = "TAG,…",
        value_delimiter = ',',
        default_value = "en,ar,de,fr"
    )]
    pub languages: Vec<Language>,
}

impl Pages {
    /// Validates the settings that clap cannot check.
    ///
    /// # Errors
    /// There are too many links.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.links.len() > LINKS_MAX {
            return Err(ConfigError::new(
                "--links",
                format!("has at most {LINKS_MAX} links"),
            ));
        }
        Ok(())
    }
}

/// Target of a link: `http(s)://…`, or a path on this host. Script URLs (`javascript:`) and scheme-relative URLs (`//host`) are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Href(String);

impl Href {
    /// The URL or path, exactly as the operator wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The origin of the link's target, for the pages' Content-Security-Policy. `None` if the
    /// target is a path on this host.
    pub fn origin(&self) -> Option<String> {
        let uri: Uri = self.0.parse().ok()?;
        Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?))
    }
}

impl FromStr for Href {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.is_ascii()
            || text
                .bytes()
                .any(|b| b.is_ascii_control() || b" \\\"'<>;,".contains(&b))
        {
            return Err("has a character that an address must encode");
        }
        if text.starts_with('/') && !text.starts_with("//") {
            return Ok(Self(text.to_owned()));
        }
        let uri: Uri = text.parse().map_err(|_| "not a URL")?;
        usable_port(&uri)?;
        let known = matches!(uri.scheme_str(), Some("http" | "https"));
        let host = uri
            .authority()
            .filter(|authority| !authority.as_str().contains('@') && !authority.host().is_empty());
        if known && host.is_some() {
            Ok(Self(text.to_owned()))
        } else {
            Err("must begin with https://, http:// or a single /")
        }
    }
}

/// A link in the pages' navigation, parsed from `Label=https://…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    label: String,
    href: Href,
}

impl FromStr for Link {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (label, href) = text.split_once('=').ok_or("must have the form LABEL=URL")?;
        let label = label.trim();
        if label.is_empty()
            || label.chars().count() > LABEL_CHARS_MAX
            || label.chars().any(char::is_control)
        {
            return Err("needs a label of at most 40 characters before the =");
        }
        Ok(Self {
            label: label.to_owned(),
            href: href.trim().parse()?,
        })
    }
}

impl From<&Link> for NavLink {
    fn from(link: &Link) -> Self {
        Self {
            label: link.label.clone(),
            href: link.href.as_str().to_owned(),
        }
    }
}

/// A language tag, such as `en` or `pt-BR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language(String);

impl Language {
    /// The language tag, exactly as the operator wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Language {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('-');
        let primary = parts.next().is_some_and(|tag| {
            (2..=3).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_lowercase())
        });
        let rest = parts.all(|tag| {
            (2..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        if primary && rest {
            Ok(Self(text.to_owned()))
        } else {
            Err("is not a language tag such as en or pt-BR")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_sites_or_paths_and_run_nothing() {
        for good in [
            "/support",
            "/",
            "https://help.example/a?b=c#d",
            "http://127.0.0.1:9/x",
        ] {
            assert!(good.parse::<Href>().is_ok(), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//evil.example",
            "/\\evil.example",
            "https://u:p@a.example",
            "help",
            "",
            "https://a.example/ x",
            "https://a.example/;script-src",
            "ftp://a.example",
            "https://a.example:0/",
        ] {
            assert!(bad.parse::<Href>().is_err(), "{bad}");
        }
        let link: Link = "Help Center = https://help.example/?a=b"
            .parse()
            .expect("a link");
        assert_eq!(
            NavLink::from(&link),
            NavLink {
                label: "Help Center".into(),
                href: "https://help.example/?a=b".into()
            }
        );
        assert!("=https://a.example".parse::<Link>().is_err() && "Help".parse::<Link>().is_err());
    }

    #[test]
    fn only_addresses_of_other_hosts_have_an_origin() {
        let origin = |text: &str| text.parse::<Href>().expect("an address").origin();
        assert_eq!(origin("/token"), None);
        assert_eq!(
            origin("https://a.example:8443/t?x=1").as_deref(),
            Some("https://a.example:8443")
        );
    }

    #[test]
    fn languages_are_tags() {
        for (tag, good) in [
            ("en", true),
            ("pt-BR", true),
            ("zh-Hant", true),
            ("EN", false),
            ("english", false),
            ("en_US", false),
            ("", false),
        ] {
            assert_eq!(tag.parse::<Language>().is_ok(), good, "{tag}");
        }
    }
}
