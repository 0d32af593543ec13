//! Every bound of Helpline, by name, unit last, with its reason. A bound that an operator may change is a default here and a
//! setting of the gateway; the rest are part of the protocol.

mod admin;
mod neighbours;
mod sign_in;
mod widget;

pub use admin::*;
pub use sign_in::*;
pub use widget::*;

/// A body's UTF-8 bytes. Four pages of text; keeps one event within one page-sized frame.
pub const BODY_BYTES_MAX: usize = 16 * 1024;
/// A subject's characters: one line of a list on a wide screen.
pub const SUBJECT_CHARS_MAX: usize = 200;
/// Characters of a subject that is made from the description: short enough to be seen whole in a list.
pub const DERIVED_SUBJECT_CHARS_MAX: usize = 80;
/// A rating comment's characters.
pub const RATING_COMMENT_CHARS_MAX: usize = 2_000;
/// Characters of a refused field's name and of the reason that an error repeats: the client's own text may be long.
pub const FIELD_ERROR_CHARS_MAX: usize = 120;
/// A key's characters: a UUID takes 36, a hash in hexadecimal 64.
pub const KEY_CHARS_MAX: usize = 64;
/// Attachments of one message.
pub const ATTACHMENTS_MAX: usize = 10;
/// An attachment name's characters.
pub const ATTACHMENT_NAME_CHARS_MAX: usize = 200;
/// An attached file's size in bytes, and a place in a history: the largest whole number that every reader of JSON keeps as it is. A browser would
/// show another number than was written.
pub const EXACT_NUMBER_MAX: u64 = (1 << 53) - 1;
/// One attachment as JSON, as Postgres writes it: name and media type of four bytes a character, and the rest. A longer entry (from
/// before the limit) is left out.
pub const ATTACHMENT_BYTES_MAX: usize = 2 * 1024;
/// A message's attachments as JSON, as Postgres writes it.
pub const ATTACHMENTS_BYTES_MAX: usize = 24 * 1024;
/// The old or new value of a history row: the text before an edit is the longest.
pub const HISTORY_VALUE_BYTES_MAX: usize = BODY_BYTES_MAX;
/// The same as customers see it: a word or a name.
pub const HISTORY_PUBLIC_VALUE_BYTES_MAX: usize = 1024;
/// The description of a history row: a rating's comment is the longest that Helpline writes itself.
pub const HISTORY_DESCRIPTION_BYTES_MAX: usize = 8 * 1024;
/// A ticket's number, in characters. Helpline's own have ten; those of an earlier system are carried over as they are.
pub const TICKET_NUMBER_CHARS_MAX: usize = 64;
/// A ticket's `metadata`, in bytes of JSON.
pub const METADATA_BYTES_MAX: usize = 8 * 1024;
/// The same as Postgres writes it, with a space behind each comma and colon; also a history row's.
pub const METADATA_STORED_BYTES_MAX: usize = 16 * 1024;
/// A setting's value as Postgres writes it: opening hours with [`HOLIDAYS_MAX`] holidays that have long names.
pub const SETTING_STORED_BYTES_MAX: usize = 64 * 1024;
/// What an `access_log` row keeps besides its columns, as Postgres writes it: a retention run names its ten thousand tickets.
pub const AUDIT_DETAIL_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Rows that cannot be decoded and are remembered as logged; beyond, they are only counted.
pub const UNDECODABLE_LOGGED_MAX: usize = 1_000;
/// A search text's characters.
pub const SEARCH_CHARS_MAX: usize = 100;
/// Characters of a list row's snippet: one line on a wide screen.
pub const SNIPPET_CHARS_MAX: usize = 120;
/// Rows of a history that are walked back through for its last message; beyond, a list shows none.
pub const SNIPPET_ROWS_MAX: u32 = 200;
/// Tickets that need an answer are counted up to here.
pub const NEEDS_ANSWER_COUNT_MAX: u32 = 10_000;
/// A person's own tickets of which it is asked whether they are unread, the latest activity first.
pub const OWN_UNREAD_TICKETS_MAX: u32 = 1_000;
/// Unread messages of one ticket that are counted.
pub const OWN_UNREAD_MESSAGES_MAX: u32 = 100;
/// The newest tickets of which it is asked how long their first answer took, and of those the answered ones that count.
pub const FIRST_ANSWER_TICKETS_MAX: u32 = 1_000;
/// See [`FIRST_ANSWER_TICKETS_MAX`].
pub const FIRST_ANSWER_ANSWERS_MAX: u32 = 200;
/// Fewer answers say nothing about the next one.
pub const FIRST_ANSWER_ANSWERS_MIN: u32 = 5;
/// How far back answers count.
pub const FIRST_ANSWER_DAYS: u32 = 30;
/// How long one read of the usual first answer answers all requests for it.
pub const FIRST_ANSWER_MS: u64 = 300_000;
/// The shortest word that the trigram index can look up.
pub const SEARCH_WORD_CHARS_MIN: usize = 3;
/// The same in scripts that write whole words with two: those are looked for in the newest tickets, without the index.
pub const SEARCH_CJK_WORD_CHARS_MIN: usize = 2;
/// Numbers that one search names.
pub const SEARCH_NUMBERS_MAX: usize = 5;

/// A WebSocket frame or message from a client: a body of [`BODY_BYTES_MAX`] whose every byte is escaped as `\u00XX` is refused, but
/// any sane encoding of it fits. Beyond: close 1009.
pub const FRAME_BYTES_MAX: usize = 64 * 1024;
/// Between two tries of an instance that starts, while the database does not answer.
pub const START_RETRY_MS: u64 = 500;

/// A token: identity providers that put groups and permissions into it come to ten KiB and more.
pub const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// The frame before `hello` is answered: a token and little else.
pub const HELLO_BYTES_MAX: usize = TOKEN_BYTES_MAX + 1024;
/// What an unfinished message may have cost on the wire: its bytes and as many again for its fragments' heads. A message in fragments of
/// nothing never grows, and never ends.
pub const MESSAGE_WIRE_BYTES_MAX: u64 = 2 * FRAME_BYTES_MAX as u64;
/// The same before `hello`.
pub const HELLO_WIRE_BYTES_MAX: u64 = 2 * HELLO_BYTES_MAX as u64;
/// Pings before `hello`: a client's library may send one on its own; no client needs more.
pub const PINGS_BEFORE_HELLO_MAX: u32 = 4;
/// One connection's write buffer inside the WebSocket library: pongs to a peer that does not read them gather there. The largest
/// frame must fit.
pub const SOCKET_WRITE_BYTES_MAX: usize = 512 * 1024;
/// A page frame to a client, unless one event alone, or the list of viewers, is larger.
/// tungstenite's write buffer grows to the largest frame and never shrinks (measured), so pages stay small.
pub const PAGE_FRAME_BYTES_MAX: usize = 16 * 1024;
/// A JSON body over REST.
pub const JSON_BODY_BYTES_MAX: usize = 64 * 1024;
/// tungstenite's write buffer: what is flushed at once. The defaults of both buffers cost 135 KiB per idle socket (measured).
pub const SOCKET_WRITE_BUFFER_BYTES: usize = 4 * 1024;
/// tungstenite's read buffer, held by every idle socket. What people write fits; a longer frame makes it grow.
pub const SOCKET_READ_BUFFER_BYTES: usize = 2 * 1024;

/// From the upgrade to `hello`.
pub const HELLO_TIMEOUT_MS: u64 = 10_000;
/// A `hello` that came in time and was not read in time is looked for once more: after a standstill, timers fire before sockets are read.
pub const HELLO_SECOND_LOOK_MS: u64 = 200;
/// A timer as late as this means that this process stood still, and that the silence of clients does not count.
pub const STANDSTILL_MS: u64 = 1_000;
/// From accept to the end of the request's headers.
pub const HEADER_TIMEOUT_MS: u64 = 10_000;
/// For the body of a REST request.
pub const BODY_TIMEOUT_MS: u64 = 30_000;
/// For the answer to a REST request, the body's time apart: longer than a statement and its wait for a connection, shorter than our clients wait.
pub const REQUEST_TIMEOUT_MS: u64 = 15_000;
/// One write to a socket that accepts nothing: then the reader is too slow.
pub const WRITE_TIMEOUT_MS: u64 = 10_000;
/// Between a Close sent and the peer's answer.
pub const CLOSE_TIMEOUT_MS: u64 = 2_000;
/// From a message's first byte to its last.
pub const MESSAGE_TIMEOUT_MS: u64 = 30_000;
/// How long a connection that we ended is still read, so that the peer receives the last frame instead of a reset.
pub const LINGER_MS: u64 = 1_000;
/// How much is read of it meanwhile.
pub const LINGER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Connections that are read on like this at the same time; beyond, they are reset.
pub const LINGERING_MAX: usize = 512;

/// Between two `ping` frames, before jitter. NATs and proxies forget idle connections after 30 s at the earliest.
pub const HEARTBEAT_INTERVAL_MS: u64 = 25_000;
/// Jitter of the heartbeat either way, so that a mass reconnect does not beat in step.
pub const HEARTBEAT_JITTER_MS: u64 = 2_500;
/// Moments of one heartbeat's time at which connections beat: every 250 ms those whose turn has come, together.
pub const HEARTBEAT_GRID: u64 = 100;
/// A peer that stayed silent this long is gone: 1.5 heartbeats.
pub const PONG_TIMEOUT_MS: u64 = HEARTBEAT_INTERVAL_MS * 3 / 2;

/// One connection's send queue, in bytes of queued frames. A burst of 128 page frames; beyond: close 4001.
pub const SEND_QUEUE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// One connection's send queue, in frames.
pub const SEND_QUEUE_FRAMES_MAX: usize = 4_096;
/// Frames that one flush takes from the send queue.
pub const SEND_QUEUE_DRAIN_FRAMES: usize = 64;
/// Frames of one connection that are handled before the connections that they concern are woken, so that a burst reaches each reader in one
/// write.
pub const TURN_FRAMES_MAX: usize = 16;
/// Requests of one connection waiting for their answer (`subscribe`, `inbox`, `token`); sends are bounded by the writer's queue.
pub const PENDING_REQUESTS_MAX: usize = 64;
/// Tickets that one connection listens to.
pub const SUBSCRIPTIONS_MAX: usize = 200;
/// Connections of one user on one instance (setting `--connections-per-user-max`).
pub const CONNECTIONS_PER_USER_MAX: u32 = 20;
/// Connections from one address on one instance, before and after `hello` (an office behind one NAT fits).
pub const CONNECTIONS_PER_ADDRESS_MAX: u32 = 1_000;
/// Connections of one instance: below the descriptors that Debian's systemd grants.
pub const CONNECTIONS_MAX: u32 = 16_000;

/// HTTP connections of one instance besides the sockets: requests, and upgrades that are not yet done.
pub const HTTP_CONNECTIONS_MAX: usize = 2_048;
/// Connections beyond [`HTTP_CONNECTIONS_MAX`] that are still answered, each with one short answer: health and metrics, and to everything
/// else that the instance is full.
pub const HTTP_RESERVE_MAX: usize = 64;
/// From accept to the end of the request's headers on one of those: an orchestrator's probe comes at once.
pub const RESERVE_HEADER_TIMEOUT_MS: u64 = 2_000;
/// Connections that the kernel holds until they are accepted; it holds no more than `net.core.somaxconn`. A further one is tried again by the
/// client's kernel after a second: a probe would be late while a crowd comes.
pub const ACCEPT_QUEUE_MAX: u32 = 4_096;
/// Connections to the metrics' own address: a scraper or two.
pub const METRICS_CONNECTIONS_MAX: usize = 16;

/// Frames per second that one connection may send, sustained.
pub const FRAMES_PER_SECOND: u32 = 30;
/// Frames that one connection may send at once, after silence: a resume of [`SUBSCRIPTIONS_MAX`] tickets.
pub const FRAMES_BURST: u32 = 300;
/// Frames refused as too fast after which the connection is closed 4008.
pub const RATE_STRIKES_MAX: u32 = 100;
/// A user may send as fast as this many connections, across all of theirs on one instance.
pub const FRAMES_USER_FACTOR: u32 = 4;
/// An address may send as fast as this many connections: an office of fifty such users behind one NAT fits.
pub const FRAMES_ADDRESS_FACTOR: u32 = 200;
/// REST requests per second of one user, sustained.
pub const REQUESTS_PER_SECOND: u32 = 20;
/// REST requests of one user at once, after silence.
pub const REQUESTS_BURST: u32 = 200;
/// An address may ask as often as this many users: an office behind one NAT fits.
pub const REQUESTS_ADDRESS_FACTOR: u32 = 50;
/// Refused sign-ins per second of one address that are answered and recorded; beyond: `rate_limited`, only counted, so that a flood
/// of bad tokens does not become a flood of audit rows.
pub const SIGN_INS_REFUSED_PER_SECOND: u32 = 10;
/// The same at once, after silence.
pub const SIGN_INS_REFUSED_BURST: u32 = 100;
/// Requests refused as too fast that are recorded, per second of one user; the rest is counted.
pub const RATE_REFUSALS_RECORDED_PER_SECOND: u32 = 1;
/// Addresses whose rates are remembered; beyond, those that have been silent are forgotten.
pub const ADDRESSES_REMEMBERED_MAX: usize = 100_000;
/// How long the result of one database check answers readiness probes.
pub const READINESS_MS: u64 = 500;
/// For that check: a database without an answer for so long is not ready.
pub const READINESS_TIMEOUT_MS: u64 = 2_000;

/// Events that a resume replays; further behind: `reset`, which costs one page instead.
pub const REPLAY_EVENTS_MAX: u64 = 5_000;
/// Events of the first page of a `subscribe` without `after`, and the REST page's default.
pub const PAGE_EVENTS: u32 = 50;
/// Events of one read of the history.
pub const PAGE_EVENTS_MAX: u32 = 200;
/// Bytes of the texts of one read of the history, after which it has no further event: a page of [`PAGE_EVENTS_MAX`] edits of the longest texts
/// would have ten megabytes, and is held while a slow reader takes it.
pub const PAGE_BYTES_MAX: u32 = 256 * 1024;
/// Live events that a joining member buffers; beyond, it reads the history once more instead.
pub const JOIN_BUFFER_EVENTS_MAX: usize = 256;
/// Events that came early and wait for the one before; beyond, the history is read at once.
pub const EARLY_EVENTS_MAX: usize = 256;
/// How long an early event waits for the one before it. Reordering by the relay ends within it; after it, lost events are read from the history.
pub const EARLY_HOLD_MS: u64 = 50;
/// How long `subscribe` waits for the relay to confirm its channel; later it relies upon the sweep.
pub const RELAY_CONFIRM_MS: u64 = 250;
/// Between two sweeps: with the read itself below the 2 s that an event may take while Redis is down.
pub const SWEEP_INTERVAL_MS: u64 = 750;
/// Events that one sweep reads. Beyond them (an import by SQL) it compares the heads of the open rooms instead: ten million rows would take longer
/// than a statement may, on every instance and at every sweep.
pub const SWEEP_EVENTS_MAX: i64 = 100_000;
/// Tickets that one such sweep names: those that were active last, which is what consoles show.
pub const SWEEP_LATEST_TICKETS: i64 = 1_000;
/// Rooms whose heads one sweep compares with the database, in rotation.
pub const SWEEP_ROTATION_ROOMS: usize = 500;
/// Rooms whose gaps one read fills: with [`PAGE_EVENTS_MAX`] rows of [`BODY_BYTES_MAX`] each, 64 MiB at the very worst.
pub const GAP_ROOMS: usize = 20;
/// Between two checks of the role and block of all connected people: the promise is 5 s.
pub const ACCESS_CHECK_INTERVAL_MS: u64 = 2_000;

/// Tickets that take over a changed address or name of their person in one go: some 40 ms of Postgres.
pub const FOLLOW_TICKETS_MAX: i32 = 200;
/// Between two such goes of an instance.
pub const FOLLOW_INTERVAL_MS: u64 = 500;

/// Between two times that an instance says in the database that it serves.
pub const INSTANCE_RENEW_MS: u64 = 10_000;
/// Another instance is there when it said so within this.
pub const INSTANCE_LATELY_MS: u64 = 30_000;
/// Looks in a row at which an instance is in the database and not heard through the relay, until that is a fault: longer than an instance takes
/// to start or to end, and than two of them take to find Redis again.
pub const INSTANCE_UNHEARD_LOOKS: u32 = 4;
/// Other instances of which is remembered when they were heard through the relay.
pub const INSTANCES_HEARD_MAX: usize = 1_024;

/// Writer lanes of one instance at most, each with one statement in flight.
pub const WRITER_LANES: usize = 4;
/// Messages that are worth a lane of their own: with fewer for each, fewer lanes share what waits. Measured at half of the highest rate:
/// two lanes with 24 to 48 messages each cost 1.3 times the CPU of one with all.
pub const LANE_MESSAGES_MIN: usize = 64;
/// Messages that one statement appends.
pub const BATCH_MESSAGES_MAX: usize = 256;
/// Messages waiting to be written; beyond: `overloaded`.
pub const WRITER_MESSAGES_MAX: usize = 16_384;
/// Bytes of all messages that are not yet answered, those of locked tickets among them; beyond: `overloaded`. Thousands of the longest: by
/// their number alone they could take a gigabyte.
pub const WRITER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Tries of one batch on errors that pass by themselves (deadlock, serialization, lock timeout, lost connection).
pub const BATCH_TRIES_MAX: u32 = 20;
/// The longest wait between two of those tries.
pub const BATCH_RETRY_MS_MAX: u64 = 1_000;
/// Keys of one batch of a `BatchLoader` (sign-in, ticket access, ticket position): one statement.
pub const LOADER_KEYS_MAX: usize = 128;
/// Batches of one loader that run at once; further requests join the next batch, so that many clients that reconnect do not take all
/// connections of the pool.
pub const LOADER_BATCHES_MAX: usize = 2;
/// Keys of one batch that are found locked, each read in a statement of its own, before the rest is refused as busy.
pub const LOADER_LOCKED_MAX: u32 = 8;
/// Batch loaders of one instance: sign-in, ticket access, ticket position.
pub const LOADERS: usize = 3;
/// Requests pending at one loader; further clients wait with their sockets unread.
pub const LOADER_PENDING_MAX: usize = 16_384;
/// Pages of history that `subscribe` reads at once, for the same reason.
pub const JOIN_READS_AT_ONCE_MAX: usize = 2;
/// When a sign-in that found no turn comes back, at random up to this.
pub const SIGN_IN_RETRY_MS_MAX: u64 = 5_000;
/// Connections of the pool that may wait for a ticket's lock at once; all further locked tickets are tried together every
/// [`LOCKED_TICKET_RETRY_MS`].
pub const LOCK_WAITS_MAX: usize = 4;
/// Between two such tries, each of [`BATCH_MESSAGES_MAX`] of them at most.
pub const LOCKED_TICKET_RETRY_MS: u64 = 100;
/// Bytes of the messages that one such retry tries to store; those of tickets that are still locked are sent again by the next.
pub const LOCKED_RETRY_BYTES_MAX: usize = 1024 * 1024;
/// A statement of the hot path.
pub const STATEMENT_TIMEOUT_MS: u64 = 10_000;
/// For the answer to a statement, as this side counts it: a server that hangs keeps no time. Longer than [`STATEMENT_TIMEOUT_MS`], so that of a
/// server that works the own error comes first.
pub const ANSWER_TIMEOUT_MS: u64 = 12_000;
/// Waiting for a lock.
pub const LOCK_TIMEOUT_MS: u64 = 5_000;
/// `migrate` waits this long for each lock and then lets go of all that it has, so that statements do not queue behind one long transaction.
/// A step that takes several locks can make a statement wait for several of these.
pub const MIGRATION_LOCK_TIMEOUT_MS: u64 = 200;
/// Then it pauses this long,
pub const MIGRATION_LOCK_PAUSE_MS: u64 = 100;
/// and gives up after so many attempts: half a minute.
pub const MIGRATION_LOCK_ATTEMPTS_MAX: u32 = 100;
/// Rows of a backfill's first portion.
pub const BACKFILL_ROWS: i64 = 500;
/// The fewest rows of one portion: on a busy machine, round trips take the time and not the rows.
pub const BACKFILL_ROWS_MIN: i64 = 100;
/// The most rows of one portion.
pub const BACKFILL_ROWS_MAX: i64 = 5_000;
/// A portion that takes longer than this holds its rows for too long: the next one has half as many. One that takes a quarter of it, twice as many.
pub const BACKFILL_PORTION_MS: u64 = 200;
/// Searches in customers' own tickets that an instance runs at once, and one for each customer: each reads all that its customer ever wrote.
pub const OWN_SEARCHES_MAX: usize = 4;
/// Waiting for a connection of the pool; beyond: `unavailable`.
pub const POOL_WAIT_MS: u64 = 3_000;
/// Connections of one instance's pool, lanes included.
pub const POOL_CONNECTIONS_MAX: usize = 20;
/// Connections of background work, in a pool of its own: however busy one of the two pools is, the other one is free.
pub const JOB_CONNECTIONS_MAX: usize = 2;

/// Between two typing frames of one person on one ticket that are passed on.
pub const TYPING_INTERVAL_MS: u64 = 1_000;
/// A typing mark without renewal fades after this, at the client.
pub const TYPING_FADE_MS: u64 = 6_000;
/// Read positions are written this often, the newest of each person and ticket.
pub const READ_FLUSH_MS: u64 = 500;
/// Read positions waiting to be written; beyond, the oldest are dropped: the next one of that person says more.
pub const READ_PENDING_MAX: usize = 10_000;
/// Read positions in `subscribed`, those who have read furthest.
pub const READERS_MAX: usize = 50;
/// Viewers named in a presence frame; further ones are not reported.
pub const VIEWERS_MAX: usize = 20;
/// An instance renews its viewers this often.
pub const PRESENCE_RENEW_MS: u64 = 10_000;
/// Viewers of an instance that stopped renewing are forgotten after this.
pub const PRESENCE_LEASE_MS: u64 = 30_000;
/// Between two presence frames of one room.
pub const PRESENCE_INTERVAL_MS: u64 = 250;
/// Tickets without a room here of which an instance with consoles keeps the viewers; beyond, further ones are not shown in lists. A desk where
/// a thousand agents each have two tickets open.
pub const PRESENCE_TICKETS_MAX: usize = 2_000;
/// Tickets of one frame of viewers between instances; the rest follows in further frames.
pub const PRESENCE_FRAME_TICKETS_MAX: usize = 100;
/// Between two inbox frames of one console.
pub const INBOX_INTERVAL_MS: u64 = 100;
/// Tickets of one inbox frame; the rest follows in the next. With [`INBOX_INTERVAL_MS`], 5,000 changed tickets a second are sent without delay.
pub const INBOX_TICKETS_MAX: usize = 500;
/// Bytes of one inbox frame, or one ticket if that is more; the rest follows in the next. The socket keeps a buffer of this size.
pub const INBOX_FRAME_BYTES_MAX: usize = 128 * 1024;
/// A console that has just subscribed gets each ticket in full; after this it shares the group of the others.
pub const INBOX_SETTLE_MS: u64 = 10_000;
/// Tickets of which an inbox remembers that it sent them in full; beyond, it forgets them and sends each in full once more. A client keeps as
/// many.
pub const INBOX_KNOWN_MAX: usize = 20_000;
/// Between two reads of the statistics while consoles are subscribed, at least.
pub const STATS_INTERVAL_MS: u64 = 2_000;
/// The same on a desk whose statistics take long to read, at most: figures older than this would be taken for wrong.
pub const STATS_INTERVAL_MAX_MS: u64 = 30_000;
/// The pause after a read, in times of what it took: an instance reads statistics for a tenth of the time at most, until the pause is at its longest.
pub const STATS_INTERVAL_READS: u32 = 10;

/// Frames waiting to be published; beyond, they are counted and left to the sweep.
pub const RELAY_QUEUE_MAX: usize = 16_384;
/// Bytes of those frames, of which a pipeline on its way holds a copy. The largest event, for both audiences, has more than half a megabyte.
pub const RELAY_QUEUE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Between two pipelines to Redis, so that they are shared under load; a lone publication waits for nothing.
pub const RELAY_PACE_MS: u64 = 2;
/// Partitions of the relay's channels `{p<0..127>}.t.<ticket>`: hash tags, so that Redis Cluster is a switch, not a migration.
pub const RELAY_PARTITIONS: u32 = 128;
/// Between two probes that an instance sends to itself through Redis: a frozen Redis looks like a quiet one.
pub const RELAY_PROBE_MS: u64 = 1_000;
/// A probe unanswered for this long: the subscription is torn down and made anew.
pub const RELAY_PROBE_TIMEOUT_MS: u64 = 3_000;
/// Between two comparisons of the channels listened to with those wanted.
pub const RELAY_RECONCILE_MS: u64 = 5_000;
/// The longest wait between two attempts to reach Redis.
pub const RELAY_BACKOFF_MS_MAX: u64 = 2_000;
/// From the first payload of another server on our channels to the warning that a copy of the desk shares them: longer than all instances
/// take to learn of a restarted Postgres.
pub const RELAY_OTHER_ORIGIN_MS: u64 = 30_000;
/// Other servers on our channels that are remembered, each with the time of its first payload.
pub const RELAY_OTHER_ORIGINS_MAX: usize = 16;
/// Characters of what an operator lets every Redis channel name begin with; Redis sends the name with each message.
pub const REDIS_PREFIX_CHARS_MAX: usize = 64;

/// Tickets of one list page.
pub const LIST_TICKETS_MAX: u32 = 100;
/// Tickets of one list page, unless asked otherwise.
pub const LIST_TICKETS: u32 = 25;
/// Tickets of one bulk change: one list page, each its own transaction.
pub const BULK_TICKETS_MAX: usize = LIST_TICKETS_MAX as usize;
/// Tickets of a bulk change that are worked on at the same time, so that it leaves the pool to others.
pub const BULK_PARALLEL: usize = 4;
/// Saved replies that the team shares: all of them are listed at once.
pub const SAVED_REPLIES_MAX: usize = 500;
/// Saved replies of one person, listed with those.
pub const PERSONAL_REPLIES_MAX: usize = 100;
/// The name of a folder of saved replies, in characters.
pub const REPLY_FOLDER_CHARS_MAX: usize = 60;
/// A saved reply's shortcut, in characters.
pub const SHORTCUT_CHARS_MAX: usize = 40;
/// A saved reply's title, in characters.
pub const SAVED_REPLY_TITLE_CHARS_MAX: usize = 100;
/// The away notice, in characters.
pub const NOTICE_CHARS_MAX: usize = 500;
/// Spans of opening hours of one day.
pub const DAY_SPANS_MAX: usize = 8;
/// Dates with hours of their own: the holidays of some years.
pub const HOLIDAYS_MAX: usize = 100;
/// What a holiday is called, in characters.
pub const HOLIDAY_NAME_CHARS_MAX: usize = 100;
/// How long one read of the desk's availability answers all requests for it.
pub const AVAILABILITY_MS: u64 = 5_000;
/// Between two checks of the database's roles: whether any of them can act as customers and as staff.
pub const ROLE_CHECK_INTERVAL_MS: u64 = 10_000;
/// Between two writes that the connected staff are there.
pub const SEEN_RENEW_MS: u64 = 30_000;
/// Staff seen within this are online: two renewals may fail.
pub const SEEN_FRESH_MS: u64 = 90_000;
/// How long a browser keeps scripts whose names never change (`/widget.js`, `/mount.js`).
pub const LOADER_MAX_AGE_S: u64 = 300;
/// The audit lane's waiting rows; beyond, the read itself waits: a staff read without its row does not happen.
pub const AUDIT_ROWS_MAX: usize = 4_096;
/// After a connection that could not be accepted, before the next is tried: for want of descriptors, those that close make room.
pub const ACCEPT_PAUSE_MS: u64 = 100;
/// The spread of `bye`'s `retry_after_ms`, so that a drained instance's clients do not all knock at once.
pub const BYE_SPREAD_MS: u64 = 2_000;
/// From SIGTERM until the instance drains, not ready and still serving. None by default, as with other servers of this kind: how long balancers
/// go on sending depends on them (some probes and the time between them), and without a balancer nothing is gained by waiting.
pub const DRAIN_DELAY_MS: u64 = 0;
/// From the end of that delay to the last socket's end.
pub const DRAIN_TIMEOUT_MS: u64 = 10_000;
/// Once asked to stop again: so long for the last frames to be written, and again for the tasks to end.
pub const STOP_AT_ONCE_MS: u64 = 1_000;
/// A fetched key set (JWKS), in bytes.
pub const JWKS_BYTES_MAX: u64 = 256 * 1024;
/// Fetching the key set.
pub const JWKS_TIMEOUT_MS: u64 = 5_000;
/// Between two fetches of the key set, however many unknown `kid`s arrive.
pub const JWKS_REFETCH_MS: u64 = 30_000;
/// A known key set is asked for again after this, so that a key taken back does not stay good for long.
pub const JWKS_REFRESH_MS: u64 = 10 * 60 * 1_000;
/// Known keys outlive an outage of their address by this.
pub const JWKS_STALE_MS: u64 = 24 * 60 * 60 * 1_000;

/// How far an issuer's clock may run ahead of ours (`nbf`). The end of a token has no leeway.
pub const CLOCK_LEEWAY_MS: i64 = 5_000;
/// Between two log lines about refused origins.
pub const ORIGIN_REFUSED_LOGGED_MS: u64 = 60_000;
/// So many characters of a refused origin are logged: what a client sends there has no bound of its own.
pub const ORIGIN_CHARS_LOGGED_MAX: usize = 100;
/// A token's `sub`, in bytes of UTF-8. OpenID Connect says 255 ASCII characters; as many of any script fit.
pub const TOKEN_SUBJECT_BYTES_MAX: usize = 1_024;
/// A token's `iss`, in bytes of UTF-8, where it names a subject that is no UUID: together with the subject it is one entry of an index, which takes
/// 2,704.
pub const TOKEN_ISSUER_BYTES_MAX: usize = 1_024;
/// A display name's characters, as taken from a token.
pub const NAME_CHARS_MAX: usize = 200;
/// What customers see of a staff member's name, in characters: one word.
pub const PUBLIC_NAME_CHARS_MAX: usize = 40;
/// An e-mail address's characters: what the standard allows.
pub const EMAIL_CHARS_MAX: usize = 320;
/// People with one address that an admin is shown, the ones who came first: the same person at several providers, or a shared mailbox.
pub const PEOPLE_FOUND_MAX: i64 = 20;
/// Characters of a request's id that a client or a proxy gives; of a longer one, another is made.
pub const REQUEST_ID_CHARS_MAX: usize = 128;
/// A `User-Agent`'s characters that are kept.
pub const USER_AGENT_CHARS_MAX: usize = 400;
