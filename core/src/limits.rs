//! Every limit of Helpline, with its reason. Each name ends with the unit. Limits that an operator can configure have their defaults here
//! and are settings of the gateway. All other limits are part of the protocol.

mod admin;
mod adopt;
mod attachments;
mod background;
mod blobs;
mod mail;
mod neighbours;
mod outgoing;
mod retention;
mod sign_in;
mod widget;

pub use admin::*;
pub use adopt::*;
pub use attachments::*;
pub use background::*;
pub use blobs::*;
pub use mail::*;
pub use outgoing::*;
pub use retention::*;
pub use sign_in::*;
pub use widget::*;

/// Maximum UTF-8 bytes of a message's text: about four pages. An event with a text of this size still fits into one history page frame.
pub const BODY_BYTES_MAX: usize = 16 * 1024;
/// Maximum characters of a subject: as many as one line of a list shows on a wide screen.
pub const SUBJECT_CHARS_MAX: usize = 200;
/// Maximum characters of a subject that is derived from the description: short enough to be shown whole in a list.
pub const DERIVED_SUBJECT_CHARS_MAX: usize = 80;
/// Maximum characters of a rating's comment.
pub const RATING_COMMENT_CHARS_MAX: usize = 2_000;
/// Maximum characters of a field's name or value that an error message quotes from a client's request; a longer text is cut.
pub const FIELD_ERROR_CHARS_MAX: usize = 120;
/// Maximum characters of a message's idempotency key: a UUID has 36, a SHA-256 in hexadecimal 64.
pub const KEY_CHARS_MAX: usize = 64;
/// Maximum attachments of one message.
pub const ATTACHMENTS_MAX: usize = 10;
/// Maximum characters of an attachment's name.
pub const ATTACHMENT_NAME_CHARS_MAX: usize = 200;
/// Maximum value of an attachment's size and of a position in a history: the largest integer that every JSON reader represents exactly. A
/// browser would round a larger number.
pub const EXACT_NUMBER_MAX: u64 = (1 << 53) - 1;
/// Maximum bytes of the value of a field before or after an event. The longest such value is a message's text before an edit.
pub const HISTORY_VALUE_BYTES_MAX: usize = BODY_BYTES_MAX;
/// Maximum bytes of an event's old or new value as customers see it: a word or a name.
pub const HISTORY_PUBLIC_VALUE_BYTES_MAX: usize = 1024;
/// Maximum bytes of an event's description. The longest description that Helpline writes is a rating's comment.
pub const HISTORY_DESCRIPTION_BYTES_MAX: usize = 8 * 1024;
/// Maximum characters of a ticket number. Numbers that Helpline creates have about ten; imported numbers may be longer.
pub const TICKET_NUMBER_CHARS_MAX: usize = 64;
/// Maximum bytes of a ticket's `metadata` as JSON.
pub const METADATA_BYTES_MAX: usize = 8 * 1024;
/// Maximum bytes of a ticket's or event's `metadata` as Postgres stores it, with a space after each comma and colon.
pub const METADATA_STORED_BYTES_MAX: usize = 16 * 1024;
/// Maximum bytes of a setting's value as Postgres stores it: opening hours with [`HOLIDAYS_MAX`] long holiday names fit.
pub const SETTING_STORED_BYTES_MAX: usize = 64 * 1024;
/// Maximum bytes of an `access_log` row's detail as Postgres stores it. A deletion of old tickets lists up to ten thousand tickets.
pub const AUDIT_DETAIL_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Maximum undecodable rows that are logged one by one; further undecodable rows are only counted.
pub const UNDECODABLE_LOGGED_MAX: usize = 1_000;
/// Maximum characters of a search text.
pub const SEARCH_CHARS_MAX: usize = 100;
/// Maximum characters of the snippet that a list shows for a ticket: one line on a wide screen.
pub const SNIPPET_CHARS_MAX: usize = 120;
/// Maximum events that are read to find a ticket's last message for a list. If none of them is a message, the list shows no snippet.
pub const SNIPPET_ROWS_MAX: u32 = 200;
/// The count of tickets that need an answer stops at this number.
pub const NEEDS_ANSWER_COUNT_MAX: u32 = 10_000;
/// Maximum tickets of one customer that are checked for unread messages, the most recently active first.
pub const OWN_UNREAD_TICKETS_MAX: u32 = 1_000;
/// The count of a ticket's unread messages stops at this number.
pub const OWN_UNREAD_MESSAGES_MAX: u32 = 100;
/// Maximum tickets, newest first, that are read to compute the usual time to a first answer.
pub const FIRST_ANSWER_TICKETS_MAX: u32 = 1_000;
/// Maximum answered tickets, out of the [`FIRST_ANSWER_TICKETS_MAX`] tickets read, that count for the usual time to a first answer.
pub const FIRST_ANSWER_ANSWERS_MAX: u32 = 200;
/// Minimum first answers for showing the usual time to a first answer. A time from fewer answers would be a poor forecast.
pub const FIRST_ANSWER_ANSWERS_MIN: u32 = 5;
/// Maximum age, in days, of a first answer that counts for the usual time to a first answer.
pub const FIRST_ANSWER_DAYS: u32 = 30;
/// How long the usual time to a first answer is cached after one read.
pub const FIRST_ANSWER_MS: u64 = 300_000;
/// Minimum characters of a word that the trigram index can look up.
pub const SEARCH_WORD_CHARS_MIN: usize = 3;
/// Minimum characters of a search word in Chinese, Japanese and Korean, where many words have two characters. Words this short are searched
/// only in the newest tickets, without the trigram index.
pub const SEARCH_CJK_WORD_CHARS_MIN: usize = 2;
/// Maximum ticket numbers in one search.
pub const SEARCH_NUMBERS_MAX: usize = 5;

/// Maximum bytes of a WebSocket frame or message from a client; a larger one closes the socket with 1009. A text of [`BODY_BYTES_MAX`] fits
/// unless every byte is escaped as `\u00XX`, which no usual encoder does.
pub const FRAME_BYTES_MAX: usize = 64 * 1024;
/// Delay between two connection attempts at startup while the database does not respond.
pub const START_RETRY_MS: u64 = 500;

/// Maximum bytes of a token. Identity providers that include groups and permissions issue tokens of ten KiB and more.
pub const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// Maximum bytes of a frame before the client has signed in. Such a frame carries a token and little else.
pub const HELLO_BYTES_MAX: usize = TOKEN_BYTES_MAX + 1024;
/// Maximum bytes received for one unfinished message: its payload, and as many bytes again for fragment headers. Without this limit, a
/// client could send empty fragments forever.
pub const MESSAGE_WIRE_BYTES_MAX: u64 = 2 * FRAME_BYTES_MAX as u64;
/// Like [`MESSAGE_WIRE_BYTES_MAX`], but for a client that has not signed in.
pub const HELLO_WIRE_BYTES_MAX: u64 = 2 * HELLO_BYTES_MAX as u64;
/// Maximum pings before `hello`. Some WebSocket libraries send a ping automatically; no client needs more than this maximum.
pub const PINGS_BEFORE_HELLO_MAX: u32 = 4;
/// Maximum bytes of one connection's write buffer in the WebSocket library. Pongs collect in this buffer if the client does not read them.
/// The largest frame must fit.
pub const SOCKET_WRITE_BYTES_MAX: usize = 512 * 1024;
/// Maximum bytes of a history page frame to a client, unless a single event or the list of viewers is larger. tungstenite's write buffer
/// grows to the largest frame that was sent and never shrinks (measured), so page frames must stay small.
pub const PAGE_FRAME_BYTES_MAX: usize = 16 * 1024;
/// Maximum bytes of a JSON body over REST.
pub const JSON_BODY_BYTES_MAX: usize = 64 * 1024;
/// Size at which tungstenite flushes its write buffer. By default, its read and write buffers take 135 KiB per idle socket (measured).
pub const SOCKET_WRITE_BUFFER_BYTES: usize = 4 * 1024;
/// Initial size of tungstenite's read buffer, allocated for every idle socket. Typical messages fit; it grows for a longer frame.
pub const SOCKET_READ_BUFFER_BYTES: usize = 1024;
/// Frames up to this size are copied into the WebSocket library's write buffer, so that several frames are sent in one write. Larger frames
/// are written without a copy, because the buffer grows to their size and never shrinks.
pub const SOCKET_COPIED_BYTES_MAX: usize = 1024;

/// Time limit from the WebSocket upgrade to the client's `hello`.
pub const HELLO_TIMEOUT_MS: u64 = 10_000;
/// Extra time to read a `hello` after its timeout. After the process was paused, its timers fire before its sockets are read, so a `hello`
/// that arrived in time may still be unread.
pub const HELLO_SECOND_LOOK_MS: u64 = 200;
/// If a timer fires at least this late, the process was paused. Clients are then not disconnected for having been silent during the pause.
pub const STANDSTILL_MS: u64 = 1_000;
/// Time limit from accepting a connection to the end of the request's headers.
pub const HEADER_TIMEOUT_MS: u64 = 10_000;
/// Time limit for reading the body of a REST request.
pub const BODY_TIMEOUT_MS: u64 = 30_000;
/// Time limit for answering a REST request, not counting the time to receive its body. It is longer than the time limits of a statement and
/// of the wait for a database connection together, and shorter than the clients' own time limit.
pub const REQUEST_TIMEOUT_MS: u64 = 15_000;
/// Time limit of one write to a socket. A client that takes longer is disconnected as too slow.
pub const WRITE_TIMEOUT_MS: u64 = 10_000;
/// Time limit for the peer's answer to a Close frame.
pub const CLOSE_TIMEOUT_MS: u64 = 2_000;
/// Time limit from the first byte of a client's WebSocket message to its last.
pub const MESSAGE_TIMEOUT_MS: u64 = 30_000;
/// How long the server still reads from a connection after it ended the connection. Without this, the peer may get a TCP reset instead of
/// the last frame.
pub const LINGER_MS: u64 = 1_000;
/// Maximum bytes read from one connection during [`LINGER_MS`].
pub const LINGER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Maximum ended connections from which the server still reads at the same time ([`LINGER_MS`]); further ones get a TCP reset at once.
pub const LINGERING_MAX: usize = 512;

/// Time between two `ping` frames, before jitter. NATs and proxies drop idle connections after 30 s at the earliest.
pub const HEARTBEAT_INTERVAL_MS: u64 = 25_000;
/// Jitter of the heartbeat in either direction, so that the server does not ping all clients that reconnected together at the same time.
pub const HEARTBEAT_JITTER_MS: u64 = 2_500;
/// Number of time slots in a heartbeat interval, one every 250 ms. The server sends `ping` to all connections of a slot together.
pub const HEARTBEAT_GRID: u64 = 100;
/// A peer that sends nothing for this long (1.5 heartbeat intervals) is disconnected.
pub const PONG_TIMEOUT_MS: u64 = HEARTBEAT_INTERVAL_MS * 3 / 2;

/// Maximum bytes of one connection's send queue: a burst of 128 history page frames. A client with a fuller queue is closed with 4001.
pub const SEND_QUEUE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Maximum frames in one connection's send queue.
pub const SEND_QUEUE_FRAMES_MAX: usize = 4_096;
/// Maximum frames that one flush takes from the send queue.
pub const SEND_QUEUE_DRAIN_FRAMES: usize = 64;
/// After the server has handled this many frames of one connection, it wakes the connections that receive the resulting events. Each
/// receiving connection then gets a burst in one write.
pub const TURN_FRAMES_MAX: usize = 16;
/// Maximum unanswered requests of one connection (`subscribe`, `inbox`, `token`). For `send`, the writer's queue has its own limit.
pub const PENDING_REQUESTS_MAX: usize = 64;
/// Maximum tickets to which one connection is subscribed.
pub const SUBSCRIPTIONS_MAX: usize = 200;
/// Maximum connections of one user on one instance (setting `--connections-per-user-max`).
pub const CONNECTIONS_PER_USER_MAX: u32 = 20;
/// Maximum connections from one address on one instance, before and after `hello`. An office behind one NAT fits.
pub const CONNECTIONS_PER_ADDRESS_MAX: u32 = 1_000;
/// Maximum connections of one instance. It is below the file descriptor limit that Debian's systemd sets for a service.
pub const CONNECTIONS_MAX: u32 = 16_000;

/// Maximum HTTP connections of one instance in addition to its WebSocket connections: REST requests, and upgrades in progress.
pub const HTTP_CONNECTIONS_MAX: usize = 2_048;
/// Maximum connections beyond [`HTTP_CONNECTIONS_MAX`] that still get one short response each. Health checks and metrics are answered as
/// usual; every other request is told that the server is full.
pub const HTTP_RESERVE_MAX: usize = 64;
/// Time limit from accepting one of the [`HTTP_RESERVE_MAX`] connections to the end of the request's headers. An orchestrator's health
/// probe sends its headers at once.
pub const RESERVE_HEADER_TIMEOUT_MS: u64 = 2_000;
/// Maximum connections that the kernel queues before they are accepted; `net.core.somaxconn` also limits it. If the queue is full, the
/// client's kernel retries after a second. That would delay a health probe while many clients connect.
pub const ACCEPT_QUEUE_MAX: u32 = 4_096;
/// Maximum connections to the separate metrics address: a scraper or two.
pub const METRICS_CONNECTIONS_MAX: usize = 16;

/// Sustained frames per second of one connection.
pub const FRAMES_PER_SECOND: u32 = 30;
/// Burst of frames of one connection after a quiet period: a resume of [`SUBSCRIPTIONS_MAX`] tickets fits.
pub const FRAMES_BURST: u32 = 300;
/// A connection that has sent this many frames above its rate limit is closed with 4008.
pub const RATE_STRIKES_MAX: u32 = 100;
/// One user's frame rate on one instance, as a multiple of one connection's.
pub const FRAMES_USER_FACTOR: u32 = 4;
/// One address's frame rate, as a multiple of one connection's: an office of fifty users who use their full rate, behind one NAT, fits.
pub const FRAMES_ADDRESS_FACTOR: u32 = 200;
/// Sustained REST requests per second of one user.
pub const REQUESTS_PER_SECOND: u32 = 20;
/// Burst of REST requests of one user after a quiet period.
pub const REQUESTS_BURST: u32 = 200;
/// One address's request rate, as a multiple of one user's: an office behind one NAT fits.
pub const REQUESTS_ADDRESS_FACTOR: u32 = 50;
/// Refused sign-ins per second of one address that are answered with their reason and recorded. Further refused sign-ins get `rate_limited`
/// and are only counted, so that a flood of bad tokens does not become a flood of audit rows.
pub const SIGN_INS_REFUSED_PER_SECOND: u32 = 10;
/// Burst of refused sign-ins of one address after a quiet period.
pub const SIGN_INS_REFUSED_BURST: u32 = 100;
/// How many of one user's rate-limited requests are recorded per second; further rate-limited requests are only counted.
pub const RATE_REFUSALS_RECORDED_PER_SECOND: u32 = 1;
/// Maximum addresses whose request rates are tracked. If there are more, idle addresses are dropped.
pub const ADDRESSES_REMEMBERED_MAX: usize = 100_000;
/// How long the result of one database check is used to answer readiness probes.
pub const READINESS_MS: u64 = 500;
/// Time limit of the database check for readiness probes. A database that takes longer makes the instance not ready.
pub const READINESS_TIMEOUT_MS: u64 = 2_000;
/// Interval at which an instance checks its own readiness for the metric `helpline_ready`, in milliseconds.
pub const READINESS_WATCH_MS: u64 = 5_000;

/// Maximum events that a reconnecting client gets replayed. A client that has missed more gets a `reset` and only the newest page.
pub const REPLAY_EVENTS_MAX: u64 = 5_000;
/// Default number of events in the first page of a `subscribe` without `after`, and in a page over REST.
pub const PAGE_EVENTS: u32 = 50;
/// Maximum events of one read of the history.
pub const PAGE_EVENTS_MAX: u32 = 200;
/// A read of the history stops once its texts have this many bytes. Otherwise, a page of [`PAGE_EVENTS_MAX`] edits of the longest texts
/// would take ten megabytes of memory while a slow client reads it.
pub const PAGE_BYTES_MAX: u32 = 256 * 1024;
/// Maximum live events that are buffered for a joining member. If more arrive, the member reads the history again.
pub const JOIN_BUFFER_EVENTS_MAX: usize = 256;
/// Maximum events of one room that wait because an event with a lower number has not arrived yet. If more events wait, the missing events
/// are read from the history at once.
pub const EARLY_EVENTS_MAX: usize = 256;
/// How long an event waits for the event with the preceding number. The relay reorders events by less than this. After this time, the
/// missing events are read from the history.
pub const EARLY_HOLD_MS: u64 = 50;
/// How long `subscribe` waits for Redis to confirm the ticket's channel. Without a confirmation, the periodic sweep of the database
/// delivers the events.
pub const RELAY_CONFIRM_MS: u64 = 250;
/// Time between two sweeps, which read new events from the database. This time plus the duration of a sweep is less than 2 s, the maximum
/// delay of an event while Redis is down.
pub const SWEEP_INTERVAL_MS: u64 = 750;
/// Maximum events that one sweep reads. If more were written (an SQL import), the sweep compares the heads of the open rooms instead:
/// reading ten million rows would exceed the statement timeout on every instance and in every sweep.
pub const SWEEP_EVENTS_MAX: i64 = 100_000;
/// Maximum tickets that a sweep reports after more than [`SWEEP_EVENTS_MAX`] events were written: the most recently active tickets, which
/// consoles show.
pub const SWEEP_LATEST_TICKETS: i64 = 1_000;
/// Number of open rooms whose heads (last event numbers) one sweep compares with the database. Each sweep takes the next rooms in turn.
pub const SWEEP_ROTATION_ROOMS: usize = 500;
/// Maximum rooms whose missing events one read fetches: at most 64 MiB with [`PAGE_EVENTS_MAX`] rows of [`BODY_BYTES_MAX`] for each.
pub const GAP_ROOMS: usize = 20;
/// Time between two checks whether connected people still have their role and are not blocked. The documentation promises that a change
/// takes effect within 5 s.
pub const ACCESS_CHECK_INTERVAL_MS: u64 = 2_000;

/// Maximum tickets into which one step copies a person's new name or e-mail address: about 40 ms of Postgres time.
pub const FOLLOW_TICKETS_MAX: i32 = 200;
/// Time between two steps in which one instance copies people's changed names and e-mail addresses into their tickets.
pub const FOLLOW_INTERVAL_MS: u64 = 500;

/// Time between two writes in which an instance tells the database that it is running.
pub const INSTANCE_RENEW_MS: u64 = 10_000;
/// An instance counts as running if it wrote to the database within this time.
pub const INSTANCE_LATELY_MS: u64 = 30_000;
/// An instance that the database lists as running, but that is silent on the relay for this many consecutive checks, counts as a fault.
/// Together, these checks take longer than an instance needs to start or stop, and than two instances need to reconnect to Redis.
pub const INSTANCE_UNHEARD_LOOKS: u32 = 4;
/// Maximum other instances whose last relay message is remembered.
pub const INSTANCES_HEARD_MAX: usize = 1_024;

/// Maximum writer lanes of one instance. Each lane has one statement in flight.
pub const WRITER_LANES: usize = 4;
/// The writer uses one more lane for each further batch of this many waiting messages. Small batches cost more CPU: at half of the highest
/// message rate, two lanes that each write 24 to 48 messages at once use 1.3 times the CPU of a single lane (measured).
pub const LANE_MESSAGES_MIN: usize = 64;
/// Maximum messages that one statement appends.
pub const BATCH_MESSAGES_MAX: usize = 256;
/// Maximum messages waiting to be written; further messages are refused as `overloaded`.
pub const WRITER_MESSAGES_MAX: usize = 16_384;
/// Maximum bytes of all messages that wait to be written, including those for locked tickets; further messages are refused as `overloaded`.
/// Thousands of the longest messages fit. Without this limit, [`WRITER_MESSAGES_MAX`] of them could use a gigabyte.
pub const WRITER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Maximum attempts to write one batch after a transient error (deadlock, serialization failure, lock timeout, lost connection).
pub const BATCH_TRIES_MAX: u32 = 20;
/// Maximum delay between two attempts to write one batch.
pub const BATCH_RETRY_MS_MAX: u64 = 1_000;
/// Maximum keys (people or tickets) that one `BatchLoader` batch reads in one SQL statement, such as for sign-in or ticket access.
pub const LOADER_KEYS_MAX: usize = 128;
/// Maximum concurrent batches of one `BatchLoader`. Further requests join the next batch, so a mass reconnect leaves pool connections free.
pub const LOADER_BATCHES_MAX: usize = 2;
/// After a batch of reads fails on a lock, a loader reads its people or tickets one at a time. Once this many were locked, the loader
/// refuses the rest of the batch as busy.
pub const LOADER_LOCKED_MAX: u32 = 8;
/// Number of batch loaders of one instance: sign-in, ticket access, ticket position.
pub const LOADERS: usize = 3;
/// Maximum pending requests of one batch loader. If there are more, further clients wait, and the server stops reading from their sockets.
pub const LOADER_PENDING_MAX: usize = 16_384;
/// Maximum history pages that `subscribe` requests read at the same time, so that a mass reconnect leaves pool connections free.
pub const JOIN_READS_AT_ONCE_MAX: usize = 2;
/// Maximum random delay before a client retries a sign-in that timed out under load.
pub const SIGN_IN_RETRY_MS_MAX: u64 = 5_000;
/// Maximum pool connections that wait for a locked ticket at the same time. Writes to all other locked tickets are retried together every
/// [`LOCKED_TICKET_RETRY_MS`].
pub const LOCK_WAITS_MAX: usize = 4;
/// Time between two retries of locked tickets. Each retry tries to write at most [`BATCH_MESSAGES_MAX`] messages.
pub const LOCKED_TICKET_RETRY_MS: u64 = 100;
/// Maximum bytes of the messages in one retry of locked tickets. If a ticket is still locked, its messages are in the next retry again.
pub const LOCKED_RETRY_BYTES_MAX: usize = 1024 * 1024;
/// Time limit that Postgres enforces on each statement of the service's database sessions.
pub const STATEMENT_TIMEOUT_MS: u64 = 10_000;
/// Time limit that Helpline enforces on a statement, because a hung database server does not enforce its own. It is longer than
/// [`STATEMENT_TIMEOUT_MS`], so that a working server reports its own error first.
pub const ANSWER_TIMEOUT_MS: u64 = 12_000;
/// Maximum time that a statement waits for a lock.
pub const LOCK_TIMEOUT_MS: u64 = 5_000;
/// How long `migrate` waits for each lock. If it does not get a lock in this time, it releases all of its locks, so that statements do not
/// queue behind one long transaction. A migration step that takes several locks can delay a statement by a multiple of this time.
pub const MIGRATION_LOCK_TIMEOUT_MS: u64 = 200;
/// How long `migrate` pauses after it did not get a lock in time.
pub const MIGRATION_LOCK_PAUSE_MS: u64 = 100;
/// Maximum attempts of `migrate` to get its locks: half a minute in total.
pub const MIGRATION_LOCK_ATTEMPTS_MAX: u32 = 100;
/// Rows of the first batch of a backfill (a migration that fills in values of existing rows).
pub const BACKFILL_ROWS: i64 = 500;
/// Minimum rows of a backfill's batch. On a busy machine, smaller batches are not faster, because round trips take most of the time.
pub const BACKFILL_ROWS_MIN: i64 = 100;
/// Maximum rows of a backfill's batch.
pub const BACKFILL_ROWS_MAX: i64 = 5_000;
/// A backfill batch that takes longer than this locks its rows for too long, so the next batch has half as many rows. After a batch that
/// takes less than a quarter of this time, the next batch has twice as many.
pub const BACKFILL_PORTION_MS: u64 = 200;
/// Maximum searches that customers run in their own tickets at the same time on one instance; each customer may run one at a time. Each
/// search reads every message of the customer's tickets.
pub const OWN_SEARCHES_MAX: usize = 4;
/// Maximum wait for a connection of the database pool; after that, the request fails with `unavailable`.
pub const POOL_WAIT_MS: u64 = 3_000;
/// Maximum connections of one instance's pool, including the writer's lanes.
pub const POOL_CONNECTIONS_MAX: usize = 20;
/// Connections in the separate pool of background jobs, so that jobs and requests cannot block each other.
pub const JOB_CONNECTIONS_MAX: usize = 2;

/// Minimum time between two forwarded typing frames of one person on one ticket.
pub const TYPING_INTERVAL_MS: u64 = 1_000;
/// A client removes a typing indicator that is not renewed within this time.
pub const TYPING_FADE_MS: u64 = 6_000;
/// Time between two writes of read positions to the database. Each write has only the newest position of each person and ticket.
pub const READ_FLUSH_MS: u64 = 500;
/// Maximum read positions waiting to be written. If there are more, the oldest positions are dropped. They are not lost for long: the
/// person's next read position replaces a dropped one.
pub const READ_PENDING_MAX: usize = 10_000;
/// Maximum read positions in a `subscribed` frame. If a ticket has more, the frame has those of the people who have read furthest.
pub const READERS_MAX: usize = 50;
/// Maximum viewers in a presence frame; further viewers are not reported.
pub const VIEWERS_MAX: usize = 20;
/// Time between two presence messages in which an instance repeats its viewers to the other instances.
pub const PRESENCE_RENEW_MS: u64 = 10_000;
/// An instance drops the viewers of another instance that has not repeated them within this time.
pub const PRESENCE_LEASE_MS: u64 = 30_000;
/// Minimum time between two presence frames of one room.
pub const PRESENCE_INTERVAL_MS: u64 = 250;
/// An instance tracks the viewers of at most this many tickets that have no local room, so that its consoles' ticket lists can show these
/// viewers. Enough for a thousand agents who each have two tickets open.
pub const PRESENCE_TICKETS_MAX: usize = 2_000;
/// Maximum tickets in one presence message between instances; the next message carries further tickets.
pub const PRESENCE_FRAME_TICKETS_MAX: usize = 100;
/// Minimum time between two inbox frames to one agent's console.
pub const INBOX_INTERVAL_MS: u64 = 100;
/// Maximum tickets in one inbox frame; the next frame carries further tickets. With [`INBOX_INTERVAL_MS`], 5,000 changed tickets per second
/// are sent without delay.
pub const INBOX_TICKETS_MAX: usize = 500;
/// Maximum bytes of one inbox frame, unless a single ticket is larger; the next frame has further tickets. A socket's write buffer can grow
/// to this size.
pub const INBOX_FRAME_BYTES_MAX: usize = 128 * 1024;
/// For this long after it subscribes to the inbox, a console belongs to a cohort of newcomers and gets all fields of each ticket.
/// After that, it shares the frames of the other consoles with the same filter.
pub const INBOX_SETTLE_MS: u64 = 10_000;
/// Maximum tickets that the server remembers to have sent with all fields to an inbox. Beyond this number, it forgets all of them and
/// sends each ticket with all fields once more. A client remembers the same number.
pub const INBOX_KNOWN_MAX: usize = 20_000;
/// Minimum time between two reads of the desk's statistics while consoles are subscribed.
pub const STATS_INTERVAL_MS: u64 = 2_000;
/// Maximum time between two reads of the desk's statistics, even if each read is slow. Older figures would look wrong.
pub const STATS_INTERVAL_MAX_MS: u64 = 30_000;
/// Pause after reading the statistics, as a multiple of the read's duration, so that reading takes at most a tenth of the time. The pause is never
/// longer than [`STATS_INTERVAL_MAX_MS`].
pub const STATS_INTERVAL_READS: u32 = 10;

/// Maximum frames waiting to be published to Redis. Further frames are dropped and counted; the database sweep delivers their events.
pub const RELAY_QUEUE_MAX: usize = 16_384;
/// Maximum bytes of the frames waiting to be published to Redis. While a pipeline is being sent, its frames are in memory twice. The frames
/// of the largest event (one for staff and one for customers) have more than half a megabyte together.
pub const RELAY_QUEUE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Minimum time between two pipelines to Redis, so that publications share a pipeline under load. A single publication does not wait.
pub const RELAY_PACE_MS: u64 = 2;
/// Number of partitions of the relay's channels `{p<0..127>}.t.<ticket>`. With these hash tags, an operator can switch to Redis Cluster by
/// configuration, without a migration.
pub const RELAY_PARTITIONS: u32 = 128;
/// Time between two probes that an instance sends to itself through Redis. Without probes, a frozen Redis would look like an idle one.
pub const RELAY_PROBE_MS: u64 = 1_000;
/// If a probe through Redis does not return within this time, the Redis subscription is torn down and rebuilt.
pub const RELAY_PROBE_TIMEOUT_MS: u64 = 3_000;
/// Time between two comparisons of the Redis channels that are subscribed with the channels that are needed.
pub const RELAY_RECONCILE_MS: u64 = 5_000;
/// Maximum delay between two attempts to connect to Redis.
pub const RELAY_BACKOFF_MS_MAX: u64 = 2_000;
/// How long messages of another database server may arrive on the relay's Redis channels before a warning is logged. The warning says that
/// a copy of the desk uses the same channels. The time is longer than all instances take to notice a restarted Postgres.
pub const RELAY_OTHER_ORIGIN_MS: u64 = 30_000;
/// Maximum other database servers that the relay remembers, each with the time of its first message.
pub const RELAY_OTHER_ORIGINS_MAX: usize = 16;
/// Maximum characters of the configured prefix of all Redis channel names. The prefix costs traffic, because Redis sends the channel name
/// with each message.
pub const REDIS_PREFIX_CHARS_MAX: usize = 64;

/// Maximum tickets of one list page.
pub const LIST_TICKETS_MAX: u32 = 100;
/// Tickets of one list page by default.
pub const LIST_TICKETS: u32 = 25;
/// Maximum tickets of one bulk change: one list page, with one transaction per ticket.
pub const BULK_TICKETS_MAX: usize = LIST_TICKETS_MAX as usize;
/// Tickets of a bulk change that are processed concurrently. The limit leaves database connections for other requests.
pub const BULK_PARALLEL: usize = 4;
/// Maximum shared saved replies. One request lists all of them.
pub const SAVED_REPLIES_MAX: usize = 500;
/// Maximum saved replies of one person. One request lists them together with the shared ones.
pub const PERSONAL_REPLIES_MAX: usize = 100;
/// Maximum characters of the name of a saved-reply folder.
pub const REPLY_FOLDER_CHARS_MAX: usize = 60;
/// Maximum characters of a saved reply's shortcut.
pub const SHORTCUT_CHARS_MAX: usize = 40;
/// Maximum characters of a saved reply's title.
pub const SAVED_REPLY_TITLE_CHARS_MAX: usize = 100;
/// Maximum characters of the notice that customers see while no agent is available.
pub const NOTICE_CHARS_MAX: usize = 500;
/// Maximum spans of opening hours in one day.
pub const DAY_SPANS_MAX: usize = 8;
/// Maximum dates with their own opening hours: the holidays of several years.
pub const HOLIDAYS_MAX: usize = 100;
/// Maximum characters of a holiday's name.
pub const HOLIDAY_NAME_CHARS_MAX: usize = 100;
/// How long the desk's availability is cached after one read.
pub const AVAILABILITY_MS: u64 = 5_000;
/// Time between two checks for a misconfigured database role that can act both as customers and as staff.
pub const ROLE_CHECK_INTERVAL_MS: u64 = 10_000;
/// Time between two database writes that record which staff are connected.
pub const SEEN_RENEW_MS: u64 = 30_000;
/// Staff who were recorded as connected within this time count as online, even if two of the writes every [`SEEN_RENEW_MS`] failed.
pub const SEEN_FRESH_MS: u64 = 90_000;
/// How long a browser caches scripts whose names never change (`/widget.js`, `/mount.js`).
pub const LOADER_MAX_AGE_S: u64 = 300;
/// Maximum audit rows waiting to be written. If the queue is full, reads by staff wait, because each of them needs an audit row.
pub const AUDIT_ROWS_MAX: usize = 4_096;
/// Delay after a failed accept. If the process ran out of file descriptors, connections that close during this delay free some.
pub const ACCEPT_PAUSE_MS: u64 = 100;
/// Range of the random `retry_after_ms` in `bye`, so that the clients of a draining instance do not all reconnect at once.
pub const BYE_SPREAD_MS: u64 = 2_000;
/// Time between SIGTERM and the drain, during which the instance is not ready but still serves. Zero by default, as in comparable servers.
/// The right value depends on the load balancer's probe interval, and without a load balancer no delay is needed.
pub const DRAIN_DELAY_MS: u64 = 0;
/// Time limit of the drain: from the end of [`DRAIN_DELAY_MS`] until the last socket is closed.
pub const DRAIN_TIMEOUT_MS: u64 = 10_000;
/// Time limit for writing the last frames after a second stop signal. The server's tasks then get the same time to end.
pub const STOP_AT_ONCE_MS: u64 = 1_000;

/// How far a token issuer's clock may be ahead of the server's (`nbf`). Expiry (`exp`) has no leeway.
pub const CLOCK_LEEWAY_MS: i64 = 5_000;
/// Minimum time between two log lines about WebSocket upgrades that are refused for the same reason.
pub const UPGRADE_REFUSED_LOGGED_MS: u64 = 60_000;
/// Maximum characters of a refused origin in the log; the client may send an origin of any length.
pub const ORIGIN_CHARS_LOGGED_MAX: usize = 100;
/// Maximum UTF-8 bytes of a token's `sub`: 255 characters of any script. OpenID Connect allows 255 ASCII characters.
pub const TOKEN_SUBJECT_BYTES_MAX: usize = 1_024;
/// Maximum UTF-8 bytes of a token's `iss` if its `sub` is not a UUID. Issuer and subject together must fit into an index entry (2,704
/// bytes).
pub const TOKEN_ISSUER_BYTES_MAX: usize = 1_024;
/// Maximum characters of a display name taken from a token.
pub const NAME_CHARS_MAX: usize = 200;
/// Maximum characters of the one word by which customers know a staff member.
pub const PUBLIC_NAME_CHARS_MAX: usize = 40;
/// Maximum characters of an e-mail address, as SMTP allows (RFC 5321: 64 before the `@` and 255 after it).
pub const EMAIL_CHARS_MAX: usize = 320;
/// Maximum people with the same e-mail address that are shown to an admin, the earliest first. Several people share an address if one
/// person uses several identity providers, or if the address is a shared mailbox.
pub const PEOPLE_FOUND_MAX: i64 = 20;
/// Maximum characters of a request id that a client or a proxy sends; a longer one is replaced.
pub const REQUEST_ID_CHARS_MAX: usize = 128;
/// Maximum characters of a `User-Agent` that are stored.
pub const USER_AGENT_CHARS_MAX: usize = 400;
