//! General building blocks that know nothing of tickets: rate limits, signals, logs, Redis connections and the like.

pub mod byte_budget;
pub mod client_address;
pub mod descriptors;
pub mod direct_frame;
pub mod errors;
pub mod failpoint;
pub mod lifecycle;
pub mod limiter;
pub mod process;
pub mod queue_depth;
pub mod rates;
pub mod redis_source;
pub mod redis_topology;
pub mod request_ids;
pub mod signals;
pub mod tcp_stream;
pub mod telemetry;
