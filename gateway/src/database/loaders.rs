//! The three reads that a reconnecting client makes, each of many clients at once.

use std::collections::HashMap;
use std::sync::Arc;

use helpline_core::ids::TicketId;
use helpline_persistence::people::{self, Identity, Person};
use helpline_persistence::reads::{self, Place, PlaceFor};
use helpline_persistence::tickets::{self, Opened};
use helpline_persistence::{Store, StoreError};

use super::batch_loader::{BatchLoader, BatchQuery};

/// Signs people in; answers each with their role.
pub type SignInLoader = BatchLoader<SignIns>;
/// What a decision and a join need to know of a ticket.
pub type TicketAccessLoader = BatchLoader<TicketAccess>;
/// Heads and read positions from one snapshot, for joining members who may read the ticket.
pub type TicketPositionLoader = BatchLoader<TicketPositions>;

/// The query of [`SignInLoader`].
pub struct SignIns(pub Store);

impl BatchQuery for SignIns {
    type Key = Identity;
    type Value = Person;

    async fn read(&self, keys: &[Identity]) -> Result<HashMap<Identity, Person>, StoreError> {
        let people = people::sign_in_all(&self.0, keys).await?;
        let people: HashMap<_, _> = people.into_iter().map(|person| (person.id, person)).collect();
        Ok(keys.iter().filter_map(|key| Some((key.clone(), people.get(&key.user)?.clone()))).collect())
    }
}

/// The query of [`TicketAccessLoader`]; answers none for a ticket that cannot be read.
pub struct TicketAccess(pub Store);

impl BatchQuery for TicketAccess {
    type Key = TicketId;
    type Value = Option<Opened>;

    async fn read(&self, keys: &[TicketId]) -> Result<HashMap<TicketId, Option<Opened>>, StoreError> {
        Ok(tickets::open_all(&self.0, keys).await?.into_iter().collect())
    }
}

/// The query of [`TicketPositionLoader`]. The database asks once more whether each reader may read the ticket.
pub struct TicketPositions(pub Store);

impl BatchQuery for TicketPositions {
    type Key = PlaceFor;
    type Value = Arc<Place>;

    async fn read(&self, keys: &[PlaceFor]) -> Result<HashMap<PlaceFor, Arc<Place>>, StoreError> {
        Ok(reads::places(&self.0, keys).await?.into_iter().map(|(of, place)| (of, Arc::new(place))).collect())
    }
}
