//! Links to files. A link names one file and one person, and works for a minute. It gives no right:
//! when it is opened, the message's rule is applied to that person again.

use chrono::{DateTime, TimeDelta, Utc};
use helpline_core::ids::{UploadId, UserId};
use helpline_core::limits;
use rand::Rng as _;
use serde::{Deserialize, Serialize};

use super::purpose::{Purpose, PurposeKeys};
use crate::config::Hidden;

/// What a link names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLink {
    /// The file.
    pub file: UploadId,
    /// The person who may open it.
    pub person: UserId,
}

/// Signs and verifies links.
pub struct FileLinks(PurposeKeys);

impl FileLinks {
    /// Derives the keys from the settings. Without secrets, a random key is used, which no other
    /// instance knows.
    pub fn new(secrets: &[Hidden]) -> Self {
        let random = || {
            let mut bytes = [0_u8; 32];
            rand::rng().fill_bytes(&mut bytes);
            vec![Hidden::from(
                bytes.map(|byte| format!("{byte:02x}")).concat(),
            )]
        };
        let keys = if secrets.is_empty() {
            PurposeKeys::new(&random(), Purpose::File)
        } else {
            PurposeKeys::new(secrets, Purpose::File)
        };
        Self(keys)
    }

    /// Signs a link. Returns it, and when it stops working: after
    /// [`limits::ATTACHMENT_LINK_S`].
    ///
    /// # Errors
    /// When the link cannot be encoded.
    pub fn sign(
        &self,
        link: FileLink,
        now: DateTime<Utc>,
    ) -> Result<(String, DateTime<Utc>), jsonwebtoken::errors::Error> {
        let end = now + TimeDelta::seconds(limits::ATTACHMENT_LINK_S);
        Ok((self.0.sign(&link, end)?, end))
    }

    /// Returns what a link names. `None` if it was not signed here, or no longer works.
    pub fn open(&self, text: &str, now: DateTime<Utc>) -> Option<FileLink> {
        self.0.open(text, now)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_link_works_for_a_minute_and_only_unchanged() {
        let links = FileLinks::new(&[]);
        let link = FileLink {
            file: UploadId::new(Uuid::from_u128(1)),
            person: UserId::new(Uuid::from_u128(2)),
        };
        let now = Utc::now();
        let (text, end) = links.sign(link, now).expect("signs");
        assert_eq!(end - now, TimeDelta::seconds(limits::ATTACHMENT_LINK_S));
        assert_eq!(links.open(&text, now), Some(link));
        assert_eq!(links.open(&text, end), None, "expired");
        assert_eq!(links.open(&text[..text.len() - 2], now), None, "changed");
        assert_eq!(FileLinks::new(&[]).open(&text, now), None, "of another key");
    }
}
