//! Builds an instance: creates all its parts and connects them.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use helpline_core::limits;
use helpline_persistence::sweep::SweepResult;
use helpline_persistence::{Names, Settings, Store, StoreError};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::{admins, capacity, figures};
use crate::auth::Verifier;
use crate::config::{Config, Echo};
use crate::connections::{Admission, ConnectionLimits, ConnectionRegistry, SharedRates};
use crate::database::batch_loader::BatchLoader;
use crate::database::loaders::{TicketAccessQuery, TicketPositionQuery};
use crate::database::outage::OutageLog;
use crate::database::{AuditLog, OwnSearches, SignIn};
use crate::http::identified;
use crate::http::state::{HttpParts, Services, SignInParts};
use crate::http::system_status::SystemParts;
use crate::integrations::blobs::{BlobError, Blobs};
use crate::jobs::{self, Background, Gauges, Registry, retention};
use crate::live::Hub;
use crate::live::access_check::AccessCheck;
use crate::live::commit_signal::CommitSignal;
use crate::live::epoch::CurrentEpoch;
use crate::live::gaps::GapFiller;
use crate::live::inbox::{self, Inbox};
use crate::live::presence::Presence;
use crate::live::read_positions::ReadPositions;
use crate::live::relay::{self, Relay, RelayEvents};
use crate::live::resets::Resets;
use crate::live::rooms::Rooms;
use crate::live::sweep::Sweep;
use crate::live::sweep_signal::SweepSignal;
use crate::runtime::errors::chain;
use crate::runtime::lifecycle::Lifecycle;
use crate::runtime::redis_source::RedisSource;
use crate::services::attachments::{Checks, features, mark_new_store};
use crate::services::retention::RetentionSignal;
use crate::services::{
    Attachments, BackgroundNames, DeskSettings, Hold, Jobs, Messages, People, Retention,
    SavedReplies, Tickets,
};
use crate::websocket;
use crate::websocket::RefusedUpgrades;
use crate::websocket::state::{Entrance, Joining, SocketState, Writes};
use crate::writer::Writer;

/// An instance that is ready to serve.
pub struct Server {
    /// All settings of the instance.
    pub config: Arc<Config>,
    /// The tasks of the instance, and the signals that shut it down step by step.
    pub lifecycle: Lifecycle,
    /// Signs people in.
    pub sign_in: Arc<SignIn>,
    pub(super) admission: Arc<Admission>,
    pub(super) registry: Arc<ConnectionRegistry>,
    pub(super) router: Router,
    /// Routes for connections beyond the regular limits: health checks, and a refusal for all other
    /// requests.
    pub(super) reserve: Router,
}

/// Connects to the database and checks the privileges of the database roles.
pub(super) async fn connect(config: &Config) -> Result<Store, StoreError> {
    let settings = Settings {
        url: config.backing.database_url.expose().to_owned(),
        connections_max: config.backing.pool_connections_max,
        pooler: config.backing.pooler.into(),
    };
    let names = Names::new(&config.backing.schema, &config.backing.role_prefix)
        .map_err(|why| StoreError::NotPrepared(why.into()))?;
    Store::connect_to(settings, names).await
}

/// Builds an instance on a connected database and starts its tasks. The instance accepts no
/// connections yet. `more` contains additional routes, which are served like the instance's own.
///
/// # Errors
/// The database fails during the first sweep, or a certificate file for Redis can no longer be
/// read.
pub async fn build(
    store: Store,
    config: Config,
    metrics: PrometheusHandle,
    more: Router,
    background: Registry,
) -> Result<Server, StoreError> {
    capacity::log(&store, config.backing.pool_connections_max).await;
    admins::log(&store).await;
    figures::show_limits(&config);
    let config = Arc::new(config);
    let lifecycle = Lifecycle::default();
    let engine = Engine::start(&config, store, &lifecycle).await?;
    let admission = Arc::new(admission(&config));
    let Engine {
        store,
        registry,
        hub,
        audit_log,
        ..
    } = &engine;
    let verifier = Arc::new(Verifier::new(&config.auth));
    let (following, stop) = (Arc::clone(&verifier), lifecycle.stop.clone());
    lifecycle.spawn(async move { following.follow_key_set(&stop).await });
    let sign_in = Arc::new(SignIn::start(store.clone(), &lifecycle));
    let writer = Writer::start(
        store.clone(),
        Arc::clone(hub),
        Arc::clone(audit_log),
        config.backing.writer_lanes,
        &lifecycle,
    );
    let gauges = gauges(&engine, &admission, &writer);
    let messages = Arc::new(Messages::new(store.clone(), writer, Arc::clone(hub)));
    let job_store = store.with_own_pool("jobs", limits::JOB_CONNECTIONS_MAX)?;
    let jobs_outage = Arc::new(OutageLog::new("jobs"));
    lifecycle.spawn(jobs::run(
        job_store,
        Arc::clone(registry),
        gauges,
        Arc::clone(&jobs_outage),
        lifecycle.clone(),
    ));
    let entrance = Entrance {
        admission: Arc::clone(&admission),
        registry: Arc::clone(registry),
        rates: SharedRates::new(
            config.limits.user_frame_rate(),
            config.limits.address_frame_rate(),
        ),
        verifier: Arc::clone(&verifier),
        sign_in: Arc::clone(&sign_in),
        audit_log: Arc::clone(audit_log),
    };
    let blobs = open_blobs(&config, store).await?;
    let attachments = Arc::new(Attachments::new(
        store.clone(),
        blobs.clone(),
        &config.files,
    ));
    let (names, hold) = start_background(background, blobs, &config, &engine, &lifecycle)?;
    let background = Arc::new(Jobs::new(store.clone(), Arc::clone(&hold), names));
    let sockets = engine.sockets(&config, entrance, Arc::clone(&messages), &lifecycle);
    let signed = SignInParts {
        verifier,
        sign_in: Arc::clone(&sign_in),
        audit_log: Arc::clone(audit_log),
    };
    let system = SystemParts {
        instance: engine.instance,
        admission: Arc::clone(&admission),
        rooms: Arc::clone(&hub.rooms),
        sweep: Arc::clone(&engine.sweep_outage),
        jobs: jobs_outage,
        hold,
    };
    let parts = (messages, attachments, background, metrics);
    let http = engine.http(&config, signed, system, parts, &lifecycle);
    let routers = crate::http::routers(http, more);
    lifecycle.spawn(routers.readiness);
    let mut router = routers.all.route(
        "/v1/ws",
        crate::http::only_files_at(
            config.files.origin.clone(),
            get(websocket::upgrade).with_state(Arc::new(sockets)),
        ),
    );
    if config.echo == Echo::Present {
        router = router.route("/debug/echo", get(websocket::echo::upgrade));
    }
    let log = config.log.log_requests;
    Ok(Server {
        config,
        lifecycle,
        sign_in,
        admission,
        registry: Arc::clone(registry),
        router: identified(router, log),
        reserve: identified(routers.reserve, log),
    })
}

fn gauges(engine: &Engine, admission: &Arc<Admission>, writer: &Writer) -> Gauges {
    let relay = &engine.hub.relay;
    Gauges {
        store: engine.store.clone(),
        admission: Arc::clone(admission),
        rooms: Arc::clone(&engine.hub.rooms),
        relay: Arc::clone(relay),
        queues: vec![
            ("writer", writer.waiting()),
            ("access_log", engine.audit_log.waiting()),
            ("relay", relay.waiting()),
        ],
    }
}

fn admission(config: &Config) -> Admission {
    let limits = ConnectionLimits {
        connections_max: config.limits.connections_max,
        per_address_max: config.limits.connections_per_address_max,
    };
    Admission::new(limits, config.listening.trusted_proxies.clone())
}

/// Opens the store of files, if the settings name one.
async fn open_blobs(config: &Config, store: &Store) -> Result<Option<Blobs>, StoreError> {
    let Some(settings) = &config.files.blobs else {
        return Ok(None);
    };
    let unusable = |error: BlobError| {
        StoreError::NotPrepared(format!("the store of files: {}", chain(&error)))
    };
    let blobs = Blobs::open(settings).await.map_err(unusable)?;
    let looked = async {
        blobs.look().await?;
        mark_new_store(store, &blobs).await
    };
    match looked.await {
        Ok(()) => tracing::info!(store = blobs.name(), "files are stored"),
        // Messages do not need it.
        Err(error) if error.is_passing() => {
            tracing::error!(store = blobs.name(), cause = %chain(&error), "the store of files cannot be used now; files are refused");
        }
        Err(error) => return Err(unusable(error)),
    }
    Ok(Some(blobs))
}

/// Starts the background work. Returns its names, and what knows whether it is held.
fn start_background(
    mut background: Registry,
    blobs: Option<Blobs>,
    config: &Config,
    Engine {
        store,
        hub,
        retention: signal,
        ..
    }: &Engine,
    lifecycle: &Lifecycle,
) -> Result<(BackgroundNames, Arc<Hold>), StoreError> {
    let store = store.with_own_pool("background", limits::BACKGROUND_CONNECTIONS_MAX)?;
    let public_url = config.listening.public_url.as_ref();
    let public_url = public_url.map(|url| url.as_str().to_owned());
    let hold = Arc::new(Hold::new(store.clone(), public_url.unwrap_or_default()));
    let parts = Background {
        store,
        hub: Arc::clone(hub),
        hold: Arc::clone(&hold),
        lifecycle: lifecycle.clone(),
    };
    if let Some(blobs) = blobs {
        let checks = Checks::new(
            parts.store.clone(),
            Arc::clone(hub),
            blobs.clone(),
            &config.files,
            lifecycle.clone(),
        );
        background = jobs::attachments::checks(background, checks);
        lifecycle.spawn(jobs::attachments::remove_bytes(parts.clone(), blobs));
    }
    let names = background.names();
    let background = retention::schedules(background, signal);
    lifecycle.spawn(retention::run(parts.clone(), signal.clone()));
    for looping in jobs::loops(background, &parts) {
        lifecycle.spawn(looping);
    }
    Ok((names, hold))
}

/// The parts of an instance that store and deliver events.
struct Engine {
    store: Store,
    registry: Arc<ConnectionRegistry>,
    audit_log: Arc<AuditLog>,
    read_positions: Arc<ReadPositions>,
    epoch: Arc<CurrentEpoch>,
    hub: Arc<Hub>,
    instance: Uuid,
    sweep_outage: Arc<OutageLog>,
    /// Wakes the job that runs retention.
    retention: RetentionSignal,
}

impl Engine {
    async fn start(
        config: &Config,
        store: Store,
        lifecycle: &Lifecycle,
    ) -> Result<Self, StoreError> {
        // Take this snapshot of the database before the first client connects. Later sweeps deliver
        // every event that is committed after the snapshot.
        let SweepResult {
            snapshot,
            epoch,
            origin,
            ..
        } = helpline_persistence::sweep::sweep(&store, None).await?;
        let instance = Uuid::now_v7();
        let backing = &config.backing;
        let servers = backing.redis.servers(&backing.plaintext.allowed);
        // The settings were checked at startup, but certificate files may have been removed since
        // then.
        let servers = servers.map_err(|fault| StoreError::NotPrepared(fault.to_string()))?;
        let (relay, relay_ends) = match servers {
            Some(servers) => {
                let (relay, ends) = Relay::redis(
                    instance,
                    RedisSource::new(servers),
                    backing.redis.redis_prefix.clone(),
                    (&epoch, &origin),
                );
                (relay, Some(ends))
            }
            None => (Relay::alone(), None),
        };
        let (relay, rooms, signal) = (
            Arc::new(relay),
            Arc::new(Rooms::default()),
            SweepSignal::default(),
        );
        let registry = Arc::new(ConnectionRegistry::new(
            config.limits.connections_per_user_max,
        ));
        let inbox = Arc::new(Inbox::new(Arc::clone(&relay)));
        let presence = Arc::new(Presence::new(
            instance,
            Arc::clone(&rooms),
            Arc::clone(&relay),
            Arc::clone(&inbox),
        ));
        let epoch = Arc::new(CurrentEpoch::new(epoch));
        let resets = Arc::new(Resets {
            rooms: Arc::clone(&rooms),
            relay: Arc::clone(&relay),
            presence: Arc::clone(&presence),
            epoch: Arc::clone(&epoch),
        });
        let hub = Arc::new(Hub {
            rooms: Arc::clone(&rooms),
            relay: Arc::clone(&relay),
            inbox,
            gaps: GapFiller::new(store.clone(), Arc::clone(&resets), lifecycle.clone()),
            presence,
            resets,
            access_check: AccessCheck::new(store.clone(), Arc::clone(&registry), lifecycle.clone()),
            sweep: signal.clone(),
            commits: CommitSignal::default(),
        });
        if let Some(ends) = relay_ends {
            relay::start(
                &relay,
                ends,
                Arc::clone(&hub) as Arc<dyn RelayEvents>,
                lifecycle,
            );
        }
        let sweep_outage = Arc::new(OutageLog::new("sweep"));
        let sweep = Sweep {
            outage: Arc::clone(&sweep_outage),
            store: store.clone(),
            rooms,
            inbox: Arc::clone(&hub.inbox),
            relay,
            epoch: Arc::clone(&epoch),
            gaps: hub.gaps.clone(),
            hub: Arc::clone(&hub),
            signal,
        };
        let read_positions = Arc::new(ReadPositions::default());
        let stop = || lifecycle.stop.clone();
        lifecycle.spawn(sweep.run(snapshot, stop()));
        lifecycle.spawn(hub.access_check.clone().run());
        lifecycle.spawn(Arc::clone(&hub.presence).run(stop()));
        lifecycle.spawn(Arc::clone(&read_positions).run(store.clone(), Arc::clone(&hub), stop()));
        lifecycle.spawn(inbox::run(Arc::clone(&hub.inbox), store.clone(), stop()));
        let audit_log = Arc::new(AuditLog::start(store.clone(), lifecycle));
        Ok(Self {
            store,
            registry,
            audit_log,
            read_positions,
            epoch,
            hub,
            instance,
            sweep_outage,
            retention: RetentionSignal::default(),
        })
    }

    fn sockets(
        &self,
        config: &Config,
        entrance: Entrance,
        messages: Arc<Messages>,
        lifecycle: &Lifecycle,
    ) -> SocketState {
        let Self { store, hub, .. } = self;
        let joining = Joining {
            hub: Arc::clone(hub),
            audit_log: Arc::clone(&self.audit_log),
            ticket_access: BatchLoader::start(TicketAccessQuery(store.clone()), lifecycle),
            ticket_positions: BatchLoader::start(TicketPositionQuery(store.clone()), lifecycle),
            store: store.clone(),
            page_reads: Semaphore::new(limits::JOIN_READS_AT_ONCE_MAX),
            epoch: Arc::clone(&self.epoch),
            presence: Arc::clone(&hub.presence),
        };
        SocketState {
            listening: config.listening.clone(),
            limits: config.limits.clone(),
            features: features(&config.files),
            attachment_bytes_max: config.files.upload_bytes_max,
            lifecycle: lifecycle.clone(),
            entrance,
            joining,
            inbox: Arc::clone(&hub.inbox),
            writes: Writes {
                messages,
                read_positions: Arc::clone(&self.read_positions),
            },
            refused_upgrades: RefusedUpgrades::default(),
        }
    }

    fn http(
        &self,
        config: &Arc<Config>,
        sign_in: SignInParts,
        system: SystemParts,
        (messages, attachments, jobs, metrics): (
            Arc<Messages>,
            Arc<Attachments>,
            Arc<Jobs>,
            PrometheusHandle,
        ),
        lifecycle: &Lifecycle,
    ) -> HttpParts {
        let Self { store, hub, .. } = self;
        HttpParts {
            config: Arc::clone(config),
            store: store.clone(),
            own_searches: Arc::new(OwnSearches::new(store.clone(), lifecycle.clone())),
            epoch: Arc::clone(&self.epoch),
            relay: Arc::clone(&hub.relay),
            lifecycle: lifecycle.clone(),
            system,
            sign_in,
            services: Services {
                messages,
                attachments,
                tickets: Arc::new(Tickets::new(store.clone(), Arc::clone(hub))),
                people: Arc::new(People::new(store.clone(), Arc::clone(hub))),
                settings: Arc::new(DeskSettings::new(store.clone())),
                retention: Arc::new(Retention::new(
                    store.clone(),
                    Arc::clone(hub),
                    self.retention.clone(),
                )),
                saved_replies: Arc::new(SavedReplies::new(store.clone())),
                jobs,
            },
            metrics,
        }
    }
}
