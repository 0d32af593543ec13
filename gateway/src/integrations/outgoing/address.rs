//! Classifies IP addresses: public hosts on the internet, and every kind of address that belongs to
//! a private network, to this machine, or to no host at all.
//!
//! The sources are the IANA registries of special-purpose addresses
//! (<https://www.iana.org/assignments/iana-ipv4-special-registry> and
//! <https://www.iana.org/assignments/iana-ipv6-special-registry>). A few small blocks that the
//! registries call globally reachable are not public here, because no service has an address there:
//! relay and anycast addresses of protocols. The metadata services are those that the cloud
//! providers document.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use AddressKind::{
    Benchmarking, Broadcast, CarrierNat, Discard, Documentation, LinkLocal, LocalNat64, Loopback,
    Metadata, Multicast, Private, Protocol, Public, Reserved, SiteLocal, ThisNetwork, Translated,
    Tunnel, UniqueLocal, Unspecified,
};

/// The kind of an IP address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressKind {
    /// An address of a host on the internet.
    Public,
    /// `0.0.0.0` or `::`. On Linux, a connection to it reaches this machine.
    Unspecified,
    /// Another address of `0.0.0.0/8`.
    ThisNetwork,
    /// This machine.
    Loopback,
    /// RFC 1918.
    Private,
    /// The shared address space of carrier-grade NAT, RFC 6598.
    CarrierNat,
    /// `169.254.0.0/16` or `fe80::/10`.
    LinkLocal,
    /// The metadata service of a cloud provider, which returns credentials of the machine.
    Metadata,
    /// `fc00::/7`.
    UniqueLocal,
    /// `fec0::/10`, which RFC 3879 deprecated.
    SiteLocal,
    /// A group of hosts.
    Multicast,
    /// `255.255.255.255`.
    Broadcast,
    /// A block for examples in documents.
    Documentation,
    /// A block for measurements of network devices.
    Benchmarking,
    /// A block for network protocols, such as `192.0.0.0/24`.
    Protocol,
    /// `100::/64`, where packets are discarded.
    Discard,
    /// `64:ff9b:1::/48`, which a network translates to IPv4 addresses of its own choice.
    LocalNat64,
    /// 6to4 or Teredo. The network that forwards the packet chooses the host that receives it.
    Tunnel,
    /// An obsolete IPv6 form of an IPv4 address, such as `::10.0.0.1`.
    Translated,
    /// Every other address that is not assigned to hosts on the internet.
    Reserved,
}

impl AddressKind {
    /// Classifies an address. The result for an IPv6 address that contains an IPv4 address (such as
    /// `::ffff:10.0.0.1`) depends on the contained address.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }

    /// Whether an operator can allow requests to addresses of this kind. No service that a desk
    /// calls has an address of the other kinds.
    pub const fn can_be_allowed(self) -> bool {
        match self {
            Public | Loopback | Private | CarrierNat | UniqueLocal | SiteLocal | Documentation
            | Benchmarking | Protocol | Discard | LocalNat64 | Tunnel | Translated | Reserved => {
                true
            }
            Unspecified | ThisNetwork | LinkLocal | Metadata | Multicast | Broadcast => false,
        }
    }
}

impl fmt::Display for AddressKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Public => "a public address",
            Unspecified => "the unspecified address",
            ThisNetwork => "an address of 0.0.0.0/8",
            Loopback => "a loopback address",
            Private => "a private address (RFC 1918)",
            CarrierNat => "an address of carrier-grade NAT",
            LinkLocal => "a link-local address",
            Metadata => "the metadata service of a cloud provider",
            UniqueLocal => "a private address (fc00::/7)",
            SiteLocal => "a site-local address",
            Multicast => "a multicast address",
            Broadcast => "the broadcast address",
            Documentation => "an address for documentation",
            Benchmarking => "an address for benchmarks",
            Protocol => "an address of a network protocol",
            Discard => "an address that discards packets",
            LocalNat64 => "an address of a local NAT64",
            Tunnel => "an address of a 6to4 or Teredo tunnel",
            Translated => "an obsolete form of an IPv4 address",
            Reserved => "a reserved address",
        })
    }
}

/// Special IPv4 blocks. The first block that contains an address determines its kind.
const V4: [([u8; 4], u32, AddressKind); 23] = [
    ([169, 254, 169, 254], 32, Metadata), // AWS, Azure, Google, OpenStack and most others
    ([169, 254, 170, 2], 32, Metadata),   // AWS ECS
    ([169, 254, 170, 23], 32, Metadata),  // AWS EKS
    ([100, 100, 100, 200], 32, Metadata), // Alibaba
    ([168, 63, 129, 16], 32, Metadata),   // Azure
    ([192, 0, 0, 192], 32, Metadata),     // Oracle
    ([0, 0, 0, 0], 32, Unspecified),
    ([255, 255, 255, 255], 32, Broadcast),
    ([0, 0, 0, 0], 8, ThisNetwork),
    ([10, 0, 0, 0], 8, Private),
    ([100, 64, 0, 0], 10, CarrierNat),
    ([127, 0, 0, 0], 8, Loopback),
    ([169, 254, 0, 0], 16, LinkLocal),
    ([172, 16, 0, 0], 12, Private),
    ([192, 0, 0, 0], 24, Protocol),
    ([192, 0, 2, 0], 24, Documentation),
    ([192, 88, 99, 0], 24, Protocol), // the former relays of 6to4
    ([192, 168, 0, 0], 16, Private),
    ([198, 18, 0, 0], 15, Benchmarking),
    ([198, 51, 100, 0], 24, Documentation),
    ([203, 0, 113, 0], 24, Documentation),
    ([224, 0, 0, 0], 4, Multicast),
    ([240, 0, 0, 0], 4, Reserved),
];

/// Special IPv6 blocks. The first block that contains an address determines its kind.
const V6: [([u16; 8], u32, AddressKind); 17] = [
    ([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0], 32, Metadata), // AWS
    ([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254], 128, Metadata), // Google
    ([0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42], 128, Metadata), // Scaleway
    ([0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe], 128, Metadata), // Oracle
    ([0xfe80, 0, 0, 0, 0, 0, 0xa9fe, 0xa9fe], 128, Metadata), // OpenStack
    ([0, 0, 0, 0, 0, 0, 0, 0], 128, Unspecified),
    ([0, 0, 0, 0, 0, 0, 0, 1], 128, Loopback),
    ([0x100, 0, 0, 0, 0, 0, 0, 0], 64, Discard),
    ([0x2001, 0x2, 0, 0, 0, 0, 0, 0], 48, Benchmarking),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, Documentation),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, Documentation),
    ([0x2001, 0x0, 0, 0, 0, 0, 0, 0], 32, Tunnel), // Teredo
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, Protocol),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, UniqueLocal),
    ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, LinkLocal),
    ([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, SiteLocal),
    ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, Multicast),
];

fn of_v4(address: Ipv4Addr) -> AddressKind {
    let is_in = |network: [u8; 4], bits: u32| {
        (address.to_bits() ^ Ipv4Addr::from(network).to_bits()).leading_zeros() >= bits
    };
    V4.iter()
        .find(|(network, bits, _)| is_in(*network, *bits))
        .map_or(Public, |(_, _, kind)| *kind)
}

fn of_v6(address: Ipv6Addr) -> AddressKind {
    let segments = address.segments();
    match segments {
        // IPv4-mapped: the system connects by IPv4. NAT64: a public IPv4 host, in a network that
        // has only IPv6.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            return of_v4(v4(high, low));
        }
        _ => {}
    }
    let outer = of_block(address);
    let inner = contained(segments).into_iter().flatten().map(of_v4);
    // The stricter rule applies: of the block itself, or of the contained address.
    let mut kinds = inner.filter(|kind| *kind != Public);
    match outer {
        Public => kinds.next().unwrap_or(Public),
        outer => kinds.find(|kind| !kind.can_be_allowed()).unwrap_or(outer),
    }
}

/// The kind of the block that contains an address.
fn of_block(address: Ipv6Addr) -> AddressKind {
    let is_in = |network: [u16; 8], bits: u32| {
        (address.to_bits() ^ Ipv6Addr::from(network).to_bits()).leading_zeros() >= bits
    };
    if let Some((_, _, kind)) = V6.iter().find(|(net, bits, _)| is_in(*net, *bits)) {
        return *kind;
    }
    match address.segments() {
        [0x64, 0xff9b, 1, ..] => LocalNat64,
        [0x2002, ..] => Tunnel,
        // IPv4-compatible (::a.b.c.d) and IPv4-translated (::ffff:0:a.b.c.d)
        [0, 0, 0, 0, 0, 0, _, _] | [0, 0, 0, 0, 0xffff, 0, _, _] => Translated,
        // IANA assigns addresses of hosts only in 2000::/3.
        [first, ..] if first & 0xe000 == 0x2000 => Public,
        _ => Reserved,
    }
}

/// The IPv4 addresses that an IPv6 address contains, by the rules of 6to4, Teredo (server and
/// client), a local NAT64 (RFC 6052), the obsolete forms, and ISATAP.
fn contained(segments: [u16; 8]) -> [Option<Ipv4Addr>; 2] {
    let [a, b, c, d, e, f, g, h] = segments;
    match segments {
        [0x2002, ..] => [Some(v4(b, c)), None],
        [0x2001, 0, ..] => [Some(v4(c, d)), Some(v4(!g, !h))],
        // Behind a prefix of 96 bits, or of 48 bits with an unused byte in the middle.
        [0x64, 0xff9b, 1, 0, 0, 0, ..] => [Some(v4(g, h)), None],
        [0x64, 0xff9b, 1, .., 0, 0] => [Some(v4(d, e << 8 | f >> 8)), None],
        [0x64, 0xff9b, 1, ..] => [Some(v4(g, h)), Some(v4(d, e << 8 | f >> 8))],
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => [None, None],
        [0, 0, 0, 0, 0, 0, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => [Some(v4(g, h)), None],
        _ if a != 0 && matches!(e, 0 | 0x200) && f == 0x5efe => [Some(v4(g, h)), None],
        _ => [None, None],
    }
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}
