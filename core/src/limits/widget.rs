//! Limits of the widget's settings.

/// Maximum characters of the team's name in the widget's header.
pub const WIDGET_TEAM_NAME_CHARS_MAX: usize = 60;
/// Maximum characters of the widget's greeting.
pub const WIDGET_GREETING_CHARS_MAX: usize = 200;
/// Maximum bytes of the widget's logo. Every first load of the widget includes it.
pub const WIDGET_LOGO_BYTES_MAX: usize = 12 * 1024;
/// Maximum sites that may embed the widget. Each site is listed in a header of the widget page's
/// response.
pub const WIDGET_SITES_MAX: usize = 50;
/// Maximum characters of a site's origin; a host name has at most 253.
pub const WIDGET_SITE_CHARS_MAX: usize = 270;
/// How long the widget's settings are cached after one read.
pub const WIDGET_MS: u64 = 5_000;
/// Maximum wait for the database to return the widget's settings. After that, the cached settings
/// are served.
pub const WIDGET_WAIT_MS: u64 = 500;

const _: () = assert!(WIDGET_WAIT_MS < WIDGET_MS);
// The largest widget settings fit into a stored setting. Base64 uses four characters for three
// bytes of the logo, and each character of a text can have four bytes.
const _: () = assert!(
    WIDGET_LOGO_BYTES_MAX / 3 * 4
        + 4 * (WIDGET_TEAM_NAME_CHARS_MAX + WIDGET_GREETING_CHARS_MAX)
        + WIDGET_SITES_MAX * (WIDGET_SITE_CHARS_MAX + 4)
        + 1_024
        <= super::SETTING_STORED_BYTES_MAX
);
