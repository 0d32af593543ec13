//! Signing in at the desk's own pages, by an OpenID provider.

/// From the desk to the provider and back: a person finds their password and their second factor. Also what a sign-in that was begun and left
/// leaves behind in a browser.
pub const SIGN_IN_MS: u64 = 10 * 60 * 1_000;
/// Sign-ins that one browser has begun and not ended, in tabs of their own. Each is a cookie, and with the session's all of them fit into the 8 KiB
/// that proxies take as one header.
pub const SIGN_INS_AT_ONCE_MAX: usize = 4;
/// Where a sign-in leads back to: a path of ours with its query, in bytes.
pub const RETURN_BYTES_MAX: usize = 400;
/// How long a person stays signed in, in hours: a working day with its evening.
pub const SESSION_HOURS: u32 = 12;
/// The longest that an operator may set, in hours: a session is not taken back before its end, unless the person is blocked.
pub const SESSION_HOURS_MAX: u32 = 30 * 24;
/// A desk token's life. The page asks for another one before it ends, which it gets for as long as the session lasts.
pub const DESK_TOKEN_MS: u64 = 10 * 60 * 1_000;
/// A subject (`sub`) of a provider, in bytes: OpenID Connect allows 255.
pub const OIDC_SUBJECT_BYTES_MAX: usize = 255;
/// A parameter that the provider sends back through the browser, in bytes. Codes are tickets of some hundred bytes; some providers put JWTs there.
pub const OIDC_PARAMETER_BYTES_MAX: usize = 4 * 1024;
/// An answer of the provider's, in bytes.
pub const OIDC_BYTES_MAX: u64 = 256 * 1024;
/// One request to the provider.
pub const OIDC_TIMEOUT_MS: u64 = 5_000;
/// All requests to the provider that one step of a sign-in waits for, together: its addresses, its keys, the code, the person.
pub const OIDC_EXCHANGE_MS: u64 = 12_000;
/// Between two requests for the provider's addresses and keys, however many sign-ins wait for them.
pub const OIDC_RETRY_MS: u64 = 5_000;
/// Codes that are exchanged at once; each takes a thread for as long as the provider takes to answer.
pub const OIDC_EXCHANGES_MAX: usize = 16;
/// Steps of sign-ins from one address, per second: an office signs in within minutes.
pub const SIGN_IN_STEPS_PER_SECOND: u32 = 10;
/// The same at once, after silence.
pub const SIGN_IN_STEPS_BURST: u32 = 100;
