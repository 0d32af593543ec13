//! At the start: how many connections of the database this instance takes, and whether the server has them.

use helpline_core::limits;
use helpline_persistence::Store;
use helpline_persistence::capacity::{self, Capacity};

use crate::runtime::errors::chain;

/// Logs both. Nothing depends on it: a server that does not tell is no reason not to serve.
pub(super) async fn log(store: &Store, pool_connections_max: usize) {
    let each = pool_connections_max + limits::JOB_CONNECTIONS_MAX;
    tracing::info!(
        "this instance takes up to {each} connections of the database: {pool_connections_max} (--pool-connections-max) and {} for jobs; \
         all instances together must fit into the server's max_connections",
        limits::JOB_CONNECTIONS_MAX
    );
    match capacity::of_server(store).await {
        Ok(Some(capacity)) => {
            if let Some(shortage) = shortage(each, capacity) {
                tracing::warn!("{shortage}");
            }
        }
        Ok(None) => {}
        Err(error) => {
            tracing::info!(cause = %chain(&error), "the server did not tell how many connections it has")
        }
    }
}

/// What is to be said when those who are connected now could take more than there is. Several instances on one machine count as one.
fn shortage(each: usize, capacity: Capacity) -> Option<String> {
    let Capacity {
        connections_max,
        machines,
    } = capacity;
    let taken = each * machines;
    (taken > connections_max).then(|| {
        format!(
            "too few connections: instances on {machines} machines may take {machines} x {each} = {taken}, the database's server has {connections_max} \
             for them; lower --pool-connections-max or raise the server's max_connections"
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
            told.contains("5 x 22 = 110") && told.contains("has 97"),
            "{told}"
        );
        assert!(shortage(22, of(21, 1)).is_some());
    }
}
