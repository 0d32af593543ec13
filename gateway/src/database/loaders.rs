//! The three database reads that each reconnecting client needs: sign-in, ticket access, and ticket
//! positions (last event numbers and read positions). Each read is batched across clients.

use std::collections::HashMap;
use std::sync::Arc;

use helpline_core::ids::TicketId;
use helpline_persistence::people::{self, Identity, Person};
use helpline_persistence::reads::{self, TicketPosition, TicketPositionKey};
use helpline_persistence::tickets::{self, TicketAccess};
use helpline_persistence::{Store, StoreError};

use super::batch_loader::{BatchLoader, BatchQuery};

/// Signs people in, and returns each person with their role.
pub type SignInLoader = BatchLoader<SignInQuery>;
/// Loads the data of a ticket that is needed to check a person's access and to join the ticket's
/// room.
pub type TicketAccessLoader = BatchLoader<TicketAccessQuery>;
/// Loads the heads (last event numbers) and the read positions of a ticket that a client joins.
/// Reads both from one snapshot, and only for people who may read the ticket.
pub type TicketPositionLoader = BatchLoader<TicketPositionQuery>;

/// The query behind [`SignInLoader`].
pub struct SignInQuery(pub Store);

impl BatchQuery for SignInQuery {
    type Key = Identity;
    type Value = Person;

    async fn read(&self, keys: &[Identity]) -> Result<HashMap<Identity, Person>, StoreError> {
        let people = people::sign_in_all(&self.0, keys).await?;
        Ok(keys
            .iter()
            .zip(people)
            .filter_map(|(key, person)| Some((key.clone(), person?)))
            .collect())
    }
}

/// The query behind [`TicketAccessLoader`]. The value is `None` for a ticket whose row cannot be
/// decoded.
pub struct TicketAccessQuery(pub Store);

impl BatchQuery for TicketAccessQuery {
    type Key = TicketId;
    type Value = Option<TicketAccess>;

    async fn read(
        &self,
        keys: &[TicketId],
    ) -> Result<HashMap<TicketId, Option<TicketAccess>>, StoreError> {
        Ok(tickets::access_of_all(&self.0, keys)
            .await?
            .into_iter()
            .collect())
    }
}

/// The query behind [`TicketPositionLoader`]. The access check of a `subscribe` frame has already
/// run, but the database checks again in this query whether each reader may read the ticket.
pub struct TicketPositionQuery(pub Store);

impl BatchQuery for TicketPositionQuery {
    type Key = TicketPositionKey;
    type Value = Arc<TicketPosition>;

    async fn read(
        &self,
        keys: &[TicketPositionKey],
    ) -> Result<HashMap<TicketPositionKey, Arc<TicketPosition>>, StoreError> {
        Ok(reads::ticket_positions(&self.0, keys)
            .await?
            .into_iter()
            .map(|(of, place)| (of, Arc::new(place)))
            .collect())
    }
}
