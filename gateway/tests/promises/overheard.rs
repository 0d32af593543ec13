//! Records what gateway instances send each other, by subscribing to Redis itself.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use helpline_rig::Redis;
use tokio::task::JoinHandle;

/// One message that an instance published on Redis.
#[derive(Debug, Clone)]
pub struct Publication {
    pub channel: String,
    pub payload: String,
}

impl Publication {
    /// The id of the instance that published the message.
    pub fn sender(&self) -> &str {
        self.payload.split(' ').next().unwrap_or_default()
    }

    /// The message's frame. In the payload, it follows a prefix that names the sender.
    pub fn frame(&self) -> serde_json::Value {
        let json = self.payload.find('{').map(|at| &self.payload[at..]);
        json.and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_default()
    }
}

/// Records the messages of all Redis channels until [`Overheard::end`].
pub struct Overheard {
    url: String,
    listening: JoinHandle<Vec<Publication>>,
}

impl Overheard {
    pub async fn start(redis: &Redis) -> Self {
        let mut pubsub = client(&redis.url())
            .get_async_pubsub()
            .await
            .expect("Redis answers");
        pubsub.psubscribe("*").await.expect("subscribed");
        let listen = async move {
            let mut heard = Vec::new();
            let mut messages = pubsub.on_message();
            while let Some(message) = messages.next().await {
                let publication = Publication {
                    channel: message.get_channel_name().to_owned(),
                    payload: message.get_payload().expect("a text"),
                };
                if publication.channel == "end" {
                    break;
                }
                heard.push(publication);
            }
            heard
        };
        #[allow(
            clippy::disallowed_methods,
            reason = "the test's runtime owns it, and the test awaits it"
        )]
        let listening = tokio::spawn(listen);
        Self {
            url: redis.url(),
            listening,
        }
    }

    /// Stops recording. Returns all messages that were published before this call.
    pub async fn end(self) -> Vec<Publication> {
        let mut connection = client(&self.url)
            .get_multiplexed_async_connection()
            .await
            .expect("connected");
        redis::cmd("PUBLISH")
            .arg("end")
            .arg("")
            .query_async::<()>(&mut connection)
            .await
            .expect("published");
        self.listening.await.expect("it listened")
    }
}

/// The Redis channels that currently have a subscriber.
pub async fn channels(redis: &Redis) -> BTreeSet<String> {
    let mut connection = client(&redis.url())
        .get_multiplexed_async_connection()
        .await
        .expect("connected");
    let channels: Vec<String> = redis::cmd("PUBSUB")
        .arg("CHANNELS")
        .query_async(&mut connection)
        .await
        .expect("channels");
    channels.into_iter().collect()
}

fn client(url: &str) -> redis::Client {
    redis::Client::open(url).expect("an address")
}
