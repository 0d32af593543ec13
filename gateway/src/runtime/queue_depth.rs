//! How much waits in a queue, for those who watch it and neither fill nor empty it.

use tokio::sync::mpsc;

/// Looks at a queue without keeping it open.
pub struct QueueDepth(Box<dyn Fn() -> usize + Send + Sync>);

impl QueueDepth {
    /// Of this queue.
    pub fn of<T: Send + 'static>(entrance: &mpsc::Sender<T>) -> Self {
        let entrance = entrance.downgrade();
        Self(Box::new(move || {
            let open = entrance.upgrade();
            open.map_or(0, |queue| queue.max_capacity() - queue.capacity())
        }))
    }

    /// Of a queue that does not exist.
    pub fn none() -> Self {
        Self(Box::new(|| 0))
    }

    /// How much waits now.
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
