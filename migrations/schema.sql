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
    CONSTRAINT support_messages_body_check CHECK (((octet_length(body) <= 16384) AND ((body <> ''::text) OR (redacted_at IS NOT NULL) OR (jsonb_array_length(attachments) > 0)))),
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
    WHEN (kind = ANY (ARRAY['message_added'::text, 'created'::text, 'status_changed'::text, 'assigned'::text, 'unassigned'::text, 'priority_changed'::text, 'category_changed'::text, 'resolved'::text, 'closed'::text, 'reopened'::text, 'escalated'::text, 'rated'::text, 'message_edited'::text, 'message_redacted'::text, 'attachment_checked'::text])) THEN (public_seq IS NOT NULL)
    WHEN (kind = ANY (ARRAY['internal_note_added'::text, 'note_edited'::text, 'note_redacted'::text, 'logged'::text, 'archived'::text, 'internal_attachment_checked'::text])) THEN ((public_seq IS NULL) AND (public_old_value IS NULL) AND (public_new_value IS NULL))
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

-- uploads
CREATE TABLE helpline.uploads (
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    ticket_id uuid,
    is_internal boolean DEFAULT false NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    declared_type text,
    content_type text,
    size_bytes bigint NOT NULL,
    sha256 bytea,
    state text DEFAULT 'reserved'::text NOT NULL,
    scan_finding text,
    scan_engine text,
    scanned_at timestamp with time zone,
    message_id uuid,
    blob_key text,
    preview_key text,
    preview_type text,
    width integer,
    height integer,
    ip_address inet,
    created_at timestamp with time zone NOT NULL,
    stored_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT uploads_bytes_check CHECK (((blob_key IS NOT NULL) = (state = ANY (ARRAY['stored'::text, 'clean'::text, 'not_scanned'::text])))),
    CONSTRAINT uploads_message_check CHECK (((message_id IS NULL) OR ((ticket_id IS NOT NULL) AND (state <> 'reserved'::text)))),
    CONSTRAINT uploads_preview_check CHECK ((num_nonnulls(preview_key, preview_type) = ANY (ARRAY[0, 2]))),
    CONSTRAINT uploads_sizes_check CHECK ((((size_bytes >= 1) AND (size_bytes <= '9007199254740991'::bigint)) AND ((char_length(key) >= 1) AND (char_length(key) <= 64)) AND ((char_length(name) >= 1) AND (char_length(name) <= 200)) AND (char_length(declared_type) <= 200) AND (char_length(content_type) <= 200) AND (char_length(scan_finding) <= 500) AND (char_length(scan_engine) <= 200) AND (char_length(blob_key) <= 200) AND (char_length(preview_key) <= 200) AND (char_length(preview_type) <= 200))),
    CONSTRAINT uploads_state_check CHECK ((state = ANY (ARRAY['reserved'::text, 'stored'::text, 'clean'::text, 'not_scanned'::text, 'infected'::text, 'not_scannable'::text, 'gone'::text])))
);
ALTER TABLE ONLY helpline.uploads FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.uploads OWNER TO helpline_owner;

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

-- adopted_originals
CREATE TABLE helpline.adopted_originals (
    ticket_id uuid NOT NULL,
    source text NOT NULL,
    row_id uuid NOT NULL,
    field text NOT NULL,
    message_id uuid,
    original jsonb NOT NULL,
    CONSTRAINT adopted_originals_source_check CHECK ((source = ANY (ARRAY['ticket'::text, 'message'::text, 'activity'::text])))
);
ALTER TABLE ONLY helpline.adopted_originals FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.adopted_originals OWNER TO helpline_owner;

-- adopted_tickets
CREATE TABLE helpline.adopted_tickets (
    ticket_id uuid NOT NULL,
    source text NOT NULL,
    digest text NOT NULL,
    written_digest text NOT NULL,
    row_digests jsonb NOT NULL,
    owners uuid[] NOT NULL,
    seq bigint NOT NULL,
    adopted_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT adopted_tickets_digest_check CHECK (((digest ~ '^[0-9a-f]{64}$'::text) AND (written_digest ~ '^[0-9a-f]{64}$'::text)))
);
ALTER TABLE ONLY helpline.adopted_tickets FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.adopted_tickets OWNER TO helpline_owner;

-- adoption_revoked
CREATE TABLE helpline.adoption_revoked (
    id bigint NOT NULL,
    database text,
    source text NOT NULL,
    object_kind text NOT NULL,
    object_name text NOT NULL,
    column_name text,
    privilege text NOT NULL,
    grantee text NOT NULL,
    is_grantable boolean NOT NULL,
    revoked_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT adoption_revoked_kind_check CHECK ((object_kind = ANY (ARRAY['table'::text, 'function'::text])))
);
ALTER TABLE ONLY helpline.adoption_revoked FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.adoption_revoked OWNER TO helpline_owner;

-- adoption_revoked_id_seq
ALTER TABLE helpline.adoption_revoked ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME helpline.adoption_revoked_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- background_identity
CREATE TABLE helpline.background_identity (
    only_row boolean DEFAULT true NOT NULL,
    cluster bigint,
    public_url text,
    confirmed_at timestamp with time zone,
    confirmed_by uuid,
    clock_paused_at timestamp with time zone,
    clock_jump_ms bigint,
    CONSTRAINT background_identity_clock_check CHECK (((clock_paused_at IS NULL) = (clock_jump_ms IS NULL))),
    CONSTRAINT background_identity_only_row_check CHECK (only_row),
    CONSTRAINT background_identity_public_url_check CHECK ((char_length(public_url) <= 2000))
);
ALTER TABLE ONLY helpline.background_identity FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.background_identity OWNER TO helpline_owner;

-- blob_removals
CREATE TABLE helpline.blob_removals (
    blob_key text NOT NULL,
    since timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    upload_id uuid,
    ticket_id uuid,
    sha256 bytea,
    CONSTRAINT blob_removals_sizes_check CHECK ((char_length(blob_key) <= 200))
);
ALTER TABLE ONLY helpline.blob_removals FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.blob_removals OWNER TO helpline_owner;

-- consumer_faults
CREATE TABLE helpline.consumer_faults (
    consumer text NOT NULL,
    ticket_id uuid NOT NULL,
    seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text NOT NULL,
    failed_at timestamp with time zone NOT NULL,
    next_at timestamp with time zone NOT NULL,
    held_at timestamp with time zone,
    CONSTRAINT consumer_faults_error_check CHECK ((char_length(error) <= 500)),
    CONSTRAINT consumer_faults_seq_check CHECK (((seq > 0) AND (last_seq >= seq)))
);
ALTER TABLE ONLY helpline.consumer_faults FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.consumer_faults OWNER TO helpline_owner;

-- consumer_windows
CREATE TABLE helpline.consumer_windows (
    consumer text NOT NULL,
    ticket_id uuid NOT NULL,
    seq bigint NOT NULL
);
ALTER TABLE ONLY helpline.consumer_windows FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.consumer_windows OWNER TO helpline_owner;

-- consumers
CREATE TABLE helpline.consumers (
    name text NOT NULL,
    cluster bigint NOT NULL,
    seen pg_snapshot NOT NULL,
    upto pg_snapshot,
    position_ticket uuid,
    position_seq bigint,
    is_sorted boolean DEFAULT false NOT NULL,
    clusters_done bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    paused_at timestamp with time zone,
    events bigint DEFAULT 0 NOT NULL,
    moved_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT consumers_name_check CHECK ((name ~ '^[a-z][a-z0-9_]{0,62}$'::text)),
    CONSTRAINT consumers_position_check CHECK (((position_ticket IS NULL) = (position_seq IS NULL))),
    CONSTRAINT consumers_window_check CHECK (((upto IS NOT NULL) OR ((position_ticket IS NULL) AND (NOT is_sorted))))
)
WITH (fillfactor='50');
ALTER TABLE ONLY helpline.consumers FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.consumers OWNER TO helpline_owner;

-- deliveries
CREATE TABLE helpline.deliveries (
    id uuid NOT NULL,
    kind text NOT NULL,
    receiver text NOT NULL,
    ticket_id uuid,
    seq bigint,
    key text NOT NULL,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    is_retry boolean GENERATED ALWAYS AS (((attempts > 0) OR (replays > 0))) STORED NOT NULL,
    next_at timestamp with time zone NOT NULL,
    lease_token uuid,
    lease_until timestamp with time zone,
    done_at timestamp with time zone,
    dead_at timestamp with time zone,
    error text,
    replays integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT deliveries_end_check CHECK ((num_nonnulls(done_at, dead_at, lease_token) <= 1)),
    CONSTRAINT deliveries_kind_check CHECK ((kind ~ '^[a-z][a-z0-9_]{0,62}$'::text)),
    CONSTRAINT deliveries_lease_check CHECK (((lease_token IS NULL) = (lease_until IS NULL))),
    CONSTRAINT deliveries_sizes_check CHECK ((((char_length(receiver) >= 1) AND (char_length(receiver) <= 200)) AND (char_length(key) <= 200) AND (char_length(error) <= 500) AND (octet_length((payload)::text) <= 16384)))
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.01');
ALTER TABLE ONLY helpline.deliveries FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.deliveries OWNER TO helpline_owner;

-- erased_people
CREATE TABLE helpline.erased_people (
    person_id uuid NOT NULL,
    erased_at timestamp with time zone NOT NULL,
    names_up_to uuid,
    is_done boolean DEFAULT false NOT NULL
);
ALTER TABLE ONLY helpline.erased_people FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.erased_people OWNER TO helpline_owner;

-- erasure_proposals
CREATE TABLE helpline.erasure_proposals (
    person_id uuid NOT NULL,
    gone_since timestamp with time zone NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    refused_at timestamp with time zone,
    refused_by uuid,
    CONSTRAINT erasure_proposals_refused_check CHECK (((refused_at IS NOT NULL) OR (refused_by IS NULL)))
);
ALTER TABLE ONLY helpline.erasure_proposals FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.erasure_proposals OWNER TO helpline_owner;

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

-- helpline_options
CREATE TABLE helpline.helpline_options (
    name text NOT NULL,
    value text NOT NULL
);
ALTER TABLE ONLY helpline.helpline_options FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.helpline_options OWNER TO helpline_owner;

-- helpline_restores
CREATE TABLE helpline.helpline_restores (
    only_row boolean DEFAULT true NOT NULL,
    restores bigint DEFAULT 0 NOT NULL,
    CONSTRAINT helpline_restores_only_row_check CHECK (only_row)
);
ALTER TABLE ONLY helpline.helpline_restores FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.helpline_restores OWNER TO helpline_owner;

-- legal_holds
CREATE TABLE helpline.legal_holds (
    id uuid NOT NULL,
    ticket_id uuid,
    person_id uuid,
    reason text NOT NULL,
    set_by uuid,
    set_at timestamp with time zone NOT NULL,
    review_at timestamp with time zone,
    released_by uuid,
    released_at timestamp with time zone,
    by_sql boolean DEFAULT false NOT NULL,
    CONSTRAINT legal_holds_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 1000))),
    CONSTRAINT legal_holds_released_check CHECK (((released_at IS NOT NULL) OR (released_by IS NULL))),
    CONSTRAINT legal_holds_scope_check CHECK ((num_nonnulls(ticket_id, person_id) = 1))
);
ALTER TABLE ONLY helpline.legal_holds FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.legal_holds OWNER TO helpline_owner;

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

-- platform_people
CREATE TABLE helpline.platform_people (
    person_id uuid NOT NULL,
    gives_name boolean NOT NULL,
    gives_email boolean NOT NULL,
    gone_since timestamp with time zone
);
ALTER TABLE ONLY helpline.platform_people FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.platform_people OWNER TO helpline_owner;

-- retention_run_tickets
CREATE TABLE helpline.retention_run_tickets (
    run_id uuid NOT NULL,
    ticket_id uuid NOT NULL,
    error text,
    CONSTRAINT retention_run_tickets_error_check CHECK ((char_length(error) <= 500))
);
ALTER TABLE ONLY helpline.retention_run_tickets FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.retention_run_tickets OWNER TO helpline_owner;

-- retention_runs
CREATE TABLE helpline.retention_runs (
    id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    period timestamp with time zone NOT NULL,
    months integer NOT NULL,
    share_max_percent integer NOT NULL,
    planned_at timestamp with time zone NOT NULL,
    cutoff timestamp with time zone NOT NULL,
    total bigint NOT NULL,
    due bigint NOT NULL,
    skipped jsonb NOT NULL,
    approved_by uuid,
    approved_at timestamp with time zone,
    pass smallint DEFAULT 1 NOT NULL,
    position_ticket uuid,
    position_row bigint,
    changed bigint DEFAULT 0 NOT NULL,
    worked_ms bigint DEFAULT 0 NOT NULL,
    kept jsonb,
    digest text,
    reason text,
    done_at timestamp with time zone,
    CONSTRAINT retention_runs_digest_check CHECK ((digest ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT retention_runs_done_check CHECK (((done_at IS NULL) = (state = ANY (ARRAY['waiting'::text, 'acting'::text])))),
    CONSTRAINT retention_runs_kind_check CHECK ((kind = ANY (ARRAY['archive'::text, 'delete'::text, 'access_log'::text]))),
    CONSTRAINT retention_runs_months_check CHECK ((((months >= 1) AND (months <= 240)) AND ((share_max_percent >= 1) AND (share_max_percent <= 100)))),
    CONSTRAINT retention_runs_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'acting'::text, 'done'::text, 'stopped'::text, 'expired'::text])))
);
ALTER TABLE ONLY helpline.retention_runs FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.retention_runs OWNER TO helpline_owner;

-- schedule_runs
CREATE TABLE helpline.schedule_runs (
    schedule text NOT NULL,
    period timestamp with time zone NOT NULL,
    progress jsonb DEFAULT '{}'::jsonb NOT NULL,
    attempts integer DEFAULT 1 NOT NULL,
    lease_token uuid,
    lease_until timestamp with time zone,
    started_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    error text,
    CONSTRAINT schedule_runs_lease_check CHECK ((((lease_token IS NULL) = (lease_until IS NULL)) AND ((done_at IS NULL) OR (lease_token IS NULL)))),
    CONSTRAINT schedule_runs_sizes_check CHECK (((octet_length((progress)::text) <= 65536) AND (char_length(error) <= 500)))
);
ALTER TABLE ONLY helpline.schedule_runs FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.schedule_runs OWNER TO helpline_owner;

-- schedules
CREATE TABLE helpline.schedules (
    name text NOT NULL,
    zone text NOT NULL,
    wall_time time without time zone NOT NULL,
    every text NOT NULL,
    on_day smallint,
    next_at timestamp with time zone NOT NULL,
    paused_at timestamp with time zone,
    CONSTRAINT schedules_every_check CHECK ((every = ANY (ARRAY['day'::text, 'week'::text, 'month'::text, 'quarter'::text]))),
    CONSTRAINT schedules_name_check CHECK ((name ~ '^[a-z][a-z0-9_]{0,62}$'::text)),
    CONSTRAINT schedules_on_day_check CHECK (
CASE every
    WHEN 'day'::text THEN (on_day IS NULL)
    WHEN 'week'::text THEN ((on_day >= 1) AND (on_day <= 7))
    ELSE ((on_day >= 1) AND (on_day <= 31))
END),
    CONSTRAINT schedules_zone_check CHECK (((char_length(zone) >= 1) AND (char_length(zone) <= 64)))
);
ALTER TABLE ONLY helpline.schedules FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.schedules OWNER TO helpline_owner;

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
    CONSTRAINT support_settings_retention_check CHECK (((name <> 'retention'::text) OR COALESCE(((jsonb_typeof((value -> 'enabled'::text)) = 'boolean'::text) AND (value @@ '(($."archive_months" >= 1 && $."archive_months" <= 240) && $."archive_months".floor() == $."archive_months")'::jsonpath) AND (value @@ '(($."delete_months" >= 1 && $."delete_months" <= 240) && $."delete_months".floor() == $."delete_months")'::jsonpath) AND (value @@ '(($."access_log_months" >= 3 && $."access_log_months" <= 240) && $."access_log_months".floor() == $."access_log_months")'::jsonpath) AND (value @@ '(($."share_max_percent" >= 1 && $."share_max_percent" <= 100) && $."share_max_percent".floor() == $."share_max_percent")'::jsonpath) AND (value @@ '(($."day" >= 1 && $."day" <= 28) && $."day".floor() == $."day")'::jsonpath) AND (jsonb_typeof((value -> 'at'::text)) = 'string'::text) AND ((value ->> 'at'::text) ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'::text) AND (jsonb_typeof((value -> 'zone'::text)) = 'string'::text) AND ((value ->> 'zone'::text) ~ '^[A-Za-z0-9_+/-]{1,64}$'::text)), false))),
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

-- timers
CREATE TABLE helpline.timers (
    id bigint NOT NULL,
    kind text NOT NULL,
    ticket_id uuid NOT NULL,
    key text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    fire_at timestamp with time zone NOT NULL,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    held_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT timers_error_check CHECK ((char_length(error) <= 500)),
    CONSTRAINT timers_key_check CHECK ((char_length(key) <= 100)),
    CONSTRAINT timers_kind_check CHECK ((kind ~ '^[a-z][a-z0-9_]{0,62}$'::text)),
    CONSTRAINT timers_payload_check CHECK ((octet_length((payload)::text) <= 16384))
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.01');
ALTER TABLE ONLY helpline.timers FORCE ROW LEVEL SECURITY;
ALTER TABLE helpline.timers OWNER TO helpline_owner;

-- timers_id_seq
ALTER TABLE helpline.timers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME helpline.timers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

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

-- adopted_originals adopted_originals_pkey
ALTER TABLE ONLY helpline.adopted_originals
    ADD CONSTRAINT adopted_originals_pkey PRIMARY KEY (ticket_id, source, row_id, field);

-- adopted_tickets adopted_tickets_pkey
ALTER TABLE ONLY helpline.adopted_tickets
    ADD CONSTRAINT adopted_tickets_pkey PRIMARY KEY (ticket_id);

-- adoption_revoked adoption_revoked_pkey
ALTER TABLE ONLY helpline.adoption_revoked
    ADD CONSTRAINT adoption_revoked_pkey PRIMARY KEY (id);

-- background_identity background_identity_pkey
ALTER TABLE ONLY helpline.background_identity
    ADD CONSTRAINT background_identity_pkey PRIMARY KEY (only_row);

-- blob_removals blob_removals_pkey
ALTER TABLE ONLY helpline.blob_removals
    ADD CONSTRAINT blob_removals_pkey PRIMARY KEY (blob_key);

-- consumer_faults consumer_faults_pkey
ALTER TABLE ONLY helpline.consumer_faults
    ADD CONSTRAINT consumer_faults_pkey PRIMARY KEY (consumer, ticket_id);

-- consumer_windows consumer_windows_pkey
ALTER TABLE ONLY helpline.consumer_windows
    ADD CONSTRAINT consumer_windows_pkey PRIMARY KEY (consumer, ticket_id, seq);

-- consumers consumers_pkey
ALTER TABLE ONLY helpline.consumers
    ADD CONSTRAINT consumers_pkey PRIMARY KEY (name);

-- deliveries deliveries_pkey
ALTER TABLE ONLY helpline.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id);

-- deliveries deliveries_receiver_key
ALTER TABLE ONLY helpline.deliveries
    ADD CONSTRAINT deliveries_receiver_key UNIQUE (kind, receiver, key);

-- erased_people erased_people_pkey
ALTER TABLE ONLY helpline.erased_people
    ADD CONSTRAINT erased_people_pkey PRIMARY KEY (person_id);

-- erasure_proposals erasure_proposals_pkey
ALTER TABLE ONLY helpline.erasure_proposals
    ADD CONSTRAINT erasure_proposals_pkey PRIMARY KEY (person_id);

-- helpline_backfills helpline_backfills_pkey
ALTER TABLE ONLY helpline.helpline_backfills
    ADD CONSTRAINT helpline_backfills_pkey PRIMARY KEY (version);

-- helpline_migrations helpline_migrations_pkey
ALTER TABLE ONLY helpline.helpline_migrations
    ADD CONSTRAINT helpline_migrations_pkey PRIMARY KEY (version);

-- helpline_objects helpline_objects_pkey
ALTER TABLE ONLY helpline.helpline_objects
    ADD CONSTRAINT helpline_objects_pkey PRIMARY KEY (path);

-- helpline_options helpline_options_pkey
ALTER TABLE ONLY helpline.helpline_options
    ADD CONSTRAINT helpline_options_pkey PRIMARY KEY (name);

-- helpline_restores helpline_restores_pkey
ALTER TABLE ONLY helpline.helpline_restores
    ADD CONSTRAINT helpline_restores_pkey PRIMARY KEY (only_row);

-- legal_holds legal_holds_pkey
ALTER TABLE ONLY helpline.legal_holds
    ADD CONSTRAINT legal_holds_pkey PRIMARY KEY (id);

-- people people_pkey
ALTER TABLE ONLY helpline.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (id);

-- people_subjects people_subjects_pkey
ALTER TABLE ONLY helpline.people_subjects
    ADD CONSTRAINT people_subjects_pkey PRIMARY KEY (issuer, subject);

-- people_to_follow people_to_follow_pkey
ALTER TABLE ONLY helpline.people_to_follow
    ADD CONSTRAINT people_to_follow_pkey PRIMARY KEY (person_id);

-- platform_people platform_people_pkey
ALTER TABLE ONLY helpline.platform_people
    ADD CONSTRAINT platform_people_pkey PRIMARY KEY (person_id);

-- retention_run_tickets retention_run_tickets_pkey
ALTER TABLE ONLY helpline.retention_run_tickets
    ADD CONSTRAINT retention_run_tickets_pkey PRIMARY KEY (run_id, ticket_id);

-- retention_runs retention_runs_period_key
ALTER TABLE ONLY helpline.retention_runs
    ADD CONSTRAINT retention_runs_period_key UNIQUE (kind, period);

-- retention_runs retention_runs_pkey
ALTER TABLE ONLY helpline.retention_runs
    ADD CONSTRAINT retention_runs_pkey PRIMARY KEY (id);

-- schedule_runs schedule_runs_pkey
ALTER TABLE ONLY helpline.schedule_runs
    ADD CONSTRAINT schedule_runs_pkey PRIMARY KEY (schedule, period);

-- schedules schedules_pkey
ALTER TABLE ONLY helpline.schedules
    ADD CONSTRAINT schedules_pkey PRIMARY KEY (name);

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

-- timers timers_pkey
ALTER TABLE ONLY helpline.timers
    ADD CONSTRAINT timers_pkey PRIMARY KEY (id);

-- timers timers_ticket_key
ALTER TABLE ONLY helpline.timers
    ADD CONSTRAINT timers_ticket_key UNIQUE (ticket_id, kind, key);

-- uploads uploads_blob_key
ALTER TABLE ONLY helpline.uploads
    ADD CONSTRAINT uploads_blob_key UNIQUE (blob_key);

-- uploads uploads_owner_key
ALTER TABLE ONLY helpline.uploads
    ADD CONSTRAINT uploads_owner_key UNIQUE (owner_id, key);

-- uploads uploads_pkey
ALTER TABLE ONLY helpline.uploads
    ADD CONSTRAINT uploads_pkey PRIMARY KEY (id);

-- user_roles user_roles_pkey
ALTER TABLE ONLY helpline.user_roles
    ADD CONSTRAINT user_roles_pkey PRIMARY KEY (user_id, role);

-- access_log_created_at_idx
CREATE INDEX access_log_created_at_idx ON helpline.access_log USING brin (created_at);

-- access_log_ticket_idx
CREATE INDEX access_log_ticket_idx ON helpline.access_log USING btree (ticket_id, id) WHERE (ticket_id IS NOT NULL);

-- access_log_user_idx
CREATE INDEX access_log_user_idx ON helpline.access_log USING btree (user_id, id);

-- blob_removals_due_idx
CREATE INDEX blob_removals_due_idx ON helpline.blob_removals USING btree (due_at);

-- consumer_faults_due_idx
CREATE INDEX consumer_faults_due_idx ON helpline.consumer_faults USING btree (consumer, next_at) WHERE (held_at IS NULL);

-- consumer_faults_ticket_idx
CREATE INDEX consumer_faults_ticket_idx ON helpline.consumer_faults USING btree (ticket_id);

-- deliveries_dead_idx
CREATE INDEX deliveries_dead_idx ON helpline.deliveries USING btree (kind, dead_at, id) WHERE (dead_at IS NOT NULL);

-- deliveries_done_idx
CREATE INDEX deliveries_done_idx ON helpline.deliveries USING btree (done_at) WHERE (done_at IS NOT NULL);

-- deliveries_leased_idx
CREATE INDEX deliveries_leased_idx ON helpline.deliveries USING btree (kind, receiver, lease_until) WHERE (lease_token IS NOT NULL);

-- deliveries_open_idx
CREATE INDEX deliveries_open_idx ON helpline.deliveries USING btree (kind, receiver, is_retry, next_at) WHERE ((done_at IS NULL) AND (dead_at IS NULL));

-- deliveries_ticket_idx
CREATE INDEX deliveries_ticket_idx ON helpline.deliveries USING btree (ticket_id) WHERE (ticket_id IS NOT NULL);

-- erased_people_left_idx
CREATE INDEX erased_people_left_idx ON helpline.erased_people USING btree (erased_at) WHERE (NOT is_done);

-- legal_holds_person_idx
CREATE INDEX legal_holds_person_idx ON helpline.legal_holds USING btree (person_id) WHERE ((released_at IS NULL) AND (person_id IS NOT NULL));

-- legal_holds_ticket_idx
CREATE INDEX legal_holds_ticket_idx ON helpline.legal_holds USING btree (ticket_id) WHERE ((released_at IS NULL) AND (ticket_id IS NOT NULL));

-- people_email_idx
CREATE INDEX people_email_idx ON helpline.people USING btree (lower(email)) WHERE (email IS NOT NULL);

-- people_subjects_person_idx
CREATE INDEX people_subjects_person_idx ON helpline.people_subjects USING btree (person);

-- platform_people_gone_idx
CREATE INDEX platform_people_gone_idx ON helpline.platform_people USING btree (gone_since) WHERE (gone_since IS NOT NULL);

-- retention_runs_open_idx
CREATE UNIQUE INDEX retention_runs_open_idx ON helpline.retention_runs USING btree (kind) WHERE (done_at IS NULL);

-- retention_runs_planned_idx
CREATE INDEX retention_runs_planned_idx ON helpline.retention_runs USING btree (planned_at DESC, id DESC);

-- schedule_runs_open_idx
CREATE INDEX schedule_runs_open_idx ON helpline.schedule_runs USING btree (schedule, period) WHERE (done_at IS NULL);

-- schedules_next_idx
CREATE INDEX schedules_next_idx ON helpline.schedules USING btree (next_at) WHERE (paused_at IS NULL);

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

-- timers_fire_idx
CREATE INDEX timers_fire_idx ON helpline.timers USING btree (kind, fire_at, id) WHERE (held_at IS NULL);

-- timers_held_idx
CREATE INDEX timers_held_idx ON helpline.timers USING btree (held_at) WHERE (held_at IS NOT NULL);

-- uploads_message_idx
CREATE INDEX uploads_message_idx ON helpline.uploads USING btree (message_id) WHERE (message_id IS NOT NULL);

-- uploads_owner_idx
CREATE INDEX uploads_owner_idx ON helpline.uploads USING btree (owner_id, created_at) INCLUDE (size_bytes);

-- uploads_ticket_idx
CREATE INDEX uploads_ticket_idx ON helpline.uploads USING btree (ticket_id) WHERE (ticket_id IS NOT NULL);

-- uploads_unattached_idx
CREATE INDEX uploads_unattached_idx ON helpline.uploads USING btree (expires_at) WHERE (message_id IS NULL);

-- adopted_originals adopted_originals_ticket_fkey
ALTER TABLE ONLY helpline.adopted_originals
    ADD CONSTRAINT adopted_originals_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES helpline.support_tickets(id) DEFERRABLE INITIALLY DEFERRED;

-- consumer_faults consumer_faults_consumer_fkey
ALTER TABLE ONLY helpline.consumer_faults
    ADD CONSTRAINT consumer_faults_consumer_fkey FOREIGN KEY (consumer) REFERENCES helpline.consumers(name) ON DELETE CASCADE;

-- consumer_faults consumer_faults_ticket_fkey
ALTER TABLE ONLY helpline.consumer_faults
    ADD CONSTRAINT consumer_faults_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES helpline.support_tickets(id) ON DELETE CASCADE;

-- consumer_windows consumer_windows_consumer_fkey
ALTER TABLE ONLY helpline.consumer_windows
    ADD CONSTRAINT consumer_windows_consumer_fkey FOREIGN KEY (consumer) REFERENCES helpline.consumers(name) ON DELETE CASCADE;

-- deliveries deliveries_ticket_fkey
ALTER TABLE ONLY helpline.deliveries
    ADD CONSTRAINT deliveries_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES helpline.support_tickets(id) ON DELETE CASCADE;

-- retention_run_tickets retention_run_tickets_run_fkey
ALTER TABLE ONLY helpline.retention_run_tickets
    ADD CONSTRAINT retention_run_tickets_run_fkey FOREIGN KEY (run_id) REFERENCES helpline.retention_runs(id);

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

-- timers timers_ticket_fkey
ALTER TABLE ONLY helpline.timers
    ADD CONSTRAINT timers_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES helpline.support_tickets(id) ON DELETE CASCADE;

-- uploads uploads_ticket_fkey
ALTER TABLE ONLY helpline.uploads
    ADD CONSTRAINT uploads_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES helpline.support_tickets(id) ON DELETE CASCADE;

-- access_log
ALTER TABLE helpline.access_log ENABLE ROW LEVEL SECURITY;

-- adopted_originals
ALTER TABLE helpline.adopted_originals ENABLE ROW LEVEL SECURITY;

-- adopted_tickets
ALTER TABLE helpline.adopted_tickets ENABLE ROW LEVEL SECURITY;

-- adoption_revoked
ALTER TABLE helpline.adoption_revoked ENABLE ROW LEVEL SECURITY;

-- background_identity
ALTER TABLE helpline.background_identity ENABLE ROW LEVEL SECURITY;

-- blob_removals
ALTER TABLE helpline.blob_removals ENABLE ROW LEVEL SECURITY;

-- consumer_faults
ALTER TABLE helpline.consumer_faults ENABLE ROW LEVEL SECURITY;

-- consumer_windows
ALTER TABLE helpline.consumer_windows ENABLE ROW LEVEL SECURITY;

-- consumers
ALTER TABLE helpline.consumers ENABLE ROW LEVEL SECURITY;

-- deliveries
ALTER TABLE helpline.deliveries ENABLE ROW LEVEL SECURITY;

-- erased_people
ALTER TABLE helpline.erased_people ENABLE ROW LEVEL SECURITY;

-- erasure_proposals
ALTER TABLE helpline.erasure_proposals ENABLE ROW LEVEL SECURITY;

-- helpline_backfills
ALTER TABLE helpline.helpline_backfills ENABLE ROW LEVEL SECURITY;

-- helpline_migrations
ALTER TABLE helpline.helpline_migrations ENABLE ROW LEVEL SECURITY;

-- helpline_objects
ALTER TABLE helpline.helpline_objects ENABLE ROW LEVEL SECURITY;

-- helpline_options
ALTER TABLE helpline.helpline_options ENABLE ROW LEVEL SECURITY;

-- helpline_restores
ALTER TABLE helpline.helpline_restores ENABLE ROW LEVEL SECURITY;

-- legal_holds
ALTER TABLE helpline.legal_holds ENABLE ROW LEVEL SECURITY;

-- people
ALTER TABLE helpline.people ENABLE ROW LEVEL SECURITY;

-- people_subjects
ALTER TABLE helpline.people_subjects ENABLE ROW LEVEL SECURITY;

-- people_to_follow
ALTER TABLE helpline.people_to_follow ENABLE ROW LEVEL SECURITY;

-- platform_people
ALTER TABLE helpline.platform_people ENABLE ROW LEVEL SECURITY;

-- retention_run_tickets
ALTER TABLE helpline.retention_run_tickets ENABLE ROW LEVEL SECURITY;

-- retention_runs
ALTER TABLE helpline.retention_runs ENABLE ROW LEVEL SECURITY;

-- schedule_runs
ALTER TABLE helpline.schedule_runs ENABLE ROW LEVEL SECURITY;

-- schedules
ALTER TABLE helpline.schedules ENABLE ROW LEVEL SECURITY;

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

-- timers
ALTER TABLE helpline.timers ENABLE ROW LEVEL SECURITY;

-- uploads
ALTER TABLE helpline.uploads ENABLE ROW LEVEL SECURITY;

-- user_roles
ALTER TABLE helpline.user_roles ENABLE ROW LEVEL SECURITY;
