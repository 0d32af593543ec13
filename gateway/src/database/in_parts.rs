//! Runs one statement for many items. If a single item makes the statement fail, runs the statement
//! for each half of the items, then for quarters, and so on, until only that item fails.

use helpline_persistence::StoreError;

/// The result of running one statement for many items, perhaps in several parts.
pub(crate) struct Parts<K, T> {
    /// The results of the statements that succeeded, in the order of the items.
    pub answers: Vec<T>,
    /// Items that fail even in a statement of their own, with their errors.
    pub failed: Vec<(K, StoreError)>,
    /// Items that were not tried because the database is temporarily unavailable, and the database
    /// error that reported this.
    pub untried: Option<(Vec<K>, StoreError)>,
}

/// Runs `ask` for all items at once. If `ask` fails with an error that is not transient, runs `ask`
/// for each half of the items, and so on down to single items.
pub(crate) async fn in_parts<K: Clone, T, F>(all: Vec<K>, ask: impl Fn(Vec<K>) -> F) -> Parts<K, T>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut parts = Parts {
        answers: Vec::new(),
        failed: Vec::new(),
        untried: None,
    };
    // `pending` is a stack with the first half on top, so that items are tried in order.
    let mut pending = if all.is_empty() {
        Vec::new()
    } else {
        vec![all]
    };
    while let Some(mut some) = pending.pop() {
        match ask(some.clone()).await {
            Ok(answer) => parts.answers.push(answer),
            Err(error) if error.passes() => {
                some.extend(pending.into_iter().rev().flatten());
                parts.untried = Some((some, error));
                return parts;
            }
            Err(error) if some.len() == 1 => {
                parts.failed.extend(some.pop().map(|one| (one, error)))
            }
            Err(_) => {
                pending.push(some.split_off(some.len() / 2));
                pending.push(some);
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn parts_of(
        all: std::ops::Range<u32>,
        bad: &[u32],
        away: Option<u32>,
    ) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
        let ask = |some: Vec<u32>| async move {
            if away.is_some_and(|away| some.contains(&away)) {
                return Err(StoreError::PoolExhausted);
            }
            if some.iter().any(|one| bad.contains(one)) {
                Err(StoreError::Row("bad".into()))
            } else {
                Ok(some)
            }
        };
        let parts = in_parts(all.collect(), ask).await;
        let untried = parts.untried.map(|(rest, _)| rest).unwrap_or_default();
        (
            parts.answers.concat(),
            parts.failed.into_iter().map(|(one, _)| one).collect(),
            untried,
        )
    }

    #[tokio::test]
    async fn whatever_is_bad_stands_alone_and_the_rest_keeps_its_order() {
        assert_eq!(parts_of(0..0, &[], None).await, (vec![], vec![], vec![]));
        for bad in [&[][..], &[0], &[6], &[3, 4], &[0, 1, 2, 3, 4, 5, 6]] {
            let (answers, failed, untried) = parts_of(0..7, bad, None).await;
            assert_eq!(
                (answers, failed, untried),
                (
                    (0..7).filter(|n| !bad.contains(n)).collect(),
                    bad.to_vec(),
                    vec![]
                )
            );
        }
    }

    #[tokio::test]
    async fn what_passes_stops_the_asking_and_keeps_the_rest() {
        assert_eq!(
            parts_of(0..4, &[], Some(2)).await,
            (vec![], vec![], vec![0, 1, 2, 3])
        );
        let parts = parts_of(0..8, &[1], None).await;
        assert_eq!(parts.1, [1]);
    }
}
