//! The handlers of `/v1`, one file a noun. Each says its routes once, in `ROUTES`, and describes them in `Docs`.

mod access_log;
mod bulk;
mod history;
mod me;
mod messages;
mod parse;
mod people;
mod public;
mod redactions;
mod replies;
mod roles;
mod settings;
mod stats;
mod system;
mod ticket_list;
mod tickets;
mod widget;

use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

use super::endpoint::Route;

/// One file's routes, and their description.
pub(super) struct Noun {
    pub(super) routes: &'static [Route],
    pub(super) describe: fn() -> Document,
}

/// Every file.
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
        routes: system::ROUTES,
        describe: system::Docs::openapi,
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

/// Every route of REST.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    NOUNS.iter().flat_map(|noun| noun.routes)
}
