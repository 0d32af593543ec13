//! The kind of every special address, at both ends of its block and in every IPv6 form.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::AddressKind::{self, *};

/// First and last address of a block, and the kind of all its addresses.
const BLOCKS: &[(&str, &str, AddressKind)] = &[
    ("0.0.0.0", "0.0.0.0", Unspecified),
    ("0.0.0.1", "0.255.255.255", ThisNetwork),
    ("1.0.0.0", "9.255.255.255", Public),
    ("10.0.0.0", "10.255.255.255", Private),
    ("11.0.0.0", "100.63.255.255", Public),
    ("100.64.0.0", "100.100.100.199", CarrierNat),
    ("100.100.100.200", "100.100.100.200", Metadata),
    ("100.100.100.201", "100.127.255.255", CarrierNat),
    ("100.128.0.0", "126.255.255.255", Public),
    ("127.0.0.0", "127.255.255.255", Loopback),
    ("128.0.0.0", "168.63.129.15", Public),
    ("168.63.129.16", "168.63.129.16", Metadata),
    ("168.63.129.17", "169.253.255.255", Public),
    ("169.254.0.0", "169.254.169.253", LinkLocal),
    ("169.254.169.254", "169.254.169.254", Metadata),
    ("169.254.170.2", "169.254.170.2", Metadata),
    ("169.254.170.23", "169.254.170.23", Metadata),
    ("169.254.170.24", "169.254.255.255", LinkLocal),
    ("169.255.0.0", "172.15.255.255", Public),
    ("172.16.0.0", "172.31.255.255", Private),
    ("172.32.0.0", "191.255.255.255", Public),
    ("192.0.0.0", "192.0.0.191", Protocol),
    ("192.0.0.192", "192.0.0.192", Metadata),
    ("192.0.0.193", "192.0.0.255", Protocol),
    ("192.0.1.0", "192.0.1.255", Public),
    ("192.0.2.0", "192.0.2.255", Documentation),
    ("192.0.3.0", "192.88.98.255", Public),
    ("192.88.99.0", "192.88.99.255", Protocol),
    ("192.88.100.0", "192.167.255.255", Public),
    ("192.168.0.0", "192.168.255.255", Private),
    ("192.169.0.0", "198.17.255.255", Public),
    ("198.18.0.0", "198.19.255.255", Benchmarking),
    ("198.20.0.0", "198.51.99.255", Public),
    ("198.51.100.0", "198.51.100.255", Documentation),
    ("198.51.101.0", "203.0.112.255", Public),
    ("203.0.113.0", "203.0.113.255", Documentation),
    ("203.0.114.0", "223.255.255.255", Public),
    ("224.0.0.0", "239.255.255.255", Multicast),
    ("240.0.0.0", "255.255.255.254", Reserved),
    ("255.255.255.255", "255.255.255.255", Broadcast),
    ("::", "::", Unspecified),
    ("::1", "::1", Loopback),
    ("::8.8.8.8", "::8.8.8.8", Translated),
    ("::10.0.0.1", "::10.0.0.1", Translated),
    ("::169.254.169.254", "::169.254.169.254", Metadata),
    ("::fffe:8.8.8.8", "::fffe:8.8.8.8", Reserved),
    ("::ffff:8.8.8.8", "::ffff:8.8.8.8", Public),
    ("::ffff:127.0.0.1", "::ffff:127.0.0.1", Loopback),
    ("::ffff:0:8.8.8.8", "::ffff:0:8.8.8.8", Translated),
    ("64:ff9b::8.8.8.8", "64:ff9b::9.9.9.9", Public),
    ("64:ff9b::10.0.0.0", "64:ff9b::10.255.255.255", Private),
    ("64:ff9b:0:0:0:1::", "64:ff9b:0:ffff::", Reserved),
    ("64:ff9b:1::8.8.8.8", "64:ff9b:1::8.8.8.8", LocalNat64),
    (
        "64:ff9b:1::169.254.169.254",
        "64:ff9b:1::169.254.169.254",
        Metadata,
    ),
    // 169.254.169.254 behind a prefix of 48 bits: RFC 6052 leaves the byte after 64 bits empty.
    (
        "64:ff9b:1:a9fe:a9:fe00::",
        "64:ff9b:1:a9fe:a9:fe00::",
        Metadata,
    ),
    ("100::", "100::ffff:ffff:ffff:ffff", Discard),
    (
        "100:0:0:1::",
        "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        Reserved,
    ),
    ("2000::", "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Public),
    (
        "2001:0:808:808::f7f7:f7f7",
        "2001:0:808:808::f7f7:f7f7",
        Tunnel,
    ),
    ("2001:1::", "2001:1:ffff:ffff:ffff:ffff:ffff:ffff", Protocol),
    (
        "2001:2::",
        "2001:2:0:ffff:ffff:ffff:ffff:ffff",
        Benchmarking,
    ),
    (
        "2001:2:1::",
        "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
        Protocol,
    ),
    (
        "2001:200::",
        "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
        Public,
    ),
    (
        "2001:db8::",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        Documentation,
    ),
    (
        "2001:db9::",
        "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        Public,
    ),
    (
        "2002:808:808::",
        "2002:808:808:ffff:ffff:ffff:ffff:ffff",
        Tunnel,
    ),
    (
        "2002:a9fe:a9fe::",
        "2002:a9fe:a9fe:ffff:ffff:ffff:ffff:ffff",
        Metadata,
    ),
    ("2003::", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Public),
    (
        "3fff::",
        "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
        Documentation,
    ),
    (
        "3fff:1000::",
        "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        Public,
    ),
    (
        "4000::",
        "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        Reserved,
    ),
    (
        "fc00::",
        "fcff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        UniqueLocal,
    ),
    ("fd00:42::42", "fd00:42::42", Metadata),
    ("fd00:c1::a9fe:a9fe", "fd00:c1::a9fe:a9fe", Metadata),
    ("fd00:ec2::254", "fd00:ec2::254", Metadata),
    ("fd20:ce::254", "fd20:ce::254", Metadata),
    (
        "fd21::",
        "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        UniqueLocal,
    ),
    (
        "fe00::",
        "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        Reserved,
    ),
    ("fe80::a9fe:a9fe", "fe80::a9fe:a9fe", Metadata),
    (
        "fe80::1",
        "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        LinkLocal,
    ),
    (
        "fec0::",
        "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        SiteLocal,
    ),
    (
        "ff00::",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        Multicast,
    ),
    // ISATAP, in a public network
    ("2a00::5efe:8.8.8.8", "2a00::5efe:9.9.9.9", Public),
    ("2a00::5efe:10.0.0.1", "2a00::200:5efe:10.0.0.1", Private),
];

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[test]
fn every_special_address_has_its_kind() {
    for (first, last, kind) in BLOCKS {
        for address in [first, last] {
            assert_eq!(AddressKind::of(ip(address)), *kind, "{address}");
        }
    }
}

/// The IPv6 addresses that contain an IPv4 address.
fn forms(address: Ipv4Addr) -> [Ipv6Addr; 10] {
    let [a, b, c, d] = address.octets();
    let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    [
        [0, 0, 0, 0, 0, 0xffff, high, low],
        [0, 0, 0, 0, 0xffff, 0, high, low],
        [0, 0, 0, 0, 0, 0, high, low],
        [0x64, 0xff9b, 0, 0, 0, 0, high, low],
        [0x64, 0xff9b, 1, 0, 0, 0, high, low],
        [0x2002, high, low, 0, 0, 0, 0, 1],
        [0x2001, 0, high, low, 0, 0, !0x0808, !0x0808],
        [0x2001, 0, 0x0808, 0x0808, 0, 0, !high, !low],
        [0x2a00, 1, 2, 3, 0, 0x5efe, high, low],
        [0x2a00, 1, 2, 3, 0x200, 0x5efe, high, low],
    ]
    .map(Ipv6Addr::from)
}

#[test]
fn an_ipv6_form_is_never_more_trusted_than_its_ipv4_address() {
    let mut tried = 0;
    for (first, last, kind) in BLOCKS.iter().filter(|(.., kind)| *kind != Public) {
        for text in [first, last] {
            let IpAddr::V4(address) = ip(text) else {
                continue;
            };
            // `::1` is not 0.0.0.1.
            for form in forms(address)
                .into_iter()
                .filter(|form| !form.is_loopback())
            {
                let of_form = AddressKind::of(form.into());
                assert_ne!(of_form, Public, "{form} contains {address}");
                assert!(
                    kind.can_be_allowed() || !of_form.can_be_allowed(),
                    "{form} contains {address}"
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 400, "the forms are tried");
}

#[test]
fn the_standard_library_knows_no_special_address_that_is_public_here() {
    // A step that is no multiple of a block's size, so that every block of 16 bits is hit.
    for bits in (0..=u32::MAX).step_by(40_009) {
        let address = Ipv4Addr::from_bits(bits);
        let is_special = address.is_private()
            || address.is_loopback()
            || address.is_link_local()
            || address.is_multicast()
            || address.is_broadcast()
            || address.is_documentation()
            || address.is_unspecified();
        let kind = AddressKind::of(address.into());
        assert!(!(is_special && kind == Public), "{address} is {kind}");
    }
}
