//! Files: uploads, and the attachments of messages that they become.

use serde::{Deserialize, Serialize};

use crate::body::{InvalidText, single_line};
use crate::ids::UploadId;
use crate::limits;
use crate::text_enum::text_enum;

text_enum!(
    /// Whether an attachment can be downloaded, and why not.
    AttachmentState {
        /// The file is being checked.
        Checking = "checking",
        /// The scanner found nothing. The file can be downloaded.
        Clean = "clean",
        /// The file was not scanned, because the desk has no scanner or allows files that cannot be
        /// scanned. It can be downloaded.
        NotScanned = "not_scanned",
        /// The scanner found malware. The bytes are deleted.
        Infected = "infected",
        /// The scanner cannot look into the file, and the desk does not allow such files. The bytes
        /// are deleted.
        NotScannable = "not_scannable",
        /// The bytes are no longer stored.
        Gone = "gone",
        /// The desk does not store the file, only its description, as of an adopted message.
        External = "external",
    }
);

impl AttachmentState {
    /// Whether the file can be downloaded.
    pub const fn is_downloadable(self) -> bool {
        match self {
            Self::Clean | Self::NotScanned => true,
            Self::Checking | Self::Infected | Self::NotScannable | Self::Gone | Self::External => {
                false
            }
        }
    }
}

text_enum!(
    /// How far an upload is.
    UploadState {
        /// The server expects the bytes.
        Reserved = "reserved",
        /// The server has the bytes, so that a message can name the upload.
        Stored = "stored",
    }
);

/// A file that is attached to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    pub id: UploadId,
    /// The file's name, 1 to [`limits::ATTACHMENT_NAME_CHARS_MAX`] characters, shown as text.
    pub name: String,
    /// The file's media type, determined from its content. It is a hint for people and icons.
    pub content_type: String,
    /// The file's size in bytes, at most [`limits::EXACT_NUMBER_MAX`].
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub size_bytes: u64,
    /// Whether the file can be downloaded: if `clean` or `not_scanned`.
    #[serde(default = "external")]
    pub state: AttachmentState,
    /// The width of a raster image in pixels. Absent if it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// The height of a raster image in pixels. Absent if it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Whether `GET /v1/attachments/{id}/preview` returns a small picture of the file.
    #[serde(default)]
    pub preview: bool,
}

/// The state of a description without one: an adopted message's, or one from before the desk stored
/// files.
const fn external() -> AttachmentState {
    AttachmentState::External
}

/// Checks the descriptions of a message's attachments against the limits.
///
/// # Errors
/// [`InvalidText`] for the first name, type or size that breaks a rule; [`InvalidText::TooLong`] if
/// there are too many attachments.
pub fn check_attachments(attachments: &[Attachment]) -> Result<(), InvalidText> {
    if attachments.len() > limits::ATTACHMENTS_MAX {
        return Err(InvalidText::TooLong);
    }
    for attachment in attachments {
        single_line(&attachment.name, limits::ATTACHMENT_NAME_CHARS_MAX)?;
        single_line(&attachment.content_type, limits::MEDIA_TYPE_CHARS_MAX)?;
        if attachment.size_bytes > limits::EXACT_NUMBER_MAX {
            return Err(InvalidText::TooLarge);
        }
    }
    Ok(())
}

/// Why the files that a message names were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFiles {
    /// More than [`limits::ATTACHMENTS_MAX`].
    #[error("a message has at most {} files", limits::ATTACHMENTS_MAX)]
    TooMany,
    /// One file is named twice.
    #[error("a file is named twice")]
    Twice,
}

/// Checks the list of uploads that a message names.
///
/// # Errors
/// [`InvalidFiles`] names the rule that the list breaks.
pub fn check_files(files: &[UploadId]) -> Result<(), InvalidFiles> {
    if files.len() > limits::ATTACHMENTS_MAX {
        return Err(InvalidFiles::TooMany);
    }
    let is_twice = |(n, id): (usize, &UploadId)| files[..n].contains(id);
    if files.iter().enumerate().any(is_twice) {
        return Err(InvalidFiles::Twice);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_without_a_state_is_of_a_file_that_is_stored_elsewhere() {
        let text = r#"{"id":"01990000-0000-4000-8000-0000000000f1","name":"a","content_type":"b/c","size_bytes":1}"#;
        let attachment: Attachment = serde_json::from_str(text).expect("an older description");
        assert_eq!(attachment.state, AttachmentState::External);
        assert!(!attachment.preview && !attachment.state.is_downloadable());
    }

    #[test]
    fn a_message_names_each_file_once_and_not_too_many() {
        let ids: Vec<_> = (0..=limits::ATTACHMENTS_MAX as u128)
            .map(|n| UploadId::new(uuid::Uuid::from_u128(n)))
            .collect();
        assert_eq!(check_files(&ids), Err(InvalidFiles::TooMany));
        assert_eq!(check_files(&ids[1..]), Ok(()));
        assert_eq!(check_files(&[ids[0], ids[0]]), Err(InvalidFiles::Twice));
    }
}
