//! Reads the number of entries in a queue, for metrics.

use tokio::sync::mpsc;

/// A handle that reads the depth of a queue without keeping its channel open.
pub struct QueueDepth(Box<dyn Fn() -> usize + Send + Sync>);

impl QueueDepth {
    /// Makes a handle for the queue behind `entrance`. The depth is 0 once the channel is closed.
    pub fn of<T: Send + 'static>(entrance: &mpsc::Sender<T>) -> Self {
        let entrance = entrance.downgrade();
        Self(Box::new(move || {
            let open = entrance.upgrade();
            open.map_or(0, |queue| queue.max_capacity() - queue.capacity())
        }))
    }

    /// Makes a handle for a queue that does not exist, whose depth is always 0.
    pub fn none() -> Self {
        Self(Box::new(|| 0))
    }

    /// The current number of entries in the queue.
    pub fn now(&self) -> usize {
        (self.0)()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_counted_and_the_queue_may_end() {
        let (entrance, mut exit) = mpsc::channel(3);
        let depth = QueueDepth::of(&entrance);
        entrance.try_send(1).expect("room");
        entrance.try_send(2).expect("room");
        assert_eq!(depth.now(), 2);
        assert_eq!(exit.try_recv(), Ok(1));
        assert_eq!(depth.now(), 1);
        drop(entrance);
        assert_eq!(depth.now(), 0);
    }
}
