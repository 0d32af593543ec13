//! `helpline dev`: the whole desk on one machine, with nothing installed but Postgres.

pub mod people;
