//! Database errors, classified in one place by SQLSTATE.

use helpline_core::ids::Seq;
use helpline_core::protocol::AgentRef;
use helpline_core::reject::RejectCode;
use tokio_postgres::error::{DbError, SqlState};

/// Why a database operation failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused the operation for a reason that may be shown to the client. The reason
    /// comes from one of Helpline's database functions or from a named constraint.
    #[error("refused: {code}")]
    Refused {
        /// The reason for the refusal, as the client receives it.
        code: RejectCode,
        /// Set only with the code `stale`: the number of the ticket's last event, as the caller
        /// counts events (customers count only public events).
        head: Option<Seq>,
    },
    /// The ticket's assignee is not the one that the caller saw. The value is the present assignee,
    /// or `None`. Nothing was changed.
    #[error("the ticket's assignee has changed")]
    AssignedMeanwhile(Option<AgentRef>),
    /// A temporary failure: deadlock, serialization failure, lock timeout or statement timeout
    /// (SQLSTATE 40P01, 40001, 55P03, 57014). Nothing was written.
    #[error("busy")]
    Busy(#[source] tokio_postgres::Error),
    /// The database cannot be reached, is starting or shutting down, or the connection was lost. It
    /// is unknown whether a write was committed.
    #[error("the database cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database's address cannot be used.
    #[error("the database's address cannot be used: it {0}")]
    Address(#[from] crate::AddressError),
    /// The server accepts no writes, because it is a standby or set to read-only. Nothing was
    /// written.
    #[error("the database is read-only")]
    ReadOnly,
    /// No connection of the pool became free in time.
    #[error("the connection pool is exhausted")]
    PoolExhausted,
    /// The statement's data are invalid (SQLSTATE classes 22 and 23). Retrying the whole batch does
    /// not help. If a batch of messages is split, the valid messages can be written.
    #[error("unacceptable data")]
    Data(#[source] tokio_postgres::Error),
    /// The service's role has more privileges than it needs, or a role other than the service's can
    /// act as the customer or staff role. The service does not start.
    #[error("the database's roles have more privileges than they need: {0}")]
    OverPrivileged(String),
    /// The database, its roles or the settings of this connection lack something. The text says
    /// what is missing and contains the statement that fixes it.
    #[error("{0}")]
    NotPrepared(String),
    /// The database was set up by an old build that did not have a separate schema yet.
    #[error(
        "this database holds the layout of a former build, in schema public; this version has a new layout and needs a database without it: \
         create an empty database, or remove the former installation"
    )]
    FormerLayout,
    /// Any other error. It indicates a bug.
    #[error("database error")]
    Other(#[source] tokio_postgres::Error),
    /// The database does not match this program: a row has an unexpected form, a migration failed,
    /// or an applied migration differs from this program's.
    #[error("unexpected data in the database: {0}")]
    Row(String),
}

/// The SQLSTATE that Helpline's database functions raise to refuse an operation. The error's
/// message is the reject code.
const REFUSED: &str = "HL001";

/// Constraints whose violation may be shown to the client, with the code for each. A violation of
/// any other constraint becomes [`StoreError::Data`].
const CONSTRAINTS: &[(&str, RejectCode)] = &[
    ("support_tickets_subject_check", RejectCode::InvalidField),
    ("support_tickets_category_check", RejectCode::InvalidField),
    ("support_tickets_priority_check", RejectCode::InvalidField),
    ("support_tickets_status_check", RejectCode::InvalidField),
    ("support_tickets_rating_check", RejectCode::InvalidField),
    ("support_tickets_comment_check", RejectCode::InvalidField),
    ("support_tickets_metadata_check", RejectCode::InvalidField),
    ("support_tickets_key_check", RejectCode::InvalidField),
    (
        "support_tickets_ticket_number_check",
        RejectCode::InvalidField,
    ),
    ("support_tickets_pkey", RejectCode::Conflict),
    ("support_tickets_user_key", RejectCode::Conflict),
    ("support_saved_replies_shortcut_key", RejectCode::Conflict),
    (
        "support_saved_replies_own_shortcut_key",
        RejectCode::Conflict,
    ),
    (
        "support_saved_replies_folder_check",
        RejectCode::InvalidField,
    ),
    (
        "support_saved_replies_shortcut_check",
        RejectCode::InvalidField,
    ),
    (
        "support_saved_replies_title_check",
        RejectCode::InvalidField,
    ),
    ("support_saved_replies_body_check", RejectCode::InvalidField),
    ("support_settings_value_check", RejectCode::InvalidField),
    ("support_settings_retention_check", RejectCode::InvalidField),
    ("legal_holds_reason_check", RejectCode::InvalidField),
    ("support_messages_sizes_check", RejectCode::TooLarge),
    ("support_ticket_activity_sizes_check", RejectCode::TooLarge),
    ("user_roles_role_check", RejectCode::InvalidField),
];

impl StoreError {
    /// Whether a retry of the statement may succeed a moment later. `false` means that every retry
    /// would fail.
    pub const fn passes(&self) -> bool {
        match self {
            Self::Busy(_) | Self::Unreachable(_) | Self::ReadOnly | Self::PoolExhausted => true,
            Self::Refused { .. }
            | Self::Address(_)
            | Self::AssignedMeanwhile(_)
            | Self::Data(_)
            | Self::OverPrivileged(_)
            | Self::NotPrepared(_)
            | Self::FormerLayout
            | Self::Other(_)
            | Self::Row(_) => false,
        }
    }

    /// Whether waiting does not help and an operator must act. This is true if the server rejects
    /// this login, has no database of this name, or offers no TLS although the address requires it,
    /// or if the server's certificate is rejected.
    pub fn needs_operator(&self) -> bool {
        let Self::Unreachable(cause) = self else {
            return false;
        };
        if cause.is::<NoTlsOffered>() || is_refused_certificate(&**cause) {
            return true;
        }
        let state = cause
            .downcast_ref::<tokio_postgres::Error>()
            .and_then(tokio_postgres::Error::code);
        state.is_some_and(|state| {
            state.code().starts_with("28") || *state == SqlState::INVALID_CATALOG_NAME
        })
    }

    /// The class of this error, for metrics; always one of [`Self::CLASSES`]. It is the first two
    /// characters of the SQLSTATE, or a word for an error without SQLSTATE. Returns `None` for a
    /// refusal that the client may see, because a refusal is not a failure.
    pub fn class(&self) -> Option<&'static str> {
        let state = match self {
            Self::Refused { .. } | Self::AssignedMeanwhile(_) => return None,
            Self::PoolExhausted => return Some("pool"),
            Self::Busy(error) | Self::Data(error) | Self::Other(error) => error.code(),
            Self::Unreachable(cause) => {
                let error = cause.downcast_ref::<tokio_postgres::Error>();
                match error.and_then(tokio_postgres::Error::code) {
                    None => return Some("connection"),
                    state => state,
                }
            }
            Self::ReadOnly => Some(&SqlState::READ_ONLY_SQL_TRANSACTION),
            Self::Address(_)
            | Self::OverPrivileged(_)
            | Self::NotPrepared(_)
            | Self::FormerLayout
            | Self::Row(_) => None,
        };
        let class = state.and_then(|state| state.code().get(..2));
        let known = Self::CLASSES.iter().find(|known| Some(**known) == class);
        Some(known.copied().unwrap_or("other"))
    }

    /// All classes that [`Self::class`] can return.
    pub const CLASSES: &'static [&'static str] = &[
        "08",
        "22",
        "23",
        "25",
        "28",
        "40",
        "42",
        "53",
        "55",
        "57",
        "58",
        "XX",
        "connection",
        "other",
        "pool",
    ];

    /// Whether the connection is no longer usable, because its server accepts no writes, is
    /// shutting down, or does not answer. A new connection may reach a server that has replaced
    /// that server.
    pub(crate) fn ends_connection(&self) -> bool {
        let Self::Unreachable(source) = self else {
            return matches!(self, Self::ReadOnly);
        };
        let state = source
            .downcast_ref::<tokio_postgres::Error>()
            .and_then(tokio_postgres::Error::code);
        // SQLSTATE class 53 means missing resources. A new connection does not help, for example,
        // if the disk is full.
        !state.is_some_and(|state| state.code().starts_with("53"))
    }

    /// A refusal without `head`.
    pub(crate) const fn refused(code: RejectCode) -> Self {
        Self::Refused { code, head: None }
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            if offers_no_tls(&error) {
                return Self::Unreachable(Box::new(NoTlsOffered(error)));
            }
            return Self::Unreachable(Box::new(error));
        };
        if let Some(code) = refusal(db) {
            return Self::refused(code);
        }
        let state = db.code();
        if [
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::QUERY_CANCELED,
        ]
        .contains(state)
        {
            return Self::Busy(error);
        }
        if [
            SqlState::INVALID_SQL_STATEMENT_NAME,
            SqlState::DUPLICATE_PSTATEMENT,
        ]
        .contains(state)
        {
            return Self::Unreachable(Box::new(SessionLost(error)));
        }
        match &state.code()[..2] {
            // SQLSTATE classes: connection errors (08), insufficient resources (53), shutdown or
            // startup (57).
            "08" | "53" | "57" => Self::Unreachable(Box::new(error)),
            _ if *state == SqlState::READ_ONLY_SQL_TRANSACTION => Self::ReadOnly,
            _ if *state == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => {
                Self::Unreachable(Box::new(error))
            }
            "22" | "23" => Self::Data(error),
            _ => Self::Other(error),
        }
    }
}

/// A prepared statement is missing in the database session in which it was prepared, or already
/// exists in a new session. The reason is a pooler that shares sessions between clients.
#[derive(Debug, thiserror::Error)]
#[error(
    "this session is not the one that it was: a pooler lends its sessions for one transaction each (set --pooler transaction), or it was reset"
)]
struct SessionLost(#[source] tokio_postgres::Error);

fn refusal(db: &DbError) -> Option<RejectCode> {
    if db.code().code() == REFUSED {
        return match db.message() {
            // The database's functions call this code `invalid_move`.
            "invalid_move" => Some(RejectCode::InvalidTransition),
            code => code.parse().ok(),
        };
    }
    let name = db.constraint()?;
    CONSTRAINTS
        .iter()
        .find(|(constraint, _)| *constraint == name)
        .map(|(_, code)| *code)
}

impl From<deadpool_postgres::PoolError> for StoreError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => {
                Self::PoolExhausted
            }
            deadpool_postgres::PoolError::Backend(error) => match Self::from(error) {
                // A new connection could not be opened. Whatever error the server returned, the
                // database is unreachable.
                Self::Other(error) | Self::Data(error) | Self::Busy(error) => {
                    Self::Unreachable(Box::new(error))
                }
                other => other,
            },
            deadpool_postgres::PoolError::PostCreateHook(
                deadpool_postgres::HookError::Backend(error),
            ) if [
                SqlState::INVALID_PARAMETER_VALUE,
                SqlState::INSUFFICIENT_PRIVILEGE,
            ]
            .iter()
            .any(|state| error.code() == Some(state)) =>
            {
                // The role does not exist, or the login role is not allowed to switch to it.
                let why = error
                    .as_db_error()
                    .map_or_else(|| error.to_string(), |db| db.message().to_owned());
                Self::NotPrepared(format!(
                    "this login cannot act as the service's role ({why}): run `helpline migrate` on this database, or grant that role to the login"
                ))
            }
            deadpool_postgres::PoolError::PostCreateHook(
                deadpool_postgres::HookError::Message(_),
            ) => Self::ReadOnly,
            other => Self::Unreachable(Box::new(other)),
        }
    }
}

/// The address requires TLS, but the server does not offer it.
#[derive(Debug, thiserror::Error)]
#[error(
    "the server offers no TLS: switch it on there, or let the address say sslmode=disable (to another machine only with --allow-plaintext \
     postgres)"
)]
struct NoTlsOffered(#[source] tokio_postgres::Error);

/// Whether the server offers no TLS. tokio-postgres has no error code for this case, so the text of
/// the cause is compared.
fn offers_no_tls(error: &tokio_postgres::Error) -> bool {
    std::error::Error::source(error)
        .is_some_and(|cause| cause.to_string() == "server does not support TLS")
}

/// Whether a cause of the error is an error of the TLS library.
fn is_refused_certificate(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let inner = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        if error.is::<rustls::Error>() || inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Formats an error and its causes on one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
