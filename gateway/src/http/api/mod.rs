//! The handlers of `/v1`, one file for each resource. Each file lists its routes in `ROUTES` and
//! their OpenAPI descriptions in `Docs`.

mod access_log;
mod attachments;
mod bulk;
mod erasures;
mod history;
mod jobs;
mod me;
mod messages;
mod outcome;
mod parse;
mod people;
mod public;
mod redactions;
mod replies;
mod retention;
mod roles;
mod settings;
mod stats;
mod system;
mod ticket_list;
mod tickets;
mod uploads;
mod widget;

use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

use super::endpoint::Route;

/// The routes of one resource (one file), and their OpenAPI description.
pub(super) struct Noun {
    pub(super) routes: &'static [Route],
    pub(super) describe: fn() -> Document,
}

/// The routes of all resources.
pub(super) const NOUNS: &[Noun] = &[
    Noun {
        routes: me::ROUTES,
        describe: me::Docs::openapi,
    },
    Noun {
        routes: tickets::ROUTES,
        describe: tickets::Docs::openapi,
    },
    Noun {
        routes: bulk::ROUTES,
        describe: bulk::Docs::openapi,
    },
    Noun {
        routes: history::ROUTES,
        describe: history::Docs::openapi,
    },
    Noun {
        routes: messages::ROUTES,
        describe: messages::Docs::openapi,
    },
    Noun {
        routes: uploads::ROUTES,
        describe: uploads::Docs::openapi,
    },
    Noun {
        routes: attachments::ROUTES,
        describe: attachments::Docs::openapi,
    },
    Noun {
        routes: redactions::ROUTES,
        describe: redactions::Docs::openapi,
    },
    Noun {
        routes: stats::ROUTES,
        describe: stats::Docs::openapi,
    },
    Noun {
        routes: people::ROUTES,
        describe: people::Docs::openapi,
    },
    Noun {
        routes: roles::ROUTES,
        describe: roles::Docs::openapi,
    },
    Noun {
        routes: settings::ROUTES,
        describe: settings::Docs::openapi,
    },
    Noun {
        routes: replies::ROUTES,
        describe: replies::Docs::openapi,
    },
    Noun {
        routes: erasures::ROUTES,
        describe: erasures::Docs::openapi,
    },
    Noun {
        routes: retention::ROUTES,
        describe: retention::Docs::openapi,
    },
    Noun {
        routes: system::ROUTES,
        describe: system::Docs::openapi,
    },
    Noun {
        routes: jobs::ROUTES,
        describe: jobs::Docs::openapi,
    },
    Noun {
        routes: access_log::ROUTES,
        describe: access_log::Docs::openapi,
    },
    Noun {
        routes: public::ROUTES,
        describe: public::Docs::openapi,
    },
    Noun {
        routes: widget::ROUTES,
        describe: widget::Docs::openapi,
    },
];

/// Iterates over all REST routes below `/v1`.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    NOUNS.iter().flat_map(|noun| noun.routes)
}
