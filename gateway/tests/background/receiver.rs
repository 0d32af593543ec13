//! The receiver of deliveries. It answers all of them, except those for receivers whose name begins
//! with `slow`, whose connections it keeps open.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

#[derive(Clone, Default)]
pub struct Receiver {
    pub port: u16,
    received: Arc<Mutex<Vec<String>>>,
    /// Number of further deliveries to receivers `later` that are not answered.
    pub unanswered: Arc<Mutex<u32>>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            port: listener.local_addr().unwrap().port(),
            ..Self::default()
        };
        let own = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let own = own.clone();
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    let mut line = String::new();
                    let _ = stream.read_line(&mut line).await;
                    let line = line.trim().to_owned();
                    let answers = own.answers(&line);
                    own.received.lock().push(line);
                    if answers {
                        let _ = stream.get_mut().write_all(b"ok\n").await;
                    } else {
                        let _ = stream.read_line(&mut String::new()).await;
                    }
                });
            }
        });
        receiver
    }

    fn answers(&self, line: &str) -> bool {
        let mut unanswered = self.unanswered.lock();
        if line.starts_with("later") && *unanswered > 0 {
            *unanswered -= 1;
            return false;
        }
        !line.starts_with("slow")
    }

    /// The ids and attempts that this receiver got, in their order.
    pub fn received(&self, receiver: &str) -> Vec<(String, u32)> {
        let lines = self.received.lock();
        let parts = lines.iter().map(|line| {
            let mut words = line.split(' ').map(str::to_owned);
            let mut word = || words.next().unwrap_or_default();
            (word(), word(), word().parse().unwrap_or(0))
        });
        parts
            .filter(|(name, _, _)| name == receiver)
            .map(|(_, id, attempt)| (id, attempt))
            .collect()
    }
}
