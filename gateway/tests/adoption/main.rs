//! Tests `helpline adopt` with the binary, on a platform like those on Supabase, as the platform's
//! administrator, who is no superuser. What must hold follows from the platform's tables and from
//! what each person may see. It is asked as that person's database role.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod at_size;
mod bytes;
mod changed_here;
mod compared;
mod deleted;
mod expected;
mod followed;
mod generations;
mod invariants;
mod kit;
mod moving;
mod oddities;
mod other;
mod owners;
#[path = "../../../persistence/tests/it/adoption/platform.rs"]
mod platform;
mod rights;
mod sabotage;
mod seeds;
mod steps;
mod strict;
