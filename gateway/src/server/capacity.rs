//! Checks at startup how many database connections this instance can open, and whether the database
//! server allows that number.

use helpline_core::limits;
use helpline_persistence::Store;
use helpline_persistence::capacity::{self, Capacity};

use crate::runtime::errors::chain;

/// Logs how many connections this instance can open, and a warning if the database server allows
/// too few. An error of the database is only logged, because the instance can serve anyway.
pub(super) async fn log(store: &Store, pool_connections_max: usize) {
    let each = pool_connections_max + limits::OWN_CONNECTIONS_MAX;
    tracing::info!(
        "this instance opens up to {each} database connections: {pool_connections_max} (--pool-connections-max) and {} for jobs; \
         the connections of all instances together must not exceed the server's max_connections",
        limits::OWN_CONNECTIONS_MAX
    );
    match capacity::of_server(store).await {
        Ok(Some(capacity)) => {
            if let Some(shortage) = shortage(each, capacity) {
                tracing::warn!("{shortage}");
            }
        }
        Ok(None) => {}
        Err(error) => {
            tracing::info!(cause = %chain(&error), "cannot read max_connections from the database server; the number of connections is not checked")
        }
    }
}

/// The warning if all connected instances together can open more connections than the server
/// allows. Several instances on one machine count as one instance.
fn shortage(each: usize, capacity: Capacity) -> Option<String> {
    let Capacity {
        connections_max,
        machines,
    } = capacity;
    let taken = each * machines;
    (taken > connections_max).then(|| {
        format!(
            "too few database connections: instances on {machines} machines can open {machines} x {each} = {taken}, the database server allows {connections_max}; \
             lower --pool-connections-max or raise the server's max_connections"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_short_as_soon_as_all_of_them_cannot_have_theirs() {
        let of = |connections_max, machines| Capacity {
            connections_max,
            machines,
        };
        assert_eq!(shortage(22, of(97, 4)), None);
        assert_eq!(shortage(22, of(22, 1)), None);
        let told = shortage(22, of(97, 5)).expect("too few");
        assert!(
            told.contains("5 x 22 = 110") && told.contains("allows 97"),
            "{told}"
        );
        assert!(shortage(22, of(21, 1)).is_some());
    }
}
