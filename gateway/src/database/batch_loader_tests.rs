use std::sync::Mutex as StdMutex;

use helpline_core::reject::RejectCode;
use tokio::sync::Semaphore;

use super::*;

/// A test query that doubles even keys and finds no odd ones. A read that contains 13 fails, and
/// one that contains 99 panics. Each read waits for a permit from the test.
struct Doubles {
    permits: Arc<Semaphore>,
    reads: Arc<StdMutex<Vec<usize>>>,
}

impl BatchQuery for Doubles {
    type Key = u32;
    type Value = u32;

    async fn read(&self, keys: &[u32]) -> Result<HashMap<u32, u32>, StoreError> {
        self.reads
            .lock()
            .expect("no reader panics under it")
            .push(keys.len());
        self.permits.acquire().await.expect("open").forget();
        assert!(!keys.contains(&99), "told to crash");
        if keys.contains(&13) {
            return Err(StoreError::PoolExhausted);
        }
        Ok(keys
            .iter()
            .filter(|key| *key % 2 == 0)
            .map(|key| (*key, key * 2))
            .collect())
    }
}

struct Started {
    loader: Arc<BatchLoader<Doubles>>,
    permits: Arc<Semaphore>,
    reads: Arc<StdMutex<Vec<usize>>>,
    lifecycle: Lifecycle,
}

fn start() -> Started {
    let (lifecycle, permits, reads) = (
        Lifecycle::default(),
        Arc::new(Semaphore::new(0)),
        Arc::default(),
    );
    let query = Doubles {
        permits: Arc::clone(&permits),
        reads: Arc::clone(&reads),
    };
    Started {
        loader: Arc::new(BatchLoader::start(query, &lifecycle)),
        permits,
        reads,
        lifecycle,
    }
}

#[tokio::test]
async fn requests_that_arrive_while_batches_run_share_the_next_one() {
    let Started {
        loader,
        permits,
        reads,
        ..
    } = start();
    let ask = |key| {
        let loader = Arc::clone(&loader);
        async move { loader.load(key).await }
    };
    // Send requests one at a time, so that each starts its own batch, until the maximum number of
    // batches is running.
    let mut first: Vec<_> = (0..limits::LOADER_BATCHES_MAX)
        .map(|n| Box::pin(ask(2 * n as u32)))
        .collect();
    for (n, asking) in first.iter_mut().enumerate() {
        assert!(futures_util::poll!(asking).is_pending());
        while reads.lock().expect("no reader panicked under it").len() == n {
            tokio::task::yield_now().await;
        }
    }
    let later: Vec<_> = [4, 4, 5, 6].into_iter().map(ask).collect();
    let mut later = Box::pin(futures_util::future::join_all(later));
    assert!(futures_util::poll!(&mut later).is_pending());
    permits.add_permits(limits::LOADER_BATCHES_MAX + 1);
    let answers: Vec<_> = later
        .await
        .into_iter()
        .map(|answer| answer.expect("answered"))
        .collect();
    assert_eq!(answers, [Some(8), Some(8), None, Some(12)]);
    for (n, asking) in first.into_iter().enumerate() {
        assert_eq!(asking.await.expect("answered"), Some(4 * n as u32));
    }
    let reads = reads.lock().expect("no reader panicked under it");
    assert_eq!(reads.len(), limits::LOADER_BATCHES_MAX + 1);
    assert_eq!(reads.last(), Some(&3), "equal keys share one read");
}

#[tokio::test]
async fn a_failed_batch_and_a_crashed_one_answer_their_requests_and_the_next_one_runs() {
    let Started {
        loader,
        permits,
        lifecycle,
        ..
    } = start();
    permits.add_permits(10);
    for key in [13, 99] {
        assert_eq!(
            loader.load(key).await.expect_err("refused").code,
            RejectCode::Unavailable,
            "{key}"
        );
    }
    assert_eq!(loader.load(2).await.expect("answered"), Some(4));
    lifecycle.stop.cancel();
    lifecycle.tasks.close();
    lifecycle.tasks.wait().await;
    assert_eq!(
        loader.load(2).await.expect_err("stopped").code,
        RejectCode::Unavailable
    );
}
