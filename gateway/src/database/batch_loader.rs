//! Reads that many want at once, as a returning crowd does. Whoever asks while a flight is on its way boards the next one: alone, one asks
//! at once and waits for nobody; ten thousand ask in a hundred flights.

use std::collections::HashMap;
use std::hash::Hash;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_core::reject::Reject;
use helpline_persistence::people::{self, Identity, Person};
use helpline_persistence::reads::{self, Place, PlaceFor};
use helpline_persistence::tickets::{self, Opened};
use helpline_persistence::{Store, StoreError};
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::database::errors;
use crate::server::app::App;

/// Something that the record is asked for many keys at once.
pub(crate) trait Question: Send + 'static {
    /// What is asked for; equal keys share an answer.
    type Key: Eq + Hash + Clone + Send + Sync;
    /// What comes back.
    type Answer: Clone + Send;

    /// Asks for these keys, all different; one that the record does not know is missing in the answer.
    fn ask(store: &Store, keys: &[Self::Key]) -> impl Future<Output = Result<HashMap<Self::Key, Self::Answer>, StoreError>> + Send;
}

type Asked<Q> = (<Q as Question>::Key, oneshot::Sender<Result<Option<<Q as Question>::Answer>, Reject>>);

/// Where one boards.
pub(crate) struct Crowd<Q: Question>(mpsc::Sender<Asked<Q>>);

/// Where the flights start.
pub(crate) struct CrowdEnd<Q: Question>(Arc<Mutex<mpsc::Receiver<Asked<Q>>>>);

impl<Q: Question> Crowd<Q> {
    /// A crowd, and its other end. The waiting are bounded: beyond, one waits to wait.
    pub(crate) fn new() -> (Self, CrowdEnd<Q>) {
        let (entrance, exit) = mpsc::channel(limits::CROWD_WAITING_MAX);
        (Self(entrance), CrowdEnd(Arc::new(Mutex::new(exit))))
    }

    /// Asks for one key; the flight that answers starts after this call. None: the record does not know it.
    pub(crate) async fn ask(&self, key: Q::Key) -> Result<Option<Q::Answer>, Reject> {
        let (reply, answer) = oneshot::channel();
        self.0.send((key, reply)).await.map_err(|_| errors::unavailable())?;
        answer.await.unwrap_or_else(|_| Err(errors::unavailable()))
    }
}

impl<Q: Question> CrowdEnd<Q> {
    /// Starts its flights, so many at once that one which waits for a lock does not hold up all.
    pub(crate) fn start(self, app: &Arc<App>) {
        for _ in 0..limits::CROWD_FLIGHTS {
            let (app, waiting) = (Arc::clone(app), Arc::clone(&self.0));
            let tasks = app.tasks.clone();
            tasks.spawn(async move {
                // Whoever was on board of one that crashed is told that it is not available; the next one starts all the same.
                while AssertUnwindSafe(fly::<Q>(&app, &waiting)).catch_unwind().await.is_err() {
                    tracing::error!("a question to the record crashed");
                }
            });
        }
    }
}

async fn fly<Q: Question>(app: &App, waiting: &Mutex<mpsc::Receiver<Asked<Q>>>) {
    let mut boarded = Vec::new();
    loop {
        {
            let mut waiting = waiting.lock().await;
            // Cancel-safe: recv_many takes nothing unless it completes; a token.
            tokio::select! {
                taken = waiting.recv_many(&mut boarded, limits::CROWD_KEYS_MAX) => if taken == 0 { return },
                () = app.stop.cancelled() => return,
            }
        }
        let mut replies: HashMap<_, Vec<_>> = HashMap::with_capacity(boarded.len());
        // Who went away meanwhile is not asked for.
        for (key, reply) in boarded.drain(..).filter(|(_, reply)| !reply.is_closed()) {
            replies.entry(key).or_default().push(reply);
        }
        let keys: Vec<_> = replies.keys().cloned().collect();
        if keys.is_empty() {
            continue;
        }
        match Q::ask(&app.store, &keys).await {
            // One of them is not acceptable, or locked: each alone, so that only that one fails.
            Err(StoreError::Data(_) | StoreError::Busy(_)) if keys.len() > 1 => each_alone::<Q>(app, replies).await,
            answer => answer_all::<Q>(replies, &answer.map_err(|error| errors::reject_of(&error))),
        }
    }
}

/// Asks for each key alone, until so many are locked that it is the record that is busy.
async fn each_alone<Q: Question>(app: &App, replies: HashMap<Q::Key, Replies<Q>>) {
    let mut busy = 0;
    for (key, replies) in replies {
        let answer = if busy < limits::CROWD_LOCKED_MAX {
            Q::ask(&app.store, std::slice::from_ref(&key)).await
        } else {
            Err(StoreError::PoolExhausted)
        };
        busy += u32::from(matches!(answer, Err(StoreError::Busy(_))));
        answer_all::<Q>([(key, replies)], &answer.map_err(|error| errors::reject_of(&error)));
    }
}

type Replies<Q> = Vec<oneshot::Sender<Result<Option<<Q as Question>::Answer>, Reject>>>;

fn answer_all<Q: Question>(replies: impl IntoIterator<Item = (Q::Key, Replies<Q>)>, answer: &Result<HashMap<Q::Key, Q::Answer>, Reject>) {
    for (key, replies) in replies {
        let answer = answer.as_ref().map(|found| found.get(&key));
        for reply in replies {
            // Whoever asked may have gone.
            let _ = reply.send(answer.map(|found| found.cloned()).map_err(Clone::clone));
        }
    }
}

/// Signing in; answers a person with their standing.
pub(crate) struct SignIns;

impl Question for SignIns {
    type Key = Identity;
    type Answer = Person;

    async fn ask(store: &Store, keys: &[Identity]) -> Result<HashMap<Identity, Person>, StoreError> {
        let people = people::sign_in_all(store, keys).await?;
        let people: HashMap<_, _> = people.into_iter().map(|person| (person.id, person)).collect();
        Ok(keys.iter().filter_map(|key| Some((key.clone(), people.get(&key.user)?.clone()))).collect())
    }
}

/// What a decision and a join need to know of a ticket.
pub(crate) struct Openings;

impl Question for Openings {
    type Key = TicketId;
    type Answer = Opened;

    async fn ask(store: &Store, keys: &[TicketId]) -> Result<HashMap<TicketId, Opened>, StoreError> {
        Ok(tickets::open_all(store, keys).await?.into_iter().map(|opened| (opened.facts.id, opened)).collect())
    }
}

/// Where a ticket stands, for whoever has entered its room. The record asks once more whether they may read it.
pub(crate) struct Places;

impl Question for Places {
    type Key = PlaceFor;
    type Answer = Arc<Place>;

    async fn ask(store: &Store, keys: &[PlaceFor]) -> Result<HashMap<PlaceFor, Arc<Place>>, StoreError> {
        Ok(reads::places(store, keys).await?.into_iter().map(|(of, place)| (of, Arc::new(place))).collect())
    }
}
