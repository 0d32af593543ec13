//! A minimal client of the WebSocket protocol for tests. Frames are JSON values. A frame that
//! arrives while the client waits for another frame is kept, in order.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use helpline_core::ids::TicketId;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long a test waits for a frame. A real person would not wait longer.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The promised delivery time of an event without Redis: two sweeps of the database and some slack.
pub const WITHOUT_REDIS: Duration = Duration::from_secs(2);

pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Frames that arrived while the client waited for another frame.
    kept: VecDeque<Value>,
    /// Every frame that the client ever received, as text.
    pub transcript: Vec<String>,
    next_id: u64,
    /// Whether the client leaves pings unanswered.
    pub is_mute: bool,
}

/// Connects without sending `hello`.
pub async fn connect(url: &str, origin: Option<&str>) -> Result<Client, tungstenite::Error> {
    let mut request = url.into_client_request()?;
    request.headers_mut().insert(
        "sec-websocket-protocol",
        "helpline.v1".parse().expect("a header"),
    );
    if let Some(origin) = origin {
        request
            .headers_mut()
            .insert("origin", origin.parse().expect("a header"));
    }
    let (socket, _) = tokio_tungstenite::connect_async(request).await?;
    Ok(Client {
        socket,
        kept: VecDeque::new(),
        transcript: Vec::new(),
        next_id: 1,
        is_mute: false,
    })
}

impl Client {
    /// Connects and signs in with `hello`.
    pub async fn hello(url: &str, token: &str) -> Self {
        let mut client = connect(url, None).await.expect("the gateway accepts");
        let welcome = client.ask(json!({ "type": "hello", "token": token })).await;
        assert_eq!(welcome["type"], "welcome", "{welcome}");
        client
    }

    /// Sends a frame. Adds no `id` to it.
    pub async fn say(&mut self, frame: &Value) {
        self.socket
            .send(Message::text(frame.to_string()))
            .await
            .expect("the socket takes a frame");
    }

    /// Sends a text, which need not be a valid frame. Returns whether it could be sent.
    pub async fn say_raw(&mut self, text: String) -> bool {
        self.socket.send(Message::text(text)).await.is_ok()
    }

    /// Sends a frame with a new id, without waiting for the answer. Returns the id.
    pub async fn post(&mut self, mut frame: Value) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        frame["id"] = json!(id);
        self.say(&frame).await;
        id
    }

    /// Sends a frame with a new id and returns its answer.
    pub async fn ask(&mut self, frame: Value) -> Value {
        let id = self.post(frame).await;
        self.answer(id).await
    }

    /// Waits for the answer to the frame with this id.
    pub async fn answer(&mut self, id: u64) -> Value {
        self.expect("an answer", |frame| frame["id"] == id).await
    }

    /// Subscribes to a ticket. Returns all `subscribed` frames that answer the request.
    pub async fn subscribe(&mut self, ticket: TicketId, after: Option<(u64, &str)>) -> Vec<Value> {
        let mut frame = json!({ "type": "subscribe", "ticket": ticket });
        if let Some((after, epoch)) = after {
            frame["after"] = json!(after);
            frame["epoch"] = json!(epoch);
        }
        let id = self.post(frame).await;
        let mut pages = Vec::new();
        loop {
            let page = self.answer(id).await;
            assert_eq!(page["type"], "subscribed", "{page}");
            let more = page["more"] == true;
            pages.push(page);
            if !more {
                return pages;
            }
        }
    }

    /// Sends a message. Returns the server's answer.
    pub async fn send(&mut self, ticket: TicketId, key: &str, body: &str) -> Value {
        self.ask(json!({ "type": "send", "ticket": ticket, "key": key, "body": body }))
            .await
    }

    /// Returns the ticket's next event, in order of arrival.
    pub async fn event(&mut self, ticket: TicketId) -> Value {
        self.expect("an event", |frame| {
            frame["type"] == "event" && frame["ticket"] == json!(ticket)
        })
        .await
    }

    /// Returns the next frame that matches. Looks first at the kept frames, which arrived while the
    /// client waited for another frame.
    pub async fn expect(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.expect_within(what, PATIENCE, wanted).await
    }

    /// Like [`Self::expect`], with another time limit.
    pub async fn expect_within(
        &mut self,
        what: &str,
        within: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        if let Some(at) = self.kept.iter().position(&wanted) {
            return self.kept.remove(at).expect("it was just found");
        }
        let reading = async {
            loop {
                match self.read().await {
                    Ok(frame) if wanted(&frame) => return frame,
                    Ok(frame) => self.kept.push_back(frame),
                    Err(code) => panic!("closed ({code:?}) while waiting for {what}"),
                }
            }
        };
        match tokio::time::timeout(within, reading).await {
            Ok(frame) => frame,
            Err(_) => panic!(
                "{what} did not come within {within:?}; kept: {:?}",
                self.kept
            ),
        }
    }

    /// Reads until the server closes the connection. Returns the close code.
    pub async fn closed(&mut self) -> Option<u16> {
        let reading = async {
            loop {
                match self.read().await {
                    Ok(frame) => self.kept.push_back(frame),
                    Err(code) => return code,
                }
            }
        };
        tokio::time::timeout(PATIENCE, reading)
            .await
            .expect("the server closes")
    }

    /// Reads the next frame, or the close code. Answers pings.
    async fn read(&mut self) -> Result<Value, Option<u16>> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    self.transcript.push(text.to_string());
                    let frame: Value = serde_json::from_str(&text).expect("the server sends JSON");
                    if frame["type"] == "ping" && !self.is_mute {
                        self.say(&json!({ "type": "pong" })).await;
                    }
                    return Ok(frame);
                }
                Some(Ok(Message::Close(frame))) => return Err(frame.map(|frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    /// Whether the next frame is `welcome`. False for any other frame, and if the connection is
    /// closed.
    pub async fn welcomed(&mut self) -> bool {
        matches!(self.read().await, Ok(frame) if frame["type"] == "welcome")
    }

    /// The sequence numbers of all of the ticket's events that the client received, in order of
    /// arrival.
    pub fn numbers_seen(&self, ticket: TicketId) -> Vec<u64> {
        let frames: Vec<Value> = self
            .transcript
            .iter()
            .filter_map(|text| serde_json::from_str(text).ok())
            .collect();
        let of_ticket = |frame: &&Value| {
            frame["ticket"] == json!(ticket)
                && (frame["type"] == "event" || frame["type"] == "subscribed")
        };
        seqs(frames.iter().filter(of_ticket))
    }

    /// Reads for this long. All frames are kept and added to the transcript.
    pub async fn listen(&mut self, time: Duration) {
        let reading = async {
            while let Ok(frame) = self.read().await {
                self.kept.push_back(frame);
            }
        };
        let _ = tokio::time::timeout(time, reading).await;
    }

    /// Reads until no frame arrives for `quiet`. Returns all kept frames.
    pub async fn drain(&mut self, quiet: Duration) -> Vec<Value> {
        while let Ok(Ok(frame)) = tokio::time::timeout(quiet, self.read()).await {
            self.kept.push_back(frame);
        }
        self.kept.drain(..).collect()
    }
}

/// The sequence numbers of all events in these frames, which are history pages or single events.
pub fn seqs<'a>(frames: impl IntoIterator<Item = &'a Value>) -> Vec<u64> {
    let of_frame = |frame: &'a Value| match frame["events"].as_array() {
        Some(events) => events
            .iter()
            .filter_map(|event| event["seq"].as_u64())
            .collect::<Vec<_>>(),
        None => frame["seq"].as_u64().into_iter().collect(),
    };
    frames.into_iter().flat_map(of_frame).collect()
}
