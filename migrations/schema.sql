-- The sum of the versioned migrations, held equal to it by a test. Written by:
-- cargo test -p helpline-persistence -- --ignored write_schema_sql

-- helpline
CREATE SCHEMA helpline;
ALTER SCHEMA helpline OWNER TO helpline_owner;

-- pg_trgm
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA helpline;

-- people
CREATE TABLE helpline.people (
    id uuid NOT NULL,
    email text,
    display_name text,
    last_seen_at timestamp with time zone,
    blocked_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    first_name text GENERATED ALWAYS AS (helpline.support_public_name(display_name)) STORED,
    CONSTRAINT people_display_name_check CHECK ((char_length(display_name) <= 200)),
    CONSTRAINT people_email_check CHECK ((char_length(email) <= 320))
);
ALTER TABLE ONLY helpline.people FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.people OWNER TO helpline_owner;

-- support_messages
CREATE TABLE helpline.support_messages (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ticket_id uuid NOT NULL,
    sender_id uuid,
    sender_type text NOT NULL,
    body text NOT NULL,
    is_internal boolean DEFAULT false NOT NULL,
    attachments jsonb DEFAULT '[]'::jsonb NOT NULL,
    key text,
    key_digest bytea,
    ip_address inet DEFAULT helpline.support_current_address(),
    user_agent text DEFAULT helpline.support_current_user_agent(),
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    edited_at timestamp with time zone,
    redacted_at timestamp with time zone,
    CONSTRAINT support_messages_attachments_check CHECK (((jsonb_typeof(attachments) = 'array'::text) AND (jsonb_array_length(attachments) <= 10))),
    CONSTRAINT support_messages_body_check CHECK (((octet_length(body) <= 16384) AND ((body <> ''::text) OR (redacted_at IS NOT NULL)))),
    CONSTRAINT support_messages_key_check CHECK (((char_length(key) >= 1) AND (char_length(key) <= 64))),
    CONSTRAINT support_messages_note_check CHECK (((NOT is_internal) OR (sender_type <> 'customer'::text))),
    CONSTRAINT support_messages_sender_check CHECK (((sender_id IS NULL) = (sender_type = 'system'::text))),
    CONSTRAINT support_messages_sender_type_check CHECK ((sender_type = ANY (ARRAY['customer'::text, 'admin'::text, 'system'::text]))),
    CONSTRAINT support_messages_sizes_check CHECK (((octet_length((attachments)::text) <= 24576) AND (char_length(user_agent) <= 400) AND ((created_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone))))
);
ALTER TABLE ONLY helpline.support_messages FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.support_messages OWNER TO helpline_owner;

-- support_ticket_activity
CREATE TABLE helpline.support_ticket_activity (
    ticket_id uuid NOT NULL,
    seq bigint NOT NULL,
    public_seq bigint,
    kind text NOT NULL,
    actor_id uuid,
    actor_type text NOT NULL,
    public_actor_name text,
    old_value text,
    new_value text,
    public_old_value text,
    public_new_value text,
    description text,
    message_id uuid,
    ip_address inet,
    user_agent text,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    cluster bigint DEFAULT helpline.helpline_cluster() NOT NULL,
    CONSTRAINT support_ticket_activity_actor_type_check CHECK ((actor_type = ANY (ARRAY['customer'::text, 'admin'::text, 'system'::text]))),
    CONSTRAINT support_ticket_activity_kind_check CHECK (
CASE
    WHEN (kind = ANY (ARRAY['message_added'::text, 'created'::text, 'status_changed'::text, 'assigned'::text, 'unassigned'::text, 'priority_changed'::text, 'category_changed'::text, 'resolved'::text, 'closed'::text, 'reopened'::text, 'escalated'::text, 'rated'::text, 'message_edited'::text, 'message_redacted'::text])) THEN (public_seq IS NOT NULL)
    WHEN (kind = ANY (ARRAY['internal_note_added'::text, 'note_edited'::text, 'note_redacted'::text, 'logged'::text, 'archived'::text])) THEN ((public_seq IS NULL) AND (public_old_value IS NULL) AND (public_new_value IS NULL))
    ELSE false
END),
    CONSTRAINT support_ticket_activity_seq_check CHECK (((seq > 0) AND (public_seq > 0) AND (public_seq <= seq))),
    CONSTRAINT support_ticket_activity_sizes_check CHECK (((octet_length(old_value) <= 16384) AND (octet_length(new_value) <= 16384) AND (octet_length(public_old_value) <= 1024) AND (octet_length(public_new_value) <= 1024) AND (octet_length(description) <= 8192) AND (octet_length((metadata)::text) <= 16384) AND (char_length(public_actor_name) <= 200) AND (char_length(user_agent) <= 400) AND ((created_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone))))
);
ALTER TABLE ONLY helpline.support_ticket_activity FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.support_ticket_activity OWNER TO helpline_owner;

-- support_saved_replies
CREATE TABLE helpline.support_saved_replies (
    id uuid NOT NULL,
    shortcut text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    created_by uuid,
    updated_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    folder text,
    owner uuid,
    CONSTRAINT support_saved_replies_body_check CHECK (((octet_length(body) >= 1) AND (octet_length(body) <= 16384))),
    CONSTRAINT support_saved_replies_folder_check CHECK ((((char_length(folder) >= 1) AND (char_length(folder) <= 60)) AND (folder !~ '[[:cntrl:]]'::text))),
    CONSTRAINT support_saved_replies_shortcut_check CHECK ((shortcut ~ '^[a-z0-9_-]{1,40}$'::text)),
    CONSTRAINT support_saved_replies_title_check CHECK ((((char_length(title) >= 1) AND (char_length(title) <= 100)) AND (title !~ '[[:cntrl:]]'::text)))
);
ALTER TABLE ONLY helpline.support_saved_replies FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.support_saved_replies OWNER TO helpline_owner;

-- support_tickets
CREATE TABLE helpline.support_tickets (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ticket_number text NOT NULL,
    user_id uuid NOT NULL,
    subject text NOT NULL,
    category text DEFAULT 'general'::text NOT NULL,
    priority text DEFAULT 'medium'::text NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    assigned_to uuid,
    assigned_at timestamp with time zone,
    assignee_name text,
    satisfaction_rating integer,
    satisfaction_comment text,
    first_response_at timestamp with time zone,
    resolved_at timestamp with time zone,
    closed_at timestamp with time zone,
    archived_at timestamp with time zone,
    legal_hold boolean DEFAULT false NOT NULL,
    ip_address inet DEFAULT helpline.support_current_address(),
    user_agent text DEFAULT helpline.support_current_user_agent(),
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    customer_email text,
    key text,
    key_digest bytea,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    search_text text GENERATED ALWAYS AS (lower(((((ticket_number || ' '::text) || subject) || ' '::text) || COALESCE(customer_email, ''::text)))) STORED NOT NULL,
    search_folded text,
    CONSTRAINT support_tickets_assignee_name_check CHECK ((char_length(assignee_name) <= 200)),
    CONSTRAINT support_tickets_category_check CHECK ((category = ANY (ARRAY['technical'::text, 'billing'::text, 'account'::text, 'feature_request'::text, 'bug_report'::text, 'general'::text, 'security'::text, 'compliance'::text]))),
    CONSTRAINT support_tickets_comment_check CHECK ((char_length(satisfaction_comment) <= 2000)),
    CONSTRAINT support_tickets_created_at_check CHECK (((created_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone))),
    CONSTRAINT support_tickets_customer_email_check CHECK ((char_length(customer_email) <= 320)),
    CONSTRAINT support_tickets_key_check CHECK (((char_length(key) >= 1) AND (char_length(key) <= 64))),
    CONSTRAINT support_tickets_metadata_check CHECK (((jsonb_typeof(metadata) = 'object'::text) AND (octet_length((metadata)::text) <= 16384))),
    CONSTRAINT support_tickets_priority_check CHECK ((priority = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'urgent'::text]))),
    CONSTRAINT support_tickets_rating_check CHECK (((satisfaction_rating >= 1) AND (satisfaction_rating <= 5))),
    CONSTRAINT support_tickets_status_check CHECK ((status = ANY (ARRAY['open'::text, 'in_progress'::text, 'waiting_on_customer'::text, 'waiting_on_admin'::text, 'resolved'::text, 'closed'::text, 'escalated'::text]))),
    CONSTRAINT support_tickets_subject_check CHECK ((((char_length(subject) >= 1) AND (char_length(subject) <= 200)) AND (subject !~ '[[:cntrl:]]'::text))),
    CONSTRAINT support_tickets_ticket_number_check CHECK ((((char_length(ticket_number) >= 1) AND (char_length(ticket_number) <= 64)) AND (ticket_number !~* '[[:cntrl:]]|^[[:space:]]|[[:space:]]$|^[.]+$|^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$'::text))),
    CONSTRAINT support_tickets_user_agent_check CHECK ((char_length(user_agent) <= 400))
)
WITH (fillfactor='85');
ALTER TABLE ONLY helpline.support_tickets FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.support_tickets OWNER TO helpline_owner;

-- support_ticket_heads
CREATE TABLE helpline.support_ticket_heads (
    ticket_id uuid NOT NULL,
    seq bigint DEFAULT 0 NOT NULL,
    public_seq bigint DEFAULT 0 NOT NULL,
    last_activity_at timestamp with time zone NOT NULL,
    public_last_activity_at timestamp with time zone NOT NULL,
    is_over boolean DEFAULT false NOT NULL,
    waiting_since timestamp with time zone
)
WITH (fillfactor='40', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY helpline.support_ticket_heads FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.support_ticket_heads OWNER TO helpline_owner;

-- support_ticket_tallies
CREATE TABLE helpline.support_ticket_tallies (
    metric text NOT NULL,
    amount bigint NOT NULL
);
ALTER TABLE ONLY helpline.support_ticket_tallies FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.support_ticket_tallies OWNER TO helpline_owner;

-- support_ticket_tally_deltas
CREATE TABLE helpline.support_ticket_tally_deltas (
    metric text NOT NULL,
    amount bigint NOT NULL
);
ALTER TABLE ONLY helpline.support_ticket_tally_deltas FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.support_ticket_tally_deltas OWNER TO helpline_owner;

-- support_read_positions
CREATE TABLE helpline.support_read_positions (
    ticket_id uuid NOT NULL,
    person_id uuid NOT NULL,
    seq bigint NOT NULL,
    public_seq bigint NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT support_read_positions_seq_check CHECK (((public_seq <= seq) AND (public_seq >= 0)))
)
WITH (fillfactor='60');
ALTER TABLE ONLY helpline.support_read_positions FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.support_read_positions OWNER TO helpline_owner;

-- access_log
CREATE TABLE helpline.access_log (
    id bigint NOT NULL,
    user_id uuid,
    action text NOT NULL,
    ticket_id uuid,
    refused text,
    ip_address inet,
    user_agent text,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    cluster bigint DEFAULT helpline.helpline_cluster() NOT NULL,
    CONSTRAINT access_log_action_check CHECK ((action ~ '^[a-z][a-z_]{0,63}$'::text)),
    CONSTRAINT access_log_detail_check CHECK ((octet_length((detail)::text) <= 4194304)),
    CONSTRAINT access_log_refused_check CHECK ((char_length(refused) <= 64)),
    CONSTRAINT access_log_user_agent_check CHECK ((char_length(user_agent) <= 400))
);
ALTER TABLE ONLY helpline.access_log FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.access_log OWNER TO helpline_owner;

-- access_log_id_seq
ALTER TABLE helpline.access_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME helpline.access_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- helpline_backfills
CREATE TABLE helpline.helpline_backfills (
    version integer NOT NULL,
    place text NOT NULL,
    rows bigint NOT NULL,
    moved_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY helpline.helpline_backfills FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.helpline_backfills OWNER TO helpline_owner;

-- helpline_migrations
CREATE TABLE helpline.helpline_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY helpline.helpline_migrations FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.helpline_migrations OWNER TO helpline_owner;

-- helpline_objects
CREATE TABLE helpline.helpline_objects (
    path text NOT NULL,
    place integer NOT NULL,
    checksum text NOT NULL,
    generation integer NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY helpline.helpline_objects FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.helpline_objects OWNER TO helpline_owner;

-- helpline_restores
CREATE TABLE helpline.helpline_restores (
    only_row boolean DEFAULT true NOT NULL,
    restores bigint DEFAULT 0 NOT NULL,
    CONSTRAINT helpline_restores_only_row_check CHECK (only_row)
);
ALTER TABLE ONLY helpline.helpline_restores FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.helpline_restores OWNER TO helpline_owner;

-- people_subjects
CREATE TABLE helpline.people_subjects (
    issuer text NOT NULL COLLATE pg_catalog."C",
    subject text NOT NULL COLLATE pg_catalog."C",
    person uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT people_subjects_issuer_check CHECK (((octet_length(issuer) <= 1024) AND (issuer !~ '[\u0001-\u001F\u007F-\u009F]'::text))),
    CONSTRAINT people_subjects_person_check CHECK ((person <> '00000000-0000-0000-0000-000000000000'::uuid)),
    CONSTRAINT people_subjects_subject_check CHECK ((((octet_length(subject) >= 1) AND (octet_length(subject) <= 1024)) AND (subject !~ '[\u0001-\u001F\u007F-\u009F]'::text) AND (helpline.support_subject_uuid(subject) IS NULL)))
);
ALTER TABLE ONLY helpline.people_subjects FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.people_subjects OWNER TO helpline_owner;

-- people_to_follow
CREATE TABLE helpline.people_to_follow (
    person_id uuid NOT NULL,
    since timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
ALTER TABLE ONLY helpline.people_to_follow FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.people_to_follow OWNER TO helpline_owner;

-- service_instances
CREATE UNLOGGED TABLE helpline.service_instances (
    id uuid NOT NULL,
    has_relay boolean NOT NULL,
    started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    seen_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
ALTER TABLE ONLY helpline.service_instances FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.service_instances OWNER TO helpline_owner;

-- support_activity_kinds
CREATE TABLE helpline.support_activity_kinds (
    kind text NOT NULL,
    is_public boolean NOT NULL
);
ALTER TABLE ONLY helpline.support_activity_kinds FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.support_activity_kinds OWNER TO helpline_owner;

-- support_message_transitions
CREATE TABLE helpline.support_message_transitions (
    sender_type text NOT NULL,
    from_status text NOT NULL,
    to_status text NOT NULL
);
ALTER TABLE ONLY helpline.support_message_transitions FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.support_message_transitions OWNER TO helpline_owner;

-- support_settings
CREATE TABLE helpline.support_settings (
    name text NOT NULL,
    value jsonb NOT NULL,
    updated_by uuid,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT support_settings_name_check CHECK ((name ~ '^[a-z][a-z_]{0,63}$'::text)),
    CONSTRAINT support_settings_value_check CHECK ((octet_length((value)::text) <= 65536))
);
ALTER TABLE ONLY helpline.support_settings FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.support_settings OWNER TO helpline_owner;

-- support_status_transitions
CREATE TABLE helpline.support_status_transitions (
    actor_type text NOT NULL,
    from_status text NOT NULL,
    to_status text NOT NULL
);
ALTER TABLE ONLY helpline.support_status_transitions FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.support_status_transitions OWNER TO helpline_owner;

-- support_ticket_numbers
CREATE SEQUENCE helpline.support_ticket_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE helpline.support_ticket_numbers OWNER TO helpline_owner;

-- user_roles
CREATE TABLE helpline.user_roles (
    user_id uuid NOT NULL,
    role text NOT NULL,
    granted_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT user_roles_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'support_agent'::text])))
);
ALTER TABLE ONLY helpline.user_roles FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.user_roles OWNER TO helpline_owner;

-- access_log access_log_pkey
ALTER TABLE ONLY helpline.access_log
    ADD CONSTRAINT access_log_pkey PRIMARY KEY (id);

-- helpline_backfills helpline_backfills_pkey
ALTER TABLE ONLY helpline.helpline_backfills
    ADD CONSTRAINT helpline_backfills_pkey PRIMARY KEY (version);

-- helpline_migrations helpline_migrations_pkey
ALTER TABLE ONLY helpline.helpline_migrations
    ADD CONSTRAINT helpline_migrations_pkey PRIMARY KEY (version);

-- helpline_objects helpline_objects_pkey
ALTER TABLE ONLY helpline.helpline_objects
    ADD CONSTRAINT helpline_objects_pkey PRIMARY KEY (path);

-- helpline_restores helpline_restores_pkey
ALTER TABLE ONLY helpline.helpline_restores
    ADD CONSTRAINT helpline_restores_pkey PRIMARY KEY (only_row);

-- people people_pkey
ALTER TABLE ONLY helpline.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (id);

-- people_subjects people_subjects_pkey
ALTER TABLE ONLY helpline.people_subjects
    ADD CONSTRAINT people_subjects_pkey PRIMARY KEY (issuer, subject);

-- people_to_follow people_to_follow_pkey
ALTER TABLE ONLY helpline.people_to_follow
    ADD CONSTRAINT people_to_follow_pkey PRIMARY KEY (person_id);

-- service_instances service_instances_pkey
ALTER TABLE ONLY helpline.service_instances
    ADD CONSTRAINT service_instances_pkey PRIMARY KEY (id);

-- support_activity_kinds support_activity_kinds_pkey
ALTER TABLE ONLY helpline.support_activity_kinds
    ADD CONSTRAINT support_activity_kinds_pkey PRIMARY KEY (kind);

-- support_message_transitions support_message_transitions_pkey
ALTER TABLE ONLY helpline.support_message_transitions
    ADD CONSTRAINT support_message_transitions_pkey PRIMARY KEY (sender_type, from_status);

-- support_messages support_messages_key
ALTER TABLE ONLY helpline.support_messages
    ADD CONSTRAINT support_messages_key UNIQUE (ticket_id, sender_id, key);

-- support_messages support_messages_pkey
ALTER TABLE ONLY helpline.support_messages
    ADD CONSTRAINT support_messages_pkey PRIMARY KEY (id);

-- support_read_positions support_read_positions_pkey
ALTER TABLE ONLY helpline.support_read_positions
    ADD CONSTRAINT support_read_positions_pkey PRIMARY KEY (ticket_id, person_id);

-- support_saved_replies support_saved_replies_pkey
ALTER TABLE ONLY helpline.support_saved_replies
    ADD CONSTRAINT support_saved_replies_pkey PRIMARY KEY (id);

-- support_settings support_settings_pkey
ALTER TABLE ONLY helpline.support_settings
    ADD CONSTRAINT support_settings_pkey PRIMARY KEY (name);

-- support_status_transitions support_status_transitions_pkey
ALTER TABLE ONLY helpline.support_status_transitions
    ADD CONSTRAINT support_status_transitions_pkey PRIMARY KEY (actor_type, from_status, to_status);

-- support_ticket_activity support_ticket_activity_pkey
ALTER TABLE ONLY helpline.support_ticket_activity
    ADD CONSTRAINT support_ticket_activity_pkey PRIMARY KEY (ticket_id, seq);

-- support_ticket_activity support_ticket_activity_public_key
ALTER TABLE ONLY helpline.support_ticket_activity
    ADD CONSTRAINT support_ticket_activity_public_key UNIQUE (ticket_id, public_seq);

-- support_ticket_heads support_ticket_heads_pkey
ALTER TABLE ONLY helpline.support_ticket_heads
    ADD CONSTRAINT support_ticket_heads_pkey PRIMARY KEY (ticket_id);

-- support_ticket_tallies support_ticket_tallies_pkey
ALTER TABLE ONLY helpline.support_ticket_tallies
    ADD CONSTRAINT support_ticket_tallies_pkey PRIMARY KEY (metric);

-- support_tickets support_tickets_number_key
ALTER TABLE ONLY helpline.support_tickets
    ADD CONSTRAINT support_tickets_number_key UNIQUE (ticket_number);

-- support_tickets support_tickets_pkey
ALTER TABLE ONLY helpline.support_tickets
    ADD CONSTRAINT support_tickets_pkey PRIMARY KEY (id);

-- support_tickets support_tickets_user_key
ALTER TABLE ONLY helpline.support_tickets
    ADD CONSTRAINT support_tickets_user_key UNIQUE (user_id, key);

-- user_roles user_roles_pkey
ALTER TABLE ONLY helpline.user_roles
    ADD CONSTRAINT user_roles_pkey PRIMARY KEY (user_id, role);

-- access_log_created_at_idx
CREATE INDEX access_log_created_at_idx ON helpline.access_log USING brin (created_at);

-- access_log_ticket_idx
CREATE INDEX access_log_ticket_idx ON helpline.access_log USING btree (ticket_id, id) WHERE (ticket_id IS NOT NULL);

-- access_log_user_idx
CREATE INDEX access_log_user_idx ON helpline.access_log USING btree (user_id, id);

-- people_email_idx
CREATE INDEX people_email_idx ON helpline.people USING btree (lower(email)) WHERE (email IS NOT NULL);

-- people_subjects_person_idx
CREATE INDEX people_subjects_person_idx ON helpline.people_subjects USING btree (person);

-- support_read_positions_person_idx
CREATE INDEX support_read_positions_person_idx ON helpline.support_read_positions USING btree (person_id);

-- support_saved_replies_own_shortcut_key
CREATE UNIQUE INDEX support_saved_replies_own_shortcut_key ON helpline.support_saved_replies USING btree (owner, shortcut) WHERE (owner IS NOT NULL);

-- support_saved_replies_shortcut_key
CREATE UNIQUE INDEX support_saved_replies_shortcut_key ON helpline.support_saved_replies USING btree (shortcut) WHERE (owner IS NULL);

-- support_ticket_activity_cluster_xid_idx
CREATE INDEX support_ticket_activity_cluster_xid_idx ON helpline.support_ticket_activity USING btree (cluster, xid);

-- support_ticket_activity_created_at_idx
CREATE INDEX support_ticket_activity_created_at_idx ON helpline.support_ticket_activity USING brin (created_at);

-- support_ticket_heads_active_idx
CREATE INDEX support_ticket_heads_active_idx ON helpline.support_ticket_heads USING btree (last_activity_at DESC, ticket_id DESC) WHERE (NOT is_over);

-- support_ticket_heads_activity_idx
CREATE INDEX support_ticket_heads_activity_idx ON helpline.support_ticket_heads USING btree (last_activity_at DESC, ticket_id DESC);

-- support_ticket_heads_waiting_idx
CREATE INDEX support_ticket_heads_waiting_idx ON helpline.support_ticket_heads USING btree (waiting_since, ticket_id) WHERE ((waiting_since IS NOT NULL) AND (NOT is_over));

-- support_tickets_archived_at_idx
CREATE INDEX support_tickets_archived_at_idx ON helpline.support_tickets USING btree (archived_at) WHERE (archived_at IS NOT NULL);

-- support_tickets_assigned_to_idx
CREATE INDEX support_tickets_assigned_to_idx ON helpline.support_tickets USING btree (assigned_to) WHERE (archived_at IS NULL);

-- support_tickets_category_idx
CREATE INDEX support_tickets_category_idx ON helpline.support_tickets USING btree (category) WHERE (archived_at IS NULL);

-- support_tickets_created_at_idx
CREATE INDEX support_tickets_created_at_idx ON helpline.support_tickets USING btree (created_at, id) INCLUDE (archived_at);

-- support_tickets_folded_idx
CREATE INDEX support_tickets_folded_idx ON helpline.support_tickets USING gin (search_folded helpline.gin_trgm_ops);

-- support_tickets_mine_idx
CREATE INDEX support_tickets_mine_idx ON helpline.support_tickets USING btree (assigned_to) WHERE ((archived_at IS NULL) AND (assigned_to IS NOT NULL) AND (status <> ALL (ARRAY['resolved'::text, 'closed'::text])));

-- support_tickets_priority_idx
CREATE INDEX support_tickets_priority_idx ON helpline.support_tickets USING btree (priority) WHERE (archived_at IS NULL);

-- support_tickets_search_idx
CREATE INDEX support_tickets_search_idx ON helpline.support_tickets USING gin (search_text helpline.gin_trgm_ops);

-- support_tickets_status_idx
CREATE INDEX support_tickets_status_idx ON helpline.support_tickets USING btree (status) WHERE (archived_at IS NULL);

-- support_messages support_messages_ticket_fkey
ALTER TABLE ONLY helpline.support_messages
    ADD CONSTRAINT support_messages_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES helpline.support_tickets(id) ON DELETE CASCADE;

-- support_read_positions support_read_positions_ticket_fkey
ALTER TABLE ONLY helpline.support_read_positions
    ADD CONSTRAINT support_read_positions_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES helpline.support_tickets(id) ON DELETE CASCADE;

-- support_ticket_activity support_ticket_activity_ticket_fkey
ALTER TABLE ONLY helpline.support_ticket_activity
    ADD CONSTRAINT support_ticket_activity_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES helpline.support_tickets(id) ON DELETE CASCADE;

-- support_ticket_heads support_ticket_heads_ticket_fkey
ALTER TABLE ONLY helpline.support_ticket_heads
    ADD CONSTRAINT support_ticket_heads_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES helpline.support_tickets(id) ON DELETE CASCADE;

-- access_log
ALTER TABLE helpline.access_log ENABLE ROW LEVEL SECURITY;

-- helpline_backfills
ALTER TABLE helpline.helpline_backfills ENABLE ROW LEVEL SECURITY;

-- helpline_migrations
ALTER TABLE helpline.helpline_migrations ENABLE ROW LEVEL SECURITY;

-- helpline_objects
ALTER TABLE helpline.helpline_objects ENABLE ROW LEVEL SECURITY;

-- helpline_restores
ALTER TABLE helpline.helpline_restores ENABLE ROW LEVEL SECURITY;

-- people
ALTER TABLE helpline.people ENABLE ROW LEVEL SECURITY;

-- people_subjects
ALTER TABLE helpline.people_subjects ENABLE ROW LEVEL SECURITY;

-- people_to_follow
ALTER TABLE helpline.people_to_follow ENABLE ROW LEVEL SECURITY;

-- service_instances
ALTER TABLE helpline.service_instances ENABLE ROW LEVEL SECURITY;

-- support_activity_kinds
ALTER TABLE helpline.support_activity_kinds ENABLE ROW LEVEL SECURITY;

-- support_message_transitions
ALTER TABLE helpline.support_message_transitions ENABLE ROW LEVEL SECURITY;

-- support_messages
ALTER TABLE helpline.support_messages ENABLE ROW LEVEL SECURITY;

-- support_read_positions
ALTER TABLE helpline.support_read_positions ENABLE ROW LEVEL SECURITY;

-- support_saved_replies
ALTER TABLE helpline.support_saved_replies ENABLE ROW LEVEL SECURITY;

-- support_settings
ALTER TABLE helpline.support_settings ENABLE ROW LEVEL SECURITY;

-- support_status_transitions
ALTER TABLE helpline.support_status_transitions ENABLE ROW LEVEL SECURITY;

-- support_ticket_activity
ALTER TABLE helpline.support_ticket_activity ENABLE ROW LEVEL SECURITY;

-- support_ticket_heads
ALTER TABLE helpline.support_ticket_heads ENABLE ROW LEVEL SECURITY;

-- support_ticket_tallies
ALTER TABLE helpline.support_ticket_tallies ENABLE ROW LEVEL SECURITY;

-- support_ticket_tally_deltas
ALTER TABLE helpline.support_ticket_tally_deltas ENABLE ROW LEVEL SECURITY;

-- support_tickets
ALTER TABLE helpline.support_tickets ENABLE ROW LEVEL SECURITY;

-- user_roles
ALTER TABLE helpline.user_roles ENABLE ROW LEVEL SECURITY;
