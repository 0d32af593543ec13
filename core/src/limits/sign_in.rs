//! Limits of signing in through an OpenID provider on Helpline's own pages.

/// Time limit of a sign-in at the provider: enough to find a password and a second factor. The
/// cookie of an abandoned sign-in also expires after this time.
pub const SIGN_IN_MS: u64 = 10 * 60 * 1_000;
/// Maximum unfinished sign-ins of one browser, each in its own tab. Each sign-in has a cookie. All
/// of these cookies and the session cookie must fit into the 8 KiB that proxies accept as one
/// header.
pub const SIGN_INS_AT_ONCE_MAX: usize = 4;
/// Maximum bytes of the path and query of the web page to which a sign-in returns.
pub const RETURN_BYTES_MAX: usize = 400;
/// Default length of a sign-in session in hours: a working day and its evening.
pub const SESSION_HOURS: u32 = 12;
/// Maximum length of a sign-in session in hours that an operator may set. A session ends early only
/// if the person is blocked.
pub const SESSION_HOURS_MAX: u32 = 30 * 24;
/// Lifetime of the token that a web page of the desk uses. The page requests a new token before the
/// old one expires, for as long as the sign-in session lasts.
pub const DESK_TOKEN_MS: u64 = 10 * 60 * 1_000;
/// Maximum bytes of a provider's subject (`sub`), as OpenID Connect defines it.
pub const OIDC_SUBJECT_BYTES_MAX: usize = 255;
/// Maximum bytes of a parameter that the provider returns through the browser. A code usually has a
/// few hundred bytes, but some providers use a JWT.
pub const OIDC_PARAMETER_BYTES_MAX: usize = 4 * 1024;
/// Maximum bytes of a provider's response.
pub const OIDC_BYTES_MAX: u64 = 256 * 1024;
/// Time limit of one request to the provider.
pub const OIDC_TIMEOUT_MS: u64 = 5_000;
/// Total time limit of all provider requests in one step of a sign-in: metadata, signing keys, code
/// exchange and user info.
pub const OIDC_EXCHANGE_MS: u64 = 12_000;
/// Minimum time between two requests for the provider's metadata and signing keys, however many
/// sign-ins wait for them.
pub const OIDC_RETRY_MS: u64 = 5_000;
/// Maximum concurrent code exchanges. Each one occupies a thread until the provider responds.
pub const OIDC_EXCHANGES_MAX: usize = 16;
/// Sign-in steps per second from one address: enough for an office whose people sign in within
/// minutes.
pub const SIGN_IN_STEPS_PER_SECOND: u32 = 10;
/// Burst of sign-in steps from one address after a quiet period.
pub const SIGN_IN_STEPS_BURST: u32 = 100;
