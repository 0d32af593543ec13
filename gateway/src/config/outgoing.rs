//! Settings of requests to other services.

use std::str::FromStr;

use clap::Args;

use super::values::Cidr;

/// The setting that allows requests into the operator's own network.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Requests to other services")]
pub struct OutgoingSettings {
    /// Hosts and address blocks that URLs typed by admins may name although they are not public, or not https: n8n.internal,172.18.0.0/16. A
    /// host matches exactly. Link-local addresses and the metadata services of cloud providers are never reached [default: none: only
    /// public addresses, over https]
    #[arg(
        long,
        env = "HELPLINE_OUTGOING_ALLOW",
        value_name = "TARGET,…",
        value_delimiter = ','
    )]
    pub outgoing_allow: Vec<AllowedTarget>,
}

/// A target that URLs typed by admins may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedTarget {
    /// A host name in lower case and ASCII, without a dot at its end. It allows every address to
    /// which the name leads.
    Host(String),
    /// The addresses of a block.
    Block(Cidr),
}

impl FromStr for AllowedTarget {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "must be a host such as n8n.internal, or an address block such as \
                            172.18.0.0/16, without a scheme, port or path";
        if let Ok(block) = text.parse() {
            return Ok(Self::Block(block));
        }
        if text.contains('*') {
            return Err("a host matches exactly: list each host, or an address block");
        }
        match url::Host::parse(text) {
            Ok(url::Host::Domain(name)) => {
                let name = name.strip_suffix('.').unwrap_or(&name);
                if name.is_empty() {
                    return Err(FORM);
                }
                Ok(Self::Host(name.to_owned()))
            }
            Ok(url::Host::Ipv4(_) | url::Host::Ipv6(_)) | Err(_) => Err(FORM),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_blocks_are_told_apart() {
        for (text, host) in [
            ("n8n", "n8n"),
            ("N8N.Internal.", "n8n.internal"),
            ("bücher.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(text.parse(), Ok(AllowedTarget::Host(host.into())), "{text}");
        }
        for text in ["172.18.0.0/16", "10.0.0.5", "fd00::/8", "::1"] {
            let parsed = text.parse::<AllowedTarget>();
            assert!(matches!(parsed, Ok(AllowedTarget::Block(_))), "{text}");
        }
        for text in [
            "",
            ".",
            "*.internal",
            "https://n8n",
            "n8n:5678",
            "n8n/hook",
            "10.0.0.0/33",
            "10.1",
            "0x7f.1",
            "[::1]",
            "a b",
        ] {
            assert!(text.parse::<AllowedTarget>().is_err(), "{text}");
        }
    }
}
