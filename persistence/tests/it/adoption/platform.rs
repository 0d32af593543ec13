//! A platform like those on Supabase, in a database of its own: roles, sign-in, profiles, roles of
//! staff, and the support system that Helpline replaces. Shared with the tests of the command
//! `helpline adopt`, so it knows only the rig.

#![allow(dead_code, reason = "each of the two test suites uses a part")]

use helpline_rig::{Postgres, testing};
use tokio::sync::Mutex;
use tokio_postgres::Client;

/// The roles of a platform like Supabase. `everyone` is a member of all of them.
const ROLES: &str = "
    do $$
    begin
      if to_regrole('anon') is null then
        create role anon nologin noinherit;
        create role authenticated nologin noinherit;
        create role service_role nologin noinherit bypassrls;
        create role everyone nologin inherit;
        grant anon, authenticated, service_role to everyone;
        create role authenticator login noinherit;
        grant anon, authenticated, service_role to authenticator;
        create role supabase_auth_admin nologin noinherit createrole;
        create role platform_admin login createrole createdb bypassrls password 'p1';
        grant anon, authenticated, service_role to platform_admin;
      end if;
    end $$";

/// What a platform grants to its roles by default. The first two are those of Supabase's projects,
/// new and old. The third grants everything that anyone creates, Helpline's owner included.
pub const DEFAULTS: &[&str] = &[
    "",
    "alter default privileges for role platform_admin in schema public grant all on tables to anon, authenticated, service_role;
     alter default privileges for role platform_admin in schema public grant all on functions to anon, authenticated, service_role;
     alter default privileges for role platform_admin in schema public grant all on sequences to anon, authenticated, service_role",
    "alter default privileges for role platform_admin grant all on schemas to anon, authenticated, service_role;
     alter default privileges for role helpline_owner grant all on schemas to anon, authenticated, service_role;
     alter default privileges for role helpline_owner grant all on tables to public, anon, authenticated, service_role;
     alter default privileges for role helpline_owner grant all on functions to public, anon, authenticated, service_role;
     alter default privileges for role helpline_owner grant all on sequences to anon, authenticated, service_role;
     create function public.share() returns event_trigger language plpgsql as $$
     declare v record;
     begin
       for v in select * from pg_event_trigger_ddl_commands() where object_type in ('table', 'view') and schema_name <> 'pg_temp' loop
         execute format('grant all on %s to anon, authenticated, service_role', v.objid::regclass);
       end loop;
     end $$;
     create event trigger share on ddl_command_end when tag in ('CREATE TABLE', 'CREATE VIEW') execute function public.share()",
];

const HOST: &str = include_str!("host.sql");
const TABLES: &str = include_str!("platform.sql");
const GENERATE: &str = include_str!("generate.sql");
const ODDITIES: &str = include_str!("oddities.sql");
const MUTATE: &str = include_str!("mutate.sql");

/// Random changes of the rows, for [`Contents::then`].
pub fn mutations(seed: u32) -> String {
    MUTATE.replace("{seed}", &seed.to_string())
}

/// Creates the roles unless they exist; they belong to the cluster of all tests.
pub async fn roles(admin: &Client) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());
    let _guard = ONE_AT_A_TIME.lock().await;
    admin.batch_execute(ROLES).await.unwrap();
}

/// What a platform contains.
pub struct Contents {
    pub tickets: u32,
    pub people: u32,
    /// The messages of one more ticket.
    pub long: u32,
    pub chats: u32,
    /// Whether the rows of `oddities.sql` are among the others.
    pub oddities: bool,
    pub default_privileges: &'static str,
    /// What the platform's administrator ran afterwards.
    pub then: Vec<String>,
}

impl Contents {
    /// 200 tickets and 60 chats, with every oddity.
    pub const ODD: Self = Self {
        tickets: 140,
        people: 60,
        long: 0,
        chats: 50,
        oddities: true,
        default_privileges: DEFAULTS[1],
        then: Vec::new(),
    };

    /// Tickets and chats of which none is odd.
    pub fn plain(tickets: u32) -> Self {
        Self {
            tickets,
            people: 40,
            chats: tickets / 10,
            oddities: false,
            ..Self::ODD
        }
    }
}

/// A platform's database.
pub struct Platform {
    pub database: String,
    /// The address as the platform's administrator, who is no superuser and owns the tables.
    pub url: String,
    /// A superuser's session.
    pub admin: Client,
    admin_url: String,
}

impl Platform {
    /// Creates the database and its contents.
    pub async fn create(postgres: &Postgres, database: &str, contents: &Contents) -> Self {
        postgres.create_database(database, None).await.unwrap();
        let admin_url = postgres.admin_url(database);
        let admin = testing::connect(&admin_url).await.unwrap();
        roles(&admin).await;
        let defaults = contents.default_privileges;
        run(
            &admin,
            &format!("alter database {database} owner to platform_admin; {HOST}; {defaults}"),
        )
        .await;
        let url = postgres.url_for("platform_admin", "p1", database);
        let owner = testing::connect(&url).await.unwrap();
        run(&owner, TABLES).await;
        let rows = GENERATE
            .replace("{tickets}", &contents.tickets.to_string())
            .replace("{people}", &contents.people.to_string())
            .replace("{big}", &contents.long.to_string())
            .replace("{chats}", &contents.chats.to_string());
        run(&owner, &rows).await;
        if contents.oddities {
            run(&owner, ODDITIES).await;
        }
        for changes in &contents.then {
            run(&owner, changes).await;
        }
        run(&owner, "analyze").await;
        // The first session began before the database had its search path.
        let admin = testing::connect(&admin_url).await.unwrap();
        Self {
            database: database.to_owned(),
            url,
            admin,
            admin_url,
        }
    }

    /// Runs SQL as the superuser.
    pub async fn sql(&self, sql: &str) {
        run(&self.admin, sql).await;
    }

    /// Queries one text as the superuser; null is `null`.
    pub async fn ask(&self, sql: &str) -> String {
        ask(&self.admin, sql).await
    }

    /// Opens another session of the superuser.
    pub async fn another_admin(&self) -> Client {
        testing::connect(&self.admin_url).await.unwrap()
    }

    /// Opens a session with a role and the claims of the person `md5(name)`.
    pub async fn session(&self, role: &str, person: &str) -> Client {
        let client = self.another_admin().await;
        run(
            &client,
            &format!(
                "set helpline.test = ''; select set_config('request.jwt.claims', json_build_object('sub', md5('{person}')::uuid, 'role', 'authenticated')::text, false);
                 set role {role}"
            ),
        )
        .await;
        client
    }
}

/// Runs SQL, and panics with Postgres' message and the place in the SQL.
pub async fn run(client: &Client, sql: &str) {
    if let Err(error) = client.batch_execute(sql).await {
        let at = match error.as_db_error().and_then(|error| error.position()) {
            Some(tokio_postgres::error::ErrorPosition::Original(at)) => *at as usize,
            _ => 1,
        };
        let place: String = sql.chars().skip(at - 1).take(200).collect();
        panic!("{error:?} at: {place}");
    }
}

/// Queries one value as text; null is `null`.
pub async fn ask(client: &Client, sql: &str) -> String {
    match client
        .query_one(
            &format!("select coalesce(x.value::text, 'null') from ({sql}) x (value)"),
            &[],
        )
        .await
    {
        Ok(row) => row.get(0),
        Err(error) => panic!("{sql}: {error:?}"),
    }
}
