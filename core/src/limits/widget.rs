//! The bounds of what an admin sets about the widget.

/// The team's name at the head of the widget, in characters.
pub const WIDGET_TEAM_NAME_CHARS_MAX: usize = 60;
/// The greeting in the widget, in characters.
pub const WIDGET_GREETING_CHARS_MAX: usize = 200;
/// The logo in the widget, in bytes of the picture: it comes with every first look at the widget.
pub const WIDGET_LOGO_BYTES_MAX: usize = 12 * 1024;
/// Sites that an admin lets show the widget: each stands in a header of the frame.
pub const WIDGET_SITES_MAX: usize = 50;
/// A site's characters: a host name has at most 253.
pub const WIDGET_SITE_CHARS_MAX: usize = 270;
/// How long one read of the widget's settings answers all requests for them.
pub const WIDGET_MS: u64 = 5_000;
/// A database that takes longer than this to tell them is not waited for: what it said last is good enough for a frame.
pub const WIDGET_WAIT_MS: u64 = 500;

const _: () = assert!(WIDGET_WAIT_MS < WIDGET_MS);
// Base64 takes four characters for three bytes; every text of four bytes a character.
const _: () = assert!(
    WIDGET_LOGO_BYTES_MAX / 3 * 4
        + 4 * (WIDGET_TEAM_NAME_CHARS_MAX + WIDGET_GREETING_CHARS_MAX)
        + WIDGET_SITES_MAX * (WIDGET_SITE_CHARS_MAX + 4)
        + 1_024
        <= super::SETTING_STORED_BYTES_MAX
);
