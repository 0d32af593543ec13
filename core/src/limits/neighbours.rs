//! Checks limits against each other at compile time: the largest output of one component must fit
//! into the next component.

use super::*;

const _: () = assert!(BODY_BYTES_MAX < FRAME_BYTES_MAX);
const _: () = assert!(HELLO_BYTES_MAX < FRAME_BYTES_MAX);
const _: () = assert!(DERIVED_SUBJECT_CHARS_MAX <= SUBJECT_CHARS_MAX);
const _: () = assert!(
    MESSAGE_WIRE_BYTES_MAX > FRAME_BYTES_MAX as u64
        && HELLO_WIRE_BYTES_MAX > HELLO_BYTES_MAX as u64
);
// The largest event fits into a socket's write buffer, even if JSON escapes every byte of its texts
// (six bytes each). The size of attachments is not multiplied by six, because they are stored as
// escaped JSON.
const _: () = assert!(
    (BODY_BYTES_MAX
        + 2 * HISTORY_VALUE_BYTES_MAX
        + HISTORY_DESCRIPTION_BYTES_MAX
        + 4 * NAME_CHARS_MAX)
        * 6
        + ATTACHMENTS_STORED_BYTES_MAX
        + 4 * 1024
        <= SOCKET_WRITE_BYTES_MAX
);
const _: () = assert!(SOCKET_WRITE_BYTES_MAX <= SEND_QUEUE_BYTES_MAX);
const _: () =
    assert!((READERS_MAX + VIEWERS_MAX) * (4 * NAME_CHARS_MAX * 6 + 256) <= SOCKET_WRITE_BYTES_MAX);
// A name, a media type and the other fields. A quotation mark or backslash of a name is stored as two bytes, which is fewer than four.
const _: () = assert!(
    ATTACHMENT_STORED_BYTES_MAX >= 4 * (ATTACHMENT_NAME_CHARS_MAX + MEDIA_TYPE_CHARS_MAX) + 300
);
const _: () = assert!(
    ATTACHMENTS_STORED_BYTES_MAX >= ATTACHMENTS_MAX * (ATTACHMENT_STORED_BYTES_MAX + 2) + 2
);
const _: () = assert!(HISTORY_DESCRIPTION_BYTES_MAX >= 4 * RATING_COMMENT_CHARS_MAX);
const _: () = assert!(HISTORY_PUBLIC_VALUE_BYTES_MAX >= 4 * NAME_CHARS_MAX);
const _: () = assert!(MESSAGE_TIMEOUT_MS < PONG_TIMEOUT_MS);
const _: () = assert!(
    LOCK_TIMEOUT_MS < STATEMENT_TIMEOUT_MS
        && STATEMENT_TIMEOUT_MS < ANSWER_TIMEOUT_MS
        && STATEMENT_TIMEOUT_MS + POOL_WAIT_MS < REQUEST_TIMEOUT_MS
        && ANSWER_TIMEOUT_MS < REQUEST_TIMEOUT_MS
);
const _: () = assert!(READINESS_TIMEOUT_MS < POOL_WAIT_MS);
const _: () = assert!(ACCEPT_QUEUE_MAX as usize > HTTP_CONNECTIONS_MAX + HTTP_RESERVE_MAX);
const _: () = assert!(FRAMES_USER_FACTOR <= FRAMES_ADDRESS_FACTOR);
const _: () = assert!(PAGE_FRAME_BYTES_MAX * 8 < SEND_QUEUE_BYTES_MAX);
const _: () = assert!(SEND_QUEUE_DRAIN_FRAMES <= SEND_QUEUE_FRAMES_MAX);
const _: () = assert!(
    RELAY_QUEUE_BYTES_MAX >= 16 * SOCKET_WRITE_BYTES_MAX
        && WRITER_BYTES_MAX >= WRITER_LANES * BATCH_MESSAGES_MAX * 2 * BODY_BYTES_MAX
);
const _: () = assert!(WRITER_LANES * BATCH_MESSAGES_MAX <= WRITER_MESSAGES_MAX);
// The writer, the batch loaders and the clients that open a ticket leave four pool connections for
// the sweep and REST requests, however many clients reconnect.
const _: () = assert!(
    WRITER_LANES + LOCK_WAITS_MAX + LOADERS * LOADER_BATCHES_MAX + JOIN_READS_AT_ONCE_MAX + 4
        <= POOL_CONNECTIONS_MAX
);
const _: () = assert!(
    INBOX_FRAME_BYTES_MAX * 4 <= SOCKET_WRITE_BYTES_MAX
        && INBOX_FRAME_BYTES_MAX * 8 <= SEND_QUEUE_BYTES_MAX
);
const _: () = assert!(VIEWERS_MAX * (4 * NAME_CHARS_MAX * 6 + 256) <= INBOX_FRAME_BYTES_MAX);
const _: () = assert!(PRESENCE_FRAME_TICKETS_MAX <= PRESENCE_TICKETS_MAX);
// The texts of the largest event fit into one read of the history.
const _: () = assert!(
    BODY_BYTES_MAX
        + 2 * HISTORY_VALUE_BYTES_MAX
        + HISTORY_DESCRIPTION_BYTES_MAX
        + ATTACHMENTS_STORED_BYTES_MAX
        <= PAGE_BYTES_MAX as usize
);
const _: () = assert!(EARLY_HOLD_MS < SWEEP_INTERVAL_MS);
const _: () = assert!(RELAY_CONFIRM_MS < SWEEP_INTERVAL_MS);
const _: () = assert!(SWEEP_INTERVAL_MS * 2 < 2_000);
const _: () = assert!(FOLLOW_STAFF_INTERVAL_MS + ACCESS_CHECK_INTERVAL_MS + 1_000 < 5_000);
const _: () = assert!(PRESENCE_RENEW_MS * 2 < PRESENCE_LEASE_MS);
const _: () = assert!(HEARTBEAT_JITTER_MS * 4 < HEARTBEAT_INTERVAL_MS);
const _: () = assert!(SUBSCRIPTIONS_MAX <= FRAMES_BURST as usize);
const _: () = assert!(JWKS_REFETCH_MS < JWKS_REFRESH_MS && JWKS_REFRESH_MS < JWKS_STALE_MS);
const _: () = assert!(OIDC_RETRY_MS < JWKS_REFRESH_MS);
const _: () = assert!(
    OIDC_TIMEOUT_MS * 2 < OIDC_EXCHANGE_MS && OIDC_EXCHANGE_MS < REQUEST_TIMEOUT_MS,
    "a request waits for two slow answers, and the page's own answer arrives in time"
);
const _: () = assert!(DESK_TOKEN_MS < SESSION_HOURS as u64 * 60 * 60 * 1_000);
const _: () = assert!(SESSION_HOURS <= SESSION_HOURS_MAX);
const _: () = assert!(
    (SIGN_INS_AT_ONCE_MAX * (RETURN_BYTES_MAX + 512)
        + 4 * (NAME_CHARS_MAX + EMAIL_CHARS_MAX)
        + OIDC_SUBJECT_BYTES_MAX)
        * 4
        / 3
        <= 8 * 1024,
    "the cookies that a browser sends back fit into one header"
);
const _: () = assert!(
    BULK_TICKETS_MAX <= REQUESTS_BURST as usize,
    "a bulk change costs no more than the single changes that the rate limit allows"
);
const _: () = assert!(STOP_AT_ONCE_MS < DRAIN_TIMEOUT_MS);
const _: () = assert!(SEEN_RENEW_MS * 3 <= SEEN_FRESH_MS);
const _: () = assert!(PAGE_EVENTS <= PAGE_EVENTS_MAX && LIST_TICKETS <= LIST_TICKETS_MAX);
// A token's issuer and subject fit into one b-tree index entry, which has at most 2,704 bytes with
// its headers.
const _: () = assert!(TOKEN_SUBJECT_BYTES_MAX + TOKEN_ISSUER_BYTES_MAX + 64 < 2_704);
// Opening hours of the maximum size fit into a stored setting: every weekday and every holiday with
// the maximum number of spans, and every holiday with the longest name.
const _: () = assert!(
    HOLIDAYS_MAX * (4 * HOLIDAY_NAME_CHARS_MAX + DAY_SPANS_MAX * 20 + 64)
        + 7 * (DAY_SPANS_MAX * 20 + 16)
        + 128
        <= SETTING_STORED_BYTES_MAX
);
// Looking up a host and connecting to it leave time for the answer.
const _: () = assert!(2 * OUTGOING_CONNECT_TIMEOUT_MS <= OUTGOING_TIMEOUT_MS);
const _: () = assert!(OUTGOING_HEADER_BYTES_MAX < OUTGOING_BUFFER_BYTES);
const _: () = assert!(
    OUTGOING_ANSWER_BYTES_MAX <= JWKS_BYTES_MAX && OUTGOING_ANSWER_BYTES_MAX <= OIDC_BYTES_MAX
);
const _: () = assert!(ATTACHMENTS_MAX <= UPLOADS_OPEN_MAX as usize);
const _: () = assert!(UPLOAD_IDLE_MS < TRANSFER_TIMEOUT_MS && UPLOAD_IDLE_MS < BODY_TIMEOUT_MS);
const _: () = assert!(ATTACHMENT_CHECK_MS < ATTACHMENT_CHECK_LEASE_MS);
const _: () = assert!(UPLOADS_AT_ONCE_PERSON_MAX <= UPLOADS_AT_ONCE_MAX);
const _: () = assert!(DOWNLOADS_AT_ONCE_PERSON_MAX <= DOWNLOADS_AT_ONCE_MAX);
const _: () = assert!(ATTACHMENT_PAGE <= ATTACHMENT_PAGE_MAX);
const _: () = assert!(
    SCAN_PATIENCE_MS + SCAN_ANSWER_TIMEOUT_MS + PREVIEW_TIMEOUT_MS + SCAN_RETRY_MS
        < ATTACHMENT_CHECK_MS
);
