//! Limits of requests to other services. The limits of an OpenID provider are those of sign-in.

/// Time limit of one request to a URL that an admin typed, from the lookup of its host to the last
/// byte of its answer. Webhooks of other products wait 15 to 30 s.
pub const OUTGOING_TIMEOUT_MS: u64 = 20_000;
/// Time limit of looking up a host, and of connecting to it with TLS.
pub const OUTGOING_CONNECT_TIMEOUT_MS: u64 = 5_000;
/// Maximum bytes of the body of an answer from a URL that an admin typed: enough for an error message
/// that explains what is wrong.
pub const OUTGOING_ANSWER_BYTES_MAX: u64 = 16 * 1024;
/// Maximum bytes of an answer's headers: four times what proxies accept by default.
pub const OUTGOING_HEADER_BYTES_MAX: usize = 32 * 1024;
/// Maximum bytes of a request's body: one event whose text has the maximum length, and in which JSON
/// escapes every byte.
pub const OUTGOING_REQUEST_BYTES_MAX: usize = 256 * 1024;
/// Maximum bytes of a URL. Common servers and proxies accept URLs of this length.
pub const OUTGOING_URL_BYTES_MAX: usize = 2 * 1024;
/// Bytes of each of the two buffers of a connection. More than an answer's headers, so that their
/// limit is reached first.
pub const OUTGOING_BUFFER_BYTES: usize = 64 * 1024;
/// Maximum bytes of a fetched key set (JWKS).
pub const JWKS_BYTES_MAX: u64 = 256 * 1024;
/// Time limit for fetching a key set (JWKS).
pub const JWKS_TIMEOUT_MS: u64 = 5_000;
/// Minimum time between two fetches of a key set (JWKS), however many tokens with an unknown `kid` arrive.
pub const JWKS_REFETCH_MS: u64 = 30_000;
/// Time after which a key set (JWKS) is fetched again, so that a revoked key is soon rejected.
pub const JWKS_REFRESH_MS: u64 = 10 * 60 * 1_000;
/// How long known token keys stay valid while the key set (JWKS) cannot be fetched.
pub const JWKS_STALE_MS: u64 = 24 * 60 * 60 * 1_000;
