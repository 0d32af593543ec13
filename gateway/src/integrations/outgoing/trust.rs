//! Which hosts and addresses may be called, by who chose the URL.

use std::net::IpAddr;

use helpline_persistence::connect::is_this_machine;
use url::Host;

use super::address::AddressKind;
use super::refusal::Refusal;
use super::target::Target;
use crate::config::AllowedTarget;

/// Who chose the URL of a request.
#[derive(Debug, Clone)]
pub enum Trust {
    /// The operator, in the settings, or a provider that the operator chose. Private addresses are
    /// allowed. `http` is allowed only on this machine.
    Operator,
    /// An admin of the desk, who must not reach the operator's network. Only public addresses with
    /// `https` are allowed, and the targets that the operator listed.
    Admin(Vec<AllowedTarget>),
}

/// Ports that browsers do not call (<https://fetch.spec.whatwg.org/#port-blocking>), because a
/// service without HTTP may take a request for a command of its own protocol.
const BAD_PORTS: [u16; 83] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
];

impl Trust {
    /// Checks what a URL itself shows, without a lookup of its host.
    ///
    /// # Errors
    /// The rule that refuses the URL.
    pub fn check_url(&self, target: &Target) -> Result<(), Refusal> {
        match self {
            Self::Admin(_) if BAD_PORTS.contains(&target.port()) => {
                return Err(Refusal::Port(target.port()));
            }
            Self::Operator
                if !target.is_encrypted() && !is_this_machine(&target.host().to_string()) =>
            {
                return Err(clear_text(target, "not on this machine"));
            }
            Self::Operator | Self::Admin(_) => {}
        }
        match target.host() {
            Host::Ipv4(address) => self.check_address(target, (*address).into()),
            Host::Ipv6(address) => self.check_address(target, (*address).into()),
            Host::Domain(_) => Ok(()),
        }
    }

    /// Checks an address to which the host of a URL leads.
    ///
    /// # Errors
    /// The rule that refuses the address.
    pub fn check_address(&self, target: &Target, address: IpAddr) -> Result<(), Refusal> {
        let kind = AddressKind::of(address);
        let refused = || Refusal::Address {
            host: target.host().to_string(),
            kind,
        };
        if !kind.can_be_allowed() {
            return Err(refused());
        }
        match self {
            Self::Operator if !target.is_encrypted() && kind != AddressKind::Loopback => {
                Err(clear_text(target, "not on this machine"))
            }
            Self::Operator => Ok(()),
            Self::Admin(allowed) if is_listed(allowed, target.host(), address) => Ok(()),
            Self::Admin(_) if kind != AddressKind::Public => Err(refused()),
            Self::Admin(_) if !target.is_encrypted() => {
                Err(clear_text(target, "not in --outgoing-allow"))
            }
            Self::Admin(_) => Ok(()),
        }
    }
}

fn is_listed(allowed: &[AllowedTarget], host: &Host<String>, address: IpAddr) -> bool {
    allowed.iter().any(|target| match target {
        AllowedTarget::Block(block) => block.contains(address),
        AllowedTarget::Host(name) => {
            matches!(host, Host::Domain(host) if host.strip_suffix('.').unwrap_or(host) == name)
        }
    })
}

fn clear_text(target: &Target, exception: &'static str) -> Refusal {
    Refusal::ClearText {
        host: target.host().to_string(),
        exception,
    }
}
